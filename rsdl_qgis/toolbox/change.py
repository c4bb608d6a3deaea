"""Change detection: a class for every pixel from two images of one place."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBand, QgsProcessingParameterRasterLayer

from ..engine.errors import RsdlError
from ..engine.job_arguments import RUNNING
from . import parameters as shared
from .inference import InferenceAlgorithm, Plan, raster, use_bands
from .model_choice import fitting_model, named_model, takes_a_pair
from .text import tr

DATES = ("BEFORE", "AFTER")
GRIDS = {"finer": "finest", "before": "first", "after": "last"}  # of the two rasters, as people and the worker say it


class ChangeDetection(InferenceAlgorithm):
    """rsdl:changedetection: what changed between two rasters."""

    NAME = "changedetection"
    TASK = "change"

    def title(self):
        return tr("Change detection")

    def help(self):
        return tr(
            "Gives every pixel a class, such as changed or not, from an image before and an image after, with a "
            "network that was trained on such pairs (see 'Train change detector'). The two need not share a grid, "
            "coordinate system or size: they are aligned as they are read. The map has the pixels and the extent of "
            "the finer one, or of the one chosen in 'Grid of the map'; where either has no ground or is nodata, the "
            "map is nodata. Classes may be two, or kinds of change, such as field to houses.\n\nThe model is the name "
            "of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file "
            "that carries its card: one for change, or for segmentation of two dates. Its bands are found by the "
            "rasters' band descriptions, else taken in order if there are as "
            "many, else chosen in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,change detection,bitemporal,siamese,before,after,damage").split(",")

    def inputs(self):
        rasters = {
            "BEFORE": (
                tr("Raster before"),
                tr("The raster from before the change: any layer that QGIS can open."),
            ),
            "AFTER": (
                tr("Raster after"),
                tr("The raster from after the change, with the same bands. Its grid may be another."),
            ),
        }
        return [
            *(
                shared.described(QgsProcessingParameterRasterLayer(name, label), text)
                for name, (label, text) in rasters.items()
            ),
            shared.model(
                tr("Model"),
                tr(
                    "Name of an installed model, or path of a model folder, .zip or .onnx file. Default: the one for "
                    "two dates whose bands both rasters have by description, if there is just one."
                ),
                "change,segmentation",
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS", tr("Bands"), None, "BEFORE", True, True),
                tr(
                    "Band numbers from 1, of both rasters, in the order in which the model takes them. Default: found "
                    "by description."
                ),
                advanced=True,
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS_AFTER", tr("Bands of the later image"), None, "AFTER", True, True),
                tr(
                    "Band numbers of the raster after, where they are not those of the raster before: another sensor "
                    "counts its bands otherwise. Default: as in 'Bands'."
                ),
                advanced=True,
            ),
            shared.choice(
                "GRID",
                tr("Grid of the map"),
                tr(
                    "Whose pixels and extent the map has: those of the raster with the smaller pixels on the ground "
                    "(the one before, if they are alike), of the raster before, or of the raster after. The other one "
                    "is resampled to it; a finer one is averaged."
                ),
                tuple(GRIDS),
                advanced=False,
            ),
            shared.resampling(),
            shared.choice(
                "NORMALIZE",
                tr("Normalise the raster after"),
                tr(
                    "Brings each band of the raster after to the radiometry of the raster before by a gain and an "
                    "offset, found from a sample of their common valid pixels, before the model's own scaling: "
                    "moments gives all of them the same mean and standard deviation, irmad those that did not change, "
                    "found by iteratively reweighted multivariate alteration detection. For sun, haze or sensors that "
                    "differ; little use for models that scale each date by itself."
                ),
                RUNNING["normalize"].kind.words,
            ),
        ]

    def options(self, parameters, context):
        return {
            "grid": GRIDS[self.parameterAsEnumString(parameters, "GRID", context)],
            "resampling": self.parameterAsEnumString(parameters, "RESAMPLING", context),
            "normalize": self.parameterAsEnumString(parameters, "NORMALIZE", context),
        }

    def output_label(self):
        return tr("Changes")

    def plan(self, parameters, context):
        given = {name: raster(self, parameters, name, context) for name in DATES}
        for name, layer in given.items():
            if layer is None:
                raise RsdlError(tr("{name} is empty: choose a raster.").format(name=name))
        name = self.parameterAsString(parameters, "MODEL", context).strip()
        if name:
            path, card = named_model(name, self.TASK, takes_a_pair, tr("an image before and one after"))
        else:
            path, card = fitting_model(takes_a_pair, list(given.values()))
        wanted = card.inputs[0]
        options = self._band_options(parameters)
        uses = [
            use_bands(date, layer, wanted, shared.chosen_bands(self, parameters, options[date], context), options[date])
            for date, layer in given.items()
        ]
        notes = () if name else (tr("Model: {model}").format(model=card.title),)
        warnings = ()
        if given["BEFORE"].source() == given["AFTER"].source():
            warnings = (tr("BEFORE and AFTER are the same raster, so there is no change to find."),)
        return Plan(path, card, {wanted.name: uses}, notes, warnings)

    def _band_options(self, parameters) -> dict[str, str]:
        """Where the bands of each date are chosen."""
        both = shared.is_given(parameters, "BANDS") and not shared.is_given(parameters, "BANDS_AFTER")
        return {"BEFORE": "BANDS", "AFTER": "BANDS" if both else "BANDS_AFTER"}
