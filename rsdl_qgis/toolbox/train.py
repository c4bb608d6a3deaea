"""Training a network: what all algorithms share that do it. ``train_tasks`` has them, one a task."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingException,
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..engine.card import CARD_FILE, WEIGHTS_FILE, ModelCard
from ..engine.errors import RsdlError
from ..engine.file_names import work_folder
from ..engine.metric_table import METRICS
from ..engine.names import LONGEST, as_model_name
from ..engine.task_table import TASKS, Task
from ..paths import user_folder
from . import parameters as shared
from . import settings, train_checks, train_data, train_options
from .algorithm import RsdlAlgorithm
from .metrics import metric_labels, metrics_help
from .text import tr
from .train_job import PreparedData
from .worker import make_job, run_job, temporary_folder

LABEL_OPTIONS = ("UNLABELLED",)
CUTTING = ("CHIP_SIZE", "CHIP_OVERLAP", "BUFFER", "ALL_TOUCHED")
SPLITTING = ("SPLIT", "VALIDATION", "TEST", "BLOCK_SIZE")
STARTING = ("FREEZE", "FREEZE_STAGES", "LAYER_DECAY", "UNFREEZE_EVERY")
RARE_CLASSES = ("CLASS_WEIGHTS", "SAMPLING")
STEPPING = ("OPTIMIZER", "WEIGHT_DECAY", "ACCUMULATE", "AVERAGE", "SHARPNESS", "PATIENCE", "KEEP", "PRECISION")
MAP_OPTIONS = ("CONSISTENCY",)
VARYING = ("AUGMENTATION", "SCALING")
RUNNING = ("SEED", "DEVICE", "THREADS")
REPORTS = ("html", "htm")
BEST = "best"  # the best model so far, in the work folder


class ModelMaker(RsdlAlgorithm):
    """What makes a model and a report of it: where they go, and what is said when it was stopped.

    A child gives ``OPERATION``, the job's, and ``METRICS``, the ids of those that are its
    numeric outputs.
    """

    GROUP = "train"
    OPERATION = ""
    METRICS: tuple[str, ...] = ()

    def default_name(self, parameters, context) -> str:
        """What the model is called if the person gives no name."""
        raise NotImplementedError

    def prepared(self, parameters, context, feedback) -> PreparedData | None:
        """Rasters and labels, made ready on the main thread; None where a chip folder is given."""
        raise NotImplementedError

    def arguments(self, parameters, context) -> dict[str, Any]:
        """The job's arguments that are neither rasters nor labels nor outputs."""
        raise NotImplementedError

    def shortHelpString(self):
        return f"{self.help()}\n\n{metrics_help(self.METRICS)}"

    def add_outputs(self) -> None:
        """Declare NAME, OUTPUT, REPORT and the metrics."""
        for parameter in (_name(), _model_folder(), _report()):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("MODEL", tr("Model, for MODEL of other algorithms")))
        main = tr("Main metric of the finished model, the one that epochs are compared by")
        self.addOutput(QgsProcessingOutputNumber("MAIN_FIGURE", main))
        self.addOutput(QgsProcessingOutputNumber("BEST_EPOCH", tr("Best epoch, from 1")))
        for name, label in metric_labels(self.METRICS).items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def outputs_problem(self, parameters, context) -> str:
        """What is wrong with OUTPUT and REPORT, in a sentence; '' if nothing."""
        text = shared.output_problem(shared.fixed_path(parameters.get("REPORT")), REPORTS)
        path = shared.fixed_path(parameters.get("OUTPUT"))
        return text or ("" if shared.is_temporary(path) else folder_problem(Path(path), CARD_FILE))

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context)
        self._data = self.prepared(parameters, context, feedback)
        self._named = self._name_and_folder(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        name, title, output = self._named
        report = self._report(parameters, context)
        copies = self._data.copies if self._data else 0
        steps = QgsProcessingMultiStepFeedback(copies + 1, feedback)
        began = time.time()
        make_parent(output)
        with temporary_folder() as folder:
            arguments = {
                **self.arguments(parameters, context),
                **(self._data.arguments(folder, steps) if self._data else {}),
                "name": name,
                "title": title,
                "output": str(output),
                "report": report,
                "resume": True,
            }
            try:
                result = run_job(make_job(self.OPERATION, arguments), steps, folder)
            except QgsProcessingException as error:
                raise QgsProcessingException(_with_best(str(error), output, began, feedback)) from None
        feedback.pushInfo(tr("The model is in {folder}.").format(folder=output))
        return {
            "OUTPUT": str(output),
            "MODEL": str(output),
            **({"REPORT": report} if report else {}),
            **self._metrics(result),
        }

    def _metrics(self, result: Mapping[str, Any]) -> dict[str, float]:
        """The numeric outputs from the worker's result."""
        found = result.get("figures", {})
        titles = {name.upper(): METRICS[name].title for name in self.METRICS}
        metrics = {name: found[title] for name, title in titles.items() if found.get(title) is not None}
        of_best = {"MAIN_FIGURE": result.get("main"), "BEST_EPOCH": result.get("best_epoch")}
        return {**metrics, **{name: value for name, value in of_best.items() if value is not None}}

    def _name_and_folder(self, parameters, context) -> tuple[str, str, Path]:
        """Name, title and folder of the model. One without a place of its own goes to the person's models."""
        given = shared.text_of(self, parameters, "NAME", context)
        path = shared.fixed_path(parameters.get("OUTPUT"))
        if not shared.is_temporary(path):
            output = Path(path).absolute()
            name = as_model_name(given or output.name)
            return name, given or name, output
        wished = as_model_name(given or self.default_name(parameters, context))
        folder = user_folder() / "models"
        name = unique(wished, {known for known, _, _ in settings.store().list()}, folder)
        return name, given if given and name == wished else name, folder / name

    def _report(self, parameters, context) -> str | None:
        if not shared.is_given(parameters, "REPORT"):
            return None
        return self.parameterAsFileOutput(parameters, "REPORT", context) or None


class TrainingAlgorithm(ModelMaker):
    """Trains a network. A child says for which task, from which rasters and labels, and what it may choose."""

    OPERATION = "train"
    TASK = ""
    SUMS: tuple[str, ...] = ()  # of losses, that are offered
    OWN_OPTIONS: tuple[str, ...] = LABEL_OPTIONS  # of the data, shown with it
    CUTTING = CUTTING
    BALANCING = RARE_CLASSES

    @property
    def task(self) -> Task:
        """The line of its task in the table."""
        return TASKS[self.TASK]

    @property
    def map_options(self) -> tuple[str, ...]:
        """The options of networks that make maps."""
        return MAP_OPTIONS if self.task.dense else ()

    def tags(self):
        return tr("deep learning,neural network,train,fine-tune,transfer learning,pytorch,labels,model").split(",")

    def initAlgorithm(self, configuration=None):
        for parameter in [
            *train_data.image_parameters(self.task.rasters),
            *train_data.label_parameters(self.task.labels),
            *train_options.declared(self.OWN_OPTIONS),
            train_data.chips_parameter(),
            *train_data.area_parameters(),
            _base_model(),
            train_options.network(tr("Network"), self.task.networks, self.task.network),
            *train_options.declared(("EPOCHS", "PRETRAINED", *STARTING, "OPTIONS", "LEARNING_RATE")),
            train_options.batch_size(self.task.batch_size),
            *([train_options.loss(self.task.losses, self.SUMS, "+".join(self.task.loss))] if self.task.losses else []),
            *train_options.declared((*self.BALANCING, *STEPPING, *self.map_options)),
            *train_options.declared((*VARYING, *self.CUTTING, *SPLITTING)),
            train_data.place_parameter(),
            *train_options.declared(RUNNING),
        ]:
            self.addParameter(parameter)
        self.add_outputs()

    def problem(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        start = self._start(parameters, context)
        images = train_data.chosen_images(self, parameters, context, self.task.rasters, start)
        labels = train_data.chosen_labels(self, parameters, context)
        text = self._source_problem(parameters, chips, images, labels)
        if not text and images:
            text = train_checks.area_problem(self, parameters, context, images)
            text = text or self._labels_problem(parameters, context, labels)
        text = text or self._settings_problem(parameters, context, chips, start)
        text = text or self.outputs_problem(parameters, context)
        if not text:
            settings.worker_python()
        return text

    def _source_problem(self, parameters, chips, images, labels) -> str:
        """Neither layers nor chips, or both; labels missing."""
        names = train_data.FORMS[self.task.rasters]
        if not chips and not images:
            return tr("There is nothing to learn from. Choose {layers} and LABELS, or a chip folder in CHIPS.").format(
                layers=", ".join(names)
            )
        if chips:
            cutting = (name for name in self.CUTTING if name != "SIDE")  # pictures are brought to it once they are cut
            own = (*names, "LABELS", "CLASS_FIELD", "PLACE_FIELD", "EXTENT", "MASK", "BANDS", "NODATA", *cutting)
            given = [name for name in own if is_asked(parameters, name)]
            return chips_alone(given) or train_checks.chips_problem(chips)
        if not labels:
            return tr("LABELS is empty: choose the layer with what is known, or a chip folder in CHIPS.")
        return ""

    def _labels_problem(self, parameters, context, labels) -> str:
        field, place = (shared.text_of(self, parameters, f"{name}_FIELD", context) for name in ("CLASS", "PLACE"))
        text = train_checks.labels_problem(labels, field, place, self.task.labels)
        if text or self.task.labels == "numbers" or self._is_multilabel(parameters, context):
            return text
        if "UNLABELLED" in self.OWN_OPTIONS and self._chosen("UNLABELLED", parameters, context) == "background":
            return ""
        return train_checks.one_class_problem(labels, field, self.task.labels)

    def _settings_problem(self, parameters, context, chips, start) -> str:
        said = self._options(parameters, context)
        pretrained, split = said["pretrained"], said["split"]
        if start is not None and pretrained:
            return tr("BASE_MODEL and PRETRAINED are both given, and there can be one start. Leave one empty.")
        if start is None and not pretrained and (said["freeze"] != "nothing" or said["unfreeze_every"]):
            return tr(
                "There are no weights to keep: FREEZE and UNFREEZE_EVERY need a start. Choose BASE_MODEL or "
                "PRETRAINED, or FREEZE=nothing and UNFREEZE_EVERY=0."
            )
        if split == "chips" and not chips:
            return tr("SPLIT=chips is for a chip folder. Choose another, such as blocks.")
        text = train_options.network_problem(said["network"], said["options"], self.task.networks)
        text = text or train_options.weights_problem(pretrained)
        text = text or train_options.losses_problem(said["loss"] or (), self._losses(parameters, context))
        text = text or train_options.augmentation_problem(said["augmentation"], self.TASK)
        text = text or train_options.shares_problem(said["valid"], said["test"])
        text = text or train_options.chips_problem(said.get("chip_size"), said.get("chip_overlap"))
        return text or shared.device_problem(self, parameters, context)

    def _losses(self, parameters, context) -> tuple[str, ...]:
        return self.task.losses

    def _is_multilabel(self, parameters, context) -> bool:
        return False

    def _start(self, parameters, context) -> ModelCard | None:
        """The card of BASE_MODEL; RsdlError where it is none, or cannot be trained on."""
        name = shared.text_of(self, parameters, "BASE_MODEL", context)
        if not name:
            return None
        path, card = settings.store().find(name)
        if not (path / WEIGHTS_FILE).is_file():
            raise RsdlError(
                tr("Model '{model}' is no folder with weights that training can start with ({file}).").format(
                    model=card.name, file=WEIGHTS_FILE
                ),
                tr("Import a .zip with 'Import model' first, choose another BASE_MODEL, or leave it empty."),
            )
        return card

    def _chosen(self, name: str, parameters, context) -> Any:
        return train_options.OPTIONS[name].read(self, parameters, name, context)

    def _options(self, parameters, context) -> dict[str, Any]:
        """All that was chosen but the data, as the job says it."""
        names = ("PRETRAINED", "OPTIONS", "EPOCHS", *STARTING, "LEARNING_RATE", *self.BALANCING, *STEPPING, *VARYING)
        own = (*self.OWN_OPTIONS, *self.map_options, *self.CUTTING, *SPLITTING, *RUNNING)
        losses = train_options.loss_names(shared.text_of(self, parameters, "LOSS", context)) if self.task.losses else ()
        return {
            **train_options.arguments((*names, *own), self, parameters, context),
            "network": shared.text_of(self, parameters, "NETWORK", context) or None,
            "loss": losses or None,
            "batch_size": self.parameterAsInt(parameters, "BATCH_SIZE", context),
        }

    def arguments(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        base = shared.text_of(self, parameters, "BASE_MODEL", context)
        said = self._options(parameters, context)
        return {
            "task": self.TASK,
            **said,
            "split": resolved_split(said["split"], chips),
            "chips": chips or None,
            "base_model": str(settings.store().find(base)[0]) if base else None,
        }

    def prepared(self, parameters, context, feedback):
        start = self._start(parameters, context)
        images = train_data.chosen_images(self, parameters, context, self.task.rasters, start)
        if images is None:
            return None
        for warning in images.warnings:
            feedback.pushWarning(warning)
        labels = train_data.chosen_labels(self, parameters, context)
        return PreparedData(self, parameters, context, feedback, images, labels)

    def default_name(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        start = self._start(parameters, context)
        network = shared.text_of(self, parameters, "NETWORK", context)
        if not network:
            fits = start is not None and start.network in train_options.fitting_networks(self.task.networks)
            network = start.network if fits else self.task.network
        data = Path(chips).name if chips else train_data.chosen_labels(self, parameters, context)[0].name()
        return f"{data}-{network}"


def _base_model():
    return shared.model(
        tr("Start from a model"),
        tr(
            "Name or path of a model whose weights training starts with. Its bands and classes may be others; what "
            "does not fit is learned anew. Default: from scratch."
        ),
        tasks="",
        name="BASE_MODEL",
        empty=tr("none: from scratch"),
        kind="bases",
    )


def _name():
    return shared.described(
        QgsProcessingParameterString("NAME", tr("Name of the model"), None, False, True),
        tr("What the model is called in lists. Default: from the labels and the network."),
    )


def _model_folder():
    return shared.described(
        QgsProcessingParameterFolderDestination("OUTPUT", tr("Model folder"), None, True, True),
        tr(
            "A new or empty folder for the model, or that of a model, which is replaced. Default, also where a "
            "temporary folder is chosen: a folder of the model's name among your models, where lists find it."
        ),
    )


def _report():
    return shared.described(
        QgsProcessingParameterFileDestination("REPORT", tr("Report"), tr("HTML files (*.html)"), None, True, True),
        tr("A page (.html) with the course of the training, figures, pictures and settings, in one file."),
    )


def is_asked(parameters: dict, name: str) -> bool:
    """Whether there is a value that is more than a no."""
    return shared.is_given(parameters, name) and str(parameters[name]).lower() != "false"


def chips_alone(given: list[str]) -> str:
    """What is wrong where these parameters are given besides CHIPS, in a sentence; '' if there are none."""
    if not given:
        return ""
    return tr(
        "{names} cannot be used with CHIPS, which are cut and labelled already. Leave that empty, or CHIPS."
    ).format(names=", ".join(given))


def resolved_split(split: str, chips: str | None) -> str | None:
    """How data is divided, as the job says it; None: as a chip folder says, or else as suits it."""
    if split != "auto":
        return split
    return None if chips else "blocks"


def folder_problem(folder: Path, mark: str) -> str:
    """What is wrong with a folder to write to, in a sentence; '' if nothing. ``mark``: a file that makes it ours."""
    if folder.is_file():
        return tr("OUTPUT: {folder} is a file. Choose a folder.").format(folder=folder)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        return tr("OUTPUT: the folder {folder} holds other things. Choose a new or empty one.").format(folder=folder)
    parent = folder.absolute().parent
    if not parent.is_dir():
        return tr("The folder {folder} for the result is not there. Make it, or choose another.").format(folder=parent)
    if not os.access(parent, os.W_OK):
        return tr("OUTPUT: the folder {folder} cannot be written to. Choose another.").format(folder=parent)
    return ""


def make_parent(output: Path) -> None:
    """Make the folder that ``output`` goes to; QgsProcessingException where it cannot be."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QgsProcessingException(
            tr("The folder {folder} cannot be made: {reason}. Choose another OUTPUT.").format(
                folder=output.parent, reason=error.strerror
            )
        ) from None


def unique(name: str, known: set[str], folder: Path) -> str:
    """The name, with a number behind it where a model or a folder is called so already."""
    number, found = 1, name
    while found in known or (folder / found).exists():
        number += 1
        found = f"{name[: LONGEST - 5]}-{number}"
    return found


def _with_best(text: str, output: Path, began: float, feedback) -> str:
    """The text of an error, saying where the best model so far is, if there is one of this run."""
    weights = work_folder(output) / BEST / WEIGHTS_FILE
    if not weights.is_file() or (not feedback.isCanceled() and weights.stat().st_mtime < began):
        return text
    more = tr(
        "The best model so far is in {folder} and can be used as it is. Running again with the same settings goes on."
    )
    return f"{text} {more.format(folder=weights.parent)}"
