"""Chips in a format of other programs, by the table of writers.

========  =====================================================================================================
coco      train/, val/, test/ and annotations/instances_train.json …: Lin et al. (ECCV 2014)
yolo      images/train/ …, labels/train/ …, data.yaml; ``yolo-seg``: with polygons; ``yolo-obb``: with oriented boxes
dota      train/images/, train/labelTxt/ …: Xia et al. (CVPR 2018), doi:10.1109/CVPR.2018.00418
voc       JPEGImages/, Annotations/, ImageSets/Main/: Everingham et al. (IJCV 2010), doi:10.1007/s11263-009-0275-4
masks     train/images/ and train/masks/ … (pairs: A/, B/ and label/), classes.csv
folders   train/<class>/ …: a folder of images for each class
========  =====================================================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ...errors import InputError
from ...feedback import Report
from ...tables.chip_formats import CHIP_FORMATS, OURS, fitting_formats
from ..folder import ChipFolder
from .coco import write_coco
from .dota import write_dota
from .folders import write_folders
from .images import log_images
from .masks import write_masks
from .voc import write_voc
from .yolo import write_yolo

Writer = Callable[[ChipFolder, Path, Report], None]
WRITERS: Mapping[str, Writer] = {
    "coco": write_coco,
    "yolo": write_yolo,
    "yolo-seg": partial(write_yolo, form="yolo-seg"),
    "yolo-obb": partial(write_yolo, form="yolo-obb"),
    "dota": write_dota,
    "voc": write_voc,
    "masks": write_masks,
    "folders": write_folders,
}


def check_format(name: str, task: str, labels: str, inputs: int) -> None:
    """InputError where a format cannot hold chips of a task, with such labels and so many inputs."""
    if name == OURS:
        return
    if not CHIP_FORMATS[name].fits(task, labels):
        known = fitting_formats(task, labels)
        what = {"none": "chips without labels", "classes": "scenes of several classes"}.get(labels, f"chips for {task}")
        raise InputError(f"FORMAT={name} cannot hold {what}.", f"Choose FORMAT={' or '.join(known)}.")
    if inputs > 1:
        problem = f"FORMAT={name} holds one image a chip, and these chips have {inputs}."
        raise InputError(problem, f"Choose FORMAT={OURS}.")


def export(chips: ChipFolder, name: str, output: Path, report: Report) -> int:
    """Write the chips that are in a split into a folder, in a format; how many these are.

    Raises InputError where the format cannot hold them, OutputError where they cannot be written.
    """
    check_format(name, chips.task, chips.labels, len(chips.inputs))
    used = replace(chips, chips=tuple(chip for chip in chips.chips if chip.split))
    twice = next((chip for chip, count in Counter(chip.name for chip in used.chips).items() if count > 1), None)
    if twice is not None:
        problem = f"Two chips are called '{twice}', and so would their files."
        raise InputError(problem, "Give each chip a name of its own in samples.csv.")
    log_images(used, report)
    WRITERS[name](used, output, report)
    return len(used.chips)
