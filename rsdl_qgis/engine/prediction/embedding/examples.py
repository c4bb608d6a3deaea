"""The features of examples: the polygons or points of a layer on a raster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ...errors import InputError
from ...feedback import Report
from ...raster.grid import Grid, Window, pixel_boxes
from ...raster.source import RasterSource
from ...vector.class_canvas import holds, touches
from ...vector.scene_features import FeatureLayer, look_over, points_of, polygons_of, rows
from ...vector.vector_file import VectorFile
from ..scenes.scenes import within_grid
from .pixels import Floats, Standard, band_count, pixels, strips


@dataclass(frozen=True)
class Examples:
    """The mean scaled features of each example (n, bands), and where they are: polygons, or boxes of a point's pixel,
    in the raster's CRS.
    """

    features: Floats
    places: tuple[Any, ...]

    def around(self, distance: float) -> Any:
        """All examples and what is no farther from them, in map units, as one geometry."""
        return shapely.union_all(shapely.buffer(list(self.places), distance))


def check_examples(layer: VectorFile, name: str, grid: Grid, report: Report) -> None:
    """InputError where no example lies on a raster, which may be known long before its pixels are.

    ``name``: of the argument that the layer is.
    """
    found = look_over(layer, grid.crs, report)
    if not any(within_grid(window, grid) for _, window in _shapes(found, grid)):
        raise _nowhere(found, name, "the raster, in the area that is searched")


def examples_in(layer: VectorFile, name: str, source: RasterSource, scale: Standard, report: Report) -> Examples:
    """The examples of a layer, the argument ``name``. InputError where none lies on a valid pixel."""
    found = look_over(layer, source.grid.crs, report)
    features, places = [], []
    for shape, window in _shapes(found, source.grid):
        report.check()
        inside = within_grid(window, source.grid)
        mean = _mean(source, inside, shape if found.kind == "polygons" else None) if inside else None
        if mean is not None:
            features.append(scale(mean[None])[0])
            places.append(shape)
    if not features:
        raise _nowhere(found, name, "a valid pixel of the raster")
    if missed := found.count - len(features):
        text = f"{missed} of {found.count} features of {name.upper()} lie on no valid pixel: left out."
        report.log("warning", text)
    return Examples(np.stack(features), tuple(places))


def _nowhere(found: FeatureLayer, name: str, what: str) -> InputError:
    problem = f"None of the {found.count} features of {name.upper()} lies on {what}."
    return InputError(problem, "Draw examples on the raster, or check the layer's coordinate system.")


def _shapes(layer: FeatureLayer, grid: Grid) -> Iterator[tuple[Any, Window]]:
    """Each polygon, or a box around each point's pixel, and its window."""
    for batch in rows(layer):
        wkb = [row.there for row in batch]
        if layer.kind == "polygons":
            found = [shape for shape in polygons_of(layer, wkb, grid.crs) if shape is not None]
            outlines: NDArray[np.float64] = np.array([shape.bounds for shape in found]).reshape(-1, 4)
        else:
            parts = [part[np.isfinite(part).all(1)] for part in points_of(layer, wkb, grid.crs)]
            xy = np.concatenate([*parts, np.empty((0, 2))])
            found, outlines = list(shapely.points(xy)), np.hstack([xy, xy])
        for shape, (top, left, bottom, right) in zip(found, pixel_boxes(grid, outlines).tolist()):
            window = Window(top, left, max(1, bottom - top), max(1, right - left))
            yield shape if layer.kind == "polygons" else shapely.box(*grid.crop(window).bounds), window


def _mean(source: RasterSource, window: Window, shape: Any) -> Floats | None:
    """The mean (bands,) of the valid pixels of a window whose centres a polygon holds, or that it touches where it
    holds none; None where there are none.
    """
    for rule in (holds, touches):
        total, number = np.zeros(band_count(source)), 0
        for part in (part for strip in strips(source.grid, band_count(source), window) for part in strip):
            values, valid = pixels(source, part)
            if shape is not None:
                values = values[rule(shape, source.grid.crop(part))[valid]]
            total += values.sum(0, dtype=np.float64)
            number += len(values)
        if number:
            return (total / number).astype(np.float32)
    return None
