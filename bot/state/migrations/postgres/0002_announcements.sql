-- Who hears of new posts, which posts are known, and what was or is to be sent where.
-- Times are Unix seconds.

CREATE TABLE subscriptions (
    key TEXT PRIMARY KEY,  -- c and the channel's id, or u and the reader's
    place TEXT NOT NULL,
    guild BIGINT,
    channel BIGINT,
    reader BIGINT,
    tags TEXT NOT NULL,  -- JSON
    not_tags TEXT NOT NULL,  -- JSON
    role BIGINT,
    silent BIGINT NOT NULL,
    publish BIGINT NOT NULL,
    threads BIGINT NOT NULL,
    locale TEXT NOT NULL,
    since BIGINT NOT NULL,
    pause_reason TEXT,
    pause_detail TEXT,
    pause_since BIGINT,
    pause_told BIGINT,
    -- Whose lease it is to send there, and until when.
    owner TEXT,
    turn_until DOUBLE PRECISION NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    -- When to try again, after so many turns in a row without success, and why.
    ready DOUBLE PRECISION NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT ''
);

CREATE INDEX subscriptions_of_guild ON subscriptions (guild);

CREATE TABLE known_posts (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    sketch BYTEA NOT NULL,  -- hashes of 4 bytes, the least of its sentences'
    face TEXT NOT NULL  -- what announcements show of it; empty while it is gone
);

CREATE TABLE ledger (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    generation BIGINT NOT NULL,
    looked DOUBLE PRECISION NOT NULL
);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    subscription TEXT NOT NULL,
    position BIGINT NOT NULL,  -- the order within the subscription
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    since DOUBLE PRECISION NOT NULL,  -- it cannot have been sent before
    not_before DOUBLE PRECISION NOT NULL,
    channel BIGINT,
    message BIGINT,
    thread BIGINT,
    published BIGINT NOT NULL,
    letter TEXT NOT NULL,  -- digest of what the message shows
    problem TEXT NOT NULL
);

CREATE INDEX deliveries_to_do ON deliveries (subscription, position)
    WHERE state IN ('waiting', 'sending', 'sent', 'changed');
CREATE INDEX deliveries_of_subscription ON deliveries (subscription);

CREATE TABLE delivery_posts (
    subscription TEXT NOT NULL,
    post TEXT NOT NULL,
    delivery TEXT NOT NULL,
    number BIGINT NOT NULL,  -- the order within the message
    shown TEXT NOT NULL,  -- the post's face as the message shows it
    PRIMARY KEY (subscription, post)  -- nobody hears of a post twice
);

CREATE INDEX delivery_posts_of_delivery ON delivery_posts (delivery);
CREATE INDEX delivery_posts_of_post ON delivery_posts (post);
