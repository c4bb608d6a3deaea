"""Opens a detector, this plugin's or another program's: images in, one image's outputs after another out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from numpy.typing import NDArray

from .card import WEIGHTS_FILE, ModelCard
from .interop.detector_files import Layout, layout_of
from .interop.detectors import Decode, decoder_of
from .interop.onnx_file import OnnxFile, read_onnx_file
from .report import Report
from .runtime import Arrays, Network, open_network, shrinking

Outputs = tuple[NDArray, ...]  # of one image, each with a batch axis of length 1 where it has one


@dataclass(frozen=True)
class Detector:
    """``run``: a batch of images to the outputs for each; ``decode``: those to detections."""

    run: Callable[[Arrays], list[Outputs]]
    decode: Decode


def open_detector(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
) -> Detector:
    """The detector at ``path`` (a folder or an ``.onnx``) ready to run; see ``runtime.open_runtime``.

    ModelError also where it is not clear what its outputs mean, or they contradict the card.
    """
    opened = open_network(card, path, device, threads, report, streams)
    network, source = opened.run, opened.source
    run = in_batches(network)
    layout = Layout("boxes-scores", len(card.classes))
    if source.name != WEIGHTS_FILE:
        file = read_onnx_file(source)
        layout = layout_of(file, len(card.classes))
        run = one_by_one(network) if takes_one(file, layout) else run
    if opened.device.startswith("cuda"):
        run = shrinking(run, lambda halves: [outputs for half in halves for outputs in half])
    return Detector(run, decoder_of(card, layout))


def takes_one(file: OnnxFile, layout: Layout) -> bool:
    """Whether a detector takes one image at a time."""
    shape = file.inputs[0].shape
    return len(shape) == 3 or shape[0] is not None or layout.kind == "boxes-labels-scores"


def in_batches(network: Network) -> Callable[[Arrays], list[Outputs]]:
    """All images at once."""

    def run(inputs: Arrays) -> list[Outputs]:
        outputs = network(inputs)
        return [tuple(output[i : i + 1] for output in outputs) for i in range(_count(inputs))]

    return run


def one_by_one(network: Network) -> Callable[[Arrays], list[Outputs]]:
    """One image after another."""

    def run(inputs: Arrays) -> list[Outputs]:
        parts: Sequence[Arrays] = [{k: v[i : i + 1] for k, v in inputs.items()} for i in range(_count(inputs))]
        return [tuple(network(part)) for part in parts]

    return run


def _count(inputs: Arrays) -> int:
    return len(next(iter(inputs.values())))
