"""rsdl:trainregression."""

from __future__ import annotations

from ...engine.tables.metrics import OF_NUMBERS
from ..text import tr
from .base import TrainingAlgorithm, common_help


class TrainRegression(TrainingAlgorithm):
    """rsdl:trainregression: a number for every pixel."""

    NAME = "trainregression"
    TASK = "regression"
    METRICS = OF_NUMBERS

    def title(self):
        return tr("Train regression")

    def help(self):
        return tr(
            "Trains a network that predicts a number for every pixel, such as height or cover, from rasters and "
            "labels: points, lines or polygons with a number field, or a raster of numbers. Unlabelled pixels are "
            "ignored."
        ) + common_help(tr("Pixel regression"))
