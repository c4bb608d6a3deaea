"""The features of images: what a network for them gives, what the last layer of one that classifies them or time series
is given, or the mean of the last map of an encoder of a network that makes maps.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import WEIGHTS_FILE, ModelCard
from ..errors import MismatchError
from ..feedback import Report
from ..job.memory import ran_out
from ..networks import NETWORKS, card_network
from ..networks.stages import USUAL
from ..tables.devices import ON_CPU
from ..tables.tasks import task_of
from .devices import available_cores, choose_device, describe_device
from .network import Arrays, OutOfMemory, Runtime, shrinking
from .sessions import BY_CARD, check_file, open_runtime
from .torch_engine import loaded_network

FROM_ELSEWHERE = (
    "Choose a model that was trained here, one of the shipped ones, published weights, or a network that gives "
    "features itself, imported with TASK=embedding."
)
CLOSE = 1e-3  # relative difference of a network's output to its last layer's, at most


def feature_count(card: ModelCard, path: Path) -> int:
    """How many features a model gives an image. MismatchError for one that has none, or whose weights are not there."""
    if task_of(card.task).features:
        return card.channels
    import torch

    if not (path / WEIGHTS_FILE).is_file() or card.network not in NETWORKS:
        problem = f"Model '{card.name}' has no weights of a network of the plugin, from which features are taken."
        raise MismatchError(problem, FROM_ELSEWHERE)
    with torch.device("meta"):  # without weights
        network = card_network(card)
        if task_of(card.task).scenes or task_of(card.task).series:
            return int(last_layer(network, card).in_features)
        side = -(-card.tiling.size // card.tiling.multiple) * card.tiling.multiple
        found = _runner(network.eval(), card)(*(torch.empty(1, *i.shape, side, side) for i in card.inputs))
    if found is None:
        raise _unfit(card)
    return int(found.shape[1])


def last_layer(network: Any, card: ModelCard) -> Any:
    """The linear layer that gives the classes, or the neighbours in its place. MismatchError where there is none."""
    from torch import nn

    from ..networks.neighbours import Neighbours

    kinds = (nn.Linear, Neighbours)
    found = [m for m in network.modules() if isinstance(m, kinds) and m.out_features == card.channels]
    if not found:
        raise _unfit(card)
    return found[-1]


def open_features(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
    engine: str = BY_CARD,
) -> Runtime:
    """A model's features, ready to be computed: images (N, T, C, H, W) -> (N, F) float32. As ``sessions.open_runtime``.

    MismatchError, when it is run, where a classifier's output is not that of its last layer.
    """
    if task_of(card.task).features:
        return open_runtime(card, path, device, threads, report, streams, engine)
    import torch

    place, weights = choose_device(device), path / WEIGHTS_FILE
    check_file(weights, card)
    network = loaded_network(card, weights, place, math.ceil((threads or available_cores()) / streams))
    compute, names = _runner(network, card), [item.name for item in card.inputs]
    if report:
        report.log("info", f"Features of '{card.name}' with PyTorch on {describe_device(place, threads)}.")

    def run(inputs: Arrays) -> NDArray[np.float32]:
        try:
            found = compute(*(torch.from_numpy(inputs[name]).to(place) for name in names))
        except RuntimeError as error:
            if not ran_out(error):
                raise
            raise OutOfMemory(f"{place} has too little memory.", "Use a smaller BATCH_SIZE.") from None
        if found is None:
            raise _unfit(card)
        values: NDArray[np.float32] = found.float().cpu().numpy()
        return values

    return run if place in ON_CPU else shrinking(run)


def _runner(network: Any, card: ModelCard) -> Callable[..., Any]:
    """What computes a network's features: images -> a tensor (N, F), or None where there are none."""
    if task_of(card.task).scenes:
        return feature_tensors(network, last_layer(network, card))
    if task_of(card.task).series:
        return of_pixels(feature_tensors(network, last_layer(network, card)))
    if any(len(item.dates) > 1 for item in card.inputs):
        raise MismatchError(
            f"Model '{card.name}' compares dates, and features are of one image.", "Choose a model of one date."
        )
    layers = encoder_layers(network)
    if not layers:
        raise _unfit(card)
    return pooled_maps(network, layers)


def of_pixels(compute: Callable[..., Any]) -> Callable[..., Any]:
    """Of what takes series (N, T, C) and which dates are valid (N, T), what takes images (N, T, C, 1, 1)."""

    def run(*images: Any) -> Any:
        series = [image[..., 0, 0] for image in images]
        return compute(*series, series[0].new_ones(series[0].shape[:2]))

    return run


def encoder_layers(network: Any) -> list[Any]:
    """The layers of a network's encoder, by its ``flow``, and by that of a part that has its own."""
    flow = getattr(network, "flow", USUAL)
    parts = re.compile("|".join(rf"(?:{pattern})(?=\.|$)" for pattern in flow.encoder) or "(?!)")
    named = {name: module for name, module in network.named_modules() if parts.match(name)}
    own = [name for name, module in named.items() if name and hasattr(module, "flow")]
    inner = {name for name in named if any(name == part or name.startswith(f"{part}.") for part in own)}
    layers = [module for name, module in named.items() if name not in inner and not list(module.children())]
    return [*layers, *(layer for name in own for layer in encoder_layers(named[name]))]


def pooled_maps(network: Any, layers: Sequence[Any]) -> Callable[..., Any]:
    """The mean (N, F) of the last map that layers give: images -> features, or None where they give no map.

    Several threads may call it at once.
    """
    import torch

    given = threading.local()

    def keep(_: Any, inputs: Any, output: Any) -> None:
        found = output[0] if isinstance(output, tuple) else output
        if found.ndim == 4:
            given.last = found.mean((2, 3))

    for layer in layers:
        layer.register_forward_hook(keep)

    @torch.inference_mode()
    def run(*images: Any) -> Any:
        given.last = None
        network(*images)
        return given.last

    return run


def features_of(network: Any, layer: Any) -> Callable[..., NDArray[np.float32] | None]:
    """As ``feature_tensors``, as arrays."""
    compute = feature_tensors(network, layer)

    def run(*images: Any) -> NDArray[np.float32] | None:
        found = compute(*images)
        return None if found is None else found.float().cpu().numpy()

    return run


def feature_tensors(network: Any, layer: Any) -> Callable[..., Any]:
    """What ``layer``, the last one of a network, is given: images -> (N, F), or None where it is not what decides.

    Several threads may call it at once.
    """
    import torch

    given = threading.local()

    def keep(_: Any, inputs: Any) -> None:
        given.features = inputs[0]

    layer.register_forward_pre_hook(keep)

    @torch.inference_mode()
    def run(*images: Any) -> Any:
        given.features = None
        output, features = network(*images), given.features
        if features is None or features.ndim != 2:
            return None
        if not torch.allclose(layer(features), output, CLOSE, CLOSE):
            return None
        return features

    return run


def _unfit(card: ModelCard) -> MismatchError:
    problem = f"Model '{card.name}' has no features: its network neither ends in a linear layer nor has an encoder."
    return MismatchError(problem, "Choose another model, such as a ResNet, or a U-Net with an encoder.")
