"""rsdl:svmclassification."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterEnum

from ...engine.errors import RsdlError
from ...engine.job.layers import LAYOUTS
from ...engine.job.training import CLASSIFYING
from ...engine.tables.classifiers import CLASSIFIERS
from ...engine.tables.metrics import OF_MAPS
from ...engine.tables.tasks import TASKS
from .. import compat
from .. import parameters as shared
from ..text import tr
from . import checks, option_table
from . import data as train_data
from .base import CUTTING, ModelMaker, chips_alone, is_asked, resolved_split
from .job import PreparedData
from .options import Offer

STACK = "stack"
OPTIONS = (  # of the training of networks, that hold here, too
    *("SCALING", "UNLABELLED", "BUFFER", "ALL_TOUCHED", "CHIP_SIZE", "SPLIT", "VALIDATION", "TEST", "BLOCK_SIZE"),
    *("BACKGROUND", "RESOLUTION_TOLERANCE", "SEED", "THREADS"),
)
NUMBERS = ("COST", "GAMMA", "TREES", "LEAF", "SAMPLES")


class SvmClassification(ModelMaker):
    """rsdl:svmclassification: a classifier of single pixels that is no network."""

    NAME = "svmclassification"
    OPERATION = "train_classifier"
    METRICS = OF_MAPS
    EPOCHS = False

    def title(self):
        return tr("SVM classification")

    def help(self):
        return tr(
            "Fits a classifier of single pixels, a support vector machine (SVM), a random forest or gradient boosting "
            "of scikit-learn, to layers and labels: polygons, lines or points with a class field, or a class raster. "
            "It is the baseline that a network should beat, and often enough by itself where a pixel's own values tell "
            "its class. Several layers are one stack, as of two sensors, two dates or indices; with LAYOUT=dates or "
            "variables they are a time series.\n\nThe data are split, the model is evaluated, and the report is made "
            "as for networks. Parameters that are not given are chosen on the validation split, and nothing on the "
            "test split. An SVM takes a sample of the labelled pixels (SAMPLES), stratified by class, since its time "
            "grows with their square.\n\nThe model goes to your models unless you choose a folder, and needs no "
            "scikit-learn to run: 'Semantic segmentation' maps with the model of a stack, whose first layer is INPUT "
            "and whose others are LAYERS, and 'Time-series classification' with that of a series."
        )

    def tags(self):
        return tr(
            "svm,support vector machine,random forest,gradient boosting,scikit-learn,baseline,classification,train"
        ).split(",")

    def initAlgorithm(self, configuration=None):
        task = TASKS["segmentation"]
        offer = Offer(task.networks, task.network)
        for parameter in [
            shared.several_layers(
                "LAYERS",
                tr("Layers"),
                compat.RASTERS,
                tr(
                    "The rasters to learn from, of one place: all bands of all layers, or the layers of a time series. "
                    "Grids and coordinate systems may differ. Maps are made from the same layers in the same order."
                ),
            ),
            train_data.products_parameter("LAYERS", tr("Layers")),
            _layout(),
            *train_data.label_parameters("classes"),
            shared.choice("METHOD", tr("Method"), _methods_help(), tuple(CLASSIFIERS), advanced=False),
            train_data.chips_parameter(),
            train_data.extent_parameter(),
            *option_table.basic("labels", OPTIONS, offer),
            *_numbers(),
            shared.choice(
                "SHARES",
                tr("Shares of the classes"),
                tr(
                    "How many training pixels of each class are drawn where not all can be. proportional: as they are "
                    "labelled, 50 at least; equal: as many of each class, which finds rare classes more often and "
                    "maps too much of them. Default: proportional."
                ),
                CLASSIFYING["shares"].kind.words,
            ),
            *train_data.advanced_parameters(),
            *option_table.advanced(OPTIONS, offer),
        ]:
            self.addParameter(parameter)
        self.add_outputs()

    def problem(self, parameters, context):
        chips, images = self._chips(parameters, context), self._images(parameters, context)
        labels = train_data.chosen_labels(self, parameters, context)
        text = self._source_problem(parameters, chips, images, labels)
        if not text and images:
            field, place = (shared.text_of(self, parameters, f"{n}_FIELD", context) for n in ("CLASS", "PLACE"))
            text = checks.area_problem(self, parameters, context, images)
            text = text or checks.labels_problem(labels, field, place, "classes")
            if not text and self._said(parameters, context)["unlabelled"] != "background":
                text = checks.one_class_problem(labels, field, "classes")
        text = text or checks.split_problem(self._said(parameters, context), chips)
        text = text or self._numbers_problem(parameters, context) or self.outputs_problem(parameters, context)
        return text or self.worker_problem(parameters)

    def _source_problem(self, parameters, chips, images, labels) -> str:
        if not chips and not images:
            return tr("There is nothing to learn from. Choose LAYERS and LABELS, or a chip folder in CHIPS.")
        if chips:
            own = (*train_data.own_names("stack"), *CUTTING)
            given = [name for name in own if is_asked(parameters, name)]
            return chips_alone(given) or checks.chip_folder_problem(chips)
        return "" if labels else tr("LABELS is empty: choose the layer with the labels, or a chip folder in CHIPS.")

    def _numbers_problem(self, parameters, context) -> str:
        """What is wrong with the parameters of the method, in a sentence; '' if nothing."""
        method = self.parameterAsEnumString(parameters, "METHOD", context)
        line = CLASSIFIERS[method]
        for name in ("COST", "GAMMA", "TREES", "LEAF"):
            if shared.is_given(parameters, name) and name.lower() not in line.heeds:
                return tr("{name} is given, and METHOD={method} has no such parameter. Leave it empty.").format(
                    name=name, method=method
                )
        samples = shared.number(self, parameters, "SAMPLES", context)
        if samples and samples > line.most:
            return tr("SAMPLES is {count}, and METHOD={method} takes {most} training pixels at most.").format(
                count=samples, method=method, most=line.most
            )
        return ""

    def arguments(self, parameters, context):
        said, chips = self._said(parameters, context), self._chips(parameters, context)
        numbers = {name.lower(): self._number(parameters, name, context) for name in NUMBERS}
        return {
            **said,
            **numbers,
            "task": self._task(parameters, context, chips),
            "split": resolved_split(said["split"], chips),
            "chips": chips or None,
            "method": self.parameterAsEnumString(parameters, "METHOD", context),
            "shares": self.parameterAsEnumString(parameters, "SHARES", context),
        }

    def prepared(self, parameters, context, feedback):
        images = self._images(parameters, context)
        if images is None:
            return None
        for warning in images.warnings:
            feedback.pushWarning(warning)
        return PreparedData(
            self, parameters, context, feedback, images, train_data.chosen_labels(self, parameters, context)
        )

    def default_name(self, parameters, context):
        chips = self._chips(parameters, context)
        data = chips or train_data.chosen_labels(self, parameters, context)[0].name()
        method = self.parameterAsEnumString(parameters, "METHOD", context)
        return f"{data.rstrip('/').rpartition('/')[2] if chips else data}-{method}"

    def _task(self, parameters, context, chips: str) -> str:
        """The task of the model: of chips their own, which the worker looks up; else by the layout."""
        layout = self.parameterAsEnumString(parameters, "LAYOUT", context)
        return "segmentation" if layout == STACK else "time-series"

    def _images(self, parameters, context):
        layout = self.parameterAsEnumString(parameters, "LAYOUT", context)
        form = "stack" if layout == STACK else "series"
        images = train_data.chosen_images(self, parameters, context, form)
        if images and layout == "dates" and all(len(dates) < 2 for dates in images.dates.values()):
            raise RsdlError(tr("A series of LAYOUT=dates has a layer for each date, and there is one. Choose more."))
        return images

    def _chips(self, parameters, context) -> str:
        return shared.text_of(self, parameters, "CHIPS", context)

    def _said(self, parameters, context):
        return option_table.values(OPTIONS, self, parameters, context)

    def _number(self, parameters, name, context):
        if not shared.is_given(parameters, name):
            return None
        whole = name not in ("COST", "GAMMA")
        value = self.parameterAsDouble(parameters, name, context)
        return int(value) if whole else value


def _layout():
    # name, label, options, several, default, optional, static strings
    parameter = QgsProcessingParameterEnum("LAYOUT", tr("Layout"), [STACK, *LAYOUTS], False, STACK, False, True)
    return shared.described(
        parameter,
        tr(
            "stack: all bands of all layers are features of a pixel. dates: each layer is a date of a time series and "
            "its bands are variables. variables: each layer is a variable and its bands are dates. For a chip folder: "
            "stack, or either of the others where its chips are series. Default: stack. Values: {values}."
        ).format(values=", ".join((STACK, *LAYOUTS))),
    )


def _methods_help() -> str:
    listed = "; ".join(f"{name}: {line.title} ({line.source})" for name, line in CLASSIFIERS.items())
    return tr("The method: {methods}. Default: svm-rbf.").format(methods=listed)


def _numbers() -> list:
    texts = {
        "COST": (
            tr("Cost C"),
            tr(
                "Of an SVM, the weight of training pixels on the wrong side, 0.000001 to 1,000,000. Higher values fit "
                "the training pixels more closely. Default: chosen on the validation split."
            ),
        ),
        "GAMMA": (
            tr("Kernel width gamma"),
            tr(
                "Of the RBF kernel, exp(-gamma d²) for the distance d of standardised features, 0.000001 to 1,000,000. "
                "Default: chosen on the validation split."
            ),
        ),
        "TREES": (
            tr("Trees"),
            tr("Number of trees of a random forest, or of boosting for each class, 1 to 5,000. Default: 200."),
        ),
        "LEAF": (
            tr("Least pixels of a leaf"),
            tr("Least training pixels of a leaf of a tree, 1 to 100,000. Default: chosen on the validation split."),
        ),
        "SAMPLES": (
            tr("Training pixels"),
            tr(
                "How many labelled pixels of the training split are used at most, drawn at random by class, 100 to "
                "1,000,000; at most 50,000 for svm-rbf. Default: 10,000 for svm-rbf, 50,000 for the others."
            ),
        ),
    }
    return [shared.number_of(CLASSIFYING[name.lower()], name, label, text) for name, (label, text) in texts.items()]
