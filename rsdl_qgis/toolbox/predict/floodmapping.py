"""Flood mapping from Sentinel-1 and Sentinel-2 images before and after the event."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from .. import parameters as shared
from .. import settings
from ..products import given_raster
from ..results.styles import opened, pixel_area
from ..text import tr
from .base import InferenceAlgorithm, Plan, use_bands

SENSORS = {"sentinel-1": "S1", "sentinel-2": "S2"}  # an input's role and the prefix of its parameters
DATES = ("before", "after")
LAYERS = tuple(f"{prefix}_{date.upper()}" for prefix in SENSORS.values() for date in DATES)


class FloodMapping(InferenceAlgorithm):
    """rsdl:floodmapping: flooded and not flooded, from the images that are given."""

    NAME = "floodmapping"
    TASK = "segmentation"

    def title(self):
        return tr("Flood mapping")

    def help(self):
        return tr(
            "Maps flooded land from Sentinel-1 (backscatter, VV) and Sentinel-2 (reflectance) images. Give the images "
            "that you have: both sensors before and after the flood are best; one sensor, or only the image after the "
            "flood, works too. The model is chosen accordingly.\n\nImages may be Sentinel-2 L1C or L2A products with "
            "all their bands (B11, B8 and B3 are found by their descriptions) and Sentinel-1 sigma0 in dB or linear "
            "scale, of any data type. They need not share a grid or coordinate system: the map is on the grid of the "
            "first Sentinel-1 image if there is one, else of the first Sentinel-2 image."
        )

    def tags(self):
        return tr("flood,water,inundation,sentinel,sar,radar,disaster,deep learning,change detection").split(",")

    def inputs(self):
        labels = {
            "S1_BEFORE": (
                tr("Sentinel-1 before"),
                tr("Sentinel-1 backscatter (VV, dB or linear) from before the flood."),
            ),
            "S1_AFTER": (
                tr("Sentinel-1 after"),
                tr("Sentinel-1 backscatter (VV, dB or linear) during or after the flood."),
            ),
            "S2_BEFORE": (
                tr("Sentinel-2 before"),
                tr(
                    "Sentinel-2 reflectance (B11, B8, B3) from before the flood, of the same product level as the "
                    "image after it."
                ),
            ),
            "S2_AFTER": (
                tr("Sentinel-2 after"),
                tr("Sentinel-2 reflectance (B11, B8, B3) during or after the flood."),
            ),
        }
        rasters = [
            shared.described(QgsProcessingParameterRasterLayer(name, *_optional(label)), text)
            for name, (label, text) in labels.items()
        ]
        return [
            *rasters,
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed flood model, or path of one. Default: the installed one that uses the most "
                    "of the given images."
                ),
            ),
            shared.described(
                QgsProcessingParameterString("S1_BANDS", tr("Sentinel-1 band"), None, False, True),
                tr("Number, from 1, of the VV band, such as 1. Default: found by its description."),
                advanced=True,
            ),
            shared.described(
                QgsProcessingParameterString("S2_BANDS", tr("Sentinel-2 bands"), None, False, True),
                tr(
                    "Numbers, from 1, of the bands B11, B8 and B3 in that order, such as 11,8,3. Default: found by "
                    "their descriptions, or the three bands of a raster with three."
                ),
                advanced=True,
            ),
        ]

    def output_label(self):
        return tr("Flood map")

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        self.addOutput(QgsProcessingOutputNumber("FLOODED_AREA", tr("Flooded area (square metres)")))
        self.addOutput(QgsProcessingOutputNumber("FLOODED_SHARE", tr("Flooded share of the mapped area (0 to 1)")))

    def plan(self, parameters, context):
        given = {name: given_raster(self, parameters, name, context) for name in LAYERS}
        given = {name: layer for name, layer in given.items() if layer is not None}
        _check_dates(set(given))
        chosen = {
            prefix: shared.band_numbers(self.parameterAsString(parameters, f"{prefix}_BANDS", context))
            for prefix in SENSORS.values()
        }
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        path, card = _named(name, set(given)) if name else _best(set(given))
        inputs = {
            item.name: [
                use_bands(p, given[p], item, chosen[p[:2]], f"{p[:2]}_BANDS")
                for p in (_parameter(item.role, date) for date in item.dates)
            ]
            for item in card.inputs
        }
        unused = [name for name in given if name not in needs(card)]
        notes = (tr("Model: {model}").format(model=card.title),)
        warnings = ()
        if unused:
            warnings = (tr("Not used by this model: {layers}").format(layers=", ".join(unused)),)
        return Plan(path, card, inputs, notes, warnings)

    def numeric_outputs(self, result, context):
        layer = opened(result["output"])
        pixels = {item["value"]: item.get("pixels") or 0 for item in result.get("classes", ())}
        flooded = sum(count for value, count in pixels.items() if value > 0)
        mapped = sum(pixels.values())
        area = {} if layer is None else {"FLOODED_AREA": flooded * pixel_area(layer, context)}
        return {**area, "FLOODED_SHARE": flooded / mapped if mapped else 0.0}


def needs(card: ModelCard) -> set[str]:
    """The layer parameters that a flood model takes; empty if it is none."""
    if card.task != FloodMapping.TASK or not all(_sensor(item.role) for item in card.inputs):
        return set()
    return {_parameter(item.role, date) for item in card.inputs for date in item.dates}


def is_flood(card: ModelCard) -> bool:
    """Whether the model maps floods: its card has the keyword 'flood' and inputs that this algorithm knows."""
    return "flood" in card.keywords and bool(needs(card)) and needs(card) <= set(LAYERS)


def _sensor(role: str) -> str:
    return next((prefix for sensor, prefix in SENSORS.items() if role.startswith(sensor)), "")


def _parameter(role: str, date: str) -> str:
    return f"{_sensor(role)}_{date.upper()}"


def _optional(label: str):
    return label, None, True


def _check_dates(given: set[str]) -> None:
    """RsdlError unless there is an image from after the flood."""
    if not given:
        raise RsdlError(tr("No image is given."), tr("Choose at least one from after the flood: S1_AFTER or S2_AFTER."))
    for prefix in SENSORS.values():
        if f"{prefix}_BEFORE" in given and f"{prefix}_AFTER" not in given:
            raise RsdlError(
                tr("{before} is given without {after}.").format(before=f"{prefix}_BEFORE", after=f"{prefix}_AFTER"),
                tr("The flood is seen in the image from after it. Choose that too, or leave both empty."),
            )


def _named(name: str, given: set[str]):
    """The model of that name or path; RsdlError if it is none for floods or needs other images."""
    path, card = settings.store().find(name)
    wanted = needs(card)
    if not wanted:
        raise RsdlError(
            tr("Model '{model}' does not map floods from Sentinel-1 and Sentinel-2.").format(model=card.name),
            tr("Choose a flood model, or leave MODEL empty."),
        )
    if wanted - given:
        raise RsdlError(
            tr("Model '{model}' also needs {layers}.").format(
                model=card.name, layers=", ".join(sorted(wanted - given))
            ),
            tr("Choose these images too, or leave MODEL empty."),
        )
    return path, card


def _best(given: set[str]):
    """The installed flood model that uses the most of the images."""
    models = [(path, card) for _, path, card in settings.store().list() if is_flood(card)]
    fitting = [(path, card) for path, card in models if needs(card) <= given]
    if fitting:
        return max(fitting, key=lambda item: len(needs(item[1])))
    known = "; ".join(f"{card.name}: {', '.join(sorted(needs(card)))}" for _, card in models)
    raise RsdlError(
        tr("No installed flood model takes only {layers}.").format(layers=", ".join(sorted(given))),
        tr("Installed: {models}. Add images, or install another model.").format(models=known or tr("none")),
    )
