"""Whether features of the network tell desert, sea and cloud: ``python -m benchmarks.domain_features DATA``.

The distance from the training data that cards keep is of statistics of the images (``radiometry/domain.py``). This
tries the features of the network's own encoder in their place, as Lee et al. 2018 (https://arxiv.org/abs/1807.03888)
do: means over blocks of 32 pixels of its deepest stage, or of all stages; their Mahalanobis distance with the
covariance shrunk after Ledoit and Wolf (2004, doi:10.1016/S0047-259X(03)00096-4); the limit holds 99 % of the
validation blocks. Prints the share of blocks beyond it on the test scenes of the models' data, the false alarms, and on
the scenes of ``benchmarks/domain.py``. Nothing is chosen on either. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from torch import Tensor, nn

from benchmarks.domain import MODELS, Scene, scenes
from rsdl_qgis.engine.cards.card import ModelCard
from rsdl_qgis.engine.radiometry.domain import BLOCK, FEWEST, WITHIN
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.training.samples.data import Data
from tools.calibrate_models import open_parts, opened, with_test
from tools.worker import ROOT

SAMPLES = 150  # of a part that are looked at
STAGES = {"deepest stage": slice(-1, None), "all stages": slice(None)}

Images = Iterable[Tensor]  # (1, C, H, W) each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    given = parser.parse_args()
    for number, model in enumerate(given.models):
        card, network = opened(ROOT / "models" / model)
        with TemporaryDirectory() as folder:
            data = open_parts(card, with_test(model), given.data, Path(folder) / "chips")
            seen: dict[str, Images] = {part: samples_of(data, part) for part in ("train", "valid", data.held_out)}
            seen |= {name: [scaled(card, scene)] for name, scene in scenes(given.data, MODELS[model]).items()}
            found = {name: blocks(network, images) for name, images in seen.items()}
        if not number:
            columns = [f"{data.held_out} scenes", *list(found)[3:]]
            print(f"| model | features of | {' | '.join(columns)} |\n|---|---|{'---:|' * len(columns)}")
        for stages, chosen in STAGES.items():
            shares = beyond({name: np.concatenate(each[chosen], 1) for name, each in found.items()})
            print(f"| `{model}` | {stages} | {' | '.join(f'{share:.0%}' for share in shares)} |", flush=True)


def samples_of(data: Data, part: str) -> Iterable[Tensor]:
    """The images of some samples of a part, spread over it, as the network sees them."""
    samples = data.parts[part]
    for index in np.linspace(0, len(samples) - 1, min(SAMPLES, len(samples))).astype(int).tolist():
        (image,), _ = samples[index]
        yield image  # (1, C, H, W)


def scaled(card: ModelCard, scene: Scene) -> Tensor:
    """A scene as the network sees it: stretched by its own percentiles where the card says so."""
    (item,) = card.inputs
    values = np.ma.MaskedArray(np.stack([scene[band.name] for band in item.bands])[None])
    image = radiometry(item, values)(values.data)
    height, width = (side // card.tiling.multiple * card.tiling.multiple for side in image.shape[-2:])
    return torch.from_numpy(image[..., :height, :width])


def blocks(network: nn.Module, images: Images) -> list[NDArray[np.float64]]:
    """Of each stage of the network's one encoder the means (n, channels) over blocks that have valid pixels."""
    kept: list[list[NDArray]] = []
    (encoder,) = network.encoders.values()
    with torch.inference_mode():
        for image in images:
            stages = encoder(image)
            valid = F.avg_pool2d((image != 0).any(1, keepdim=True).float(), BLOCK)[0, 0] * BLOCK**2 >= FEWEST
            means = [F.adaptive_avg_pool2d(stage, valid.shape)[0][:, valid].T.double().numpy() for stage in stages]
            kept.append(means)
    return [np.concatenate(stage) for stage in zip(*kept)]


def beyond(features: Mapping[str, NDArray[np.float64]]) -> list[float]:
    """The share of blocks beyond the limit, of all but the first two: training and validation."""
    train, valid, *others = features.values()
    distance = mahalanobis(train)
    limit = np.quantile(distance(valid), WITHIN)
    return [float((distance(values) > limit).mean()) for values in others]


def mahalanobis(train: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """The distance (n,) of features (n, d) from those of training."""
    mean, std = train.mean(0), np.maximum(train.std(0), 1e-6)
    inverse = np.linalg.inv(LedoitWolf().fit((train - mean) / std).covariance_)

    def distance(values: NDArray[np.float64]) -> NDArray[np.float64]:
        standard = (values - mean) / std
        found: NDArray[np.float64] = np.sqrt(((standard @ inverse) * standard).sum(1))
        return found

    return distance


if __name__ == "__main__":
    main()
