"""Trainings that several processes do together: ``python cases.py FILE CASE…`` in each of them, as torchrun starts it.

Each case gives what it came to as a dict; the first process saves all to the file.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.evaluate.box_samples import quick_ap50
from rsdl_qgis.engine.training.evaluate.samples import quick_score
from rsdl_qgis.engine.training.loop.fit import Settings, fit
from rsdl_qgis.engine.training.loop.losses import build_loss
from rsdl_qgis.engine.training.pretraining.vicreg import Expanded, loss_of_views, stacked_views
from rsdl_qgis.engine.training.processes import group
from rsdl_qgis.engine.training.samples.augment import Augmentation
from rsdl_qgis.engine.training.samples.batches import Batches
from rsdl_qgis.engine.training.samples.objects import Objects

HOW = Settings(epochs=2, batch_size=4, learning_rate=5e-2, optimizer="sgd", average=0.5, precision="full", keep="last")
UNLABELLED = 255


def squares(n=11, seed=0, unlabelled=0.3):
    """Noisy pictures of one bright square, and where it is; of some parts it is not known."""
    random = np.random.default_rng(seed)
    samples = []
    for i in range(n):
        row, column = random.integers(2, 12, 2)
        labels = np.zeros((24, 24), "int64")
        labels[row : row + 8, column : column + 8] = 1
        image = labels * 2 + random.normal(0, 0.3, (1, 1, 24, 24))
        labels[: round(24 * unlabelled * (i % 3))] = UNLABELLED  # not as much in every picture
        samples.append(([torch.from_numpy(image.astype("float32"))], torch.from_numpy(labels)))
    return samples


def unet(**options):
    torch.manual_seed(0)
    return build_network("unet", {"image": (1, 1)}, 2, **{"widths": (4, 8), "dropout": 0.0, **options})


def trained(
    how=HOW,
    losses=("cross_entropy",),
    kind="classes",
    network=None,
    samples=None,
    checkpoint=None,
    is_stopped=False,
    **given,
):
    """The weights and the history of a training; the score is of the validation samples, which are shared."""
    weights = given.pop("weights", None)
    loss = given.pop("loss", None) or build_loss(losses, kind, weights)
    data = Batches(
        samples or squares(), how.batch_size, given.pop("augmentation", AUGMENTED), how.seed,
        part=(group.rank(), group.count()),
    )  # fmt: skip
    score = given.pop("score", partial(quick_score, samples=squares(5, seed=9), kind="classes", classes=2))
    epochs = fit(network or unet(), data, loss, score, how, Report(), checkpoint, **given)
    last = next(epochs) if is_stopped else list(epochs)[-1]
    return {
        **{f"weights {name}": value for name, value in last.best_state.items()},
        "losses": torch.tensor([record["loss"] for record in last.history]),
        "scores": torch.tensor([record["score"] for record in last.history]),
        "best": torch.tensor(last.best[0]),
    }


AUGMENTED = Augmentation(0.1, 0.1, 1.2, 0.01, mosaic=0.3)


def tempcnn():
    torch.manual_seed(0)
    return build_network("tempcnn", {"image": (6, 2)}, 3, hidden=8, dense=16, dropout=0.0)


def series(n=11):
    random = torch.Generator().manual_seed(3)
    samples = []
    for i in range(n):
        known = torch.rand(6, generator=random) < 0.6
        known[i % 6] = True
        values = (torch.randn((6, 2), generator=random) + i % 3) * known[:, None]
        samples.append(([values, known], torch.tensor(i % 3)))
    return samples


def expanded():
    """A shallow encoder: a deep one, of few samples, makes much of rounding."""
    torch.manual_seed(0)
    return Expanded(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(24 * 24, 16)), 16)


def two_views(network, images, labels):
    """Each picture as it is, and mirrored, so that all processes see the same."""
    return stacked_views(network, images, [images[0].flip(-1)])


class OneBox(torch.nn.Module):
    """A detector that finds the same box in every picture, of the first class as sure as the picture is bright."""

    def forward(self, image):
        box = torch.tensor([[8.0, 8, 40, 40]]).expand(len(image), 1, 4)
        bright = image.mean((1, 2, 3, 4))
        return box, torch.stack([bright, -bright], 1)[:, None]


def detected():
    """The validation of a detector, which the processes share; every third object is of the second class."""
    random = torch.Generator().manual_seed(1)
    samples = Found(
        (
            [torch.rand((1, 3, 64, 64), generator=random) * (i % 4 + 1)],
            Objects(torch.tensor([[8.0, 8, 40, 40]]), torch.tensor([int(i % 3 == 0)]), torch.tensor([False])),
        )
        for i in range(8)
    )
    return {"AP50": torch.tensor(quick_ap50(OneBox(), samples, 2), dtype=torch.float64)}


class Found(list):
    def label(self, index):
        return self[index][1]


LAST_OF_TWO = "a last batch of two"
SERIES = {"network": tempcnn, "samples": series, "score": lambda network: 0.0, "augmentation": None}
TRAININGS = {
    "SGD": {},
    "AdamW, accumulated, no average": {
        "how": replace(HOW, optimizer="adamw", learning_rate=1e-3, accumulate=2, average=0.0)
    },
    "SAM, unfrozen by stages": {"how": replace(HOW, sharpness=0.1, unfreeze_every=1), "freeze": "encoder"},
    "focal+dice, class weights": {"losses": ("focal", "dice"), "weights": (0.5, 1.5)},
    LAST_OF_TWO: {"samples": lambda: squares(10)},
    "early stopping": {"how": replace(HOW, epochs=4, patience=1, keep="best"), "score": lambda network: -1.0},
    "series, missing dates": SERIES,
    "VICReg, without labels": {
        "how": replace(HOW, batch_size=8, learning_rate=1e-3),
        "network": expanded,
        "loss": loss_of_views,
        "forward": two_views,
        "score": lambda network: 0.0,
    },
}
DETECTOR, STOPPED, GOES_ON = "validation of a detector", "stopped", "goes on"


def come_to(case, folder=None):
    """What a case comes to; checkpoints are in the folder."""
    if case == DETECTOR:
        return detected()
    if case == STOPPED:
        return trained(checkpoint=folder / "several.pt", is_stopped=True)
    if case == GOES_ON:
        return trained(checkpoint=folder / "one.pt")
    given = dict(TRAININGS[case])
    for name in ("network", "samples"):
        if name in given:
            given[name] = given[name]()
    found = trained(**given)
    if case == LAST_OF_TWO:  # which all three processes have, and so count in the loss that is told
        found.pop("losses")
    return found


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo")
    found = {case: come_to(case, Path(sys.argv[1]).parent) for case in sys.argv[2:]}
    if os.environ["RANK"] == "0":
        torch.save(found, sys.argv[1])
    torch.distributed.destroy_process_group()
