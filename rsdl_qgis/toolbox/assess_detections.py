"""Accuracy of detected objects against true ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterVectorDestination,
    QgsProcessingParameterVectorLayer,
    QgsRendererCategory,
    QgsVectorLayer,
)

from ..engine.metric_table import OF_DETECTIONS
from . import compat, layers, results, settings, vectors
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .metrics import metric_labels
from .style_files import keep_style
from .text import tr
from .worker import make_job, run_job, temporary_folder

SIDES = ("PREDICTED", "REFERENCE")
FIELDS = {  # option -> the layer that has it, what the job calls it, and whether it holds numbers
    "PREDICTED_FIELD": ("PREDICTED", "class_field", False),
    "SCORE_FIELD": ("PREDICTED", "score_field", True),
    "REFERENCE_FIELD": ("REFERENCE", "class_field", False),
    "IGNORE_FIELD": ("REFERENCE", "ignore_field", True),
}
FORMATS = {"REPORT": ("html", "htm"), "TABLE": ("csv",), "MATCHES": shared.VECTOR_FORMATS}
OUTCOMES = (  # what the layer has in 'outcome', and its colour
    ("hit", "#26a65b", lambda: tr("hit")),
    ("false alarm", "#dc1e3c", lambda: tr("false alarm")),
    ("miss", "#f0a000", lambda: tr("miss")),
    ("ignored", "#8a94a0", lambda: tr("ignored")),
)
FIGURES = {
    **metric_labels(OF_DETECTIONS),
    "OBJECTS": lambda: tr("True objects"),
    "DETECTIONS": lambda: tr("Detections that were compared"),
    "HITS": lambda: tr("Hits"),
    "MISSES": lambda: tr("Misses"),
    "FALSE_ALARMS": lambda: tr("False alarms"),
}


class AssessDetections(RsdlAlgorithm):
    """rsdl:assessdetections: how well detected objects agree with true ones."""

    NAME = "assessdetections"
    GROUP = "assess"

    def title(self):
        return tr("Assess detections")

    def help(self):
        return tr(
            "Compares detected objects, as 'Object detection' gives them, with true ones: boxes or polygons, of which "
            "the rectangle around each counts. A detection is a hit where it and an object of its class share at least "
            "half of what both cover; each object is hit once, by the surest detection. Gives the average precision at "
            "an overlap of 0.5 (AP50) and its mean over overlaps of 0.5 to 0.95 (AP50:95), as COCO's evaluation does, "
            "and precision, recall and F1 of the detections from a least score on, in all and of each class, with 95 % "
            "intervals, as a report, as a table and as numbers for models; and a layer with the hits, the false alarms "
            "and the misses.\n\nThe layers may have different coordinate systems. Where only a part of the ground was "
            "labelled, choose it by EXTENT or MASK: objects whose middle lies outside of it do not count."
        )

    def tags(self):
        return tr("accuracy,validation,average precision,precision,recall,f1,boxes,objects,coco,evaluate").split(",")

    def initAlgorithm(self, configuration=None):
        for parameter in [*self._layers(), *self._rules(), *self._outputs()]:
            self.addParameter(parameter)
        for name, label in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

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
                tr("True objects"),
                tr("What is taken for true: boxes or polygons around all objects, in any coordinate system."),
            ),
            field(
                "PREDICTED_FIELD",
                tr("Class of the detections"),
                "PREDICTED",
                tr("The field with the name or number of each detection's class. Default: 'class' if there is one."),
            ),
            field(
                "REFERENCE_FIELD",
                tr("True class"),
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
                tr("Least score"),
                tr(
                    "Precision, recall, F1 and the layer are of the detections with at least this score, 0 to 1. "
                    "Default: 0, all that the layer has. Average precision is of all in any case."
                ),
                0,
                1,
                0,
            ),
            shared.extent(
                tr("Area to assess"), tr("Only objects whose middle lies in this rectangle count. Default: all.")
            ),
            shared.mask(
                tr("Polygons to assess inside of"),
                tr("Only objects whose middle lies in these polygons count. Any coordinate system. Default: no limit."),
            ),
            field(
                "SCORE_FIELD",
                tr("Score of the detections"),
                "PREDICTED",
                tr("The field with the score of each detection, 0 to 1. Default: 'score' if there is one, else all 1."),
                True,
            ),
            field(
                "IGNORE_FIELD",
                tr("Objects that do not count"),
                "REFERENCE",
                tr(
                    "A field of numbers: objects with anything but 0 in it, such as crowds or doubtful ones, are "
                    "neither hits nor misses, and what is detected on them is no false alarm."
                ),
                True,
            ),
        ]

    def _outputs(self):
        def file(name, label, kind, text, made):
            parameter = QgsProcessingParameterFileDestination(name, label, kind, None, True, made)
            return shared.described(parameter, text)

        matches = QgsProcessingParameterVectorDestination(
            "MATCHES", tr("Hits, misses and false alarms"), compat.POLYGONS, None, True, True
        )
        return [
            shared.described(
                matches,
                tr(
                    "A layer of polygons with fields outcome (hit, false alarm, miss, ignored), class, score and iou: "
                    "the detections from the least score on, and the true objects that none of them hit."
                ),
            ),
            file(
                "REPORT",
                tr("Report"),
                tr("HTML files (*.html)"),
                tr("A page (.html) with all figures, the curves of precision and recall, and what was compared."),
                True,
            ),
            file(
                "TABLE",
                tr("Table of classes"),
                tr("CSV files (*.csv)"),
                tr("A table (.csv) with a row for each class: its figures and their intervals."),
                False,
            ),
        ]

    def problem(self, parameters, context):
        text = vectors.mask_problem(self, parameters, context)
        for name, formats in FORMATS.items():
            text = text or shared.output_problem(shared.fixed_path(parameters.get(name)), formats)
        if text:
            return text
        given = {name: self.parameterAsVectorLayer(parameters, name, context) for name in SIDES}
        for option, (side, _, numeric) in FIELDS.items():
            name = shared.text_of(self, parameters, option, context)
            text = text or (field_problem(option, given[side], name, numeric) if name else "")
        if not text:
            settings.worker_python()
        return text

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context)
        given = {name: self.parameterAsVectorLayer(parameters, name, context) for name in SIDES}
        home = vectors.systems([given["PREDICTED"]])
        self._titles = {name: layer.name() for name, layer in given.items()}
        fields = {name: self._chosen_fields(parameters, name, context) for name in SIDES}
        self._sides = {
            name: vectors.PreparedVector(layer, context, home, fields[name], whole=True)
            for name, layer in given.items()
        }
        self._mask = vectors.mask(self, parameters, context, home)
        self._extent = self.parameterAsExtent(parameters, "EXTENT", context)
        self._extent_crs = self.parameterAsExtentCrs(parameters, "EXTENT", context)
        return True

    def _chosen_fields(self, parameters, name, context) -> list[str]:
        options = [option for option, (side, _, _) in FIELDS.items() if side == name]
        return [shared.text_of(self, parameters, option, context) for option in options]

    def _spec(self, parameters, name, context, folder, steps) -> dict[str, Any]:
        """A layer in the job."""
        side = self._sides[name]
        fields = {
            key: side.field(shared.text_of(self, parameters, option, context))
            for option, (of, key, _) in FIELDS.items()
            if of == name
        }
        return {"title": self._titles[name], **side.spec(folder, steps), **fields}

    def processAlgorithm(self, parameters, context, feedback):
        outputs = {name: self._output(parameters, name, context) for name in FORMATS}
        matches = outputs["MATCHES"] or ""
        replaced = bool(matches) and Path(matches).exists()
        done = vectors.copied(self._mask)
        steps = QgsProcessingMultiStepFeedback(done + vectors.copied(*self._sides.values()) + 1, feedback)
        with temporary_folder() as folder:
            arguments = {
                "confidence": self.parameterAsDouble(parameters, "CONFIDENCE", context),
                "extent": None if self._extent.isNull() else shared.bounds(self._extent),
                "extent_crs": layers.wkt(self._extent_crs),
                **vectors.arguments("mask", self._mask, folder, steps),
                **{name.lower(): path for name, path in outputs.items()},
            }
            for name in SIDES:
                steps.setCurrentStep(done)
                done += vectors.copied(self._sides[name])
                arguments[name.lower()] = self._spec(parameters, name, context, folder, steps)
            steps.setCurrentStep(done)
            result = run_job(make_job("assess_detections", arguments), steps, folder)
        figures = result["figures"]
        feedback.pushInfo(summary(figures))
        label = self.parameterDefinition("MATCHES").description()
        name = tr("{layer}: hits and misses").format(layer=self._titles["PREDICTED"])
        if matches:
            keep_style(matches, outcomes, replaced, feedback)
        results.show(context, matches, label, name, tr("Accuracy"), outcomes)
        made = {name: path for name, path in outputs.items() if path}
        return {**made, **{name: figures[name.lower()] for name in FIGURES}}

    def _output(self, parameters, name, context) -> str | None:
        if parameters.get(name) in (None, ""):
            return None
        if name == "MATCHES":
            return self.parameterAsOutputLayer(parameters, name, context) or None
        return self.parameterAsFileOutput(parameters, name, context) or None


def outcomes(layer: QgsVectorLayer) -> None:
    """Hits, false alarms and misses as outlines in their colours."""
    categories = []
    for value, color, label in OUTCOMES:
        symbol = QgsFillSymbol.createSimple({"style": "no", "outline_color": color, "outline_width": "0.6"})
        categories.append(QgsRendererCategory(value, symbol, label()))
    layer.setRenderer(QgsCategorizedSymbolRenderer("outcome", categories))


def field(name, label, parent, text, advanced=False):
    """A field of a layer; optional."""
    return shared.described(QgsProcessingParameterField(name, label, None, parent, optional=True), text, advanced)


def field_problem(option: str, layer: QgsVectorLayer, name: str, numeric: bool) -> str:
    """What is wrong with a field, in a sentence; '' if nothing."""
    fields = layer.fields()
    if name not in fields.names():
        return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
            layer=layer.name(), field=name, fields=", ".join(fields.names()) or "-"
        )
    if numeric and not fields.field(name).isNumeric():
        return tr("{option}: the field '{field}' of '{layer}' holds no numbers. Choose another.").format(
            option=option, field=name, layer=layer.name()
        )
    return ""


def summary(figures: dict[str, Any]) -> str:
    """The main figures in a line."""

    def shown(name):
        return "-" if figures[name] is None else f"{figures[name]:.4f}"

    return tr(
        "{objects} objects, {hits} hits, {misses} misses, {alarms} false alarms: AP50 {ap50}, AP50:95 {ap}, F1 {f1}."
    ).format(
        objects=figures["objects"],
        hits=figures["hits"],
        misses=figures["misses"],
        alarms=figures["false_alarms"],
        ap50=shown("ap50"),
        ap=shown("ap"),
        f1=shown("f1"),
    )
