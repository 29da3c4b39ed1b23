"""How each generator makes a piece of an address from a name or a title."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from bot.blog.emoji import names_of

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


# Where the table at hand and a current Unidecode differ: what the latter has, for letters and
# signs that titles hold. Hebrew, whose spelling changed between its versions, is left out.
_NEWER_SPELLINGS = (
    "し=shi ち=chi っ=tsu つ=tsu シ=shi チ=chi ッ=tsu ツ=tsu ー=- ・=* "
    "Ŋ=NG ŋ=ng Є=Ie Ъ=' ъ=' ẞ=SS ♠=spades ♣=clubs ♥=hearts ♦=diamonds ♯=# "
    "−=- ∕=/ ∗=* ∶=: ≤=<= ≥=>= ₹=Rs ₽=R ₿=BTC"  # noqa: RUF001
)
_NEWER = str.maketrans(dict(pair.split("=", 1) for pair in _NEWER_SPELLINGS.split()))
# What else they differ in: ranges of characters, which have no spelling that is sure.
_UNSURE = re.compile(
    "[\u0589-\u05ff\u1e9c\u1e9d\u1e9f\u204a\u2117\u211f\u2123\u212e\u2132\u2654-\u2667\u2731\u2758-"
    "\u275e\u2762\U0001f100-\U0001f1e5\U0001f650-\U0001f67f]"
)


def unidecode(text: str) -> str | None:
    """Text in ASCII as Pelican and Nikola have Unidecode spell it; None where that is not sure.

    The table is that of text-unidecode, which is imported for the first text that needs it:
    it takes 6 MB of memory and 8 ms.

    https://github.com/avian2/unidecode
    """
    if text.isascii():
        return text
    from text_unidecode import unidecode as spelled_out  # noqa: PLC0415 - late, as said above

    newer = text.translate(_NEWER)
    if _UNSURE.search(newer):
        return None
    spelled = [letter if letter.isascii() else spelled_out(letter) for letter in newer]
    # The table has "[?]" for characters that it does not know.
    is_unknown = any(
        each.startswith("[?]") and not letter.isascii()
        for letter, each in zip(newer, spelled, strict=True)
    )
    return None if is_unknown else "".join(spelled)


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


_HUGO_SIGNS = frozenset("./\\_#+~-@")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


def hugo(text: str, *, lower: bool = True) -> str:
    """Hugo's path segments: each blank becomes a ``-``, most punctuation goes, letters stay.

    https://gohugo.io/functions/urls/urlize/
    """
    kept = "".join(
        letter for at, letter in enumerate(text) if letter.isspace() or _is_hugos(text, at, letter)
    )
    slug = unquote(re.sub(r"\s", "-", kept.strip()))
    return hugo_lower(slug) if lower else slug


def hugo_lower(text: str) -> str:
    """Text in lower case as Go has it: one letter for each, also for a dotted I."""
    return text.lower().replace("i\u0307", "i")


def hugo_words(text: str) -> str:
    """Words as Hugo joins them in a title or slug: one ``-`` for blanks, none beside another."""
    kept: list[str] = []
    is_open = was_hyphen = False
    for at, letter in enumerate(text):
        if _is_hugos(text, at, letter):
            was_hyphen = letter == "-"
            if is_open and not was_hyphen:
                kept.append("-")
            is_open = False
            kept.append(letter)
        elif kept and not was_hyphen and letter.isspace():
            is_open = True
    return "".join(kept)


def _is_hugos(text: str, at: int, letter: str) -> bool:
    """Whether Hugo lets a letter stand in a path."""
    if letter == "%":
        return _ENCODED.match(text, at) is not None
    return letter in _HUGO_SIGNS or (letter.isascii() and letter.isalnum()) or _is_word_part(letter)


# The signs of titles as the deunicode crate spells them, which Zola's slugs are made with.
_ZOLA_SPELLED = (
    "ъ=' Ъ=' ь=' Ь=' ¡=! ¿=? «=< »=> ‹=< ›=> „=, ‚=, ′=' ″=' ·=* •=* ‐=- ‑=- ‒=- ―=- −=- "  # noqa: RUF001
    "→=- ←=- ×=x ÷=/ ±=+ §=SS ¶=P €=EUR £=PS °=deg"  # noqa: RUF001
)
# Dashes, quotes, and the signs that make emoji of others.
_SIGNS = frozenset("—–’‘“”…\u00a0\u200d\ufe0f\u2044\u00ad")  # noqa: RUF001
_ZOLA_SIGNS = str.maketrans(dict(pair.split("=") for pair in _ZOLA_SPELLED.split()))
# Latin, Cyrillic and Vietnamese letters, accents, and what joins the parts of an emoji.
_ZOLA_SURE = (
    *(range(0xAA, 0x180), range(0x300, 0x363), range(0x400, 0x460), range(0x1EA0, 0x1EFA)),
    *(range(0x200D, 0x200E), range(0xFE0F, 0xFE10)),
)
_ZOLA_UNSURE = frozenset("¢¤¥¦¨©¬®¯´¸ÐðƏΘ")  # noqa: RUF001
# Emoji of Unicode 6, by their names; those that other lists call by other names are not sure.
_ZOLA_EMOJI = (range(0x1F300, 0x1F321), range(0x1F330, 0x1F642), range(0x1F645, 0x1F650))
_EMOJI_OF_TWO_NAMES = frozenset("🌇🌟🍽🎖🎙🎞🎟🏅🏋🏌🏎🏖🏗🏚🏝🏞🏳🐞👰👳💲💵📽🔵🕉🕴🖋🖐🖖🖥🖼🗂🗒🗓🗜🗝🗞🗨🗯🗺🙆")


def _zolas_spelling(text: str) -> str | None:
    """Text in ASCII as Zola spells it; None where that is not sure."""
    spelled = []
    for letter in text:
        if any(ord(letter) in some for some in _ZOLA_EMOJI):
            names = names_of(letter)
            if len(names) != 1 or letter in _EMOJI_OF_TWO_NAMES:
                return None
            spelled.append(f"{names[0]} ")
        elif letter.isascii() or letter in _SIGNS or ord(letter) in _ZOLA_SIGNS:
            spelled.append(letter)
        elif letter in _ZOLA_UNSURE or not any(ord(letter) in some for some in _ZOLA_SURE):
            return None
        else:
            spelled.append(letter)
    return ascii_of("".join(spelled).translate(_ZOLA_SIGNS))


def zola(text: str, strategy: str = "on") -> str | None:
    """Zola's ``slugify.paths``: on (ASCII only), safe (Unicode stays) or off.

    https://www.getzola.org/documentation/getting-started/configuration/#slugification-strategies
    None where the ASCII spelling is not known.
    """
    if strategy == "off":
        return text
    if strategy == "safe":  # what Windows allows in a file's name
        return re.sub(r'[<>:"/\\|?*]', "", text.rstrip(" ."))
    spelled = text if text.isascii() else _zolas_spelling(text)
    if spelled is None:
        return None
    return re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")


def github(text: str) -> str:
    """The slugs of github-slugger, which Astro makes collection entries' addresses with."""
    kept = (
        letter
        for letter in unicodedata.normalize("NFC", text).lower()
        if letter in "-_ " or unicodedata.category(letter)[0] in "LM" or _is_digit(letter)
    )
    return "".join(kept).replace(" ", "-")


def _is_digit(letter: str) -> bool:
    """Whether it is a digit or a letter that counts, as Roman numerals are; no fraction."""
    return unicodedata.category(letter) in {"Nd", "Nl"}


def quartz(path: str) -> str:
    """Quartz's paths: case stays, spaces become ``-`` and three signs get a word.

    https://github.com/jackyzha0/quartz/blob/v4/quartz/util/path.ts
    """
    for sign, word in ((" ", "-"), ("&", "-and-"), ("%", "-percent"), ("?", ""), ("#", "")):
        path = path.replace(sign, word)
    return re.sub(r"\s", "-", path)
