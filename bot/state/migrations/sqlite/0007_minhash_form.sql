-- How the texts of the known posts were hashed. Where that is not the way of now, they are
-- hashed again at the next look at the posts.

BEGIN IMMEDIATE;

ALTER TABLE ledger ADD COLUMN minhash_form INTEGER;  -- NULL for the first one

-- Since when a machine is turned away, because another one has newer posts. Unix seconds.
ALTER TABLE machines ADD COLUMN older_since REAL;

PRAGMA user_version = 7;
COMMIT;
