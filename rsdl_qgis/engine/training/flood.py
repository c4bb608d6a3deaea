"""Train a flood model from its recipe: ``python -m rsdl_qgis.engine.training.flood RECIPE --data OMBRIA``.

A recipe (JSON) states the network, its inputs, the settings, and the models whose weights it starts from. The state
after each epoch is kept in ``--work`` until the model is written, so that a training that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from ..card import Band, Input, Scaling
from ..networks import build_network
from ..report import Report
from . import ombria
from .fit import Samples, Settings, fit
from .losses import combined
from .metrics import SceneScores, mean_scores, scene_scores
from .samples import Augmentation, Sample, batches, scaled

BANDS = {
    "s1": (Band("VV", ("Sigma0_VV", "Gamma0_VV", "Amplitude_VV", "backscatter")),),
    "s2": (
        Band("B11", ("SWIR1", "SWIR16", "B11_20m")),
        Band("B8", ("B08", "NIR", "B8_10m", "B08_10m")),
        Band("B3", ("B03", "green", "B3_10m", "B03_10m")),
    ),
}
ROLES = {"s1": "Sentinel-1", "s2": "Sentinel-2"}


class ConsoleReport(Report):
    """Messages on standard output."""

    def log(self, level: str, message: str) -> None:
        print(message, flush=True)


def recipe_inputs(recipe: dict[str, Any]) -> tuple[Input, ...]:
    """The inputs a recipe names, before their training mean and deviation are known."""
    return tuple(
        Input(
            name=name,
            bands=BANDS[name],
            dates=tuple(dates),
            role=ROLES[name],
            scaling=Scaling(method="robust", clip=(-1.0, 3.0), decibel=name == "s1"),
        )
        for name, dates in recipe["inputs"].items()
    )


def with_statistics(inputs: Sequence[Input], samples: Sequence[Sample]) -> tuple[Input, ...]:
    """The inputs, their mean and deviation after the robust stretch measured on the training samples."""
    total: list[Any] = [0] * len(inputs)
    square: list[Any] = [0] * len(inputs)
    for sample in samples:
        for i, image in enumerate(scaled(sample, inputs)[0]):
            total[i] = total[i] + image.double().mean((2, 3))
            square[i] = square[i] + image.double().square().mean((2, 3))
    result = []
    for item, first, second in zip(inputs, total, square):
        mean = first / len(samples)
        std = (second / len(samples) - mean**2).sqrt()
        rows = [tuple(tuple(round(v, 4) for v in row) for row in x.tolist()) for x in (mean, std)]
        result.append(replace(item, scaling=replace(item.scaling, mean=rows[0], std=rows[1])))
    return tuple(result)


def start_from(network: nn.Module, sources: Sequence[Path]) -> int:
    """Copy every weight of the named models that has the same name and shape; the number of values copied."""
    own = network.state_dict()
    copied = 0
    for source in sources:
        for name, value in load_file(source).items():
            if name in own and own[name].shape == value.shape:
                own[name] = value.to(own[name].dtype)
                copied += value.numel()
    network.load_state_dict(own)
    return copied


def rename_dates(state: dict[str, torch.Tensor], inputs: Sequence[Input]) -> dict[str, torch.Tensor]:
    """Encoder weights named by date (``s2_after``) instead of position, so that models can share them."""
    for item in inputs:
        for i, date in enumerate(item.dates):
            prefix, named = f"encoders.{item.name}_{i}.", f"encoders.{item.name}_{date}."
            state = {named + k[len(prefix) :] if k.startswith(prefix) else k: v for k, v in state.items()}
    return state


@torch.inference_mode()
def validate(network: nn.Module, samples: Samples, bfloat16: bool = False) -> SceneScores:
    """Mean scores over samples, each scene judged alone."""
    network.eval()
    scores = []
    for images, labels in batches(samples, 8, None, 0):
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            predicted = network(*images).argmax(1)
        scores += [scene_scores(p.numpy(), y.numpy()) for p, y in zip(predicted, labels)]
    return mean_scores(scores)
