"""The job "simplify_polygons": the classes of a raster as polygons, shaped as is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...job.arguments import OPERATIONS, checked
from ...job.outputs import writing
from ...raster.class_tables import check_not_rgb, class_colours, class_names
from ...raster.grid import Window
from ...raster.layer import Layer
from ...runs.record import noted, of_result, run_of
from ..class_layers import UNCLEAR, RasterClasses, check_patches
from ..coverage.simplify import simplify_coverage
from .polygon_shape import PolygonShape
from .polygonize import PIXELS, Polygonizer

OPERATION = "simplify_polygons"
NODATA = int(np.iinfo(np.uint16).max)
COLOUR = "#b2182b"  # of a class whose colour is not known


@writing(OPERATION)
def run_simplify_polygons(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Draw the polygons; returns the file, how many there are, and the classes."""
    asked = checked(OPERATION, arguments)
    given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS[OPERATION].items()}
    spec, background = given["input"], given["background"]
    if spec.get("vector"):
        return _of_polygons(asked, given, report)
    if given["tolerance"]:
        raise InputError("TOLERANCE is for a layer of polygons, and a raster is given.", "Give SIMPLIFY, in pixels.")
    path, band = spec["path"], (spec.get("bands") or [1])[0]
    check_not_rgb(path, band, spec.get("title") or path)
    names = {**class_names(path, band), **{int(v): name for v, name in (spec.get("names") or {}).items()}}
    colours = {**class_colours(path, band), **{int(v): c for v, c in (spec.get("colors") or {}).items()}}
    metadata = of_result(noted(run_of(OPERATION, asked)), "output")
    found: set[int] = set()
    with RasterClasses(Layer(path, (band,), spec.get("nodata"))) as classes:
        check_patches(classes, spec.get("title") or path)
        grid = classes.grid
        legend = [(value, names.get(value, str(value)), "") for value in range(NODATA)]
        skip = () if background is None else (background,)
        polygonizer = Polygonizer(
            given["output"], grid, legend, np.uint16, skip=skip, metadata=metadata, shape=PolygonShape.of(given)
        )
        try:
            step = max(1, PIXELS // grid.width)
            for row in range(0, grid.height, step):
                rows = _values(classes, Window(row, 0, min(step, grid.height - row), grid.width))
                found.update(np.unique(rows).tolist())
                polygonizer.add(rows, report)
                report.progress(row / grid.height, "Drawing polygons")
            count = polygonizer.close(report)
        except BaseException:
            polygonizer.abort()
            raise
    drawn = sorted(found - {NODATA, *skip})
    if not count:
        why = "all patches are smaller than the minimum area" if drawn else "no pixel has a class"
        report.log("warning", f"There is no polygon: {why}.")
    return {
        "output": given["output"],
        "polygons": count,
        "classes": [
            {"value": value, "name": names.get(value, str(value)), "color": colours.get(value, COLOUR)}
            for value in drawn
        ],
    }


def _of_polygons(asked: Mapping[str, Any], given: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """The polygons of a layer simplified. InputError for what is asked of rasters alone."""
    for name in ("simplify", "fill_holes", "regularize", "background"):
        if given[name]:
            problem = f"{name.upper()} is for a class raster, and a layer of polygons is given."
            raise InputError(problem, "Leave it out; TOLERANCE and MIN_AREA are for layers.")
    metadata = of_result(noted(run_of(OPERATION, asked)), "output")
    count = simplify_coverage(given["input"], given["output"], given["tolerance"], given["min_area"], metadata, report)
    return {"output": given["output"], "polygons": count, "classes": []}


def _values(classes: RasterClasses, window: Window) -> NDArray[np.uint16]:
    """The classes of a window, NODATA where there is none. InputError for what is no class that can be drawn."""
    codes = classes.on(classes.grid.crop(window))
    known = codes > UNCLEAR
    if (odd := codes[known & ((codes < 0) | (codes >= NODATA))]).size:
        problem = f"{classes.path} holds the value {odd[0]}, and classes are from 0 to {NODATA - 1}."
        raise InputError(problem, "Reclassify the raster, or choose another one.")
    return np.where(known, codes, NODATA).astype(np.uint16)
