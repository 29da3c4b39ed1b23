-- What /ask counts, and the exchanges that a reader may follow up.

CREATE TABLE ask_counts (
    name TEXT PRIMARY KEY,  -- month, reader:<digest> or server:<id>
    number BIGINT NOT NULL,  -- of the hour or month that is counted
    used BIGINT NOT NULL  -- questions, or tokens
);

CREATE TABLE ask_exchanges (
    id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    expires BIGINT NOT NULL  -- Unix seconds
);

