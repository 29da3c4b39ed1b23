"""What generators put among Markdown: Liquid, shortcodes, JSX, wikilinks.

Every pattern takes linear time: it begins with a literal, and what it may walk over is bounded
or cannot match in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A pair of patterns: what opens something that is taken as a whole, and what closes it.
Marks = tuple[re.Pattern[str], re.Pattern[str]]

# {% tag %}, {{< shortcode >}}, {{% shortcode %}}
TAG = re.compile(
    r"\{%-?(?P<liquid>[^%{]*+(?:(?:%(?!\})|\{(?!%))[^%{]*+)*+)%\}"
    r"|\{\{[<%]-?(?P<short>[^>%{]*+(?:(?:[>%](?!\}\})|\{(?!\{[<%]))[^>%{]*+)*+)[>%]\}\}"
)
# {{ expression | filter }}
OUTPUT = re.compile(
    r"(?s)\{\{-?(?![<%])"
    r"(?P<expression>(?:[^{}\"']++|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*+)\}\}"
)
# {% highlight ruby %} … {% endhighlight %}, {{< highlight go >}} … {{< /highlight >}}
HIGHLIGHT: Marks = (
    re.compile(
        r"(?m)^[ \t]*(?:\{%-?\s*highlight\s+[\"']?([\w+#.-]+)[^%\n]*%\}"
        r"|\{\{[<%]\s*highlight\s+\"?([\w+#.-]+)\"?[^>%\n]*[>%]\}\})\n?"
    ),
    re.compile(r"(?:\{%-?\s*endhighlight\s*-?%\}|\{\{[<%]\s*/\s*highlight\s*[>%]\}\})"),
)
RAW: Marks = (
    re.compile(r"\{%-?\s*(?:raw|verbatim)\s*-?%\}"),
    re.compile(r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}"),
)
# Comments of Liquid and of Jinja.
LIQUID_COMMENTS: tuple[Marks, ...] = (
    (re.compile(r"\{%-?\s*comment\s*-?%\}"), re.compile(r"\{%-?\s*endcomment\s*-?%\}")),
    (re.compile(r"\{#(?!\w)"), re.compile(r"#\}")),
)
JSX_COMMENT: Marks = (re.compile(r"\{/\*"), re.compile(r"\*/\}"))
OBSIDIAN_COMMENT: Marks = (re.compile(r"%%(?=[^%\n]+%%)"), re.compile(r"%%"))
# Repeated for data that only the generator has, or no text for readers.
UNREADABLE: Marks = (
    re.compile(r"\{%-?\s*(?:for|css|js|schema|style|javascript)\b[^%\n]*%\}"),
    re.compile(r"\{%-?\s*end(?:for|css|js|schema|style|javascript)\s*-?%\}"),
)
# Hugo's authors show a shortcode instead of using it.
SHOWN_SHORTCODE = re.compile(r"(\{\{[<%])/\*([^{}]*?)\*/([>%]\}\})")

# [[Page]], [[Page|text]], ![[embedded]]; not a Markdown link around a bracket.
WIKILINK = re.compile(r"(!?)\[\[([^\[\]|\n]+?)(?:\|([^\[\]\n]*))?\]\](?!\()")

# Python's own names, such as __init__, which no author means to be bold.
DUNDER = re.compile(r"[a-z]+(?:_[a-z0-9]+)*")

# MDX: imports and exports, each over one or several lines.
MODULE = re.compile(
    r"(?m)^(?:import\s+(?:[\w*{][^\n]*?\s+from\s+)?[\"'][^\"'\n]+[\"'];?[ \t]*"
    r"|import\s+(?:\w+\s*,\s*)?\{[^{}]*\}\s*from\s+[\"'][^\"'\n]+[\"'];?[ \t]*"
    r"|export\s+(?:const|let|var|default|function)\b(?:[^\n]*\n(?!\s*\n))*[^\n]*)$"
)
# MDX: the name that a heading gives itself.
JSX_ANCHOR = re.compile(r"(?m)^(#{1,6} [^\n{]*+(?:\{(?!/\*)[^\n{]*+)*+)\{/\*([\w-]+)\*/\}[ \t]*$")

FENCE = re.compile(r"[ \t>]*(?:(?:[*+-]|\d{1,9}[.)])[ \t]+)?(`{3,}(?=[^`\n]*$)|~{3,})")


def unfenced(text: str) -> Iterator[str]:
    """Yield the lines of ``text``; those of fenced code, its fences included, are empty."""
    fence = ""
    for line in text.split("\n"):
        found = FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            yield ""
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        elif found:
            yield ""
            fence = found[1]
        else:
            yield line


def pieces_of(text: str) -> list[tuple[str, bool]]:
    """Split Markdown into prose and fenced code, each piece with True where it is code."""
    pieces: list[tuple[str, bool]] = []
    current: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        found = FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            current.append(line)
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0] + "> "):
                pieces.append(("".join(current), True))
                current, fence = [], ""
        elif found:
            pieces.append(("".join(current), False))
            current, fence = [line], found[1]
        else:
            current.append(line)
    pieces.append(("".join(current), bool(fence)))
    return pieces


def without_modules(body: str) -> str:
    """Return the body of an MDX file without its imports and exports; those in code stay."""
    if "import" not in body and "export" not in body:
        return body
    return "".join(
        piece if is_code else MODULE.sub("", piece) for piece, is_code in pieces_of(body)
    )


def between(text: str, marks: Marks, replacement: Callable[[re.Match[str], str], str]) -> str:
    """Replace each opening mark, what follows and the next closing mark; takes linear time."""
    opening, closing = marks
    out: list[str] = []
    position = 0
    while opened := opening.search(text, position):
        closed = closing.search(text, opened.end())
        if closed is None:
            break
        inner = text[opened.end() : closed.start()]
        out += [text[position : opened.start()], replacement(opened, inner)]
        position = closed.end()
    return "".join([*out, text[position:]])
