"""Semantic segmentation of one raster with any model."""

from __future__ import annotations

from ..text import tr
from .one_image import OneImageAlgorithm


class SemanticSegmentation(OneImageAlgorithm):
    """rsdl:semanticsegmentation: a class for every pixel of a raster."""

    NAME = "semanticsegmentation"
    TASK = "segmentation"
    STACKS = True

    def title(self):
        return tr("Semantic segmentation")

    def help(self):
        return tr(
            "Assigns a class to every pixel of a raster with a trained network. Rasters may have any size, data type "
            "and coordinate system; nodata stays nodata.\n\nThe model is given by its name if it is installed (see "
            "'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file with a model "
            "card or Deepness metadata. Its bands are matched by the raster's band descriptions. Without a match they "
            "are taken in order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,classification,onnx,land cover,semantic").split(",")

    def output_label(self):
        return tr("Class map")
