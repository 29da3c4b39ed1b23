-- Who may see what is not published: ids of the application's owner or of its team's members.

ALTER TABLE identity ADD COLUMN owners TEXT NOT NULL DEFAULT '[]';  -- JSON
