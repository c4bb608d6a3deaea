"""The pixels of a map that a sample is drawn from: counted stratum by stratum, and found again, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...raster.class_tables import check_not_rgb
from ...raster.fills import filling_classes
from ...raster.grid import Grid, Window
from ...vector.class_layers import NOTHING, UNCLEAR, Codes, RasterClasses
from ...vector.masks import Masks
from ...vector.tracing.areas import GroundAreas
from ..map_pairs import raster_names
from ..requests import Area, MapLayer

SIDE = 1024  # pixels: windows that are read at once
DENSE = 1 << 20  # cells of a table of counts
MOST_CLASSES = 1000
ALL = 1  # the stratum of a design without strata


@dataclass
class Tally:
    """Pixels and ground (m²) of each (stratum, class of the map); ``windows``: those with pixels, and how many of each
    stratum; ``nowhere``: pixels without a place on the earth, which are left out.
    """

    pixels: dict[tuple[int, int], int] = field(default_factory=dict)
    ground: dict[tuple[int, int], float] = field(default_factory=dict)
    windows: list[tuple[Window, dict[int, int]]] = field(default_factory=list)
    nowhere: int = 0

    def add(self, window: Window, piece: Piece) -> None:
        """Counts the pixels of a window."""
        inside = piece.strata > UNCLEAR
        self.nowhere += piece.nowhere
        if not inside.any():
            return
        own: dict[int, int] = {}
        for key, count, ground in counted(piece.strata[inside], piece.classes[inside], piece.ground[inside]):
            self.pixels[key] = self.pixels.get(key, 0) + count
            self.ground[key] = self.ground.get(key, 0.0) + ground
            own[key[0]] = own.get(key[0], 0) + count
        self.windows.append((window, own))
        for side in (0, 1):
            if len({key[side] for key in self.pixels}) > MOST_CLASSES:
                raise InputError(
                    f"There are more than {MOST_CLASSES} different values, so this is not a map of classes.",
                    "Choose a raster with a whole number for each class.",
                )

    def strata(self) -> dict[int, tuple[int, float]]:
        """Pixels and ground of each stratum, by its number in order."""
        found: dict[int, tuple[int, float]] = {}
        for key in sorted(self.pixels):
            pixels, ground = found.get(key[0], (0, 0.0))
            found[key[0]] = pixels + self.pixels[key], ground + self.ground[key]
        return found


@dataclass(frozen=True)
class Piece:
    """A window's pixels (h, w): stratum (``NOTHING``: not of the population), class of the map, ground in m²."""

    strata: Codes
    classes: Codes
    ground: NDArray[np.float64]
    nowhere: int


class Population:
    """A map's pixels with a class, in a stratum and in the area. A context manager; for one thread.

    ``strata``: another raster; None: the map's classes. ``divided``: else all is one stratum. ``fills``: values that
    are no classes, of the map and of the strata.
    """

    def __init__(self, layer: MapLayer, strata: MapLayer | None, divided: bool, area: Area):
        with ExitStack() as stack:
            self._map = stack.enter_context(RasterClasses(layer.raster, layer.fills))
            self._strata = stack.enter_context(RasterClasses(strata.raster, strata.fills)) if strata else None
            self.is_bare = [side is not None and not side.declares_nodata for side in (self._map, self._strata)]
            self._divided = divided
            self.grid = whole = self._map.grid
            if area.extent is not None:
                self.grid = whole.crop(whole.window(area.extent, area.extent_crs))
            if self._strata is not None and not self._strata.overlaps(self.grid):
                raise InputError(
                    f"{strata.title if strata else ''} does not overlap {layer.title}.",
                    "Choose strata of the same place, and check the coordinate system of both.",
                )
            self._mask = Masks().on(area.mask, self.grid.crs)
            self._areas = GroundAreas(self.grid)
            self._stack = stack.pop_all()

    def __enter__(self) -> Population:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def windows(self) -> Iterator[Window]:
        """Windows that hold every pixel once, in an order that depends on the grid alone."""
        for row in range(0, self.grid.height, SIDE):
            for col in range(0, self.grid.width, SIDE):
                yield Window(row, col, min(SIDE, self.grid.height - row), min(SIDE, self.grid.width - col))

    def piece(self, window: Window) -> Piece:
        """The pixels of a window."""
        grid = self.grid.crop(window)
        classes = self._map.on(grid)
        strata = self._strata.on(grid) if self._strata else classes
        inside = (classes > UNCLEAR) & (strata > UNCLEAR)
        if self._mask is not None:
            inside &= self._mask.on(grid) != NOTHING
        ground = self._areas.of_pixels(window)
        placed = ground > 0
        nowhere = int((inside & ~placed).sum())
        own = strata if self._divided else np.full_like(classes, ALL)
        return Piece(np.where(inside & placed, own, NOTHING), classes, ground, nowhere)

    def count(self, report: Report, text: str) -> Tally:
        """All pixels of the population."""
        tally = Tally()
        windows = list(self.windows())
        for i, window in enumerate(windows):
            report.check()
            tally.add(window, self.piece(window))
            report.progress((i + 1) / len(windows), text)
        return tally


def counted(first: Codes, second: Codes, ground: NDArray) -> Iterator[tuple[tuple[int, int], int, float]]:
    """((code, other code), how often both occur, ground there) of (n,) pixels; there is at least one."""
    low = int(first.min()), int(second.min())
    spans = int(first.max()) - low[0] + 1, int(second.max()) - low[1] + 1
    if spans[0] * spans[1] <= DENSE:
        values: tuple[NDArray, NDArray] = (np.arange(spans[0]) + low[0], np.arange(spans[1]) + low[1])
        index = (first - low[0]) * spans[1] + (second - low[1])
    else:
        a, i = np.unique(first, return_inverse=True)
        b, j = np.unique(second, return_inverse=True)
        values, index = (a, b), i.ravel() * len(b) + j.ravel()
    counts, grounds = np.bincount(index), np.bincount(index, ground)
    for cell in np.flatnonzero(counts).tolist():
        key = int(values[0][cell // len(values[1])]), int(values[1][cell % len(values[1])])
        yield key, int(counts[cell]), float(grounds[cell])


@dataclass(frozen=True)
class Frame:
    """The layers that are drawn from and what they hold; ``names``: of the map's classes and of the strata."""

    layer: MapLayer
    strata: MapLayer | None
    divided: bool
    area: Area
    tally: Tally
    grid: Grid
    names: tuple[Mapping[int, str], Mapping[int, str]]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, layer: MapLayer, strata: MapLayer | None, divided: bool, area: Area, report: Report) -> Frame:
        """Counts the population; once more where values turn out to stand for nothing. InputError where it is empty."""
        names = tuple({} if side is None else raster_names(side) for side in (layer, strata))
        for side in (layer, strata):
            if side is not None and side.band == 1:
                check_not_rgb(side.path, 1, side.title)
        notes: list[str] = []
        sides = [layer, strata]
        with Population(layer, strata, divided, area) as population:
            tally, grid = population.count(report, f"Counting {layer.title}"), population.grid
            for i, (side, bare) in enumerate(zip(sides, population.is_bare)):
                found = {key[1 - i] if divided else key[1] for key in tally.pixels} if bare and side else set()
                fills = filling_classes(found, names[i])
                if side is not None and fills and (i == 0 or divided):
                    sides[i] = replace(side, fills=dict.fromkeys(map(int, fills), 0))
                    listed = ", ".join(map(str, fills))
                    notes.append(f"{side.title} declares no nodata. Taken for it, and left out: {listed}.")
        if notes:
            with Population(sides[0] or layer, sides[1], divided, area) as population:
                tally = population.count(report, f"Counting {layer.title} without nodata")
        if not tally.pixels:
            raise InputError(
                f"{layer.title} has no pixel with a class in the area.",
                "Check its nodata value, EXTENT, MASK and STRATA.",
            )
        if tally.nowhere:
            notes.append(f"{tally.nowhere} pixels have no place on the earth, and are left out.")
        own = (names[0], names[1] if strata is not None else names[0]) if divided else (names[0], {ALL: "all"})
        return cls(sides[0] or layer, sides[1], divided, area, tally, grid, own, tuple(notes))

    def open(self) -> Population:
        """The population once more, as it was counted."""
        return Population(self.layer, self.strata, self.divided, self.area)
