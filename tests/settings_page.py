"""The table of docs/settings.md, made from the code.

    python -m tests.settings_page

writes it anew; ``tests/test_settings.py`` compares it.
"""

from __future__ import annotations

from pathlib import Path

from bot.settings import TABLE, Setting

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
HEAD = "| Variable | Option | Default | Meaning |\n| --- | --- | --- | --- |\n"


def row(setting: Setting) -> str:
    """A setting as a row of the table."""
    option = f"`{setting.option} {setting.metavar}`" if setting.option else "–"
    default = f"`{setting.default}`" if isinstance(setting.default, str) else setting.default_help
    only = "for `run`: " if setting.serves else ""
    cells = (f"`{setting.variable}`", option, default, only + setting.help)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"


def table() -> str:
    """The whole table."""
    return HEAD + "".join(map(row, TABLE))


def with_table(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(HEAD)
    after = rest[rest.index("\n\n") + 1 :] if "\n\n" in rest else ""
    return before + table() + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
