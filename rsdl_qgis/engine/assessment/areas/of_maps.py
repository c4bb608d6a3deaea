"""The areas of an assessed map, where its reference is a sample; else why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import InputError
from ...vector.class_layers import UNCLEAR
from ..map_pairs import VectorCache, open_pair
from ..requests import MapRequest, Pair
from .request import SampleLayer
from .results import UNMAPPED, AreaResult
from .sample import NOT_DRAWN, read_sample, why_no_sample


@dataclass(frozen=True)
class Areas:
    """The figures of a sample, or why there are none; both None and '' where nobody would expect them."""

    result: AreaResult | None = None
    why: str = ""


NO_AREAS = Areas()


def areas_of(pairs: Sequence[Pair], request: MapRequest, cache: VectorCache) -> Areas:
    """Of one map with a vector reference; a raster's classes can be counted everywhere."""
    vectors = [pair for pair in pairs if pair.reference.is_vector]
    if not vectors:
        return NO_AREAS
    pair = vectors[0]
    if not cache.get(pair.reference).is_points:
        all_of = "" if request.unlabelled else f"The reference's polygons are no probability sample. {NOT_DRAWN}"
        return Areas(why=all_of)
    sample = SampleLayer.reference(pair.reference)
    if text := why_no_sample(sample):
        return Areas(why=f"{text} {NOT_DRAWN}")
    if len(pairs) > 1:
        return Areas(why="Areas are estimated for one map at a time.")
    if request.area.is_limited:
        return Areas(
            why="EXTENT or MASK cuts a part out of the area that the sample was drawn from, and how large its strata "
            "are in that part is not known. Leave both empty to have areas."
        )
    try:
        points = read_sample(sample)
    except InputError as error:  # the metrics of the points stand
        return Areas(why=f"{error.message} {error.hint}".strip())
    with open_pair(pair, request, cache) as opened:
        codes = opened.predicted.at(points.places[:, 0], points.places[:, 1], points.crs).tolist()
        entries = [opened.predicted.entry(code) if code > UNCLEAR else UNMAPPED for code in codes]
    return Areas(AreaResult.of(points, entries))
