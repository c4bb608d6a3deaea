"""Accuracy of predicted scenes against a reference."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterVectorLayer,
    QgsVectorLayer,
)

from ..engine.metric_table import OF_MAPS
from . import compat, settings, vectors
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .metrics import metric_labels
from .text import tr
from .worker import make_job, run_job, temporary_folder

SIDES = ("PREDICTED", "REFERENCE")
CLASS = "class"  # the field in which predicted layers have it
FORMATS = {"REPORT": ("html", "htm"), "TABLE": ("csv",)}
FIGURES = {
    **metric_labels((*OF_MAPS, "sample_f1", "micro_f1", "mean_ap")),
    "FEATURES": lambda: tr("Features that were compared"),
    "LEFT_OUT": lambda: tr("Features of the prediction that were left out"),
}


class AssessScenes(RsdlAlgorithm):
    """rsdl:assessscenes: how well the classes of scenes agree with a reference."""

    NAME = "assessscenes"
    GROUP = "assess"

    def title(self):
        return tr("Assess scenes")

    def help(self):
        return tr(
            "Compares the predicted classes of features, as 'Scene classification' gives them, with a reference: "
            "another field of the layer, or another layer. For one class a feature it gives the confusion matrix, "
            "overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean F1, mean and "
            "frequency-weighted IoU; for several labels the mean F1 per feature, micro and macro F1, and precision, "
            "recall and F1 of each label, and, where the layer has a field with the probability of each label, average "
            "precision (AP) and its mean (mAP). All figures have 95 % intervals. They come as a report, as a table and "
            "as numbers for models."
            "\n\nFeatures of two layers go together by a field of ids, or else by place: each feature with the polygon "
            "of the reference that holds its middle (a point inside it, of a rectangle its centre), or, if the "
            "reference has points, with those that lie in it. Features without a class on either side, without a "
            "reference, or with several that contradict one another, are left out and counted.\n\nClasses are the same "
            "if they have the same name, in upper or lower case, or the same number. Classes of the reference that the "
            "model does not know count as wrong."
        )

    def tags(self):
        return tr("accuracy,validation,confusion matrix,kappa,iou,f1,map,average precision,multi-label,evaluate").split(
            ","
        )

    def initAlgorithm(self, configuration=None):
        for parameter in [*self._layers(), *self._joining(), *self._outputs()]:
            self.addParameter(parameter)
        for name, label in FIGURES.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def _layers(self):
        def layer(name, label, text, optional):
            parameter = QgsProcessingParameterVectorLayer(name, label, [compat.VECTORS], None, optional)
            return shared.described(parameter, text)

        return [
            layer(
                "PREDICTED",
                tr("Predicted scenes"),
                tr("The layer to assess: features with a field of the predicted class or labels."),
                False,
            ),
            field(
                "PREDICTED_FIELD",
                tr("Predicted class"),
                "PREDICTED",
                tr("The field with the name or number of each feature's class, or its labels. Default: 'class'."),
                CLASS,
            ),
            layer(
                "REFERENCE",
                tr("Reference"),
                tr(
                    "The layer or table of what is taken for true. Default: the predicted layer itself, which may also "
                    "be chosen here again to see its fields."
                ),
                True,
            ),
            field(
                "REFERENCE_FIELD",
                tr("True class"),
                "REFERENCE",
                tr(
                    "The field with the name or number of each feature's true class, or its labels. Default: 'class' "
                    "if the reference is another layer and has it."
                ),
            ),
            shared.described(
                QgsProcessingParameterBoolean("MULTILABEL", tr("Several labels a feature"), False),
                tr(
                    "Yes: a feature has any number of labels, with semicolons between them, such as 'sea; ship'; a "
                    "text without any means that none holds. No (default): it has one class."
                ),
            ),
        ]

    def _joining(self):
        return [
            field(
                "JOIN_FIELD",
                tr("Field of ids"),
                "PREDICTED",
                tr(
                    "A field of the predicted layer with an id that the reference has as well. Default: features of "
                    "two layers go together by place."
                ),
            ),
            field(
                "REFERENCE_JOIN_FIELD",
                tr("Field of ids in the reference"),
                "REFERENCE",
                tr("The field of the reference with the ids, if it has another name than in the predicted layer."),
                advanced=True,
            ),
            field(
                "PREDICTED_LABELS",
                tr("Fields of the predicted labels"),
                "PREDICTED",
                tr(
                    "In place of a field of texts: a field for each label, which bears its name and holds 1 where it "
                    "was predicted, else 0. For several labels a feature only."
                ),
                several=True,
                advanced=True,
            ),
            field(
                "REFERENCE_LABELS",
                tr("Fields of the true labels"),
                "REFERENCE",
                tr(
                    "In place of a field of texts: a field for each label, which bears its name and holds 1 where it "
                    "is so, else 0. For several labels a feature only."
                ),
                several=True,
                advanced=True,
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
                tr("A page (.html) with all figures and what was compared, in one file."),
                True,
            ),
            file(
                "TABLE",
                tr("Table of classes"),
                tr("CSV files (*.csv)"),
                tr("A table (.csv) with a row for each class or label: its figures and their intervals."),
                False,
            ),
        ]

    def problem(self, parameters, context):
        text = ""
        for name, formats in FORMATS.items():
            text = text or shared.output_problem(shared.fixed_path(parameters.get(name)), formats)
        if text:
            return text
        predicted, reference = self._given(parameters, context)
        text = self._fields_problem(parameters, context, predicted, reference)
        if not text:
            settings.worker_python()
        return text

    def _fields_problem(self, parameters, context, predicted, reference) -> str:
        several = self.parameterAsBoolean(parameters, "MULTILABEL", context)
        chosen = {name: self._classes(parameters, name, context) for name in SIDES}
        for name in SIDES:
            if self._names(parameters, f"{name}_LABELS", context) and not several:
                return tr("{option} is for several labels a feature. Set MULTILABEL, or leave {option} empty.").format(
                    option=f"{name}_LABELS"
                )
        other = reference or predicted
        if not chosen["REFERENCE"] and (reference is None or CLASS not in reference.fields().names()):
            return tr("Choose the field of '{layer}' that holds the true classes, in REFERENCE_FIELD.").format(
                layer=other.name()
            )
        join = self._text(parameters, "JOIN_FIELD", context)
        needed = [(predicted, name) for name in [*chosen["PREDICTED"], join] if name]
        needed += [(other, name) for name in chosen["REFERENCE"]]
        if reference is not None and join:
            needed.append((reference, self._text(parameters, "REFERENCE_JOIN_FIELD", context) or join))
        for layer, name in needed:
            known = layer.fields().names()
            if name not in known:
                return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
                    layer=layer.name(), field=name, fields=", ".join(known) or "-"
                )
        both = [name for name in chosen["REFERENCE"] if name in chosen["PREDICTED"]]
        if reference is None and both:
            return tr(
                "The field '{field}' of '{layer}' would be compared with itself. Choose another one in "
                "REFERENCE_FIELD, or another layer as REFERENCE."
            ).format(field=both[0], layer=predicted.name())
        return ""

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context)
        predicted, reference = self._given(parameters, context)
        join = self._text(parameters, "JOIN_FIELD", context)
        other = self._text(parameters, "REFERENCE_JOIN_FIELD", context) or join
        own, true = (self._classes(parameters, name, context) for name in SIDES)
        home = vectors.systems([predicted])
        fields = [*own, join, *(true if reference is None else [])]
        self._titles = [layer.name() for layer in (predicted, reference) if layer]
        self._predicted = vectors.PreparedVector(predicted, context, home, fields, whole=True)
        self._reference = None
        if reference is not None:
            self._reference = vectors.PreparedVector(reference, context, home, [*true, other], whole=True)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        outputs = {name: self._output(parameters, name, context) for name in FORMATS}
        copies = vectors.copied(self._predicted, self._reference)
        steps = QgsProcessingMultiStepFeedback(copies + 1, feedback)
        with temporary_folder() as folder:
            predicted, reference = self._specs(parameters, context, folder, steps)
            arguments = {
                "predicted": predicted,
                "reference": reference,
                "multilabel": self.parameterAsBoolean(parameters, "MULTILABEL", context),
                **{name.lower(): path for name, path in outputs.items()},
            }
            steps.setCurrentStep(copies)
            result = run_job(make_job("assess_scenes", arguments), steps, folder)
        figures = result["figures"]
        feedback.pushInfo(summary(figures, result["multilabel"]))
        made = {name: path for name, path in outputs.items() if path}
        return {**made, **{name: figures[name.lower()] for name in FIGURES}}

    def _specs(self, parameters, context, folder, steps) -> tuple[dict[str, Any], dict[str, Any]]:
        """The prediction and the reference in the job; of a reference that is the prediction's layer the field only."""
        join = self._text(parameters, "JOIN_FIELD", context) if self._reference else ""
        other = self._text(parameters, "REFERENCE_JOIN_FIELD", context) or join
        own, true = (self._classes(parameters, name, context) for name in SIDES)
        specs = []
        for i, (side, classes, key) in enumerate([(self._predicted, own, join), (self._reference, true, other)]):
            steps.setCurrentStep(vectors.copied(self._predicted) * i)
            named = side or self._predicted
            spec = {"title": self._titles[i], **side.spec(folder, steps)} if side else {}
            specs.append({**spec, "field": [named.field(name) for name in classes], "join": named.field(key) or ""})
        return specs[0], specs[1]

    def _given(self, parameters, context) -> tuple[QgsVectorLayer, QgsVectorLayer | None]:
        """The prediction and the reference; None where that is the prediction's own layer."""
        predicted, reference = (self.parameterAsVectorLayer(parameters, name, context) for name in SIDES)
        same = reference is not None and vectors.are_same(predicted, reference)
        joined = self._text(parameters, "JOIN_FIELD", context)
        return predicted, None if same and not joined else reference

    def _classes(self, parameters, name, context) -> list[str]:
        """The fields of a side's classes or labels; none where it is not said."""
        return self._names(parameters, f"{name}_LABELS", context) or [
            found for found in [self._text(parameters, f"{name}_FIELD", context)] if found
        ]

    def _names(self, parameters, name, context) -> list[str]:
        """The fields given for a parameter that takes several."""
        if not shared.is_given(parameters, name):
            return []
        read = getattr(self, "parameterAsStrings", None) or self.parameterAsFields  # QGIS 3.40 renamed it
        return list(read(parameters, name, context))

    def _text(self, parameters, name, context) -> str:
        return (self.parameterAsString(parameters, name, context) or "").strip()

    def _output(self, parameters, name, context) -> str | None:
        if parameters.get(name) in (None, ""):
            return None
        return self.parameterAsFileOutput(parameters, name, context) or None


def field(name, label, parent, text, default=None, several=False, advanced=False):
    """A field, or several, of a layer; optional."""
    # name, label, default, parent, type, several, optional
    parameter = QgsProcessingParameterField(name, label, default, parent, compat.ANY_FIELD, several, True)
    return shared.described(parameter, text, advanced)


def summary(figures: dict[str, Any], several: bool) -> str:
    """The main figures in a line."""

    def shown(name):
        return "-" if figures[name] is None else f"{figures[name]:.4f}"

    if several:
        return tr("{features} features compared: mean F1 per feature {f1}, macro F1 {macro}, mAP {ap}.").format(
            features=figures["features"], f1=shown("sample_f1"), macro=shown("macro_f1"), ap=shown("mean_ap")
        )
    return tr(
        "{features} features compared: overall accuracy {accuracy}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}."
    ).format(
        features=figures["features"],
        accuracy=shown("overall_accuracy"),
        kappa=shown("kappa"),
        iou=shown("mean_iou"),
        f1=shown("macro_f1"),
    )
