"""Features of an image: a raster of those of its patches, or a layer of those of polygons or places."""

from __future__ import annotations

from dataclasses import replace

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
)

from ...engine.errors import RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.job.common import STORAGES
from ...engine.published.card import ENCODERS, NAMED
from .. import compat
from .. import parameters as shared
from ..results.feature_style import COLOURS, in_bands, in_fields
from ..text import tr
from .encoders import ENCODER_TASKS, encoder_bands, goes_by_name, named_encoder
from .further import further
from .sceneclassification import SceneClassification

NUMERIC_OUTPUTS = {
    "FEATURE_COUNT": ("features", lambda: tr("Features of each patch or place")),
    "PATCHES": ("patches", lambda: tr("Patches or places with features")),
    "EMPTY": ("empty", lambda: tr("Patches or places without a valid pixel")),
}


class EmbedImage(SceneClassification):
    """rsdl:embedimage: features of patches, polygons or places."""

    NAME = "embedimage"

    def title(self):
        return tr("Embed image")

    def help(self):
        return tr(
            "Computes features (embeddings) with a trained network, some hundred numbers that describe what a part of "
            "a raster looks like: what the last layer of a scene classifier decides from, or the mean of the last map "
            "that the encoder of a segmentation model gives. Parts that look alike have similar features, also where "
            "the model does not know their class.\n\nWithout FEATURES the result is a raster "
            "with one pixel per patch and one band per feature: an ordinary raster, on which classifiers can be "
            "trained and clusters found. A patch is a square of SIZE pixels; with a smaller STRIDE patches overlap, "
            "and the raster is finer. Patches without a valid pixel are nodata. With polygons or points as FEATURES "
            "the result is a layer of these with all their attributes and one field per feature; a polygon much larger "
            "than the scenes of training gets the mean of its parts.\n\nThe model needs its weights: the shipped "
            "models, those trained here for scenes or maps of one image, and published weights by their name, such as "
            "efficientnet-lite0, which are fetched once. galileo-nano and presto were made for satellites: they take "
            "the bands that they know by their descriptions, such as B2, B3, B4 and B8 of Sentinel-2, and several "
            "dates (LAYERS); Presto sees each pixel by itself. A network that gives features itself can be brought "
            "with 'Import model' and the task embedding. Other models of ONNX alone have no features that could be "
            "taken."
        )

    def tags(self):
        return tr("deep learning,neural network,features,embedding,representation,similarity,patches,parcels").split(
            ","
        )

    def operation(self):
        return "embed_image"

    def inputs(self):
        table = OPERATIONS["embed_image"]
        given, _, features, _, bands = super().inputs()
        model = shared.model(
            tr("Model"),
            tr(
                "Name of an installed model with weights, path of a model folder or of a .zip archive of one, or the "
                "name of published weights: {names}. Default: the installed scene classifier whose bands match the "
                "raster's band descriptions, if exactly one does."
            ).format(names=", ".join(ENCODERS)),
            ENCODER_TASKS,
            kind="encoders",
        )
        size = shared.number_of(
            table["size"],
            "SIZE",
            tr("Patch size (pixels)"),
            tr(
                "Side length of the patches, or of the squares around points, 1 to 100,000 pixels of the raster. Not "
                "used for polygons. Default: the ground size of the scenes that the model was trained on."
            ),
            advanced=False,
        )
        stride = shared.number_of(
            table["stride"],
            "STRIDE",
            tr("Stride (pixels)"),
            tr(
                "Distance from patch to patch, and side length of the pixels of the result, in pixels of the raster: 1 "
                "to SIZE. Half of it takes four times as long. Not used with FEATURES. Default: SIZE, no overlap."
            ),
            advanced=False,
        )
        storage = shared.choice(
            "STORAGE",
            tr("Numbers of the raster"),
            tr(
                "float32: as the network gives them. uint8: a quarter of the size; each band goes from its least "
                "number to its greatest in 254 steps, with scale and offset by which GDAL and QGIS show the numbers."
            ),
            STORAGES,
        )
        further_dates = shared.several_layers(
            "LAYERS",
            tr("Further dates"),
            compat.RASTERS,
            tr(
                "For {names}: the images of the dates after that of INPUT, the earliest first. The result is on the "
                "grid of INPUT. Default: none."
            ).format(names=", ".join(NAMED)),
        )
        dates = shared.described(
            QgsProcessingParameterString("DATES", tr("Dates"), None, False, True),
            tr(
                "For {names}: the dates of INPUT and of LAYERS, in this order: 2020-03-05, 2020-04-04; or the first "
                "one and the step, such as 2020-03-05/P1M. Their months count. Default: read from names and metadata."
            ).format(names=", ".join(NAMED)),
        )
        return [given, model, features, size, stride, further_dates, dates, storage, bands]

    def named(self, name):
        return named_encoder(name)

    def use(self, path, card, layer, chosen):
        return encoder_bands(path, card, layer, chosen)

    def plan(self, parameters, context):
        """The model and its raster, and the further dates that it takes."""
        found = super().plan(parameters, context)
        others = shared.layer_list(self, parameters, "LAYERS", context)
        given = [name for name in ("LAYERS", "DATES") if shared.is_given(parameters, name)]
        if not given:
            return found
        if not goes_by_name(found.path):
            text = tr(
                "{name} is given, and '{model}' takes one image whatever its date. Leave it empty, or choose {names}."
            )
            names = tr(" or ").join(NAMED)
            raise RsdlError(text.format(name=given[0], model=found.card.name, names=names))
        ((name, uses),) = found.inputs.items()
        chosen = shared.chosen_bands(self, parameters, "BANDS", context)
        dates = [encoder_bands(found.path, found.card, layer, chosen) for layer in others]
        return replace(found, inputs={name: [*uses, *dates]})

    def running(self):
        return [item for item in super().running() if item.name() not in ("ENGINE", "SCHEDULER")]

    def further(self):
        return further(self.operation(), ())

    def output_label(self):
        return tr("Features of patches")

    def outputs(self):
        raster = QgsProcessingParameterRasterDestination("OUTPUT", self.output_label(), None, True)
        places = QgsProcessingParameterVectorDestination(
            "PLACES", tr("Features of polygons or points"), compat.POLYGONS, None, True, False
        )
        return [
            shared.described(
                raster,
                tr(
                    "GeoTIFF (.tif) with a pixel per patch and a band per feature, f1, f2 and so on; nodata is NaN, of "
                    "uint8 0. Only made without FEATURES."
                ),
            ),
            shared.described(
                places,
                tr(
                    "The polygons, or the squares around points, with their attributes, 'valid', the share of their "
                    "pixels that are not nodata, and a field per feature (.gpkg, .geojson, .shp or .fgb). Needed with "
                    "FEATURES, and only made then."
                ),
            ),
        ]

    def initAlgorithm(self, configuration=None):
        super(SceneClassification, self).initAlgorithm(configuration)
        for name, (_, label) in NUMERIC_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def problem(self, parameters, context):
        text = super().problem(parameters, context)
        if text:
            return text
        made, other = self._made(parameters)
        if not shared.is_given(parameters, made):
            return tr("{made} is empty. Choose a file for it: {other} is not made here.").format(made=made, other=other)
        numbers = [shared.number(self, parameters, name, context) for name in ("SIZE", "STRIDE")]
        if made == "OUTPUT" and None not in numbers and numbers[1] > numbers[0]:
            return tr("A stride of {stride} px leaves gaps between patches of {size} px. Use at most {size}.").format(
                stride=numbers[1], size=numbers[0]
            )
        return ""

    def options(self, parameters, context):
        return {
            **{name.lower(): shared.number(self, parameters, name, context) for name in ("SIZE", "STRIDE")},
            "dates": shared.text_of(self, parameters, "DATES", context) or None,
            "storage": self.parameterAsEnumString(parameters, "STORAGE", context),
        }

    def arguments(self, arguments, parameters, context):
        made, _ = self._made(parameters)
        kept = {name: value for name, value in arguments.items() if name != "places"}
        return {**kept, "output": arguments[made.lower()]}

    def looks(self, card, result):
        title = tr("{model}: features").format(model=card.title)
        shown = result["shown"]
        raster, places = (in_bands(shown), in_fields(shown)) if len(shown) == COLOURS else (None, None)
        return {"OUTPUT": (title, raster), "PLACES": (title, places)}

    def numeric_outputs(self, result, context):
        return {name: result[key] for name, (key, _) in NUMERIC_OUTPUTS.items()}

    def _made(self, parameters) -> tuple[str, str]:
        """The output that is made, and the one that is not."""
        return ("PLACES", "OUTPUT") if shared.is_given(parameters, "FEATURES") else ("OUTPUT", "PLACES")

    def _output(self, parameters, name, context):
        return super()._output(parameters, name, context) if name == self._made(parameters)[0] else None
