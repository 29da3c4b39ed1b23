"""What is remembered of a site's list, in a file beside the index."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bot.sources.sitemap.crawler import CachedDocument

log = logging.getLogger(__name__)

VERSION = 1
MOST_BYTES = 100_000_000
MOST_SECONDS_TO_WAIT = 24 * 3600


@dataclass(frozen=True, slots=True)
class CachedList:
    """What the last looks at a site brought.

    Attributes:
        of: the site and the setting that it was asked for, so that others are forgotten.
        starts: addresses of the documents to begin with; empty where nothing was found.
        hosts: the site's own, and those that it redirects to.
        documents: what was read, by address.
        is_feed: whether it is a feed, which lists the newest posts only.
        is_whole: whether all was read.
        asked: Unix seconds of the last look.
        wait_until: Unix seconds before which the host asks not to be asked.
        trouble: why the last look brought nothing; or empty.
    """

    of: str = ""
    starts: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    documents: Mapping[str, CachedDocument] = field(default_factory=dict)
    is_feed: bool = False
    is_whole: bool = True
    asked: int = 0
    wait_until: int = 0
    trouble: str = ""


def read(files: Sequence[Path], of: str) -> CachedList:
    """The latest that any of the files holds about a site; of none, nothing."""
    found = [cached for file in files if (cached := _read(file)) is not None and cached.of == of]
    return max(found, key=lambda cached: cached.asked, default=CachedList(of=of))


def write(files: Sequence[Path], cached: CachedList) -> None:
    """Write it into the first file that can be written. Without any, it is fetched again."""
    text = json.dumps({"version": VERSION, **asdict(cached)})
    for file in files:
        aside = file.with_name(f"{file.name}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(text, encoding="utf-8")
            aside.replace(file)
        except OSError as error:
            log.debug("%s: the site's list cannot be cached there (%s)", file, error)
        else:
            return


def _read(file: Path) -> CachedList | None:
    try:
        if file.stat().st_size > MOST_BYTES:
            return None
        found = json.loads(file.read_text(encoding="utf-8"))
        if found.pop("version") != VERSION:
            return None
        for name in ("starts", "hosts"):
            found[name] = tuple(map(str, found[name]))
        found["documents"] = {
            url: CachedDocument(
                **{**one, "pages": tuple(one["pages"]), "sitemaps": tuple(one["sitemaps"])}
            )
            for url, one in found["documents"].items()
        }
        return CachedList(**found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
