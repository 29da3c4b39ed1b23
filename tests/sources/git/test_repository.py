"""Posts in a git repository, whatever its host and its owner do to it."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

from bot.blog.address import RepositoryAddress
from bot.blog.errors import SourceError
from bot.blog.source import Dates, Snapshot
from bot.scan import SITE_FILES
from bot.sources.git import repository
from bot.sources.git.remote import Remote
from bot.sources.git.repository import Repository
from bot.sources.tree import SiteFiles
from tests.needs import needs_git
from tests.sources.git.host import Blog, Host, serving

pytestmark = needs_git

SITE = SiteFiles(
    is_site_file=lambda path: path.endswith(("/site.conf", "/data.json")),
    is_marker=lambda name: name in {"site.conf", ".vault"},
    is_content_folder=lambda name: name in {"src", "content"},
)
DAY = 24 * 3600


BOTH_HOSTS = pytest.mark.parametrize(
    "filters", [True, False], indirect=True, ids=["a host that leaves files out", "a simple host"]
)


@pytest.fixture
def filters(request: pytest.FixtureRequest) -> bool:
    """Whether the host can leave files out of what it sends."""
    return bool(getattr(request, "param", True))


@pytest.fixture
def blog(tmp_path: Path, filters: bool) -> Blog:
    return Blog(tmp_path, filters=filters)


@pytest.fixture
def host(blog: Blog) -> Iterator[Host]:
    with serving(blog.bare.parent) as host:
        yield host


class Clock:
    """Says the time that it was set to."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Visitor:
    """Looks at the repository, now and then as a new process."""

    def __init__(self, host: Host, kept: Path) -> None:
        self.host = host
        self.kept = kept
        self.clock = Clock()
        self.opened: list[Repository] = []
        self.site = SITE

    def source(
        self,
        folder: str = "",
        branch: str | None = None,
        *,
        token: str | None = None,
        most_bytes: int = 10_000_000,
        most_seconds: float = 60.0,
        max_bytes: int = 1000,
    ) -> Repository:
        address = RepositoryAddress(self.host.url, branch, folder)
        remote = Remote(address, token, most_bytes=most_bytes, most_seconds=most_seconds)
        source = Repository(
            address,
            self.kept,
            remote=remote,
            site=self.site,
            max_bytes=max_bytes,
            clock=self.clock,
        )
        self.opened.append(source)
        return source

    def close(self) -> None:
        for source in self.opened:
            source.close()


@pytest.fixture
def visitor(host: Host, tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(host, tmp_path / "state" / "kept.git")
    yield visitor
    visitor.close()


def texts(snapshot: Snapshot) -> Mapping[str, bytes]:
    return {file.path: file.read() for file in snapshot.files}


def dates(snapshot: Snapshot) -> Mapping[str, Dates | None]:
    return {file.path: file.dates for file in snapshot.files}


def left_out(snapshot: Snapshot) -> dict[str, str]:
    return {left.path: left.reason for left in snapshot.left_out}


def test_the_posts_of_a_folder_with_the_site_around_it(blog: Blog, visitor: Visitor) -> None:
    blog.push(
        {
            "site.conf": "url = here",
            "content/data.json": "{}",
            "content/posts/a.md": "# A",
            "content/posts/2024/b.MDX": "# B",
            "content/posts/node_modules/x.md": "# X",
            "content/posts/.hidden/y.md": "# Y",
            "content/posts/.z.md": "# Z",
            "content/posts/large.md": "x" * 1001,
            "content/posts/picture.png": b"\x89PNG",
            "elsewhere/c.md": "# C",
        }
    )
    (blog.copy / "content/posts/link.md").symlink_to("a.md")
    blog.push({})
    snapshot = visitor.source("content/posts").snapshot()
    assert texts(snapshot) == {"2024/b.MDX": b"# B", "a.md": b"# A"}
    assert [file.size for file in snapshot.files] == [3, 3]
    assert left_out(snapshot) == {
        "node_modules/": "installed packages",
        ".hidden/": "hidden folder",
        ".z.md": "hidden file",
        "large.md": "1,001 bytes, over the limit of 1,000",
        "link.md": "a link",
    }
    assert snapshot.site_files == {"../../site.conf": "url = here", "../data.json": "{}"}
    assert snapshot.markers == {"../../site.conf"}
    assert snapshot.inside == PurePosixPath("content/posts")
    assert snapshot.name == str(RepositoryAddress(visitor.host.url, None, "content/posts"))


@pytest.mark.parametrize("posts", ["docs", "docs/posts", ""])
def test_a_hidden_folder_of_configuration_is_read_and_holds_no_post(
    blog: Blog, visitor: Visitor, posts: str
) -> None:
    blog.push(
        {
            "docs/posts/x.md": "# X",
            "docs/.vitepress/config.mts": "export default {}",
            "docs/.vitepress/cache/config.ts": "",
            "docs/.vitepress/theme/README.md": "# Theme",
            "docs/.github/config.ts": "",
        }
    )
    visitor.site = SITE_FILES
    snapshot = visitor.source(posts).snapshot()
    assert [file.path.rpartition("/")[2] for file in snapshot.files] == ["x.md"]
    up = {"docs": "", "docs/posts": "../", "": "docs/"}[posts]
    assert snapshot.site_files == {f"{up}.vitepress/config.mts": "export default {}"}
    assert f"{up}.vitepress" in snapshot.markers


@pytest.mark.parametrize(
    ("folder", "files", "inside"),
    [
        ("", {"site.conf": "", "content/a.md": "#"}, "."),
        ("content/blog", {"content/blog/a.md": "#"}, "content/blog"),
        ("site/content/blog", {"site/content/blog/a.md": "#"}, "."),
        ("site/content/blog", {"site/content/blog/a.md": "#", "site/README": ""}, "content/blog"),
        ("site/src/content", {"site/src/content/a.md": "#", "site/Makefile": ""}, "src/content"),
        ("blog", {"blog/a.md": "#"}, "."),
    ],
)
def test_where_the_site_begins(
    blog: Blog, visitor: Visitor, folder: str, files: dict[str, str], inside: str
) -> None:
    blog.push(files)
    assert visitor.source(folder).snapshot().inside == PurePosixPath(inside)


@BOTH_HOSTS
def test_only_what_is_new_is_fetched(blog: Blog, visitor: Visitor, filters: bool) -> None:
    blog.push({"a.md": "# A", "b.md": "# B", "photo.jpg": bytes(200_000)})
    source = visitor.source()
    first = source.snapshot()
    packs = list(visitor.kept.glob("objects/pack/*.pack"))
    if filters:
        assert sum(pack.stat().st_size for pack in packs) < 2000, "the picture was not fetched"
    visitor.host.requests.clear()
    assert source.snapshot() is first
    assert not [one for one in visitor.host.requests if "POST" in one][1:], "one look at the branch"
    blog.push({"b.md": "# B, again", "c.md": "# C", "a.md": None})
    second = source.snapshot()
    assert texts(second) == {"b.md": b"# B, again", "c.md": b"# C"}
    stamps = [{file.path: file.stamp for file in one.files} for one in (first, second)]
    assert stamps[0]["b.md"] != stamps[1]["b.md"]


def test_another_process_goes_on_with_what_was_fetched(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    before = visitor.source().snapshot()
    visitor.clock.now += 100
    after = visitor.source().snapshot()
    assert dates(after) == dates(before)
    assert [file.stamp for file in after.files] == [file.stamp for file in before.files]


def test_what_another_version_did_not_want_is_fetched(blog: Blog, visitor: Visitor) -> None:
    blog.push({"posts/a.md": "# A", "other/b.md": "# B"})
    visitor.source("posts").snapshot()
    assert texts(visitor.source("other").snapshot()) == {"b.md": b"# B"}


@BOTH_HOSTS
def test_git_knows_when_posts_were_written_and_changed(blog: Blog, visitor: Visitor) -> None:
    days = [1_600_000_000 + day * DAY for day in range(6)]
    blog.push({"posts/a.md": "# A", "posts/b.md": "# B, long enough"}, when=days[0])
    blog.push({"posts/c.md": "# C"}, when=days[1])
    blog.push({"posts/a.md": "# A2"}, when=days[2])
    blog.push({"other.txt": "x"}, when=days[3])
    blog.push({"posts/b.md": None, "posts/moved/b.md": "# B, long enough"}, when=days[4])
    source = visitor.source("posts")
    assert dates(source.snapshot()) == {
        "a.md": Dates(days[0], days[2]),
        "c.md": Dates(days[1], days[1]),
        "moved/b.md": Dates(days[0], days[0]),
    }
    blog.push({"posts/c.md": "# C2", "posts/d.md": "# D"}, when=days[5])
    later = dates(source.snapshot())
    assert later["c.md"] == Dates(days[1], days[5])
    assert later["d.md"] == Dates(days[5], days[5])
    assert later["a.md"] == Dates(days[0], days[2])


def test_a_commit_from_the_future_hides_nothing(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"}, when=2_000_000_000)
    now = int(visitor.clock.now)
    assert dates(visitor.source().snapshot()) == {"a.md": Dates(now, now)}


def test_a_merge_does_not_change_what_it_brings(blog: Blog, visitor: Visitor) -> None:
    start, side, main, merge = (1_600_000_000 + day * DAY for day in range(4))
    blog.push({"a.md": "# A"}, when=start)
    blog.git("switch", "--quiet", "--create", "side")
    blog.push({"b.md": "# B"}, when=side, branch="side")
    blog.git("switch", "--quiet", "main")
    blog.push({"a.md": "# A2"}, when=main)
    blog.git("merge", "--quiet", "--no-ff", "side", when=merge)
    blog.push({}, when=merge)
    assert dates(visitor.source().snapshot()) == {
        "a.md": Dates(start, main),
        "b.md": Dates(side, side),
    }


def test_what_happened_before_the_known_history_is_not_guessed(
    blog: Blog, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MOST_COMMITS", 3)
    for number in range(5):
        blog.push({f"{number}.md": str(number)}, when=1_600_000_000 + number * DAY)
    blog.push({"0.md": "again"}, when=1_600_000_000 + 5 * DAY)
    known = dates(visitor.source().snapshot())
    assert known["0.md"] == Dates(None, 1_600_000_000 + 5 * DAY)
    assert known["1.md"] is known["2.md"] is None
    assert known["4.md"] == Dates(1_600_000_000 + 4 * DAY, 1_600_000_000 + 4 * DAY)


def test_another_branch(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    blog.git("switch", "--quiet", "--create", "new/design")
    blog.push({"a.md": "# Another"}, branch="new/design")
    assert texts(visitor.source(branch="new/design").snapshot()) == {"a.md": b"# Another"}


@BOTH_HOSTS
def test_a_force_push_is_followed(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    blog.push({"b.md": "# B"})
    source = visitor.source()
    source.snapshot()
    blog.git("switch", "--quiet", "--orphan", "fresh")
    blog.push({"c.md": "# C"}, "--force")
    after = source.snapshot()
    assert texts(after) == {"c.md": b"# C"}
    blog.git("reset", "--quiet", "--hard", "main~1")
    blog.push({}, "--force")
    assert texts(source.snapshot()) == {"a.md": b"# A"}


def test_a_repository_that_has_moved(blog: Blog, visitor: Visitor) -> None:
    """As when its owner has another name now, or the address lacks what the host adds to it."""
    blog.push({"a.md": "# A"})
    visitor.host.token = "secret-token"
    address = RepositoryAddress(visitor.host.url.replace("/blog.git", "/moved/blog.git"))
    source = Repository(
        address,
        visitor.kept,
        remote=Remote(address, "secret-token"),
        site=SITE,
        max_bytes=1000,
    )
    visitor.opened.append(source)
    assert texts(source.snapshot()) == {"a.md": b"# A"}


@pytest.mark.parametrize("own", [False, True], ids=["of the web", "of the own network"])
def test_where_a_host_may_lead(blog: Blog, visitor: Visitor, own: bool) -> None:
    """A host of the web leads nowhere into the bot's own network, where it is asked for nothing."""
    blog.push({"a.md": "# A"})
    with serving(blog.bare.parent, "127.0.0.2") as inside:
        visitor.host.leads_to = inside.url.removesuffix("/blog.git")
        address = RepositoryAddress(visitor.host.url)
        remote = Remote(address, is_public=lambda found: not own and str(found) == "127.0.0.1")
        source = Repository(address, visitor.kept, remote=remote, site=SITE, max_bytes=1000)
        visitor.opened.append(source)
        if own:
            assert texts(source.snapshot()) == {"a.md": b"# A"}
        else:
            with pytest.raises(SourceError, match=r"127\.0\.0\.2, which is no public address"):
                source.snapshot()
        assert bool(inside.requests) is own


def test_a_token_opens_a_private_repository(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    visitor.host.token = "secret-token"
    with pytest.raises(SourceError, match="does not exist, or is private") as error:
        visitor.source().snapshot()
    assert "SLASHPOST_POSTS_TOKEN" in str(error.value)
    with pytest.raises(SourceError, match="does not accept the token") as error:
        visitor.source(token="wrong-token").snapshot()
    assert "wrong-token" not in str(error.value)
    assert texts(visitor.source(token="secret-token").snapshot()) == {"a.md": b"# A"}
    assert b"secret-token" not in b"".join(
        file.read_bytes() for file in visitor.kept.rglob("*") if file.is_file()
    )


@pytest.mark.parametrize(
    ("folder", "branch", "complaint"),
    [
        ("", "gone", "has no branch gone"),
        ("nowhere", None, "there is no folder nowhere"),
        ("a.md", None, "there is no folder a.md"),
        ("texts", None, "there are no Markdown files"),
    ],
)
def test_a_place_without_posts(
    blog: Blog, visitor: Visitor, folder: str, branch: str | None, complaint: str
) -> None:
    blog.push({"a.md": "# A", "texts/a.txt": ""})
    with pytest.raises(SourceError, match=complaint):
        visitor.source(folder, branch).snapshot()
    assert not visitor.kept.exists()


def test_an_empty_repository(visitor: Visitor) -> None:
    with pytest.raises(SourceError, match="the repository is empty"):
        visitor.source().snapshot()


def test_no_repository_at_all(host: Host, visitor: Visitor) -> None:
    host.root = host.root / "elsewhere"
    with pytest.raises(SourceError, match="is no git repository, or is private"):
        visitor.source().snapshot()


def test_what_was_fetched_survives_a_bad_push(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    source = visitor.source()
    good = source.snapshot()
    blog.push({"a.md": None})
    with pytest.raises(SourceError, match="no Markdown files"):
        source.snapshot()
    assert texts(good) == {"a.md": b"# A"}, "who still reads the last snapshot can"
    blog.push({"b.md": "# B"})
    assert texts(source.snapshot()) == {"b.md": b"# B"}


@BOTH_HOSTS
def test_a_pack_that_is_damaged_on_its_way_changes_nothing(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    source = visitor.source()
    good = source.snapshot()
    blog.push({"a.md": "# A2", "b.md": "# B"})
    visitor.host.broken = True
    with pytest.raises(SourceError, match="cannot be fetched"):
        source.snapshot()
    with pytest.raises(SourceError, match="cannot be fetched"):
        visitor.source().snapshot()
    assert texts(good) == {"a.md": b"# A"}
    visitor.host.broken = False
    assert texts(source.snapshot()) == {"a.md": b"# A2", "b.md": b"# B"}


@BOTH_HOSTS
def test_a_repository_that_is_too_large(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    source = visitor.source(most_bytes=50_000)
    source.snapshot()
    # Random, or it would shrink on its way.
    blog.push({"b.md": os.urandom(100_000)})
    with pytest.raises(SourceError, match="more than 50,000 bytes"):
        source.snapshot()
    blog.push({"b.md": "# B"})
    assert "b.md" in texts(visitor.source().snapshot())


def test_a_host_that_is_not_there(visitor: Visitor, unused_tcp_port: int) -> None:
    address = RepositoryAddress(f"http://127.0.0.1:{unused_tcp_port}/blog.git")
    source = Repository(address, visitor.kept, remote=Remote(address), site=SITE, max_bytes=1000)
    with pytest.raises(SourceError, match=r"cannot be fetched \(.*refused\)"):
        source.snapshot()


def test_a_host_that_trickles(visitor: Visitor) -> None:
    """A byte now and then keeps every single read from timing out."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stopped = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"
                connection.sendall(
                    head + b"Content-Type: application/x-git-upload-pack-advertisement\r\n\r\n"
                )
                while not stopped.wait(0.05):
                    connection.sendall(b"1")  # four of them announce 4369 bytes

        thread = threading.Thread(target=trickle)
        thread.start()
        address = RepositoryAddress(f"http://127.0.0.1:{server.getsockname()[1]}/blog.git")
        remote = Remote(address, most_seconds=0.3)
        source = Repository(address, visitor.kept, remote=remote, site=SITE, max_bytes=1000)
        try:
            with pytest.raises(SourceError, match="not done after 0 seconds"):
                source.snapshot()
        finally:
            stopped.set()
            thread.join()


@BOTH_HOSTS
def test_a_file_that_unpacks_to_too_much_is_left_out(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A", "zeros.md": bytes(9_000_000), "site.conf": b"y" * 8_500_000})
    for source in (visitor.source(), visitor.source()):
        snapshot = source.snapshot()
        assert texts(snapshot) == {"a.md": b"# A"}
        assert left_out(snapshot) == {
            "zeros.md": "9,000,000 bytes, over the limit of 1,000",
            "site.conf": "8,500,000 bytes, over the limit of 1,000",
        }
    fetches = len(visitor.host.requests)
    visitor.source().snapshot()
    assert len(visitor.host.requests) - fetches <= 2, "it is not asked for again"


def test_a_commit_that_is_too_large_changes_nothing(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    source = visitor.source()
    good = source.snapshot()
    blog.git("commit", "--allow-empty", "--file=-", given="x" * 1_500_000)
    blog.git("push", "--quiet", "origin", "HEAD:main")
    with pytest.raises(SourceError, match="its newest commit is damaged, or too large"):
        source.snapshot()
    assert texts(good) == {"a.md": b"# A"}


@pytest.mark.parametrize("pushed", [False, True], ids=["as it was", "with a new commit"])
@pytest.mark.parametrize("damage", ["zeros", "flipped", "cut"])
def test_damage_anywhere_in_the_packs_is_mended(
    blog: Blog, visitor: Visitor, damage: str, pushed: bool
) -> None:
    """As after a power cut: the files are there, and what is in them is not."""
    blog.push({"a.md": "# A", "folder/b.md": "# B", "site.conf": "x"})
    blog.push({"a.md": "# A2"})
    visitor.source().snapshot()
    visitor.close()
    for pack in visitor.kept.glob("objects/pack/*.pack"):
        data = bytearray(pack.read_bytes())
        if damage == "zeros":
            data[12:-20] = bytes(len(data) - 32)
        elif damage == "flipped":
            data[12:-20] = bytes(byte ^ 0x55 for byte in data[12:-20])
        else:
            del data[len(data) // 2 :]
        pack.chmod(0o600)
        pack.write_bytes(data)
    if pushed:
        blog.push({"c.md": "# C"})
    snapshot = visitor.source().snapshot()
    assert set(texts(snapshot)) == {"a.md", "folder/b.md", *(["c.md"] if pushed else [])}
    assert texts(snapshot)["a.md"] == b"# A2"


@pytest.mark.parametrize("last", [True, False], ids=["the last pack", "the first pack"])
def test_damage_of_one_pack_is_mended(blog: Blog, visitor: Visitor, last: bool) -> None:
    blog.push({"a.md": "# A", "folder/b.md": "# B"})
    visitor.source().snapshot()
    blog.push({"a.md": "# A2"})
    visitor.source().snapshot()
    visitor.close()
    packs = sorted(visitor.kept.glob("objects/pack/*.pack"), key=lambda p: p.stat().st_mtime_ns)
    pack = packs[-1 if last else 0]
    pack.chmod(0o600)
    pack.write_bytes(pack.read_bytes()[:12] + bytes(pack.stat().st_size - 12))
    blog.push({"c.md": "# C"})
    assert texts(visitor.source().snapshot()) == {
        "a.md": b"# A2", "folder/b.md": b"# B", "c.md": b"# C",
    }  # fmt: skip


def test_a_repository_whose_head_names_no_branch(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"}, branch="trunk")
    blog.git("symbolic-ref", "HEAD", "refs/heads/gone", at=blog.bare)
    source = visitor.source()
    assert texts(source.snapshot()) == {"a.md": b"# A"}, "there is only one that can be meant"
    blog.push({"b.md": "# B"}, branch="trunk")
    assert set(texts(source.snapshot())) == {"a.md", "b.md"}
    blog.push({}, branch="side")
    with pytest.raises(SourceError, match=r"HEAD names no branch .* Name one .*: side, trunk"):
        visitor.source().snapshot()


@pytest.mark.parametrize("damage", ["pack", "note", "objects", "shallow"])
def test_a_damaged_disk_is_fetched_anew(
    blog: Blog, visitor: Visitor, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    blog.push({"a.md": "# A"})
    visitor.source().snapshot()
    visitor.close()
    if damage == "pack":
        for pack in visitor.kept.glob("objects/pack/*.pack"):
            pack.chmod(0o600)
            pack.write_bytes(pack.read_bytes()[:20])
    elif damage == "note":
        (visitor.kept / "slashpost.json").write_text("{")
    elif damage == "shallow":
        (visitor.kept / "shallow").write_text("nonsense\n")
    else:
        shutil.rmtree(visitor.kept / "objects")
    blog.push({"b.md": "# B"})
    visitor.clock.now += 10
    source = visitor.source()
    assert texts(source.snapshot()) == {"a.md": b"# A", "b.md": b"# B"}


def test_damage_that_shows_when_a_post_is_read_is_mended_by_the_next_look(
    blog: Blog, visitor: Visitor
) -> None:
    blog.push({"a.md": "# A"})
    visitor.source().snapshot()
    visitor.close()
    source = visitor.source()
    snapshot = source.snapshot()
    source.close()
    shutil.rmtree(visitor.kept / "objects" / "pack")
    with pytest.raises(OSError, match="damaged"):
        snapshot.files[0].read()
    again = source.snapshot()
    assert texts(again) == {"a.md": b"# A"}


def test_many_small_fetches_are_replaced_by_a_large_one(
    blog: Blog, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MOST_PACKS", 4)
    source = visitor.source()
    for number in range(5):
        blog.push({f"{number}.md": str(number)}, when=1_600_000_000 + number * DAY)
        snapshot = source.snapshot()
        assert len(list(visitor.kept.glob("objects/pack/*.pack"))) <= 7
    assert len(texts(snapshot)) == 5
    assert dates(snapshot)["0.md"] == Dates(1_600_000_000, 1_600_000_000)


def test_a_place_that_cannot_be_written_is_named(blog: Blog, host: Host, tmp_path: Path) -> None:
    blog.push({"a.md": "# A"})
    (tmp_path / "file").write_text("")
    visitor = Visitor(host, tmp_path / "file" / "kept.git")
    with pytest.raises(SourceError, match=r"what is fetched cannot be kept .*SLASHPOST_STATE"):
        visitor.source().snapshot()


def test_a_repository_of_trees_of_trees_is_listed_in_time(blog: Blog, visitor: Visitor) -> None:
    """A hundred million paths in a few kilobytes, and its history compared."""
    blog.push({"a.md": "# A"})
    file = blog.git("hash-object", "-w", "--stdin", given="# X")
    tree = blog.git("mktree", given="".join(f"100644 blob {file}\tf{n}.md\n" for n in range(10)))
    for _ in range(8):
        tree = blog.git("mktree", given="".join(f"040000 tree {tree}\td{n}\n" for n in range(10)))
    top = blog.git("mktree", given=f"100644 blob {file}\ta.md\n040000 tree {tree}\td\n")
    commit = blog.git("commit-tree", "-m", "x", "-p", "HEAD", top)
    blog.git("push", "--quiet", "origin", f"{commit}:refs/heads/main")
    before = time.process_time()
    snapshot = visitor.source().snapshot()
    assert time.process_time() - before < 5
    assert snapshot.files[0].path == "a.md"
    assert len(snapshot.files) < 2000


def test_names_that_no_file_can_have_are_left_out(blog: Blog, visitor: Visitor) -> None:
    file = blog.git("hash-object", "-w", "--stdin", given="# X")
    names = (b"../../up.md", b"a.md", b"b/c.md")
    tree = b"".join(b"100644 " + name + b"\0" + bytes.fromhex(file) for name in names)
    (blog.copy / "tree").write_bytes(tree)
    top = blog.git("hash-object", "-w", "-t", "tree", "--literally", "tree")
    commit = blog.git("commit-tree", "-m", "x", top)
    blog.git("push", "--quiet", "origin", f"{commit}:refs/heads/main")
    snapshot = visitor.source().snapshot()
    assert list(texts(snapshot)) == ["a.md"]
    assert set(left_out(snapshot)) == {"../../up.md", "b/c.md"}


def test_a_submodule_among_the_posts_is_named(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    commit = blog.git("rev-parse", "HEAD")
    blog.git("update-index", "--add", "--cacheinfo", f"160000,{commit},ext")
    blog.git("commit", "--quiet", "--message", "x")
    blog.git("push", "--quiet", "origin", "HEAD:main")
    assert left_out(visitor.source().snapshot()) == {
        "ext/": "another repository (a submodule), to be named in SLASHPOST_POSTS by itself"
    }
    with pytest.raises(SourceError, match=r"ext is another repository .*\.gitmodules\.$"):
        visitor.source("ext").snapshot()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://a.example/notes.git", "https://a.example/notes.git"),
        ("https://ann:secret@a.example/notes.git", "https://a.example/notes.git"),
        ("../notes.git", "../notes.git"),
    ],
)
def test_the_address_of_a_submodule_is_named(
    blog: Blog, visitor: Visitor, url: str, named: str
) -> None:
    modules = f'[submodule "x"]\n\tpath = other\n[submodule "n"]\n\turl = {url}\n\tpath = p/ext\n'
    blog.push({"p/a.md": "# A", ".gitmodules": modules})
    commit = blog.git("rev-parse", "HEAD")
    blog.git("update-index", "--add", "--cacheinfo", f"160000,{commit},p/ext")
    blog.git("commit", "--quiet", "--message", "x")
    blog.git("push", "--quiet", "origin", "HEAD:main")
    assert left_out(visitor.source("p").snapshot())["ext/"].endswith(f" by itself: {named}")
    with pytest.raises(SourceError, match=rf"p/ext is another repository .*{re.escape(named)}\.$"):
        visitor.source("p/ext").snapshot()


def test_a_folder_that_is_a_link_is_named(blog: Blog, visitor: Visitor) -> None:
    blog.write({"notes/a.md": "# A"})
    (blog.copy / "content").symlink_to("notes")
    blog.push({})
    with pytest.raises(SourceError, match="content is a link"):
        visitor.source("content").snapshot()


def test_names_that_are_no_text_are_told(blog: Blog, visitor: Visitor) -> None:
    blog.push({"a.md": "# A"})
    (blog.copy / "b\udcff.md").write_text("# B")
    blog.push({})
    snapshot = visitor.source().snapshot()
    assert list(texts(snapshot)) == ["a.md"]
    assert [problem.reason for problem in snapshot.problems] == ["its name is not valid text"]
