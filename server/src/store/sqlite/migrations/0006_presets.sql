-- Texts that somebody uses again.
CREATE TABLE presets (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner INTEGER NOT NULL REFERENCES owners,
    name TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

CREATE INDEX presets_of_owner ON presets (owner, name COLLATE NOCASE);
