"""Which engine runs a network faster on the CPU, measured; a model's card records it when the model is written."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..cards.card import ModelCard
from ..networks import memory_format
from ..tables.tasks import task_of
from .devices import available_cores
from .onnx_engine import onnx_session
from .onnx_export import example_inputs

Run = Callable[[], Any]
CLEARLY = 1.1  # torch starts slower and takes more memory: it has to gain more than this factor
ROUNDS = 5
SERIES = 1024  # run at once where the network takes the series of pixels


def fastest_engine(network: nn.Module, onnx_path: Path, card: ModelCard) -> str:
    """``"torch"`` where it is clearly faster than ONNX Runtime for one tile of the card's size, else ``"onnx"``.

    For time series the tile has ``SERIES`` pixels.
    """
    count = SERIES if task_of(card.task).series else 1
    inputs, threads = example_inputs(card, count, card.tiling.size), available_cores()
    seconds = median_seconds(
        {"torch": torch_run(network, inputs, threads), "onnx": onnx_run(onnx_path, inputs, threads)}, ROUNDS
    )
    return "torch" if seconds["torch"] * CLEARLY < seconds["onnx"] else "onnx"


def median_seconds(
    runs: Mapping[str, Run], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """The median seconds of each, after one warm-up run; in turn, so that other load slows all alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(rounds):
        for name, run in runs.items():
            started = clock()
            run()
            times[name].append(clock() - started)
    return {name: statistics.median(values) for name, values in times.items()}


def torch_run(network: nn.Module, inputs: Mapping[str, Tensor], threads: int, channels_last: bool = True) -> Run:
    """One forward pass as ``sessions`` does it; ``channels_last``: how the weights lie in memory."""
    network = copy.deepcopy(network).float().eval().cpu()
    if channels_last:
        network = memory_format.channels_last(network)

    def run() -> Any:
        with torch.inference_mode(), torch_threads(threads):
            return network(*inputs.values())

    return run


def onnx_run(path: Path, inputs: Mapping[str, Tensor], threads: int) -> Run:
    """One pass of an ONNX file with the settings of ``sessions``."""
    session = onnx_session(path, threads)
    feeds = {name: tensor.numpy() for name, tensor in inputs.items()}
    return lambda: session.run(None, feeds)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Torch with ``count`` threads, and as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
