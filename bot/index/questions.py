"""The questions in SQL. In all of them ``p`` is a post, and ``:now`` when it is asked."""

from __future__ import annotations

from bot.index.record import SHOWN
from bot.index.words import MATCH_END, MATCH_START

# The post `p` is seen by readers at the moment :now.
VISIBLE = "p.draft = 0 AND p.hidden IS NULL AND (p.instant IS NULL OR p.instant <= :now)"
# Newest first, undated last (NULL is the smallest value in SQLite), ties by path.
IN_ORDER = "p.instant DESC, p.path"
# Words of context in a snippet; FTS5 takes up to 64.
SNIPPET_WORDS = 32

# Before every instant there is: year 1 is 62 billion seconds before 1970.
UNDATED = -(10**12)

TAGGED = "JOIN post_tags AS pt ON pt.post = p.id AND pt.key = :tag"

_SNIPPETS = ", ".join(
    f"snippet(fulltext, {column}, '{MATCH_START}', '{MATCH_END}', '…', {SNIPPET_WORDS})"
    for column in (3, 2, 0)  # body, summary, title
)
# The best are chosen first: a snippet is cut only for those that are shown.
SEARCH = f"""
    WITH best AS MATERIALIZED (
        SELECT p.id AS id, fulltext.rank AS rank, p.instant AS instant, p.path AS path
        FROM fulltext JOIN posts AS p ON p.id = fulltext.rowid
        WHERE fulltext MATCH :match AND {VISIBLE}
        ORDER BY fulltext.rank, p.instant DESC, p.path LIMIT :limit OFFSET :offset
    )
    SELECT {SHOWN}, {_SNIPPETS}
    FROM best JOIN fulltext ON fulltext.rowid = best.id JOIN posts AS p ON p.id = best.id
    WHERE fulltext MATCH :match
    ORDER BY best.rank, best.instant DESC, best.path
"""  # noqa: S608 - all of it is ours

LEFT_OUT = """
    SELECT path, reason FROM left_out
    UNION SELECT path, hidden FROM posts WHERE hidden IS NOT NULL
    UNION SELECT path, 'a draft' FROM posts WHERE hidden IS NULL AND draft
    UNION SELECT path, 'dated ' || date || ', which is in the future' FROM posts
        WHERE hidden IS NULL AND NOT draft AND instant > :now
    ORDER BY path
"""

ALL_POSTS = f"""
    SELECT p.path, p.title, p.slug, p.instant FROM posts AS p
    WHERE p.draft = 0 AND p.hidden IS NULL ORDER BY {IN_ORDER}
"""  # noqa: S608
