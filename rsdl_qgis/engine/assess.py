"""How well a map of classes agrees with a reference: counted window by window, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .assess_notes import notes_of, without_fills
from .assess_page import assessment_page
from .assess_pairs import (
    OpenPair,
    Options,
    Pair,
    Shelf,
    Side,
    check,
    label_entry,
    open_pair,
    paired,
    title_of,
)
from .assessment import Assessment, Image, class_table, image_table
from .assessment_files import written
from .errors import InputError, known
from .legend import Entry
from .outputs import writing
from .raster.grid import Grid, Window
from .raster.labels import BEYOND, NOTHING, UNCLEAR, UNKNOWN, Codes, Vector, places_within
from .report import Report

SIDE = 1024  # pixels: windows that are compared at once
DENSE = 1 << 20  # cells of a table of counts
MOST_CLASSES = 1000
POINTS = 200_000  # looked up at once
OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",), "image_table": (".csv",)}


@writing("assess_map")
def run_assess(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Compare maps with references: figures, and a report and tables where paths are given for them.

    ``predicted``, ``reference``: layers, paired in order; where one side has a single layer, it goes with all of the
    other. A layer: ``path``, ``title``, and for a raster ``bands`` (one), ``nodata``, ``names`` (value -> name), for a
    vector ``vector`` true, ``field``, ``crs``. ``unlabelled``, ``unmapped``: 'ignore', or 'background': ground without
    a class in the reference, in the map, is of class ``background``. ``extent``, ``extent_crs``, ``mask``: what is
    compared. ``pixel_size``: of polygons compared with polygons. ``report`` html, ``table``, ``image_table`` csv.
    """
    pairs = paired(arguments.get("predicted") or [], arguments.get("reference") or [])
    options = Options.of(arguments)
    with written(arguments, OUTPUTS, report) as (write, made):
        shelf = Shelf()
        known = check(pairs, options, shelf, report)
        images = count_images(pairs, options, shelf, report)
        result = Assessment.of(images, known, options.background if options.fills else None, report)
        write(
            {
                "report": lambda: assessment_page(result.plain(), arguments),
                "table": lambda: class_table(result),
                "image_table": lambda: image_table(result),
            }
        )
    return {**result.plain(), **made}


def count_images(pairs: Sequence[Pair], options: Options, shelf: Shelf, report: Report) -> list[Image]:
    """Count all maps; those with values that stand for nothing, as turns out from all counts, once more without."""
    share = 1 / len(pairs)
    images = [count_image(pair, options, shelf, report, i * share, share) for i, pair in enumerate(pairs)]
    for i, (pair, filled) in enumerate(zip(pairs, without_fills(pairs, images))):
        if filled is not pair:
            images[i] = count_image(filled, options, shelf, report, i * share, share)
    return images


def count_image(pair: Pair, options: Options, shelf: Shelf, report: Report, start: float, share: float) -> Image:
    """Count one map against its reference."""
    with open_pair(pair, options, shelf) as opened:
        text = "at the reference's points" if opened.points is not None else grid_text(opened.grid)
        unit = "pixels" if opened.points is None else "points"
        image = Image(pair.title, title_of(pair.reference), unit, text)
        tally = Tally(image, pair)
        if opened.points is not None:
            pieces, entry = looked_up(opened, opened.points, options)
        else:
            pieces, entry = overlaid(opened)
        for done, predicted, reference in pieces:
            report.check()
            tally.add(predicted, reference)
            report.progress(start + share * done, f"Comparing {pair.title}")
        for (p, r), n in tally.codes.items():
            image.counts[opened.predicted.entry(p), entry(r)] += n
        image.notes += notes_of(opened, pair)
        return image


Pieces = Iterator[tuple[float, Codes, Codes]]  # share done, codes of the map and of the reference at the same places


def overlaid(opened: OpenPair) -> tuple[Pieces, Callable[[int], Entry]]:
    """Every pixel of the grid, piece by piece, and what a code of the reference means."""
    reference = known(opened.reference)
    return _overlaid(opened, known(opened.grid), reference), reference.entry


def _overlaid(opened: OpenPair, grid: Grid, reference: Side) -> Pieces:
    windows = list(cut(grid.height, grid.width))
    for i, window in enumerate(windows):
        piece = grid.crop(window)
        if opened.mask is not None:
            inside = opened.mask.on(piece) != NOTHING
            if not inside.any():
                continue
        p, r = opened.predicted.on(piece), reference.on(piece)
        if opened.mask is not None:
            p, r = p[inside], r[inside]
        yield (i + 1) / len(windows), p.ravel(), r.ravel()


def looked_up(opened: OpenPair, points: Vector, options: Options) -> tuple[Pieces, Callable[[int], Entry]]:
    """The points in pieces, and what a code of theirs means."""
    labels = sorted({label for label in points.labels if label is not None}, key=str)
    index: dict[Any, int] = {label: i for i, label in enumerate(labels)}
    codes = np.array([index.get(label, UNKNOWN) for label in points.labels], np.int64)

    def pieces() -> Pieces:
        for first in range(0, len(codes), POINTS):
            x, y = points.points[first : first + POINTS].T
            wanted = np.ones(len(x), bool)
            if options.extent is not None:
                wanted &= places_within(x, y, points.crs, options.extent, options.extent_crs)
            if opened.mask is not None:
                wanted &= opened.mask.at(x, y, points.crs) != NOTHING
            found = opened.predicted.at(x[wanted], y[wanted], points.crs)
            yield min(1.0, (first + POINTS) / len(codes)), found, codes[first : first + POINTS][wanted]

    return pieces(), lambda code: label_entry(labels[code], points.names)


class Tally:
    """Adds codes up to counts of pairs, and to an image's other numbers."""

    def __init__(self, image: Image, pair: Pair):
        self.codes: Counter[tuple[int, int]] = Counter()
        self._image, self._pair = image, pair
        self._seen: tuple[set[int], set[int]] = (set(), set())

    def add(self, predicted: Codes, reference: Codes) -> None:
        """Counts (n,) codes of the map and the reference at the same places."""
        inside = (predicted != BEYOND) & (reference != BEYOND)
        mapped, labelled = predicted > UNCLEAR, (reference > UNCLEAR) & (predicted != BEYOND)
        unknown = inside & ((predicted == UNKNOWN) | (reference == UNKNOWN))
        unclear = inside & ((predicted == UNCLEAR) | (reference == UNCLEAR)) & ~unknown
        both = mapped & labelled
        image = self._image
        image.beyond += int((predicted == BEYOND).sum()) if image.unit == "points" else 0
        image.unknown += int(unknown.sum())
        image.labelled += int(labelled.sum())
        image.mapped += int(mapped.sum())
        image.unclear += int(unclear.sum())
        image.unmapped += int((labelled & ~mapped & ~unclear & ~unknown).sum())
        image.unlabelled += int((mapped & ~labelled & ~unclear & ~unknown).sum())
        if not both.any():
            return
        for p, r, n in counted(predicted[both], reference[both], self._pair):
            self.codes[p, r] += n
            self._seen[0].add(p)
            self._seen[1].add(r)
        for seen, spec in zip(self._seen, (self._pair.predicted, self._pair.reference)):
            check_classes(len(seen), spec)


def check_classes(number: int, spec: Mapping[str, Any]) -> None:
    if number > MOST_CLASSES:
        raise InputError(
            f"{title_of(spec)} holds more than {MOST_CLASSES} different values, so it is not a map of classes.",
            "Choose a raster or field with a value for each class.",
        )


def counted(predicted: Codes, reference: Codes, pair: Pair) -> Iterator[tuple[int, int, int]]:
    """(code of the map, code of the reference, how often) for each pair that occurs; at least one."""
    low = int(predicted.min()), int(reference.min())
    spans = int(predicted.max()) - low[0] + 1, int(reference.max()) - low[1] + 1
    if spans[0] * spans[1] <= DENSE:
        dense = np.bincount((reference - low[1]) * spans[0] + (predicted - low[0]))
        for cell in np.flatnonzero(dense):
            yield low[0] + int(cell % spans[0]), low[1] + int(cell // spans[0]), int(dense[cell])
        return
    first, i = np.unique(predicted, return_inverse=True)
    second, j = np.unique(reference, return_inverse=True)
    check_classes(len(first), pair.predicted)
    check_classes(len(second), pair.reference)
    table = np.bincount(j.ravel() * len(first) + i.ravel())
    for cell in np.flatnonzero(table):
        yield int(first[cell % len(first)]), int(second[cell // len(first)]), int(table[cell])


def cut(height: int, width: int) -> Iterator[Window]:
    """Windows that hold every pixel once."""
    for row in range(0, height, SIDE):
        for col in range(0, width, SIDE):
            yield Window(row, col, min(SIDE, height - row), min(SIDE, width - col))


def grid_text(grid: Grid | None) -> str:
    """'1024 x 768 pixels of 10 m'."""
    if grid is None:
        return ""
    x, y = grid.resolution
    unit = "m" if grid.crs else "units"
    size = f"{x:.4g} {unit}" if abs(x / y - 1) < 0.01 else f"{x:.4g} x {y:.4g} {unit}"
    return f"{grid.width} x {grid.height} pixels of {size}"
