-- What all answers of a conversation cost, as JSON: summed when an answer ends, because a chat is read far more often.
ALTER TABLE conversations ADD COLUMN usage TEXT;

UPDATE conversations SET usage = (
    SELECT json_object(
        'input_tokens', sum(coalesce(m.outcome ->> '$.usage.input_tokens', 0)),
        'output_tokens', sum(coalesce(m.outcome ->> '$.usage.output_tokens', 0))
    )
    FROM messages m
    WHERE m.conversation = conversations.key AND m.outcome ->> '$.usage' IS NOT NULL
    HAVING count(*) > 0
);
