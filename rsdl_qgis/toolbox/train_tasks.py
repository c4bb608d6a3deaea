"""The algorithms that train a network from labels, one a task."""

from __future__ import annotations

from ..engine.metric_table import OF_DETECTIONS, OF_LABELS, OF_MAPS, OF_NUMBERS, OF_SCENES
from . import train_checks
from .text import tr
from .train import TrainingAlgorithm


class TrainSegmentation(TrainingAlgorithm):
    """rsdl:trainsegmentation: a class for every pixel."""

    NAME = "trainsegmentation"
    TASK = "segmentation"
    SUMS = ("cross_entropy+dice", "cross_entropy+lovasz", "focal+dice")
    METRICS = OF_MAPS

    def title(self):
        return tr("Train segmentation")

    def help(self):
        return tr(
            "Trains a network that gives every pixel a class, from rasters and labels: polygons, lines or points "
            "with a class field, or a class raster. Labels may be sparse: ground without one is left out unless "
            "you say that it is background."
        ) + common_help(tr("Semantic segmentation"))


class TrainRegression(TrainingAlgorithm):
    """rsdl:trainregression: a number for every pixel."""

    NAME = "trainregression"
    TASK = "regression"
    OWN_OPTIONS = ()
    BALANCING = ()
    METRICS = OF_NUMBERS

    def title(self):
        return tr("Train regression")

    def help(self):
        return tr(
            "Trains a network that gives every pixel a number, such as height or cover, from rasters and known "
            "numbers: points, lines or polygons with a number field, or a raster. Where nothing is known, nothing "
            "is learned."
        ) + common_help(tr("Pixel regression"))


class TrainSceneClassifier(TrainingAlgorithm):
    """rsdl:trainsceneclassifier: a class, or several, for a picture."""

    NAME = "trainsceneclassifier"
    TASK = "classification"
    OWN_OPTIONS = ("MULTILABEL",)
    CUTTING = ("CHIP_SIZE", "SIDE")
    METRICS = (*OF_SCENES, *OF_LABELS)

    def title(self):
        return tr("Train scene classifier")

    def help(self):
        return tr(
            "Trains a network that says what a whole picture shows: one class, or several. The pictures are "
            "what polygons hold of the rasters, squares around points, or those of a chip folder."
        ) + common_help(tr("Scene classification"))

    def _is_multilabel(self, parameters, context):
        return self._chosen("MULTILABEL", parameters, context)

    def _losses(self, parameters, context):
        kind = "labels" if self._is_multilabel(parameters, context) else "classes"
        return self.task.kinds[kind].losses


class TrainDetector(TrainingAlgorithm):
    """rsdl:traindetector: a box around every object."""

    NAME = "traindetector"
    TASK = "detection"
    CUTTING = ("CHIP_SIZE", "CHIP_OVERLAP", "SIZE")
    BALANCING = ("SAMPLING",)
    METRICS = OF_DETECTIONS

    def title(self):
        return tr("Train object detector")

    def help(self):
        return tr(
            "Trains a network that finds objects, such as trees, ships or airplanes, and draws a box around each, "
            "from rasters and labelled objects: boxes, polygons or points with a size. All objects that a chip "
            "shows have to be labelled. An object that a chip's border cuts is learned where at least 30 % of it "
            "is left, and else left out of account.\n\nCHIPS takes a chip folder, or pictures with boxes as COCO, "
            "Pascal VOC, DOTA or YOLO have them. Without CLASS_FIELD all objects are of one class."
        ) + common_help(tr("Object detection"))

    def _labels_problem(self, parameters, context, labels):
        field, place = (self.parameterAsString(parameters, f"{name}_FIELD", context) for name in ("CLASS", "PLACE"))
        text = train_checks.labels_problem(labels, field, place, self.task.labels)
        return text or train_checks.size_problem(labels, self._chosen("SIZE", parameters, context))


class TrainChangeDetector(TrainingAlgorithm):
    """rsdl:trainchangedetector: a class of change for every pixel of two dates."""

    NAME = "trainchangedetector"
    TASK = "change"
    SUMS = TrainSegmentation.SUMS
    METRICS = OF_MAPS

    def title(self):
        return tr("Train change detector")

    def help(self):
        return tr(
            "Trains a network that maps what changed between two dates, from rasters before and after and labels "
            "of the change: polygons, lines or points with a class field, or a class raster. Both dates may have "
            "different pixels and coordinate systems."
        ) + common_help(tr("Change detection"))


class TrainTimeSeriesClassifier(TrainingAlgorithm):
    """rsdl:traintimeseriesclassifier: a class for every pixel from its course over time."""

    NAME = "traintimeseriesclassifier"
    TASK = "time-series"
    CUTTING = ("BUFFER", "ALL_TOUCHED")
    METRICS = OF_SCENES

    def title(self):
        return tr("Train time-series classifier")

    def help(self):
        return tr(
            "Trains a network that tells a pixel's class from its course over time, as crops by their growth, from "
            "a series of rasters and labels: points, lines or polygons with a class field, or a class raster. Each "
            "labelled pixel is a sample."
        ) + common_help(tr("Time-series classification"))


def common_help(predictor: str) -> str:
    """What the help of all of them ends with; ``predictor``: the title of the algorithm that uses such models."""
    used = tr("'{algorithm}' predicts with the model.").format(algorithm=predictor)
    return f" {used}\n\n" + tr(
        "It starts from nothing, from an installed model (BASE_MODEL) or from published weights; bands and classes may "
        "differ from theirs. A part of the data, apart in space, is kept to choose the best epoch by and to say how "
        "good the model is.\n\nThe model goes to your models unless you choose a folder, and can be used at once: by "
        "name, or in a graphical model by the output MODEL. Cancelling loses nothing: the best model so far stays, and "
        "the same settings go on from there. The report says what was learned, from what, and how well."
    )
