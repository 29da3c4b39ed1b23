-- Everything here is derived from the posts. There are no migrations: a file made by
-- another version of this page is rebuilt.

-- What the whole index goes by: fingerprint, generator, site_url, source,
-- surroundings, updated.
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
    digest BLOB NOT NULL,
    is_post INTEGER NOT NULL       -- whether it holds one, or a draft of one
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
    date_lent INTEGER NOT NULL,    -- whether the date is the source's, for want of the author's
    instant INTEGER,               -- PostDate.instant
    updated TEXT,
    updated_instant INTEGER,
    authors TEXT NOT NULL,         -- JSON list
    author_names TEXT NOT NULL,    -- the same folded, one a line, for author: in a query
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
CREATE INDEX posts_hidden ON posts (path) WHERE hidden IS NOT NULL;
CREATE INDEX drafts ON posts (path) WHERE draft <> 0;

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

-- What is only needed of few posts at a time.
CREATE TABLE bodies (
    post INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    body BLOB NOT NULL,            -- as written, without front matter: zlib over UTF-8
    anchors TEXT NOT NULL          -- JSON list: of each passage its section's name, or null
);

-- Posts in English or in an unnamed language, and all others, since SQLite knows no stems
-- but English ones. rowid is posts.id. Headings and body come passage by passage, a seam
-- between each two. Texts come through words.py: see there for Chinese and Japanese.
CREATE VIRTUAL TABLE english USING fts5 (
    title, headings, tags, summary, body,
    tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE foreign_languages USING fts5 (
    title, headings, tags, summary, body,
    tokenize = 'unicode61 remove_diacritics 2'
);

-- Titles and headings again, to complete what is typed, if it be a single letter.
CREATE VIRTUAL TABLE completions USING fts5 (
    title, headings,
    prefix = '1 2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- The words of these, and how many posts hold each.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(completions, row);

-- A word in the title counts for more than ten in the body.
INSERT INTO english (english, rank) VALUES ('rank', 'bm25(12.0, 5.0, 6.0, 3.0, 1.0)');
INSERT INTO foreign_languages (foreign_languages, rank)
    VALUES ('rank', 'bm25(12.0, 5.0, 6.0, 3.0, 1.0)');
