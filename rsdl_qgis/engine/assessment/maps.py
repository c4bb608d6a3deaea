"""Accuracy assessment of class maps: counted window by window, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, known
from ..evaluation.error_detection import ErrorDetection
from ..feedback import Portion, Report
from ..job.outputs import writing
from ..raster.class_tables import raster_tags
from ..raster.grid import Grid, Window
from ..reports.map_assessment import MapFacts, assessment_page
from ..reports.provenance import LayerFacts
from ..vector.class_layers import BEYOND, NOTHING, UNCLEAR, UNKNOWN, Codes, Vector, places_within
from .areas.of_maps import areas_of
from .blocks import BlockCounts, Cell, Lattice, smallest_side
from .certainty.counts import UncertaintyCounts
from .class_matching import Entry
from .map_counts import Assessment, Image, class_table, image_table
from .map_notes import notes_of, without_fills
from .map_pairs import OpenPair, Side, VectorCache, check, label_entry, open_pair
from .outputs import written
from .requests import MapLayer, MapRequest, Pair

SIDE = 1024  # pixels: windows that are compared at once
DENSE = 1 << 20  # cells of a table of counts
MOST_CLASSES = 1000
POINTS = 200_000  # looked up at once
OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",), "image_table": (".csv",)}


@writing("assess_map")
def run_assess(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Compare maps with references: metrics, and a report and tables where paths are given for them.

    ``predicted``, ``reference``: layers, paired in order; where one side has a single layer, it goes with all of the
    other. A layer: ``path``, ``title``, and for a raster ``bands`` (one), ``nodata``, ``names`` (value -> name), for a
    vector ``vector`` true, ``field``, ``crs``. ``unlabelled``, ``unmapped``: 'ignore', or 'background': pixels without
    a class in the reference, in the map, are of class ``background``. ``extent``, ``extent_crs``, ``mask``: what is
    compared. ``pixel_size``: of polygons compared with polygons. ``certainty``: a raster a map, ``certainty_kind``
    'uncertainty', 'confidence' or 'probabilities'. ``report`` html, ``table``, ``image_table`` csv.
    """
    request = MapRequest.of(arguments)
    pairs = request.pairs
    with written(arguments, OUTPUTS, report) as (write, made):
        cache = VectorCache()
        found = check(pairs, request, cache, report)
        images = count_images(pairs, request, cache, smallest_side(found.areas), report)
        background = request.background if request.fills else None
        result = Assessment.of(images, (found.predicted, found.reference), background, report)
        result = replace(result, areas=areas_of(pairs, request, cache))
        write(
            {
                "report": lambda: assessment_page(result.plain(), map_facts(request)),
                "table": lambda: class_table(result),
                "image_table": lambda: image_table(result),
            }
        )
    tell_certainty(result.detection, report)
    return {**result.plain(), **made}


def tell_certainty(detection: Mapping[str, ErrorDetection], report: Report) -> None:
    """What the certainty was read as, and a warning where a map is the surer the more often it is wrong."""
    measure, found = next(iter(detection.items()), ("", None))
    if found is None or found.auroc is None:
        return
    report.log("info", f"The certainty of the map is read as {measure}: AUROC of errors {found.auroc:.3f}.")
    if found.auroc < 0.5:
        text = "The map is more certain where it is wrong (AUROC below 0.5). Check that CERTAINTY_KIND is right."
        report.log("warning", text)


def map_facts(request: MapRequest) -> MapFacts:
    """The layers and settings of an assessment, for its report."""

    def facts(layer: MapLayer) -> LayerFacts:
        fields = [layer.class_field] if layer.class_field else []
        return LayerFacts(layer.path, layer.title, None if layer.is_vector else layer.band, fields)

    first = request.predicted[0]
    return MapFacts(
        maps=list(map(facts, request.predicted)),
        references=list(map(facts, request.reference)),
        tags={} if first.is_vector else raster_tags(first.path),
        extent=request.area.extent,
        mask=request.area.mask.path if request.area.mask else None,
        certainty=[LayerFacts(layer.raster.path, layer.title) for layer in request.certainty],
        unlabelled=request.background if request.unlabelled else None,
        unmapped=request.background if request.unmapped else None,
    )


def count_images(
    pairs: Sequence[Pair], request: MapRequest, cache: VectorCache, side: float, report: Report
) -> list[Image]:
    """Count all maps; those with values that stand for nothing, as turns out from all counts, once more without.

    ``side``: of the smallest blocks, in metres.
    """
    step = 1 / len(pairs)
    images = [count_image(pair, request, cache, side, Portion(report, i * step, (i + 1) * step))
              for i, pair in enumerate(pairs)]  # fmt: skip
    for i, (pair, filled) in enumerate(zip(pairs, without_fills(pairs, images))):
        if filled is not pair:
            images[i] = count_image(filled, request, cache, side, Portion(report, i * step, (i + 1) * step))
    return images


def count_image(pair: Pair, request: MapRequest, cache: VectorCache, side: float, report: Report) -> Image:
    """Count one map against its reference."""
    with open_pair(pair, request, cache) as opened:
        text = grid_text(opened.grid) if opened.points is None else "at the reference's points"
        unit = "pixels" if opened.points is None else "points"
        lattice = Lattice.of(opened.grid, side)
        image = Image(pair.title, pair.reference.title, unit, text, lattice)
        tally = Tally(image, pair, opened.uncertainty.measures if opened.uncertainty else ())
        if opened.points is not None:
            pieces, entry = looked_up(opened, opened.points, request, lattice)
        else:
            pieces, entry = overlaid(opened, lattice)
        for piece in pieces:
            report.check()
            tally.add(piece)
            report.progress(piece.done, f"Comparing {pair.title}")
        image.fill(tally.blocks, opened.predicted.entry, entry)
        image.uncertain = tally.uncertain
        image.notes += notes_of(opened, pair)
        return image


class Piece(NamedTuple):
    """Places that are compared at once: ``predicted``, ``reference``, codes of one shape, (n,) or (h, w).

    ``inside``: which of them count, None: all. ``parts``: spatial blocks, and which of the places lie in each.
    ``uncertain``: (measures, ...) how uncertain the map is there; None: it is not looked at.
    """

    done: float  # fraction of the pair
    predicted: Codes
    reference: Codes
    inside: NDArray[np.bool_] | None
    parts: Iterable[tuple[Cell, Any]]
    uncertain: NDArray[np.float32] | None = None


Pieces = Iterator[Piece]


def overlaid(opened: OpenPair, lattice: Lattice) -> tuple[Pieces, Callable[[int], Entry]]:
    """Every pixel of the grid, piece by piece, and what a code of the reference means."""
    reference = known(opened.reference)
    return _overlaid(opened, reference, lattice), reference.entry


def _overlaid(opened: OpenPair, reference: Side, lattice: Lattice) -> Pieces:
    windows = list(cut(opened.grid.height, opened.grid.width))
    for i, window in enumerate(windows):
        piece = opened.grid.crop(window)
        inside = opened.mask.on(piece) != NOTHING if opened.mask is not None else None
        if inside is not None and not inside.any():
            continue
        p, r = opened.predicted.on(piece), reference.on(piece)
        uncertain = opened.uncertainty.on(piece) if opened.uncertainty else None
        yield Piece((i + 1) / len(windows), p, r, inside, lattice.parts(window), uncertain)


def looked_up(
    opened: OpenPair, points: Vector, request: MapRequest, lattice: Lattice
) -> tuple[Pieces, Callable[[int], Entry]]:
    """The points in pieces, and what a code of theirs means."""
    labels = sorted({label for label in points.labels if label is not None}, key=str)
    index: dict[Any, int] = {label: i for i, label in enumerate(labels)}
    codes = np.array([index.get(label, UNKNOWN) for label in points.labels], np.int64)

    def pieces() -> Pieces:
        for first in range(0, len(codes), POINTS):
            x, y = points.points[first : first + POINTS].T
            wanted = np.ones(len(x), bool)
            if request.area.extent is not None:
                wanted &= places_within(x, y, points.crs, request.area.extent, request.area.extent_crs)
            if opened.mask is not None:
                wanted &= opened.mask.at(x, y, points.crs) != NOTHING
            x, y, own = x[wanted], y[wanted], codes[first : first + POINTS][wanted]
            found = opened.predicted.at(x, y, points.crs)
            done = min(1.0, (first + POINTS) / len(codes))
            uncertain = opened.uncertainty.at(x, y, points.crs) if opened.uncertainty else None
            yield Piece(done, found, own, None, lattice.cells(x, y, points.crs), uncertain)

    return pieces(), lambda code: label_entry(labels[code], points.names)


class Tally:
    """Adds codes up to counts of pairs in blocks, and to an image's other numbers."""

    def __init__(self, image: Image, pair: Pair, measures: Sequence[str] = ()):
        self.blocks = BlockCounts()
        self.uncertain = {measure: UncertaintyCounts() for measure in measures}
        self._image, self._pair = image, pair
        self._seen: tuple[set[int], set[int]] = (set(), set())

    def add(self, piece: Piece) -> None:
        """Counts the codes of the map and the reference at the same places."""
        predicted, reference = piece.predicted, piece.reference
        if piece.inside is not None:
            predicted, reference = predicted[piece.inside], reference[piece.inside]
        self._count_odd(predicted, reference)
        both = (piece.predicted > UNCLEAR) & (piece.reference > UNCLEAR)
        if piece.inside is not None:
            both &= piece.inside
        if both.any():
            for cell, part in piece.parts:
                chosen = both[part]
                if chosen.any():
                    self._count_pairs(cell, piece.predicted[part][chosen], piece.reference[part][chosen])
        if piece.uncertain is not None:
            self._count_uncertain(piece.uncertain[:, both], piece.predicted[both], piece.reference[both])

    def _count_uncertain(self, uncertain: NDArray[np.float32], predicted: Codes, reference: Codes) -> None:
        """Places (n,) that have a class on both sides, with their uncertainty (measures, n)."""
        known = np.isfinite(uncertain).all(0)
        self._image.blind += int((~known).sum())
        for values, counts in zip(uncertain[:, known], self.uncertain.values()):
            counts.add(values, predicted[known], reference[known])

    def _count_odd(self, predicted: Codes, reference: Codes) -> None:
        """What is labelled, mapped, or neither."""
        inside = (predicted != BEYOND) & (reference != BEYOND)
        mapped, labelled = predicted > UNCLEAR, (reference > UNCLEAR) & (predicted != BEYOND)
        unknown = inside & ((predicted == UNKNOWN) | (reference == UNKNOWN))
        unclear = inside & ((predicted == UNCLEAR) | (reference == UNCLEAR)) & ~unknown
        image = self._image
        image.beyond += int((predicted == BEYOND).sum()) if image.unit == "points" else 0
        image.unknown += int(unknown.sum())
        image.labelled += int(labelled.sum())
        image.mapped += int(mapped.sum())
        image.unclear += int(unclear.sum())
        image.unmapped += int((labelled & ~mapped & ~unclear & ~unknown).sum())
        image.unlabelled += int((mapped & ~labelled & ~unclear & ~unknown).sum())

    def _count_pairs(self, cell: Cell, predicted: Codes, reference: Codes) -> None:
        """Places of a block that have a class on both sides."""
        pairs = counted(predicted, reference, self._pair)
        self.blocks.add(cell, *pairs)
        for seen, codes, layer in zip(self._seen, pairs, (self._pair.predicted, self._pair.reference)):
            seen.update(codes.tolist())
            check_classes(len(seen), layer)


def check_classes(number: int, layer: MapLayer) -> None:
    """InputError where there are too many different values to be classes."""
    if number > MOST_CLASSES:
        raise InputError(
            f"{layer.title} holds more than {MOST_CLASSES} different values, so it is not a map of classes.",
            "Choose a raster or field with a value for each class.",
        )


def counted(predicted: Codes, reference: Codes, pair: Pair) -> tuple[Codes, Codes, NDArray[np.int64]]:
    """(codes of the map, codes of the reference, how often) of the pairs that occur; there is at least one."""
    low = predicted.min(), reference.min()
    spans = int(predicted.max()) - int(low[0]) + 1, int(reference.max()) - int(low[1]) + 1
    if spans[0] * spans[1] <= DENSE:
        table = np.bincount((reference - low[1]) * spans[0] + (predicted - low[0]))
        cells = np.flatnonzero(table)
        return low[0] + cells % spans[0], low[1] + cells // spans[0], table[cells]
    first, i = np.unique(predicted, return_inverse=True)
    second, j = np.unique(reference, return_inverse=True)
    check_classes(len(first), pair.predicted)
    check_classes(len(second), pair.reference)
    table = np.bincount(j.ravel() * len(first) + i.ravel())
    cells = np.flatnonzero(table)
    return first[cells % len(first)], second[cells // len(first)], table[cells]


def cut(height: int, width: int) -> Iterator[Window]:
    """Windows that hold every pixel once."""
    for row in range(0, height, SIDE):
        for col in range(0, width, SIDE):
            yield Window(row, col, min(SIDE, height - row), min(SIDE, width - col))


def grid_text(grid: Grid) -> str:
    """'1024 x 768 pixels of 10 m'."""
    x, y = grid.resolution
    unit = "m" if grid.crs else "units"
    size = f"{x:.4g} {unit}" if abs(x / y - 1) < 0.01 else f"{x:.4g} x {y:.4g} {unit}"
    return f"{grid.width} x {grid.height} pixels of {size}"
