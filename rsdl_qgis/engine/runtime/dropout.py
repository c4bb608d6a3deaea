"""Monte-Carlo dropout: a network runs several times with its dropout on, and the mean of its outputs counts.

Gal, Ghahramani (ICML 2016), https://proceedings.mlr.press/v48/gal16.html: the mean approximates the prediction of a
Bayesian network, so that its entropy holds what the network does not know, besides what the data do not say. An ONNX
has no dropout: it is left out when it is written. So PyTorch runs the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..cards.card import WEIGHTS_FILE, ModelCard
from ..errors import MismatchError, TrainStepMissing
from ..feedback import Report
from .devices import available_cores, choose_device, describe_device, has_torch
from .network import Arrays, Runtime, shrinking
from .sessions import BF16, BY_CARD, check_file
from .torch_engine import dropouts, open_torch

WITHOUT = "Leave PASSES at 1."


def check_passes(passes: int, card: ModelCard, path: Path, engine: str) -> None:
    """MismatchError where a model cannot run with dropout, TrainStepMissing where PyTorch is not there."""
    if passes == 1:
        return
    if engine.startswith("onnx"):
        raise MismatchError(f"PASSES={passes} needs dropout, which ENGINE={engine} does not have.", "Use ENGINE=auto.")
    if not (path / WEIGHTS_FILE).is_file():
        raise MismatchError(
            f"Model '{card.name}' has no {WEIGHTS_FILE}. PASSES={passes} needs it: an ONNX has no dropout.", WITHOUT
        )
    if not has_torch():
        missing = TrainStepMissing()
        missing.hint = f"{missing.hint} Without it: {WITHOUT[0].lower()}{WITHOUT[1:]}"
        raise missing
    from ..networks import card_network

    network = card_network(card)
    if not dropouts(network):
        raise MismatchError(
            f"The network of model '{card.name}' ({card.network}) has no dropout, so that all {passes} passes would be "
            "the same.",
            f"{WITHOUT} TTA=all is another source of uncertainty; or train a network with its option dropout.",
        )


def with_passes(passes: int) -> Callable[..., Runtime]:
    """As ``sessions.open_runtime``, of the mean over so many passes. The same job gives the same numbers."""

    def opened(
        card: ModelCard,
        path: Path,
        device: str = "auto",
        threads: int | None = None,
        report: Report | None = None,
        streams: int = 1,
        engine: str = BY_CARD,
    ) -> Runtime:
        check_file(path / WEIGHTS_FILE, card)
        place, bf16 = choose_device(device), engine.endswith(BF16)
        network = open_torch(card, path / WEIGHTS_FILE, place, threads or available_cores(), 1, bf16, passes)
        if report:
            where = f"with PyTorch on {describe_device(place, threads)}"
            report.log("info", f"Running '{card.name}' {where}, {passes} passes with dropout.")

        def run(inputs: Arrays) -> NDArray[Any]:
            return network(inputs)[0]

        return shrinking(run)

    return opened
