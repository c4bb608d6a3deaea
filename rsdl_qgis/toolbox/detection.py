"""Object detection: the objects in one raster as polygons, with any detector."""

from __future__ import annotations

from qgis.core import QgsProcessingOutputNumber, QgsProcessingParameterVectorDestination

from ..engine.job_arguments import OPERATIONS
from . import compat, results
from . import parameters as shared
from .one_image import OneImageAlgorithm
from .text import tr

NUMBERS = ("CONFIDENCE", "IOU", "MIN_SIZE", "MAX_SIZE")
ARGUMENTS = OPERATIONS["detect"]


class ObjectDetection(OneImageAlgorithm):
    """rsdl:objectdetection: objects in a raster as polygons with class, score and size."""

    NAME = "objectdetection"
    TASK = "detection"

    def title(self):
        return tr("Object detection")

    def help(self):
        return tr(
            "Finds objects in a raster, such as planes or tree crowns, with a trained detector. Takes any size, data "
            "type and coordinate system; objects that are cut by the borders of the tiles in which the network sees "
            "the raster appear once, and whole.\n\nThe result is polygons in the raster's coordinate system with the "
            "fields 'class', 'value' (the number of the class), 'score' from 0 to 1, and 'width_m' and 'length_m', the "
            "shorter and the longer side in metres on the ground (in map units where there is no coordinate system). "
            "Objects whose middle is nodata are left out, and none reaches beyond the raster.\n\nThe model is the name "
            "of an installed one (see 'List models'), or the path of a model folder, a .zip of one, or an .onnx file: "
            "one with its card inside, with Deepness or Ultralytics metadata, or any other detector whose outputs tell "
            "what they are (YOLO v5 to v11, oriented boxes and instance masks too, and torchvision's, with their class "
            "names). Its bands are found by the raster's band descriptions, else taken in order if there are as many, "
            "else chosen in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,yolo,faster r-cnn,onnx,boxes,counting,planes,trees,ships").split(",")

    def inputs(self):
        return [
            *super().inputs(),
            shared.real(
                "CONFIDENCE",
                tr("Least confidence"),
                tr(
                    "Objects with a lower score are left out, 0 to 1. Lower finds more, and more that is none. "
                    "Default: the model's, else 0.25."
                ),
                0,
                1,
                None,
                advanced=False,
            ),
            shared.real(
                "IOU",
                tr("Overlap of one object's boxes"),
                tr(
                    "Two boxes of a class whose intersection is more than this part of their union are taken for one "
                    "object, 0 to 1. Lower where objects never overlap, higher where they crowd."
                ),
                0,
                1,
                0.5,
            ),
            shared.choice(
                "SUPPRESSION",
                tr("Boxes of one object"),
                tr(
                    "What becomes of boxes that overlap more than that: nms keeps the one with the highest score; soft "
                    "lowers the scores of the others by how much they overlap, which keeps objects that crowd; union "
                    "takes the box around all of them."
                ),
                ARGUMENTS["suppression"].kind.words,
            ),
            shared.number_of(
                ARGUMENTS["min_size"],
                "MIN_SIZE",
                tr("Smallest length (metres)"),
                tr("Objects whose longer side is shorter are left out, 0 m or more. Default: no limit."),
            ),
            shared.number_of(
                ARGUMENTS["max_size"],
                "MAX_SIZE",
                tr("Largest length (metres)"),
                tr("Objects whose longer side is longer are left out, 0 m or more. Default: no limit."),
            ),
        ]

    def output_label(self):
        return tr("Objects")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterVectorDestination("OUTPUT", self.output_label(), compat.POLYGONS),
                tr(
                    "Polygons with class, score, width and length (.gpkg, .geojson, .shp or .fgb). An existing file is "
                    "replaced, unless it is a GeoPackage with other layers."
                ),
            )
        ]

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        self.addOutput(QgsProcessingOutputNumber("OBJECTS", tr("Number of objects")))

    def problem(self, parameters, context):
        text = super().problem(parameters, context)
        smallest, largest = (self._number(parameters, name, context) for name in ("MIN_SIZE", "MAX_SIZE"))
        if not text and smallest is not None and largest is not None and smallest > largest:
            text = tr("The smallest length, {smallest} m, is above the largest, {largest} m. Exchange them.").format(
                smallest=smallest, largest=largest
            )
        return text

    def options(self, parameters, context):
        suppression = self.parameterAsString(parameters, "SUPPRESSION", context)
        numbers = {name.lower(): self._number(parameters, name, context) for name in NUMBERS}
        return {"suppression": suppression, **numbers}

    def looks(self, card, result):
        return {"OUTPUT": (card.title, results.in_objects(result["classes"]))}

    def figures(self, result, context):
        return {"OBJECTS": result["objects"]}

    def _number(self, parameters, name, context) -> float | None:
        if not shared.is_given(parameters, name) and name != "IOU":
            return None
        return self.parameterAsDouble(parameters, name, context)
