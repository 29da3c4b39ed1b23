"""Pages: as much of a post as one message of Discord's holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.rendering.block import ON_THE_SITE, Footnote, Picture
from bot.rendering.discord_markdown import Images, Line, Part, Separator, Writer

# https://discord.com/developers/docs/components/reference#text-display: 4,000 characters over
# all Text Displays of a message. What stands around a page (title, page count) needs some.
MAX_CHARACTERS = 3600
# UTF-8 bytes + 12 for each Text Display above 10,170 answer 500:
# https://github.com/discord/discord-api-docs/issues/8554
MAX_BYTES = 9300
# https://discord.com/developers/docs/components/reference#media-gallery
MAX_PICTURES = 10
# Media items of a message: Discord answered 500 to more than 64 of them:
# https://github.com/discord/discord-api-docs/issues/7528
MAX_MEDIA = 60
# 40 components a message, nested ones counted; buttons and containers around a page need some.
MAX_PARTS = 24
# Characters of a last page that is not worth a click.
SHORT = 400
# Characters of headings and the like in a row that are kept for what follows them; a post has
# two or three.
MAX_HELD = 800
# Characters of a code block that is kept whole with what announces it.
SHORT_CODE = 800
# Characters that a translation of ON_THE_SITE may have.
MOST_SAID = 60


@dataclass(frozen=True, slots=True)
class Text:
    """Discord Markdown of one Text Display."""

    markdown: str

    def said(self, on_the_site: str) -> str:
        """The Markdown with the words for ``ON_THE_SITE`` in the reader's language."""
        return self.markdown.replace(f"[{ON_THE_SITE}](<", f"[{on_the_site[:MOST_SAID]}](<")


PagePart = Text | Images | Separator


@dataclass(frozen=True, slots=True)
class Page:
    """What one message shows of a post.

    Attributes:
        parts: texts, images and separators in reading order.
        headings: anchors of the headings that stand on the page.
    """

    parts: tuple[PagePart, ...]
    headings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The page's Discord Markdown, without images and separators."""
        return "\n\n".join(part.markdown for part in self.parts if isinstance(part, Text))


@dataclass(slots=True)
class _Draft:
    """A page while it fills.

    Attributes:
        lines: lines of the text at hand.
        open: prefix and language of the code block that is open, or None.
    """

    parts: list[PagePart] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    notes: list[Line] = field(default_factory=list)
    open: tuple[str, str] | None = None
    characters: int = 0
    size: int = 0
    pictures: int = 0

    def cost(self, line: Line) -> tuple[int, int]:
        """Characters and bytes that a line adds at most, its fence's both ends included."""
        extra = 0
        if line.fence is not None and self.open != (line.prefix, line.fence):
            extra = 2 * (len(line.prefix) + 4) + len(line.fence)
        if self.open is not None and line.fence is None:
            extra += len(self.open[0]) + 4
        extra += 3 + len(line.gap)
        if f"[{ON_THE_SITE}](" in line.text:
            extra += MOST_SAID
        return len(line.text) + extra, len(line.text.encode()) + extra

    def end_fence(self) -> None:
        """Close the code block that is open."""
        if self.open is not None:
            while self.lines[-1].strip() == self.open[0].strip():  # a blank line before the break
                self.lines.pop()
            self.lines.append(f"{self.open[0]}```")
            self.open = None

    def end_text(self) -> None:
        """Make the lines at hand a Text Display."""
        self.end_fence()
        text = "\n".join(self.lines).strip("\n")
        if text.strip():
            self.parts.append(Text(text))
            self.size += 12
        self.lines = []

    def add(self, line: Line) -> None:
        """Write a line, opening and closing its code block."""
        fence = None if line.fence is None else (line.prefix, line.fence)
        if self.open is not None and (fence != self.open or line.space):
            self.end_fence()
        if line.space and self.lines:
            self.lines.append(line.gap)
        if fence is not None and self.open is None:
            self.lines.append(f"{line.prefix}```{line.fence}")
            self.open = fence
        self.lines.append(line.text)
        if line.heading is not None:
            self.headings.append(line.heading)


def paginate(parts: Iterable[Part], notes: dict[str, Footnote], writer: Writer) -> tuple[Page, ...]:
    """Fill pages with lines and images; a heading or a title goes with what follows it.

    Where the last page would hold next to nothing, all are filled a little less.
    """
    parts = list(parts)
    pages = tuple(_filled(parts, _Pager(notes, writer, MAX_CHARACTERS)))
    if len(pages) > 1 and len(pages[-1].text) < SHORT:
        average = sum(len(page.text) for page in pages) // len(pages)
        even = tuple(_filled(parts, _Pager(notes, writer, min(average + SHORT, MAX_CHARACTERS))))
        if len(even) == len(pages):
            return even
    return pages


def _filled(parts: Iterable[Part], pager: _Pager) -> Iterator[Page]:
    held: list[Line] = []  # headings and titles that wait for what follows
    for lines in _units(parts):
        *before, part = lines
        if held and before:
            held += [line for line in before if isinstance(line, Line)]
            before = []
        for line in before:
            yield from pager.put([], line)
        if isinstance(part, Line) and (part.heading is not None or part.leads):
            room = MAX_HELD - sum(len(line.text) for line in held)
            if len(part.text) <= room:
                held.append(part)
                continue
        yield from pager.put(held, part)
        held = []
    for line in held:
        yield from pager.put([], line)
    yield from pager.finish()


def _units(parts: Iterable[Part]) -> Iterator[list[Part]]:
    """The parts one by one, but short code blocks whole."""
    code: list[Part] = []
    for part in parts:
        is_code = isinstance(part, Line) and part.fence is not None
        if code and not (is_code and isinstance(part, Line) and not part.space):
            yield from _whole(code)
            code = []
        if is_code:
            code.append(part)
        else:
            yield [part]
    yield from _whole(code)


def _whole(code: list[Part]) -> Iterator[list[Part]]:
    size = sum(len(line.text) + 1 for line in code if isinstance(line, Line))
    if code and size <= SHORT_CODE:
        yield code
    else:
        yield from ([line] for line in code)


class _Pager:
    def __init__(self, notes: dict[str, Footnote], writer: Writer, limit: int) -> None:
        self._notes = dict(notes)
        self._writer = writer
        self._limit = limit  # characters of a page
        self._draft = _Draft()

    def put(self, held: list[Line], part: Part) -> Iterator[Page]:
        """Add a part with the headings before it, on a new page where this one is full."""
        lines = [*held, part] if isinstance(part, Line) else held
        notes = self._notes_of(lines)
        if not self._fits([*lines, *notes], part):
            yield from self._turn()
        for line in lines:
            self._charge(line)
            self._draft.add(line)
        for note in notes:  # more of them than one page holds go on at the end of the next
            if not self._fits([note], note):
                yield from self._turn()
            self._charge(note)
            self._draft.notes.append(note)
        if isinstance(part, Images):
            yield from self._images(part)
        elif isinstance(part, Separator):
            self._draft.end_text()
            if self._draft.parts and not isinstance(self._draft.parts[-1], Separator):
                self._draft.parts.append(part)

    def finish(self) -> Iterator[Page]:
        """The notes that nothing refers to, and the last page."""
        for key in list(self._notes):
            for line in self._writer.note(self._notes.pop(key)):
                yield from self.put([], line)
        yield from self._turn()

    def _notes_of(self, lines: Iterable[Line]) -> list[Line]:
        found: list[Line] = []
        for line in lines:
            for key in line.notes:
                footnote = self._notes.pop(key, None)
                if footnote is not None:
                    found.extend(self._writer.note(footnote))
        return found

    def _charge(self, line: Line) -> None:
        characters, size = self._draft.cost(line)
        self._draft.characters += characters
        self._draft.size += size

    def _fits(self, lines: list[Line], part: Part) -> bool:
        draft = self._draft
        if len(draft.parts) >= MAX_PARTS - 2 and not isinstance(part, Line):
            return False
        costs = [draft.cost(line) for line in lines]
        return (
            draft.characters + sum(cost[0] for cost in costs) <= self._limit
            and draft.size + sum(cost[1] for cost in costs) + 24 <= MAX_BYTES
        )

    def _images(self, images: Images) -> Iterator[Page]:
        self._draft.end_text()
        pictures = list(images.pictures)
        last = self._draft.parts[-1] if self._draft.parts else None
        if (
            isinstance(last, Images)
            and len(last.pictures) + len(pictures) <= MAX_PICTURES
            and self._draft.pictures + len(pictures) <= MAX_MEDIA
        ):
            self._draft.parts[-1] = Images((*last.pictures, *pictures))
            self._draft.pictures += len(pictures)
            return
        for start in range(0, len(pictures), MAX_PICTURES):
            some = tuple(pictures[start : start + MAX_PICTURES])
            full = self._draft.pictures + len(some) > MAX_MEDIA
            if full or len(self._draft.parts) >= MAX_PARTS - 1:
                yield from self._turn()
            self._draft.parts.append(Images(some))
            self._draft.pictures += len(some)

    def _turn(self) -> Iterator[Page]:
        draft = self._draft
        draft.end_fence()
        if draft.notes:
            if draft.lines:
                draft.lines.append("")
            for note in draft.notes:
                draft.add(note)
        draft.end_text()
        while draft.parts and isinstance(draft.parts[-1], Separator):
            draft.parts.pop()
        if draft.parts:
            yield Page(tuple(draft.parts), tuple(draft.headings))
        self._draft = _Draft()


def pictures_of(page: Page) -> tuple[Picture, ...]:
    """All pictures of a page, in reading order."""
    return tuple(
        picture for part in page.parts if isinstance(part, Images) for picture in part.pictures
    )
