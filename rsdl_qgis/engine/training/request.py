"""The request of a training or distillation job, checked before any work starts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..cards.card import CARD_FILE, ModelCard
from ..cards.names import as_model_name
from ..cards.store import Store
from ..chips.request import ChipsRequest
from ..errors import InputError, MismatchError, ModelError, OutputError
from ..files.names import work_folder
from ..job.table import some
from ..job.training import AUGMENTED, DISTILLING, TRAINING, USUAL_EPOCHS, USUAL_LAYER_DECAY, USUAL_RATES
from ..networks import NETWORKS
from ..runtime.published.weights import check_name
from ..tables.tasks import TASKS, Task, task_of
from .loop.losses import LOSSES
from .samples.augment import AUGMENTATIONS, NO_AUGMENTATION, Augmentation
from .start.weights import IMAGENET

KINDS = {  # of a chip's label
    "raster": "classes",
    "class": "classes",
    "classes": "labels",
    "number": "numbers",
    "boxes": "boxes",
}
STEPS = 800  # optimizer steps of the default number of epochs, within its limits
FEWEST_EPOCHS, MOST_EPOCHS = USUAL_EPOCHS
NEW_START, GENTLE = USUAL_RATES
REPORTS = (".html", ".htm")  # endings
NO_CLASS = "none"  # no class is background
HEAD_OPTIONS = ("examples", "neighbours")  # of networks that decide by nearest neighbours
ON_FEATURES = ("linear", "prototype", "knn")  # methods that train the last layer alone
DERIVED = ("data", "asked")  # fields of a request that are not arguments of a job
CARD_ONLY = ("name", "title", "description", "keywords", "resolution_tolerance", "background")
UNRELATED = ("output", "report", "device", "threads", "resume", *CARD_ONLY, *DERIVED)  # do not change the weights


@dataclass(frozen=True)
class TrainRequest:
    """The request of the job "train". None: the default of the task.

    ``data``: the chips; ``asked``: the arguments that change the weights, as JSON.
    """

    task: str
    output: Path
    data: ChipsRequest
    asked: str = ""
    network: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    base_model: str | None = None
    pretrained: str | None = None
    method: str = "finetune"
    neighbours: int = 5
    lora_rank: int = 8
    lora_alpha: float = 16.0
    freeze: str = "nothing"
    freeze_stages: int = 1
    layer_decay: float | None = None
    unfreeze_every: int = 0
    head_epochs: int = 0
    epochs: int | None = None
    batch_size: int = Task.batch_size
    learning_rate: float | None = None
    weight_decay: float = 0.01
    optimizer: str = "adamw"
    loss: tuple[str, ...] = ()
    class_weights: str = "none"
    sampling: str = "even"
    accumulate: int = 1
    average: float = 0.99
    sharpness: float = 0.0  # radius rho of sharpness-aware minimisation (SAM); 0: off
    consistency: float = 0.0  # weight of consistency regularisation; 0: off
    patience: int = 0
    keep: str = "best"
    precision: str = "auto"
    augmentation: Augmentation | None = field(default_factory=Augmentation)
    scaling: str = "auto"
    side: int | None = None  # of scenes, in pixels, as the network takes them
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    name: str = ""
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()  # by which algorithms and users find the model
    resolution_tolerance: float | None = None  # factor of the pixel size that is accepted; None: the base model's
    background: str = ""  # name or value of the class that is not vectorised, or NO_CLASS; '': the class of value 0
    report: Path | None = None
    resume: bool = True

    @classmethod
    def of(cls, arguments: Mapping[str, Any], labelled: bool = True) -> TrainRequest:
        """The request in a job's arguments. InputError, ModelError or OutputError for invalid ones.

        ``labelled``: whether the chips have labels.
        """
        given = some(TRAINING, (f.name for f in fields(cls) if f.name not in DERIVED), arguments)
        for name in ("output", "report"):
            if name in given:
                given[name] = Path(given[name])
        given["augmentation"] = _augmentation(arguments.get("augmentation"))
        for name in ("loss", "keywords"):
            given[name] = tuple(given.get(name, ()))
        given.setdefault("batch_size", TASKS[given["task"]].batch_size)
        request = cls(data=ChipsRequest.of(arguments, labelled), asked=_asked(arguments), **given)
        request._check_network()
        request._check_outputs()
        request._check_losses()
        request._check_augmentation()
        request._check_consistency()
        request._check_keep()
        request._check_background()
        request._check_start()
        return request

    @property
    def work(self) -> Path:
        """The folder of chips, checkpoint and best model so far during training."""
        return work_folder(self.output)

    @property
    def frozen(self) -> str | int:
        """What is frozen, as an argument of ``freezing``."""
        if self.method in ON_FEATURES:
            return "backbone"
        return self.freeze_stages if self.freeze == "stages" else self.freeze

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that change the weights, as plain values."""
        values = {name: getattr(self, name) for name in SETTINGS}
        return {**values, "augmentation": asdict(self.augmentation) if self.augmentation else None}

    @property
    def model_name(self) -> str:
        return as_model_name(self.name or self.output.name)

    def epochs_of(self, batches: int) -> int:
        """The number of epochs for so many batches per epoch: more for small data sets."""
        return self.epochs or min(max(math.ceil(STEPS / batches), FEWEST_EPOCHS), MOST_EPOCHS)

    def losses(self, kind: str) -> tuple[str, ...]:
        """The names of the losses that are added, for labels of a kind."""
        return self.loss or TASKS[self.task].kinds[kind].default

    def _check_network(self) -> None:
        if self.network is None:
            return
        fitting = [name for name, line in NETWORKS.items() if line.task in TASKS[self.task].networks]
        if self.network not in NETWORKS:
            raise ModelError(f"There is no network '{self.network}'.", f"Choose one of {_list(fitting)}.")
        if self.network not in fitting:
            line = NETWORKS[self.network]
            raise ModelError(f"{line.title} is a network for {line.task}, not for {self.task}.", f"{_list(fitting)}.")

    @property
    def start_name(self) -> str:
        """The name of the base model or pretrained weights, without folders; '' for none."""
        return Path(self.base_model or self.pretrained or "").name

    def _check_losses(self) -> None:
        fitting = [name for name, loss in LOSSES.items() if loss.kind in TASKS[self.task].kinds]
        if not fitting and (self.loss or self.class_weights != "none"):
            what = "LOSS" if self.loss else "CLASS_WEIGHTS"
            raise InputError(f"{what} cannot be chosen for {self.task}: its networks have losses of their own.")
        for name in self.loss:
            if name not in fitting:
                problem = f"There is no loss '{name}'" + (f" for {self.task}." if name in LOSSES else ".")
                raise InputError(problem, f"Choose of {_list(fitting)}.")
        weighted = [name for name in fitting if LOSSES[name].weighted]
        if self.loss and self.class_weights != "none" and not set(weighted) & set(self.loss):
            problem = f"CLASS_WEIGHTS={self.class_weights} does nothing with LOSS={'+'.join(self.loss)}"
            hint = "Choose CLASS_WEIGHTS=none" + (f", or one of the losses {_list(weighted)}." if weighted else ".")
            raise InputError(f"{problem}, which has no weights of classes.", hint)

    def _check_augmentation(self) -> None:
        for name, tasks in AUGMENTED.items():
            if getattr(self.augmentation or NO_AUGMENTATION, name) and self.task not in tasks:
                problem = f"The augmentation '{name}' is for {_list(tasks)}, and this is {self.task}."
                raise InputError(problem, "Choose another AUGMENTATION, such as standard.")

    def _check_consistency(self) -> None:
        if self.consistency and not TASKS[self.task].dense:
            problem = f"CONSISTENCY is for maps, which {self.task} does not make."
            raise InputError(problem, "Leave it at 0.")

    def _check_keep(self) -> None:
        if self.keep == "last" and self.patience:
            problem = f"PATIENCE={self.patience} waits for a better epoch, and KEEP=last takes the last one."
            raise InputError(problem, "Choose PATIENCE=0, or KEEP=best.")

    def _check_background(self) -> None:
        if self.background and tuple(TASKS[self.task].kinds) != ("classes",):
            problem = f"BACKGROUND is for maps of classes, which {self.task} does not make."
            raise InputError(problem, "Leave BACKGROUND empty.")

    @property
    def layer_decay_used(self) -> float:
        """The layer-wise learning rate decay: by default below 1 where published weights are fine-tuned."""
        gentle = self.pretrained is not None and self.method == "finetune"
        return self.layer_decay or (USUAL_LAYER_DECAY if gentle else 1.0)

    def _check_start(self) -> None:
        if self.base_model and self.pretrained:
            raise InputError("Both BASE_MODEL and PRETRAINED are given.", "Choose one of them to start from.")
        if self.pretrained and self.pretrained.strip().lower() != IMAGENET:
            check_name(self.pretrained)
        if self.freeze != "nothing" and not (self.base_model or self.pretrained):
            raise InputError(
                f"FREEZE={self.freeze} keeps pretrained weights, and there are none to start from.",
                "Choose BASE_MODEL or PRETRAINED, or FREEZE=nothing.",
            )
        self._check_method()
        if self.freeze_stages > 1 and self.freeze != "stages":
            raise InputError(
                f"FREEZE_STAGES={self.freeze_stages} is for FREEZE=stages, and FREEZE is {self.freeze}.",
                "Choose FREEZE=stages, or leave FREEZE_STAGES as it is.",
            )

    def _check_method(self) -> None:
        if own := sorted(set(HEAD_OPTIONS) & set(self.options)):
            problem = f"OPTIONS has {own[0]}, which METHOD=knn sets by the training samples."
            raise InputError(problem, "Leave it out, and choose METHOD=knn with NEIGHBOURS.")
        if not (self.base_model or self.pretrained):
            for name, value in (("METHOD", self.method), ("HEAD_EPOCHS", self.head_epochs)):
                if value not in ("finetune", 0):
                    problem = f"{name}={value} needs pretrained weights, and there are none to start from."
                    raise InputError(problem, f"Choose BASE_MODEL or PRETRAINED, or leave {name} as it is.")
        if self.method in ON_FEATURES:
            if self.method != "linear" and self.data.cut.multilabel:
                raise several_labels(self.method)
            if not (TASKS[self.task].scenes or TASKS[self.task].series):
                problem = f"METHOD={self.method} is for scenes and time series, and this is {self.task}."
                raise InputError(problem, "Choose METHOD=finetune with FREEZE=backbone.")
            if self.method == "knn" and not TASKS[self.task].scenes:
                problem = f"METHOD=knn is for scenes, and this is {self.task}."
                raise InputError(problem, "Choose METHOD=prototype or linear.")
            asked = {"FREEZE": self.freeze != "nothing", "UNFREEZE_EVERY": self.unfreeze_every > 0}
            asked |= {"HEAD_EPOCHS": self.head_epochs > 0}
            if set_too := [name for name, given in asked.items() if given]:
                problem = f"METHOD={self.method} trains the last layer alone, so {set_too[0]} does nothing."
                raise InputError(problem, f"Leave {set_too[0]} as it is, or choose METHOD=finetune.")
        if self.epochs and self.epochs <= self.head_epochs:
            problem = f"HEAD_EPOCHS={self.head_epochs} leaves none of {self.epochs} epochs to the rest of the network."
            raise InputError(problem, "Choose fewer, more EPOCHS, or FREEZE=backbone to train the head alone.")

    def _check_outputs(self) -> None:
        output = self.output
        if not output.parent.is_dir():
            raise OutputError(f"There is no folder {output.parent} to write the model to.", "Make it first.")
        if output.is_file() or (output.is_dir() and any(output.iterdir()) and not (output / CARD_FILE).is_file()):
            raise OutputError(f"{output} is there already and is no model.", "Choose a new or empty folder.")
        if self.report is not None and self.report.suffix.lower() not in REPORTS:
            raise OutputError(f"{self.report} does not end in {REPORTS[0]}.", "Choose another name for the report.")
        if self.report is not None and not self.report.parent.is_dir():
            raise OutputError(f"There is no folder {self.report.parent} to write the report to.", "Make it first.")


def several_labels(method: str) -> InputError:
    """Of a method that follows from the samples of each class."""
    problem = f"METHOD={method} is for one class a sample, and these have several labels."
    return InputError(problem, "Choose METHOD=linear.")


@dataclass(frozen=True)
class DistilRequest:
    """The request of the job "distil": train a student on the predictions of the teacher in ``path``.

    ``temperature`` softens the predictions. ``training``: of the student, for the teacher's task; its labels are for
    evaluation only.
    """

    training: TrainRequest
    path: Path
    teacher: ModelCard
    temperature: float

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> DistilRequest:
        """The request in a job's arguments. Errors as ``TrainRequest.of``; MismatchError for a detector as teacher."""
        given = some(DISTILLING, ("teacher", "temperature", "batch_size"), arguments)
        path, teacher = Store().find(given["teacher"])
        if task_of(teacher.task).boxes:
            raise MismatchError(f"'{teacher.name}' finds objects, and only maps, scenes and series can be distilled.")
        size = given.get("batch_size", DISTILLING["batch_size"].default)
        own = {"task": teacher.task, "batch_size": size, "base_model": None, "pretrained": None}
        training = TrainRequest.of({**arguments, **own}, labelled=bool(arguments.get("labels")))
        temperature = float(given.get("temperature", DISTILLING["temperature"].default))
        return cls(replace(training, asked=_asked(arguments)), path, teacher, temperature)


def _asked(arguments: Mapping[str, Any]) -> str:
    related = {name: arguments[name] for name in RELATED if arguments.get(name) is not None}
    return json.dumps(related, sort_keys=True, default=str)


def _augmentation(given: Any) -> Augmentation | None:
    if given is None:
        return Augmentation()
    if isinstance(given, str):
        return AUGMENTATIONS[given]
    known = {f.name for f in fields(Augmentation)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise InputError(f"There is no augmentation '{unknown[0]}'.", f"There are {_list(sorted(known))}.")
    return Augmentation(**given)


def _list(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(names)


SETTINGS = tuple(f.name for f in fields(TrainRequest) if f.name not in UNRELATED)
RELATED = (*SETTINGS, "teacher", "temperature")
