-- Files that go with questions. The bytes stand last, so that reading what is before them does not read them.
CREATE TABLE attachments (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner INTEGER NOT NULL REFERENCES owners,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    -- Since when no message has it; 0 when the last one that had it was removed, so that it goes at once.
    unused_since INTEGER,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX attachments_unused ON attachments (owner, unused_since) WHERE unused_since IS NOT NULL;
CREATE INDEX attachments_to_remove ON attachments (unused_since) WHERE unused_since IS NOT NULL;

-- An edited question has the files of the old one: a file may be in several messages.
CREATE TABLE message_attachments (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    position INTEGER NOT NULL,
    attachment INTEGER NOT NULL REFERENCES attachments,
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_attachments_of_file ON message_attachments (attachment);
