-- Who the bot is at Discord, for a start that answers before Discord has told it again.

CREATE TABLE identity (
    -- SHA-256 of the token, since another token may be another application's.
    token TEXT PRIMARY KEY,
    application_id BIGINT NOT NULL,
    public_key TEXT NOT NULL,
    bot_user TEXT NOT NULL,  -- JSON
    endpoint_url TEXT
);
