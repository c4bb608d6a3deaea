"""Time-series classification: a class for every pixel from its values over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingParameterString, QgsRasterLayer

from ...engine.cards.card import Input, ModelCard
from ...engine.dates import typed_dates
from ...engine.errors import RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.job.layers import LAYOUTS, WRAPPED
from ...engine.tables.tasks import task_of
from .. import compat, settings
from .. import parameters as shared
from ..products import (
    given_rasters,
    product_parameter,
    product_text,
    quality_parameters,
    reading_of,
    several_products,
)
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse
from .base import InferenceAlgorithm, Plan
from .model_choice import named_model

ARGUMENTS = OPERATIONS["predict_series"]


@dataclass(frozen=True)
class SeriesPlan(Plan):
    """A model and the layers of a series. ``facts``: of each layer, what QGIS knows that its file may not say."""

    facts: tuple[Mapping[str, Any], ...] = ()
    layout: str = "dates"
    bands: tuple[int, ...] = ()


class TimeSeriesClassification(InferenceAlgorithm):
    """rsdl:timeseriesclassification: a class for every pixel of a series of rasters."""

    NAME = "timeseriesclassification"
    TASK = "time-series"
    TAKES_PRODUCTS = False  # but several layers

    def title(self):
        return tr("Time-series classification")

    def help(self):
        return tr(
            "Classifies every pixel, such as its crop, by its values over time, with a network trained on such time "
            "series (see 'Train time-series classifier'). Give one raster per date, or one raster per variable whose "
            "bands are the dates. Layers on other grids are resampled to the grid of the first.\n\nDates are read from "
            "the names of layers and bands and from the files' metadata, or given in DATES. A model of one season can "
            "be used for the same season of any year. If the dates are exactly the model's, cloudy observations set to "
            "nodata are skipped pixel by pixel. If they differ, or a layer is missing, values are interpolated "
            "linearly in time between the nearest valid dates of each pixel, over gaps of up to twice the model's own "
            "time steps. Pixels without a valid date are nodata in the map. If no dates are known, there must be as "
            "many as the model takes, in the same order."
        )

    def tags(self):
        return tr("deep learning,neural network,time series,crops,phenology,ndvi,evi,lstm,season,multitemporal").split(
            ","
        )

    def inputs(self):
        return [
            shared.several_layers(
                "LAYERS",
                tr("Layers of the series"),
                compat.RASTERS,
                tr(
                    "The time series: one raster per date, or with LAYOUT=variables one raster per variable whose "
                    "bands are the dates. In any order if their names or metadata hold dates."
                ),
            ),
            several_products("LAYERS", tr("Layers of the series")),
            shared.choice(
                "LAYOUT",
                tr("Layout of the layers"),
                tr(
                    "dates: each layer is a date and its bands are variables. variables: each layer is a variable and "
                    "its bands are dates. Default: dates."
                ),
                LAYOUTS,
                advanced=False,
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model for time series, or path of a model folder, a .zip archive of one, or "
                    "an .onnx file. Default: the installed one, if there is exactly one."
                ),
                self.TASK,
            ),
            shared.described(
                QgsProcessingParameterString("DATES", tr("Dates"), None, False, True),
                tr(
                    "The dates of the layers (LAYOUT=variables: of the bands), in their order: 2013-09-14, 2013-09-30, "
                    "…; or the first one and the time step, such as 2013-09-14/P16D (D days, W weeks, M months, Y "
                    "years). Default: read from names and metadata."
                ),
            ),
            self._scale(),
            shared.choice(
                "WRAPPED",
                tr("Wrapped negative values"),
                tr(
                    "Whether high values of 16-bit unsigned layers are negative values that wrapped around, as -1 "
                    "becomes 65,535. auto: values from 55,536 are, if a scale factor applies and the layer has no "
                    "values between 32,767 and 55,536. negative: all values above 32,767 are. keep: none are. Default: "
                    "auto."
                ),
                WRAPPED,
            ),
            shared.described(
                QgsProcessingParameterString("BANDS", tr("Bands"), None, False, True),
                tr(
                    "Numbers, from 1, of the bands of each layer to use, such as 1,2: the model's variables in its "
                    "order, or with LAYOUT=variables the dates. Default: variables are matched by name; all bands are "
                    "used as dates."
                ),
                advanced=True,
            ),
        ]

    def running(self):
        return [
            shared.extent(),
            shared.mask(),
            shared.nodata(),
            shared.resample(),
            shared.tile_size(),
            shared.number_of(
                ARGUMENTS["batch_size"],
                "BATCH_SIZE",
                tr("Batch size (series)"),
                tr(
                    "Number of pixels whose series the network processes at once, 1 to 1,000,000. Larger batches are "
                    "faster on a GPU and take more memory. Default: chosen from the model."
                ),
            ),
            shared.device(),
            shared.engine(),
            shared.threads(),
            shared.scheduler(),
        ]

    def quality_parameters(self):
        return quality_parameters(several=True)

    def _quality_of(self, plan, parameters, context):
        return reading_of(self, parameters, context, [use.layer for use in plan.rasters()])

    def output_label(self):
        return tr("Class map")

    def plan(self, parameters, context):
        rasters = self._rasters_of(parameters, context)
        layout = self.parameterAsEnumString(parameters, "LAYOUT", context) or LAYOUTS[0]
        bands = shared.band_numbers(shared.text_of(self, parameters, "BANDS", context)) or ()
        described = [layers.data_bands(layer) for layer in rasters]
        if layout == "variables" and any(map(product_text, rasters)):
            raise RsdlError(
                tr("A product is of one date, and with LAYOUT=variables the bands of a layer are the dates."),
                tr("Choose LAYOUT=dates."),
            )
        _check_bands(rasters, described, bands)
        typed = shared.text_of(self, parameters, "DATES", context)
        for found in described[:1] if layout == "dates" else described:
            typed_dates(typed, len(rasters) if layout == "dates" else len(bands or found))
        name = shared.text_of(self, parameters, "MODEL", context)
        path, card = named_model(name, self.TASK, _takes, tr("a series")) if name else only_model()
        if not bands:
            described = [_taken(layer, found, card) for layer, found in zip(rasters, described)]
        uses = [RasterUse("LAYERS", layer, tuple(n for n, _ in found)) for layer, found in zip(rasters, described)]
        facts = tuple(
            {"name": layer.name(), "descriptions": [text for _, text in found], "date": layers.set_date(layer)}
            for layer, found in zip(rasters, described)
        )
        notes = () if name else (tr("Model: {model}").format(model=card.title),)
        return SeriesPlan(path, card, {"layers": uses}, notes, (), facts, layout, bands)

    def options(self, parameters, context):
        given = shared.is_given(parameters, "SCALE")
        return {
            "layout": self._plan.layout,
            "bands": list(self._plan.bands),
            "dates": shared.text_of(self, parameters, "DATES", context),
            "scale": self.parameterAsDouble(parameters, "SCALE", context) if given else None,
            "wrapped": self.parameterAsEnumString(parameters, "WRAPPED", context) or WRAPPED[0],
        }

    def arguments(self, arguments, parameters, context):
        rest = {name: value for name, value in arguments.items() if name not in ("inputs", "overlap")}
        specs = zip(arguments["inputs"]["layers"], self._plan.facts)
        return {**rest, "layers": [{**spec, **facts} for spec, facts in specs]}

    def _scale(self):
        parameter = shared.number_of(
            ARGUMENTS["scale"],
            "SCALE",
            tr("Scale factor"),
            tr(
                "Factor that converts the stored values to the units of the model's training data, 0.00000001 to "
                "1,000,000: 0.0001 for indices stored in ten-thousandths, 1 for values that need no scaling. Default: "
                "the scale and offset that the files state."
            ),
        )
        parameter.setMetadata({"widget_wrapper": {"decimals": 8}})
        return parameter

    def _rasters_of(self, parameters, context) -> list[QgsRasterLayer]:
        found = given_rasters(self, parameters, "LAYERS", context)
        if not found:
            raise RsdlError(tr("LAYERS and LAYERS_PRODUCTS are empty. Choose the rasters of the series."))
        return found


def only_model() -> tuple[Path, ModelCard]:
    """The one installed model for time series; RsdlError if there is not just one."""
    found = [(path, card) for _, path, card in settings.store().list() if _takes(card)]
    if len(found) == 1:
        return found[0]
    raise RsdlError(
        tr("No model is chosen, and {count} of the installed models are for time series.").format(count=len(found)),
        tr("Choose one in MODEL: {names}, or the path of a model.").format(
            names=", ".join(card.name for _, card in found) or tr("none installed")
        ),
    )


def _taken(layer: QgsRasterLayer, found: list[tuple[int, str]], card: ModelCard) -> list[tuple[int, str]]:
    """The bands of a layer that the series may take: of a product those of the model's variables, by their names."""
    if not product_text(layer):
        return found
    wanted = Input("series", tuple(band for item in card.inputs for band in item.bands), role=card.inputs[0].role)
    try:
        numbers = layers.matched_bands(layer, wanted)
    except RsdlError as error:
        raise RsdlError(f"{product_parameter(layer)}: {error.message}", error.hint) from None
    return [(number, band.name) for number, band in zip(numbers, wanted.bands)]


def _takes(card: ModelCard) -> bool:
    return task_of(card.task).series


def _check_bands(
    rasters: Sequence[QgsRasterLayer], described: Sequence[Sequence[tuple[int, str]]], bands: Sequence[int]
) -> None:
    for layer, found in zip(rasters, described):
        missing = [number for number in bands if number not in dict(found)]
        if missing:
            raise RsdlError(
                tr("{option} names band {number}, but '{layer}' has {count} band(s).").format(
                    option="BANDS", number=missing[0], layer=layer.name(), count=len(found)
                ),
                tr("Choose bands from 1 to {count}.").format(count=len(found)),
            )
