-- The key of a message that was removed is never another's: what still names it (an idempotency key, a shared address, a piece of
-- an answer) must not lead to somebody else's words.
CREATE TABLE messages_with_own_keys (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    parent INTEGER,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    content TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    model TEXT,
    generation BLOB,
    last_event INTEGER NOT NULL,
    outcome TEXT,
    deleted_at INTEGER,
    indexed INTEGER NOT NULL
) STRICT;

INSERT INTO messages_with_own_keys
    SELECT key, id, conversation, parent, role, status, content, reasoning, created_at, model, generation, last_event, outcome,
        deleted_at, indexed
    FROM messages;
DROP TABLE messages;
ALTER TABLE messages_with_own_keys RENAME TO messages;

CREATE INDEX messages_children ON messages (conversation, parent);
CREATE INDEX messages_generation ON messages (generation) WHERE generation IS NOT NULL;
CREATE INDEX messages_streaming ON messages (status) WHERE status = 'streaming';
CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_to_index ON messages (key) WHERE indexed = 0 AND status <> 'streaming';

-- What names a message that is another's by now.
DELETE FROM sends
    WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.key = sends.answer AND m.conversation = sends.conversation);
UPDATE conversations SET share_token = NULL, share_head = NULL
    WHERE share_token IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.key = conversations.share_head AND m.conversation = conversations.key);
