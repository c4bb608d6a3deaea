"""Semantic segmentation of one raster with any model."""

from __future__ import annotations

from .one_image import OneImageAlgorithm
from .text import tr


class SemanticSegmentation(OneImageAlgorithm):
    """rsdl:semanticsegmentation: a class for every pixel of a raster."""

    NAME = "semanticsegmentation"
    TASK = "segmentation"

    def title(self):
        return tr("Semantic segmentation")

    def help(self):
        return tr(
            "Gives every pixel of a raster a class with a trained network. Takes any size, data type and "
            "coordinate "
            "system; nodata stays nodata.\n\nThe model is the name of an installed one (see 'List models'), "
            "or the path "
            "of a model folder, a .zip of one, or an .onnx file that carries its card or Deepness metadata. "
            "Its bands "
            "are found by the raster's band descriptions, else taken in order if there are as many, else "
            "chosen in "
            "'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,classification,onnx,land cover,semantic").split(",")

    def output_label(self):
        return tr("Classes")
