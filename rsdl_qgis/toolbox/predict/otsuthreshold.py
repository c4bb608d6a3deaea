"""Otsu's threshold of a band or a spectral index."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...engine.errors import RsdlError
from ...engine.job.common import RUNNING
from ...engine.tables.indices import INDICES, named_index
from .. import parameters as shared
from ..products import given_raster, with_products
from ..results import styles
from ..saving import saving_parameters
from ..text import tr
from . import thresholding
from .base import InferenceAlgorithm
from .further import polygon_shape
from .thresholding import ARGUMENTS

NAMES = {"before": "BEFORE", "after": "INPUT"}


class OtsuThreshold(InferenceAlgorithm):
    """rsdl:otsuthreshold: two classes by a threshold."""

    NAME = "otsuthreshold"

    def title(self):
        return tr("Otsu threshold")

    def help(self):
        return tr(
            "Divides the values of a band, or of a spectral index of one or two dates, into two classes by the "
            "threshold that maximises the variance between them (Otsu 1979, doi:10.1109/TSMC.1979.4310076): the "
            "baseline that a trained model should beat. The index is given by its name, and its bands are found by "
            "the raster's band descriptions; or it is an expression of bands.\n\nOtsu's method assumes two groups of "
            "values of not too different size. How clearly there are two is told by Ashman's D (Ashman, Bird and Zepf "
            "1994, doi:10.1086/117248) of two normal distributions fitted to the histogram, above 2 for two clear "
            "groups, and by the between-class share of the variance; a warning says where they are not. All valid "
            "pixels of the area to map are counted, and rasters may be of any size. Nodata stays nodata, and so does "
            "where an index is not defined, as where its bands are 0."
        )

    def tags(self):
        return tr("otsu,threshold,baseline,index,ndwi,mndwi,ndvi,nbr,dnbr,water,flood,burned,segmentation").split(",")

    def inputs(self):
        known = ", ".join(INDICES)
        return [
            shared.described(
                QgsProcessingParameterRasterLayer("INPUT", tr("Raster")),
                tr("The raster to map; of two dates, the one after. Web maps need an area to map."),
            ),
            shared.described(
                QgsProcessingParameterRasterLayer("BEFORE", tr("Raster before"), None, True),
                tr(
                    "The raster of the first of two dates, for indices that compare two, such as dNBR. Its grid may "
                    "differ. Default: one date."
                ),
            ),
            shared.described(
                shared.editable(
                    QgsProcessingParameterString("INDEX", tr("Index or expression"), None, False, True),
                    "words:" + ",".join(INDICES),
                    tr("none: the band alone"),
                ),
                tr(
                    "A spectral index by name: {indices} (d: the difference of two dates, so that what is looked for "
                    "lies above), or an expression of bands, such as (B3 - B11) / (B3 + B11), band1, or before_B8 - "
                    "after_B8. Bands are named as in their descriptions, as blue, green, red, rededge, nir, swir1 and "
                    "swir2, or band1 for the first one. Default: the band below."
                ).format(indices=known),
            ),
            shared.described(
                QgsProcessingParameterBand("BAND", tr("Band"), 1, "INPUT", True),
                tr("The number of the band that is divided, from 1, where no index is given. Default: 1."),
            ),
            *thresholding.threshold_parameters(),
            thresholding.sensor(),
            shared.choice(
                "SIDE",
                tr("Side of the class"),
                tr(
                    "Which side of the threshold is class 1. auto: above it, but below for NBR, where burned land is "
                    "low. above or below: that side."
                ),
                ARGUMENTS["side"].kind.words,
            ),
            shared.described(
                QgsProcessingParameterString("CLASS_NAME", tr("Name of the class"), None, False, True),
                tr("The name of class 1, such as water. Default: that of the index, else above or below."),
                advanced=True,
            ),
            shared.choice(
                "GRID",
                tr("Output grid"),
                tr(
                    "Of two dates, whose pixels and extent the map has: finest, those of the raster with the smaller "
                    "pixels; first, those of the raster before; last, those of the raster after. Default: first."
                ),
                RUNNING["grid"].kind.words,
            ),
            shared.resampling(),
        ]

    def running(self):
        return [shared.extent(), shared.mask(), shared.nodata()]

    def output_label(self):
        return tr("Class map")

    def outputs(self):
        values = QgsProcessingParameterRasterDestination("VALUES", tr("Values divided"), None, True, False)
        return [
            shared.class_raster(self.output_label()),
            shared.polygons(),
            shared.described(
                values,
                tr(
                    "GeoTIFF (.tif) with the values of the band or index that were divided, as float32; nodata is NaN. "
                    "Only created if requested."
                ),
            ),
        ]

    def initAlgorithm(self, configuration=None):
        more = [*(parameter for parameter, _ in self.further().values()), *self.quality_parameters()]
        inputs = with_products(self.inputs())
        for parameter in [*inputs, *self.outputs(), *more, *self.running(), *saving_parameters()]:
            self.addParameter(parameter)
        thresholding.add_numeric_outputs(self)

    def operation(self):
        return thresholding.OPERATION

    def further(self):
        return polygon_shape(tr("Polygons: "))

    def problem(self, parameters, context):
        if shared.is_given(parameters, "THRESHOLD") and shared.is_given(parameters, "WINDOW"):
            return tr("THRESHOLD and WINDOW are both given, and a fixed threshold is one for all. Leave one empty.")
        return super().problem(parameters, context)

    def plan(self, parameters, context):
        layers = {date: given_raster(self, parameters, name, context) for date, name in NAMES.items()}
        given = {date: layer for date, layer in layers.items() if layer is not None}
        if "after" not in given:
            raise RsdlError(tr("INPUT and PRODUCT are empty. Choose the raster to map, or a product."))
        index = self._index(parameters, context)
        found = named_index(index)
        classes = found.classes if found else ("0", "1")
        colours = ("#efe9dc", found.color if found else "#b2182b")
        sensor = self.parameterAsEnumString(parameters, "SENSOR", context)
        return thresholding.threshold_plan(index, given, NAMES, sensor, index, tuple(zip(classes, colours)))

    def arguments(self, arguments, parameters, context):
        more = {
            "index": self._index(parameters, context),
            "window": shared.number(self, parameters, "WINDOW", context),
            "threshold": self.parameterAsDouble(parameters, "THRESHOLD", context)
            if shared.is_given(parameters, "THRESHOLD")
            else None,
            "sensor": self.parameterAsEnumString(parameters, "SENSOR", context),
            "side": self.parameterAsEnumString(parameters, "SIDE", context),
            "class_name": shared.text_of(self, parameters, "CLASS_NAME", context) or None,
            "grid": self.parameterAsEnumString(parameters, "GRID", context),
            "resampling": self.parameterAsEnumString(parameters, "RESAMPLING", context),
        }
        return thresholding.threshold_arguments(arguments, more)

    def looks(self, card, result):
        in_colours, statistics = styles.in_classes(result["classes"]), result.get("statistics") or {}
        ramp = styles.along_ramp(*styles.spread(statistics)) if statistics.get("pixels") else None
        return {
            "OUTPUT": (tr("{index}: classes").format(index=card.title), in_colours),
            "POLYGONS": (tr("{index}: polygons").format(index=card.title), in_colours),
            "VALUES": (card.title, ramp),
        }

    def numeric_outputs(self, result, context):
        return thresholding.numeric_outputs(result, context)

    def _index(self, parameters, context) -> str:
        """The index or expression; that of the band where none is given."""
        text = shared.text_of(self, parameters, "INDEX", context)
        return text or f"band{shared.number(self, parameters, 'BAND', context) or 1}"
