"""A post's cover image, as the front matter names it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.reading.fields import Fields, as_list

INNER = (
    "image", "url", "src", "path", "file", "filename", "light", "href", "cover", "og_image",
    "overlay_image", "teaser", "thumbnail", "images", "relative", "default",
)  # fmt: skip
# A name with an extension or a folder; not a colour, a caption or a true. What begins with
# @ or ~ is a bundler's shorthand, whose file gets another name on the site.
IMAGE = re.compile(r"\S*[./]\S*|\S.*\.(?:png|jpe?g|gif|webp|avif|svg|bmp|tiff?)", re.IGNORECASE)
# `cover: {image: {light: …}}` is as deep as it gets.
DEEPEST = 3


def cover_of(fields: Fields) -> str | None:
    """Return the cover as written: a URL, a path, or a name beside the post; or None."""
    for _, value in fields.all("cover"):
        for image in _images(value, DEEPEST):
            return image
    return None


def _images(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        text = value.strip().removeprefix("![[").removeprefix("[[").removesuffix("]]")
        if IMAGE.fullmatch(text) and not text.startswith(("data:", "{", "<", "@", "~")):
            yield text
    elif isinstance(value, Mapping) and depth:
        folded = {str(key).lower(): inner for key, inner in value.items()}
        for key in INNER:
            yield from _images(folded.get(key), depth - 1)
    elif isinstance(value, list) and depth:
        for item in as_list(value):
            yield from _images(item, depth - 1)
