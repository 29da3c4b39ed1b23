"""How each generator makes a piece of an address from a name or a title."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart into a plain letter and an accent, with the
# spelling that the common transliteration tables agree on.
_LATIN = "ß=ss ẞ=SS æ=ae Æ=AE œ=oe Œ=OE ø=o Ø=O đ=d Đ=D ð=d Ð=D þ=th Þ=Th ł=l Ł=L ħ=h Ħ=H ı=i"  # noqa: RUF001
_CYRILLIC = (
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r "  # noqa: RUF001
    "с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=iu я=ia"  # noqa: RUF001
)
_UNLIKE_ASCII = str.maketrans(
    dict(pair.split("=") for pair in f"{_LATIN} {_CYRILLIC} {_CYRILLIC.upper()}".split())
    | {"—": "--", "–": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "..."}  # noqa: RUF001
)


def ascii_of(text: str) -> str | None:
    """Spell ``text`` in ASCII, or None where it holds letters that have no simple spelling.

    Chinese, Japanese and many more need dictionaries; a guess would be a wrong link.
    """
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_UNLIKE_ASCII))
    plain = plain.translate({0x2044: "/"})
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if any(letter.isalnum() and not letter.isascii() for letter in bare):
        return None
    return "".join(letter for letter in bare if letter.isascii())


def slugify(text: str) -> str:
    """Lower-case words joined with ``-``, in any script: for names people read."""
    return re.sub(r"[\W_]+", "-", text.lower()).strip("-")


_NOT_WORD = re.compile(r"[\W_]+", re.ASCII)
_NOT_PRETTY = re.compile(r"[^\w.~!$&'()+,;=@]+", re.ASCII)


def jekyll(text: str, *, pretty: bool = False) -> str:
    """Jekyll's ``slugify``: pretty keeps punctuation that is legal in URLs, and case.

    https://jekyllrb.com/docs/liquid/filters/#options-for-the-slugify-filter
    """
    unwanted = _NOT_PRETTY if pretty else _NOT_WORD
    dashed = unwanted.sub("-", text) if text.isascii() else _by_letter(unwanted, text)
    slug = dashed.removeprefix("-").removesuffix("-")
    return slug if pretty else slug.lower()


def _by_letter(unwanted: re.Pattern[str], text: str) -> str:
    """``unwanted.sub("-", text)``, but letters, marks and digits of all scripts stay."""
    letters = (
        letter if _is_word_part(letter) or not unwanted.match(letter) else "\0" for letter in text
    )
    return re.sub("\0+", "-", "".join(letters))


def _is_word_part(letter: str) -> bool:
    """Whether ``letter`` is a letter, a mark or a decimal digit, and beyond ASCII."""
    if letter.isascii():
        return False
    return letter.isalpha() or unicodedata.category(letter) in {"Nd", "Mn", "Mc", "Me"}


_NOT_HUGO = re.compile(r"[^\w.\-+~#@/\s]", re.ASCII)


def hugo(text: str, *, lower: bool = True) -> str:
    """Hugo's path segments: each blank becomes a ``-``, most punctuation goes, letters stay.

    https://gohugo.io/functions/urls/urlize/
    """
    if text.isascii():
        kept = _NOT_HUGO.sub("", text)
    else:
        kept = "".join(
            letter
            for letter in text
            if letter.isspace() or _is_word_part(letter) or not _NOT_HUGO.match(letter)
        )
    slug = re.sub(r"\s", "-", kept.strip())
    return slug.lower().replace("i\u0307", "i") if lower else slug


def zola(text: str, strategy: str = "on") -> str | None:
    """Zola's ``slugify.paths``: on (ASCII only), safe (Unicode stays) or off.

    https://www.getzola.org/documentation/getting-started/configuration/#slugification-strategies
    None where the ASCII spelling is not known.
    """
    if strategy == "off":
        return text
    if strategy == "safe":  # what Windows allows in a file's name
        return re.sub(r'[<>:"/\\|?*]', "", text.rstrip(" ."))
    spelled = ascii_of(text)
    if spelled is None or any(unicodedata.category(letter) == "So" for letter in text):
        return None  # Zola spells out what a picture shows
    return re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")


def github(text: str) -> str:
    """The slugs of github-slugger, which Astro makes collection entries' addresses with."""
    kept = (
        letter
        for letter in text.lower()
        if letter in "-_ " or letter.isalnum() or _is_word_part(letter)
    )
    return "".join(kept).replace(" ", "-")


def quartz(path: str) -> str:
    """Quartz's paths: case stays, spaces become ``-`` and three signs get a word.

    https://github.com/jackyzha0/quartz/blob/v4/quartz/util/path.ts
    """
    for sign, word in ((" ", "-"), ("&", "-and-"), ("%", "-percent"), ("?", ""), ("#", "")):
        path = path.replace(sign, word)
    return re.sub(r"\s", "-", path)
