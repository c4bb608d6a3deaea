"""Pixel regression of one raster with any model: a continuous value for every pixel."""

from __future__ import annotations

from qgis.core import QgsProcessingOutputNumber, QgsProcessingParameterRasterDestination

from .. import parameters as shared
from ..results import styles
from ..text import tr
from .further import domain
from .one_image import OneImageAlgorithm

NUMERIC_OUTPUTS = {
    "MINIMUM": lambda: tr("Minimum of the map"),
    "MAXIMUM": lambda: tr("Maximum of the map"),
    "MEAN": lambda: tr("Mean of the map"),
}


class PixelRegression(OneImageAlgorithm):
    """rsdl:pixelregression: a continuous value for every pixel of a raster."""

    NAME = "pixelregression"
    TASK = "regression"

    def title(self):
        return tr("Pixel regression")

    def help(self):
        return tr(
            "Predicts a continuous value for every pixel of a raster with a trained network, such as height, biomass "
            "or temperature, in the unit of the model's training data. Rasters may have any size, data type and "
            "coordinate system; nodata stays nodata. Values are not clipped; a warning says if many lie far outside "
            "the range of the training data.\n\nThe model is given by its name if it is installed (see 'List models'), "
            "or by the path of a model folder, a .zip archive of one, or an .onnx file with a model card or Deepness "
            "metadata. Its bands are matched by the raster's band descriptions. Without a match they are taken in "
            "order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,regression,onnx,continuous,biomass,height,estimation").split(",")

    def output_label(self):
        return tr("Predicted values")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterDestination("OUTPUT", self.output_label()),
                tr(
                    "GeoTIFF (.tif) with one value per pixel, or one band a value where the model gives several, in "
                    "the model's unit, and the statistics of the first; nodata is NaN. An existing file is overwritten."
                ),
            ),
            domain(),
        ]

    def looks(self, card, result):
        statistics = result["statistics"]
        ends = card.value_range or (styles.spread(statistics) if statistics["pixels"] else None)
        style = styles.along_ramp(*ends, card.unit) if ends else None
        title = f"{card.title} ({card.unit})" if card.unit else card.title
        return {"OUTPUT": (title, style), "DOMAIN": self.look_of_domain(card)}

    def numeric_outputs(self, result, context):
        statistics = result["statistics"]
        return {name: statistics[name.lower()] for name in NUMERIC_OUTPUTS if name.lower() in statistics}

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        for name, label in NUMERIC_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))
