-- Everything here is derived from the posts. There are no migrations: a file made with
-- another schema is rebuilt. What stands in braces, rows.py fills in.

-- What the whole index goes by: fingerprint, generator, site_url, source,
-- sitemap, surroundings, updated.
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
    {post columns},
    hidden TEXT,                   -- why it is no post with all posts in view, or null
    finding TEXT                   -- what the site says of its link, as in links/proof.py, or null
);

-- The order of every list: newest first, then undated ones by title, ties by path.
CREATE INDEX posts_in_order ON posts (instant DESC, undated_title, path)
    WHERE draft = 0 AND hidden IS NULL;
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
    hint TEXT NOT NULL,
    harmless INTEGER NOT NULL
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

-- What is searched, to be shown; rows.py says of what. Headings and body come passage by
-- passage, a separator between each two.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
    {text columns}
);

-- The same folded, as fts_text.py says; rowid is posts.id. Before a row of texts goes, these
-- have to be told.
CREATE VIRTUAL TABLE english USING fts5 (
    {texts}, content = 'texts', content_rowid = 'id', tokenize = 'porter {tokenizer}'
);
CREATE VIRTUAL TABLE foreign_languages USING fts5 (
    {texts}, content = 'texts', content_rowid = 'id', tokenize = '{tokenizer}'
);

-- Titles and headings, to complete what is typed from the first letter on.
CREATE VIRTUAL TABLE completions USING fts5 (
    title, headings, content = 'texts', content_rowid = 'id',
    prefix = '1 2 3', tokenize = '{tokenizer}'
);

-- The words of each, and how many posts hold them; those of english are stems.
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(completions, row);
CREATE VIRTUAL TABLE english_words USING fts5vocab(english, row);
CREATE VIRTUAL TABLE foreign_languages_words USING fts5vocab(foreign_languages, row);

INSERT INTO english (english, rank) VALUES ('rank', 'bm25({weights})');
INSERT INTO foreign_languages (foreign_languages, rank) VALUES ('rank', 'bm25({weights})');
