"""What algorithms share that divide a band or a spectral index by a threshold, with the worker's "threshold"."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingOutputNumber, QgsRasterLayer

from ...engine.cards.card import Class, ModelCard
from ...engine.cards.spectral import found_bands
from ...engine.errors import MismatchError
from ...engine.job.arguments import OPERATIONS
from ...engine.tables.indices import Expression, check_dates, parsed
from ...engine.tables.sensors import AUTO, SENSORS
from .. import parameters as shared
from ..products import product_of
from ..results.styles import opened, pixel_area
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse
from .base import Plan

ARGUMENTS = OPERATIONS["threshold"]
OPERATION = "threshold"
DATES = {"before": "BEFORE", "after": "AFTER"}  # of the job, and the parameters' usual names
NUMERIC_OUTPUTS = {
    "THRESHOLD_USED": lambda: tr("Threshold used"),
    "ASHMAN_D": lambda: tr("Ashman's D of the histogram"),
    "SEPARABILITY": lambda: tr("Between-class share of the variance (0 to 1)"),
    "CLASS_AREA": lambda: tr("Area of the class (square metres)"),
    "CLASS_SHARE": lambda: tr("Share of the class in the mapped area (0 to 1)"),
}


def threshold_parameters() -> list:
    """How the threshold is found."""
    return [
        threshold(),
        shared.whole(
            "WINDOW",
            tr("Local thresholds: window (pixels)"),
            tr(
                "Side length of square windows that each have a threshold of their own, 32 to 4096 pixels, for scenes "
                "whose brightness changes across the image. Between the windows' centres thresholds are interpolated, "
                "so that no edges show. A window without two clear groups of values takes the threshold of the whole "
                "image. Default: one threshold for all."
            ),
            ARGUMENTS["window"].kind.least,
            ARGUMENTS["window"].kind.largest,
            None,
        ),
    ]


def threshold():
    """THRESHOLD: a number in place of Otsu's."""
    return shared.real(
        "THRESHOLD",
        tr("Threshold"),
        tr("A fixed threshold, in the units of the band or index. Any number. Default: Otsu's threshold."),
        -1e12,
        1e12,
        None,
    )


def sensor():
    """SENSOR: whose band numbers the bands are called by."""
    return shared.choice(
        "SENSOR",
        tr("Sensor of the band numbers"),
        tr(
            "The sensor whose numbers the band descriptions have, such as B5, which is near infrared in Landsat 8 and "
            "red edge in Sentinel-2. auto: told from the descriptions, which may also say red, nir, swir1 and the like."
        ),
        ARGUMENTS["sensor"].kind.words,
    )


def threshold_plan(
    index: str, rasters: Mapping[str, QgsRasterLayer], names: Mapping[str, str], sensor: str, title: str, classes
) -> Plan:
    """The rasters of each date with the bands that an index takes. RsdlError where it cannot be.

    ``names``: the parameter of each date; ``classes``: name and colour of 0 and 1.
    """
    expression = parsed(index)
    check_dates(index, expression, "before" in rasters)
    uses = {
        date: [_use(names[date], rasters[date], expression, date, sensor)]
        for date in ("before", "after")
        if expression.of(date)
    }
    made = tuple(Class(i, name, color) for i, (name, color) in enumerate(classes))
    return Plan(Path(), ModelCard("threshold", title, (), made), uses)


def _use(parameter: str, layer: QgsRasterLayer, expression: Expression, date: str, sensor: str) -> RasterUse:
    found = layers.data_bands(layer)
    texts = [text or colour for (_, text), colour in zip(found, layers.colours(layer))]
    product = product_of(layer)
    if product is not None and sensor == AUTO and product.sensor in SENSORS:
        sensor = product.sensor
    try:
        places = found_bands(expression.of(date), texts, sensor)
    except MismatchError as error:
        raise MismatchError(f"{parameter}: {error.message}", error.hint) from None
    return RasterUse(parameter, layer, tuple(found[place - 1][0] for place in places))


def threshold_arguments(arguments: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The job's arguments, from those that every map has and those of the threshold alone."""
    inputs = arguments["inputs"]
    dates = {date: specs[0] for date, specs in inputs.items()}
    if "after" not in dates:  # an expression of the image before alone
        dates["after"] = {name: value for name, value in dates["before"].items() if name != "bands"}
    given = {name: value for name, value in arguments.items() if name in ARGUMENTS}
    return {**given, **dates, **more}


def numeric_outputs(result: Mapping[str, Any], context) -> dict[str, float]:
    """The numeric outputs from the worker's result; those of the histogram only where it was looked at."""
    layer = opened(result["output"])
    pixels = [item.get("pixels") or 0 for item in result["classes"]]
    found = result.get("bimodality") or {}
    return {
        **class_outputs(layer, pixels, context),
        **({"THRESHOLD_USED": result["threshold"]} if "threshold" in result else {}),
        **({"ASHMAN_D": found["ashman_d"], "SEPARABILITY": found["separability"]} if found else {}),
    }


def class_outputs(layer, pixels: list[int], context) -> dict[str, float]:
    """Area and share of the last class."""
    area = {} if layer is None else {"CLASS_AREA": pixels[-1] * pixel_area(layer, context)}
    return {**area, "CLASS_SHARE": pixels[-1] / sum(pixels) if sum(pixels) else 0.0}


def add_numeric_outputs(algorithm, names=tuple(NUMERIC_OUTPUTS)) -> None:
    """Declare the numeric outputs."""
    for name in names:
        algorithm.addOutput(QgsProcessingOutputNumber(name, NUMERIC_OUTPUTS[name]()))
