"""The job "compare_maps": which of several maps agrees best with one reference, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...feedback import Report
from ...files.csv import to_csv
from ...job.outputs import writing
from ...reports.assessment.comparison import CompareFacts, comparison_page
from ...reports.provenance import LayerFacts
from ..areas.request import SampleLayer
from ..areas.sample import read_sample, why_no_sample
from ..map_pairs import VectorCache
from ..outputs import written
from ..requests import MapLayer
from .counts import count_pixels, look_up, look_up_sample
from .request import CompareRequest
from .results import Comparison, of_blocks, of_points, of_sample

OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",)}


@writing("compare_maps")
def run_compare_maps(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Compare maps with one reference at the places where all have a class, each with the first one.

    ``predicted``: two maps or more; ``reference``: a raster, polygons or points; of points that "draw_sample" drew,
    differences are of the area. The rest as in "assess_map". InputError for what cannot be compared.
    """
    request = CompareRequest.of(arguments)
    with written(arguments, OUTPUTS, report) as (write, made):
        result = compared(request, report)
        for text in result.notes:
            report.log("warning", text)
        facts = CompareFacts([facts_of(layer) for layer in request.maps], facts_of(request.reference))
        write({"report": lambda: comparison_page(result.plain(), facts), "table": lambda: comparison_table(result)})
    return {**result.plain(), **made}


def compared(request: CompareRequest, report: Report) -> Comparison:
    """The comparison, by what the reference is."""
    titles = [layer.title for layer in request.maps]
    cache = VectorCache()
    if not request.reference.is_vector or not cache.get(request.reference).is_points:
        return of_blocks(count_pixels(request, cache, report), titles)
    sample = SampleLayer.reference(request.reference)
    if why_no_sample(sample):
        return of_points(look_up(request, cache, report), titles)
    points = read_sample(sample)
    return of_sample(look_up_sample(request, points, cache, report), points, titles)


def facts_of(layer: MapLayer) -> LayerFacts:
    """A layer for the report."""
    fields = [layer.class_field] if layer.class_field else []
    return LayerFacts(layer.path, layer.title, None if layer.is_vector else layer.band, fields)


def comparison_table(result: Comparison) -> str:
    """CSV: a row a map: its metrics, and how much they differ from the first map's."""
    names = list(result.maps[0])
    header = ["map", result.unit, *(f"{name}{end}" for name in names for end in ("", "_low", "_high"))]
    header += [f"{name}_difference{end}" for name in names for end in ("", "_low", "_high")]
    header += ["p_value", "only_first", "only_this"]
    rows = []
    for i, (title, own) in enumerate(zip(result.titles, result.maps)):
        row: list[Any] = [title, result.compared, *(n for name in names for n in own[name])]
        if i:
            less = result.differences[i - 1]
            row += [n for name in names for n in less.metrics[name]] + [less.p, less.only_first, less.only_this]
        rows.append(row + [None] * (len(header) - len(row)))
    return to_csv(header, rows)
