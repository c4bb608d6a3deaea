"""Active fires on Landsat-8 and -9 by the published rules, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsRasterLayer,
)

from ...engine.cards.landsat import LANDSAT, landsat_bands
from ...engine.errors import RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.products.landsat_level1 import read_product
from ...engine.tables.fire import BANDS, FIRE, SUN_CORRECTED
from .. import compat
from .. import parameters as shared
from ..products import given_raster
from ..results import styles
from ..results.style_files import keep_style
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker import layers, vectors
from ..worker.client import make_job, run_job, temporary_folder
from ..worker.layers import PreparedRaster, RasterUse
from .further import polygon_shape

OPERATION = "active_fire"
ARGUMENTS = OPERATIONS[OPERATION]


class ActiveFire(JobAlgorithm):
    """rsdl:activefire: what burns, by thresholds and by how a pixel differs from what is around it."""

    NAME = "activefire"
    GROUP = "predict"

    def title(self):
        return tr("Active fire mapping")

    def help(self):
        return tr(
            "Maps what burns on a Landsat-8 or Landsat-9 image of the day, by the rules of Schroeder et al. (2016), "
            "Murphy et al. (2016) or Kumar and Roy (2018), or where these agree: thresholds for the reflectance of "
            "bands 1 to 7, and tests of a pixel against the up to 61 x 61 pixels around it. No model is "
            "needed.\n\nGive the folder of a Level-1 product (PRODUCT), whose MTL.txt has the gains and the height of "
            "the sun; or the bands as layers (INPUT). The rules are for reflectance at the top of the atmosphere, not "
            "for surface reflectance (Level 2)."
        )

    def tags(self):
        return tr(
            "fire,wildfire,active fire,hotspot,landsat,thermal anomaly,schroeder,murphy,kumar roy,baseline"
        ).split(",")

    def initAlgorithm(self, configuration=None):
        area = [shared.extent(), self._mask_parameter(), shared.nodata()]
        shape = [parameter for parameter, _ in polygon_shape(tr("Polygons: ")).values()]
        for parameter in [*self._inputs(), *self._outputs(), *shape, *area, *saving_parameters()]:
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputNumber("FIRE_PIXELS", tr("Number of pixels with active fire")))
        self.addOutput(QgsProcessingOutputNumber("FIRE_AREA", tr("Area of pixels with active fire (square metres)")))

    def _inputs(self) -> list:
        return [
            shared.described(
                QgsProcessingParameterFile("PRODUCT", tr("Landsat product"), compat.FOLDER, "", None, True),
                tr(
                    "Folder of an unpacked Landsat-8 or Landsat-9 Level-1 product, with its bands and MTL.txt "
                    "(Collection 1 or 2); or the path of the MTL.txt itself. Either this or INPUT."
                ),
            ),
            shared.several_layers(
                "INPUT",
                tr("Landsat bands"),
                compat.RASTERS,
                tr(
                    "One raster with bands 1 to 7, or one raster for each band. Bands are found by their descriptions "
                    "(B7, swir2 …), single bands by the layer's name (…_B7) too; otherwise the first seven are taken "
                    "in order. Either this or PRODUCT."
                ),
            ),
            shared.choice(
                "METHOD",
                tr("Method"),
                tr(
                    "The rule by which a pixel is a fire: schroeder, murphy or kumar-roy; intersection: all three "
                    "agree; voting: at least two do. Default: voting."
                ),
                ARGUMENTS["method"].kind.words,
                advanced=False,
            ),
            shared.choice(
                "VALUES",
                tr("Values of the layers"),
                tr(
                    "What the numbers of INPUT are. reflectance: at the top of the atmosphere, corrected for the "
                    "height of the sun, 0 to about 2. dn: the digital numbers of Level 1, which become reflectance by "
                    "0.00002 and -0.1, and by SUN_ELEVATION. A product says it itself. Default: reflectance."
                ),
                ARGUMENTS["values"].kind.words,
                advanced=False,
            ),
            shared.number_of(
                ARGUMENTS["sun_elevation"],
                "SUN_ELEVATION",
                tr("Sun elevation (degrees)"),
                tr(
                    "Height of the sun above the horizon, above 0 to 90 degrees, as SUN_ELEVATION in the MTL.txt; for "
                    "INPUT only. Needed for dn, but by schroeder. For reflectance it lets schroeder have it without "
                    "the correction for the sun, as published; without it schroeder takes the values as they are. "
                    "Default: not known."
                ),
                advanced=False,
            ),
            shared.described(
                QgsProcessingParameterString("BANDS", tr("Bands"), None, False, True),
                tr(
                    "Numbers, from 1, of Landsat's bands 1 to 7 in that order in the one raster of INPUT, such as "
                    "2,3,4,5,6,7,8. Default: found by their descriptions, else the first seven."
                ),
                advanced=True,
            ),
            shared.described(
                QgsProcessingParameterRasterLayer("SATURATION", tr("Saturated pixels"), None, True),
                tr(
                    "Raster that is not 0 where band 6 or 7 is saturated; for INPUT only. The rule murphy takes such "
                    "pixels for fire beside a certain one. A product has its own. Default: with dn the largest number, "
                    "65535, else none."
                ),
                advanced=True,
            ),
        ]

    def _outputs(self) -> list:
        return [shared.class_raster(tr("Active fires")), shared.polygons()]

    def _mask_parameter(self):
        return shared.mask(
            text=tr(
                "Pixels whose centre lies outside these polygons become nodata, and are no background of others "
                "either. Any coordinate system. Default: no mask."
            )
        )

    def problem(self, parameters, context):
        for output in self._outputs():
            formats = ("tif", "tiff") if output.name() == "OUTPUT" else shared.VECTOR_FORMATS
            if text := shared.output_problem(shared.fixed_path(parameters.get(output.name())), formats):
                return text
        if text := vectors.mask_problem(self, parameters, context):
            return text
        given = self._given(parameters, context)
        if isinstance(given, list):
            self._check_layers(given, parameters, context)
        return self.worker_problem(parameters)

    def _given(self, parameters, context) -> list[RasterUse] | Path:
        """The bands that are given as layers, or the MTL file of a product. RsdlError where neither can be used."""
        product, found = shared.text_of(self, parameters, "PRODUCT", context), shared.is_given(parameters, "INPUT")
        if bool(product) == found:
            both = tr("PRODUCT and INPUT are both given.") if found else tr("Neither PRODUCT nor INPUT is given.")
            raise RsdlError(both, tr("Choose the folder of a Landsat product, or its bands as layers."))
        if product:
            return read_product(product, list(BANDS)).metadata
        rasters = shared.layer_list(self, parameters, "INPUT", context)
        for layer in rasters:
            if not isinstance(layer, QgsRasterLayer):
                raise RsdlError(tr("INPUT: '{layer}' is no raster layer.").format(layer=layer.name()))
        return _uses(rasters, shared.band_numbers(self.parameterAsString(parameters, "BANDS", context)))

    def _check_layers(self, uses: Sequence[RasterUse], parameters, context) -> None:
        """RsdlError where the layers cannot be used as they are given."""
        given_raster(self, parameters, "SATURATION", context)
        rules = self.parameterAsString(parameters, "METHOD", context)
        needs_sun = rules in SUN_CORRECTED or rules in ("voting", "intersection")
        values = self.parameterAsString(parameters, "VALUES", context)
        if values == "dn" and needs_sun and not shared.is_given(parameters, "SUN_ELEVATION"):
            raise RsdlError(
                tr(
                    "SUN_ELEVATION is empty, and {method} takes reflectance corrected for the height of the sun."
                ).format(method=rules),
                tr("Give it in degrees, as in the scene's MTL.txt."),
            )
        if self.parameterAsExtent(parameters, "EXTENT", context).isNull():
            for use in uses:
                if layers.needs_extent(use.layer):
                    raise RsdlError(
                        tr("The layer '{layer}' has no extent and pixel size of its own.").format(
                            layer=use.layer.name()
                        ),
                        tr("Choose the area to map (EXTENT)."),
                    )

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        given = self._given(parameters, context)
        self._metadata = None if isinstance(given, list) else given
        uses = given if isinstance(given, list) else []
        nodata = shared.nodata_of(self, parameters, context)
        self._rasters = [PreparedRaster(use, nodata) for use in uses]
        saturation = given_raster(self, parameters, "SATURATION", context) if uses else None
        self._saturation = None if saturation is None else PreparedRaster(RasterUse("SATURATION", saturation, (1,)))
        self._warnings = tuple(dict.fromkeys(use.warning for use in uses if use.warning))
        placed = [use.layer for use in uses] or [_first_band(given)]
        systems = vectors.systems(placed)
        self._mask = vectors.mask(self, parameters, context, systems)
        self._area = vectors.extent(self, parameters, context, systems)
        self._extents = [self.parameterAsExtent(parameters, "EXTENT", context, use.layer.crs()) for use in uses]
        return True

    def processAlgorithm(self, parameters, context, feedback):
        for warning in self._warnings:
            feedback.pushWarning(warning)
        outputs = {
            name: self.parameterAsOutputLayer(parameters, name, context)
            if parameters.get(name) not in (None, "")
            else None
            for name in ("OUTPUT", "POLYGONS")
        }
        replaced = {path for path in outputs.values() if path and Path(path).exists()}
        prepared = [*self._rasters, *([self._saturation] if self._saturation else [])]
        drawn = vectors.copied(self._mask)
        steps = QgsProcessingMultiStepFeedback(sum(item.is_copied for item in prepared) + drawn + 1, feedback)
        with temporary_folder() as folder:
            arguments = {
                **vectors.arguments("mask", self._mask, folder, steps),
                **self._source(parameters, context, folder, steps, drawn),
                **self._area,
                "method": self.parameterAsString(parameters, "METHOD", context),
                **{name.lower(): read(self, parameters, name, context) for name, (_, read) in polygon_shape().items()},
                **{name.lower(): path for name, path in outputs.items()},
            }
            job = make_job(OPERATION, arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, steps)
            result = run_job(job, steps, folder)
        self._show(outputs, replaced, result, context, feedback)
        pixels = {item["value"]: item["pixels"] for item in result["classes"]}[FIRE]
        layer = styles.opened(result["output"])
        area = {} if layer is None else {"FIRE_AREA": pixels * styles.pixel_area(layer, context)}
        return {**{name: path for name, path in outputs.items() if path}, "FIRE_PIXELS": pixels, **area}

    def _source(self, parameters, context, folder: Path, steps, copied: int) -> dict[str, Any]:
        """What the job reads; layers that have to be copied are, a step each after ``copied`` ones."""
        nodata = shared.nodata_of(self, parameters, context)
        if self._metadata is not None:
            product = _whole(self._metadata) if self.is_saved(parameters) else str(self._metadata)
            return {"product": product, "nodata": nodata}
        specs = []
        for item, box in zip(self._rasters, self._extents):
            steps.setCurrentStep(copied)
            specs.append(item.spec(folder, None if box.isNull() else box, None, steps))
            copied += item.is_copied
        steps.setCurrentStep(copied)
        saturation = None if self._saturation is None else self._saturation.spec(folder, None, None, steps)
        sun = shared.is_given(parameters, "SUN_ELEVATION")
        return {
            "layers": specs,
            "saturation": saturation,
            "values": self.parameterAsString(parameters, "VALUES", context),
            "sun_elevation": self.parameterAsDouble(parameters, "SUN_ELEVATION", context) if sun else None,
        }

    def _show(self, outputs, replaced, result, context, feedback) -> None:
        """Fires in their colour; what is none is not drawn over the image."""
        style = styles.in_classes([item for item in result["classes"] if item["value"] == FIRE])
        titles = {"OUTPUT": tr("Active fires ({method})"), "POLYGONS": tr("Active fires ({method}): polygons")}
        for name, title in titles.items():
            path, label = outputs[name] or "", self.parameterDefinition(name).description()
            if path:
                keep_style(path, style, path in replaced, feedback)
            styles.show(context, path, label, title.format(method=result["method"]), self.displayName(), style)


def _uses(rasters: Sequence[QgsRasterLayer], numbers: Sequence[int] | None) -> list[RasterUse]:
    """The layers with bands that, one after the other, are Landsat's 1 to 7. RsdlError where they are not there."""
    found = [(layer, number, text) for layer in rasters for number, text in _named_bands(layer)]
    if numbers:
        return [_numbered(rasters, numbers)]
    chosen, named = landsat_bands([text for *_, text in found])
    warning = ""
    if not named:
        warning = tr("The bands of INPUT have no names of Landsat's. The first seven are taken for bands 1 to 7.")
    bands = [found[index - 1] for index in chosen]
    runs = [list(run) for _, run in groupby(bands, key=lambda band: band[0].id())]
    return [RasterUse("INPUT", run[0][0], tuple(number for _, number, _ in run), warning) for run in runs]


def _named_bands(layer: QgsRasterLayer) -> list[tuple[int, str]]:
    """Number and name of each band; that of a single one may be the layer's, or its file's."""
    found = layers.data_bands(layer)
    if len(found) > 1:
        return found
    names = (layer.name(), Path(layer.source().partition("|")[0]).stem)
    own = next((name for name in names if any(band.matches(name) for band in LANDSAT.bands)), "")
    return [(number, text or own) for number, text in found]


def _numbered(rasters: Sequence[QgsRasterLayer], numbers: Sequence[int]) -> RasterUse:
    """The one layer with the bands of these numbers."""
    if len(rasters) != 1:
        raise RsdlError(tr("BANDS are of one raster, and INPUT has {count}.").format(count=len(rasters)))
    layer = rasters[0]
    if len(numbers) != len(BANDS):
        raise RsdlError(
            tr("BANDS names {given} band(s), and there have to be 7.").format(given=len(numbers)),
            tr("Give the numbers of Landsat's bands 1 to 7, in that order."),
        )
    missing = [number for number in numbers if number > layer.bandCount()]
    if missing:
        raise RsdlError(
            tr("BANDS names band {number}, but '{layer}' has {count} band(s).").format(
                number=missing[0], layer=layer.name(), count=layer.bandCount()
            )
        )
    return RasterUse("INPUT", layer, tuple(numbers))


def _whole(metadata: Path) -> str:
    """The folder of a product, with which its bands go too; its MTL file where the folder has several."""
    try:
        return str(read_product(metadata.parent, list(BANDS)).metadata.parent)
    except RsdlError:
        return str(metadata)


def _first_band(metadata: Path) -> QgsRasterLayer:
    """A layer of a product's first band, which knows its coordinate system."""
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    options.skipCrsValidation = True  # it would ask the person
    return QgsRasterLayer(str(read_product(metadata, [1]).bands[1]), "B1", "gdal", options)
