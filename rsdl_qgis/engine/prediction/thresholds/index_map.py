"""The numbers that are divided: a band or an index, read window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import Grid, Window
from ...raster.source import RasterSource, valid_pixels
from ...tables.indices import FUNCTIONS, Expression, Operand
from ..loop import Tile

VALUES = "values"  # the array of a tile
READ = 1024  # pixels a side of the windows that are counted


def load_index(
    source: RasterSource, expression: Expression, bounds: tuple[float, float] | None, window: Window
) -> Tile[Window]:
    """Numbers of a window, float32 (h, w). Not valid where a band is not, or a number is not finite."""
    arrays = source.read(window)
    valid = valid_pixels(arrays)
    if not valid.any():
        return Tile(window, {}, valid)
    values = index_values(expression, arrays, valid, bounds)
    valid = valid & np.isfinite(values)
    return Tile(window, {VALUES: values} if valid.any() else {}, valid)


def index_values(
    expression: Expression,
    arrays: Mapping[str, np.ma.MaskedArray],
    valid: NDArray[np.bool_],
    bounds: tuple[float, float] | None,
) -> NDArray[np.float32]:
    """(h, w) of arrays (1, bands, h, w) of each date, the bands as the expression names them; computed in double."""
    bands = {
        Operand(name, date): np.where(valid, array.data[0, place], 1).astype(np.float64)
        for date, array in arrays.items()
        for place, name in enumerate(expression.of(date))
    }
    functions = {name: getattr(np, name) for name in FUNCTIONS}
    with np.errstate(all="ignore"):  # what is not finite becomes nodata
        values = np.broadcast_to(np.asarray(expression.value(bands, functions), np.float64), valid.shape)
        return (values if bounds is None else values.clip(*bounds)).astype(np.float32)


def apart(grid: Grid, side: int) -> Iterator[Window]:
    """Windows that cover a grid and do not overlap; the last of a row or column are smaller."""
    for row in range(0, grid.height, side):
        for col in range(0, grid.width, side):
            yield Window(row, col, min(side, grid.height - row), min(side, grid.width - col))
