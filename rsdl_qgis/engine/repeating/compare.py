"""Two results compared to the bit: rasters pixel by pixel, vector layers feature by feature, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..feedback import Report
from ..raster.grid import Window, same_crs
from ..raster.layer import Layer, OpenLayer
from ..vector.attributes import Piece, Table, open_table, pieces
from .results import is_raster

READ = 8_000_000  # values of a raster that are read at once, about


@dataclass
class Comparison:
    """``count`` pixels or features, of which ``differing`` are not the same; ``largest`` difference between numbers,
    None where none differ. ``other``: what else differs, in words, so that they cannot be compared one by one.
    """

    unit: str
    count: int = 0
    differing: int = 0
    largest: float | None = None
    other: str = ""

    @property
    def identical(self) -> bool:
        return not self.differing and not self.other

    @property
    def share(self) -> float:
        """Of the pixels or features that differ, 0 to 1."""
        return 1.0 if self.other else self.differing / max(1, self.count)

    def described(self) -> str:
        """'identical to the bit (8100 pixels)', or what differs."""
        if self.identical:
            return f"identical to the bit ({self.count:,} {self.unit})"
        if self.other:
            return self.other
        largest = "" if self.largest is None else f", by {self.largest:.3g} at most"
        return f"{self.differing:,} of {self.count:,} {self.unit} differ ({100 * self.share:.3g} %){largest}"

    def _add(self, differs: NDArray[np.bool_], largest: float) -> None:
        self.count += differs.size
        self.differing += int(np.count_nonzero(differs))
        if largest > 0:
            self.largest = max(self.largest or 0.0, largest)


def compared(first: str, second: str, report: Report) -> Comparison:
    """Two files of the same kind. Raises Cancelled, and InputError where one cannot be read."""
    kinds = [is_raster(path) for path in (first, second)]
    if kinds[0] != kinds[1]:
        return Comparison("results", other="one is a raster, and the other a vector layer")
    return compared_rasters(first, second, report) if kinds[0] else compared_layers(first, second, report)


def compared_rasters(first: str, second: str, report: Report) -> Comparison:
    """Two rasters: their grid, their bands, and the numbers and nodata of each pixel in all bands."""
    found = Comparison("pixels")
    with _open(first) as one, _open(second) as two:
        height, width, bands = one.grid.height, one.grid.width, len(one.bands)
        if (height, width) != (two.grid.height, two.grid.width) or one.grid.transform != two.grid.transform:
            found.other = "their grids differ"
        elif not same_crs(one.grid.crs, two.grid.crs):
            found.other = "their coordinate systems differ"
        elif bands != len(two.bands) or one.dtype != two.dtype:
            found.other = f"{bands} band(s) of {one.dtype} and {len(two.bands)} of {two.dtype}"
        rows = 0 if found.other else max(1, READ // (width * bands))
        for row in range(0, height if rows else 0, rows or 1):
            report.check()
            window = Window(row, 0, min(rows, height - row), width)
            (a, a_mask), (b, b_mask) = (_read(layer, window) for layer in (one, two))
            differs = (_bits(a) != _bits(b)) & ~(a_mask & b_mask) | (a_mask != b_mask)
            both = differs & ~a_mask & ~b_mask
            found._add(differs.any(0), _farthest(a[both], b[both]))
            report.progress((row + window.height) / height, "Comparing")
    return found


def compared_layers(first: str, second: str, report: Report) -> Comparison:
    """Two vector layers: their fields and coordinate systems, and geometry and values of each feature, in order."""
    found = Comparison("features")
    one, two = (open_table(path, empty=True) for path in (first, second))
    if one.fields != two.fields:
        found.other = f"their fields differ ({', '.join(one.fields)}; {', '.join(two.fields)})"
    elif one.count != two.count:
        found.other = f"{one.count:,} features, and {two.count:,} made again"
    elif not same_crs(one.crs, two.crs):
        found.other = "their coordinate systems differ"
    else:
        for a, b in zip(_pieces(one), _pieces(two)):
            report.check()
            differs = np.array([x != y for x, y in zip(_wkb(a), _wkb(b))], bool)
            largest = 0.0
            for name in one.fields:
                other = ~_same(a.values[name], b.values[name])
                differs |= other
                if a.values[name].dtype.kind in "iuf" and b.values[name].dtype.kind in "iuf":
                    largest = max(largest, _farthest(a.values[name][other], b.values[name][other]))
            found._add(differs, largest)
            report.progress(found.count / one.count, "Comparing")
    return found


@contextmanager
def _open(path: str) -> Iterator[OpenLayer]:
    layer = OpenLayer(Layer(path, stored=True))
    try:
        yield layer
    finally:
        layer.close()


def _read(layer: OpenLayer, window: Window) -> tuple[NDArray, NDArray[np.bool_]]:
    values: NDArray = np.empty((len(layer.bands), window.height, window.width), layer.dtype)
    mask: NDArray[np.bool_] = np.empty(values.shape, bool)
    layer.read(window, values, mask)
    return values, mask


def _pieces(table: Table) -> Iterator[Piece]:
    return pieces(table, table.fields, geometry=table.geometry is not None)


def _wkb(piece: Piece) -> NDArray:
    return piece.wkb if piece.wkb is not None else np.zeros(len(piece), object)


def _bits(values: NDArray) -> NDArray:
    return values.view(f"u{values.itemsize}") if values.dtype.kind == "f" else values


def _same(a: NDArray, b: NDArray) -> NDArray[np.bool_]:
    if a.dtype == b.dtype and a.dtype.kind in "iufb":
        return np.asarray(_bits(a) == _bits(b))
    if a.dtype == b.dtype and a.dtype.kind == "M":
        return np.asarray((a == b) | (np.isnat(a) & np.isnat(b)))
    return np.array([x is y or x == y or (x != x and y != y) for x, y in zip(a.tolist(), b.tolist())], bool)


def _farthest(a: NDArray, b: NDArray) -> float:
    """The largest difference between finite numbers; 0 where there are none."""
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(a.astype(np.float64) - b.astype(np.float64))
    return float(apart[np.isfinite(apart)].max(initial=0.0))
