"""Scene classification: a class for each cell of a grid, each polygon, or each point."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterVectorDestination,
    QgsWkbTypes,
)

from ...engine.job.arguments import OPERATIONS
from .. import compat
from .. import parameters as shared
from ..results import styles
from ..text import tr
from ..worker import vectors
from .one_image import OneImageAlgorithm

NUMERIC_OUTPUTS = {
    "SCENES": lambda: tr("Classified scenes"),
    "UNCLASSIFIED": lambda: tr("Unclassified scenes"),
}


class SceneClassification(OneImageAlgorithm):
    """rsdl:sceneclassification: a class for each scene of a raster, as polygons."""

    NAME = "sceneclassification"
    TASK = "classification"

    def title(self):
        return tr("Scene classification")

    def help(self):
        return tr(
            "Classifies scenes, parts of a raster that the network sees as a whole (see 'Train scene classifier'): one "
            "class per scene, or several labels where the model was trained for them. Scenes are the cells of a "
            "regular grid over the raster, the polygons of a layer (only the pixels inside each), or squares around "
            "the points of a layer.\n\nThe result is a polygon layer: the cells, the input polygons with all their "
            "attributes, or the squares with the attributes of their points. Each polygon has its 'class' (several "
            "labels: separated by '; ', the most probable first), its 'score' from 0 to 1, 'valid', the share of its "
            "pixels that are not nodata, its uncertainty from 0 to 1 ('entropy' of the class probabilities, and "
            "'margin': 1 minus the difference between the two highest), and one field per class with its probability. "
            "Attributes with the same names get a number appended. Cells without a valid pixel are left out; features "
            "without one, without a geometry or outside the raster are kept without a class.\n\nThe model is given by "
            "its name if it is installed (see 'List models'), or by the path of a model folder, a .zip archive of one, "
            "or an .onnx file with a model card. Its bands are matched by the raster's band descriptions. Without a "
            "match they are taken in order if the raster has as many bands as the model takes; otherwise choose them "
            "in 'Bands'."
        )

    def tags(self):
        return tr("deep learning,neural network,scene,image classification,onnx,land use,multi-label,parcels").split(
            ","
        )

    def inputs(self):
        given, model, bands = super().inputs()
        kinds = [compat.POLYGONS, compat.POINTS]
        features = shared.described(
            QgsProcessingParameterFeatureSource("FEATURES", tr("Polygons or points"), kinds, None, True),
            tr(
                "The scenes: polygons, or points, around each of which a square of SIZE pixels is one scene. Any "
                "coordinate system. Default: a regular grid over the whole raster."
            ),
        )
        size = shared.number_of(
            OPERATIONS["classify_scenes"]["size"],
            "SIZE",
            tr("Scene size (pixels)"),
            tr(
                "Side length of the grid cells, or of the squares around points, 1 to 100,000 pixels of the raster. "
                "Not used for polygons. Default: the ground size of the scenes that the model was trained on."
            ),
            advanced=False,
        )
        return [given, model, features, size, bands]

    def running(self):
        batch = shared.whole(
            "BATCH_SIZE",
            tr("Batch size (scenes)"),
            tr(
                "Number of scenes that the network processes at once, 1 to 1024. Larger batches are faster on a GPU "
                "and take more memory. Default: up to 16, as memory allows."
            ),
            1,
            1024,
            None,
        )
        area = shared.extent(
            text=tr(
                "Only pixels in this rectangle are used. Default: the whole raster. Required for layers without an "
                "extent of their own, such as web maps."
            )
        )
        mask = shared.mask(
            text=tr(
                "Only pixels whose centre lies in these polygons are used. Any coordinate system. Default: no mask."
            )
        )
        running = [shared.device(), shared.engine(), shared.threads(), shared.scheduler()]
        return [area, mask, shared.nodata(), shared.resample(), batch, *running]

    def output_label(self):
        return tr("Scenes")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterVectorDestination("OUTPUT", self.output_label(), compat.POLYGONS),
                tr(
                    "Polygons with class, score, valid share and one field per class (.gpkg, .geojson, .shp or .fgb; a "
                    ".shp shortens field names to 10 characters). An existing file is overwritten, unless it is a "
                    "GeoPackage with other layers."
                ),
            ),
            shared.described(
                QgsProcessingParameterRasterDestination("RASTER", tr("Class raster"), None, True, False),
                tr(
                    "GeoTIFF (.tif) with the class of the scene at each pixel, with class names and colours; nodata is "
                    "255. Where polygons overlap, the later one is on top. Not for models with several labels per "
                    "scene. Only created if requested."
                ),
            ),
        ]

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        for name, label in NUMERIC_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def problem(self, parameters, context):
        text = super().problem(parameters, context) or self._features_problem(parameters, context)
        if not text and shared.is_given(parameters, "RASTER"):
            card = self.plan(parameters, context).card
            if card.activation == "sigmoid":
                text = tr(
                    "Model '{model}' gives a scene several labels, but a class raster holds one class per pixel. Leave "
                    "RASTER empty."
                ).format(model=card.name)
        return text

    def prepareAlgorithm(self, parameters, context, feedback):
        self._features = None
        if not super().prepareAlgorithm(parameters, context, feedback):
            return False
        if shared.is_given(parameters, "FEATURES"):
            layer = vectors.layer_of(self, parameters, "FEATURES", context)
            # The result has the polygons as they are given; where they lie is looked up in the raster's system.
            systems = vectors.systems([layer, *(use.layer for use in self._plan.rasters())])
            given = parameters["FEATURES"]
            self._features = vectors.PreparedVector(layer, context, systems, whole=True, given=given)
        return True

    def options(self, parameters, context):
        return {"size": shared.number(self, parameters, "SIZE", context)}

    def _drawn(self):
        return [*super()._drawn(), self._features]

    def _vectors(self, folder, steps):
        area = super()._vectors(folder, steps)
        steps.setCurrentStep(vectors.copied(self._mask))
        return {**area, **vectors.arguments("features", self._features, folder, steps)}

    def looks(self, card, result):
        return {
            "OUTPUT": (card.title, styles.in_scenes(result["classes"], result["multilabel"])),
            "RASTER": (tr("{model}: classes").format(model=card.title), styles.in_classes(result["classes"])),
        }

    def numeric_outputs(self, result, context):
        return {name: result[name.lower()] for name in NUMERIC_OUTPUTS}

    def _features_problem(self, parameters, context) -> str:
        if not shared.is_given(parameters, "FEATURES"):
            return ""
        source = self.parameterAsSource(parameters, "FEATURES", context)
        if source is None:
            return tr("FEATURES: '{value}' is not a vector layer that QGIS can open.").format(
                value=parameters["FEATURES"]
            )
        kind = QgsWkbTypes.geometryType(source.wkbType())
        if kind not in (compat.POLYGON_GEOMETRY, compat.POINT_GEOMETRY) and source.featureCount():
            return tr("FEATURES: '{layer}' has neither polygons nor points.").format(layer=source.sourceName())
        if not vectors.chosen_have_geometry(self, parameters, "FEATURES", context):
            text = tr("FEATURES: '{layer}' has no features with a geometry. Draw or select some.")
            return text.format(layer=source.sourceName())
        return ""
