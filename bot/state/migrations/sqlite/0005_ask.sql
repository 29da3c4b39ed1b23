-- What /ask counts, and the exchanges that a reader may follow up.

BEGIN IMMEDIATE;

CREATE TABLE ask_counts (
    name TEXT PRIMARY KEY,  -- month, reader:<digest> or server:<id>
    number INTEGER NOT NULL,  -- of the hour or month that is counted
    used INTEGER NOT NULL  -- questions, or tokens
) STRICT;

CREATE TABLE ask_exchanges (
    id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires INTEGER NOT NULL  -- Unix seconds
) STRICT;

PRAGMA user_version = 5;
COMMIT;
