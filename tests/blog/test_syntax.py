"""MDX's imports and exports are no text, however many lines they take."""

from __future__ import annotations

import time

import pytest

from bot.blog.syntax import without_modules


@pytest.mark.parametrize(
    "code",
    [
        "import 'x'",
        "import A from 'x'; // why",
        "import A, * as B from 'x'",
        "import {\n  A,\n  B,\n} from 'x'",
        "import A,\n  { B } from 'x'",
        "import type { A } from 'x'",
        "import a from './a.json' with { type: 'json' }",
        "import A from 'x'\nimport B from 'y'",
        "export const a = {\n  b: 1,\n\n  c: '}',\n}",
        "export const a = `\n\n}\n`",
        "export { a } from './b'",
        "export * from './b'",
        "export default ({ children }) => (\n  <div>\n\n    {children}\n  </div>\n)",
        "export async function a() {\n\n  return 1\n}",
        "export let a = 1,\n  b = 2",
    ],
)
def test_modules_are_no_text(code: str) -> None:
    assert without_modules(f"{code}\n\nText").strip() == "Text"
    assert without_modules(f"# Heading\n{code}\n\nText").split() == ["#", "Heading", "Text"]
    assert without_modules(f"Text\n\n{code}").strip() == "Text"


@pytest.mark.parametrize(
    "text",
    [
        "import duties are rising from 'x'",
        "exports are falling",
        "We can\nimport {them} from 'x'.",
        "```js\nimport A from 'x'\n```",
    ],
)
def test_words_are_no_modules(text: str) -> None:
    assert without_modules(text) == text


def test_what_is_never_closed_hides_one_paragraph() -> None:
    assert without_modules("export const a = {\n  b\n\nText {\n\nMore").split() == [
        "Text",
        "{",
        "More",
    ]


@pytest.mark.parametrize("unit", ["export {\n", "import {\n\n", "import '", "export `\n", "{\n"])
def test_a_megabyte_is_read_in_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    without_modules(text)
    assert time.process_time() - start < 5
