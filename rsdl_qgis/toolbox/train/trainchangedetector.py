"""rsdl:trainchangedetector."""

from __future__ import annotations

from ...engine.tables.metrics import OF_MAPS
from ..text import tr
from .base import TrainingAlgorithm, common_help
from .trainsegmentation import SUMS


class TrainChangeDetector(TrainingAlgorithm):
    """rsdl:trainchangedetector: a class of change for every pixel of two dates."""

    NAME = "trainchangedetector"
    TASK = "change"
    SUMS = SUMS
    METRICS = OF_MAPS

    def title(self):
        return tr("Train change detector")

    def help(self):
        return tr(
            "Trains a network that maps what changed between two dates, from rasters before and after and labels "
            "of the change: polygons, lines or points with a class field, or a class raster. Both dates may have "
            "different pixels and coordinate systems."
        ) + common_help(tr("Change detection"))
