"""What several maps and the reference have at the same places, where all of them have a class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError, known
from ...feedback import Report
from ...vector.class_layers import NOTHING, UNCLEAR, Codes, PolygonClasses, RasterClasses, Vector, places_within
from ..areas.sample import SamplePoints
from ..blocks import Lattice, smallest_side
from ..class_matching import Entry
from ..map_counts import Image
from ..map_notes import without_fills
from ..map_pairs import OpenPair, Side, VectorCache, check, label_entry, open_pair, raster_names
from ..maps import POINTS, Piece, Tally, cut, grid_text
from ..requests import MapLayer
from .request import CompareRequest


@dataclass
class OpenMaps:
    """The first map with the reference, and a side for each map; all are looked at on the first pair's grid."""

    first: OpenPair
    sides: list[Side]
    stack: ExitStack

    def __enter__(self) -> OpenMaps:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stack.close()


def open_maps(request: CompareRequest, maps: Sequence[MapLayer], reference: MapLayer, cache: VectorCache) -> OpenMaps:
    """Opens all layers. InputError where they cannot be compared."""
    pairs = request.pairs
    with ExitStack() as stack:
        first = stack.enter_context(open_pair(type(pairs[0])(maps[0], reference), request.rules, cache))
        background = request.rules.background if request.rules.unmapped else None
        sides = [first.predicted]
        for layer in maps[1:]:
            if layer.is_vector:
                vector = cache.get(layer, first.grid.crs)
                if vector.is_points:
                    raise InputError(f"{layer.title} has points.", "PREDICTED is class rasters or polygons.")
                sides.append(Side(PolygonClasses(vector, first.grid.crs), vector.names, background))
            else:
                raster = stack.enter_context(RasterClasses(layer.raster, layer.fills))
                sides.append(Side(raster, raster_names(layer), background))
        return OpenMaps(first, sides, stack.pop_all())


@dataclass(frozen=True)
class Counted:
    """All maps, counted in the same blocks at the same places; ``classes``: those that are known of each layer."""

    images: list[Image]
    known: list[Entry]
    compared: int
    left_out: int  # places with a reference at which not all maps have a class


def count_pixels(request: CompareRequest, cache: VectorCache, report: Report) -> Counted:
    """Counts every pixel; once more where values turn out to stand for nothing."""
    pairs = request.pairs
    found = check(pairs, request.rules, cache, report)
    side = smallest_side(found.areas[:1])
    counted = _count(request, request.maps, request.reference, cache, side, report)
    filled = without_fills(pairs, counted.images)
    if any(one is not other for one, other in zip(filled, pairs)):
        reference = next((pair.reference for pair in filled if pair.reference.fills), request.reference)
        counted = _count(request, [pair.predicted for pair in filled], reference, cache, side, report)
    if not counted.compared:
        raise InputError(
            "There is no place where the reference and all maps have a class.",
            "Check that all layers cover the same place and hold classes there.",
        )
    return Counted(counted.images, [*found.predicted, *found.reference], counted.compared, counted.left_out)


def _count(
    request: CompareRequest,
    maps: Sequence[MapLayer],
    reference: MapLayer,
    cache: VectorCache,
    side: float,
    report: Report,
) -> Counted:
    with open_maps(request, maps, reference, cache) as opened:
        grid, mask, truth = opened.first.grid, opened.first.mask, known(opened.first.reference)
        lattice = Lattice.of(grid, side)
        images = [Image(layer.title, reference.title, "pixels", grid_text(grid), lattice) for layer in maps]
        tallies = [Tally(image, pair) for image, pair in zip(images, request.pairs)]
        windows = list(cut(grid.height, grid.width))
        compared = left_out = 0
        for i, window in enumerate(windows):
            report.check()
            piece = grid.crop(window)
            inside = mask.on(piece) != NOTHING if mask is not None else np.ones((window.height, window.width), bool)
            labels = truth.on(piece)
            codes = [own.on(piece) for own in opened.sides]
            everywhere = np.logical_and.reduce([own > UNCLEAR for own in codes])
            labelled = inside & (labels > UNCLEAR)
            compared += int((labelled & everywhere).sum())
            left_out += int((labelled & ~everywhere).sum())
            for tally, own in zip(tallies, codes):
                tally.add(Piece(0.0, np.where(everywhere, own, NOTHING), labels, inside, lattice.parts(window)))
            report.progress((i + 1) / len(windows), "Comparing the maps")
        for image, tally, shown in zip(images, tallies, opened.sides):
            image.fill(tally.blocks, shown.entry, truth.entry)
        return Counted(images, [], compared, left_out)


@dataclass(frozen=True)
class AtPoints:
    """Classes at (n,) points: of each map (``None``: it has none there), and of the reference."""

    maps: list[list[Entry | None]]
    reference: list[Entry | None]
    wanted: NDArray[np.bool_]  # in the area

    def complete(self) -> NDArray[np.int64]:
        """The points at which all have a class."""
        rows = zip(self.reference, *self.maps)
        return np.flatnonzero([w and None not in row for w, row in zip(self.wanted.tolist(), rows)])


def look_up(request: CompareRequest, cache: VectorCache, report: Report) -> AtPoints:
    """The classes of all maps at the reference's points."""
    check(request.pairs, request.rules, cache, report)
    with open_maps(request, request.maps, request.reference, cache) as opened:
        points = known(opened.first.points)
        return AtPoints(
            maps=[list(_entries(side, points.points, points.crs, report)) for side in opened.sides],
            reference=[None if label is None else label_entry(label, points.names) for label in points.labels],
            wanted=_wanted(opened.first, points, request),
        )


def look_up_sample(request: CompareRequest, points: SamplePoints, cache: VectorCache, report: Report) -> AtPoints:
    """The classes of all maps at the points of a sample. InputError where just a part of them would be compared."""
    if request.rules.area.is_limited:
        raise InputError(
            "EXTENT or MASK cuts a part out of the area that the sample was drawn from.",
            "Leave both empty: the sample says how large its strata are as a whole, and not in a part.",
        )
    check(request.pairs, request.rules, cache, report)
    with open_maps(request, request.maps, request.reference, cache) as opened:
        return AtPoints(
            maps=[list(_entries(side, points.places, points.crs, report)) for side in opened.sides],
            reference=[None if label is None else label_entry(label, {}) for label in points.reference],
            wanted=np.ones(len(points), bool),
        )


def _wanted(opened: OpenPair, points: Vector, request: CompareRequest) -> NDArray[np.bool_]:
    x, y = points.points.T
    wanted, area = np.ones(len(x), bool), request.rules.area
    if area.extent is not None:
        wanted &= places_within(x, y, points.crs, area.extent, area.extent_crs)
    if opened.mask is not None:
        wanted &= opened.mask.at(x, y, points.crs) != NOTHING
    return wanted


def _entries(side: Side, places: NDArray, crs: str | None, report: Report) -> Iterator[Entry | None]:
    for first in range(0, len(places), POINTS):
        report.check()
        x, y = places[first : first + POINTS].T
        codes: Codes = side.at(x, y, crs)
        yield from (side.entry(code) if code > UNCLEAR else None for code in codes.tolist())
