"""``/``: for people who follow the bot's address out of curiosity."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from bot.blog.errors import IndexUnavailable
from bot.blog.post import Post

# How long a browser or a proxy may show a page without asking again.
FRESH_SECONDS = 60
MOST_OF_A_SUMMARY = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the page shows.

    Attributes:
        name: the bot's.
        invitation: the link that adds it to a server, or None while it is not known.
        posts: how many there are.
        newest: some of them.
    """

    name: str
    invitation: str | None
    posts: int
    newest: Sequence[Post]


def add_front_page(app: web.Application, look: Callable[[], Awaitable[Front]]) -> None:
    """Answer ``/`` with what ``look`` sees."""
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    template = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
    policy = content_security_policy(style)

    async def front_page(_request: web.Request) -> web.Response:
        try:
            front = await look()
        except IndexUnavailable:
            raise web.HTTPServiceUnavailable(text="The posts cannot be read now.\n") from None
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": f"public, max-age={FRESH_SECONDS}",
        }
        page = template.substitute(style=style, **parts(front))
        return web.Response(text=page, content_type="text/html", headers=headers)

    app.router.add_get("/", front_page)


def content_security_policy(style: str) -> str:
    """Allow nothing but this style, and the icon, which stands in the page.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def parts(front: Front) -> dict[str, str]:
    """The HTML that takes the places in the template."""
    invitation = ""
    if front.invitation:
        invitation = (
            f'<p><a class="invite" href="{escape(front.invitation)}">Add to Discord</a></p>'
        )
    posts = "\n".join(map(item, front.newest))
    return {
        "name": escape(front.name),
        "invitation": invitation,
        "heading": heading(front),
        "posts": f'<ol class="posts">\n{posts}\n</ol>' if posts else "",
    }


def heading(front: Front) -> str:
    """How many posts there are, and how many of them follow."""
    if front.posts == 0:
        return "No posts yet"
    if front.posts == len(front.newest):
        return "1 post" if front.posts == 1 else f"{front.posts} posts"
    return f"The newest of {front.posts} posts"


def item(post: Post) -> str:
    """One post in the list, with a link where it has a public page."""
    title = escape(post.title)
    if post.url:
        title = f'<a href="{escape(post.url)}">{title}</a>'
    lines = [f'<span class="title" dir="auto">{title}</span>']
    if post.date:
        lines.append(f"<time>{post.date.day.isoformat()}</time>")
    if post.summary:
        lines.append(f'<p dir="auto">{escape(clip(post.summary))}</p>')
    return f"<li>{' '.join(lines)}</li>"


def clip(summary: str) -> str:
    """The beginning of a summary, up to the end of a word."""
    if len(summary) <= MOST_OF_A_SUMMARY:
        return summary
    return summary[:MOST_OF_A_SUMMARY].rpartition(" ")[0].rstrip(" ,;:") + "…"
