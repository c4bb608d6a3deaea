"""How a raster is cut into overlapping tiles."""

from __future__ import annotations

import math

from ..errors import InputError
from .grid import Window

GRIDS = (32, 16, 8, 4, 2, 1)  # pixels; networks halve their input up to five times
MOST_RUN = math.sqrt(1.15)  # pixels run / pixels mapped, along an axis, up to which a better map is worth more
HALVED = 40  # pixels of overlap that halve how often a map differs where a tile ends (docs/notes/tiles.md)


def starts(length: int, size: int, overlap: int) -> list[int]:
    """First pixels of the tiles along one axis: as few as overlap by ``overlap`` at least, the last of which ends at
    the edge.

    What they overlap by in all is spread evenly. They start at multiples of 32 pixels, or of the largest smaller power
    of two that takes no further tile (apart from the last): a network that halves its input then has the same coarse
    pixels in every tile. A raster no longer than a tile has one tile at 0, which sticks out. Raises InputError where
    the overlap is negative or more than half a tile.
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
    last, step = length - size, size - overlap
    count = math.ceil(last / step)
    grid = next(grid for grid in GRIDS if step // grid * grid * (count - 1) + step >= last)
    most = step // grid * grid
    least = math.ceil(max(0, last - step) / grid) * grid  # of the tile before the last
    return [*(max(last * k // count // grid * grid, least - (count - 1 - k) * most) for k in range(count)), last]


def tiles(height: int, width: int, size: tuple[int, int], overlap: int) -> list[Window]:
    """The tiles of a raster in row-major order, all of ``size`` (height, width) in pixels, neighbours
    overlapping by ``overlap`` at least.

    The last row and column end at the raster's edge; a raster smaller than a tile has one that sticks out.
    """
    rows, cols = starts(height, size[0], overlap), starts(width, size[1], overlap)
    return [Window(row, col, size[0], size[1]) for row in rows for col in cols]


def tile_shape(height: int, width: int, largest: int, overlap: int, multiple: int) -> tuple[int, int]:
    """The tile size (height, width) with the least of seams, of those with which at most 15 % more pixels are run than
    the raster has; where there is none, or no overlap is wanted, that with which the fewest are run.

    Each side is a multiple of ``multiple`` and at most ``largest``. Raises InputError where no such size takes the
    overlap.
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
    counts = {size: len(starts(length, size, overlap)) for size in sizes}
    few = [size for size in sizes if counts[size] * size <= MOST_RUN * length] if overlap else []
    if few:
        return min(few, key=lambda size: _seams(length, size, counts[size]))
    return min(sizes, key=lambda size: (counts[size] * size, -size))


def _seams(length: int, size: int, count: int) -> float:
    """How much shows of the seams between so many tiles: of each the less, the more pixels two of them share."""
    seams = count - 1
    return seams * 0.5 ** ((count * size - length) / seams / HALVED)
