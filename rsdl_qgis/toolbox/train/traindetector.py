"""rsdl:traindetector."""

from __future__ import annotations

from ...engine.tables.metrics import OF_DETECTIONS
from ..text import tr
from . import checks
from .base import TrainingAlgorithm, common_help


class TrainDetector(TrainingAlgorithm):
    """rsdl:traindetector: a box around every object."""

    NAME = "traindetector"
    TASK = "detection"
    METRICS = OF_DETECTIONS

    def title(self):
        return tr("Train object detector")

    def help(self):
        return tr(
            "Trains a network that finds objects, such as trees, ships or airplanes, and draws a box around each, "
            "from rasters and labelled objects: boxes, polygons or points with a size. All objects in a chip have "
            "to be labelled. An object that the border of a chip cuts is trained on where at least 30 % of it "
            "is left, and else ignored.\n\nCHIPS takes a chip folder, or images with boxes in the format of COCO, "
            "Pascal VOC, DOTA or YOLO. Without CLASS_FIELD all objects are of one class.\n\nNetworks ending in -obb "
            "find oriented boxes: rectangles with an angle. They are trained on the smallest rectangle, of any angle, "
            "around each polygon, so draw such rectangles or outlines; their metrics are by the IoU of these (rotated "
            "IoU). The other networks are trained on the upright box around each polygon."
        ) + common_help(tr("Object detection"))

    def _labels_problem(self, parameters, context, labels):
        field, place = (self.parameterAsString(parameters, f"{name}_FIELD", context) for name in ("CLASS", "PLACE"))
        text = checks.labels_problem(labels, field, place, self.task.labels)
        size = self._said(("SIZE",), parameters, context)["object_size"]
        return text or checks.size_problem(labels, size)
