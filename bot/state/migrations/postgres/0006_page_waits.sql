-- Posts whose first announcement waits for their public page. Times are Unix seconds.

CREATE TABLE page_waits (
    post TEXT PRIMARY KEY,
    since DOUBLE PRECISION NOT NULL,  -- the first request for the page; 0 before it
    asks BIGINT NOT NULL,
    due DOUBLE PRECISION,  -- the next request; null once the post went out without its page
    problem TEXT NOT NULL  -- what the last request found
);

-- When the first attempt at sending was begun: Discord knows its nonce for some minutes.
ALTER TABLE deliveries ADD COLUMN tried DOUBLE PRECISION;

-- Deliveries of which nobody can tell whether they were sent are looked for again now and then.
DROP INDEX deliveries_to_do;
CREATE INDEX deliveries_to_do ON deliveries (subscription, position)
    WHERE state IN ('waiting', 'sending', 'sent', 'changed', 'stopped');
