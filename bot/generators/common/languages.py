"""Which languages a site's files are in, where its configuration does not say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

# ISO 639-1, https://www.loc.gov/standards/iso639-2/php/code_list.php
_CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv
    cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr
    ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw
    ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv
    ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr
    ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi
    yo za zh zu
"""
CODES = frozenset(_CODES.split())
_TAG = re.compile(r"([a-z]{2})(?:[-_](?:[a-z]{2}|[a-z]{4}|\d{3}))?", re.IGNORECASE)
# Files that any folder may have, translated or not.
_EVERYWHERE = frozenset({"index", "_index", "readme"})
_SUFFIX = re.compile(r"(.+)\.([A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)\.\w+")


def is_tag(text: str) -> bool:
    """Whether ``text`` looks like a language: ``fr``, ``pt-BR``, ``zh_Hans``."""
    found = _TAG.fullmatch(text)
    return bool(found and found[1].lower() in CODES)


def suffixes(places: Iterable[str]) -> frozenset[str]:
    """The languages in names such as ``x.fr.md``, in lower case.

    Only those that stand beside another file of the same name: ``guide.pl.md`` alone may
    be about Perl.
    """
    stems: Counter[str] = Counter()
    tagged: list[tuple[str, str]] = []
    for place in places:
        found = _SUFFIX.fullmatch(place)
        if found and is_tag(found[2]):
            tagged.append((found[1], found[2].lower()))
            stems[found[1]] += 1
        else:
            stems[place.rpartition(".")[0]] += 1
    return frozenset(tag for stem, tag in tagged if stems[stem] > 1)


def folders(places: Iterable[str]) -> frozenset[str]:
    """The languages that the first folders of these paths are named for, as written.

    A folder counts where at least half of its files have the same path in another
    language's folder, or beside the folders: notes about ``go`` or ``is`` have not.
    """
    places = list(places)
    named = {first for first in {place.partition("/")[0] for place in places} if is_tag(first)}
    if not named:
        return frozenset()
    tags_by_rest: defaultdict[str, set[str]] = defaultdict(set)
    for place in places:
        first, _, rest = place.partition("/")
        if rest and first in named:
            tags_by_rest[rest].add(first)
        tags_by_rest[place].add("")
    files: Counter[str] = Counter()
    translated: Counter[str] = Counter()
    for rest, tags in tags_by_rest.items():
        if tags != {""} and rest.rpartition("/")[2].partition(".")[0].lower() not in _EVERYWHERE:
            files.update(tags)
            translated.update(tags if len(tags) > 1 else ())
    return frozenset(tag for tag in files if tag and translated[tag] * 2 >= files[tag])


def suffix_of(stem: str, known: Iterable[str]) -> tuple[str, str | None]:
    """Split ``x.fr`` into ``x`` and ``fr`` where that language is known."""
    base, dot, tag = stem.rpartition(".")
    if dot and base and "/" not in tag and tag.lower() in known:
        return base, tag.lower()
    return stem, None


def main(known: Iterable[str], places: Iterable[str]) -> str | None:
    """The language that links need not name, as far as the files tell; else None.

    Files without a suffix are in it. They are taken for English, unless English is one
    of the translations.
    """
    tags = Counter(_tag_in(place, frozenset(known)) for place in places)
    if tags[None]:
        return None if "en" in tags else "en"
    return (
        "en"
        if "en" in tags
        else max(sorted(filter(None, tags)), key=tags.__getitem__, default=None)
    )


def _tag_in(place: str, known: frozenset[str]) -> str | None:
    """The language that a place names by a suffix or by a folder."""
    _, suffix = suffix_of(place.rpartition(".")[0], known)
    return suffix or next(
        (part.lower() for part in place.split("/") if part.lower() in known), None
    )
