"""Text that a template keeps under a name and prints later: Liquid's and Nunjucks' captures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_OPEN_RAW = r"\{%-?\s*(?:raw|verbatim)\s*-?%\}"
_CLOSE_RAW = r"\{%-?\s*end(?:raw|verbatim)\s*-?%\}"
_RAW_MARK = re.compile(f"{_OPEN_RAW}|{_CLOSE_RAW}")
_TOKEN = re.compile(
    rf"""(?m)(?P<raw>{_OPEN_RAW})
    |^[ \t]*(?P<fence>`{{3,}}|~{{3,}})
    |^[ \t]*\{{%-?\s*(?:set|capture)\s+(?P<name>\w+)\s*-?%\}}
    |\{{\{{-?\s*(?P<printed>\w+)\s*(?P<filters>\|[^{{}}\n]*)?\}}\}}
    |\{{%-?\s*include\b[^%\n]*%\}}""",
    re.VERBOSE,
)
_END_RAW = re.compile(_CLOSE_RAW)
_END_CAPTURE = re.compile(r"\{%-?\s*end(?:set|capture)\s*-?%\}")
_HIGHLIGHT = re.compile(r"\|\s*highlight\b[^\w|]*([\w+#.-]*)")
_FILTER = re.compile(r"\|\s*(\w+)")
_HARMLESS = frozenset({"highlight", "safe", "markdownify", "raw", "strip", "trim"})
# What templates, Markdown and wikilinks would see in code that is HTML already.
_MEANT_AS_TEXT = str.maketrans({mark: f"&#{ord(mark)};" for mark in "{}[]`$\n"})


def printed(text: str) -> str:
    """Put what was captured where it is printed, as code where a filter colours it.

    An include that follows a capture and is given it by its name is taken to print it.
    """
    return "".join(_Printer(text).pieces())


_INCLUDE = re.compile(r"\s*\{%-?\s*include\b[^%\n]*%\}\s*")


def code_block(code: str, language: str) -> str:
    """Code in HTML on one line, so that it may stand in Markdown and in HTML.

    Nothing for what is in another file.
    """
    if _INCLUDE.fullmatch(code):
        return ""
    body = escape(_RAW_MARK.sub("", code).strip("\n"), quote=False).translate(_MEANT_AS_TEXT)
    return f'\n<pre><code class="language-{language}">{body}</code></pre>\n'


class _Printer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._values: dict[str, str] = {}
        self._shown: set[str] = set()  # names printed in one of their variants
        self._never_ends = False  # a capture that was met, so that no other is looked for
        self._waiting: str | None = None  # the name that was captured last and not printed yet

    def pieces(self) -> Iterator[str]:
        while found := _TOKEN.search(self._text, self._position):
            yield self._text[self._position : found.start()]
            self._position = found.end()
            if found["name"]:
                yield self._capture(found)
            elif found["raw"] or found["fence"]:
                yield self._as_it_is(found)
            elif found["printed"]:
                yield self._printed(found)
            else:
                yield self._included(found)
        yield self._text[self._position :]

    def _capture(self, found: re.Match[str]) -> str:
        closed = None if self._never_ends else _END_CAPTURE.search(self._text, found.end())
        if closed is None:
            self._never_ends = True
            return found[0]
        self._shown.discard(found["name"])
        self._values[found["name"]] = self._text[found.end() : closed.start()]
        self._waiting = found["name"]
        self._position = closed.end()
        return ""

    def _as_it_is(self, found: re.Match[str]) -> str:
        """All up to the mark that ends it, or to the text's end."""
        mark = found["fence"]
        end = re.compile(rf"(?m)^[ \t]*{mark}{mark[0]}*[ \t]*$") if mark else _END_RAW
        closed = end.search(self._text, found.end())
        self._position = closed.end() if closed else len(self._text)
        return self._text[found.start() : self._position]

    def _printed(self, found: re.Match[str]) -> str:
        value = self._values.get(found["printed"])
        if value is None:
            return found[0]
        self._waiting = None
        filters = found["filters"] or ""
        if not _HARMLESS.issuperset(_FILTER.findall(filters)):
            # one of several variants, such as the same command for each package manager
            if found["printed"] in self._shown:
                return ""
            self._shown.add(found["printed"])
        coloured = _HIGHLIGHT.search(filters)
        return code_block(value, coloured[1]) if coloured else value

    def _included(self, found: re.Match[str]) -> str:
        name, self._waiting = self._waiting, None
        if name is None:
            return found[0]
        value = self._values[name]
        return code_block(value, "") if "code" in name.lower() else value
