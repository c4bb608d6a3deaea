"""Published weights as a model that gives features. Standard library only."""

from __future__ import annotations

from ..cards.card import Class, ModelCard, Tiling
from ..errors import ModelError
from .addresses import PUBLISHED

SIDE = 224  # pixels a side of the pictures that they were trained on
NO_CLASS = (Class(0, "features", "#888888"),)  # a network has a last layer, of which nothing is used
ENCODERS = tuple(name for name, line in PUBLISHED.items() if line.task == "classification" and not line.by_name)


def encoder_card(name: str) -> ModelCard:
    """The card of published weights by their name, one of ``ENCODERS``. ModelError for another name."""
    if name not in ENCODERS:
        raise ModelError(
            f"There are no published weights '{name}' that give features.", f"There are {', '.join(ENCODERS)}."
        )
    line = PUBLISHED[name]
    return ModelCard(
        name,
        name,
        line.inputs,
        NO_CLASS,
        "classification",
        line.network,
        line.options,
        description=f"Published weights. {line.licence}",
        tiling=Tiling(size=SIDE, overlap=0, multiple=1, any_size=False),
        engine="torch",
    )
