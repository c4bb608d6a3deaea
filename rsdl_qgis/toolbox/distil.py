"""Distillation: a small network learns from what a large one says of pictures without labels."""

from __future__ import annotations

from ..engine.card import ModelCard
from ..engine.errors import RsdlError
from ..engine.job_arguments import DISTILLING
from ..engine.metric_table import OF_LABELS, OF_MAPS, OF_NUMBERS
from ..engine.task_table import TASKS
from . import compat, settings, train_checks, train_data, train_options
from . import parameters as shared
from .text import tr
from .train import (
    CUTTING,
    MAP_OPTIONS,
    RUNNING,
    SPLITTING,
    STEPPING,
    ModelMaker,
    chips_alone,
    is_asked,
    resolved_split,
)
from .train_job import PreparedData

TEACHERS = tuple(name for name, task in TASKS.items() if not task.boxes)  # tasks whose models can be distilled
STUDENTS = tuple(dict.fromkeys(group for name in TEACHERS for group in TASKS[name].networks))  # groups of networks
LEARNING = (
    *("TEMPERATURE", "OPTIONS", "LEARNING_RATE", *STEPPING, *MAP_OPTIONS, "AUGMENTATION"),
    *(*CUTTING, *SPLITTING, *RUNNING),
)
OPTIONS = ("UNLABELLED", "EPOCHS", *LEARNING)
DATA = ("IMAGES", "LABELS", "CLASS_FIELD", "EXTENT", "MASK", "BANDS", "NODATA", *CUTTING)


class DistilModel(ModelMaker):
    """rsdl:distilmodel: a small model from a large one."""

    NAME = "distilmodel"
    OPERATION = "distil"
    METRICS = (*OF_MAPS, *OF_LABELS, *OF_NUMBERS)

    def title(self):
        return tr("Distil model")

    def help(self):
        return tr(
            "Trains a small network, the student, to say what a large model, the teacher, says of pictures. They need "
            "no labels, so there can be many. The student is smaller and faster, and often nearly as good: the report "
            "compares both in accuracy, size and speed, against labels if you give some.\n\nThe model goes to your "
            "models unless you choose a folder. Cancelling loses nothing: the best student so far stays, and the same "
            "settings go on from there."
        )

    def tags(self):
        return tr("deep learning,distillation,compress,student,teacher,small,fast,model").split(",")

    def initAlgorithm(self, configuration=None):
        teacher = shared.model(
            tr("Teacher"),
            tr("Name of an installed model, or path of a model folder, .zip or .onnx file: the one to learn from."),
            tasks="",
            name="TEACHER",
            empty=tr("choose a model"),
        )
        teacher.setFlags(teacher.flags() & ~compat.OPTIONAL)
        labels = train_data.label_parameters("classes")
        for parameter in labels:
            text = tr("Only to compare teacher and student by, in the report.")
            shared.described(parameter, f"{text} {parameter.help()}")
        extent, mask, bands, nodata = train_data.area_parameters()
        shared.described(
            bands,
            tr(
                "Numbers, from 1, of the bands that the teacher takes, in its order, such as 11,8,3. Default: by their "
                "descriptions, else all, in the teacher's order."
            ),
            advanced=True,
        )
        for parameter in [
            teacher,
            *train_data.image_parameters("images"),
            train_data.chips_parameter(),
            extent,
            mask,
            bands,
            nodata,
            *labels,
            *train_options.declared(("UNLABELLED",)),
            train_options.network(tr("Network of the student"), STUDENTS, tr("the usual one of the task")),
            *train_options.declared(("EPOCHS",)),
            train_options.batch_size(DISTILLING["batch_size"].default),
            *train_options.declared(LEARNING),
        ]:
            self.addParameter(parameter)
        self.add_outputs()

    def problem(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        teacher = self._teacher(parameters, context)
        if not chips and not shared.is_given(parameters, "IMAGES"):
            return tr("There is nothing to learn from. Choose IMAGES, or a chip folder in CHIPS.")
        text = ""
        if chips:
            given = [name for name in DATA if is_asked(parameters, name)]
            text = chips_alone(given) or train_checks.chips_problem(chips)
        else:
            text = self._images_problem(parameters, context, teacher)
        said = self._said(parameters, context)
        if not text and said["split"] == "chips" and not chips:
            text = tr("SPLIT=chips is for a chip folder. Choose another, such as blocks.")
        text = text or train_options.network_problem(said["network"], said["options"], TASKS[teacher.task].networks)
        if not text and said["consistency"] and not TASKS[teacher.task].dense:
            text = tr("CONSISTENCY is for models that make maps, and '{name}' does not. Leave it at 0.")
            text = text.format(name=teacher.name)
        text = text or train_options.augmentation_problem(said["augmentation"], teacher.task)
        text = text or train_options.shares_problem(said["valid"], said["test"])
        text = text or train_options.chips_problem(said["chip_size"], said["chip_overlap"])
        text = text or shared.device_problem(self, parameters, context)
        text = text or self.outputs_problem(parameters, context)
        if not text:
            settings.worker_python()
        return text

    def _images_problem(self, parameters, context, teacher: ModelCard) -> str:
        if len(teacher.inputs) > 1 or len(teacher.inputs[0].dates) > 1:
            text = tr(
                "Model '{model}' takes {inputs}, and IMAGES are single rasters. Give a chip folder in CHIPS: {how}."
            )
            how = tr("'Export chips' makes one")
            if len(teacher.inputs) > 1:
                how = tr("'Export chips' makes one of each sensor, and its tables can be joined by hand")
            inputs = ", ".join(f"{item.role or item.name} {when}" for item in teacher.inputs for when in item.dates)
            return text.format(model=teacher.name, inputs=inputs, how=how)
        images = train_data.chosen_images(self, parameters, context, "images", teacher)
        text = train_checks.area_problem(self, parameters, context, images)
        labels = train_data.chosen_labels(self, parameters, context)
        if text or not labels:
            return text
        field = shared.text_of(self, parameters, "CLASS_FIELD", context)
        return train_checks.labels_problem(labels, field, "", TASKS[teacher.task].labels)

    def _teacher(self, parameters, context) -> ModelCard:
        """The teacher's card; RsdlError where there is none, or it cannot be learned from."""
        _, card = settings.store().find(shared.text_of(self, parameters, "TEACHER", context))
        if card.task not in TEACHERS:
            raise RsdlError(
                tr("Model '{model}' is for {task}, which cannot be distilled.").format(model=card.name, task=card.task),
                tr("Choose a model for one of: {tasks}.").format(tasks=", ".join(TEACHERS)),
            )
        return card

    def _said(self, parameters, context):
        """All that was chosen but the data, as the job says it."""
        return {
            **train_options.arguments(OPTIONS, self, parameters, context),
            "network": shared.text_of(self, parameters, "NETWORK", context) or None,
            "batch_size": self.parameterAsInt(parameters, "BATCH_SIZE", context),
        }

    def arguments(self, parameters, context):
        said = self._said(parameters, context)
        chips = shared.text_of(self, parameters, "CHIPS", context)
        path, card = settings.store().find(shared.text_of(self, parameters, "TEACHER", context))
        return {
            "task": card.task,
            "teacher": str(path),
            **said,
            "split": resolved_split(said["split"], chips),
            "chips": chips or None,
        }

    def prepared(self, parameters, context, feedback):
        teacher = self._teacher(parameters, context)
        if not shared.is_given(parameters, "IMAGES"):
            return None
        images = train_data.chosen_images(self, parameters, context, "images", teacher)
        for warning in images.warnings:
            feedback.pushWarning(warning)
        labels = train_data.chosen_labels(self, parameters, context)
        return PreparedData(self, parameters, context, feedback, images, labels)

    def default_name(self, parameters, context):
        return f"{self._teacher(parameters, context).name}-student"
