-- Posts whose first announcement waits for their public page. Times are Unix seconds.

BEGIN IMMEDIATE;

CREATE TABLE page_waits (
    post TEXT PRIMARY KEY,
    since REAL NOT NULL,  -- the first request for the page; 0 before it
    asks INTEGER NOT NULL,
    due REAL,  -- the next request; null once the post went out without its page
    problem TEXT NOT NULL  -- what the last request found
) STRICT;

-- When the first attempt at sending was begun: Discord knows its nonce for some minutes.
ALTER TABLE deliveries ADD COLUMN tried REAL;

-- Deliveries of which nobody can tell whether they were sent are looked for again now and then.
DROP INDEX deliveries_to_do;
CREATE INDEX deliveries_to_do ON deliveries (subscription, position)
    WHERE state IN ('waiting', 'sending', 'sent', 'changed', 'stopped');

PRAGMA user_version = 6;
COMMIT;
