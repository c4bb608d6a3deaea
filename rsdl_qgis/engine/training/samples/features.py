"""Features of samples: what a frozen network gives its last layer, computed once and kept in files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...errors import InputError
from ...feedback import Report
from ...networks.neighbours import Neighbours
from ...runtime.features import features_of
from ..start.freezing import stages_of
from .batches import Batches, Sample, in_order


class Features(Sequence[Sample]):
    """Samples of features: ``[i]`` -> ([(F,) float32], label); names and places are those of the images."""

    def __init__(self, file: Path, samples: Any):
        self._values = np.load(file, mmap_mode="r")
        self._labels = torch.stack([samples.label(index) for index in range(len(samples))])
        self.names, self.places = samples.names, samples.places

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, index: Any) -> Any:
        return [torch.from_numpy(np.array(self._values[index]))], self._labels[index]


class FeatureBatches(Batches):
    """Batches of features, which have no augmentation."""

    def _sample(self, number: int, position: int, index: int) -> Sample:
        return self.samples[index]


class LastLayer(nn.Module):
    """The last layer of a network alone, which takes features."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.layer = last_layer(network)

    def forward(self, features: Tensor) -> Tensor:
        output: Tensor = self.layer(features)
        return output


def last_layer(network: nn.Module) -> nn.Linear | Neighbours:
    """The linear layer that ends the head, or what stands in its place. InputError where it ends in another one."""
    heads = [name for stage in stages_of(network) if stage.part == "head" for name in stage.parameters]
    modules = dict(network.named_modules())
    last = modules[heads[-1].rpartition(".")[0]] if heads else None
    if not isinstance(last, (nn.Linear, Neighbours)):
        raise _unfit(network)
    return last


def write_features(file: Path, network: nn.Module, samples: Any, size: int, device: str, report: Report) -> None:
    """Write what the last layer of a network is given for each sample, float32 (N, F), unless the file is there.

    The network is not trained meanwhile: no dropout, and norms have their own statistics. InputError where its output
    is not that of its last layer; may raise Cancelled.
    """
    if file.is_file():
        return
    features = feature_run(network, device)
    values: NDArray[np.float32] | None = None
    part, done = file.with_suffix(".part.npy"), 0
    for images, labels in in_order(samples, size):
        report.check()
        found = features(images)
        if values is None:
            values = np.lib.format.open_memmap(part, "w+", np.float32, (len(samples), found.shape[1]))
        values[done : done + len(labels)] = found
        done += len(labels)
        report.progress(done / len(samples), "Computing features")
    if values is not None:
        values.flush()  # type: ignore[attr-defined]
        part.replace(file)


def feature_run(network: nn.Module, device: str) -> Callable[[list[Tensor]], NDArray[np.float32]]:
    """The features (N, F) of batches of images."""
    network = network.eval().to(device)
    features = features_of(network, last_layer(network))

    def run(images: list[Tensor]) -> NDArray[np.float32]:
        found = features(*(image.to(device) for image in images))
        if found is None:
            raise _unfit(network)
        return found

    return run


def _unfit(network: nn.Module) -> InputError:
    problem = f"METHOD=linear, prototype and knn need a linear layer, and {type(network).__name__} does not end in one."
    return InputError(problem, "Choose METHOD=finetune with FREEZE=backbone, or a network for scenes or time series.")
