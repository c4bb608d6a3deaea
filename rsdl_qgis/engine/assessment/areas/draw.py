"""The job "draw_sample": points of a map, drawn at random, at which a person looks what is there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Portion, Report
from ...job.class_values import of_classes
from ...job.outputs import writing
from ...raster.grid import Grid, apply
from ...reports.html import thousands
from ...vector.class_layers import UNCLEAR
from ...vector.geometries import to_wkb
from ...vector.writer import VectorSink
from .allocation import FEWEST, allocated, minimum_of, simple_size, stratified_size
from .fields import FIELDS
from .population import ALL, Frame
from .request import DrawRequest

LARGEST = 1_000_000  # points


@dataclass(frozen=True)
class Plan:
    """How many points of each stratum are drawn: ``numbers`` of strata, ``counts`` of points, in one order."""

    numbers: tuple[int, ...]
    counts: NDArray[np.int64]
    units: NDArray[np.int64]
    ground: NDArray[np.float64]

    @classmethod
    def of(cls, frame: Frame, request: DrawRequest) -> Plan:
        """InputError where so many points cannot be drawn."""
        found = frame.tally.strata()
        units = np.array([pixels for pixels, _ in found.values()], np.int64)
        ground = np.array([area for _, area in found.values()])
        size = request.size or wanted_size(frame, request)
        if size > min(LARGEST, int(units.sum())):
            raise InputError(
                f"{thousands(size)} points are wanted, and {thousands(min(LARGEST, int(units.sum())))} are the most "
                "that can be drawn.",
                "Lower SIZE, or raise STANDARD_ERROR.",
            )
        if not request.divided:
            return cls(tuple(found), np.array([size]), units, ground)
        minimum = minimum_of(request.minimum, size, len(found), request.size is not None)
        expected = expected_of(frame, request) if request.allocation == "neyman" else np.full(len(found), 0.5)
        return cls(tuple(found), allocated(request.allocation, size, minimum, units.tolist(), expected), units, ground)


def expected_of(frame: Frame, request: DrawRequest) -> NDArray[np.float64]:
    """(strata,): the user's accuracy that is expected of each, of classes where there are no strata."""
    numbers = list(frame.tally.strata()) if request.divided else sorted({key[1] for key in frame.tally.pixels})
    names = frame.names[1 if request.divided else 0]
    found = of_classes(request.expected, {number: names.get(number, "") for number in numbers}, "EXPECTED")
    return np.array([found[number] for number in numbers])


def wanted_size(frame: Frame, request: DrawRequest) -> int:
    """Points for the standard error of overall accuracy that is wanted."""
    expected = expected_of(frame, request)
    if request.divided:
        units = np.array([pixels for pixels, _ in frame.tally.strata().values()], np.float64)
        return max(FEWEST * len(units), stratified_size(units / units.sum(), expected, units, request.standard_error))
    classes: dict[int, int] = {}
    for (_, value), pixels in sorted(frame.tally.pixels.items()):
        classes[value] = classes.get(value, 0) + pixels
    units = np.array(list(classes.values()), np.float64)
    return max(FEWEST, simple_size(units / units.sum(), expected, units, request.standard_error))


@dataclass(frozen=True)
class Points:
    """Pixels that were drawn, (n,) each: stratum and class of the map, row and column, ground in m²."""

    strata: NDArray[np.int64]
    classes: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    ground: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.strata)

    def taken(self, index: NDArray) -> Points:
        return Points(*(column[index] for column in (self.strata, self.classes, self.rows, self.columns, self.ground)))


@writing("draw_sample")
def run_draw_sample(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Draw a sample of a class map's pixels as a layer of points, with all that an estimate of areas needs in fields.

    ``map``, ``strata``: rasters as in "assess_map"; without strata each class of the map is one. ``design``: a random
    number of pixels of each stratum without replacement, of the whole, or a grid with a random start. ``size``: points
    in all, else as many as ``standard_error`` of overall accuracy takes with the ``expected`` user's accuracies.
    ``allocation``, ``minimum``: points of each stratum. ``extent``, ``mask``: where. ``seed``: the same one draws the
    same points. InputError for what cannot be.
    """
    request = DrawRequest.of(arguments)
    frame = Frame.of(request.layer, request.strata, request.divided, request.area, Portion(report, 0.0, 0.6))
    plan = Plan.of(frame, request)
    rng = np.random.default_rng(request.seed)
    part = Portion(report, 0.6, 0.95)
    if request.design == "systematic":
        points = systematic(frame, int(plan.counts[0]), rng, part)
        plan = Plan(plan.numbers, np.array([len(points)]), plan.units, plan.ground)
    else:
        points = drawn(frame, plan, rng, part)
    points = points.taken(rng.permutation(len(points)))
    write(points, frame, plan, request)
    for text in frame.notes:
        report.log("warning", text)
    return {
        "output": request.output,
        "figures": {"points": len(points), "strata": len(plan.numbers), "area": float(plan.ground.sum())},
        "intervals": {},
        "drawn": plan_text(frame, plan, request),
        "classes": classes_of(frame),
        "strata": [
            {"value": n, "name": frame.names[1].get(n, ""), "pixels": int(u), "area": float(a), "points": int(c)}
            for n, u, a, c in zip(plan.numbers, plan.units, plan.ground, plan.counts)
        ],
        "notes": list(frame.notes),
    }


def drawn(frame: Frame, plan: Plan, rng: np.random.Generator, report: Report) -> Points:
    """Pixels of each stratum, all as likely, none twice: their places in the order of windows are drawn first."""
    ranks = {
        number: np.sort(rng.choice(int(units), int(count), replace=False, shuffle=False))
        for number, units, count in zip(plan.numbers, plan.units, plan.counts)
    }
    seen = dict.fromkeys(ranks, 0)
    found = []
    with frame.open() as population:
        for i, (window, counts) in enumerate(frame.tally.windows):
            report.check()
            inside = {}
            for number, count in counts.items():
                first, last = np.searchsorted(ranks[number], (seen[number], seen[number] + count))
                if last > first:
                    inside[number] = ranks[number][first:last] - seen[number]
                seen[number] += count
            if inside:
                piece = population.piece(window)
                flat = piece.strata.ravel()
                index = np.concatenate([np.flatnonzero(flat == number)[own] for number, own in inside.items()])
                found.append(_points(piece, window, index))
            report.progress((i + 1) / len(frame.tally.windows), "Drawing points")
    return _joined(found)


def systematic(frame: Frame, size: int, rng: np.random.Generator, report: Report) -> Points:
    """The pixels with a class under a square grid with a random start, about ``size``. InputError for too few."""
    x, y = frame.grid.resolution
    pixels = sum(frame.tally.pixels.values())
    side = math.sqrt(pixels * x * y / size)
    steps = max(1.0, side / y), max(1.0, side / x)
    starts = rng.random(2) * steps
    rows, columns = (
        np.unique(np.floor(np.arange(start, length, step)).astype(np.int64))
        for start, length, step in zip(starts, (frame.grid.height, frame.grid.width), steps)
    )
    found = []
    with frame.open() as population:
        for i, (window, _) in enumerate(frame.tally.windows):
            report.check()
            own = rows[(rows >= window.row) & (rows < window.row + window.height)] - window.row
            across = columns[(columns >= window.col) & (columns < window.col + window.width)] - window.col
            if len(own) and len(across):
                piece = population.piece(window)
                index = (own[:, None] * window.width + across).ravel()
                found.append(_points(piece, window, index[piece.strata.ravel()[index] > UNCLEAR]))
            report.progress((i + 1) / len(frame.tally.windows), "Drawing points")
    if sum(map(len, found)) < FEWEST:
        raise InputError(
            f"A grid of about {size} points has fewer than {FEWEST} on pixels with a class.",
            "Raise SIZE, choose another SEED, or DESIGN=simple.",
        )
    return _joined(found)


def _points(piece: Any, window: Any, index: NDArray[np.int64]) -> Points:
    rows, columns = np.divmod(index, window.width)
    strata, classes, ground = (values.ravel()[index] for values in (piece.strata, piece.classes, piece.ground))
    return Points(strata, classes, rows + window.row, columns + window.col, ground)


def _joined(parts: Sequence[Points]) -> Points:
    names = ("strata", "classes", "rows", "columns", "ground")
    return Points(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def write(points: Points, frame: Frame, plan: Plan, request: DrawRequest) -> None:
    """The layer of points, in their order."""
    grid: Grid = frame.grid
    x, y = apply(grid.transform, points.columns + 0.5, points.rows + 0.5)
    sink = VectorSink(request.output, grid.crs, "Point", FIELDS)
    try:
        for wkb, values in zip(to_wkb(shapely.points(x, y)), rows_of(points, frame, plan, request)):
            sink.write(wkb, values)
        sink.close()
    except BaseException:
        sink.abort()
        raise


def rows_of(points: Points, frame: Frame, plan: Plan, request: DrawRequest) -> Iterator[list[Any]]:
    """The values of each point's fields, in the order of ``FIELDS``."""
    total = float(plan.ground.sum())
    strata = {n: (float(u), float(a), int(c)) for n, u, a, c in zip(plan.numbers, plan.units, plan.ground, plan.counts)}
    names = frame.names
    for i in range(len(points)):
        stratum, value = int(points.strata[i]), int(points.classes[i])
        units, area, count = strata[stratum]
        about = [value, names[0].get(value, ""), stratum, names[1].get(stratum, ""), request.design]
        sizes = [count / units, area / count, float(points.ground[i]), int(units), area, count, total, request.seed]
        yield [i + 1, None, *about, *sizes]


def classes_of(frame: Frame) -> list[dict[str, Any]]:
    """The classes of the map, for the form in which a person chooses one."""
    values = sorted({key[1] for key in frame.tally.pixels} | set(frame.names[0]))
    return [{"value": value, "name": frame.names[0].get(value, "")} for value in values]


def plan_text(frame: Frame, plan: Plan, request: DrawRequest) -> str:
    """What was drawn, in a sentence."""
    count, pixels = thousands(int(plan.counts.sum())), thousands(int(plan.units.sum()))
    if request.design == "systematic":
        return f"{count} points on a grid with a random start, of {pixels} pixels with a class (seed {request.seed})."
    if plan.numbers == (ALL,) and not request.divided:
        return f"{count} points drawn at random from {pixels} pixels with a class (seed {request.seed})."
    listed = ", ".join(
        f"{f'{number} {frame.names[1].get(number, str())}'.strip()}: {n}"
        for number, n in zip(plan.numbers, plan.counts)
    )
    strata = f"{len(plan.numbers)} strata ({listed}; seed {request.seed})"
    return f"{count} points drawn at random from {pixels} pixels in {strata}."
