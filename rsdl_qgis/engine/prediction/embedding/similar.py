"""The job "find_similar": where a raster looks like examples, by its bands or its features, as a map and as ranked
places.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Portion, Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import kept, writing
from ...published.card import found_encoder
from ...raster.grid import Grid
from ...raster.source import RasterSource
from ...raster.writer import RasterSink
from ...runs.record import noted, of_result, run_of
from ...vector.geometries import to_wkb
from ...vector.scene_features import Field
from ...vector.vector_file import VectorFile
from ...vector.writer import VectorSink
from .examples import Examples, check_examples, examples_in
from .job import embedded
from .pixels import Floats, Standard, band_count, opened_raster, pixels, sampled, strips, unit
from .places import Places, highest_places

OPERATION = "find_similar"
UNLIKE, ALIKE = 0.75, 0.99  # similarities: two unlike examples have 0.7 to their mean
SAMPLE = 100_000  # pixels, of which the bands' mean and deviation are known
FIELDS = (Field("rank", "int32"), Field("score", "float64"))
USUAL_PIXELS = 3  # from place to place, by default
EMBEDDED, MAPPED = 0.7, 0.8  # of the progress; the second of what is left


@writing(OPERATION)
def run_find_similar(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Map the similarity, and rank places; returns the files, statistics of the map, and how many places there are.

    Each band is brought to mean 0 and deviation 1 over the raster; the similarity of a pixel to an example is then the
    cosine of their angle, from -1 to 1. ``match``: to the mean of the examples, or to the nearest one; with
    counterexamples half of the difference of the two similarities. With ``model`` the bands are the features of the
    raster's patches. InputError for what cannot be, MismatchError for a model that has no features.
    """
    asked = checked(OPERATION, arguments)
    given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
    made: list[str] = []
    metadata = noted(run_of(OPERATION, asked))
    with kept(lambda: made), _searched(asked, given, report) as (source, report):
        scale = Standard(sampled(source, SAMPLE))
        examples = _examples(given, "examples", source, scale, report)
        if examples is None:
            raise InputError("There are no examples.", "Choose a layer of polygons or points.")
        against = _examples(given, "counterexamples", source, scale, report)
        wanted = _targets(examples, given["match"])
        unwanted = None if against is None else _targets(against, given["match"])
        _warn(unit(examples.features), wanted, unwanted, report)

        def score(values: Floats) -> Floats:
            looks = unit(scale(values))
            found: Floats = (looks @ wanted.T).max(1)
            return found if unwanted is None else (found - (looks @ unwanted.T).max(1)) / 2

        held = max(band_count(source), len(wanted), 0 if unwanted is None else len(unwanted))
        statistics = _mapped(source, score, held, given["output"], metadata, Portion(report, 0.0, MAPPED))
        made.append(given["output"])
        places = 0
        if given["places"]:
            places = _ranked(given, source.grid, examples, metadata, Portion(report, MAPPED, 1.0))
    about = {"examples": len(examples.places), "counterexamples": 0 if against is None else len(against.places)}
    return {"output": given["output"], "places": given["places"], "found": places, "statistics": statistics, **about}


@contextmanager
def _searched(
    asked: Mapping[str, Any], given: Mapping[str, Any], report: Report
) -> Iterator[tuple[RasterSource, Report]]:
    """What is searched, and the report of what is left to do: the raster itself, or the features of its patches, which
    lie in a folder that goes.
    """
    if given["model"] is None:
        for name in ("size", "stride"):
            if given[name] is not None:
                report.log("warning", f"{name.upper()} is of a model's patches, and has no effect without MODEL.")
        with opened_raster(given) as source:
            yield source, report
        return
    with opened_raster(given) as image_source:
        for name in ("examples", "counterexamples"):
            if (layer := VectorFile.argument(given, name)) is not None:
                check_examples(layer, name, image_source.grid, report)
    with tempfile.TemporaryDirectory(dir=Path(given["output"]).absolute().parent) as folder:
        features = f"{folder}/features.tif"
        (image,) = found_encoder(given["model"])[1].inputs[:1]
        embedded(asked, features, Portion(report, 0.0, EMBEDDED), inputs={image.name: [given["input"]]})
        with opened_raster({**given, "input": {"path": features}, "extent": None}) as source:
            yield source, Portion(report, EMBEDDED, 1.0)


def _examples(
    given: Mapping[str, Any], name: str, source: RasterSource, scale: Standard, report: Report
) -> Examples | None:
    layer = VectorFile.argument(given, name)
    return None if layer is None else examples_in(layer, name, source, scale, report)


def _targets(examples: Examples, match: str) -> Floats:
    """The directions (n, bands) that pixels are compared with. InputError where they have none."""
    looks = unit(examples.features)
    found = unit(looks.mean(0, keepdims=True)) if match == "mean" else looks
    found = found[np.abs(found).max(1) > 0]
    if not len(found):
        problem = "The examples look like the mean of the raster, so that nothing is similar to them."
        raise InputError(problem, "Give examples that look alike, or MATCH=nearest.")
    return found


def _warn(looks: Floats, wanted: Floats, unwanted: Floats | None, report: Report) -> None:
    """Of examples (n, bands) that one mean does not stand for, and of counterexamples that look like them."""
    if (looks @ wanted.T).max(1).min() < UNLIKE:
        text = "The examples look unlike one another, and pixels are compared with their mean."
        report.log("warning", f"{text} MATCH=nearest suits examples of several kinds.")
    if unwanted is not None and (wanted @ unwanted.T).max() > ALIKE:
        report.log("warning", "Examples and counterexamples look alike, so that nothing tells them apart.")


def _mapped(
    source: RasterSource, score: Any, held: int, path: str, metadata: Mapping[str, str], report: Report
) -> dict[str, float]:
    """Write the scores of all pixels; their statistics. ``held``: numbers a pixel in memory."""
    grid, number, total, squares = source.grid, 0, 0.0, 0.0
    low, high = np.inf, -np.inf
    with RasterSink(
        path,
        grid,
        count=1,
        dtype="float32",
        nodata=float("nan"),
        band_names=["similarity"],
        metadata=of_result(metadata, "output"),
    ) as sink:
        for strip in strips(grid, held):
            report.check()
            report.progress(strip[0].row / grid.height, "Comparing pixels")
            rows: NDArray[np.float32] = np.full((strip[0].height, grid.width), np.nan, np.float32)
            for window in strip:
                values, valid = pixels(source, window)
                if len(values):
                    scores = score(values)
                    rows[:, window.col : window.col + window.width][valid] = scores
                    number, total = number + len(scores), total + float(scores.sum(dtype=np.float64))
                    squares += float(np.square(scores, dtype=np.float64).sum())
                    low, high = min(low, float(scores.min())), max(high, float(scores.max()))
            sink.write(strip[0].row, rows[None])
    mean = total / number
    deviation = max(0.0, squares / number - mean**2) ** 0.5
    return {"minimum": low, "maximum": high, "mean": mean, "stddev": deviation, "pixels": number}


def _ranked(
    given: Mapping[str, Any], grid: Grid, examples: Examples, metadata: Mapping[str, str], report: Report
) -> int:
    """Write the highest places; how many there are."""
    x, y = grid.resolution
    distance = given["distance"]
    apart = (USUAL_PIXELS, USUAL_PIXELS) if distance is None else (distance / y, distance / x)

    side = math.sqrt(abs(grid.transform.determinant))  # of a pixel, in map units
    left_out = None if given["with_examples"] else examples.around(side * math.sqrt(math.prod(apart)))
    places = highest_places(given["output"], given["number"], apart, given["least"], left_out, report)
    if len(places) < given["number"]:
        report.log("info", f"Places found: {len(places)} of the {given['number']} asked for.")
    write_places(given["places"], places, grid, FIELDS, [places.scores.astype(float)], of_result(metadata, "places"))
    return len(places)


def write_places(
    path: str, places: Places, grid: Grid, fields: Any, columns: list[NDArray], metadata: Mapping[str, str]
) -> None:
    """Points at the centres of pixels, ranked from 1, with a column a field after the rank."""
    import shapely

    sink = VectorSink(path, grid.crs, "Point", fields, metadata)
    try:
        for i, wkb in enumerate(to_wkb(shapely.points(*places.centres(grid)))):
            sink.write(wkb, (i + 1, *(column[i] for column in columns)))
        sink.close()
    except BaseException:
        with suppress(Exception):
            sink.abort()
        raise
