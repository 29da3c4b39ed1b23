-- Everything here is derived from the posts. There are no migrations: a file made by
-- another version of this page is rebuilt.

-- What the whole index goes by: fingerprint, generator, site_url, updated.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

-- Every file that was read, whether it yielded a post or not. Size and stamp tell whether
-- it needs another look, the digest whether that look would find anything new.
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    stamp INTEGER NOT NULL,
    digest BLOB NOT NULL
);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,             -- Post.key
    own_slug TEXT NOT NULL,        -- the slug that the post asks for
    slug TEXT NOT NULL,            -- the slug it got with all posts in view
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    date TEXT,                     -- PostDate.text
    instant INTEGER,               -- PostDate.instant
    updated TEXT,
    updated_instant INTEGER,
    authors TEXT NOT NULL,         -- JSON list
    image TEXT,
    link TEXT,
    language TEXT,
    draft INTEGER NOT NULL,
    titled INTEGER NOT NULL,
    aliases TEXT NOT NULL,         -- JSON list
    words INTEGER NOT NULL,
    hidden TEXT                    -- why it is no post with all posts in view, or null
);

-- The order of every list: newest first, undated last, ties by path.
CREATE INDEX posts_in_order ON posts (instant DESC, path) WHERE draft = 0 AND hidden IS NULL;
CREATE INDEX posts_by_key ON posts (key);

CREATE TABLE post_tags (
    post INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,     -- place in the author's list
    key TEXT NOT NULL,             -- tag_key(name)
    name TEXT NOT NULL,            -- this post's spelling
    PRIMARY KEY (post, position)
) WITHOUT ROWID;

CREATE INDEX post_tags_by_key ON post_tags (key, post);

-- The commonest spelling of each tag.
CREATE TABLE tags (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL
) WITHOUT ROWID;

-- Every name a person may call a post by, folded, with the better kinds first (names.py).
CREATE TABLE names (
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    post INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (name, kind, post)
) WITHOUT ROWID;

CREATE INDEX names_by_post ON names (post);

-- What the last run found wrong and left out; origin says who found it.
CREATE TABLE problems (
    origin TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER,
    reason TEXT NOT NULL,
    hint TEXT NOT NULL
);

CREATE INDEX problems_by_path ON problems (path);

CREATE TABLE left_out (
    origin TEXT NOT NULL,
    path TEXT NOT NULL,
    reason TEXT NOT NULL
);

CREATE INDEX left_out_by_path ON left_out (path);

-- rowid is posts.id. Texts come through words.py: see there for Chinese and Japanese.
CREATE VIRTUAL TABLE fulltext USING fts5 (
    title, tags, summary, body,
    tokenize = 'unicode61 remove_diacritics 2'
);

-- A word in the title counts for more than ten in the body.
INSERT INTO fulltext (fulltext, rank) VALUES ('rank', 'bm25(12.0, 6.0, 3.0, 1.0)');
