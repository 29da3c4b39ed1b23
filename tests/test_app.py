"""The whole of it: from files on a disk to the library that the bot answers from."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import watch
from bot.app import App
from bot.blog.errors import IndexUnavailable, SourceError
from bot.serve.client import build_client
from bot.settings import Settings
from tests.wire.patience import PATIENCE


def write(file: Path, title: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"---\ntitle: {title}\ndate: 2024-01-11\n---\nWords.\n")


def move(here: Path, there: Path) -> None:
    here.replace(there)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site with a configuration above its posts."""
    site = tmp_path / "site"
    write(site / "_posts" / "2024-01-11-one.md", "One")
    (site / "_config.yml").write_text("url: https://one.example\n")
    return site / "_posts"


def settings_for(folder: Path) -> Settings:
    return Settings.load({"--posts": str(folder), "--db": str(folder.parent / "i.db")}, {})


@pytest.fixture
async def app(folder: Path) -> AsyncIterator[App]:
    """The app over that site, up to date."""
    async with App(settings_for(folder)) as app:
        await app.sync()
        yield app


@pytest.fixture
async def watching(app: App) -> AsyncIterator[App]:
    """The same, following changes of the folder."""
    async with app.watching():
        await asyncio.sleep(0.3)  # until the system has been asked for events
        yield app


async def titles(app: App) -> list[str]:
    return [post.title for post in await app.library.latest()]


async def shows(
    app: App, expected: object, ask: Callable[[App], Awaitable[object]] = titles
) -> None:
    """Wait until the library says what is expected."""
    start = time.monotonic()
    while (found := await ask(app)) != expected:
        assert time.monotonic() - start < PATIENCE, f"still {found}, not {expected}"
        await asyncio.sleep(0.02)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


async def site_url(app: App) -> str | None:
    return (await app.library.status()).site_url


async def test_a_site_is_understood_by_its_own_configuration(app: App) -> None:
    status = await app.library.status()
    assert (status.generator, status.site_url, status.posts) == (
        "jekyll",
        "https://one.example",
        1,
    )
    assert status.source.endswith("_posts")


async def test_the_bot_can_be_built_without_a_token(app: App) -> None:
    client = build_client(app)
    names = {command.name for command in client.tree.get_commands()}
    assert {"latest", "post", "tags", "search"} <= names


async def test_an_edit_shows_within_two_seconds(watching: App, folder: Path) -> None:
    longest = watch.MOST_MS_OF_CHANGES + watch.CHECK_FOLDER_MS
    assert longest < 2000, "and reading a file takes milliseconds"
    write(folder / "2024-01-11-one.md", "Uno")
    await shows(watching, ["Uno"])


async def test_a_new_folder_and_a_removed_post_show(watching: App, folder: Path) -> None:
    write(folder / "deep" / "er" / "2024-01-11-two.md", "Two")
    await shows(watching, ["One", "Two"])
    (folder / "2024-01-11-one.md").unlink()
    await shows(watching, ["Two"])


async def test_a_burst_of_writes_shows_while_it_goes_on(watching: App, folder: Path) -> None:
    async def keep_writing() -> None:
        while True:
            write(folder / "2024-01-11-busy.md", "Busy")
            await asyncio.sleep(0.02)

    writing = asyncio.create_task(keep_writing())
    try:
        await shows(watching, ["Busy", "One"])
    finally:
        writing.cancel()


async def test_a_changed_configuration_above_the_posts_shows(
    watching: App, folder: Path, tmp_path: Path
) -> None:
    config = folder.parent / "_config.yml"
    config.write_text("url: https://two.example\n")
    await shows(watching, "https://two.example", site_url)
    # As many editors do it: a new file takes the old one's place, and its watch with it.
    for name in ("three", "four"):
        new = tmp_path / "new.yml"
        new.write_text(f"url: https://{name}.example\n")
        move(new, config)
        await shows(watching, f"https://{name}.example", site_url)


async def test_a_folder_that_vanishes_for_a_moment_keeps_its_posts(
    watching: App, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "bot"):
        aside = folder.with_name("aside")
        move(folder, aside)
        await until(lambda: "does not exist" in caplog.text)
        assert await titles(watching) == ["One"]
        write(aside / "2024-01-11-two.md", "Two")
        move(aside, folder)
        await shows(watching, ["One", "Two"])
        write(folder / "2024-01-11-three.md", "Three")
        await shows(watching, ["One", "Three", "Two"])
    assert len(caplog.records) <= 3, "one line, not one for every look"


async def test_hidden_folders_and_the_index_itself_cause_no_work(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load({"--posts": str(folder), "--db": str(folder / "index.db")}, {})
    async with App(settings) as app:
        await app.sync()
        syncs = 0
        sync = app.library.sync

        async def counting(*args: object, **kwargs: object) -> object:
            nonlocal syncs
            syncs += 1
            return await sync(*args, **kwargs)  # type: ignore[arg-type]

        app.library.sync = counting  # type: ignore[method-assign, assignment]
        async with app.watching():
            await asyncio.sleep(0.3)
            write(folder / ".git" / "description.md", "Not a post")
            # Written in place, it may be seen twice: empty, and full.
            write(aside := folder.with_name("aside.md"), "Two")
            move(aside, folder / "2024-01-11-two.md")
            await shows(app, ["One", "Two"])
            await asyncio.sleep(1.0)
        assert syncs <= 2, "one to catch up, one for the change"
    assert not caplog.records or all(r.levelno <= logging.INFO for r in caplog.records)


async def test_a_fault_of_ours_does_not_end_the_watching(
    watching: App, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 0

    def fail() -> None:
        nonlocal failures
        failures += 1
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(watching, "_scan", fail)
        write(folder / "2024-01-11-two.md", "Two")
        await until(lambda: failures > 0)
        assert await titles(watching) == ["One"]
    write(folder / "2024-01-11-three.md", "Three")
    await shows(watching, ["One", "Three", "Two"])


async def test_without_a_folder_there_is_nothing_to_sync(app: App, folder: Path) -> None:
    shutil.rmtree(folder)
    with pytest.raises(SourceError):
        await app.sync()
    assert await titles(app) == ["One"]


async def test_the_site_url_that_is_set_wins(folder: Path) -> None:
    settings = Settings.load(
        {
            "--posts": str(folder),
            "--db": str(folder.parent / "i.db"),
            "--site": "https://x.example",
        },
        {},
    )
    async with App(settings) as app:
        await app.sync()
        [post] = await app.library.latest()
        assert post.url is not None
        assert post.url.startswith("https://x.example/2024/01/11/one")


@pytest.mark.parametrize("loss", ["deleted", "half of it", "a letter"])
async def test_a_lost_index_is_made_anew_by_itself(watching: App, loss: str) -> None:
    right = await titles(watching)
    file = watching.settings.db
    content = file.read_bytes()
    if loss == "deleted":
        file.unlink()
    elif loss == "half of it":
        file.write_bytes(content[: len(content) // 2])
    else:
        file.write_bytes(content.replace(b"One", b"OnE"))

    async def titles_or_nothing(app: App) -> list[str] | None:
        try:
            return await titles(app)
        except IndexUnavailable:
            return None

    assert await titles_or_nothing(watching) is None, "never a wrong answer"
    await shows(watching, right, titles_or_nothing)
    await until(lambda: not watching.library.is_lost)


async def test_a_lost_index_is_made_anew_though_nobody_asks(watching: App) -> None:
    watching.settings.db.unlink()

    async def is_there(app: App) -> bool:
        return app.settings.db.exists()

    await shows(watching, expected=True, ask=is_there)


async def test_a_name_that_is_not_utf_8_does_not_end_the_watching(
    watching: App, folder: Path
) -> None:
    write(folder / os.fsdecode(b"caf\xe9.md"), "Not UTF-8")
    write(folder / "2024-01-11-one.md", "Uno")
    await shows(watching, ["Uno"])
    write(folder / "2024-01-11-one.md", "Eins")
    await shows(watching, ["Eins"])


async def test_a_scan_that_fails_once_is_repeated_without_another_edit(
    watching: App, folder: Path
) -> None:
    scan, failures = watching._scan, iter([OSError("No space left on device")])

    def fail_once() -> Any:
        for error in failures:
            raise error
        return scan()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "_scan", fail_once)
        write(folder / "2024-01-11-one.md", "Uno")
        await shows(watching, ["Uno"])


async def test_posts_that_are_not_mounted_leave_the_index_of_before(
    folder: Path, tmp_path: Path
) -> None:
    options = {"--posts": str(folder), "--db": str(tmp_path / "kept.db")}
    async with App(Settings.load(options, {})) as app:
        await app.begin()
    move(folder, tmp_path / "away")
    async with App(Settings.load(options, {})) as app:
        await app.begin()
        assert await app.library.count() == 1
        assert (await app.library.status()).trouble
        async with app.watching():
            move(tmp_path / "away", folder)
            write(folder / "2024-01-11-one.md", "Uno")
            await shows(app, ["Uno"])
