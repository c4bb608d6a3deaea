"""Published weights as a model that gives features. Standard library only."""

from __future__ import annotations

from pathlib import Path

from ..cards.card import Class, ModelCard, Tiling
from ..cards.store import Store
from ..errors import ModelError
from .addresses import PUBLISHED

SIDE = 224  # pixels a side of the pictures that they were trained on
NO_CLASS = (Class(0, "features", "#888888"),)  # a network has a last layer, of which nothing is used
ENCODERS = tuple(name for name, line in PUBLISHED.items() if line.task == "classification" and not line.by_name)


def is_published(model: str, store: Store | None = None) -> bool:
    """Whether published weights are meant: an installed model of their name goes first."""
    return model in ENCODERS and all(model != name for name, _, _ in (store or Store()).list())


def found_encoder(model: str, store: Store | None = None) -> tuple[Path, ModelCard]:
    """The path and card of what features are taken of: a model by name or path, or published weights by their name,
    which is also their path. ModelError where there is none.
    """
    return (Path(model), encoder_card(model)) if is_published(model, store) else (store or Store()).find(model)


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
