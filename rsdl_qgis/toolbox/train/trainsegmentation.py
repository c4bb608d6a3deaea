"""rsdl:trainsegmentation."""

from __future__ import annotations

from ...engine.tables.metrics import OF_MAPS
from ..text import tr
from .base import TrainingAlgorithm, common_help

SUMS = ("cross_entropy+dice", "cross_entropy+lovasz", "focal+dice")  # of losses of class maps, that are offered


class TrainSegmentation(TrainingAlgorithm):
    """rsdl:trainsegmentation: a class for every pixel."""

    NAME = "trainsegmentation"
    TASK = "segmentation"
    SUMS = SUMS
    METRICS = OF_MAPS

    def title(self):
        return tr("Train segmentation")

    def help(self):
        return tr(
            "Trains a network that assigns a class to every pixel, from rasters and labels: polygons, lines or points "
            "with a class field, or a class raster. Labels may be sparse: unlabelled pixels are ignored unless "
            "UNLABELLED makes them background."
        ) + common_help(tr("Semantic segmentation"))
