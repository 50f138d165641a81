-- Times are milliseconds since 1970 UTC, ids are the 16 bytes of a UUID. `key` is the short name of a row inside this
-- database; keys grow, so that a child's is always larger than its parent's.

CREATE TABLE owners (
    key INTEGER PRIMARY KEY,
    -- `visitor:<secret of the cookie>` or `user:<name in the route>`
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner INTEGER NOT NULL REFERENCES owners,
    title TEXT NOT NULL,
    -- 0 nobody, 1 the first question, 2 a model, 3 a person
    title_by INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    model TEXT,
    system_prompt TEXT,
    temperature REAL,
    top_p REAL,
    max_tokens INTEGER,
    -- the last message of the branch that is shown
    head INTEGER,
    -- the answer that is being written
    generation BLOB,
    share_token TEXT UNIQUE,
    -- the last message that is shared
    share_head INTEGER,
    deleted_at INTEGER
) STRICT;

CREATE INDEX conversations_listed ON conversations (owner, pinned, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL AND head IS NOT NULL;
CREATE INDEX conversations_exported ON conversations (owner, key) WHERE deleted_at IS NULL AND head IS NOT NULL;
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX conversations_empty ON conversations (updated_at) WHERE head IS NULL AND deleted_at IS NULL;

CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    -- a key of this table; not a foreign key, because checking one would need an index of its own
    parent INTEGER,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    model TEXT,
    generation BLOB,
    last_event INTEGER NOT NULL,
    -- finish_reason, usage, stats and error as JSON; nothing is looked for in it
    outcome TEXT,
    deleted_at INTEGER
) STRICT;

CREATE INDEX messages_children ON messages (conversation, parent);
CREATE INDEX messages_generation ON messages (generation) WHERE generation IS NOT NULL;
CREATE INDEX messages_streaming ON messages (status) WHERE status = 'streaming';
CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;

-- What has come of answers that are being written, piece by piece: a growing text would be written anew each time. By the number
-- of the checkpoint first, so that all pieces of one stand together at the end: by message, each would be on a page of its own.
CREATE TABLE pieces (
    checkpoint INTEGER NOT NULL,
    -- a key of `messages`; what has ended is removed later
    message INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    content TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    model TEXT,
    PRIMARY KEY (checkpoint, message)
) STRICT, WITHOUT ROWID;

-- The answers that idempotency keys have made.
CREATE TABLE sends (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    key TEXT NOT NULL,
    answer INTEGER NOT NULL,
    PRIMARY KEY (conversation, key)
) STRICT, WITHOUT ROWID;

-- Words as `words.rs` finds them, joined by spaces; `owner` is one word, the letter o and the owner's key. The texts themselves
-- are not kept a second time. The tokenizer takes every character beyond ASCII for a letter: what a word is has been decided before.
CREATE VIRTUAL TABLE message_words USING fts5 (
    owner, words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii'
);
CREATE VIRTUAL TABLE title_words USING fts5 (
    owner, words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'ascii'
);

-- Every word of four or more characters that was ever indexed. What may become of the beginning of a word is looked up here: the
-- index itself would read all that it has of all words that begin so.
CREATE TABLE words (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- One row comes and goes to find out whether the disk takes anything again.
CREATE TABLE probe (content BLOB) STRICT;
