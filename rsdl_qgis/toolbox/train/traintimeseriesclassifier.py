"""rsdl:traintimeseriesclassifier."""

from __future__ import annotations

from ...engine.tables.metrics import OF_SCENES
from ..text import tr
from .base import TrainingAlgorithm, common_help


class TrainTimeSeriesClassifier(TrainingAlgorithm):
    """rsdl:traintimeseriesclassifier: a class for every pixel from its values over time."""

    NAME = "traintimeseriesclassifier"
    TASK = "time-series"
    METRICS = OF_SCENES

    def title(self):
        return tr("Train time-series classifier")

    def help(self):
        return tr(
            "Trains a network that classifies a pixel by its values over time, such as crops by their growth, from a "
            "series of rasters and labels: points, lines or polygons with a class field, or a class raster. Each "
            "labelled pixel is a sample."
        ) + common_help(tr("Time-series classification"))
