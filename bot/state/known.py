"""Known posts as rows of their table."""

from __future__ import annotations

import struct

from bot.announce.ledger import KnownPost
from bot.state.database import Row

POST = "id, path, slug, title, digest, sketch, face"


def post_row(post: KnownPost) -> Row:
    """The values of ``POST``."""
    sketch = struct.pack(f"<{len(post.minhash)}I", *sorted(post.minhash))
    return post.id, post.path, post.slug, post.title, post.digest, sketch, post.face


def to_post(row: Row) -> KnownPost:
    """What values of ``POST`` say."""
    name, path, slug, title, digest, sketch, face = row
    return KnownPost(
        id=name,
        path=path,
        slug=slug,
        title=title,
        digest=digest,
        minhash=frozenset(struct.unpack(f"<{len(sketch) // 4}I", sketch)),
        face=face,
    )
