"""rsdl:trainsceneclassifier."""

from __future__ import annotations

from ...engine.tables.metrics import OF_LABELS, OF_SCENES
from ..text import tr
from .base import TrainingAlgorithm, common_help


class TrainSceneClassifier(TrainingAlgorithm):
    """rsdl:trainsceneclassifier: a class, or several, for a whole image."""

    NAME = "trainsceneclassifier"
    TASK = "classification"
    METRICS = (*OF_SCENES, *OF_LABELS)

    def title(self):
        return tr("Train scene classifier")

    def help(self):
        return tr(
            "Trains a network that classifies a scene, a whole image: one class, or several. Scenes are the parts "
            "of the rasters inside polygons, squares around points, or the images of a chip folder."
        ) + common_help(tr("Scene classification"))
