"""The rooms of bot/ know each other only as docs/architecture.md draws it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"

# Rooms that may be known by others than app, which builds everything, and cli, which
# starts it. Everything may know blog; the playground may know everything.
MAY_KNOW: dict[str, set[str]] = {
    "blog": set(),
    "sources": {"blog"},
    "generators": {"blog"},
    "reading": {"blog", "generators"},
    "index": {"blog", "announce", "links"},
    "links": {"blog"},
    "rendering": {"blog"},
    "ask": {"blog", "rendering", "state"},
    "chat": {"blog", "announce", "rendering"},
    "transport": {"blog", "announce"},
    "state": {"blog"},
    "announce": {"blog", "state"},
    "web": {"blog"},
    "monitoring": {"blog", "announce"},
    "settings": {"blog"},
    "terminal": {"blog"},
    "watch": {"blog"},
    "lazy": set(),
}
MAY_KNOW_EVERYTHING = {
    "app",
    "scan",
    "serve",
    "doctor",
    "cli",
    "__main__",
    "playground",
}


def room_of(file: Path) -> str:
    return file.relative_to(BOT).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and room of everything of ours that a file imports, late imports included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            where = f"{file}:{node.lineno}"
            assert node.level == 0, f"{where}: write imports from the package's root"
            names = [node.module or ""]
            if node.module == "bot":
                names = [f"bot.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "bot" and len(parts) > 1 and parts[1] != "__version__":
                yield node.lineno, parts[1]


@pytest.mark.parametrize("file", sorted(BOT.rglob("*.py")), ids=lambda f: str(f.relative_to(BOT)))
def test_a_room_knows_only_its_neighbours(file: Path) -> None:
    room = room_of(file)
    if room in MAY_KNOW_EVERYTHING or file == BOT / "__init__.py":
        return
    assert room in MAY_KNOW, f"{room} is a new room: say here whom it may know"
    for line, other in imports(file):
        assert other == room or other in MAY_KNOW[room], (
            f"{file}:{line}: {room} must not know {other}"
        )


def test_no_files_import_each_other_in_a_circle() -> None:
    """Late imports count, and those for types, which hide a circle from Python alone.

    That a module runs its package's ``__init__`` first does not: each package that offers names
    of its modules would be one.
    """
    files = {module_of(file): file for file in BOT.rglob("*.py")}
    needs = {name: set(needed(file, files)) - {name} for name, file in files.items()}
    while free := {name for name, others in needs.items() if not others & needs.keys()}:
        for name in free:
            del needs[name]
    # What is left imports a circle, or is part of one.
    circles = {name for name in needs if reaches(name, name, needs)}
    assert not circles


def module_of(file: Path) -> str:
    parts = file.relative_to(BOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def needed(file: Path, files: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules of ours that a file imports, late and for types included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}": alias.name for alias in node.names}
            yield from inner.keys() & files.keys()
            if not inner.keys() <= files.keys():
                yield from {node.module} & files.keys()


def reaches(start: str, end: str, needs: Mapping[str, set[str]]) -> bool:
    """Whether following imports from one module leads to another."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        for name in needs.get(ahead.pop(), set()) - seen:
            if name == end:
                return True
            seen.add(name)
            ahead.append(name)
    return False


MOST_LINES = 450


def test_a_file_is_short() -> None:
    for file in BOT.rglob("*.py"):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        assert lines <= MOST_LINES, f"{file.relative_to(BOT.parent)} has {lines} lines"


def test_a_late_import_says_why() -> None:
    """The first of several in a row says it for all."""
    for file in BOT.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        lines, known = source.splitlines(), 0
        for number in sorted(late_imports(ast.parse(source))):
            line = lines[number - 1]
            explained = known == number - 1 and "# noqa: PLC0415" in line
            if not explained and not re.search(r"# noqa: PLC0415 - \w", line):
                pytest.fail(f"{file}:{number}: say why it is late: # noqa: PLC0415 - reason")
            known = number


def late_imports(tree: ast.Module) -> set[int]:
    """The lines of imports inside functions."""
    functions = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        node.lineno
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }


def test_the_page_on_architecture_draws_the_same() -> None:
    page = (BOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = {
        name: set(re.findall(r"\w+", others))
        for name, others in re.findall(r"(?m)^\| `(\w+)(?:/|\.py)` \|.*\| ([\w, –]+) \|$", page)
    }
    free = {name for name, others in drawn.items() if "all" in others}
    assert free == MAY_KNOW_EVERYTHING - {"__main__"}
    assert {name: others for name, others in drawn.items() if name not in free} == MAY_KNOW


def test_only_settings_reads_the_environment() -> None:
    for file in BOT.rglob("*.py"):
        if room_of(file) == "settings":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                pytest.fail(f"{file}:{node.lineno} reads the environment; settings.py does that")


def test_every_package_says_what_it_is_for() -> None:
    for package in BOT.rglob("__init__.py"):
        tree = ast.parse(package.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{package} has no docstring"
