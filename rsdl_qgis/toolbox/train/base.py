"""Training a network: what the algorithms share that do it; each has a module that is called as it is."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
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

from ...engine.cards.card import CARD_FILE, WEIGHTS_FILE, ModelCard
from ...engine.cards.names import LONGEST, as_model_name
from ...engine.errors import RsdlError
from ...engine.files.names import work_folder
from ...engine.tables.metrics import METRICS
from ...engine.tables.tasks import TASKS, Task
from ...paths import user_folder
from .. import parameters as shared
from .. import settings
from ..metrics import metric_labels, metrics_help
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker.client import make_job, run_job, temporary_folder
from . import checks, option_table
from . import data as train_data
from .job import PreparedData
from .options import Offer

CUTTING = ("CHIP_SIZE", "CHIP_OVERLAP", "BUFFER", "ALL_TOUCHED", "SIZE")  # how layers become chips
REPORTS = ("html", "htm")
BEST = "best"  # the best model so far, in the work folder


class ModelMaker(JobAlgorithm):
    """Makes a model and a report of it: where they go, and what the log says when it was stopped.

    A child gives ``OPERATION``, the job's, and ``METRICS``, the ids of those that are its outputs.
    """

    GROUP = "train"
    OPERATION = ""
    METRICS: tuple[str, ...] = ()
    EPOCHS = True  # whether it trains in epochs, of which one is kept, and resumes where it was stopped

    def find_worker(self) -> None:
        settings.training_python()

    def default_name(self, parameters, context) -> str:
        """The name of the model where none is given."""
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
        """Declare NAME, OUTPUT, REPORT, how the job is saved, and the metrics."""
        for parameter in (_name(), _model_folder(), _report(), *saving_parameters(tr("Computing"))):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("MODEL", tr("Model, for MODEL of other algorithms")))
        main = tr("Main metric of the finished model")
        self.addOutput(QgsProcessingOutputNumber("MAIN_FIGURE", main))
        if self.EPOCHS:
            self.addOutput(QgsProcessingOutputNumber("BEST_EPOCH", tr("Best epoch, from 1")))
        for name, label in metric_labels(self.METRICS).items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))

    def outputs_problem(self, parameters, context) -> str:
        """What is wrong with OUTPUT and REPORT, in a sentence; '' if nothing."""
        text = shared.output_problem(shared.fixed_path(parameters.get("REPORT")), REPORTS)
        path = shared.fixed_path(parameters.get("OUTPUT"))
        return text or ("" if shared.is_temporary(path) else folder_problem(Path(path), CARD_FILE))

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        self._data = self.prepared(parameters, context, feedback)
        self._named = self._name_and_folder(parameters, context)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        name, title, output = self._named
        report = self._report(parameters, context)
        copies = self._data.copies if self._data else 0
        steps = QgsProcessingMultiStepFeedback(copies + 1, feedback)
        began = time.time()
        if not self.is_saved(parameters):
            make_parent(output)
        with temporary_folder() as folder:
            arguments = {
                **self.arguments(parameters, context),
                **(self._data.arguments(folder, steps) if self._data else {}),
                "name": name,
                "title": title,
                "output": str(output),
                "report": report,
                **({"resume": True} if self.EPOCHS else {}),
            }
            job = make_job(self.OPERATION, arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, steps)
            try:
                result = run_job(job, steps, folder)
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
        """Name, title and folder of the model. One without a folder of its own goes to the user's models."""
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
    """Trains a network. A child says for which task; the table of tasks tells what there is to choose."""

    OPERATION = "train"
    TASK = ""
    SUMS: tuple[str, ...] = ()  # of losses, that are offered

    @property
    def task(self) -> Task:
        """The line of its task in the table."""
        return TASKS[self.TASK]

    @property
    def options(self) -> tuple[str, ...]:
        """The names of its training options."""
        return option_table.names_for(self.task)

    def tags(self):
        return tr("deep learning,neural network,train,fine-tune,transfer learning,pytorch,labels,model").split(",")

    def initAlgorithm(self, configuration=None):
        names, task = self.options, self.task
        default, batch_size = "+".join(task.loss), {"BATCH_SIZE": task.batch_size}
        offer = Offer(task.networks, task.network, task.losses, self.SUMS, default, batch_size)
        for parameter in [
            *train_data.image_parameters(task.rasters),
            *train_data.label_parameters(task.labels),
            *option_table.basic("labels", names, offer),
            train_data.chips_parameter(),
            train_data.extent_parameter(),
            _base_model(),
            *option_table.basic("network", names, offer),
            *train_data.advanced_parameters(),
            *option_table.advanced(names, offer),
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
            text = checks.area_problem(self, parameters, context, images)
            text = text or self._labels_problem(parameters, context, labels)
        text = text or self._settings_problem(parameters, context, chips, start)
        text = text or self.outputs_problem(parameters, context)
        return text or self.worker_problem(parameters)

    def _source_problem(self, parameters, chips, images, labels) -> str:
        """Neither layers nor chips, or both; labels missing."""
        names = train_data.FORMS[self.task.rasters]
        if not chips and not images:
            text = tr("There is nothing to train on. Choose {layers} and LABELS, or a chip folder in CHIPS.")
            return text.format(layers=", ".join(names))
        if chips:
            own = (*train_data.own_names(self.task.rasters), *CUTTING)
            given = [name for name in own if is_asked(parameters, name)]
            return chips_alone(given) or checks.chip_folder_problem(chips)
        if not labels:
            return tr("LABELS is empty: choose the layer with the labels, or a chip folder in CHIPS.")
        return ""

    def _labels_problem(self, parameters, context, labels) -> str:
        kind, said = self.task.labels, self._said(("UNLABELLED", "MULTILABEL"), parameters, context)
        field, place = (shared.text_of(self, parameters, f"{name}_FIELD", context) for name in ("CLASS", "PLACE"))
        text = checks.labels_problem(labels, field, place, kind)
        if text or kind == "numbers" or said.get("multilabel") or said.get("unlabelled") == "background":
            return text
        return checks.one_class_problem(labels, field, kind)

    def _settings_problem(self, parameters, context, chips, start) -> str:
        said = self._said(self.options, parameters, context)
        text = start_problem(said, start) or checks.split_problem(said, chips)
        text = text or checks.network_problem(said["network"], said["options"], self.task.networks)
        text = text or checks.weights_problem(said["pretrained"])
        text = text or checks.losses_problem(said.get("loss") or (), self._losses(said))
        text = text or checks.augmentation_problem(said["augmentation"], self.TASK)
        text = text or checks.chip_size_problem(said)
        return text or shared.device_problem(self, parameters, context)

    def _losses(self, said: Mapping[str, Any]) -> tuple[str, ...]:
        """The losses to choose from."""
        kind = "labels" if said.get("multilabel") else next(iter(self.task.kinds))
        return self.task.kinds[kind].losses

    def _start(self, parameters, context) -> ModelCard | None:
        """The card of BASE_MODEL; RsdlError where it is none, or cannot be trained on."""
        name = shared.text_of(self, parameters, "BASE_MODEL", context)
        if not name:
            return None
        path, card = settings.store().find(name)
        if not (path / WEIGHTS_FILE).is_file():
            raise RsdlError(
                tr("Model '{model}' is not a folder with weights that training can start from ({file}).").format(
                    model=card.name, file=WEIGHTS_FILE
                ),
                tr("Import a .zip with 'Import model' first, choose another BASE_MODEL, or leave it empty."),
            )
        return card

    def _said(self, names: Collection[str], parameters, context) -> dict[str, Any]:
        """What was chosen for those of its options with these names, as the job says it."""
        own = [name for name in self.options if name in names]
        return option_table.values(own, self, parameters, context)

    def arguments(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        base = shared.text_of(self, parameters, "BASE_MODEL", context)
        said = self._said(self.options, parameters, context)
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
            from ...engine.networks import network_for

            network = network_for(start.network if start else "", self.task.networks, self.task.network)
        data = Path(chips).name if chips else train_data.chosen_labels(self, parameters, context)[0].name()
        return f"{data}-{network}"


def common_help(predictor: str) -> str:
    """What the help of all of them ends with; ``predictor``: the title of the algorithm that uses such models."""
    used = tr("'{algorithm}' predicts with the model.").format(algorithm=predictor)
    return f" {used}\n\n" + tr(
        "Training starts from scratch, from an installed model (BASE_MODEL) or from published weights (PRETRAINED); "
        "their bands and classes may be others. The best epoch is chosen on a validation split, of layers by default "
        "one that is apart in space, and the model is evaluated on a test split, or on the validation split if there "
        "is none.\n\nThe model goes to your models unless you choose a folder, and can be used at once: by name, or in "
        "a graphical model by the output MODEL. Cancelling loses nothing: the best model so far stays, and the same "
        "settings resume from there. The report shows data, training and accuracy."
    )


def _base_model():
    return shared.model(
        tr("Base model"),
        tr(
            "Name or path of a model whose weights training starts from (fine-tuning). Its bands and classes may be "
            "others; what does not fit is trained anew. Default: from scratch."
        ),
        tasks="",
        name="BASE_MODEL",
        empty=tr("none: from scratch"),
        kind="bases",
    )


def _name():
    return shared.described(
        QgsProcessingParameterString("NAME", tr("Name of the model"), None, False, True),
        tr("Name of the model in lists. Default: from the data and the network."),
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
        tr("A web page (.html) with training curves, metrics, images and settings, in one file."),
    )


def start_problem(said: Mapping[str, Any], start: ModelCard | None) -> str:
    """What is wrong with BASE_MODEL, PRETRAINED and what needs one of them, in a sentence; '' if nothing."""
    if start is not None and said["pretrained"]:
        return tr("BASE_MODEL and PRETRAINED are both given, and training starts from one. Leave one empty.")
    usual = {"method": "finetune", "freeze": "nothing", "unfreeze_every": 0, "head_epochs": 0}
    changed = [name.upper() for name, value in usual.items() if said[name] != value]
    if start is None and not said["pretrained"] and changed:
        return tr(
            "{names}: this needs pretrained weights, and there are none. Choose BASE_MODEL or PRETRAINED, or leave "
            "{names} as it is."
        ).format(names=", ".join(changed))
    return ""


def is_asked(parameters: dict, name: str) -> bool:
    """Whether there is a value that is more than a no."""
    return shared.is_given(parameters, name) and str(parameters[name]).lower() != "false"


def chips_alone(given: list[str]) -> str:
    """What is wrong where these parameters are given besides CHIPS, in a sentence; '' if there are none."""
    if not given:
        return ""
    return tr(
        "{names} cannot be used with CHIPS, which are cut and labelled already. Leave {names} empty, or CHIPS."
    ).format(names=", ".join(given))


def resolved_split(split: str, chips: str | None) -> str | None:
    """How data is split, as the job says it; None: as a chip folder says, or else as suits it."""
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
        return tr("The folder {folder} for the result does not exist. Create it, or choose another.").format(
            folder=parent
        )
    if not os.access(parent, os.W_OK):
        return tr("OUTPUT: the folder {folder} cannot be written to. Choose another.").format(folder=parent)
    return ""


def make_parent(output: Path) -> None:
    """Make the folder that ``output`` goes to; QgsProcessingException where it cannot be."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QgsProcessingException(
            tr("The folder {folder} cannot be created: {reason}. Choose another OUTPUT.").format(
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
