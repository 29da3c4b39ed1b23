"""Paths of files and of pages, as all generators take them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

_MARKDOWN = re.compile(r"\.(?:md|markdown|mdown|mkd|mdx)$", re.IGNORECASE)
_DATED = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[-_](?=.)")
_DATE_PARTS = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")

# What RFC 3986 allows in a path besides letters, digits and `-._~`.
_PATH_SIGNS = "/:@!$&'()*+,;="


def without_extension(path: str) -> str:
    """``a/b.md`` → ``a/b``; other extensions stay, since names have dots of their own."""
    return _MARKDOWN.sub("", path)


def without_index(stem: str) -> str:
    """``a/index`` → ``a``; a file of its own stays as it is."""
    folder, _, name = stem.rpartition("/")
    return folder if name.lower() == "index" else stem


def undated(name: str) -> str:
    """A file's name without the day in front: ``2024-01-11-x`` → ``x``."""
    return _DATED.sub("", name, count=1) if _DATED.match(name) else name


def below(path: str, folder: str) -> str | None:
    """The path below ``folder``, or None where it is elsewhere; everything is below ``""``."""
    folder = folder.strip("/")
    if folder in {"", "."}:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def below_first(path: str, folders: Iterable[str]) -> str:
    """The path below the first of these folders that it lies in; else as it is.

    A folder that begins with ``**/`` may itself lie anywhere: sites in a repository of
    several packages do.
    """
    for folder in folders:
        if folder.startswith("**/"):
            _, found, inside = f"/{path}".partition(f"{folder[2:]}/")
            if found:
                return inside
        elif (below_it := below(path, folder)) is not None:
            return below_it
    return path


_GLOB = re.compile(r"\*\*/?|\*|\?|\{[^{}]*\}")


def names(glob: str, path: str) -> bool:
    """Whether a glob names a path, or a folder above it; ``**`` crosses folders."""
    pattern = glob_pattern(glob.removeprefix("./").strip("/"))
    return re.fullmatch(f"{pattern}(?:/.*)?", path, re.DOTALL) is not None


def glob_pattern(glob: str) -> str:
    """The regular expression of a glob with ``*``, ``**``, ``?`` and ``{a,b}``."""
    pattern, end = "", 0
    for found in _GLOB.finditer(glob):
        pattern += re.escape(glob[end : found.start()]) + _wild(found[0])
        end = found.end()
    return pattern + re.escape(glob[end:])


def _wild(sign: str) -> str:
    if sign.startswith("{"):
        return f"(?:{'|'.join(map(re.escape, sign[1:-1].split(',')))})"
    return {"*": "[^/]*", "?": "[^/]", "**": ".*"}.get(sign, "(?:.*/)?")


def join(*pieces: str) -> str:
    """Pieces of a page's path as one that begins with ``/``, empty pieces left out."""
    return "/" + "/".join(part for piece in pieces for part in piece.split("/") if part)


def with_slash(path: str) -> str:
    """The path of a page that is a folder, ``/x`` → ``/x/``; ``/x.html`` stays."""
    return path if path.endswith("/") else f"{path}/"


def is_absolute(link: str) -> bool:
    """Whether ``link`` names its host: all others are paths on the site."""
    if link[:4].lower() != "http":
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)


def encoded(path: str) -> str:
    """Percent-encode a path made of names, in which ``%``, ``?`` and ``#`` mean themselves."""
    return quote(path, safe=_PATH_SIGNS)


def encoded_once(link: str) -> str:
    """Percent-encode what an author wrote as a link, leaving alone what is encoded already."""
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", link)
    return quote(escaped, safe=_PATH_SIGNS + "%?#[]" if is_absolute(link) else _PATH_SIGNS + "%?#")
