"""The Processing provider: one line an algorithm. Importing it loads no machine-learning library."""

from __future__ import annotations

from qgis.core import QgsApplication, QgsProcessingModelAlgorithm, QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..paths import PACKAGE, plugin_version
from .assess.assessdetections import AssessDetections
from .assess.assessmap import AssessMap
from .assess.assessscenes import AssessScenes
from .assess.comparemaps import CompareMaps
from .assess.drawassessmentsample import DrawAssessmentSample
from .assess.estimatearea import EstimateArea
from .assess.repeatrun import RepeatRun
from .environment import Diagnostics, SetupEnvironment
from .exportmodel import ExportModel
from .fetchmodel import FetchModel
from .importmodel import ImportModel
from .models import DescribeModel, ListModels
from .parameters import VECTOR_FORMATS
from .predict.activefire import ActiveFire
from .predict.burnedarea import BurnedArea
from .predict.changedetection import ChangeDetection
from .predict.cloudmask import CloudMask
from .predict.embedimage import EmbedImage
from .predict.features.clusterimage import ClusterImage
from .predict.features.findsimilar import FindSimilar
from .predict.features.suggestlabels import SuggestLabels
from .predict.floodmapping import FloodMapping
from .predict.objectdetection import ObjectDetection
from .predict.otsuthreshold import OtsuThreshold
from .predict.pixelregression import PixelRegression
from .predict.sceneclassification import SceneClassification
from .predict.semanticsegmentation import SemanticSegmentation
from .predict.separateobjects import SeparateObjects
from .predict.simplifypolygons import SimplifyPolygons
from .predict.superresolution import SuperResolution
from .predict.timeseriesclassification import TimeSeriesClassification
from .text import tr
from .train.distilmodel import DistilModel
from .train.exportchips import ExportChips
from .train.pretrainencoder import PretrainEncoder
from .train.svmclassification import SvmClassification
from .train.trainchangedetector import TrainChangeDetector
from .train.traindetector import TrainDetector
from .train.trainregression import TrainRegression
from .train.trainsceneclassifier import TrainSceneClassifier
from .train.trainsegmentation import TrainSegmentation
from .train.traintimeseriesclassifier import TrainTimeSeriesClassifier

ALGORITHMS = (
    SemanticSegmentation,
    PixelRegression,
    SuperResolution,
    SceneClassification,
    EmbedImage,
    FindSimilar,
    ClusterImage,
    SuggestLabels,
    ObjectDetection,
    ChangeDetection,
    FloodMapping,
    BurnedArea,
    TimeSeriesClassification,
    ActiveFire,
    OtsuThreshold,
    CloudMask,
    SimplifyPolygons,
    SeparateObjects,
    TrainSegmentation,
    TrainRegression,
    TrainSceneClassifier,
    TrainDetector,
    TrainChangeDetector,
    TrainTimeSeriesClassifier,
    SvmClassification,
    DistilModel,
    PretrainEncoder,
    ExportChips,
    AssessMap,
    AssessScenes,
    AssessDetections,
    DrawAssessmentSample,
    EstimateArea,
    CompareMaps,
    RepeatRun,
    ListModels,
    DescribeModel,
    ImportModel,
    ExportModel,
    FetchModel,
    SetupEnvironment,
    Diagnostics,
)
EXAMPLES = {
    "flood_polygons.model3": lambda: tr("Flood polygons above a minimum area"),
    "train_map_assess.model3": lambda: tr("Train, map and assess"),
}


class ExampleModel(QgsProcessingModelAlgorithm):
    """An example model of the plugin: its name is short, for scripts, and its title is translated."""

    def __init__(self, title: str):
        super().__init__()
        self._title = title

    def displayName(self):
        return self._title

    def group(self):
        return tr("Examples")

    def groupId(self):
        return "examples"


class Provider(QgsProcessingProvider):
    """rsdl: the plugin's algorithms and example models."""

    def id(self):
        return "rsdl"

    def name(self):
        return tr("RSDL deep learning")

    def longName(self):
        return tr("RSDL: deep learning on rasters")

    def versionInfo(self):
        return plugin_version()

    def icon(self):
        return QIcon(self.svgIconPath())

    def svgIconPath(self):
        return str(PACKAGE / "icons" / "rsdl.svg")

    def supportedOutputRasterLayerExtensions(self):
        return ["tif", "tiff"]

    def supportedOutputVectorLayerExtensions(self):
        return list(VECTOR_FORMATS)

    def supportsNonFileBasedOutput(self):
        return False

    def loadAlgorithms(self):
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        # A model looks its steps up by id, ours among them, so examples can only be read once this provider
        # is known.
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            self.add_examples()

    def add_examples(self) -> None:
        """Adds the example models; call once after the provider was registered."""
        for name, title in EXAMPLES.items():
            model = ExampleModel(title())
            if model.fromFile(str(PACKAGE / "examples" / name)):
                self.addAlgorithm(model)
        self.algorithmsLoaded.emit()
