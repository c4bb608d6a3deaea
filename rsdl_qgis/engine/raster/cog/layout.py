"""The layout of a cloud-optimised GeoTIFF (OGC 21-026): directories first, then overviews the smallest first, then the
raster. Finished GeoTIFFs are put in this order by copying their blocks as they are stored.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

OFFSETS, COUNTS = (273, 324), (279, 325)  # tags: where strips or tiles lie, and their sizes
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
SUBFILE = 254  # tag: what an image is, 1 for one of lower resolution
OF_RASTER = {33550, 33922, 34264, 34735, 34736, 34737, 42112}  # tags: place and metadata, which overviews do not repeat
WHOLE = {3: "u2", 4: "u4", 16: "u8"}  # types of whole numbers
# What GDAL looks for behind the header; the last byte lets it mark the file where a program changes it.
BODY = b"LAYOUT=IFDS_BEFORE_DATA\nKNOWN_INCOMPATIBLE_EDITION=NO\n "
GHOST = b"GDAL_STRUCTURAL_METADATA_SIZE=%06d bytes\n" % len(BODY) + BODY


@dataclass(frozen=True)
class Kind:
    """How a file stores numbers: byte order, and whether it is a BigTIFF."""

    order: str
    is_big: bool

    @property
    def word(self) -> str:
        """Of an offset, for ``struct``."""
        return "Q" if self.is_big else "I"

    @property
    def inline(self) -> int:
        """Bytes of a value that stands in its entry."""
        return 8 if self.is_big else 4

    def unpack(self, form: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(self.order + form, data)

    def pack(self, form: str, *values: int) -> bytes:
        return struct.pack(self.order + form, *values)

    @property
    def header(self) -> bytes:
        """Up to where the first directory lies, whose place follows."""
        mark = b"II" if self.order == "<" else b"MM"
        return mark + (self.pack("HHH", 43, 8, 0) if self.is_big else self.pack("H", 42))


@dataclass
class Directory:
    """One image of a file: its entries, tag -> (type, count, value), and where its blocks lie."""

    entries: dict[int, tuple[int, int, bytes]]
    kind: Kind

    def numbers(self, tags: tuple[int, int]) -> NDArray:
        """The whole numbers of the first of two tags that is there."""
        form, _, value = next(self.entries[tag] for tag in tags if tag in self.entries)
        return np.frombuffer(value, self.kind.order + WHOLE[form]).astype(np.uint64)

    def place(self, offsets: NDArray) -> None:
        """Let its blocks lie somewhere else."""
        tag = next(tag for tag in OFFSETS if tag in self.entries)
        form, count = 16 if self.kind.is_big else 4, len(offsets)
        self.entries[tag] = form, count, offsets.astype(self.kind.order + WHOLE[form]).tobytes()

    @property
    def size(self) -> int:
        """Bytes that it takes, with the values that do not stand in its entries."""
        long = [even(len(v)) for _, _, v in self.entries.values() if len(v) > self.kind.inline]
        return self.head + sum(long)

    @property
    def head(self) -> int:
        """Bytes that it takes without these."""
        return even((8 + 20 * len(self.entries) + 8) if self.kind.is_big else (2 + 12 * len(self.entries) + 4))

    def written(self, at: int, following: int) -> bytes:
        """The directory at a place in the file; ``following``: the next one's."""
        kind, long = self.kind, b""
        parts = [kind.pack("Q" if kind.is_big else "H", len(self.entries))]
        for tag, (form, count, value) in sorted(self.entries.items()):
            if len(value) > kind.inline:
                stored = kind.pack(kind.word, at + self.head + len(long))
                long += value.ljust(even(len(value)), b"\0")
            else:
                stored = value.ljust(kind.inline, b"\0")
            parts.append(kind.pack("HH" + kind.word, tag, form, count) + stored)
        head = b"".join([*parts, kind.pack(kind.word, following)])
        return head.ljust(self.head, b"\0") + long


def even(size: int) -> int:
    """A size in whole words, which TIFF has."""
    return size + size % 2


def optimise(path: Path, scratch: Path, overviews: Sequence[Path] = ()) -> None:
    """Bring a GeoTIFF into the layout. ``scratch``: a file beside it that takes its place; ``overviews``: GeoTIFFs in
    the same byte order, the largest first, that become its overviews, and are removed. OSError where it cannot be
    written; the file at ``path`` is then as it was.
    """
    with ExitStack() as opened:
        sources = [opened.enter_context(file.open("rb")) for file in (path, *overviews)]
        target = opened.enter_context(scratch.open("wb"))
        kind, directories = read_directories(sources[0])
        images = [(sources[0], directory) for directory in directories]
        images += [(source, _overview(source, kind)) for source in sources[1:]]
        _copied(images, kind, target)
    os.replace(scratch, path)
    for file in overviews:
        file.unlink()


def _overview(source: BinaryIO, kind: Kind) -> Directory:
    """The first image of a file as an overview in a file of a kind."""
    _, (image, *_) = read_directories(source)
    entries = {tag: entry for tag, entry in image.entries.items() if tag not in OF_RASTER}
    entries[SUBFILE] = 4, 1, struct.pack(kind.order + "I", 1)
    return Directory(entries, kind)


def _copied(images: Sequence[tuple[BinaryIO, Directory]], kind: Kind, target: BinaryIO) -> None:
    """Images and the files that they lie in. The main one is the first; overviews follow from the largest on, as GDAL
    lists them.
    """
    at = even(len(kind.header) + struct.calcsize(kind.order + kind.word) + len(GHOST))
    directories = [directory for _, directory in images]
    old = [directory.numbers(OFFSETS) for directory in directories]
    for directory, offsets in zip(directories, old):
        directory.place(offsets)  # as wide as they are going to be
    places = []
    for directory in directories:
        places.append(at)
        at += directory.size
    blocks = []
    for (source, directory), offsets in reversed(list(zip(images, old))):
        sizes = directory.numbers(COUNTS)
        ends = np.cumsum(sizes + sizes % np.uint64(2))
        directory.place(np.where(sizes > 0, np.uint64(at) + ends - sizes - sizes % np.uint64(2), 0))
        blocks.append((source, list(zip(offsets.tolist(), sizes.tolist()))))
        at += int(ends[-1]) if len(ends) else 0
    target.write((kind.header + kind.pack(kind.word, places[0]) + GHOST).ljust(places[0], b"\0"))
    for directory, place, following in zip(directories, places, [*places[1:], 0]):
        target.write(directory.written(place, following))
    for source, parts in blocks:
        for offset, size in parts:
            source.seek(offset)
            target.write(source.read(size) + b"\0" * (size % 2))
    if target.tell() != at:
        raise OSError("blocks of the raster are missing")


def read_directories(file: BinaryIO) -> tuple[Kind, list[Directory]]:
    """The directories of a TIFF file, in their order."""
    start = file.read(16)
    order = "<" if start[:2] == b"II" else ">"
    kind = Kind(order, struct.unpack(order + "H", start[2:4])[0] == 43)
    (at,) = kind.unpack(kind.word, start[8:16] if kind.is_big else start[4:8])
    found = []
    while at:
        file.seek(at)
        (count,) = kind.unpack("Q", file.read(8)) if kind.is_big else kind.unpack("H", file.read(2))
        length = 20 if kind.is_big else 12
        data = file.read(count * length)
        (at,) = kind.unpack(kind.word, file.read(kind.inline))
        entries = (data[i * length : (i + 1) * length] for i in range(count))
        found.append(Directory(dict(_entry(file, kind, entry) for entry in entries), kind))
    return kind, found


def _entry(file: BinaryIO, kind: Kind, entry: bytes) -> tuple[int, tuple[int, int, bytes]]:
    tag, form, count = kind.unpack("HH" + kind.word, entry[: -kind.inline])
    size, value = count * SIZES[form], entry[-kind.inline :]
    if size > kind.inline:
        file.seek(kind.unpack(kind.word, value)[0])
        value = file.read(size)
    return tag, (form, count, value[:size])
