"""Scene classification: a class for each cell of a grid, each polygon, or each point."""

from __future__ import annotations

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterVectorDestination,
    QgsWkbTypes,
)

from ..engine.job_arguments import OPERATIONS
from . import compat, results, vectors
from . import parameters as shared
from .one_image import OneImageAlgorithm
from .text import tr

FIGURES = {
    "SCENES": lambda: tr("Scenes with a class"),
    "UNCLASSIFIED": lambda: tr("Scenes without a class"),
}


class SceneClassification(OneImageAlgorithm):
    """rsdl:sceneclassification: a class for each scene of a raster, as polygons."""

    NAME = "sceneclassification"
    TASK = "classification"

    def title(self):
        return tr("Scene classification")

    def help(self):
        return tr(
            "Gives scenes, parts of a raster seen as a whole, a class with a trained network (see 'Train scene "
            "classifier'), or several labels where the model was trained on such. Scenes are the cells of a grid that "
            "the raster is cut into; or the polygons of a layer, each by the pixels under it alone; or squares around "
            "the points of a layer.\n\nThe result is polygons: the cells, the polygons as they were given with all "
            "their attributes, or the squares with the attributes of their points. Each has its 'class' (several "
            "labels: divided by '; ', the likeliest first), its 'score' from 0 to 1, 'valid', the share of its pixels "
            "that are not nodata, and a field for each class with its probability. Attributes of the same names as "
            "these get a number. Cells without a valid pixel are left out; features without one, without a geometry, "
            "or off the raster have no class.\n\nThe model is the name of an installed one (see 'List models'), or the "
            "path of a model folder, a .zip of one, or an .onnx file that carries its card. Its bands are found by the "
            "raster's band descriptions, else taken in order if there are as many, else chosen in 'Bands'."
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
                "The scenes: polygons, or points around each of which a square of SIZE is one. Any coordinate system. "
                "Default: a grid over all of the raster."
            ),
        )
        size = shared.number_of(
            OPERATIONS["classify_scenes"]["size"],
            "SIZE",
            tr("Size of a scene (pixels)"),
            tr(
                "Side of the cells of the grid, or of the squares around points, 1 to 100,000 pixels of the raster. "
                "Not for polygons. Default: as large on the ground as the scenes that the model was trained on."
            ),
            advanced=False,
        )
        return [given, features, size, model, bands]

    def running(self):
        batch = shared.whole(
            "BATCH_SIZE",
            tr("Batch size (scenes)"),
            tr(
                "Scenes that the network runs on together, 1 to 1024. More is faster on a GPU and takes more memory. "
                "Default: up to 16, as memory allows."
            ),
            1,
            1024,
            None,
        )
        area = shared.extent(
            text=tr("Only what lies in this rectangle is seen. Default: the whole raster. Web maps need it.")
        )
        mask = shared.mask(
            text=tr("Only pixels whose centre lies in these polygons are seen. Any coordinate system. Default: all.")
        )
        return [area, mask, shared.nodata(), shared.resample(), shared.device(), batch, shared.threads()]

    def output_label(self):
        return tr("Scenes")

    def outputs(self):
        return [
            shared.described(
                QgsProcessingParameterVectorDestination("OUTPUT", self.output_label(), compat.POLYGONS),
                tr(
                    "Polygons with class, score, valid and a field a class (.gpkg, .geojson, .shp or .fgb; a .shp "
                    "shortens names to 10 letters). An existing file is replaced, unless it is a GeoPackage with other "
                    "layers."
                ),
            ),
            shared.described(
                QgsProcessingParameterRasterDestination("RASTER", tr("Class raster"), None, True, False),
                tr(
                    "GeoTIFF (.tif) with the class of the scene at each pixel, named and coloured; 255 is nodata. Of "
                    "polygons that lie on one another the later one wins. Not for several labels. Not made unless "
                    "asked for."
                ),
            ),
        ]

    def initAlgorithm(self, configuration=None):
        super().initAlgorithm(configuration)
        for name, label in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def problem(self, parameters, context):
        text = super().problem(parameters, context) or self._features_problem(parameters, context)
        if not text and shared.is_given(parameters, "RASTER"):
            card = self.plan(parameters, context).card
            if card.activation == "sigmoid":
                text = tr(
                    "Model '{model}' gives a scene several labels, and a pixel of a class raster has one: leave RASTER "
                    "empty."
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
            "OUTPUT": (card.title, results.in_scenes(result["classes"], result["multilabel"])),
            "RASTER": (tr("{model}: classes").format(model=card.title), results.in_classes(result["classes"])),
        }

    def figures(self, result, context):
        return {name: result[name.lower()] for name in FIGURES}

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
            text = tr("FEATURES: '{layer}' has no features with a geometry. Draw or choose some.")
            return text.format(layer=source.sourceName())
        return ""
