-- What search does not know yet: it is indexed a moment later, many texts in one step. What is there already is indexed.
ALTER TABLE messages ADD COLUMN indexed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE conversations ADD COLUMN title_indexed INTEGER NOT NULL DEFAULT 1;

CREATE INDEX messages_to_index ON messages (key) WHERE indexed = 0 AND status <> 'streaming';
CREATE INDEX conversations_to_index ON conversations (key) WHERE title_indexed = 0;
