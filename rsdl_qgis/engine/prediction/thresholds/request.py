"""The request of the job "threshold", checked before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...cards.spectral import found_bands
from ...errors import InputError
from ...job.arguments import OPERATIONS, checked
from ...products.table import product_at
from ...raster.grid import Bounds
from ...raster.source import Layer, inspect
from ...tables.indices import Expression, Index, check_dates, named_index, parsed
from ...tables.sensors import AUTO, SENSORS
from ...vector.masks import PolygonMask
from ...vector.tracing.polygon_shape import PolygonShape
from ..request import AskedRaster, MapFiles

COLOURS = ("#efe9dc", "#b2182b")


@dataclass(frozen=True)
class ThresholdRequest:
    """What is divided, by which threshold. ``threshold`` None: Otsu's; ``window``: pixels a side of the cells that have
    thresholds of their own, 0: one for all. ``above``: whether class 1 is what lies above.
    """

    asked: Mapping[str, Any]
    rasters: Mapping[str, AskedRaster]
    title: str
    expression: Expression
    bounds: tuple[float, float] | None
    sensor: str
    threshold: float | None
    window: int
    above: bool
    classes: tuple[str, str]
    colors: tuple[str, str]
    files: MapFiles
    values: str | None
    extent: Bounds | None
    extent_crs: str | None
    mask: PolygonMask | None
    resampling: str
    grid: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> ThresholdRequest:
        """The request in a job's arguments. InputError for the first that is missing, unknown or invalid."""
        asked = checked("threshold", arguments)
        given = {name: asked.get(name, argument.default) for name, argument in OPERATIONS["threshold"].items()}
        expression, index = parsed(given["index"]), named_index(given["index"])
        rasters = {date: AskedRaster.of(given[date]) for date in ("before", "after") if given[date]}
        check_dates(given["index"], expression, "before" in rasters)
        if given["threshold"] is not None and given["window"]:
            problem = "A THRESHOLD is given, and thresholds of windows (WINDOW) are asked for."
            raise InputError(problem, "Give one of the two.")
        return cls(
            asked=asked,
            rasters=rasters,
            title=given["index"].strip() if index is None else f"{given['index'].strip()} ({index.title})",
            expression=expression,
            bounds=index.bounds if index else None,
            sensor=given["sensor"],
            threshold=given["threshold"],
            window=given["window"] or 0,
            above=_above(given, index),
            classes=_names(given, index),
            colors=(COLOURS[0], given["color"] or (index.color if index else COLOURS[1])),
            files=MapFiles(given["output"], None, given["polygons"], shape=PolygonShape.of(given)),
            values=given["values"],
            extent=None if given["extent"] is None else tuple(given["extent"]),
            extent_crs=given["extent_crs"],
            mask=PolygonMask.of(given),
            resampling=given["resampling"],
            grid=given["grid"],
        )

    def layers(self) -> dict[str, list[Layer]]:
        """The layer of each date that the expression takes bands of. MismatchError where one has no such band."""
        dates = {date: self.expression.of(date) for date in self.rasters}
        return {date: [_layer(self.rasters[date], names, self.sensor)] for date, names in dates.items() if names}


def _layer(given: AskedRaster, names: tuple[str, ...], sensor: str) -> Layer:
    """The layer with the bands of these names: those that the job chose, in this order, else by description."""
    if given.bands is not None:
        if len(given.bands) != len(names):
            problem = f"{len(given.bands)} band(s) were chosen of {given.path}, and {len(names)} are needed."
            raise InputError(problem, f"Choose, in this order: {', '.join(names)}.")
        return Layer(given.path, given.bands, given.nodata, quality=given.quality, order=given.order)
    product = product_at(given.path)
    if product is not None:
        sensor = product.sensor if sensor == AUTO and product.sensor in SENSORS else sensor
        chosen = found_bands(names, product.descriptions, sensor)
        return Layer(given.path, chosen, given.nodata, quality=given.quality, order=given.order)
    info = inspect(Layer(given.path))
    found = found_bands(names, info.descriptions, sensor)
    return Layer(
        given.path,
        tuple(info.bands[place - 1] for place in found),
        given.nodata,
        quality=given.quality,
        order=given.order,
    )


def _above(given: Mapping[str, Any], index: Index | None) -> bool:
    if given["side"] != "auto":
        return bool(given["side"] == "above")
    return index.above if index else True


def _names(given: Mapping[str, Any], index: Index | None) -> tuple[str, str]:
    """The names of the two classes."""
    named = given["class_name"]
    if named:
        return f"not {named}", named
    if index and (given["side"] == "auto" or (given["side"] == "above") == index.above):
        return index.classes
    return ("below", "above") if _above(given, index) else ("above", "below")
