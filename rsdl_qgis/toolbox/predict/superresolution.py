"""Super-resolution of one raster with any model: an image of smaller pixels."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterRasterDestination

from .. import parameters as shared
from ..text import tr
from .one_image import OneImageAlgorithm


class SuperResolution(OneImageAlgorithm):
    """rsdl:superresolution: a raster with smaller pixels."""

    NAME = "superresolution"
    TASK = "super-resolution"

    def title(self):
        return tr("Super-resolution")

    def help(self):
        return tr(
            "Makes a raster with smaller pixels of a raster, with a trained network: two, four, … pixels for each one, "
            "as the model says. The network makes up what the raster does not show from what it was trained on: use "
            "the result to look at, and measure with care. Rasters may have any size, data type and coordinate system; "
            "nodata stays nodata.\n\nNo such model comes with the plugin. 'Import model' installs others, for instance "
            "ONNX files with Deepness metadata."
        )

    def tags(self):
        return tr("deep learning,neural network,super-resolution,upscale,enhance,sharpen,onnx,deepness").split(",")

    def output_label(self):
        return tr("Finer raster")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterRasterDestination("OUTPUT", self.output_label()),
                tr(
                    "GeoTIFF (.tif) with the network's bands, as it gives them; nodata is NaN. An existing file is "
                    "overwritten."
                ),
            )
        ]

    def looks(self, card, result):
        return {"OUTPUT": (card.title, None)}
