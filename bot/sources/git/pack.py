"""Packs of objects as hosts send them, each checked before it is used.

A pack of 1 MB can unpack to a gigabyte, and its deltas can copy more than any machine has. So
every object is unpacked here once, in pieces, within limits; what keeps to them is written to a
pack that is safe to read, and the rest is skipped.
https://git-scm.com/docs/pack-format
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1 as _sha1
from pathlib import Path
from typing import BinaryIO

from dulwich.objects import ObjectID, RawObjectID, sha_to_hex
from dulwich.pack import SHA1Writer, iter_sha1, write_pack_index_v2

MOST_OBJECT_BYTES = 8_000_000
# More than any folder of a blog and its history hold.
MOST_OBJECTS = 200_000
# Objects that are too large are unpacked all the same, to find the end of them.
MOST_UNPACKED_BYTES = 500_000_000
# Contents that are cached while deltas are applied to them.
MOST_CACHED_BYTES = 24_000_000
# A commit's message is text that somebody wrote.
MOST_COMMIT_BYTES = 1_000_000
MOST_SHIFT = 60  # of a number in seven-bit pieces
SIZE_BITS = 4  # the first four flags of a copy are for its offset, then three for its length
PIECE = 65_536
# An instruction of a delta is two bytes or more, and takes the time of copying this many.
WORK_PER_DELTA_BYTE = 64

sha1 = partial(_sha1, usedforsecurity=False)

COMMIT, TAG, OFS_DELTA, REF_DELTA = 1, 4, 6, 7
KINDS = {1: b"commit", 2: b"tree", 3: b"blob", 4: b"tag"}
ID_BYTES = 20


class PackError(Exception):
    """What a host sends is no pack, or more than anybody can unpack."""


@dataclass(slots=True)
class Received:
    """What is left of a pack.

    Attributes:
        too_large: size by id of the objects that are larger than the limit.
        skipped: how many others take too much to unpack. Their ids are not known.
    """

    too_large: dict[ObjectID, int] = field(default_factory=dict)
    skipped: int = 0


@dataclass(slots=True)
class _Object:
    """One object of a pack.

    Attributes:
        offset: where it begins in the pack.
        kind: commit, tree, blob or tag.
        size: bytes of its content.
        start, end: where its compressed bytes lie in the pack.
        packed_size: bytes that these unpack to, the content's or a delta's.
        base: what the delta is applied to, or None.
        chain: bytes to be held in memory, the base and every delta, when it is read.
        work: bytes made on the way to its content.
        name: its id.
    """

    offset: int
    kind: int
    size: int
    start: int
    end: int
    packed_size: int
    base: _Object | None = None
    chain: int = 0
    work: int = 0
    name: bytes = b""


def keep(received: Path, folder: Path, most_object_bytes: int = MOST_OBJECT_BYTES) -> Received:
    """Write what can be read of a pack to a folder of packs, with its index.

    Raises:
        PackError: it is damaged, or unpacks to too much.
        OSError: it cannot be written.
    """
    if received.stat().st_size == 0:
        return Received()
    with received.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        scan = _Scan(data, most_object_bytes)
        try:
            scan.run()
        except (zlib.error, IndexError, struct.error) as error:
            raise PackError("what it sends is damaged") from error
        if scan.objects:
            _write(data, list(scan.objects.values()), folder)
    return scan.received


class _Scan:
    """One pass over a pack."""

    def __init__(self, data: mmap.mmap, most_object_bytes: int) -> None:
        self.objects: dict[bytes, _Object] = {}
        self.received = Received()
        self._data = data
        self._most = most_object_bytes
        self._by_offset: dict[int, _Object] = {}
        self._waiting: dict[bytes, list[_Object]] = {}  # for a base that comes later
        self._cached: OrderedDict[int, bytes] = OrderedDict()
        self._cached_bytes = 0
        self._unpacked_left = MOST_UNPACKED_BYTES
        # Real deltas are literal text and hardly shrink; each content is made from few others.
        self._delta_left = 1_000_000 + 4 * len(data)
        self._work_left = 300_000_000 + 200 * len(data)

    def run(self) -> None:
        """Sort the objects into ``objects`` and ``received``."""
        magic, version, count = struct.unpack(">4sLL", self._data[:12])
        if magic != b"PACK" or version not in {2, 3}:
            raise PackError("what it sends is no pack")
        if count > MOST_OBJECTS:
            raise PackError(f"it sends {count:,} objects, over the limit of {MOST_OBJECTS:,}")
        offset = 12
        for _ in range(count):
            offset = self._take(offset)
        if self._data[offset:] != sha1(memoryview(self._data)[:offset]).digest():
            raise PackError("what it sends is damaged")
        self._take_waiting()

    def _take(self, offset: int) -> int:
        """Sort one object; give the offset of the next."""
        kind, size, at = self._header(offset)
        base: _Object | None = None
        base_name = b""
        if kind == OFS_DELTA:
            distance, at = self._distance(at)
            base = self._by_offset.get(offset - distance)
        elif kind == REF_DELTA:
            base_name, at = self._data[at : at + ID_BYTES], at + ID_BYTES
            base = self.objects.get(base_name)
        elif kind not in KINDS:
            raise PackError("what it sends is damaged")
        found = _Object(offset, kind, size, at, 0, size, base)
        if kind in KINDS:
            self._take_whole(found)
        elif self._is_delta_in_limits(size) and (base or base_name):
            delta = self._unpack(found)
            if base is None:
                self._waiting.setdefault(base_name, []).append(found)
            else:
                self._take_delta(found, delta)
        else:
            self._skip(found)
            self.received.skipped += 1
        return found.end

    def _take_waiting(self) -> None:
        """Add the deltas whose base came later, and those that wait for these in turn."""
        ready = [name for name in self._waiting if name in self.objects]
        while ready:
            name = ready.pop()
            for found in self._waiting.pop(name, ()):
                found.base = self.objects[name]
                self._take_delta(found, self._unpack(found))
                if found.name in self._waiting:
                    ready.append(found.name)
        self.received.skipped += sum(map(len, self._waiting.values()))

    def _is_delta_in_limits(self, size: int) -> bool:
        self._delta_left -= size
        return size <= self._most and self._delta_left >= 0

    def _take_whole(self, found: _Object) -> None:
        found.chain = found.work = found.size
        digest = sha1(b"%s %d\0" % (KINDS[found.kind], found.size))
        if found.size > self._limit(found.kind):
            for piece in self._pieces(found):
                digest.update(piece)
            self.received.too_large[sha_to_hex(RawObjectID(digest.digest()))] = found.size
            return
        content = self._unpack(found)
        digest.update(content)
        self._add(found, content, digest.digest())

    def _limit(self, kind: int) -> int:
        return min(MOST_COMMIT_BYTES, self._most) if kind in {COMMIT, TAG} else self._most

    def _take_delta(self, found: _Object, delta: bytes) -> None:
        """Add a delta's object, if it keeps to the limits."""
        if not self._is_in_limits(found, delta):
            self.received.skipped += 1
            return
        assert found.base is not None
        content = _apply(self._content(found.base), delta)
        name = sha1(b"%s %d\0" % (KINDS[found.kind], found.size) + content).digest()
        self._add(found, content, name)

    def _is_in_limits(self, found: _Object, delta: bytes) -> bool:
        """Whether a delta's object may be made; notes what that takes."""
        assert found.base is not None
        found.kind = found.base.kind
        source, found.size, _ = _sizes(delta)
        if source != found.base.size:
            raise PackError("what it sends is damaged")
        found.chain = found.base.chain + found.packed_size
        found.work = found.base.work + found.size + WORK_PER_DELTA_BYTE * found.packed_size
        self._work_left -= found.work
        return (
            found.size <= self._limit(found.kind)
            and found.chain <= 4 * self._most
            and self._work_left >= 0
        )

    def _add(self, found: _Object, content: bytes, name: bytes) -> None:
        """Add an object. The first of the same is kept, or two could be made from each other."""
        found.name = name
        found = self._by_offset[found.offset] = self.objects.setdefault(name, found)
        self._cache(found, content)

    def _content(self, found: _Object) -> bytes:
        """An object's content, from the nearest one in its chain that is cached."""
        deltas = []
        while found.offset not in self._cached and found.base is not None:
            deltas.append(found)
            found = found.base
        content = self._cached.get(found.offset)
        if content is None:
            content = self._unpack(found)
        for one in reversed(deltas):
            content = _apply(content, self._unpack(one))
            self._cache(one, content)
        return content

    def _cache(self, found: _Object, content: bytes) -> None:
        if found.offset in self._cached:
            return
        self._cached[found.offset] = content
        self._cached_bytes += len(content)
        while self._cached_bytes > MOST_CACHED_BYTES:
            self._cached_bytes -= len(self._cached.popitem(last=False)[1])

    def _unpack(self, found: _Object) -> bytes:
        return b"".join(self._pieces(found))

    def _skip(self, found: _Object) -> None:
        for _ in self._pieces(found):
            pass

    def _pieces(self, found: _Object) -> Iterator[bytes]:
        """What an object's bytes unpack to, as many as its header says; notes their end."""
        unzip = zlib.decompressobj()
        at, left = found.start, found.packed_size
        while not unzip.eof:
            fed = self._data[at : at + min(PIECE, left + 64)]
            if not fed:
                raise PackError("what it sends ends too early")
            at += len(fed)
            while fed:
                piece = unzip.decompress(fed, PIECE)
                left -= len(piece)
                self._unpacked_left -= len(piece)
                if left < 0:
                    raise PackError("what it sends is damaged")
                if self._unpacked_left < 0:
                    raise PackError(f"it unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
                yield piece
                fed = b"" if unzip.unused_data else unzip.unconsumed_tail
        if left:
            raise PackError("what it sends is damaged")
        found.end = at - len(unzip.unused_data)

    def _header(self, at: int) -> tuple[int, int, int]:
        """An object's kind, the size it unpacks to, and where that begins."""
        byte = self._data[at]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 128 and shift < MOST_SHIFT:
            at += 1
            byte = self._data[at]
            size |= (byte & 127) << shift
            shift += 7
        return kind, size, at + 1

    def _distance(self, at: int) -> tuple[int, int]:
        """How far before a delta its base lies, and where the delta begins."""
        byte = self._data[at]
        distance = byte & 127
        while byte & 128 and distance < 1 << 40:
            at += 1
            byte = self._data[at]
            distance = (distance + 1) << 7 | byte & 127
        return distance, at + 1


def _sizes(delta: bytes) -> tuple[int, int, int]:
    """The size of a delta's base and of its result, and where its instructions begin."""
    at, sizes = 0, []
    for _ in range(2):
        size = shift = 0
        while True:
            byte = delta[at]
            at += 1
            size |= (byte & 127) << shift
            shift += 7
            if not byte & 128 or shift > MOST_SHIFT:
                break
        sizes.append(size)
    return sizes[0], sizes[1], at


def _apply(base: bytes, delta: bytes) -> bytes:
    """The result of a delta; never larger than it says."""
    _, size, at = _sizes(delta)
    made = bytearray()
    while at < len(delta):
        code = delta[at]
        at += 1
        if code & 128:
            offset = length = 0
            for number in range(7):
                if code >> number & 1:
                    byte, at = delta[at], at + 1
                    if number < SIZE_BITS:
                        offset |= byte << 8 * number
                    else:
                        length |= byte << 8 * (number - SIZE_BITS)
            length = length or 65_536
            part = base[offset : offset + length]
        else:
            length = code
            part = delta[at : at + length]
            at += length
        if not length or len(part) != length or len(made) + length > size:
            raise PackError("what it sends is damaged")
        made += part
    if len(made) != size:
        raise PackError("what it sends is damaged")
    return bytes(made)


def _write(data: mmap.mmap, objects: list[_Object], folder: Path) -> None:
    """Write a pack of these objects, bases before what is made from them, and its index."""
    name = iter_sha1(sorted(one.name for one in objects)).decode("ascii")
    target = folder / f"pack-{name}.pack"
    if target.exists():
        return
    entries = []
    aside = target.with_suffix(".new")
    with aside.open("wb") as file:
        pack = SHA1Writer(file)
        pack.write(struct.pack(">4sLL", b"PACK", 2, len(objects)))
        for one in objects:
            head = _head(one)
            body = data[one.start : one.end]
            entries.append((one.name, file.tell(), zlib.crc32(body, zlib.crc32(head))))
            pack.write(head)
            pack.write(body)
        checksum = pack.write_sha()
        _flush(file)
    with target.with_suffix(".idx").open("wb") as file:
        write_pack_index_v2(file, sorted(entries), checksum)
        _flush(file)
    aside.replace(target)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _head(one: _Object) -> bytes:
    """What stands before an object's bytes: a delta names its base by id."""
    kind = one.kind if one.base is None else REF_DELTA
    head = bytearray([kind << 4 | one.packed_size & 15])
    size = one.packed_size >> 4
    while size:
        head[-1] |= 128
        head.append(size & 127)
        size >>= 7
    return bytes(head) + (one.base.name if one.base else b"")
