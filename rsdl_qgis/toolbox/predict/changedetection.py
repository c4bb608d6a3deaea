"""Change detection: a class for every pixel from two images of one place."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBand, QgsProcessingParameterRasterLayer

from ...engine.errors import RsdlError
from ...engine.job.common import RUNNING
from .. import parameters as shared
from ..products import given_raster
from ..text import tr
from .base import InferenceAlgorithm, Plan, use_bands
from .model_choice import fitting_model, named_model, takes_a_pair

DATES = ("BEFORE", "AFTER")
GRIDS = {"finer": "finest", "before": "first", "after": "last"}  # the choices and the names that the job has for them


class ChangeDetection(InferenceAlgorithm):
    """rsdl:changedetection: what changed between two rasters."""

    NAME = "changedetection"
    TASK = "change"

    def title(self):
        return tr("Change detection")

    def help(self):
        return tr(
            "Assigns a class of change to every pixel, such as changed or unchanged, from an image before and an image "
            "after, with a network trained on such pairs (see 'Train change detector'). There may be two classes, or "
            "several kinds of change, such as field to houses. The two images need not share a grid, coordinate system "
            "or size: they are aligned as they are read. The map has the pixels and the extent of the finer one, or of "
            "the one chosen in 'Output grid'; where either image ends or is nodata, the map is nodata.\n\nThe model is "
            "given by its name if it is installed (see 'List models'), or by the path of a model folder, a .zip "
            "archive of one, or an .onnx file with a model card, for change or for segmentation of two dates. Its "
            "bands are matched by the rasters' band descriptions. Without a match they are taken in order if the "
            "rasters have as many bands as the model takes; otherwise choose them in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,change detection,bitemporal,siamese,before,after,damage").split(",")

    def inputs(self):
        rasters = {
            "BEFORE": (
                tr("Raster before"),
                tr("The image from before the change: any raster layer that QGIS can open."),
            ),
            "AFTER": (
                tr("Raster after"),
                tr("The image from after the change, with the same bands. Its grid may differ."),
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
                    "Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file. "
                    "Default: the model for two dates whose bands match the band descriptions of both rasters, if "
                    "exactly one is installed."
                ),
                "change,segmentation",
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS", tr("Bands"), None, "BEFORE", True, True),
                tr(
                    "Band numbers, from 1, of both rasters, in the order in which the model takes them. Default: "
                    "matched by band descriptions."
                ),
                advanced=True,
            ),
            shared.described(
                QgsProcessingParameterBand("BANDS_AFTER", tr("Bands of the raster after"), None, "AFTER", True, True),
                tr(
                    "Band numbers, from 1, of the raster after, where they differ from those of the raster before, as "
                    "for another sensor. Default: as in 'Bands'."
                ),
                advanced=True,
            ),
            shared.choice(
                "GRID",
                tr("Output grid"),
                tr(
                    "Whose pixels and extent the map has. finer: those of the raster with the smaller pixels on the "
                    "ground (of the raster before, if they are equal). before or after: those of that raster. The "
                    "other raster is resampled to this grid, and averaged if it is finer. Default: finer."
                ),
                tuple(GRIDS),
            ),
            shared.resampling(),
            shared.choice(
                "NORMALIZE",
                tr("Radiometric normalisation"),
                tr(
                    "Relative radiometric normalisation of the raster after to the raster before: a gain and an offset "
                    "per band, estimated from a sample of their common valid pixels, applied before the model's own "
                    "scaling. none: off. moments: matches mean and standard deviation of all pixels. irmad: matches "
                    "those of unchanged pixels only, found by iteratively reweighted multivariate alteration detection "
                    "(IR-MAD). Use it where sun, haze or sensor differ between the dates; it has little effect on "
                    "models that scale each date by itself. Default: none."
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
        return tr("Change map")

    def plan(self, parameters, context):
        given = {name: given_raster(self, parameters, name, context) for name in DATES}
        for name, layer in given.items():
            if layer is None:
                raise RsdlError(
                    tr("{name} and {name}_PRODUCT are empty. Choose a raster or a product.").format(name=name)
                )
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
            warnings = (tr("BEFORE and AFTER are the same raster, so there is no change to detect."),)
        return Plan(path, card, {wanted.name: uses}, notes, warnings)

    def _band_options(self, parameters) -> dict[str, str]:
        """Where the bands of each date are chosen."""
        both = shared.is_given(parameters, "BANDS") and not shared.is_given(parameters, "BANDS_AFTER")
        return {"BEFORE": "BANDS", "AFTER": "BANDS" if both else "BANDS_AFTER"}
