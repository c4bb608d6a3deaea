"""Accuracy of a map of classes against a reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsPalettedRasterRenderer,
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ..engine.errors import RsdlError
from ..engine.job_arguments import GROUND
from ..engine.metric_table import MEANS_OVER_MAPS, OF_MAPS
from . import compat, layers, settings, vectors
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .layers import PreparedRaster, RasterUse
from .metrics import metric_labels
from .render import is_image
from .text import tr
from .worker import make_job, run_job, temporary_folder

SIDES = ("PREDICTED", "REFERENCE")
FORMATS = {"REPORT": ("html", "htm"), "TABLE": ("csv",), "IMAGE_TABLE": ("csv",)}
FIGURES = {
    **metric_labels(OF_MAPS),
    "PIXELS": lambda: tr("Pixels or points that were compared"),
    "IMAGES": lambda: tr("Maps that were compared"),
    **metric_labels(MEANS_OVER_MAPS),
}


class AssessMap(RsdlAlgorithm):
    """rsdl:assessmap: how well a map agrees with a reference."""

    NAME = "assessmap"
    GROUP = "assess"

    def title(self):
        return tr("Assess map")

    def help(self):
        return tr(
            "Compares a map of classes, a raster or polygons, with a reference: a raster, polygons or points. Gives "
            "the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, "
            "mean and frequency-weighted IoU, as a report, as a table and as numbers for models.\n\nThe reference may "
            "have another coordinate system and pixel size: it is looked up at the centre of each of the map's pixels. "
            "Polygons label the pixels whose centre they hold; each point counts once. Nodata, ground without a label, "
            "and places where polygons of two classes overlap are left out. Where a raster declares no nodata, -9999 "
            "and the like count as nodata, and so does 255 or 65535 beside two or more small numbers, unless it has a "
            "class name; the report lists them.\n\nClasses are the same if they have the same number. If a field "
            "holds names, or both rasters name their classes and number them differently, the same name makes the "
            "same class.\n\nSeveral maps and references are paired in the order in which they are listed; a single "
            "reference goes with all maps. The figures are then of all maps together, and beside them the means over "
            "maps, in which each map counts alike."
        )

    def tags(self):
        return tr("accuracy,validation,confusion matrix,error matrix,kappa,iou,f1,precision,recall,evaluate").split(",")

    def initAlgorithm(self, configuration=None):
        for parameter in [*self._layers(), *self._rules(), *self._outputs()]:
            self.addParameter(parameter)
        for name, label in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def _layers(self):
        def several(name, label, text):
            return shared.described(QgsProcessingParameterMultipleLayers(name, label, compat.MAP_LAYER), text)

        def field(name, label, parent, text):
            return shared.described(QgsProcessingParameterField(name, label, None, parent, optional=True), text)

        return [
            several(
                "PREDICTED",
                tr("Map"),
                tr(
                    "The map to assess: a raster with a whole number for each class, or polygons. Several maps are "
                    "assessed together."
                ),
            ),
            several(
                "REFERENCE",
                tr("Reference"),
                tr(
                    "What is taken for true: a class raster, polygons or points, in any coordinate system. One for all "
                    "maps, or as many as maps, in the same order."
                ),
            ),
            field(
                "PREDICTED_FIELD",
                tr("Class field of the map"),
                "PREDICTED",
                tr(
                    "For a map of polygons: the field with the number or name of each one's class. Default: 'value' or "
                    "'class' if there is one; else all polygons are class 1."
                ),
            ),
            field(
                "REFERENCE_FIELD",
                tr("Class field of the reference"),
                "REFERENCE",
                tr(
                    "For polygons and points: the field with the number or name of each one's class. Default: 'value' "
                    "or 'class' if there is one; else all polygons are class 1."
                ),
            ),
        ]

    def _rules(self):
        def choice(name, label, text):
            return shared.choice(name, label, text, GROUND.words, advanced=False)

        def number(name, label, text, least, default=None, kind=compat.INTEGER):
            parameter = QgsProcessingParameterNumber(name, label, kind, default, True, least)
            return shared.described(parameter, text, advanced=True)

        return [
            choice(
                "UNLABELLED",
                tr("Ground without a label"),
                tr(
                    "Ground between the reference's polygons, and nodata of a reference raster: ignore leaves it out; "
                    "background takes it for the background class, which is right only where all of the rest was "
                    "labelled."
                ),
            ),
            choice(
                "UNMAPPED",
                tr("Ground without a class in the map"),
                tr(
                    "Ground between the map's polygons, and nodata of a map raster: ignore leaves it out; background "
                    "takes it for the background class. Choose that for polygons that show one class alone."
                ),
            ),
            shared.extent(tr("Area to assess"), tr("Only this rectangle is compared. Default: all that both cover.")),
            shared.mask(
                tr("Polygons to assess inside of"),
                tr("Only what lies inside these polygons is compared. Any coordinate system. Default: no limit."),
            ),
            shared.nodata(
                tr(
                    "A stored number that means nodata in the rasters of both sides, in addition to the nodata that "
                    "they declare. Any number. Default: only the declared nodata."
                )
            ),
            number(
                "BACKGROUND",
                tr("Background class"),
                tr("The number of the class that ground without one is taken for, where it is; a whole number."),
                -(2**30),
                0,
            ),
            number(
                "PREDICTED_BAND", tr("Band of the map"), tr("Number of the map's band with the classes, from 1."), 1, 1
            ),
            number(
                "REFERENCE_BAND",
                tr("Band of the reference"),
                tr("Number of the reference raster's band with the classes, from 1."),
                1,
                1,
            ),
            number(
                "PIXEL_SIZE",
                tr("Pixel size (polygons with polygons)"),
                tr(
                    "Side of the pixels on which polygons are compared with polygons, in units of the map's "
                    "coordinate system, above 0. Default: about four million pixels in all. Elsewhere the "
                    "raster's pixels are used."
                ),
                0,
                None,
                compat.DOUBLE,
            ),
        ]

    def _outputs(self):
        def file(name, label, kind, text, made):
            parameter = QgsProcessingParameterFileDestination(name, label, kind, None, True, made)
            return shared.described(parameter, text)

        return [
            file(
                "REPORT",
                tr("Report"),
                tr("HTML files (*.html)"),
                tr("A page (.html) with all figures, the confusion matrix, and what was compared, in one file."),
                True,
            ),
            file(
                "TABLE",
                tr("Table of classes"),
                tr("CSV files (*.csv)"),
                tr("A table (.csv) with a row for each class: its figures and its row of the confusion matrix."),
                False,
            ),
            file(
                "IMAGE_TABLE",
                tr("Table of maps"),
                tr("CSV files (*.csv)"),
                tr("A table (.csv) with a row for each map and its figures. Not made unless asked for."),
                False,
            ),
        ]

    def problem(self, parameters, context):
        text = vectors.mask_problem(self, parameters, context)
        for name, formats in FORMATS.items():
            text = text or shared.output_problem(shared.fixed_path(parameters.get(name)), formats)
        if text:
            return text
        given = {name: self._chosen(parameters, name, context) for name in SIDES}
        counts = {name: len(found) for name, found in given.items()}
        if 1 not in counts.values() and len(set(counts.values())) > 1:
            return tr(
                "{maps} maps cannot be paired with {references} references. Give as many references as maps, in the "
                "same order, or one for all."
            ).format(maps=counts["PREDICTED"], references=counts["REFERENCE"])
        for name, found in given.items():
            for layer in found:
                text = text or self._layer_problem(parameters, name, layer, context)
        if not text:
            settings.worker_python()
        return text

    def _layer_problem(self, parameters, name, layer, context) -> str:
        if isinstance(layer, QgsRasterLayer):
            if is_image(layer.dataProvider()) or layers.needs_extent(layer):
                return tr("{name}: '{layer}' is a picture, not a map of classes. Choose another layer.").format(
                    name=name, layer=layer.name()
                )
            band = self._band(parameters, name, context)
            if band > layer.bandCount():
                return tr("{option} is {band}, but '{layer}' has {count} band(s).").format(
                    option=f"{name}_BAND", band=band, layer=layer.name(), count=layer.bandCount()
                )
            return ""
        kinds = {compat.POLYGON_GEOMETRY, *([compat.POINT_GEOMETRY] if name == "REFERENCE" else [])}
        if layer.geometryType() not in kinds:
            if name == "REFERENCE":
                return tr("REFERENCE: '{layer}' has neither polygons nor points.").format(layer=layer.name())
            return tr("PREDICTED: '{layer}' has no polygons. A map is a class raster or polygons.").format(
                layer=layer.name()
            )
        field = self.parameterAsString(parameters, f"{name}_FIELD", context)
        fields = layer.fields().names()
        if field and field not in fields:
            return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
                layer=layer.name(), field=field, fields=", ".join(fields) or "-"
            )
        rule = "UNMAPPED" if name == "PREDICTED" else "UNLABELLED"
        points = layer.geometryType() == compat.POINT_GEOMETRY
        alone = not field and not {"value", "class"} & set(fields)
        if alone and (points or self._rule(parameters, rule, context) == "ignore"):
            text = tr("Choose the field of '{layer}' that holds the classes, in {option}.").format(
                layer=layer.name(), option=f"{name}_FIELD"
            )
            if not points:
                more = tr("Or let its polygons be one class and the rest background: {rule}=background.")
                text += " " + more.format(rule=rule)
            return text
        return ""

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context)
        given = {name: self._chosen(parameters, name, context) for name in SIDES}
        homes = _homes(*given.values())
        self._specs = {
            name: [self._prepared(parameters, name, layer, context, wanted) for layer, wanted in zip(found, homes[i])]
            for i, (name, found) in enumerate(given.items())
        }
        everywhere = vectors.distinct(crs for wanted in homes[0] for crs in wanted)
        self._mask = vectors.mask(self, parameters, context, everywhere)
        self._extent = self.parameterAsExtent(parameters, "EXTENT", context)
        self._extent_crs = self.parameterAsExtentCrs(parameters, "EXTENT", context)
        return True

    def _prepared(self, parameters, name, layer, context, systems) -> dict[str, Any]:
        """A layer in the job, with ``raster`` or ``drawn``, which say the rest on any thread."""
        if isinstance(layer, QgsRasterLayer):
            use = RasterUse(name, layer, (self._band(parameters, name, context),))
            raster = PreparedRaster(use, shared.nodata_of(self, parameters, context))
            return {"title": layer.name(), "raster": raster, "names": renderer_names(layer)}
        field = self.parameterAsString(parameters, f"{name}_FIELD", context)
        drawn = vectors.PreparedVector(layer, context, systems, [field], whole=True)
        return {"title": layer.name(), "drawn": drawn, "vector": True, "field": drawn.field(field)}

    def processAlgorithm(self, parameters, context, feedback):
        outputs = {name: self._output(parameters, name, context) for name in FORMATS}
        prepared = [spec for specs in self._specs.values() for spec in specs]
        copies = sum((spec.get("raster") or spec["drawn"]).is_copied for spec in prepared)
        masked = vectors.copied(self._mask)
        steps = QgsProcessingMultiStepFeedback(copies + masked + 1, feedback)
        with temporary_folder() as folder:
            mask = vectors.arguments("mask", self._mask, folder, steps)
            specs = self._plain(prepared, folder, steps, masked)
            arguments = {
                "predicted": specs[: len(self._specs["PREDICTED"])],
                "reference": specs[len(self._specs["PREDICTED"]) :],
                "unlabelled": self._rule(parameters, "UNLABELLED", context),
                "unmapped": self._rule(parameters, "UNMAPPED", context),
                "background": shared.number(self, parameters, "BACKGROUND", context) or 0,
                "pixel_size": self.parameterAsDouble(parameters, "PIXEL_SIZE", context) or None,
                "extent": None if self._extent.isNull() else shared.bounds(self._extent),
                "extent_crs": layers.wkt(self._extent_crs),
                **mask,
                **{name.lower(): path for name, path in outputs.items()},
            }
            result = run_job(make_job("assess_map", arguments), steps, folder)
        figures = result["figures"]
        feedback.pushInfo(summary(figures))
        made = {name: path for name, path in outputs.items() if path}
        return {**made, **{name: figures[name.lower()] for name in FIGURES}}

    def _plain(self, specs: Sequence[dict[str, Any]], folder: Path, steps, copied: int) -> list[dict[str, Any]]:
        """Layers as plain values; what has to be copied is copied, a step each after ``copied`` ones."""
        plain = []
        steps.setCurrentStep(copied)
        for spec in specs:
            rest = {key: value for key, value in spec.items() if key not in ("raster", "drawn")}
            if "raster" in spec:
                rest |= spec["raster"].spec(folder, None, None, steps)
            else:
                rest |= spec["drawn"].spec(folder, steps)
            copied += (spec.get("raster") or spec["drawn"]).is_copied
            steps.setCurrentStep(copied)
            plain.append(rest)
        return plain

    def _chosen(self, parameters, name, context) -> list[QgsMapLayer]:
        """The layers given; RsdlError where there are none, or one is not one."""
        sound = shared.layer_list(self, parameters, name, context)
        if not sound:
            raise RsdlError(tr("{name} is empty.").format(name=name), tr("Choose a raster or vector layer."))
        for layer in sound:
            if not isinstance(layer, (QgsRasterLayer, QgsVectorLayer)):
                raise RsdlError(
                    tr("{name}: '{layer}' is neither a raster nor a vector layer.").format(
                        name=name, layer=layer.name()
                    )
                )
        return sound

    def _band(self, parameters, name, context) -> int:
        return shared.number(self, parameters, f"{name}_BAND", context) or 1

    def _rule(self, parameters, name, context) -> str:
        return self.parameterAsEnumString(parameters, name, context) or GROUND.words[0]

    def _output(self, parameters, name, context) -> str | None:
        if parameters.get(name) in (None, ""):
            return None
        return self.parameterAsFileOutput(parameters, name, context) or None


def renderer_names(layer: QgsRasterLayer) -> dict[str, str]:
    """Value to name of a paletted layer's classes, where the person or the file names them."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsPalettedRasterRenderer):
        return {}
    found = ((item.value, item.label.strip()) for item in renderer.classes())
    return {str(int(value)): label for value, label in found if label and not is_number(label) and value == int(value)}


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _homes(
    predicted: Sequence[QgsMapLayer], reference: Sequence[QgsMapLayer]
) -> tuple[list[list[QgsCoordinateReferenceSystem]], ...]:
    """For each map and for each reference the coordinate systems in which it is compared: that of a pair's raster,
    the map's first, else the map's.
    """
    homes: tuple[list[list[QgsCoordinateReferenceSystem]], ...] = ([[] for _ in predicted], [[] for _ in reference])
    for i in range(max(len(predicted), len(reference))):
        places = [i if len(found) > 1 else 0 for found in (predicted, reference)]
        pair = [predicted[places[0]], reference[places[1]]]
        home = vectors.crs_of(next((layer for layer in pair if isinstance(layer, QgsRasterLayer)), pair[0]))
        for side, place in zip(homes, places):
            side[place] = vectors.distinct([*side[place], home])
    return homes


def summary(figures: dict[str, Any]) -> str:
    """The main figures in a line."""
    kappa = figures["kappa"]
    return tr(
        "{pixels} compared: overall accuracy {accuracy:.4f}, kappa {kappa}, mean IoU {iou:.4f}, macro F1 {f1:.4f}."
    ).format(
        pixels=figures["pixels"],
        accuracy=figures["overall_accuracy"],
        kappa="-" if kappa is None else f"{kappa:.4f}",
        iou=figures["mean_iou"],
        f1=figures["macro_f1"],
    )
