"""What a Hugo site's configuration says of its links.

https://gohugo.io/configuration/
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.generators.common import config, paths
from bot.generators.common.site_folder import SiteFolder


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the site.

    Attributes:
        tag: the key in the configuration, in lower case.
        folder: the language's own content folder, or empty.
        url: the language's own site, or None.
        permalinks: the language's own patterns, in place of the site's; empty for none.
        disabled: whether the site is not built in it.
    """

    tag: str
    folder: str = ""
    url: str | None = None
    permalinks: Mapping[str, str] = field(default_factory=dict)
    disabled: bool = False


def configuration(files: SiteFolder) -> dict[str, object]:
    """The site's configuration from its file or from the files of ``config/_default``."""
    merged = files.load_first(
        *(f"{stem}.{ext}" for stem in ("hugo", "config") for ext in ("toml", "yaml", "yml", "json"))
    )
    merged = dict(merged or {})
    for folder in ("_default", "production"):
        for place in sorted(files.texts):
            inside = paths.below(place, f"config/{folder}")
            if inside is None or "/" in inside:
                continue
            keys = inside.rpartition(".")[0].split(".")
            values: dict[str, object] = files.load(place) or {}
            if keys[0] not in {"hugo", "config"}:
                for key in reversed(keys):
                    values = {key.lower(): values}
            merged = config.merged(merged, values)
    return merged


def real_url(url: str | None) -> str | None:
    """A URL of a site; ``/`` and the like mean: not set."""
    return url if url and paths.is_absolute(url) else None


def mounts(settings: Mapping[str, object]) -> list[tuple[str, str, str | None]]:
    """Folders that ``module.mounts`` put into the content: source, target, language."""
    entries = config.mapping_at(settings, "module").get("mounts")
    found = []
    for entry in entries if isinstance(entries, list) else []:
        source, target = (
            (config.text_at(entry, key) for key in ("source", "target"))
            if isinstance(entry, dict)
            else (None, None)
        )
        if source and target and (target == "content" or target.startswith("content/")):
            found.append(
                (source.strip("./"), target[len("content/") :], config.text_at(entry, "lang"))
            )
    return sorted(found, key=lambda mount: -len(mount[0]))


def pattern_for(folder: str, permalinks: Mapping[str, str]) -> str | None:
    """The ``permalinks`` entry of the most precise section that the page is in."""
    section = folder.lower()
    while section not in permalinks and "/" in section:
        section = posixpath.dirname(section)
    return permalinks.get(section)


def permalinks(settings: Mapping[str, object]) -> dict[str, str]:
    """Patterns for pages by section, from the flat form and the one by kind; "" is the root."""
    configured = config.mapping_at(settings, "permalinks")
    flat = {key: value for key, value in configured.items() if isinstance(value, str)}
    by_kind = config.mapping_at(configured, "page")
    flat |= {key: value for key, value in by_kind.items() if isinstance(value, str)}
    return {key.strip("/ ").lower(): value for key, value in flat.items()}


def ignored(settings: Mapping[str, object]) -> list[re.Pattern[str]]:
    """What ``ignoreFiles`` names, as far as Go's regular expressions are Python's.

    https://gohugo.io/configuration/all/#ignorefiles
    """
    entries = settings.get("ignorefiles")
    patterns = []
    for entry in entries if isinstance(entries, list) else []:
        with contextlib.suppress(re.error):
            patterns.append(re.compile(str(entry)))
    return patterns


def cut(folders: list[str], spec: str) -> list[str]:
    """The folders that ``[1:]``, ``[:last]`` or ``[last]`` name, as far as there are any."""

    def number(word: str, default: int) -> int:
        if word == "last":
            return max(len(folders) - 1, 0)
        return int(word) if word.isdecimal() else default

    low, colon, high = spec.strip().partition(":")
    if colon:
        return folders[number(low, 0) : number(high, len(folders))]
    at = number(low, 0)
    return folders[at : at + 1]
