"""Pixel regression of one raster with any model: a number for every pixel."""

from __future__ import annotations

from qgis.core import QgsProcessingOutputNumber, QgsProcessingParameterRasterDestination

from . import parameters as shared
from . import results
from .one_image import OneImageAlgorithm
from .text import tr

FIGURES = {
    "MINIMUM": lambda: tr("Smallest number of the map"),
    "MAXIMUM": lambda: tr("Largest number of the map"),
    "MEAN": lambda: tr("Mean of the map"),
}


class PixelRegression(OneImageAlgorithm):
    """rsdl:pixelregression: a real number for every pixel of a raster."""

    NAME = "pixelregression"
    TASK = "regression"

    def title(self):
        return tr("Pixel regression")

    def help(self):
        return tr(
            "Gives every pixel of a raster a number with a trained network: a height, a biomass, a temperature, "
            "whatever the model was trained on, in its unit. Takes any size, data type and coordinate system; nodata "
            "stays nodata. Numbers are as the network gives them, not clipped; those far beyond what the model was "
            "trained on are told of.\n\nThe model is the name of an installed one (see 'List models'), or the path of "
            "a model folder, a .zip of one, or an .onnx file that carries its card. Its bands are found by the "
            "raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,regression,onnx,continuous,biomass,height,estimation").split(",")

    def output_label(self):
        return tr("Numbers")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterDestination("OUTPUT", self.output_label()),
                tr(
                    "GeoTIFF (.tif) with one real number a pixel, in the model's unit, and its statistics; nodata is "
                    "NaN. An existing file is replaced."
                ),
            )
        ]

    def looks(self, card, result):
        statistics = result["statistics"]
        ends = card.value_range or (results.spread(statistics) if statistics["pixels"] else None)
        style = results.along_ramp(*ends, card.unit) if ends else None
        return {"OUTPUT": (f"{card.title} ({card.unit})" if card.unit else card.title, style)}

    def figures(self, result, context):
        statistics = result["statistics"]
        return {name: statistics[name.lower()] for name in FIGURES if name.lower() in statistics}

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        for name, label in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))
