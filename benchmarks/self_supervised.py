"""Whether a start from unlabelled pictures of one's own helps: VICReg on small Sentinel-2 scenes, before few labels.

    python -m benchmarks.self_supervised DATA --results FILE [--labels 0.01 0.1] [--draws 3] [--epochs 40]

A ResNet-18 half as wide is trained without labels on all 2,206 chips of the training part of ``s2_landcover`` (Bardes,
Ponce, LeCun 2022, arXiv:2105.04906): two views of a chip, differently cropped, turned and brightened, are to have the
same features, and the features of a batch are to vary and not to repeat one another. Its weights then start trainings
with a share of the labels, beside the same trainings from scratch. The draws are the seeds of the labels and of the
trainings, and there is one pretraining. No setting was chosen by a figure here; the last epoch counts, and each model
is judged once, on the test part, of which the pretraining sees nothing. ``--results`` keeps each run as soon as it is
done. Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from rsdl_qgis.engine.networks.table import build_body
from rsdl_qgis.engine.training.pretraining.vicreg import Expanded, vicreg
from rsdl_qgis.engine.training.pretraining.views import VIEWS, views
from tools.datasets.s2_landcover import FILE, FOLDER, PARTS

from .few_labels import Study, line, table, train
from .transfer import made

OPTIONS = {"width": 32}
SIDE = 32  # pixels that the network sees of a chip's 16, enlarged
BATCH, RATE, DECAY = 128, 0.001, 0.0001
START = {"pretrained": ""}  # the file is said by --start
STUDY = Study(
    data={"dataset": "s2_landcover"},
    few="share",
    amounts=(0.01, 0.1),
    usual={
        "task": "classification",
        "network": "resnet18",
        "options": OPTIONS,
        "side": SIDE,
        "scaling": "standard",
        "batch_size": 16,
        "learning_rate": 0.001,
        "average": 0.9,
        "keep": "last",
        "loss": ["cross_entropy"],
        "augmentation": {"gain": 0.1, "offset": 0.1, "noise": 0.02, "zoom": 1.4},
        "threads": 1,
    },
    ways={
        "scratch": {},
        "finetune": START,
        "linear": {**START, "method": "linear", "epochs": 100, "learning_rate": 0.01, "average": 0},
    },
    epochs={0.01: 60, 0.1: 40},
    unit="{:.0%} of the labels",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--results", type=Path, required=True, help="JSON; the weights are kept beside it")
    parser.add_argument("--labels", type=float, nargs="+", default=list(STUDY.amounts), help="shares of the labels")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=40, help="of the training without labels")
    given = parser.parse_args()
    weights = given.results.with_suffix(".safetensors").resolve()
    if not weights.is_file():
        save_file(pretrained(unlabelled(given.data), given.epochs), weights)
    plan = [
        {"start": way, "labels": labels, "seed": seed}
        for seed in range(given.draws)
        for labels in given.labels
        for way in STUDY.ways
    ]
    make = partial(train, study=STUDY, data=given.data.resolve(), start=str(weights))
    print(table(STUDY, made(plan, given.results, lambda asked, work: make(asked, work=work), partial(line, STUDY))))


def unlabelled(data: Path) -> Tensor:
    """The chips of the training part (N, bands, 16, 16), each band with mean 0 and standard deviation 1."""
    with np.load(data / FOLDER / FILE) as stored:
        chips: NDArray[np.float32] = stored["images"][stored["split"] == PARTS.index("train")].astype(np.float32)
    mean, std = (values(chips, (0, 2, 3), keepdims=True) for values in (np.mean, np.std))
    return torch.from_numpy((chips - mean) / std)


def pretrained(chips: Tensor, epochs: int, seed: int = 0) -> dict[str, Tensor]:
    """The weights of the network's encoder after ``epochs`` over the chips without labels."""
    torch.manual_seed(seed)
    encoder = build_body("resnet18", chips.shape[1], **OPTIONS)
    network = Expanded(encoder, encoder.stage_widths[-1]).train()
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * (len(chips) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
    started = time.perf_counter()
    for epoch in range(epochs):
        losses = []
        for batch in _batches(chips):
            loss = vicreg(*(network(*views([batch[:, None]], VIEWS["standard"], random, side=SIDE)) for _ in range(2)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f} ({time.perf_counter() - started:.0f} s)", flush=True)
    return {name: value.contiguous() for name, value in encoder.state_dict().items()}


def _batches(chips: Tensor) -> Iterator[Tensor]:
    order = torch.randperm(len(chips))
    for start in range(0, len(chips) - BATCH + 1, BATCH):
        yield chips[order[start : start + BATCH]]


if __name__ == "__main__":
    main()
