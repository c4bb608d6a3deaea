"""Distillation: a small network is trained by the predictions of a large one for images without labels."""

from __future__ import annotations

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from ...engine.tables.metrics import OF_LABELS, OF_MAPS, OF_NUMBERS
from ...engine.tables.tasks import TASKS
from .. import compat, settings
from .. import parameters as shared
from ..text import tr
from . import checks, data, option_table
from .base import CUTTING, ModelMaker, chips_alone, is_asked, resolved_split
from .job import PreparedData
from .options import Offer

TEACHERS = tuple(name for name, task in TASKS.items() if not task.boxes)  # tasks whose models can be distilled
STUDENTS = tuple(dict.fromkeys(group for name in TEACHERS for group in TASKS[name].networks))  # groups of networks
OPTIONS = (
    *("UNLABELLED", "BUFFER", "ALL_TOUCHED", "CHIP_SIZE", "CHIP_OVERLAP", "SPLIT", "VALIDATION", "TEST", "BLOCK_SIZE"),
    *("NETWORK", "EPOCHS", "OPTIONS", "LEARNING_RATE", "BATCH_SIZE", "ACCUMULATE", "OPTIMIZER", "WEIGHT_DECAY"),
    *("AVERAGE", "SHARPNESS", "PATIENCE", "KEEP", "CONSISTENCY", "TEMPERATURE", "AUGMENTATION", "BACKGROUND"),
    *("RESOLUTION_TOLERANCE", "PRECISION", "SEED", "DEVICE", "THREADS"),
)
DATA = (*data.own_names("images"), *CUTTING)


class DistilModel(ModelMaker):
    """rsdl:distilmodel: a small model from a large one."""

    NAME = "distilmodel"
    OPERATION = "distil"
    METRICS = (*OF_MAPS, *OF_LABELS, *OF_NUMBERS)

    def title(self):
        return tr("Distil model")

    def help(self):
        return tr(
            "Trains a small network, the student, to predict what a large model, the teacher, predicts (knowledge "
            "distillation; Hinton et al. 2015, arXiv:1503.02531). The images need no labels, so there can be many. The "
            "student is smaller and faster, and often nearly as accurate: the report compares both in accuracy, size "
            "and speed, against labels if you give some.\n\nThe model goes to your models unless you choose a folder. "
            "Cancelling loses nothing: the best student so far stays, and the same settings resume from there."
        )

    def tags(self):
        return tr("deep learning,distillation,compress,student,teacher,small,fast,model").split(",")

    def initAlgorithm(self, configuration=None):
        teacher = shared.model(
            tr("Teacher"),
            tr(
                "The model to distil: name of an installed model, or path of a model folder, a .zip archive of one, or "
                "an .onnx file."
            ),
            tasks="",
            name="TEACHER",
            empty=tr("choose a model"),
        )
        teacher.setFlags(teacher.flags() & ~compat.OPTIONAL)
        labels = data.label_parameters("classes")
        for parameter in labels:
            text = tr("Only to compare teacher and student by, in the report.")
            shared.described(parameter, f"{text} {parameter.help()}")
        bands = tr(
            "Numbers, from 1, of the bands that the teacher takes, in its order, such as 11,8,3. Default: by their "
            "descriptions, else all, in the teacher's order."
        )
        offer = Offer(STUDENTS, tr("the usual one of the task"))
        network, *learning = option_table.basic("network", OPTIONS, offer)
        network.setDescription(tr("Network of the student"))
        network.setHelp(
            tr(
                "The network to train, by its name in the list; docs/networks.md has size, cost and paper of each. "
                "Default: the usual one of the task."
            )
        )
        chips = shared.described(
            data.chips_parameter(),
            tr(
                "Instead of rasters: a chip folder, as 'Export chips' makes it, whose labels, if it has any, are only "
                "to compare teacher and student by; or a folder of images, with or without labels."
            ),
        )
        for parameter in [
            teacher,
            *data.image_parameters("images"),
            chips,
            data.extent_parameter(),
            *labels,
            *option_table.basic("labels", OPTIONS, offer),
            network,
            *learning,
            *data.advanced_parameters(bands, places=False),
            *option_table.advanced(OPTIONS, offer),
        ]:
            self.addParameter(parameter)
        self.add_outputs()

    def problem(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        teacher = self._teacher(parameters, context)
        if not chips and not self._has_images(parameters):
            return tr("There is nothing to train on. Choose IMAGES, or a chip folder in CHIPS.")
        if chips:
            given = [name for name in DATA if is_asked(parameters, name)]
            text = chips_alone(given) or checks.chip_folder_problem(chips)
        else:
            text = self._images_problem(parameters, context, teacher)
        text = text or self._settings_problem(parameters, context, chips, teacher)
        text = text or shared.device_problem(self, parameters, context)
        text = text or self.outputs_problem(parameters, context)
        return text or self.worker_problem(parameters)

    def _settings_problem(self, parameters, context, chips: str, teacher: ModelCard) -> str:
        said, task = option_table.values(OPTIONS, self, parameters, context), TASKS[teacher.task]
        text = checks.split_problem(said, chips)
        text = text or checks.network_problem(said["network"], said["options"], task.networks)
        if not text and said["consistency"] and not task.dense:
            text = tr("CONSISTENCY is for models that make maps, and '{name}' does not. Leave it at 0.")
            text = text.format(name=teacher.name)
        text = text or checks.augmentation_problem(said["augmentation"], teacher.task)
        return text or checks.chip_size_problem(said)

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
        images = data.chosen_images(self, parameters, context, "images", teacher)
        text = checks.area_problem(self, parameters, context, images)
        labels = data.chosen_labels(self, parameters, context)
        if text or not labels:
            return text
        field = shared.text_of(self, parameters, "CLASS_FIELD", context)
        return checks.labels_problem(labels, field, "", TASKS[teacher.task].labels)

    def _has_images(self, parameters) -> bool:
        return any(shared.is_given(parameters, name) for name in data.image_names("images"))

    def _teacher(self, parameters, context) -> ModelCard:
        """The teacher's card; RsdlError where there is none, or it cannot be distilled."""
        _, card = settings.store().find(shared.text_of(self, parameters, "TEACHER", context))
        if card.task not in TEACHERS:
            raise RsdlError(
                tr("Model '{model}' is for {task}, which cannot be distilled.").format(model=card.name, task=card.task),
                tr("Choose a model for one of: {tasks}.").format(tasks=", ".join(TEACHERS)),
            )
        return card

    def arguments(self, parameters, context):
        said = option_table.values(OPTIONS, self, parameters, context)
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
        if not self._has_images(parameters):
            return None
        images = data.chosen_images(self, parameters, context, "images", teacher)
        for warning in images.warnings:
            feedback.pushWarning(warning)
        labels = data.chosen_labels(self, parameters, context)
        return PreparedData(self, parameters, context, feedback, images, labels)

    def default_name(self, parameters, context):
        return f"{self._teacher(parameters, context).name}-student"
