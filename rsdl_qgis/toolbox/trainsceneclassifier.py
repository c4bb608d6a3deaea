"""rsdl:trainsceneclassifier."""

from __future__ import annotations

from types import MappingProxyType

from .text import tr
from .train import CLASS_METRICS, LABEL_METRICS, TrainingAlgorithm, common_help


class TrainSceneClassifier(TrainingAlgorithm):
    """rsdl:trainsceneclassifier: a class, or several, for a whole image."""

    NAME = "trainsceneclassifier"
    TASK = "classification"
    METRICS = MappingProxyType({**CLASS_METRICS, **LABEL_METRICS})

    def title(self):
        return tr("Train scene classifier")

    def help(self):
        return tr(
            "Trains a network that classifies a scene, a whole image: one class, or several. Scenes are the parts "
            "of the rasters inside polygons, squares around points, or the images of a chip folder."
        ) + common_help(tr("Scene classification"))
