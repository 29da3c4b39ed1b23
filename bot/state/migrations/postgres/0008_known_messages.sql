-- The id of a message in a channel: all announcements there up to it are in deliveries. A state
-- that was restored from a copy does not know what was sent after it.

ALTER TABLE subscriptions ADD COLUMN known_until BIGINT NOT NULL DEFAULT 0;
UPDATE subscriptions SET known_until = coalesce((
    SELECT max(message) FROM deliveries WHERE subscription = subscriptions.key AND state <> 'kept'
), 0);
