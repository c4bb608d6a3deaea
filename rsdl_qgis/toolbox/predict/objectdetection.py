"""Object detection: the objects in one raster as polygons, with any detector."""

from __future__ import annotations

from qgis.core import QgsProcessingOutputNumber, QgsProcessingParameterVectorDestination

from ...engine.job.arguments import OPERATIONS
from .. import compat
from .. import parameters as shared
from ..results import styles
from ..text import tr
from .one_image import OneImageAlgorithm

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
            "Finds objects in a raster, such as planes or tree crowns, with a trained detector. Rasters may have any "
            "size, data type and coordinate system. The network processes the raster in tiles; objects on tile borders "
            "are merged and appear once.\n\nThe result is a polygon layer in the raster's coordinate system with the "
            "fields 'class', 'value' (the number of the class), 'score' (the confidence, 0 to 1), 'entropy' (how "
            "uncertain that score is: 1 at 0.5, 0 at 0 and 1), 'width_m' and 'length_m', the shorter and the longer "
            "side in metres on the ground (in map units without a coordinate system), and 'angle': of detectors with "
            "oriented boxes (networks ending in -obb) the direction of the longer side, in degrees clockwise from the "
            "map's north, 0 to below 180; else empty. Objects whose centre is "
            "nodata are left out, and none reaches beyond the raster.\n\nThe model is given by its name if it is "
            "installed (see 'List models'), or by the path of a model folder, a .zip archive of one, or an .onnx file: "
            "with a model card, with Deepness or Ultralytics metadata, or any other detector whose outputs can be "
            "identified (YOLO v5 to v11, including oriented boxes and instance masks, and torchvision's, with their "
            "class names). Its bands are matched by the raster's band descriptions. Without a match they are taken in "
            "order if the raster has as many bands as the model takes; otherwise choose them in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,yolo,faster r-cnn,onnx,boxes,counting,planes,trees,ships").split(",")

    def inputs(self):
        return [
            *super().inputs(),
            shared.real(
                "CONFIDENCE",
                tr("Confidence threshold"),
                tr(
                    "Objects with a lower confidence score are left out, 0 to 1. Default: the model's, else 0.25. "
                    "Lower it to find more objects, at the cost of more false detections."
                ),
                0,
                1,
                None,
                advanced=False,
            ),
            shared.real(
                "IOU",
                tr("IoU threshold"),
                tr(
                    "Intersection over union (IoU), 0 to 1, above which two boxes of a class count as the same object. "
                    "Default: 0.5. Lower it where objects never overlap, raise it where they are crowded."
                ),
                0,
                1,
                0.5,
            ),
            shared.choice(
                "SUPPRESSION",
                tr("Non-maximum suppression"),
                tr(
                    "How boxes of the same object are combined: nms keeps the one with the highest score (non-maximum "
                    "suppression); soft lowers the scores of the others by their overlap (soft-NMS), for crowded "
                    "objects; union takes the bounding box of all of them. Default: nms."
                ),
                ARGUMENTS["suppression"].kind.words,
            ),
            shared.number_of(
                ARGUMENTS["min_size"],
                "MIN_SIZE",
                tr("Minimum length (metres)"),
                tr("Objects whose longer side is shorter are left out, 0 m or more. Default: no limit."),
            ),
            shared.number_of(
                ARGUMENTS["max_size"],
                "MAX_SIZE",
                tr("Maximum length (metres)"),
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
                    "overwritten, unless it is a GeoPackage with other layers."
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
            text = tr("The minimum length, {smallest} m, is above the maximum, {largest} m. Swap them.").format(
                smallest=smallest, largest=largest
            )
        return text

    def options(self, parameters, context):
        suppression = self.parameterAsString(parameters, "SUPPRESSION", context)
        numbers = {name.lower(): self._number(parameters, name, context) for name in NUMBERS}
        return {"suppression": suppression, **numbers}

    def looks(self, card, result):
        return {"OUTPUT": (card.title, styles.in_objects(result["classes"]))}

    def numeric_outputs(self, result, context):
        return {"OBJECTS": result["objects"]}

    def _number(self, parameters, name, context) -> float | None:
        if not shared.is_given(parameters, name) and name != "IOU":
            return None
        return self.parameterAsDouble(parameters, name, context)
