"""Accuracy of a map of classes against a reference."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ...engine.errors import RsdlError
from ...engine.job.common import GROUND
from ...engine.tables.metrics import MEANS_OVER_MAPS, OF_CERTAINTY, OF_MAPS
from .. import compat
from .. import parameters as shared
from ..metrics import metric_labels
from ..text import tr
from ..worker import layers, vectors
from ..worker.layers import PreparedRaster, RasterUse
from ..worker.render import is_image
from .base import CSV, HTML, SIDES, Assessment, SideLayer, area, field, missing_field, report, shown, table
from .certainty import certainty_parameters, certainty_problem, certainty_sides

SAMPLE_FIELDS = ("reference", "stratum", "stratum_m2")  # by which a sample is known, that of the answers first
FILES = {"REPORT": HTML, "TABLE": CSV, "IMAGE_TABLE": CSV}
FIGURES = {
    **metric_labels(OF_MAPS),
    "PIXELS": lambda: tr("Pixels or points that were compared"),
    "IMAGES": lambda: tr("Maps that were compared"),
    **metric_labels((*MEANS_OVER_MAPS, *OF_CERTAINTY)),
}


class AssessMap(Assessment):
    """rsdl:assessmap: how well a map agrees with a reference."""

    NAME = "assessmap"
    OPERATION = "assess_map"
    FORMATS = FILES
    METRICS = FIGURES
    IN_CERTAINTY = True  # whether CERTAINTY of the maps is asked for
    INTERVALS = ("OVERALL_ACCURACY", "KAPPA", "MEAN_IOU", "FW_IOU", "MACRO_F1")

    def title(self):
        return tr("Assess map")

    def help(self):
        return tr(
            "Assesses the accuracy of a map of classes, a raster or polygons, against a reference: a raster, polygons "
            "or points. Gives the confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and "
            "IoU of each class, mean and frequency-weighted IoU, with 95 % confidence intervals, as a report, as a "
            "table and as numeric outputs for graphical models.\n\nThe intervals are from a bootstrap over spatial "
            "blocks. Errors of pixels near one another are alike, so that an interval from single pixels would be too "
            "narrow; the size of the blocks is chosen from the map and stated, and with too few blocks there is no "
            "interval.\n\nThe reference may have another coordinate system and pixel size: it is looked up at the "
            "centre of each of the map's pixels. Polygons label the pixels whose centre they hold; each point counts "
            "once. Nodata, unlabelled pixels, and places where polygons of two classes overlap are left out. Where a "
            "raster declares no nodata, -9999 and the like count as nodata, and so does 255 or 65535 beside two or "
            "more small numbers, unless it has a class name; the report lists them.\n\nClasses are the same if they "
            "have the same number. If a field holds names, or both rasters name their classes and number them "
            "differently, the same name makes the same class.\n\nOn the points of 'Draw assessment sample' the report "
            "also has the area of each class and the accuracies of the area, as 'Estimate area' gives them.\n\n"
            "Several maps and references are paired in the order in which they are listed; a single reference goes "
            "with all maps. The metrics are then of all maps together, and beside them the means over maps, in which "
            "each map counts alike.\n\nWith the UNCERTAINTY or the PROBABILITIES of the map as CERTAINTY the report "
            "says whether the map is uncertain where it is wrong: the AUROC of errors, and the risk-coverage curve."
        )

    def tags(self):
        return tr("accuracy,validation,confusion matrix,error matrix,kappa,iou,f1,precision,recall,evaluate").split(",")

    def own_parameters(self):
        return [
            *self._layers(),
            *self._rules(),
            *area(),
            *self._advanced(),
            *certainty_parameters(),
            *self._outputs(),
        ]

    def _layers(self):
        def several(name, label, text):
            return shared.described(QgsProcessingParameterMultipleLayers(name, label, compat.MAP_LAYER), text)

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
                    "The reference data: a class raster, polygons or points, in any coordinate system. One for all "
                    "maps, or as many as maps, in the same order."
                ),
            ),
            field(
                "PREDICTED_FIELD",
                tr("Class field of the map"),
                "PREDICTED",
                tr(
                    "For a map of polygons: the field with the number or name of each polygon's class. Default: "
                    "'value' or 'class' if there is one; else all polygons are class 1."
                ),
            ),
            field(
                "REFERENCE_FIELD",
                tr("Class field of the reference"),
                "REFERENCE",
                tr(
                    "For polygons and points: the field with the number or name of each feature's class. Default: "
                    "'reference' of an assessment sample; else 'value' or 'class' if there is one; else all polygons "
                    "are class 1."
                ),
            ),
        ]

    def _rules(self):
        def choice(name, label, text):
            return shared.choice(name, label, text, GROUND.words, advanced=False)

        return [
            choice(
                "UNLABELLED",
                tr("Unlabelled pixels of the reference"),
                tr(
                    "Pixels between the reference's polygons, and nodata of a reference raster: ignore (default) "
                    "leaves them out; background counts them as the background class, which is right only where "
                    "everything else was labelled."
                ),
            ),
            choice(
                "UNMAPPED",
                tr("Unclassified pixels of the map"),
                tr(
                    "Pixels between the map's polygons, and nodata of a map raster: ignore (default) leaves them out; "
                    "background counts them as the background class. Choose that for polygons that show one class "
                    "alone."
                ),
            ),
        ]

    def _advanced(self):
        def number(name, label, text, least, default=None, kind=compat.INTEGER):
            largest = 1e9 if kind == compat.DOUBLE else 2**31 - 1
            parameter = QgsProcessingParameterNumber(name, label, kind, default, True, least, largest)
            return shared.described(parameter, text, advanced=True)

        return [
            shared.nodata(
                tr(
                    "A stored value to treat as nodata in the rasters of both sides, in addition to the nodata values "
                    "that they declare. Any number. Default: only the declared nodata."
                )
            ),
            number(
                "BACKGROUND",
                tr("Background class"),
                tr(
                    "The number of the class that pixels without one count as, where background is chosen for them; a "
                    "whole number. Default: 0."
                ),
                -(2**30),
                0,
            ),
            number(
                "PREDICTED_BAND",
                tr("Band of the map"),
                tr("Number of the map's band with the classes, from 1. Default: 1."),
                1,
                1,
            ),
            number(
                "REFERENCE_BAND",
                tr("Band of the reference"),
                tr("Number of the reference raster's band with the classes, from 1. Default: 1."),
                1,
                1,
            ),
            number(
                "PIXEL_SIZE",
                tr("Pixel size (polygons with polygons)"),
                tr(
                    "Side length of the pixels on which polygons are compared with polygons, in units of the map's "
                    "coordinate system, above 0. Smaller pixels follow outlines more closely and take longer. Default: "
                    "about four million pixels in all. Elsewhere the raster's pixels are used."
                ),
                0,
                None,
                compat.DOUBLE,
            ),
        ]

    def _outputs(self):
        return [
            report(
                tr(
                    "A page (.html) with all metrics and their confidence intervals, the confusion matrix, and what "
                    "was compared, in one file."
                )
            ),
            table(
                tr(
                    "A table (.csv) with a row for each class: its metrics, their confidence intervals, and its row of "
                    "the confusion matrix."
                )
            ),
            table(
                tr("A table (.csv) with a row for each map and its metrics. Only created if requested."),
                "IMAGE_TABLE",
                tr("Table of maps"),
            ),
        ]

    def layers_problem(self, parameters, context):
        given = {name: self._chosen(parameters, name, context) for name in SIDES}
        counts = {name: len(found) for name, found in given.items()}
        if 1 not in counts.values() and len(set(counts.values())) > 1:
            return tr(
                "{maps} maps cannot be paired with {references} references. Give as many references as maps, in the "
                "same order, or one for all."
            ).format(maps=counts["PREDICTED"], references=counts["REFERENCE"])
        text = ""
        for name, found in given.items():
            for layer in found:
                text = text or self._layer_problem(parameters, name, layer, context)
        if text or not self.IN_CERTAINTY:
            return text
        return certainty_problem(self, parameters, context, counts["PREDICTED"])

    def _layer_problem(self, parameters, name, layer, context) -> str:
        if isinstance(layer, QgsRasterLayer):
            if is_image(layer.dataProvider()) or layers.needs_extent(layer):
                return tr("{name}: '{layer}' is an image, not a map of classes. Choose another layer.").format(
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
        field = self._field(parameters, name, layer, context)
        if field and (text := missing_field(layer, field)):
            return text
        rule = "UNMAPPED" if name == "PREDICTED" else "UNLABELLED"
        points = layer.geometryType() == compat.POINT_GEOMETRY
        alone = not field and not {"value", "class"} & set(layer.fields().names())
        if alone and (points or self._rule(parameters, rule, context) == "ignore"):
            text = tr("Choose the field of '{layer}' that holds the classes, in {option}.").format(
                layer=layer.name(), option=f"{name}_FIELD"
            )
            if not points:
                more = tr("Or make its polygons one class and the rest background: {rule}=background.")
                text += " " + more.format(rule=rule)
            return text
        return ""

    def sides(self, parameters, context):
        given = {name: self._chosen(parameters, name, context) for name in SIDES}
        homes = _homes(*given.values())
        found = {
            name: [self._prepared(parameters, name, layer, context, wanted) for layer, wanted in zip(side, homes[i])]
            for i, (name, side) in enumerate(given.items())
        }
        return {**found, "CERTAINTY": certainty_sides(self, parameters, context)} if self.IN_CERTAINTY else found

    def systems(self, parameters, context):
        homes = _homes(*(self._chosen(parameters, name, context) for name in SIDES))
        return vectors.distinct(crs for wanted in homes[0] for crs in wanted)

    def _prepared(self, parameters, name, layer, context, systems) -> SideLayer:
        if isinstance(layer, QgsRasterLayer):
            use = RasterUse(name, layer, (self._band(parameters, name, context),))
            raster = PreparedRaster(use, shared.nodata_of(self, parameters, context))
            return SideLayer(raster, {"title": layer.name(), "names": layers.renderer_names(layer)})
        chosen = self._field(parameters, name, layer, context)
        drawn = vectors.PreparedVector(layer, context, systems, [chosen], whole=True)
        return SideLayer(drawn, {"title": layer.name(), "vector": True, "field": drawn.field(chosen)})

    def arguments(self, parameters, context, specs):
        certain = specs.get("CERTAINTY")
        kind = self.parameterAsEnumString(parameters, "CERTAINTY_KIND", context) if certain else ""
        return {
            **{name.lower(): specs[name] for name in SIDES},
            **({"certainty": certain, "certainty_kind": kind} if certain else {}),
            "unlabelled": self._rule(parameters, "UNLABELLED", context),
            "unmapped": self._rule(parameters, "UNMAPPED", context),
            "background": shared.number(self, parameters, "BACKGROUND", context) or 0,
            "pixel_size": self.parameterAsDouble(parameters, "PIXEL_SIZE", context) or None,
        }

    def summary(self, result):
        figures, ends = result["figures"], result["intervals"]["overall_accuracy"]
        text = tr(
            "{pixels} compared: overall accuracy {accuracy}{interval}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}."
        )
        auroc = tr("AUROC of errors: {value}.").format(value=shown(figures["auroc_of_errors"]))
        text += f" {auroc}" if result["errors"] else ""
        return text.format(
            pixels=figures["pixels"],
            accuracy=shown(figures["overall_accuracy"]),
            interval="" if ends[0] is None else f" ({shown(ends[0])} - {shown(ends[1])})",
            kappa=shown(figures["kappa"]),
            iou=shown(figures["mean_iou"]),
            f1=shown(figures["macro_f1"]),
        )

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

    def _field(self, parameters, name, layer, context) -> str:
        """The field of the classes; of a sample that was drawn, unless another is chosen, that of the answers."""
        fields = layer.fields().names()
        drawn = name == "REFERENCE" and set(SAMPLE_FIELDS) <= set(fields)
        return shared.text_of(self, parameters, f"{name}_FIELD", context) or (SAMPLE_FIELDS[0] if drawn else "")

    def _band(self, parameters, name, context) -> int:
        return shared.number(self, parameters, f"{name}_BAND", context) or 1

    def _rule(self, parameters, name, context) -> str:
        return self.parameterAsEnumString(parameters, name, context) or GROUND.words[0]


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
