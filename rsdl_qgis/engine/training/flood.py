"""Train flood models from their recipes: ``python -m rsdl_qgis.engine.training.flood MODEL ... --data OMBRIA``.

A recipe (``models/<name>/recipe.json``) states the network, its inputs (``pooled``: those whose dates share one
stretch), the settings, the models whose weights it starts from, and in ``rounds`` what changes in the settings when
training starts again from where it ended. The state after each epoch is kept beside it until the model is written, so
that a training that was stopped goes on. What is written is the moving average of the weights after the last epoch;
the validation scenes are used for one choice, the threshold.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ...paths import plugin_file
from ..card import WEIGHTS_FILE, Band, Class, Input, ModelCard, Scaling, Tiling
from ..networks import build_network
from ..report import Report
from . import ombria
from .batches import Batches
from .fit import Settings, fit, mixed_precision
from .losses import combined
from .metrics import SceneScores, mean_scores, scene_scores
from .model import write_model
from .samples import Augmentation, Sample, batches, scaled
from .transfer import take_over

Samples = Sequence[tuple[list[Tensor], Tensor]]
BANDS = {
    "s1": (Band("VV", ("Sigma0_VV", "Gamma0_VV", "Amplitude_VV", "backscatter")),),
    "s2": (
        Band("B11", ("SWIR1", "SWIR16", "B11_20m")),
        Band("B8", ("B08", "NIR", "B8_10m", "B08_10m")),
        Band("B3", ("B03", "green", "B3_10m", "B03_10m")),
    ),
}
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
CLASSES = (Class(0, "not flooded", "#efe9dc"), Class(1, "flooded", "#1f6fd6"))
ROLES = {"s1": "sentinel-1", "s2": "sentinel-2"}


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
            scaling=Scaling(
                method="robust",
                low=1.0,
                high=99.0,
                pooled=name in recipe.get("pooled", ()),
                clip=(-1.0, 3.0),
                decibel=name == "s1",
            ),
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


def start_from(network: nn.Module, source: Path, encoders: dict[str, str]) -> int:
    """Copy a trained model's weights that have the same name and shape; the number of values copied.

    ``encoders``: which encoder of the source becomes which of the network's (``s2_1``: sensor, number of the date).
    """
    places = {f"encoders.{old}.": f"encoders.{new}." for old, new in encoders.items()}
    return take_over(network, load_file(source), into={"decoder.": "decoder.", **places}, strict=False).taken


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


@torch.inference_mode()
def choose_threshold(network: nn.Module, samples: Samples) -> tuple[float, SceneScores]:
    """The flood probability from which a pixel counts as flooded that gives the best mean IoU, and its scores."""
    network.eval()
    flood = [network(*images).softmax(1)[:, 1].numpy() for images, _ in batches(samples, 8, None, 0)]
    labels = [batch.numpy() for _, batch in batches(samples, 8, None, 0)]
    scores = {
        threshold: mean_scores(
            scene_scores(p >= threshold, y) for ps, ys in zip(flood, labels) for p, y in zip(ps, ys)
        )
        for threshold in THRESHOLDS
    }
    best = max(scores, key=lambda threshold: scores[threshold].mean_iou)
    return best, scores[best]


def train(recipe: dict[str, Any], data: Path, models: Path, report: Report) -> None:
    """Train one model and write its folder: card, ONNX and weights."""
    folder = models / recipe["name"]
    augmentation = Augmentation(**recipe["augmentation"])
    rounds = [Settings(**{**recipe["settings"], **r}) for r in recipe.get("rounds", [{}])]
    mixed = mixed_precision(rounds[0]) is not None
    scenes, held_out = ombria.split(ombria.scene_names(data / "train"))
    dates = {name: tuple(values) for name, values in recipe["inputs"].items()}
    samples, validation = ([ombria.load_scene(data / "train", s, dates) for s in part] for part in (scenes, held_out))
    inputs = with_statistics(recipe_inputs(recipe), samples)
    torch.manual_seed(rounds[0].seed)
    network = build_network(recipe["network"], {i.name: i.shape for i in inputs}, len(CLASSES), **recipe["options"])
    copied = sum(start_from(network, models / name / WEIGHTS_FILE, how) for name, how in recipe["start"].items())
    report.log("info", f"{recipe['name']}: {len(samples)} + {len(validation)} scenes, {copied} weights to start from")
    train_samples, validation_samples = ([scaled(s, inputs) for s in part] for part in (samples, validation))
    del samples, validation
    checkpoints = [folder / f"training-{number}.pt" for number in range(len(rounds))]
    scores: list[SceneScores] = []
    seconds = 0.0

    def score(network: nn.Module) -> float:
        scores.append(validate(network, validation_samples, mixed))
        return scores[-1].mean_iou

    for settings, checkpoint in zip(rounds, checkpoints):
        batched = Batches(train_samples, settings.batch_size, augmentation, settings.seed)
        for epoch in fit(network, batched, combined(recipe["loss"]), score, settings, report, checkpoint):
            seconds += epoch.seconds
            report.log(
                "info",
                f"{recipe['name']} epoch {epoch.number + 1}/{settings.epochs} loss {epoch.loss:.4f} "
                f"mean IoU {epoch.score:.4f} accuracy {scores[-1].pixel_accuracy:.4f} {epoch.seconds:.0f} s",
            )
        network = epoch.network
    threshold, chosen = choose_threshold(network, validation_samples)
    note = {
        "data": "OMBRIA, training part (doi:10.1109/JSTARS.2022.3155559)",
        "split": f"{len(scenes)} scenes trained on, {len(held_out)} held out in blocks of scene numbers",
        "settings": {"loss": recipe["loss"], "start": recipe["start"], "rounds": [asdict(each) for each in rounds]},
        "validation": {k: round(v, 4) for k, v in asdict(chosen).items()},
        "versions": {"torch": torch.__version__},
        "minutes": round(seconds / 60, 1),
        "differs_from_paper": "half-resolution stem, widths 16 to 128, batch norm, percentile-stretched inputs",
    }
    write_model(network, replace(make_card(recipe, inputs, note), threshold=threshold), folder)
    for checkpoint in checkpoints:
        checkpoint.unlink()


def make_card(recipe: dict[str, Any], inputs: tuple[Input, ...], note: dict[str, Any]) -> ModelCard:
    """The card of a trained flood model."""
    return ModelCard(
        name=recipe["name"],
        title=recipe["title"],
        description="Flooded land at 10 m. Trained on OMBRIA (Copernicus EMS flood masks).",
        keywords=("flood", *(item.role for item in inputs)),
        network=recipe["network"],
        options=recipe["options"],
        inputs=inputs,
        classes=CLASSES,
        background=0,
        tiling=Tiling(size=256, overlap=64, multiple=32, memory=300),
        resolution=10.0,
        resolution_tolerance=2.1,
        provenance=note,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", help="names of the recipes to train, in order")
    parser.add_argument("--data", type=Path, required=True, help="the OMBRIA folder")
    parser.add_argument("--folder", type=Path, default=plugin_file("models"), help="where the recipes and models lie")
    arguments = parser.parse_args()
    for name in arguments.models:
        recipe = json.loads((arguments.folder / name / "recipe.json").read_text(encoding="utf-8"))
        train(recipe, arguments.data, arguments.folder, ConsoleReport())


if __name__ == "__main__":
    main()
