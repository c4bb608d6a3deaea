"""Accuracy of detected objects against reference objects."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ...engine.tables.metrics import OF_DETECTIONS
from .. import compat
from .. import parameters as shared
from ..metrics import metric_labels
from ..results import styles
from ..results.style_files import keep_style
from ..text import tr
from ..worker import vectors
from .base import CSV, HTML, SIDES, Assessment, SideLayer, field, missing_field, report, shown, table

FIELDS = {  # option -> the layer that has it, what the job calls it, and whether it holds numbers
    "PREDICTED_FIELD": ("PREDICTED", "class_field", False),
    "SCORE_FIELD": ("PREDICTED", "score_field", True),
    "REFERENCE_FIELD": ("REFERENCE", "class_field", False),
    "IGNORE_FIELD": ("REFERENCE", "ignore_field", True),
}
FILES = {"REPORT": HTML, "TABLE": CSV, "MATCHES": shared.VECTOR_FORMATS}
OUTCOMES = (  # what the layer has in 'outcome', and its colour
    ("hit", "#26a65b", lambda: tr("hit")),
    ("false alarm", "#dc1e3c", lambda: tr("false alarm")),
    ("miss", "#f0a000", lambda: tr("miss")),
    ("ignored", "#8a94a0", lambda: tr("ignored")),
)
FIGURES = {
    **metric_labels(OF_DETECTIONS),
    "OBJECTS": lambda: tr("Reference objects"),
    "DETECTIONS": lambda: tr("Detections that were compared"),
    "HITS": lambda: tr("Hits"),
    "MISSES": lambda: tr("Misses"),
    "FALSE_ALARMS": lambda: tr("False alarms"),
}


class AssessDetections(Assessment):
    """rsdl:assessdetections: how well detected objects agree with reference objects."""

    NAME = "assessdetections"
    OPERATION = "assess_detections"
    FORMATS = FILES
    METRICS = FIGURES
    INTERVALS = ("AP50", "AP", "PRECISION", "RECALL", "F1")

    def title(self):
        return tr("Assess detections")

    def help(self):
        return tr(
            "Assesses the accuracy of detected objects, as 'Object detection' gives them, against reference objects: "
            "boxes or polygons, of which the rectangle around each counts. A detection is a hit (true positive) if its "
            "IoU with an object of its class is at least 0.5; each object is hit once, by the detection with the "
            "highest score. Gives the average precision at an IoU of 0.5 (AP50) and its mean over IoUs of 0.5 to 0.95 "
            "(AP50:95), as COCO's evaluation does, and precision, recall and F1 of the detections above a confidence "
            "threshold, overall and of each class, with 95 % confidence intervals from a bootstrap over spatial "
            "blocks, as a report, as a table and as numeric outputs for graphical models; and a layer with the hits, "
            "the false alarms and the misses.\n\nThe layers may have different coordinate systems. Where only a part "
            "of the area was labelled, choose it by EXTENT or MASK: objects whose centre lies outside of it do not "
            "count."
        )

    def tags(self):
        return tr("accuracy,validation,average precision,precision,recall,f1,boxes,objects,coco,evaluate").split(",")

    def own_parameters(self):
        return [*self._layers(), *self._rules(), *self._outputs()]

    def _layers(self):
        def layer(name, label, text):
            return shared.described(QgsProcessingParameterVectorLayer(name, label, [compat.POLYGONS]), text)

        return [
            layer(
                "PREDICTED",
                tr("Detections"),
                tr("The layer to assess: polygons with fields of the class and the score of each."),
            ),
            layer(
                "REFERENCE",
                tr("Reference objects"),
                tr("Boxes or polygons around all objects that are there, in any coordinate system."),
            ),
            field(
                "PREDICTED_FIELD",
                tr("Class field of the detections"),
                "PREDICTED",
                tr("The field with the name or number of each detection's class. Default: 'class' if there is one."),
            ),
            field(
                "REFERENCE_FIELD",
                tr("Reference class"),
                "REFERENCE",
                tr(
                    "The field with the name or number of each object's class. Default: 'class' if there is one. "
                    "Where either layer has none, all objects count as one class."
                ),
            ),
        ]

    def _rules(self):
        return [
            shared.real(
                "CONFIDENCE",
                tr("Confidence threshold"),
                tr(
                    "Precision, recall, F1 and the layer are of the detections with at least this score, 0 to 1. "
                    "Default: 0, all detections. Raise it to assess the detections that would be kept; average "
                    "precision is of all detections in any case."
                ),
                0,
                1,
                0,
                advanced=False,
            ),
            shared.extent(
                tr("Area to assess"), tr("Only objects whose centre lies in this rectangle count. Default: all.")
            ),
            shared.mask(
                tr("Mask polygons"),
                tr("Only objects whose centre lies in these polygons count. Any coordinate system. Default: no mask."),
            ),
            field(
                "SCORE_FIELD",
                tr("Score field of the detections"),
                "PREDICTED",
                tr("The field with the score of each detection, 0 to 1. Default: 'score' if there is one, else all 1."),
                advanced=True,
            ),
            field(
                "IGNORE_FIELD",
                tr("Field of objects to ignore"),
                "REFERENCE",
                tr(
                    "A numeric field of the reference: objects with a value other than 0 in it, such as crowds or "
                    "doubtful ones, are neither hits nor misses, and detections on them are no false alarms. Default: "
                    "none is ignored."
                ),
                advanced=True,
            ),
        ]

    def _outputs(self):
        matches = QgsProcessingParameterVectorDestination(
            "MATCHES", tr("Hits, misses and false alarms"), compat.POLYGONS, None, True, True
        )
        return [
            shared.described(
                matches,
                tr(
                    "A layer of polygons with fields outcome (hit, false alarm, miss, ignored), class, score and iou: "
                    "the detections above the confidence threshold, and the reference objects that none of them hit."
                ),
            ),
            report(
                tr(
                    "A page (.html) with all metrics and their confidence intervals, the precision-recall curves, and "
                    "what was compared."
                )
            ),
            table(tr("A table (.csv) with a row for each class: its metrics and their confidence intervals.")),
        ]

    def layers_problem(self, parameters, context):
        given = self._given(parameters, context)
        text = ""
        for option, (side, _, numeric) in FIELDS.items():
            name = shared.text_of(self, parameters, option, context)
            text = text or (field_problem(option, given[side], name, numeric) if name else "")
        return text

    def sides(self, parameters, context):
        home = self.systems(parameters, context)
        return {
            name: [self._prepared(parameters, name, layer, context, home)]
            for name, layer in self._given(parameters, context).items()
        }

    def systems(self, parameters, context):
        return vectors.systems([self._given(parameters, context)["PREDICTED"]])

    def _prepared(self, parameters, name, layer, context, systems) -> SideLayer:
        chosen = {
            key: shared.text_of(self, parameters, option, context)
            for option, (side, key, _) in FIELDS.items()
            if side == name
        }
        source = vectors.PreparedVector(layer, context, systems, chosen.values(), whole=True)
        return SideLayer(source, {"title": layer.name(), **{key: source.field(own) for key, own in chosen.items()}})

    def arguments(self, parameters, context, specs):
        return {
            **{name.lower(): specs[name][0] for name in SIDES},
            "confidence": self.parameterAsDouble(parameters, "CONFIDENCE", context),
        }

    def finish(self, result, outputs, replaced, context, feedback):
        matches = outputs["MATCHES"] or ""
        label = self.parameterDefinition("MATCHES").description()
        name = tr("{layer}: hits and misses").format(layer=self._sides["PREDICTED"][0].rest["title"])
        if matches:
            keep_style(matches, outcomes, "MATCHES" in replaced, feedback)
        styles.show(context, matches, label, name, tr("Accuracy"), outcomes)

    def summary(self, result):
        figures = result["figures"]
        return tr(
            "{objects} objects, {hits} hits, {misses} misses, {alarms} false alarms: AP50 {ap50}, AP50:95 {ap}, "
            "F1 {f1}."
        ).format(
            objects=figures["objects"],
            hits=figures["hits"],
            misses=figures["misses"],
            alarms=figures["false_alarms"],
            ap50=shown(figures["ap50"]),
            ap=shown(figures["ap"]),
            f1=shown(figures["f1"]),
        )

    def _given(self, parameters, context) -> dict[str, QgsVectorLayer]:
        return {name: self.parameterAsVectorLayer(parameters, name, context) for name in SIDES}


def outcomes(layer: QgsVectorLayer) -> None:
    """Hits, false alarms and misses as outlines in their colours."""
    categories = []
    for value, color, label in OUTCOMES:
        symbol = QgsFillSymbol.createSimple({"style": "no", "outline_color": color, "outline_width": "0.6"})
        categories.append(QgsRendererCategory(value, symbol, label()))
    layer.setRenderer(QgsCategorizedSymbolRenderer("outcome", categories))


def field_problem(option: str, layer: QgsVectorLayer, name: str, numeric: bool) -> str:
    """What is wrong with a field, in a sentence; '' if nothing."""
    if text := missing_field(layer, name):
        return text
    if numeric and not layer.fields().field(name).isNumeric():
        return tr("{option}: the field '{field}' of '{layer}' holds no numbers. Choose another.").format(
            option=option, field=name, layer=layer.name()
        )
    return ""
