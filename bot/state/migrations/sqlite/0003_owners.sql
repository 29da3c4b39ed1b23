-- Who may see what is not published: ids of the application's owner or of its team's members.

BEGIN IMMEDIATE;

ALTER TABLE identity ADD COLUMN owners TEXT NOT NULL DEFAULT '[]';  -- JSON

PRAGMA user_version = 3;
COMMIT;
