"""Where a raster of features looks like examples."""

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
from ... import compat
from ... import parameters as shared
from ...results import styles
from ...results.place_style import of_places
from ...text import tr
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
            "Maps where a raster looks like examples that you draw, and ranks the most similar places. The raster is "
            "one of features ('Embed image'), or any raster of numbers, such as the bands of a satellite.\n\nEach band "
            "is brought to mean 0 and standard deviation 1 over the raster. The similarity of a pixel is the cosine "
            "of the angle between its bands and those of the examples: 1 is the same direction, 0 is no likeness, -1 "
            "the opposite. It is no probability. With counterexamples it is half the difference of the two "
            "similarities: above 0 is more like the examples.\n\nA place is a pixel that is the highest around it. "
            "Places are at least DISTANCE apart and, by default, as far from the examples."
        )

    def tags(self):
        return tr("similarity,search,cosine,embedding,features,examples,few-shot,retrieval,nearest").split(",")

    def input_text(self):
        return tr("The raster that is searched: features from 'Embed image', or any raster of numbers.")

    def own_parameters(self):
        kinds = [compat.POLYGONS, compat.POINTS]
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
        return [examples, counter, number, distance, match, least, known]

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
        }

    def looks(self, result, title):
        statistics = result["statistics"]
        low = max(0.0, statistics["mean"])
        high = min(statistics["maximum"], statistics["mean"] + REACH * statistics["stddev"])  # examples are far above
        ramp = styles.along_ramp(low, max(high, low + 1e-6))
        return {
            "OUTPUT": (tr("{layer}: similarity").format(layer=title), ramp),
            "PLACES": (tr("{layer}: similar places").format(layer=title), of_places()),
        }
