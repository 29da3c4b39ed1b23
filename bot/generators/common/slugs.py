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


# What Unidecode has instead of the letter taken apart, and the signs that it spells out.
_OWN_LETTERS = (
    "Ξ=Ks ё=io Ё=Io ѐ=ie Ѐ=Ie ѓ=gj Ѓ=Gj ќ=kj Ќ=Kj ӗ=ie Ӗ=Ie "
    "¢=C/ £=PS ¥=Y §=SS ©=(c) ®=(r) °=deg ±=+- ¶=P ×=x ÷=/ €=EUR →=- ←=- "  # noqa: RUF001
    "•=* ·=* «=< »=> ¿=? ¡=! ¦=| ¬=!"
)
_OWN = str.maketrans(dict(pair.split("=") for pair in _OWN_LETTERS.split()))
_GREEK_LETTERS = (
    "α=a β=b γ=g δ=d ε=e ζ=z η=e θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s "  # noqa: RUF001
    "τ=t υ=u φ=ph χ=kh ψ=ps ω=o"  # noqa: RUF001
)
_GREEK = str.maketrans(dict(pair.split("=") for pair in _GREEK_LETTERS.split()))
# The parts that a syllable of Hangul is made of, in Unicode's order.
_INITIALS = "g,gg,n,d,dd,r,m,b,bb,s,ss,,j,jj,c,k,t,p,h".split(",")  # noqa: SIM905 - readable
_VOWELS = "a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,weo,we,wi,yu,eu,yi,i".split(",")  # noqa: SIM905
_FINALS = (
    ",g,gg,gs,n,nj,nh,d,l,lg,lm,lb,ls,lt,lp,lh,m,b,bs,s,ss,ng,j,c,k,t,p,h".split(",")  # noqa: SIM905
)
_SYLLABLES = range(0xAC00, 0xD7A4)
# Latin, Greek and Cyrillic.
_SPELLED_SCRIPTS = (range(0xAA, 0x250), range(0x386, 0x3CF), range(0x400, 0x482))
# Dashes, quotes, the signs that make emoji of others, and emoji of the old kind.
_SIGNS = frozenset("—–’‘“”…\u00a0\u200d\ufe0f\u2044\u00ad")  # noqa: RUF001
_PLAIN_SIGNS = _SIGNS | frozenset("☀☁☂★☆☕❤✨✅⚡⭐✓✔")


def unidecode(text: str) -> str | None:
    """Text as Pelican has Unidecode spell it, with Greek and Korean; None where that is not sure.

    https://github.com/avian2/unidecode
    """
    if text.isascii():
        return text
    spelled = "".join(
        _korean(letter) if ord(letter) in _SYLLABLES else letter
        for letter in unicodedata.normalize("NFKC", text).translate(_OWN)
    )
    plain = unicodedata.normalize("NFKD", spelled)
    if any(map(_is_unsure, plain)):
        return None
    return ascii_of(_cased_greek(plain))


def _is_unsure(letter: str) -> bool:
    """Whether Unidecode may spell a letter or sign otherwise: an accent or an emoji is sure."""
    if letter.isascii() or letter in _PLAIN_SIGNS or letter >= "\U0001f300":
        return False
    if letter.isalnum():
        return not any(ord(letter) in script for script in _SPELLED_SCRIPTS)
    return not (unicodedata.combining(letter) and letter < "\u0360")


def _cased_greek(text: str) -> str:
    return "".join(
        letter.lower().translate(_GREEK).capitalize() if letter.isupper() else letter
        for letter in text
    ).translate(_GREEK)


def _korean(syllable: str) -> str:
    at = ord(syllable) - _SYLLABLES.start
    vowel, final = divmod(at % (len(_VOWELS) * len(_FINALS)), len(_FINALS))
    return _INITIALS[at // (len(_VOWELS) * len(_FINALS))] + _VOWELS[vowel] + _FINALS[final]


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
