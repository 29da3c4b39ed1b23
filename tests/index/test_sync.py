"""The index follows the posts, and looks only at what may have changed."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.errors import LeftOut, Problem
from bot.blog.reader import Document
from bot.blog.source import Snapshot, SourceFile
from bot.index.index import Index
from tests.index.blog import File, PlainReader, blog
from tests.index.conftest import Clock

TWO = {"a.md": "title: A\ntags: x\n\napple", "b.md": "title: B\ntags: x, y\n\nbanana"}


async def everything(index: Index) -> object:
    """All that can be seen of an index, apart from when it was written."""
    posts = await index.latest()
    found = {word: await index.search(word) for word in ("apple", "banana", "cherry", "x")}
    names = {name: await index.find(name) for name in ("a", "b", "c", "A", "a-2", "old", "/x/")}
    status = dataclasses.replace(await index.status(), updated=0)
    return posts, list(await index.tags()), found, names, status


async def test_the_first_run_reads_all_the_next_none(index: Index) -> None:
    reader = PlainReader()
    report = await index.sync(blog(TWO), reader)
    assert (report.added, report.changed, report.removed) == (2, 0, 0)
    assert reader.read_paths == ["a.md", "b.md"]

    reader = PlainReader()
    report = await index.sync(blog(TWO), reader)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert reader.read_paths == []


async def test_only_what_changed_is_read_again(index: Index) -> None:
    await index.sync(blog(TWO), PlainReader())
    reader = PlainReader()
    report = await index.sync(
        blog({"b.md": "title: B\n\ncherry", "c.md": "title: C\n\napple"}), reader
    )
    assert (report.added, report.changed, report.removed) == (1, 1, 1)
    assert reader.read_paths == ["b.md", "c.md"]
    assert [post.path for post in await index.latest()] == ["b.md", "c.md"]
    assert [hit.post.path for hit in await index.search("apple")] == ["c.md"]
    assert await index.search("banana") == [], "the old text is gone from the full-text index"
    assert list(await index.tags()) == []


async def test_a_new_stamp_on_the_same_text_is_no_change(index: Index, clock: Clock) -> None:
    """As after a fresh clone, or a copy into an image."""
    await index.sync(blog(TWO), PlainReader())
    clock.now += 60
    cloned = Snapshot("x", tuple(File(path, text, 7) for path, text in TWO.items()))
    reader = PlainReader()
    report = await index.sync(cloned, reader)
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert reader.read_paths == []
    assert (await index.status()).updated == int(clock.now) - 60


async def test_a_new_stamp_is_looked_into_once(index: Index) -> None:
    class Counting(File):
        reads = 0

        def read(self) -> bytes:
            Counting.reads += 1
            return super().read()

    await index.sync(blog(TWO), PlainReader())
    cloned = Snapshot("x", tuple(Counting(path, text, 7) for path, text in TWO.items()))
    await index.sync(cloned, PlainReader())
    await index.sync(cloned, PlainReader())
    assert Counting.reads == 2


async def test_another_fingerprint_means_another_index(index: Index) -> None:
    await index.sync(blog(TWO), PlainReader())
    reader = PlainReader("plain 2", generator="hugo", site_url=None)
    report = await index.sync(blog(TWO), reader)
    assert reader.read_paths == ["a.md", "b.md"]
    assert report.added == 2
    assert (await index.status()).generator == "hugo"


async def test_problems_stay_reported_while_nothing_changes(index: Index) -> None:
    files = {"bad.md": "oops: 1\n\n", "empty.md": "", "a.md": "slug: bad\n\n"}
    await index.sync(blog(files), PlainReader())
    first = await index.status()
    await index.sync(blog(files), PlainReader())
    assert await index.status() == first
    assert [str(one) for one in first.problems] == ["bad.md: its slug is taken", "bad.md:1: oops"]

    await index.sync(blog({"bad.md": "fine: 1\n\n", "a.md": "slug: bad\n\n"}), PlainReader())
    after = await index.status()
    assert [str(one) for one in after.problems] == ["bad.md: its slug is taken"]
    assert after.left_out == ()


async def test_what_the_source_passes_over_is_reported_though_no_post_changed(
    index: Index,
) -> None:
    await index.sync(blog(TWO), PlainReader())
    await index.sync(blog(TWO, left_out=[LeftOut("x.png", "a picture")]), PlainReader())
    assert (await index.status()).left_out == (LeftOut("x.png", "a picture"),)
    trouble = Problem("_config.yml", 1, "it is broken", "Mend it.")
    await index.sync(blog(TWO), PlainReader(site_problems=[trouble]))
    status = await index.status()
    assert status.problems == (trouble,)
    assert status.left_out == ()


async def test_a_freed_slug_goes_to_the_next_post(index: Index) -> None:
    files = {"a.md": "slug: tea\n\n", "b.md": "slug: tea\n\n"}
    await index.sync(blog(files), PlainReader())
    second = await index.find("tea-2")
    assert second is not None
    assert second.path == "b.md"

    await index.sync(blog({"b.md": "slug: tea\n\n"}), PlainReader())
    post = await index.find("tea")
    assert post is not None
    assert (post.path, post.slug) == ("b.md", "tea")
    assert await index.find("tea-2") is None


async def test_a_page_shows_once_no_post_is_dated(index: Index) -> None:
    files = {"page.md": "page: y\n\n", "post.md": "date: 2024-01-01\n\n"}
    await index.sync(blog(files), PlainReader())
    assert [post.path for post in await index.latest()] == ["post.md"]
    await index.sync(blog({"page.md": "page: y\n\n"}), PlainReader())
    assert [post.path for post in await index.latest()] == ["page.md"]


async def test_a_post_that_becomes_none_counts_as_removed(index: Index) -> None:
    await index.sync(blog(TWO), PlainReader())
    report = await index.sync(blog(TWO | {"a.md": ""}), PlainReader())
    assert (report.added, report.changed, report.removed) == (0, 0, 1)
    report = await index.sync(blog(TWO), PlainReader())
    assert (report.added, report.changed, report.removed) == (1, 0, 0)


@dataclasses.dataclass(frozen=True)
class Unreadable(File):
    """A file that cannot be read, for a reason."""

    error: int = errno.EACCES

    def read(self) -> bytes:
        """Never get that far."""
        raise OSError(self.error, "Permission denied") if self.error else FileNotFoundError


async def test_a_file_that_cannot_be_read_is_a_problem_until_it_can(
    index: Index, clock: Clock
) -> None:
    bad = Snapshot("x", (File("a.md", "\na", 1), Unreadable("b.md", "\nb", 1)))
    await index.sync(bad, PlainReader())
    assert [post.path for post in await index.latest()] == ["a.md"]
    (problem,) = (await index.status()).problems
    assert str(problem) == "b.md: It cannot be read: Permission denied"

    written = (await index.status()).updated
    clock.now += 60
    await index.sync(bad, PlainReader())
    assert (await index.status()).updated == written, "that it still cannot be read is no news"

    good = Snapshot("x", (File("a.md", "\na", 1), File("b.md", "\nb", 1)))
    report = await index.sync(good, PlainReader())
    assert report.added == 1
    assert (await index.status()).problems == ()


async def test_a_fault_of_the_reader_costs_one_post_only(index: Index) -> None:
    class Faulty(PlainReader):
        def read(self, file: SourceFile) -> Document:
            if file.path == "a.md":
                raise KeyError("truet")
            return super().read(file)

    await index.sync(blog(TWO), Faulty())
    assert [post.path for post in await index.latest()] == ["b.md"]
    (problem,) = (await index.status()).problems
    assert str(problem) == "a.md: It cannot be understood (KeyError: 'truet')"


async def test_a_file_that_vanishes_under_the_reader_is_passed_over(index: Index) -> None:
    await index.sync(
        Snapshot("x", (File("a.md", "\na"), Unreadable("b.md", "\nb", error=0))), PlainReader()
    )
    assert [post.path for post in await index.latest()] == ["a.md"]
    assert (await index.status()).problems == ()


async def test_progress_is_told_from_nothing_to_all(index: Index) -> None:
    steps: list[tuple[int, int]] = []
    await index.sync(
        blog({f"{i}.md": "\nx" for i in range(300)}),
        PlainReader(),
        progress=lambda done, total: steps.append((done, total)),
    )
    assert steps[0] == (0, 300)
    assert steps[-1] == (300, 300)
    assert steps == sorted(steps)
    assert len(steps) > 2


async def test_a_cancelled_run_leaves_the_index_as_it_was(index: Index) -> None:
    await index.sync(blog(TWO), PlainReader())
    before = await everything(index)

    def stop(done: int, _total: int) -> None:
        if done:
            raise asyncio.CancelledError

    more = {f"{i}.md": "\ncherry" for i in range(200)}
    with pytest.raises(asyncio.CancelledError):
        await index.sync(blog(more), PlainReader(), progress=stop)
    assert await everything(index) == before
    with pytest.raises(asyncio.CancelledError):
        await index.sync(blog(more), PlainReader("other"), progress=stop)
    assert await everything(index) == before
    await index.sync(blog(more), PlainReader())
    assert await index.count() == 200


async def test_questions_during_an_update_see_all_of_it_or_nothing(index: Index) -> None:
    """Every post changes its tag at once, again and again, in place and by rebuilds."""

    def state(number: int) -> Snapshot:
        return blog({f"{i}.md": f"tags: t{number}\n\nword{number}" for i in range(60)})

    await index.sync(state(0), PlainReader())
    working = True

    async def ask() -> int:
        asked = 0
        while working:
            (tag,) = await index.tags()
            assert tag.posts == 60
            assert len({post.tags for post in await index.latest()}) == 1
            asked += 1
        return asked

    asking = asyncio.create_task(ask())
    for number in range(1, 7):
        await index.sync(state(number), PlainReader(f"reader {number // 2}"))
    working = False
    assert await asking > 3


async def test_two_open_indexes_of_one_file_see_each_others_work(tmp_path: Path) -> None:
    async with Index(tmp_path / "i.db") as one, Index(tmp_path / "i.db") as other:
        await one.sync(blog(TWO), PlainReader())
        assert await other.count() == 2
        await one.sync(blog({"a.md": "\nx"}), PlainReader())  # in place
        assert await other.count() == 1
        assert len(await other.suggest("a")) == 1
        await one.sync(blog(TWO | {"c.md": "title: C\n\n"}), PlainReader("other"))  # anew
        assert await other.count() == 3
        assert [post.path for post in await other.suggest("c")] == ["c.md"]
        report = await other.sync(blog(TWO | {"c.md": "title: C\n\n"}), PlainReader("other"))
        assert report.added == 0


def _sync_often(path: Path, fingerprint: str) -> None:
    async def work() -> None:
        async with Index(path) as index:
            for number in range(4):
                files = {f"{i}.md": f"tags: t{number}\n\n{fingerprint}" for i in range(40)}
                await index.sync(blog(files), PlainReader(fingerprint))
                assert await index.count() == 40

    asyncio.run(work())


def test_processes_may_index_into_the_same_file_at_the_same_time(tmp_path: Path) -> None:
    """Two with the same settings, and one that rebuilds it time and again."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=_sync_often, args=(tmp_path / "i.db", fingerprint))
        for fingerprint in ("same", "same", "other")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0

    async def look() -> None:
        async with Index(tmp_path / "i.db") as index:
            assert await index.count() == 40

    asyncio.run(look())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert set(names) <= {"i.db", "i.db-shm", "i.db-wal", "i.db.lock"}


TEXTS = st.builds(
    "{}{}{}{}{}\n\n{}".format,
    st.sampled_from(["", "slug: a\n", "slug: c\n"]),
    st.sampled_from(["", "tags: x\n", "tags: X, y\n", "tags: Y\n"]),
    st.sampled_from(["", "date: 2024-01-01\n", "date: 2025-01-01\n", "page: y\n"]),
    st.sampled_from(["", "draft: yes\n", "oops: 1\n"]),
    st.sampled_from(["", "aliases: old\n", "link: /x/\n"]),
    st.sampled_from(["apple", "banana cherry", "x"]),
)
STATES = st.dictionaries(st.sampled_from(["a.md", "b.md", "c/a.md", "d.md"]), TEXTS | st.just(""))


@given(states=st.lists(STATES, min_size=2, max_size=4))
def test_edits_end_in_the_same_index_as_a_fresh_start(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    clock = Clock()

    async def compare() -> None:
        async with (
            Index(folder / "edited.db", clock=clock) as edited,
            Index(folder / "fresh.db", clock=clock) as fresh,
        ):
            for state in states:
                await edited.sync(blog(state), PlainReader())
            await fresh.sync(blog(states[-1]), PlainReader())
            assert await everything(edited) == await everything(fresh)

    asyncio.run(compare())
