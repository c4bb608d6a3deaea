"""The job "estimate_area": accuracy and area from a sample at whose points a person has looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InputError
from ...feedback import Report
from ...job.outputs import writing
from ...reports.assessment.areas import AreaFacts, area_page
from ...reports.provenance import LayerFacts
from ...vector.class_layers import UNCLEAR, RasterClasses, check_crs
from ..class_matching import Entry
from ..map_pairs import raster_names
from ..outputs import written
from ..requests import MapLayer
from .request import SampleLayer
from .results import UNMAPPED, AreaResult, area_table
from .sample import SamplePoints, read_sample

OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",)}


@writing("estimate_area")
def run_estimate_area(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Estimate accuracies and areas with intervals, and write a report and a table where paths are given.

    ``sample``: points as "draw_sample" gives them, with answers; ``fields``: other names of their fields. ``map``: the
    raster to assess, None: the classes that the points have of the map they were drawn from. InputError where the
    points are no probability sample, or have no answers.
    """
    layer = SampleLayer.of(arguments["sample"])
    other = MapLayer.of(arguments["map"]) if arguments.get("map") else None
    with written(arguments, OUTPUTS, report) as (write, made):
        report.progress(0.1, "Reading the sample")
        points = read_sample(layer)
        result = AreaResult.of(points, classes_at(points, other, layer))
        for text in result.notes:
            report.log("warning", text)
        facts = AreaFacts(
            LayerFacts(layer.file.path, layer.title, None, [layer.field("reference")]),
            LayerFacts(other.path, other.title, other.band) if other else None,
        )
        write({"report": lambda: area_page(result.plain(), facts), "table": lambda: area_table(result)})
    return {**result.plain(), **made}


def classes_at(points: SamplePoints, layer: MapLayer | None, sample: SampleLayer) -> Sequence[Entry]:
    """The class of the map at each point: looked up in a raster, else as the points have it."""
    if layer is None:
        if points.predicted is None:
            raise InputError(
                f"{sample.title} does not say which class the map has at its points (field "
                f"'{sample.field('map_class')}').",
                "Choose the map in PREDICTED.",
            )
        return points.predicted
    names = raster_names(layer)
    with RasterClasses(layer.raster) as raster:
        check_crs(sample.title, points.crs, layer.title, raster.grid.crs)
        codes = raster.at(points.places[:, 0], points.places[:, 1], points.crs).tolist()
    if max(codes) <= UNCLEAR:
        raise InputError(f"{layer.title} has no class at any of the points.", "Choose a map of the same place.")
    return [Entry(code, names.get(code, "")) if code > UNCLEAR else UNMAPPED for code in codes]
