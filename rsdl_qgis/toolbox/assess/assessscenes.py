"""Accuracy of predicted scenes against a reference."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterBoolean, QgsProcessingParameterVectorLayer, QgsVectorLayer

from ...engine.tables.metrics import OF_MAPS
from .. import compat
from .. import parameters as shared
from ..metrics import metric_labels
from ..text import tr
from ..worker import vectors
from .base import CSV, HTML, SIDES, Assessment, SideLayer, field, missing_field, report, shown, table

CLASS = "class"  # the field in which predicted layers have it
FILES = {"REPORT": HTML, "TABLE": CSV}
FIGURES = {
    **metric_labels((*OF_MAPS, "sample_f1", "micro_f1", "mean_ap")),
    "FEATURES": lambda: tr("Features that were compared"),
    "LEFT_OUT": lambda: tr("Features of the prediction that were left out"),
}


class AssessScenes(Assessment):
    """rsdl:assessscenes: how well the classes of scenes agree with a reference."""

    NAME = "assessscenes"
    OPERATION = "assess_scenes"
    FORMATS = FILES
    METRICS = FIGURES
    INTERVALS = tuple(name for name in FIGURES if name not in ("FEATURES", "LEFT_OUT"))
    IN_AREA = False

    def title(self):
        return tr("Assess scenes")

    def help(self):
        return tr(
            "Assesses the accuracy of the predicted classes of features, as 'Scene classification' gives them, against "
            "a reference: another field of the layer, or another layer. With one class per feature it gives the "
            "confusion matrix, overall accuracy, kappa, user's and producer's accuracy, F1 and IoU of each class, mean "
            "F1, mean and frequency-weighted IoU; with several labels per feature the mean F1 per feature, micro and "
            "macro F1, and precision, recall and F1 of each label, and, where the layer has a field with the "
            "probability of each label, average precision (AP) and its mean (mAP). All metrics have 95 % confidence "
            "intervals from a bootstrap over features. They come as a report, as a table and as numeric outputs for "
            "graphical models.\n\nFeatures of two layers are joined by a field of ids, or else by location: each "
            "feature with the polygon of the reference that holds its centre (of a rectangle the middle, else a point "
            "inside it), or, if the reference has points, with those that lie in it. Features without a class on "
            "either side, without a reference, or with several that contradict one another, are left out and "
            "counted.\n\nClasses are the same if they have the same name, in upper or lower case, or the same number. "
            "Classes of the reference that the model does not know count as errors."
        )

    def tags(self):
        text = tr("accuracy,validation,confusion matrix,kappa,iou,f1,map,average precision,multi-label,evaluate")
        return text.split(",")

    def own_parameters(self):
        return [*self._layers(), *self._advanced(), *self._outputs()]

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
                    "The layer or table with the reference classes. Default: the predicted layer itself, which may "
                    "also be chosen here again to see its fields."
                ),
                True,
            ),
            field(
                "REFERENCE_FIELD",
                tr("Reference class"),
                "REFERENCE",
                tr(
                    "The field with the name or number of each feature's reference class, or its labels. Default: "
                    "'class' if the reference is another layer and has it."
                ),
            ),
            shared.described(
                QgsProcessingParameterBoolean("MULTILABEL", tr("Several labels per feature (multi-label)"), False),
                tr(
                    "Yes: a feature has any number of labels, separated by semicolons, such as 'sea; ship'; an empty "
                    "text means that it has none. No (default): it has one class."
                ),
            ),
            field(
                "JOIN_FIELD",
                tr("Join field (id)"),
                "PREDICTED",
                tr(
                    "A field of the predicted layer with an id that the reference has as well. Default: features of "
                    "two layers are joined by location."
                ),
            ),
        ]

    def _advanced(self):
        return [
            field(
                "REFERENCE_JOIN_FIELD",
                tr("Join field of the reference"),
                "REFERENCE",
                tr(
                    "The field of the reference with the ids, if it has another name than in the predicted layer. "
                    "Default: the same name."
                ),
                advanced=True,
            ),
            field(
                "PREDICTED_LABELS",
                tr("Fields of the predicted labels"),
                "PREDICTED",
                tr(
                    "In place of one text field: a field for each label, named as the label, with 1 where it was "
                    "predicted, else 0. For several labels per feature only. Default: none."
                ),
                several=True,
                advanced=True,
            ),
            field(
                "REFERENCE_LABELS",
                tr("Fields of the reference labels"),
                "REFERENCE",
                tr(
                    "In place of one text field: a field for each label, named as the label, with 1 where it holds, "
                    "else 0. For several labels per feature only. Default: none."
                ),
                several=True,
                advanced=True,
            ),
        ]

    def _outputs(self):
        return [
            report(
                tr("A page (.html) with all metrics, their confidence intervals, and what was compared, in one file.")
            ),
            table(tr("A table (.csv) with a row for each class or label: its metrics and their confidence intervals.")),
        ]

    def layers_problem(self, parameters, context):
        predicted, reference = self._given(parameters, context)
        several = self.parameterAsBoolean(parameters, "MULTILABEL", context)
        chosen = {name: self._classes(parameters, name, context) for name in SIDES}
        for name in SIDES:
            if self._names(parameters, f"{name}_LABELS", context) and not several:
                return tr(
                    "{option} is for several labels per feature. Set MULTILABEL, or leave {option} empty."
                ).format(option=f"{name}_LABELS")
        other = reference or predicted
        if not chosen["REFERENCE"] and (reference is None or CLASS not in reference.fields().names()):
            return tr("Choose the field of '{layer}' that holds the reference classes, in REFERENCE_FIELD.").format(
                layer=other.name()
            )
        join = shared.text_of(self, parameters, "JOIN_FIELD", context)
        needed = [(predicted, name) for name in [*chosen["PREDICTED"], join] if name]
        needed += [(other, name) for name in chosen["REFERENCE"]]
        if reference is not None and join:
            needed.append((reference, shared.text_of(self, parameters, "REFERENCE_JOIN_FIELD", context) or join))
        for layer, name in needed:
            if text := missing_field(layer, name):
                return text
        both = [name for name in chosen["REFERENCE"] if name in chosen["PREDICTED"]]
        if reference is None and both:
            return tr(
                "The field '{field}' of '{layer}' would be compared with itself. Choose another one in "
                "REFERENCE_FIELD, or another layer as REFERENCE."
            ).format(field=both[0], layer=predicted.name())
        return ""

    def sides(self, parameters, context):
        predicted, reference = self._given(parameters, context)
        join = shared.text_of(self, parameters, "JOIN_FIELD", context)
        other = shared.text_of(self, parameters, "REFERENCE_JOIN_FIELD", context) or join
        own, true = (self._classes(parameters, name, context) for name in SIDES)
        home = vectors.systems([predicted])
        fields = [*own, join, *(true if reference is None else [])]
        first = vectors.PreparedVector(predicted, context, home, fields, whole=True)
        second = None
        if reference is not None:
            second = vectors.PreparedVector(reference, context, home, [*true, other], whole=True)

        def side(layer, source, classes, key):
            named = source or first  # a reference in the predicted layer has its fields
            rest = {"field": [named.field(name) for name in classes], "join": named.field(key) or ""}
            return [SideLayer(source, {"title": layer.name(), **rest} if source else rest)]

        joined = reference is not None
        return {
            "PREDICTED": side(predicted, first, own, join if joined else ""),
            "REFERENCE": side(reference, second, true, other if joined else ""),
        }

    def arguments(self, parameters, context, specs):
        return {
            **{name.lower(): specs[name][0] for name in SIDES},
            "multilabel": self.parameterAsBoolean(parameters, "MULTILABEL", context),
        }

    def summary(self, result):
        figures = {name: shown(value) for name, value in result["figures"].items()}
        features = result["figures"]["features"]
        if result["multilabel"]:
            return tr("{features} features compared: mean F1 per feature {f1}, macro F1 {macro}, mAP {ap}.").format(
                features=features, f1=figures["sample_f1"], macro=figures["macro_f1"], ap=figures["mean_ap"]
            )
        return tr(
            "{features} features compared: overall accuracy {accuracy}, kappa {kappa}, mean IoU {iou}, macro F1 {f1}."
        ).format(
            features=features,
            accuracy=figures["overall_accuracy"],
            kappa=figures["kappa"],
            iou=figures["mean_iou"],
            f1=figures["macro_f1"],
        )

    def _given(self, parameters, context) -> tuple[QgsVectorLayer, QgsVectorLayer | None]:
        """The prediction and the reference; None where that is the prediction's own layer."""
        predicted, reference = (self.parameterAsVectorLayer(parameters, name, context) for name in SIDES)
        same = reference is not None and vectors.are_same(predicted, reference)
        joined = shared.text_of(self, parameters, "JOIN_FIELD", context)
        return predicted, None if same and not joined else reference

    def _classes(self, parameters, name, context) -> list[str]:
        """The fields of a side's classes or labels; none where none is chosen."""
        one = (self.parameterAsString(parameters, f"{name}_FIELD", context) or "").strip()
        return self._names(parameters, f"{name}_LABELS", context) or [found for found in [one] if found]

    def _names(self, parameters, name, context) -> list[str]:
        """The fields given for a parameter that takes several."""
        if not shared.is_given(parameters, name):
            return []
        read = getattr(self, "parameterAsStrings", None) or self.parameterAsFields  # QGIS 3.40 renamed it
        return list(read(parameters, name, context))
