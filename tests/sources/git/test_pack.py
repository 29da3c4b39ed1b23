"""What a host may send: anything. What is kept of it: what can be read, in time and memory."""

from __future__ import annotations

import itertools
import struct
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from pathlib import Path

import pytest
from dulwich.objects import Blob, ObjectID
from dulwich.repo import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sources.git import pack
from bot.sources.git.pack import PackError, Received, keep

BLOB, OFS_DELTA, REF_DELTA = 3, 6, 7


def number(size: int) -> bytes:
    """A size as deltas write it."""
    made = bytearray()
    while size > 127:
        made.append(128 | size & 127)
        size >>= 7
    return bytes([*made, size])


def distance(value: int) -> bytes:
    """How far back a base lies."""
    made = [value & 127]
    while value := value >> 7:
        value -= 1
        made.append(128 | value & 127)
    return bytes(reversed(made))


def packed(kind: int, content: bytes, base: bytes = b"", size: int | None = None) -> bytes:
    """One object of a pack; ``size`` is what it says of itself."""
    size = len(content) if size is None else size
    head = number((size >> 4 << 7 | size & 15 | kind << 4) if size > 15 else kind << 4 | size)
    if size > 15:
        head = bytes([128 | kind << 4 | size & 15]) + number(size >> 4)
    return head + base + zlib.compress(content, 9)


def pack_of(*objects: bytes, count: int | None = None) -> bytes:
    whole = struct.pack(">4sLL", b"PACK", 2, len(objects) if count is None else count)
    whole += b"".join(objects)
    return whole + sha1(whole).digest()


def delta(source: int, target: int, instructions: bytes) -> bytes:
    return number(source) + number(target) + instructions


def copy(offset: int, size: int) -> bytes:
    return bytes([0xFF]) + struct.pack("<L", offset) + struct.pack("<L", size)[:3]


def id_of(content: bytes) -> ObjectID:
    return Blob.from_string(content).id


class Kept:
    """A repository that packs are put into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo.init_bare(str(folder), mkdir=True)

    def keep(self, data: bytes, most: int = 100_000) -> Received:
        file = self.folder / "received"
        file.write_bytes(data)
        return keep(file, self.folder / "objects" / "pack", most)

    def __contains__(self, content: bytes) -> bool:
        name = id_of(content)
        store = self.repo.object_store
        return name in store and store[name].as_raw_string() == content


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "kept.git")
    yield kept
    kept.repo.close()


@contextmanager
def within(seconds: float, megabytes: float) -> Iterator[None]:
    """Fails if what is done inside takes more time of the processor, or memory."""
    tracemalloc.start()
    before = time.process_time()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
        spent = time.process_time() - before
    finally:
        tracemalloc.stop()
    assert peak < megabytes * 1e6, f"{peak / 1e6:.0f} MB"
    assert spent < seconds, f"{spent:.1f} s"


def test_what_git_packs_is_kept_as_it_is(kept: Kept, tmp_path: Path) -> None:
    """With deltas upon deltas, as it makes them of a text with many versions."""
    versions = [f"line {n}\n" * n for n in range(60)]
    words = "".join(f"word {n} " for n in range(3000))
    versions += [f"{words}{n}{words}" for n in range(30)]
    work = tmp_path / "work"
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    names = []
    for text in versions:
        done = subprocess.run(
            ["git", "hash-object", "-w", "--stdin"],
            cwd=work, input=text.encode(), capture_output=True, check=True,
        )  # fmt: skip
        names.append(done.stdout)
    for options in ([], ["--delta-base-offset"]):
        data = subprocess.run(
            ["git", "pack-objects", "--stdout", "--depth=50", *options],
            cwd=work, input=b"".join(names), capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert len(data) < 40_000, "there are deltas in it"
        assert kept.keep(data) == Received()
    assert all(text.encode() in kept for text in versions)


def test_a_file_that_is_too_large_is_named_and_the_others_are_kept(kept: Kept) -> None:
    bomb = bytes(40_000_000)
    data = pack_of(packed(BLOB, b"a"), packed(BLOB, bomb), packed(BLOB, b"b"))
    name = id_of(bomb)
    del bomb
    with within(5, 2):
        received = kept.keep(data)
    assert received == Received({name: 40_000_000})
    assert b"a" in kept
    assert b"b" in kept
    assert name not in kept.repo.object_store


def test_more_than_anybody_can_unpack_is_refused(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MOST_UNPACKED_BYTES", 1_000_000)
    data = pack_of(*[packed(BLOB, bytes(400_000))] * 3)
    with pytest.raises(PackError, match="unpacks to more than 1,000,000 bytes"):
        kept.keep(data)


def test_a_delta_that_copies_without_end_is_skipped(kept: Kept) -> None:
    """Each copy takes eight bytes and makes 90,000; there are a hundred thousand."""
    base = b"x" * 90_000
    first = packed(BLOB, base)
    many = copy(0, 90_000) * 100_000
    for target in (90_000 * 100_000, 90_000):  # honest about it, and not
        bomb = packed(OFS_DELTA, delta(90_000, target, many), distance(len(first)))
        data = pack_of(first, bomb)
        with within(1, 10):
            assert kept.keep(data).skipped == 1
        assert base in kept


def test_a_small_delta_that_lies_about_its_result_is_refused(kept: Kept) -> None:
    first = packed(BLOB, b"x" * 90_000)
    for target in (10, 100_000):
        bomb = packed(OFS_DELTA, delta(90_000, target, copy(0, 90_000)), distance(len(first)))
        with pytest.raises(PackError, match="damaged"):
            kept.keep(pack_of(first, bomb))


def test_deltas_upon_deltas_take_no_longer_than_they_should(kept: Kept) -> None:
    """Each of 20,000 is made from the one before: reading the last would make them all."""
    base = b"x" * 90_000
    objects = [packed(BLOB, base)]
    for count in range(20_000):
        change = delta(90_000, 90_000, copy(0, 89_996) + b"\4" + b"%04x" % count)
        objects.append(packed(OFS_DELTA, change, distance(len(objects[-1]))))
    data = pack_of(*objects)
    with within(6 * len(data) / 1e6, 40):
        received = kept.keep(data)
    assert received.skipped > 15_000
    assert base in kept
    assert base[:-4] + b"0010" in kept


def test_a_delta_may_come_before_its_base(kept: Kept) -> None:
    texts = [b"x" * 1000 + b"%04d" % n for n in range(300)]
    objects = [packed(BLOB, texts[0])]
    for before, after in itertools.pairwise(texts):
        change = delta(1004, 1004, copy(0, 1000) + b"\4" + after[-4:])
        objects.append(packed(REF_DELTA, change, bytes.fromhex(id_of(before).decode())))
    assert kept.keep(pack_of(*reversed(objects))) == Received()
    assert texts[-1] in kept


def test_a_delta_whose_base_never_comes_is_skipped(kept: Kept) -> None:
    change = delta(4, 4, copy(0, 4))
    data = pack_of(packed(BLOB, b"a"), packed(REF_DELTA, change, b"\1" * 20))
    assert kept.keep(data) == Received(skipped=1)
    assert b"a" in kept


def test_two_that_are_made_from_each_other_are_read_all_the_same(kept: Kept) -> None:
    one, other = b"one " * 10, b"other " * 10
    there = packed(REF_DELTA, delta(40, 60, b"\x3c" + other), bytes.fromhex(id_of(one).decode()))
    back = packed(REF_DELTA, delta(60, 40, b"\x28" + one), bytes.fromhex(id_of(other).decode()))
    assert kept.keep(pack_of(packed(BLOB, one), there, back)) == Received()
    assert one in kept
    assert other in kept


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", None),
        (pack_of(), None),
        (b"PACK", "damaged"),
        (b"<html>" * 10, "no pack"),
        (pack_of(packed(BLOB, b"a"))[:-1], "damaged"),
        (pack_of(packed(BLOB, b"a"), count=2), "damaged"),
        (pack_of(packed(BLOB, b"a"), count=4_000_000_000), "4,000,000,000 objects"),
        (pack_of(packed(BLOB, b"abc", size=2)), "damaged"),
        (pack_of(packed(BLOB, b"abc", size=4)), "damaged"),
        (pack_of(packed(BLOB, bytes(1_000_000), size=4)), "damaged"),
        (pack_of(packed(5, b"abc")), "damaged"),
        (pack_of(b"\xb0" + b"\xff" * 100_000), "damaged"),
    ],
)
def test_what_is_no_pack(kept: Kept, data: bytes, reason: str | None) -> None:
    if reason is None:
        assert kept.keep(data) == Received()
        return
    with pytest.raises(PackError, match=reason):
        kept.keep(data)
    assert not list((kept.folder / "objects" / "pack").iterdir())


FIRST = packed(BLOB, b"x" * 50)
GOOD = pack_of(
    FIRST,
    packed(OFS_DELTA, delta(50, 8, copy(0, 4) + b"\4abcd"), distance(len(FIRST))),
    packed(REF_DELTA, delta(50, 4, copy(0, 4)), bytes.fromhex(id_of(b"x" * 50).decode())),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 21), st.integers(0, 255)), max_size=4))
def test_damage_is_told_in_one_way(kept: Kept, damage: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, byte in damage:
        data[at] = byte
    data[-20:] = sha1(data[:-20]).digest()
    try:
        kept.keep(bytes(data))
    except PackError:
        return
    for name in kept.repo.object_store:
        assert kept.repo.object_store[name].id == name
