"""Opens a detector, this plugin's or another program's: a batch of images in, the outputs of each image out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..cards.onnx.detectors import Layout, layout_of
from ..cards.onnx.header import read_onnx_file
from ..errors import ModelError
from ..feedback import Report
from ..networks.table import NETWORKS
from ..tables.devices import ON_CPU
from .detector_outputs import Decode, decoder_of, finite_boxes, settled
from .network import Arrays, Network, OutOfMemory, count_of, shrinking
from .onnx_form import Form
from .sessions import BY_CARD, open_network

UNITS = ("pixels", "normalised")  # what a card may say of boxes
Outputs = tuple[NDArray, ...]  # of one image, each with a batch axis of length 1 where it has one


@dataclass(frozen=True)
class Detector:
    """``run``: a batch of images to the outputs of each; ``decode``: these outputs to detections; ``finite``: (K,)
    which of their boxes have finite numbers.
    """

    run: Callable[[Arrays], list[Outputs]]
    decode: Decode
    finite: Callable[[Outputs], NDArray]

    def __call__(self, inputs: Arrays) -> list[Outputs]:
        return self.run(inputs)


def open_detector(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
    engine: str = BY_CARD,
) -> Detector:
    """The detector at ``path`` (a folder or an ``.onnx``) ready to run; see ``sessions.open_runtime``.

    ModelError also where it is not clear what its outputs mean, or they contradict the card. What the file and card of
    another program leave open is determined from two synthetic images, and logged.
    """
    opened = open_network(card, path, device, threads, report, streams, engine)
    run = in_batches(opened.run)
    layout = own_layout(card)
    if opened.form is not None:
        file = read_onnx_file(opened.source)
        layout = declared(layout_of(file, len(card.classes)), card)
        images = synthetic_images(card, opened.form)
        if takes_one(opened.form, layout) or not (opened.form.own or _takes_several(opened.run, images)):
            run = one_by_one(opened.run)
        if not opened.form.own:
            layout = settled(layout, card, run(images), side_of(card, opened.form))
            (report or Report()).log("info", layout_text(card, layout))
    if opened.device not in ON_CPU:
        run = shrinking(run, lambda halves: [outputs for half in halves for outputs in half])
    return Detector(run, decoder_of(card, layout), partial(finite_boxes, layout=layout))


def own_layout(card: ModelCard) -> Layout:
    """The layout of the outputs of a network of this plugin."""
    oriented = card.network in NETWORKS and NETWORKS[card.network].oriented
    return Layout("boxes-scores", len(card.classes), oriented=oriented)


def declared(layout: Layout, card: ModelCard) -> Layout:
    """The layout with the unit of boxes that the card declares; ModelError for an unknown one."""
    if not card.output:
        return layout
    if card.output not in UNITS:
        problem = f"The card of '{card.name}' says that its output is '{card.output}'."
        raise ModelError(problem, f"Boxes can be {' or '.join(UNITS)}.")
    return replace(layout, normalised=card.output == "normalised")


def side_of(card: ModelCard, form: Form) -> tuple[int, int]:
    """The height and width of a tile that the network takes."""
    return form.side or (card.tiling.size, card.tiling.size)


def synthetic_images(card: ModelCard, form: Form) -> Arrays:
    """Two synthetic images for the network, an empty one and noise, (2, T, C, H, W) an input."""
    side = side_of(card, form)
    noise = np.random.default_rng(0)
    return {
        item.name: np.stack([np.zeros((*item.shape, *side)), noise.random((*item.shape, *side))]).astype(np.float32)
        for item in card.inputs
    }


def layout_text(card: ModelCard, layout: Layout) -> str:
    """How a foreign detector's outputs are read, for the log."""
    unit = "fractions of the tile's sides, from 0 to 1, and converted to pixels" if layout.normalised else "pixels"
    by = "as its card declares" if card.output else "by its metadata, its graph or its outputs for synthetic images"
    return f"The outputs of '{card.name}' are read as {layout.kind}, its boxes as {unit} ({by})."


def takes_one(form: Form, layout: Layout) -> bool:
    """Whether a detector takes one image at a time."""
    return form.batch == 1 or layout.kind == "boxes-labels-scores"


def _takes_several(network: Network, images: Arrays) -> bool:
    """Whether a network that declares a free batch axis really gives an output for each image."""
    try:
        return all(len(output) == count_of(images) for output in network(images))
    except (ModelError, OutOfMemory):
        return False


def in_batches(network: Network) -> Callable[[Arrays], list[Outputs]]:
    """Runs all images at once."""

    def run(inputs: Arrays) -> list[Outputs]:
        outputs = network(inputs)
        return [tuple(output[i : i + 1] for output in outputs) for i in range(count_of(inputs))]

    return run


def one_by_one(network: Network) -> Callable[[Arrays], list[Outputs]]:
    """Runs one image after another."""

    def run(inputs: Arrays) -> list[Outputs]:
        parts: Sequence[Arrays] = [{k: v[i : i + 1] for k, v in inputs.items()} for i in range(count_of(inputs))]
        return [tuple(network(part)) for part in parts]

    return run
