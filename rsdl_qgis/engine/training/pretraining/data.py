"""The data of a pretraining: chips without labels, all of one size."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...cards.card import Input
from ...chips.folder import ChipFolder
from ...errors import InputError
from ...feedback import Report
from ...networks import NETWORKS
from ...networks.table import Network
from ..request import TrainRequest
from ..samples.chips import ChipSamples, settle_inputs
from ..samples.data import ROOM, side_of

FEWEST = {"train": 8, "valid": 2}  # chips
SPLIT_TITLES = {"train": "training", "valid": "validation"}


@dataclass(frozen=True)
class Unlabelled:
    """The samples by split (train and valid), scaled by the training split; ``side``: of the images in pixels."""

    folder: ChipFolder
    inputs: tuple[Input, ...]
    parts: Mapping[str, ChipSamples]
    side: int

    def __str__(self) -> str:
        counts = ", ".join(f"{SPLIT_TITLES[name]} {len(samples)}" for name, samples in self.parts.items())
        return f"Samples: {counts}, of {self.side} px a side. Labels are not used."


def open_unlabelled(
    folder: ChipFolder, request: TrainRequest, name: str, options: Mapping[str, Any], report: Report
) -> Unlabelled:
    """The samples for a network with its options. InputError where there are too few chips, or no valid pixel."""
    folder = replace(folder, labels="none", classes=())
    chips = {part: folder.part(part) for part in FEWEST}
    for part, least in FEWEST.items():
        if len(chips[part]) < least:
            raise InputError(
                f"There are {len(chips[part])} {SPLIT_TITLES[part]} chips, and at least {least} are needed.",
                "Give more or larger images, smaller chips (CHIP_SIZE), or another fraction for validation "
                "(VALIDATION).",
            )
    inputs = settle_inputs(folder, chips["train"], None, request.scaling, report=report)
    line = NETWORKS[name]
    if request.side is None and line.any_size and "size" not in options:
        request = replace(request, side=usual_side(folder.size, line))
    side = side_of(request, line, options) or line.size
    parts = {part: ChipSamples(folder, some, inputs, side, room=ROOM[part]) for part, some in chips.items()}
    return Unlabelled(folder, inputs, parts, side)


def usual_side(size: int, line: Network) -> int:
    """The side in pixels that chips of ``size`` are seen at: their own, as far as the network takes it, and at most the
    network's usual one.
    """
    wanted = min(max(size, line.smallest, line.multiple), line.size)
    return math.ceil(wanted / line.multiple) * line.multiple
