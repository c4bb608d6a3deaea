"""How a raster is cut into overlapping tiles."""

from __future__ import annotations

import math

from ..errors import InputError
from .grid import Window


def starts(length: int, size: int, overlap: int) -> list[int]:
    """First pixels of the tiles along one axis: every ``size - overlap``, the last moved back to end at the
    edge.

    A raster no longer than a tile has one tile at 0, which sticks out. Raises InputError where the overlap is
    negative or more than half a tile.
    """
    if size < 1 or length < 1:
        raise InputError(f"A raster of {length} pixels cannot be cut into tiles of {size}.", "Both must be above 0.")
    if length <= size:
        return [0]
    if overlap < 0 or 2 * overlap > size:
        raise InputError(
            f"An overlap of {overlap} pixels does not go with tiles of {size}.",
            f"Choose an overlap between 0 and {size // 2}.",
        )
    return [*range(0, length - size, size - overlap), length - size]


def tiles(height: int, width: int, size: tuple[int, int], overlap: int) -> list[Window]:
    """The tiles of a raster in row-major order, all of ``size`` (height, width) in pixels, neighbours
    overlapping by ``overlap``.

    The last row and column are moved back to end at the raster's edge, so they overlap by more; a raster smaller
    than a tile has one that sticks out.
    """
    rows, cols = starts(height, size[0], overlap), starts(width, size[1], overlap)
    return [Window(row, col, size[0], size[1]) for row in rows for col in cols]


def tile_shape(height: int, width: int, largest: int, overlap: int, multiple: int) -> tuple[int, int]:
    """The tile size (height, width) with which the fewest pixels are run; each side a multiple of
    ``multiple`` and at most ``largest``. Raises InputError where no such size takes the overlap.
    """
    return _side(height, largest, overlap, multiple), _side(width, largest, overlap, multiple)


def _side(length: int, largest: int, overlap: int, multiple: int) -> int:
    whole = math.ceil(length / multiple) * multiple
    if whole <= largest:
        return whole
    smallest = max(1, math.ceil(2 * overlap / multiple)) * multiple
    sizes = range(smallest, largest + 1, multiple)
    if not sizes:
        raise InputError(
            f"No tile of at most {largest} pixels is a multiple of {multiple} "
            f"and twice the overlap of {overlap} pixels.",
            f"Choose a tile size of at least {smallest}, or a smaller overlap.",
        )
    return min(sizes, key=lambda size: (len(starts(length, size, overlap)) * size, -size))
