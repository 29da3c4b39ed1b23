-- Until when a channel is known to hold no announcement but those in deliveries: a state that was
-- restored from a copy does not know what was sent since. Unix seconds.

BEGIN IMMEDIATE;

ALTER TABLE subscriptions ADD COLUMN searched REAL NOT NULL DEFAULT 0;
UPDATE subscriptions SET searched = coalesce((SELECT looked FROM ledger), 0);

-- Which posts are newer, where several machines share the state: each content that was seen, and
-- which machine has which. A file's time would not tell.
CREATE TABLE snapshots (
    fingerprint TEXT PRIMARY KEY,
    generation INTEGER NOT NULL
) STRICT;
CREATE TABLE machines (
    owner TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    seen REAL NOT NULL
) STRICT;

PRAGMA user_version = 4;
COMMIT;
