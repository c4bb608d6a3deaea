"""Where a raster looks like examples."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterVectorDestination,
)

from ....engine.job.arguments import OPERATIONS
from ....engine.job.common import MATCHES
from ....engine.published.card import ENCODERS
from ... import compat
from ... import parameters as shared
from ...results import styles
from ...results.place_style import of_places
from ...text import tr
from ..encoders import ENCODER_TASKS, encoder_bands, named_encoder
from .base import BandsAlgorithm

TABLE = OPERATIONS["find_similar"]
REACH = 4  # standard deviations above the mean that the ramp spans


class FindSimilar(BandsAlgorithm):
    """rsdl:findsimilar: a map of the similarity to examples, and the most similar places."""

    NAME = "findsimilar"
    OPERATION = "find_similar"
    VECTORS = ("EXAMPLES", "COUNTEREXAMPLES")

    def title(self):
        return tr("Find similar places")

    def help(self):
        return tr(
            "Maps where a raster looks like examples that you draw, and ranks the most similar places. With a MODEL "
            "the raster is an image, and its patches of SIZE pixels are compared by their features, as 'Embed image' "
            "computes them. Without one the bands of the raster are compared as they are: features that were computed "
            "before, which saves time if you search more than once, or any numbers.\n\nEach band or feature "
            "is brought to mean 0 and standard deviation 1 over the raster. The similarity of a pixel is the cosine "
            "of the angle between its bands and those of the examples: 1 is the same direction, 0 is no likeness, -1 "
            "the opposite. It is no probability. With counterexamples it is half the difference of the two "
            "similarities: above 0 is more like the examples.\n\nA place is a pixel that is the highest around it. "
            "Places are at least DISTANCE apart and, by default, as far from the examples."
        )

    def tags(self):
        return tr("similarity,search,cosine,embedding,features,examples,few-shot,retrieval,nearest").split(",")

    def input_text(self):
        return tr("What is searched: an image for MODEL, features from 'Embed image', or any raster of numbers.")

    def own_parameters(self):
        kinds = [compat.POLYGONS, compat.POINTS]
        model = shared.model(
            tr("Model"),
            tr(
                "What computes the features of the raster's patches: name of an installed model with weights, path of "
                "a model folder or of a .zip archive of one, or the name of published weights: {names}. Default: none, "
                "the raster has features or other numbers that are compared."
            ).format(names=", ".join(ENCODERS)),
            ENCODER_TASKS,
            empty=tr("none: its bands are compared"),
            kind="encoders",
        )
        size = shared.number_of(
            TABLE["size"],
            "SIZE",
            tr("Patch size (pixels)"),
            tr(
                "Side length of the patches that the model sees, about that of what is looked for: 1 to 100,000 pixels "
                "of the raster. Only with MODEL. Default: the ground size of the scenes that it was trained on."
            ),
            advanced=False,
        )
        stride = shared.number_of(
            TABLE["stride"],
            "STRIDE",
            tr("Stride (pixels)"),
            tr(
                "Distance from patch to patch, and side length of the pixels of the result, in pixels of the raster: 1 "
                "to SIZE. Half of it takes four times as long. Only with MODEL. Default: SIZE, no overlap."
            ),
            advanced=False,
        )
        examples = shared.described(
            QgsProcessingParameterFeatureSource("EXAMPLES", tr("Examples"), kinds),
            tr(
                "Polygons or points of what is looked for, on the raster. A polygon stands for the mean of its pixels. "
                "Any coordinate system."
            ),
        )
        counter = shared.described(
            QgsProcessingParameterFeatureSource("COUNTEREXAMPLES", tr("Counterexamples"), kinds, None, True),
            tr("Polygons or points of what looks alike, but is not looked for. Default: none."),
        )
        number = shared.number_of(
            TABLE["number"],
            "NUMBER",
            tr("Number of places"),
            tr("How many places are ranked, at most: 1 to 100,000. Default: 20."),
            advanced=False,
        )
        distance = shared.number_of(
            TABLE["distance"],
            "DISTANCE",
            tr("Least distance (m)"),
            tr("From place to place, and from the examples, in metres: 0 or more. Default: three pixels."),
            advanced=False,
        )
        least = shared.number_of(
            TABLE["least"],
            "LEAST",
            tr("Least similarity"),
            tr("Places below it are left out, -1 to 1. Default: 0."),
        )
        match = shared.choice(
            "MATCH",
            tr("Several examples"),
            tr(
                "mean: pixels are compared with the mean of the examples, which should be of one kind. nearest: with "
                "each, and the most similar counts."
            ),
            MATCHES,
        )
        known = shared.described(
            QgsProcessingParameterBoolean("WITH_EXAMPLES", tr("Rank the examples too"), False),
            tr("Yes: places may lie on the examples and beside them. Default: no, only new places."),
            advanced=True,
        )
        running = [shared.resample(), shared.device(), shared.threads()]
        return [model, size, stride, examples, counter, number, distance, match, least, known, *running]

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterDestination("OUTPUT", tr("Similarity")),
                tr("GeoTIFF (.tif) with the similarity of each pixel, -1 to 1, float32; nodata is NaN."),
            ),
            shared.described(
                QgsProcessingParameterVectorDestination(
                    "PLACES", tr("Similar places"), compat.POINTS, None, True, True
                ),
                tr(
                    "Points at the centres of pixels with 'rank', from 1, and 'score', the similarity (.gpkg, "
                    ".geojson, .shp or .fgb)."
                ),
            ),
        ]

    def numeric_outputs(self):
        return [QgsProcessingOutputNumber("FOUND", tr("Places found"))]

    def arguments(self, parameters, context):
        given = shared.is_given(parameters, "DISTANCE")
        return {
            "number": shared.number(self, parameters, "NUMBER", context),
            "distance": self.parameterAsDouble(parameters, "DISTANCE", context) if given else None,
            "least": self.parameterAsDouble(parameters, "LEAST", context),
            "match": self.parameterAsEnumString(parameters, "MATCH", context),
            "with_examples": self.parameterAsBoolean(parameters, "WITH_EXAMPLES", context),
            "size": shared.number(self, parameters, "SIZE", context),
            "stride": shared.number(self, parameters, "STRIDE", context),
            **(self._of_model(parameters, context) if shared.is_given(parameters, "MODEL") else {}),
        }

    def problem(self, parameters, context):
        return shared.device_problem(self, parameters, context) or super().problem(parameters, context)

    def _of_model(self, parameters, context):
        """The arguments of the job that a model needs."""
        return {
            "model": str(named_encoder(self._model(parameters, context))[0]),
            "resample": self.parameterAsBoolean(parameters, "RESAMPLE", context),
            "device": self.parameterAsString(parameters, "DEVICE", context).strip() or "auto",
            "threads": shared.number(self, parameters, "THREADS", context),
        }

    def _model(self, parameters, context) -> str:
        return shared.text_of(self, parameters, "MODEL", context)

    def _use(self, parameters, context):
        """The raster with its bands, or with those that the model takes."""
        use = super()._use(parameters, context)
        if not self._model(parameters, context):
            return use
        chosen = shared.chosen_bands(self, parameters, "BANDS", context)
        return encoder_bands(*named_encoder(self._model(parameters, context)), use.layer, chosen)

    def looks(self, result, title):
        statistics = result["statistics"]
        low = max(0.0, statistics["mean"])
        high = min(statistics["maximum"], statistics["mean"] + REACH * statistics["stddev"])  # examples are far above
        ramp = styles.along_ramp(low, max(high, low + 1e-6))
        return {
            "OUTPUT": (tr("{layer}: similarity").format(layer=title), ramp),
            "PLACES": (tr("{layer}: similar places").format(layer=title), of_places()),
        }
