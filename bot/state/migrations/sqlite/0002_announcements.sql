-- Who hears of new posts, which posts are known, and what was or is to be sent where.
-- Times are Unix seconds.

BEGIN IMMEDIATE;

CREATE TABLE subscriptions (
    key TEXT PRIMARY KEY,  -- c and the channel's id, or u and the reader's
    place TEXT NOT NULL,
    guild INTEGER,
    channel INTEGER,
    reader INTEGER,
    tags TEXT NOT NULL,  -- JSON
    not_tags TEXT NOT NULL,  -- JSON
    role INTEGER,
    silent INTEGER NOT NULL,
    publish INTEGER NOT NULL,
    threads INTEGER NOT NULL,
    locale TEXT NOT NULL,
    since INTEGER NOT NULL,
    pause_reason TEXT,
    pause_detail TEXT,
    pause_since INTEGER,
    pause_told INTEGER,
    -- Whose lease it is to send there, and until when.
    owner TEXT,
    turn_until REAL NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    -- When to try again, after so many turns in a row without success, and why.
    ready REAL NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX subscriptions_of_guild ON subscriptions (guild);

CREATE TABLE known_posts (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    sketch BLOB NOT NULL,  -- hashes of 4 bytes, the least of its sentences'
    face TEXT NOT NULL  -- what announcements show of it; empty while it is gone
) STRICT;

CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL,
    looked REAL NOT NULL
) STRICT;

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    subscription TEXT NOT NULL,
    position INTEGER NOT NULL,  -- the order within the subscription
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    since REAL NOT NULL,  -- it cannot have been sent before
    not_before REAL NOT NULL,
    channel INTEGER,
    message INTEGER,
    thread INTEGER,
    published INTEGER NOT NULL,
    letter TEXT NOT NULL,  -- digest of what the message shows
    problem TEXT NOT NULL
) STRICT;

CREATE INDEX deliveries_to_do ON deliveries (subscription, position)
    WHERE state IN ('waiting', 'sending', 'sent', 'changed');
CREATE INDEX deliveries_of_subscription ON deliveries (subscription);

CREATE TABLE delivery_posts (
    subscription TEXT NOT NULL,
    post TEXT NOT NULL,
    delivery TEXT NOT NULL,
    number INTEGER NOT NULL,  -- the order within the message
    shown TEXT NOT NULL,  -- the post's face as the message shows it
    PRIMARY KEY (subscription, post)  -- nobody hears of a post twice
) STRICT;

CREATE INDEX delivery_posts_of_delivery ON delivery_posts (delivery);
CREATE INDEX delivery_posts_of_post ON delivery_posts (post);

PRAGMA user_version = 2;
COMMIT;
