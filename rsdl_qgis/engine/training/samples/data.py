"""The samples of a training: opened, scaled, counted and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import Class, Input
from ...chips.folder import SPLITS, Chip, ChipFolder
from ...errors import InputError
from ...feedback import Report
from ...networks import NETWORKS, Network, multiple_of_sides
from ...tables.tasks import TASKS
from ..request import KINDS, TrainRequest
from .chips import class_counts, open_samples, settle_inputs
from .units import Units, units_of

HAVE = {
    "raster": "a map of classes",
    "number": "a map of numbers",
    "class": "one class",
    "classes": "several classes",
    "boxes": "boxes around objects",
}
ROOM = {"train": 400_000_000, "valid": 100_000_000}  # bytes of a split's samples kept in memory
TITLES = {"train": "training", "valid": "validation", "test": "test"}  # of splits


@dataclass(frozen=True)
class Data:
    """The samples of a training by split (``parts``): training, validation and, where there is one, test.

    ``counts``: for each split (samples, classes) labelled pixels, objects, scenes or series. ``units``: of numbers.
    ``side``: of the images in pixels.
    """

    folder: ChipFolder
    inputs: tuple[Input, ...]
    parts: Mapping[str, Any]
    counts: Mapping[str, NDArray[np.float64]]
    units: Units | None = None
    side: int = 256

    @property
    def kind(self) -> str:
        """The kind of labels: classes, labels, numbers or boxes."""
        return KINDS[self.folder.labels]

    @property
    def classes(self) -> tuple[Class, ...]:
        return self.folder.classes

    @property
    def held_out(self) -> str:
        """The split that the model is evaluated by."""
        return "test" if "test" in self.parts else "valid"

    def __str__(self) -> str:
        counts = ", ".join(f"{TITLES[name]} {len(samples)}" for name, samples in self.parts.items())
        return f"Samples: {counts}."


def open_data(
    folder: ChipFolder,
    request: TrainRequest,
    network: str,
    options: Mapping[str, Any],
    start: Sequence[Input],
    report: Report,
) -> Data:
    """The samples for a ``network`` with its ``options``, scaled by statistics of the training split.

    ``start``: the inputs of the base model. InputError where there are too few training data.
    """
    chips = {name: folder.part(name) for name in SPLITS if folder.part(name)}
    check_chips(folder, request, chips)
    inputs = settle_inputs(folder, chips["train"], start or None, request.scaling, report=report)
    line = NETWORKS[network]
    side, multiple = side_of(request, line, options), sides_multiple(request, network, options, inputs)
    parts = {
        name: open_samples(folder, some, inputs, request.task, side, multiple, ROOM.get(name, 0), line.oriented)
        for name, some in chips.items()
    }
    data = Data(folder, inputs, parts, {name: class_counts(samples) for name, samples in parts.items()})
    check_counts(data)
    units = units_of(parts["train"]) if data.kind == "numbers" else None
    return replace(data, units=units, side=side or folder.size)


def sides_multiple(request: TrainRequest, network: str, options: Mapping[str, Any], inputs: Sequence[Input]) -> int:
    """The number that a sample's height and width must be a multiple of, in pixels."""
    if not TASKS[request.task].cropped:
        return NETWORKS[network].multiple
    return multiple_of_sides(network, {i.name: i.shape for i in inputs}, options)


def side_of(request: TrainRequest, line: Network, options: Mapping[str, Any]) -> int | None:
    """The side in pixels to which images of scenes are resampled: as requested, else the network's default.

    InputError where the network cannot take it.
    """
    if not TASKS[request.task].scenes:
        return None
    usual = int(options.get("size", line.size))
    side = request.side or usual
    if side != usual and not line.any_size:
        raise InputError(f"{line.title} takes images of {usual} px, not {side}.", "Leave SIDE empty.")
    if side % line.multiple or side < (line.smallest or line.multiple):
        least = f"from {line.smallest or line.multiple} on" + (f", in steps of {line.multiple}" * (line.multiple > 1))
        raise InputError(f"{line.title} does not take images of {side} px.", f"Choose a SIDE {least}.")
    return side


def check_chips(folder: ChipFolder, request: TrainRequest, parts: Mapping[str, Sequence[Chip]]) -> None:
    """InputError where the chips are for another task, or too few."""
    if folder.labels == "none":
        raise InputError(f"The chips of {folder.path} have no labels.", "Export them with labels.")
    task = TASKS[request.task]
    if folder.labels not in task.chip_labels:
        fitting = ", ".join(line.trainer for line in TASKS.values() if folder.labels in line.chip_labels)
        raise InputError(
            f"Each of the chips has {HAVE[folder.labels]}, which is not what {request.task} is trained on.",
            f"Choose a training algorithm for such labels ({fitting}), or other chips.",
        )
    if task.boxes and not folder.classes:
        raise InputError("There is no labelled object.", "Label some, or check that the labels lie on the raster.")
    if not (task.numbers or task.boxes) and len(folder.classes) < 2:
        raise InputError(
            "All labels are of one class, so there is nothing to distinguish.",
            "Label another class too, or let unlabelled pixels be background (UNLABELLED=background).",
        )
    numbers = {name: len(parts.get(name, ())) for name in ("train", "valid")}
    if not all(numbers.values()):
        raise InputError(
            f"There are {numbers['train']} training chips and {numbers['valid']} validation chips.",
            "Label a larger area, use smaller chips (CHIP_SIZE), or another fraction for validation (VALIDATION).",
        )


def check_counts(data: Data) -> None:
    """InputError where a split has no label, or all training labels are of one class."""
    for name, counts in data.counts.items():
        if not counts.sum():
            nothing = "There is no object" if data.kind == "boxes" else "No valid pixel is labelled"
            raise InputError(
                f"{nothing} in the {TITLES[name]} split.",
                "Check that the labels lie on the raster's data, or divide the data otherwise (SPLIT, SEED).",
            )
    found = data.counts["train"].sum(0) > 0
    if data.kind == "classes" and found.sum() < 2:
        name = data.classes[int(found.argmax())].name
        raise InputError(
            f"All training labels are of class '{name}'.",
            "Label more places of the other classes, or divide the data otherwise (SPLIT, BLOCK_SIZE, SEED).",
        )
