"""Labelled chips from layers: what training makes for itself, to keep, to change, or to use elsewhere."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFolderDestination,
    QgsProcessingUtils,
)

from ...engine.tables.chip_formats import CHIP_FORMATS, OURS, fitting_formats
from ...engine.tables.tasks import RASTERS, TASKS
from .. import parameters as shared
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker.client import make_job, run_job, temporary_folder
from . import checks, data, option_table
from .base import CUTTING, folder_problem, make_parent, resolved_split
from .job import PreparedData
from .options import Offer

CHIPS_FILE = "chips.json"  # what makes a folder a chip folder
OPTIONS = ("UNLABELLED", "MULTILABEL", *CUTTING, "SPLIT", "VALIDATION", "TEST", "BLOCK_SIZE", "SEED")


class ExportChips(JobAlgorithm):
    """rsdl:exportchips: a folder of labelled pieces of rasters."""

    NAME = "exportchips"
    GROUP = "train"

    def title(self):
        return tr("Export chips")

    def help(self):
        return tr(
            "Cuts rasters and their labels into chips, small georeferenced GeoTIFF files, split into training, "
            "validation and test. The tables of the folder, chips.json and samples.csv, can be read and changed by "
            "hand, and the training algorithms take the folder as CHIPS.\n\nFORMAT writes them for other programs "
            "instead, in the folders these expect, without the chips that lie between the splits. The training "
            "algorithms take "
            "these folders as CHIPS, too.\n\nWithout labels the chips are images "
            "alone, which 'Distil model' can train on."
        )

    def tags(self):
        return tr("deep learning,tiles,patches,samples,training data,dataset,labels,cut").split(",")

    def initAlgorithm(self, configuration=None):
        task = shared.choice(
            "TASK",
            tr("Task"),
            tr(
                "What is to be trained: segmentation, regression, classification of scenes or detection of objects "
                "from RASTERS, change from BEFORE and AFTER, time-series from LAYERS. auto: by the rasters that are "
                "given, segmentation for RASTERS."
            ),
            ("auto", *TASKS),
            advanced=False,
        )
        offer = Offer()
        for parameter in [
            task,
            *(parameter for form in RASTERS for parameter in data.image_parameters(form)),
            *data.label_parameters("classes"),
            *option_table.basic("labels", OPTIONS, offer),
            _format(),
            data.extent_parameter(),
            *data.advanced_parameters(),
            *option_table.advanced(OPTIONS, offer),
            _chip_folder(),
            *saving_parameters(tr("Computing")),
        ]:
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("CHIPS", tr("Chip folder, for CHIPS of other algorithms")))
        self.addOutput(QgsProcessingOutputNumber("COUNT", tr("Number of chips")))

    def problem(self, parameters, context):
        task = self._task(parameters, context)
        form = TASKS[task].rasters
        images = data.chosen_images(self, parameters, context, form)
        text = self._given_problem(parameters, task, form, images)
        if text:
            return text
        labels = data.chosen_labels(self, parameters, context)
        text = checks.area_problem(self, parameters, context, images)
        text = text or (self._labels_problem(parameters, context, task, labels) if labels else "")
        said = option_table.values(OPTIONS, self, parameters, context)
        text = text or self._format_problem(parameters, context, task, bool(labels))
        text = text or checks.split_problem(said, "") or checks.chip_size_problem(said)
        path = shared.fixed_path(parameters.get("OUTPUT"))
        text = text or ("" if shared.is_temporary(path) else folder_problem(Path(path), CHIPS_FILE))
        return text or self.worker_problem(parameters)

    def _given_problem(self, parameters, task, form, images) -> str:
        """The rasters of the task missing, or others given."""
        names = data.FORMS[form]
        own, every = data.image_names(form), [name for known in RASTERS for name in data.image_names(known)]
        others = [name for name in every if name not in own and shared.is_given(parameters, name)]
        if others:
            text = tr("{others} cannot be used for {task}, which is cut from {names}. Leave it empty, or change TASK.")
            return text.format(others=", ".join(others), task=task, names=", ".join(names))
        if not images:
            return tr("There is nothing to cut. Choose {names}.").format(names=", ".join(names))
        return ""

    def _labels_problem(self, parameters, context, task, labels) -> str:
        field, place = (shared.text_of(self, parameters, f"{name}_FIELD", context) for name in ("CLASS", "PLACE"))
        said, kind = option_table.values(OPTIONS, self, parameters, context), TASKS[task].labels
        if said["unlabelled"] == "background" and not TASKS[task].has_background:
            return tr("UNLABELLED=background is not for {task}. Choose ignore.").format(task=task)
        text = checks.labels_problem(labels, field, place, kind)
        if kind == "objects":
            return text or checks.size_problem(labels, said["object_size"])
        if text or kind == "numbers" or said["unlabelled"] == "background" or (kind == "scenes" and said["multilabel"]):
            return text
        return checks.one_class_problem(labels, field, kind)

    def _format_problem(self, parameters, context, task, labelled) -> str:
        """The format cannot hold the chips of the task and its labels."""
        multilabel = option_table.values(OPTIONS, self, parameters, context)["multilabel"]
        kind = TASKS[task].chip_labels[-1 if multilabel else 0] if labelled else "none"
        chosen, fitting = self.parameterAsEnumString(parameters, "FORMAT", context), fitting_formats(task, kind)
        if chosen in fitting:
            return ""
        text = tr("FORMAT={chosen} cannot hold these chips ({task}). Choose {formats}.")
        if not labelled:
            text = tr("FORMAT={chosen} needs labels. Choose LABELS, or {formats}.")
        elif kind == "classes":
            text = tr("FORMAT={chosen} cannot hold several classes per scene. Choose MULTILABEL=no, or {formats}.")
        return text.format(chosen=chosen, task=task, formats=", ".join(fitting))

    def _task(self, parameters, context) -> str:
        task = self.parameterAsEnumString(parameters, "TASK", context)
        if task != "auto":
            return task
        forms = {name: data.image_names(line.rasters) for name, line in TASKS.items() if line.rasters != "rasters"}
        given = [name for name, names in forms.items() if any(shared.is_given(parameters, name) for name in names)]
        return given[0] if given else "segmentation"

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        form = TASKS[self._task(parameters, context)].rasters
        images = data.chosen_images(self, parameters, context, form)
        for warning in images.warnings:
            feedback.pushWarning(warning)
        labels = data.chosen_labels(self, parameters, context)
        self._data = PreparedData(self, parameters, context, feedback, images, labels)
        return True

    def processAlgorithm(self, parameters, context, feedback):
        path = shared.fixed_path(parameters.get("OUTPUT"))
        output = Path(path or QgsProcessingUtils.generateTempFilename("chips")).absolute()
        if not self.is_saved(parameters):
            make_parent(output)
        said = option_table.values(OPTIONS, self, parameters, context)
        steps = QgsProcessingMultiStepFeedback(self._data.copies + 1, feedback)
        with temporary_folder() as folder:
            arguments = {
                "task": self._task(parameters, context),
                **said,
                "split": resolved_split(said["split"], None),
                **self._data.arguments(folder, steps),
                "format": self.parameterAsEnumString(parameters, "FORMAT", context),
                "output": str(output),
            }
            job = make_job("export_chips", arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, steps)
            result = run_job(job, steps, folder)
        return {"OUTPUT": str(output), "CHIPS": str(output), "COUNT": result["chips"]}


def _format():
    return shared.choice(
        "FORMAT",
        tr("Format"),
        tr(
            "What is written: chips (our chip folder, which holds everything), coco (objects as boxes, maps as "
            "polygons), yolo (boxes), yolo-seg (polygons of a map), yolo-obb and dota (oriented boxes: the smallest "
            "rectangle around each polygon), voc (boxes), masks (images and masks of a map, of change or of numbers), "
            "folders (a folder of images for each class of scenes). Images are PNG where they have 8 bits and 1 or 3 "
            "bands, else GeoTIFF."
        ),
        (OURS, *(name for name in CHIP_FORMATS if name != OURS)),
        advanced=False,
    )


def _chip_folder():
    return shared.described(
        QgsProcessingParameterFolderDestination("OUTPUT", tr("Chip folder"), None, True, True),
        tr("A new or empty folder for the chips, or a chip folder, which is replaced. Default: a temporary one."),
    )
