"""The classes of a raster, or a layer of polygons, as polygons that are worth having."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
)

from ...engine.job.arguments import OPERATIONS
from .. import compat
from .. import parameters as shared
from ..assess.base import SideLayer
from ..assess.class_rasters import band, class_raster, prepared, raster_problem
from ..results import styles
from ..results.style_files import keep_style
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker import vectors
from ..worker.client import make_job, run_job, temporary_folder
from .further import polygon_shape

LARGEST = 65_534  # value of a class


class SimplifyPolygons(JobAlgorithm):
    """rsdl:simplifypolygons: a class raster or a coverage of polygons, with simple borders."""

    NAME = "simplifypolygons"
    GROUP = "predict"
    OPERATION = "simplify_polygons"

    def title(self):
        return tr("Simplify polygons")

    def help(self):
        return tr(
            "Draws the classes of a raster as polygons: small patches are taken into what lies around them, holes "
            "are filled, borders are simplified, and outlines of buildings get right angles. A border that two "
            "classes share is simplified once, so that there are no gaps and no overlaps.\n\nEach polygon has its "
            "class, value, area and perimeter (in metres, holes included) and compactness (4 pi area / perimeter "
            "squared, 1 for a circle). Rasters may be of any size. Borders are simplified in batches of about "
            "100,000 corners; between polygons of different batches they follow the pixels more closely."
        )

    def tags(self):
        return tr("polygonize,vectorize,simplify,generalize,sieve,smooth,topology,buildings,right angles").split(",")

    def initAlgorithm(self, configuration=None):
        background = shared.whole(
            "BACKGROUND",
            tr("Value of the background"),
            tr("The value that is not drawn, 0 to 65534. Default: all values but nodata are drawn."),
            0,
            LARGEST,
            None,
            advanced=False,
        )
        output = shared.described(
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Class polygons"), compat.POLYGONS),
            tr(
                "The polygons (.gpkg, .geojson, .shp or .fgb). An existing file is overwritten, unless it is a "
                "GeoPackage with other layers."
            ),
        )
        shape = [parameter for parameter, _ in polygon_shape().values()]
        given = class_raster("INPUT", tr("Class raster"), tr("A raster with a whole number for each class."), True)
        layer = shared.described(
            QgsProcessingParameterVectorLayer("LAYER", tr("or polygons"), [compat.POLYGONS], None, True),
            tr(
                "In place of INPUT, a layer of polygons that share their borders, such as parcels or a map drawn "
                "before. Fields stay. All polygons are held in memory. Default: none."
            ),
        )
        tolerance = shared.number_of(
            OPERATIONS[self.OPERATION]["tolerance"],
            "TOLERANCE",
            tr("Simplify polygons (units of the layer)"),
            tr(
                "Of LAYER: corners go that stick out by a triangle of less than this number squared, in units of the "
                "layer's coordinate system, 0 or more. Borders stay shared. Default: 0, as they are."
            ),
        )
        number = band("INPUT", tr("Band of the classes"))
        for parameter in [
            given,
            layer,
            background,
            *shape,
            tolerance,
            number,
            shared.nodata(),
            output,
            *saving_parameters(),
        ]:
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("POLYGONS", tr("Number of polygons")))

    def problem(self, parameters, context):
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        text = shared.output_problem(shared.fixed_path(parameters.get("OUTPUT")), shared.VECTOR_FORMATS)
        polygons = self.parameterAsVectorLayer(parameters, "LAYER", context)
        if not text and (layer is None) == (polygons is None):
            text = tr("Give either a class raster (INPUT) or a layer of polygons (LAYER).")
        for name in () if text or polygons is None else ("SIMPLIFY", "FILL_HOLES", "REGULARIZE", "BACKGROUND"):
            if parameters.get(name):
                text = tr("{name} is for a class raster, and LAYER is given. Use TOLERANCE and MIN_AREA.").format(
                    name=name
                )
        if not text and layer is not None and parameters.get("TOLERANCE"):
            text = tr("TOLERANCE is for LAYER, and INPUT is given. Use SIMPLIFY, in pixels.")
        text = text or raster_problem("INPUT", layer, self._band(parameters, context))
        return text or self.worker_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        polygons = self.parameterAsVectorLayer(parameters, "LAYER", context)
        if polygons is not None:
            drawn = vectors.PreparedVector(polygons, context, whole=True, given=parameters["LAYER"])
            self._raster, self._title = SideLayer(drawn, {"vector": True}), polygons.name()
            return True
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        nodata = shared.nodata_of(self, parameters, context)
        self._raster, self._title = prepared("INPUT", layer, self._band(parameters, context), nodata), layer.name()
        return True

    def processAlgorithm(self, parameters, context, feedback):
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        replaced = Path(path).exists()
        with temporary_folder() as folder:
            arguments = {
                "input": self._raster.spec(folder, feedback),
                "background": shared.number(self, parameters, "BACKGROUND", context),
                **{name.lower(): read(self, parameters, name, context) for name, (_, read) in polygon_shape().items()},
                "tolerance": self.parameterAsDouble(parameters, "TOLERANCE", context),
                "output": path,
            }
            job = make_job(self.OPERATION, arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, feedback)
            result = run_job(job, feedback, folder)
        style = styles.in_classes(result["classes"]) if result["classes"] else None
        if style:
            keep_style(path, style, replaced, feedback)
        label = self.parameterDefinition("OUTPUT").description()
        title = tr("{layer}: polygons").format(layer=self._title)
        styles.show(context, path, label, title, self.displayName(), style)
        return {"OUTPUT": path, "POLYGONS": result["polygons"]}

    def _band(self, parameters, context) -> int:
        return shared.number(self, parameters, "INPUT_BAND", context) or 1
