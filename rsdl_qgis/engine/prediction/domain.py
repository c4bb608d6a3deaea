"""How far what is mapped is from the training data of its model: a channel beside the network's own, and a warning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import MismatchError
from ..feedback import Report
from ..radiometry.domain import Measure, distances, shapes_of
from ..runtime.network import Arrays, Runtime
from ..runtime.onnx_form import Form
from .request import MapFiles

MANY = 0.1  # of the pixels beyond the limit: a warning; of the validation data it is one in a hundred


def watched(card: ModelCard, form: Form | None) -> ModelCard:
    """The card, without its domain where the network's output is not, pixel for pixel, that of its input."""
    return card if form is None or form.own else replace(card, domain=None)


def check_domain(files: MapFiles, card: ModelCard) -> None:
    """MismatchError where a distance is wanted that the card says nothing of."""
    if files.domain and card.domain is None:
        raise MismatchError(
            f"The card of model '{card.name}' does not say what its training data looked like, so there is no distance "
            "from them.",
            "Leave DOMAIN empty. Models that this version trains on images have it.",
        )


def watching(open_network: Callable[..., Runtime], card: ModelCard) -> Callable[..., Runtime]:
    """As ``open_network``, of a network with one more channel, (N, K + 1, h, w): the distance, 1 at the limit."""
    if card.domain is None:
        return open_network
    measure, shapes = Measure.of(card.domain), shapes_of(card.inputs)

    def opened(*arguments: Any) -> Runtime:
        network = open_network(*arguments)

        def run(inputs: Arrays) -> NDArray:
            output = network(inputs)
            tiles = zip(*(inputs[item.name] for item in card.inputs))
            far = np.stack([distances(images, shapes, measure) for images in tiles])
            return np.concatenate([output, far[:, None]], 1)

        return run

    return opened


def beyond(distance: NDArray[np.floating], valid: NDArray[np.bool_]) -> dict[str, int]:
    """Of a tile: how many valid pixels were judged, and how many of them are beyond the limit."""
    return {"judged": int(np.count_nonzero(valid)), "beyond": int(np.count_nonzero((distance > 1) & valid))}


def log_beyond(card: ModelCard, judged: int, found: int, report: Report) -> float | None:
    """Logs the fraction of pixels beyond the limit, as a warning where it is large, and returns it; None: unknown."""
    if card.domain is None or not judged:
        return None
    share = found / judged
    about = (
        f"{share:.1%} of the pixels are less like the training data of '{card.name}' than {card.domain.within:.0%} of "
        "its validation data are"
    )
    if share < MANY:
        report.log("info", f"{about}.")
    else:
        where = "DOMAIN of the algorithms that make maps writes where that is."
        report.log("warning", f"{about}: do not trust the map there without a check. {where}")
    return share
