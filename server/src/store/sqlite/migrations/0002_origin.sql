-- Where a conversation was imported from, such as `chatgpt:<its id there>`: the same is not imported twice.
ALTER TABLE conversations ADD COLUMN origin TEXT;

-- Not unique: what was deleted may be imported again, and restored then.
CREATE INDEX conversations_origin ON conversations (owner, origin) WHERE origin IS NOT NULL;
