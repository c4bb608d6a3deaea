"""The job "cluster_image": classes of pixels that have similar bands, by k-means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Portion, Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import writing
from ...raster.writer import RasterSink
from ...runs.record import noted, of_result, run_of
from ...tables.class_colors import class_colors
from .pixels import Floats, Standard, band_count, opened_raster, pixels, sampled, strips

OPERATION = "cluster_image"
NODATA = 255
STARTS = 4  # of which the best counts
STEPS = 100  # at most
SETTLED = 1e-4  # relative change of the inertia
LEARNED = 0.4  # of the progress


@writing(OPERATION)
def run_cluster_image(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Find clusters on a sample, and map all pixels to the nearest; returns the file and the clusters.

    Bands are brought to mean 0 and deviation 1, unless ``standardize`` is off. Clusters are numbered from 1, the
    largest in the sample first. InputError where the pixels differ in fewer values than clusters are asked for.
    """
    asked = checked(OPERATION, arguments)
    given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
    count, rng = given["clusters"], np.random.default_rng(given["seed"])
    with opened_raster(given) as source:
        sample = sampled(source, given["samples"], given["seed"])
        scale = Standard(sample)
        change = scale if given["standardize"] else _unchanged
        centres, inertia = k_means(change(sample), count, rng, Portion(report, 0.0, LEARNED))
        text = f"{count} clusters from {len(sample)} pixels of {band_count(source)} bands, seed {given['seed']}."
        report.log("info", text)
        names = [f"cluster {number}" for number in range(1, count + 1)]
        classes = [(i, name, colour) for i, (name, colour) in enumerate(zip(names, class_colors(names)), 1)]
        found, grid = np.zeros(count, np.int64), source.grid
        with RasterSink(
            given["output"],
            grid,
            count=1,
            dtype="uint8",
            nodata=NODATA,
            band_names=["cluster"],
            classes=classes,
            metadata=of_result(noted(run_of(OPERATION, asked)), "output"),
        ) as sink:
            for strip in strips(grid, max(band_count(source), count)):
                report.check()
                report.progress(LEARNED + (1 - LEARNED) * strip[0].row / grid.height, "Mapping clusters")
                rows = np.full((strip[0].height, grid.width), NODATA, np.uint8)
                for window in strip:
                    values, valid = pixels(source, window)
                    if len(values):
                        numbers = nearest(change(values), centres)[0]
                        rows[:, window.col : window.col + window.width][valid] = numbers + 1
                        found += np.bincount(numbers, minlength=count)
                sink.write(strip[0].row, rows[None])
    listed = [
        {"value": value, "name": name, "color": colour, "pixels": int(pixels_)}
        for (value, name, colour), pixels_ in zip(classes, found)
    ]
    return {"output": given["output"], "classes": listed, "inertia": inertia / len(sample)}


def k_means(values: Floats, count: int, rng: np.random.Generator, report: Report | None = None) -> tuple[Floats, float]:
    """Centres (count, bands) of clusters of rows (n, bands), the largest cluster first, and the sum of squares.

    Lloyd's algorithm (1982, doi:10.1109/TIT.1982.1056489) from k-means++ (Arthur, Vassilvitskii, SODA 2007), the best
    of several starts. InputError for fewer different rows than clusters.
    """
    if len(np.unique(values[:100_000], axis=0)) < count:
        problem = f"There are fewer than {count} different pixels in the sample."
        raise InputError(problem, "Ask for fewer CLUSTERS, or more SAMPLES, or choose other bands.")
    tried = []
    for start in range(STARTS):
        if report:
            report.progress(start / STARTS, "Looking for clusters")
        tried.append(_settled(values, _seeds(values, count, rng), report))
    centres, inertia = min(tried, key=lambda found: found[1])
    order = np.argsort(-np.bincount(nearest(values, centres)[0], minlength=count), kind="stable")
    return centres[order], inertia


def _seeds(values: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Rows that are far from one another, by k-means++."""
    chosen = [values[rng.integers(len(values))]]
    squares = np.full(len(values), np.inf)
    for _ in range(count - 1):
        squares = np.minimum(squares, np.square(values - chosen[-1], dtype=np.float64).sum(1))
        chosen.append(values[rng.choice(len(values), p=squares / squares.sum())])
    return np.stack(chosen)


def _settled(values: Floats, centres: Floats, report: Report | None) -> tuple[Floats, float]:
    """Lloyd's steps until little changes; a cluster that loses all its rows takes the row farthest from its centre."""
    before = np.inf
    for _ in range(STEPS):
        if report:
            report.check()
        numbers, squares = nearest(values, centres)
        inertia = float(squares.sum())
        if before - inertia <= SETTLED * inertia:
            break
        before = inertia
        sizes = np.bincount(numbers, minlength=len(centres))
        order = np.argsort(numbers, kind="stable")
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        filled = np.flatnonzero(sizes)
        centres = centres.copy()
        centres[filled] = np.add.reduceat(values[order], starts[filled], axis=0) / sizes[filled, None]
        empty = np.flatnonzero(sizes == 0)
        centres[empty] = values[np.argsort(-squares)[: len(empty)]]
    return centres, inertia


def nearest(values: Floats, centres: Floats) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The number (n,) of the nearest centre of each row, and the square of the distance."""
    squares = np.square(centres, dtype=np.float64).sum(1) - 2 * (values @ centres.T)
    numbers = squares.argmin(1)
    own = np.square(values, dtype=np.float64).sum(1) + squares[np.arange(len(values)), numbers]
    return numbers, np.maximum(own, 0)


def _unchanged(values: Floats) -> Floats:
    return values
