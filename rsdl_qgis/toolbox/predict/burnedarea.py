"""Burned area from an image after a fire and, best, one before: by a network, or by the burn ratio."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterRasterLayer

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from ...engine.tables.indices import INDICES
from ...engine.tables.tasks import TASKS
from .. import parameters as shared
from .. import settings
from ..products import given_raster
from ..results.styles import opened
from ..text import tr
from . import thresholding
from .base import InferenceAlgorithm, use_bands
from .base import Plan as RasterPlan
from .changedetection import DATES, GRIDS
from .model_choice import fitting_model

MODEL, OTSU, FIXED = METHODS = ("model", "otsu", "threshold")
UNBURNED = 0.1  # dNBR up to which nothing burned (Key, Benson 2006, RMRS-GTR-164-CD, table LA-1)
NUMBERS = ("CLASS_AREA", "CLASS_SHARE", "THRESHOLD_USED", "ASHMAN_D", "SEPARABILITY")
OWN = {"WINDOW": OTSU, "THRESHOLD": FIXED}  # parameters that one method alone heeds


class BurnedArea(InferenceAlgorithm):
    """rsdl:burnedarea: burned and not burned."""

    NAME = "burnedarea"
    TASK = "segmentation"

    def title(self):
        return tr("Burned area")

    def help(self):
        return tr(
            "Maps burned land from an image after a fire and, where there is one, an image before.\n\nMETHOD=model "
            "runs the installed model for the images given: Sentinel-2 bands B2, B3, B4, B8 and B12 as reflectance × "
            "10,000, found by their descriptions. METHOD=otsu divides the fall of the normalised burn ratio from "
            "before to after (dNBR), or the ratio itself (NBR) without an image before, by Otsu's threshold, which "
            "needs enough burned and unburned land in the area to map; METHOD=threshold by a number. They take any "
            "sensor with near and shortwave infrared bands (Key and Benson 2006).\n\nOn few test fires the "
            "model is far better than Otsu's threshold with the image after alone, and about level with it with both "
            "dates: docs/models/burned-area.md has the table."
        )

    def tags(self):
        return tr("fire,burned area,burn scar,severity,nbr,dnbr,wildfire,sentinel,landsat,otsu,deep learning").split(
            ","
        )

    def inputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("BEFORE", tr("Raster before"), None, True),
                tr(
                    "The image from before the fire, best of the same season and product. Default: the one after alone."
                ),
            ),
            shared.described(
                QgsProcessingParameterRasterLayer("AFTER", tr("Raster after")),
                tr("The image from after the fire. Its grid may differ."),
            ),
            shared.choice(
                "METHOD",
                tr("Method"),
                tr(
                    "model: a network. otsu: Otsu's threshold of the burn ratio. threshold: a fixed threshold of it. "
                    "Default: model."
                ),
                METHODS,
                advanced=False,
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model for burned area, or path of one, for METHOD=model. Default: the one "
                    "for the images given."
                ),
                self.TASK,
            ),
            *thresholding.threshold_parameters(),
            thresholding.sensor(),
            shared.choice(
                "GRID",
                tr("Output grid"),
                tr(
                    "Whose pixels and extent the map has. finer: those of the raster with the smaller pixels on the "
                    "ground (of the raster before, if they are equal). before or after: those of that raster. Default: "
                    "finer."
                ),
                tuple(GRIDS),
            ),
            shared.resampling(),
        ]

    def output_label(self):
        return tr("Burned-area map")

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        thresholding.add_numeric_outputs(self, NUMBERS)

    def checkParameterValues(self, parameters, context):
        self._chosen = self.parameterAsEnumString(parameters, "METHOD", context) or MODEL
        return super().checkParameterValues(parameters, context)

    def operation(self):
        return TASKS[self.TASK].operation if self._chosen == MODEL else thresholding.OPERATION

    def problem(self, parameters, context):
        return self._method_problem(parameters) or super().problem(parameters, context)

    def _method_problem(self, parameters) -> str:
        """What does not go with the method, in a sentence; '' if nothing."""
        for name, method in OWN.items():
            if shared.is_given(parameters, name) and self._chosen != method:
                return tr("{name} is given, and METHOD is {chosen}. Leave it empty, or choose METHOD={method}.").format(
                    name=name, chosen=self._chosen, method=method
                )
        if self._chosen == MODEL:
            return ""
        for name in ("PROBABILITIES", "UNCERTAINTY", "DOMAIN", "MODEL", "SEPARATE_OBJECTS"):
            if shared.is_given(parameters, name):
                return tr("{name} is for METHOD=model, and METHOD is {chosen}. Leave it empty.").format(
                    name=name, chosen=self._chosen
                )
        given = any(shared.is_given(parameters, name) for name in ("THRESHOLD", "BEFORE", "BEFORE_PRODUCT"))
        if self._chosen == FIXED and not given:
            return tr(
                "THRESHOLD is empty: without an image before there is no usual threshold of the burn ratio. Give a "
                "number, or choose METHOD=otsu."
            )
        return ""

    def plan(self, parameters, context):
        layers = {name.lower(): given_raster(self, parameters, name, context) for name in DATES}
        given = {date: layer for date, layer in layers.items() if layer is not None}
        if "after" not in given:
            raise RsdlError(tr("AFTER and AFTER_PRODUCT are empty. Choose the image from after the fire."))
        if self._chosen != MODEL:
            index = self._index(given)
            found, sensor = INDICES[index], self.parameterAsEnumString(parameters, "SENSOR", context)
            classes = tuple(zip(found.classes, ("#efe9dc", found.color)))
            return thresholding.threshold_plan(
                index, given, thresholding.DATES, sensor, tr("Burned area ({index})").format(index=index), classes
            )
        path, card = self._model(shared.text_of(self, parameters, "MODEL", context), given)
        wanted = card.inputs[0]
        uses = [use_bands(date.upper(), given[date], wanted, None, "METHOD") for date in given]
        notes = (tr("Model: {model}").format(model=card.title),)
        return RasterPlan(path, card, {wanted.name: uses}, notes)

    def _model(self, name, given):
        """The model of that name, or the one for the images given."""
        if not name:
            return fitting_model(lambda card: is_burned(card, len(given)), list(given.values()))
        path, card = settings.store().find(name)
        if is_burned(card, len(given)) or is_burned(card, 3 - len(given)):
            if len(card.inputs[0].dates) == len(given):
                return path, card
            raise RsdlError(
                tr("Model '{model}' takes {dates}, and {count} image(s) are given.").format(
                    model=card.name, dates=", ".join(card.inputs[0].dates), count=len(given)
                ),
                tr("Choose BEFORE and AFTER as it takes them, or leave MODEL empty."),
            )
        raise RsdlError(
            tr("Model '{model}' does not map burned area from images of one sensor.").format(model=card.name),
            tr("Choose a model whose card has the keyword 'burned area', or leave MODEL empty."),
        )

    def options(self, parameters, context):
        return {
            "grid": GRIDS[self.parameterAsEnumString(parameters, "GRID", context)],
            "resampling": self.parameterAsEnumString(parameters, "RESAMPLING", context),
        }

    def arguments(self, arguments, parameters, context):
        if self._chosen == MODEL:
            return dict(arguments)
        given = shared.is_given(parameters, "THRESHOLD")
        number = self.parameterAsDouble(parameters, "THRESHOLD", context) if given else UNBURNED
        more = {
            "index": self._index(arguments["inputs"]),
            "window": shared.number(self, parameters, "WINDOW", context),
            "threshold": number if self._chosen == FIXED else None,
            "sensor": self.parameterAsEnumString(parameters, "SENSOR", context),
        }
        return thresholding.threshold_arguments(arguments, more)

    def numeric_outputs(self, result, context):
        if self._chosen != MODEL:
            return thresholding.numeric_outputs(result, context)
        pixels = [item.get("pixels") or 0 for item in result["classes"]]
        return thresholding.class_outputs(opened(result["output"]), pixels, context)

    @staticmethod
    def _index(dates) -> str:
        return "dNBR" if "before" in dates else "NBR"


def is_burned(card: ModelCard, dates: int) -> bool:
    """Whether a model maps burned area from images of one kind at so many dates: by its keyword."""
    fits = card.task in ("segmentation", "change") and "burned area" in card.keywords
    return fits and len(card.inputs) == 1 and len(card.inputs[0].dates) == dates
