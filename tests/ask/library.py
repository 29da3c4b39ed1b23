"""A blog of a few posts in memory, searched by whole words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ask.retrieval import stems
from bot.blog.library import Hit
from bot.blog.post import Post
from bot.blog.section import Passage

POSTS = {
    "lamp.md": (
        Passage(None, None, "A lamp for the desk.\nIt is made of brass."),
        Passage("Power", "power", "The lamp takes 5 volts.\n\nIts plug is USB-C."),
        Passage("Care", "care", "Wipe the brass with a dry cloth."),
    ),
    "dimmer.md": (
        Passage(None, None, "A dimmer must fit the lamp."),
        Passage("Turning", "turning", "Turn the dimmer slowly, or the lamp flickers."),
    ),
    "bread.md": (Passage("Dough", "dough", "Flour, water, salt. " * 400),),
}


class Blog:
    """What retrieval asks; ``searches`` are all queries so far."""

    def __init__(self) -> None:
        self.searches: list[str] = []

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        self.searches.append(query)
        words = set(stems(query))
        found = []
        for path, passages in POSTS.items():
            counts = [len(words & set(stems(each.text))) for each in passages]
            if max(counts):
                best = passages[counts.index(max(counts))]
                hit = Hit(post_of(path), ((best.text, False),), best.heading, best.anchor)
                found.append((sum(counts), hit))
        found.sort(key=lambda each: -each[0])
        return [hit for _, hit in found[offset : offset + limit]]

    async def passages(self, path: str) -> Sequence[Passage]:
        return POSTS[path]

    async def latest(self, *, limit: int) -> Sequence[Post]:
        return [post_of(path) for path in POSTS][:limit]


def post_of(path: str) -> Post:
    name = path.removesuffix(".md")
    return Post(
        path=path,
        slug=name,
        title=name.title(),
        link=f"https://example.org/{name}/",
    )
