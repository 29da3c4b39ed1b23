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
# Hexo's: {% codeblock title lang:ruby %} … {% endcodeblock %}
CODE_BLOCK: Marks = (
    re.compile(r"(?m)^[ \t]*\{%-?\s*(?:codeblock|code|sourcecode)\b([^%\n]*)%\}\n?"),
    re.compile(r"\{%-?\s*end(?:codeblock|code|sourcecode)\s*-?%\}"),
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

# Names of Python, JavaScript and tools, such as __init__, which no author means to be bold.
DUNDER = re.compile(
    r"[a-z0-9]+(?:_[a-z0-9]+)+|[ai]?(?:add|and|div|floordiv|mod|mul|or|sub|xor)|a(?:enter|exit|iter|next)"
    r"|abs|all|annotations|author|await|bases|bool|builtins|bytes|call|class|closure|code|complex"
    r"|contains|copy|debug|deepcopy|del|delattr|delete|delitem|dict|dir|dirname|divmod|doc|enter|eq"
    r"|exit|file|filename|float|format|future|ge|get|getattr|getattribute|getitem|getstate|globals"
    r"|gt|hash|import|index|init|instancecheck|int|invert|iter|le|len|loader|lt|main|matmul|missing"
    r"|mocks|module|mro|name|ne|neg|new|next|not|package|path|pos|pow|prepare|proto|pycache|qualname"
    r"|reduce|repr|reversed|round|self|set|setattr|setitem|setstate|slots|snapshots|spec|str"
    r"|subclasscheck|tests|truediv|typename|version|weakref|wrapped"
)

# MDX: how an import and an export begin, and what in them brackets do not count in.
_IMPORT = re.compile(
    r"import\s*(?:[\"'{*]|(?:type\s+)?[{*]|(?:type\s+)?[\w$]+(?:\s*,\s*(?:$|[{*])|\s+from\b))"
)
_EXPORT = re.compile(
    r"export\s*(?:[{*]|(?:const|let|var|default|async|function|class|type|interface|enum)\b)"
)
_IMPORTED = re.compile(
    r"[\"'][^\"'\n]+[\"']\s*(?:(?:with|assert)\s*\{[^{}\n]*\}\s*)?;?\s*(?://.*)?$"
)
_LITERAL = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|//.*")
_WORDS = re.compile(r"[ \t]*[^\s#<{}/-]")
# Lines of an import or export that may hold empty ones.
MOST_LINES = 200
# Of them in one text that are looked at to so many lines.
MOST_UNCLOSED = 20
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
        piece if is_code else without_module_lines(piece) for piece, is_code in pieces_of(body)
    )


def without_module_lines(prose: str) -> str:
    """Return MDX without fenced code without its imports and exports, each of several lines."""
    lines = prose.splitlines(keepends=True)
    kept: list[str] = []
    number = unclosed = 0
    while number < len(lines):
        line = lines[number]
        # In the middle of a paragraph it is a word.
        is_start = not kept or not _WORDS.match(kept[-1])
        if is_start and (_IMPORT.match(line) or _EXPORT.match(line)):
            most = MOST_LINES if unclosed < MOST_UNCLOSED else 1
            end = _end_of_module(lines[number : number + most], is_import=line[0] == "i")
            unclosed += end is None
            number += end or _until_gap(lines, number)
        else:
            kept.append(line)
            number += 1
    return "".join(kept)


def _until_gap(lines: list[str], start: int) -> int:
    """How many lines there are from ``start`` to the next empty one."""
    gap = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    return gap - start


def _end_of_module(lines: list[str], *, is_import: bool) -> int | None:
    """How many lines an import or export takes; None where its brackets are not closed."""
    depth, in_template = 0, False
    for number, line in enumerate(lines):
        if not line.strip() and depth <= 0 and not in_template:
            return number
        code = _LITERAL.sub("", line)
        if code.count("`") % 2:
            in_template = not in_template
        if not in_template:
            depth += sum(map(code.count, "{[(")) - sum(map(code.count, ")]}"))
        if is_import and depth <= 0 and _IMPORTED.search(line.rstrip("\n")):
            return number + 1
    return None if depth > 0 or in_template else len(lines)


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
