"""The samples of a training: opened, scaled and counted, and checked for being enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import Class, Input
from ...chips.folder import SPLITS, Chip, ChipFolder
from ...errors import InputError
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
ROOM = {"train": 400_000_000, "valid": 100_000_000}  # bytes of the samples of a part that are kept in memory
USES = {"train": "to train on", "valid": "to choose by", "test": "to judge by"}


@dataclass(frozen=True)
class Data:
    """The chips of a training as samples: training, validation and, where one was kept apart, test split.

    ``counts``: for each part (samples, classes) labelled pixels, objects, scenes or series. ``units``: of numbers.
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
        """classes, labels, numbers or boxes."""
        return KINDS[self.folder.labels]

    @property
    def classes(self) -> tuple[Class, ...]:
        return self.folder.classes

    @property
    def held_out(self) -> str:
        """The split that the model is evaluated by."""
        return "test" if "test" in self.parts else "valid"

    def __str__(self) -> str:
        return ", ".join(f"{len(samples)} {USES[name]}" for name, samples in self.parts.items()) + "."


def open_data(
    folder: ChipFolder, request: TrainRequest, network: str, options: Mapping[str, Any], start: Sequence[Input]
) -> Data:
    """The samples, as ``network`` with its ``options`` takes them, scaled as is measured on the training part.

    ``start``: the inputs of the model it starts from. InputError where there is too little to train on.
    """
    chips = {name: folder.part(name) for name in SPLITS if folder.part(name)}
    check_chips(folder, request, chips)
    inputs = settle_inputs(folder, chips["train"], start or None, request.scaling)
    line = NETWORKS[network]
    side, multiple = side_of(request, line, options), sides_multiple(request, network, options, inputs)
    parts = {
        name: open_samples(folder, some, inputs, request.task, side, multiple, ROOM.get(name, 0))
        for name, some in chips.items()
    }
    data = Data(folder, inputs, parts, {name: class_counts(samples) for name, samples in parts.items()})
    check_counts(data)
    units = units_of(parts["train"]) if data.kind == "numbers" else None
    return replace(data, units=units, side=side or folder.size)


def sides_multiple(request: TrainRequest, network: str, options: Mapping[str, Any], inputs: Sequence[Input]) -> int:
    """Of what the height and width of a sample are made a multiple."""
    if not TASKS[request.task].cropped:
        return NETWORKS[network].multiple
    return multiple_of_sides(network, {i.name: i.shape for i in inputs}, options)


def side_of(request: TrainRequest, line: Network, options: Mapping[str, Any]) -> int | None:
    """The side in pixels that pictures of scenes are brought to: as asked, else what the network is usually given.

    InputError where the network cannot take it.
    """
    if not TASKS[request.task].scenes:
        return None
    usual = int(options.get("size", line.size))
    side = request.side or usual
    if side != usual and not line.any_size:
        raise InputError(f"{line.title} takes pictures of {usual} px, not {side}.", "Leave SIDE empty.")
    if side % line.multiple or side < (line.smallest or line.multiple):
        least = f"from {line.smallest or line.multiple} on" + (f", in steps of {line.multiple}" * (line.multiple > 1))
        raise InputError(f"{line.title} does not take pictures of {side} px.", f"Choose a SIDE {least}.")
    return side


def check_chips(folder: ChipFolder, request: TrainRequest, parts: Mapping[str, Sequence[Chip]]) -> None:
    """InputError where the chips are for something else, or too few."""
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
        raise InputError("There is no object to learn from.", "Label some, or check that the labels lie on the raster.")
    if not (task.numbers or task.boxes) and len(folder.classes) < 2:
        raise InputError(
            "All labels are of one class, so there is nothing to tell apart.",
            "Label another class too, or let all that is not labelled be background (UNLABELLED=background).",
        )
    numbers = {name: len(parts.get(name, ())) for name in ("train", "valid")}
    if not all(numbers.values()):
        raise InputError(
            f"There are {numbers['train']} chips to train on and {numbers['valid']} to choose by.",
            "Label more ground, use smaller chips (CHIP_SIZE), or another share for validation (VALIDATION).",
        )


def check_counts(data: Data) -> None:
    """InputError where nothing is labelled in a part, or all that is trained on is of one class."""
    for name, counts in data.counts.items():
        if not counts.sum():
            nothing = "There is no object" if data.kind == "boxes" else "No valid pixel is labelled"
            raise InputError(
                f"{nothing} in the part {USES[name]}.",
                "Check that the labels lie on the raster's data, or divide the data otherwise (SPLIT, SEED).",
            )
    found = data.counts["train"].sum(0) > 0
    if data.kind == "classes" and found.sum() < 2:
        name = data.classes[int(found.argmax())].name
        raise InputError(
            f"All that would be trained on is of class '{name}'.",
            "Label more places of the other classes, or divide the data otherwise (SPLIT, BLOCK_SIZE, SEED).",
        )
