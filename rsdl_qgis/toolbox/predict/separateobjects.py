"""Objects of a class raster as polygons, those that touch one another apart."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
)

from .. import compat
from .. import parameters as shared
from ..assess.base import SideLayer
from ..assess.class_rasters import band, class_raster, prepared, raster_problem
from ..results import styles
from ..results.style_files import keep_style
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker.client import make_job, run_job, temporary_folder
from ..worker.layers import PreparedRaster, RasterUse, data_bands
from .further import neck, polygon_shape

LARGEST = 65_534  # value of a class
SHAPE = ("MIN_AREA", "SIMPLIFY", "REGULARIZE")


class SeparateObjects(JobAlgorithm):
    """rsdl:separateobjects: the objects of a class raster as polygons, also where they touch."""

    NAME = "separateobjects"
    GROUP = "predict"
    OPERATION = "separate_objects"

    def title(self):
        return tr("Separate objects")

    def help(self):
        return tr(
            "Draws the objects of a class raster, such as buildings, fields or tree crowns, as separate polygons also "
            "where they touch: an area of one class is divided at its necks, by a watershed of the distance to its "
            "border. With a raster of probabilities it is also divided where these are low between two objects.\n\n"
            "Each polygon has a number, its class and value, area and perimeter (in metres, holes included), "
            "compactness (4 pi area / perimeter squared, 1 for a circle) and, if probabilities are given, their mean. "
            "Rasters may be of any size; memory goes by the number of objects and of the necks between their parts."
        )

    def tags(self):
        return tr("instances,watershed,split,segmentation,buildings,fields,parcels,crowns,trees,polygonize").split(",")

    def initAlgorithm(self, configuration=None):
        given = class_raster("INPUT", tr("Class raster"), tr("A raster with a whole number for each class."))
        probabilities = shared.described(
            QgsProcessingParameterRasterLayer("PROBABILITIES", tr("Probabilities"), None, True),
            tr(
                "Probabilities from 0 to 1 on the pixels of the class raster, as the algorithms that map write them. "
                "Of several bands the highest counts, or the one chosen below. Default: none."
            ),
        )
        chosen = shared.whole(
            "PROBABILITIES_BAND",
            tr("Band of the probabilities"),
            tr("Number of the band, from 1. Default: the highest of all bands."),
            1,
            2**31 - 1,
            None,
        )
        background = shared.whole(
            "BACKGROUND",
            tr("Value of the background"),
            tr("The value that is no object, 0 to 65534. Default: all values but nodata are objects."),
            0,
            LARGEST,
            None,
            advanced=False,
        )
        output = shared.described(
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Objects"), compat.POLYGONS),
            tr(
                "The polygons (.gpkg, .geojson, .shp or .fgb). An existing file is overwritten, unless it is a "
                "GeoPackage with other layers."
            ),
        )
        shape = self._shape()
        shared.described(
            shape["MIN_AREA"][0],
            tr(
                "Smaller parts are not divided off, and smaller objects are left out. 0 or more. Default: 0, all "
                "objects stay."
            ),
        )
        number = band("INPUT", tr("Band of the classes"))
        drawn = [parameter for parameter, _ in shape.values()]
        for parameter in [
            given,
            probabilities,
            background,
            neck(advanced=False),
            *drawn,
            number,
            chosen,
            shared.nodata(),
            output,
        ]:
            self.addParameter(parameter)
        for parameter in saving_parameters():
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("OBJECTS", tr("Number of objects")))

    def problem(self, parameters, context):
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        text = shared.output_problem(shared.fixed_path(parameters.get("OUTPUT")), shared.VECTOR_FORMATS)
        text = text or raster_problem("INPUT", layer, shared.number(self, parameters, "INPUT_BAND", context) or 1)
        second = self.parameterAsRasterLayer(parameters, "PROBABILITIES", context)
        text = text or raster_problem(
            "PROBABILITIES", second, shared.number(self, parameters, "PROBABILITIES_BAND", context) or 1
        )
        return text or self.worker_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        number = shared.number(self, parameters, "INPUT_BAND", context) or 1
        self._raster = prepared("INPUT", layer, number, shared.nodata_of(self, parameters, context))
        self._title = layer.name()
        self._probabilities = self._prepared_probabilities(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        path = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        replaced = Path(path).exists()
        with temporary_folder() as folder:
            arguments = {
                "input": self._raster.spec(folder, feedback),
                "background": shared.number(self, parameters, "BACKGROUND", context),
                "neck": self.parameterAsDouble(parameters, "NECK", context),
                **{name.lower(): read(self, parameters, name, context) for name, (_, read) in self._shape().items()},
                "output": path,
            }
            if self._probabilities is not None:
                arguments["probabilities"] = self._probabilities.spec(folder, feedback)
            job = make_job(self.OPERATION, arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, feedback)
            result = run_job(job, feedback, folder)
        style = styles.in_classes(result["classes"])
        keep_style(path, style, replaced, feedback)
        label = self.parameterDefinition("OUTPUT").description()
        title = tr("{layer}: objects").format(layer=self._title)
        styles.show(context, path, label, title, self.displayName(), style)
        return {"OUTPUT": path, "OBJECTS": result["objects"]}

    def _prepared_probabilities(self, parameters, context) -> SideLayer | None:
        layer = self.parameterAsRasterLayer(parameters, "PROBABILITIES", context)
        if layer is None:
            return None
        number = shared.number(self, parameters, "PROBABILITIES_BAND", context)
        bands = (number,) if number else tuple(band for band, _ in data_bands(layer))
        return SideLayer(PreparedRaster(RasterUse("PROBABILITIES", layer, bands)), {})

    @staticmethod
    def _shape():
        return {name: item for name, item in polygon_shape().items() if name in SHAPE}
