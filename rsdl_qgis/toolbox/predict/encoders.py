"""Which model features are taken of, and the bands that it takes of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsRasterLayer

from ...engine.cards.card import ModelCard
from ...engine.errors import RsdlError
from ...engine.published.card import NAMED, found_encoder, is_published, whole_bands
from ...engine.tables.tasks import task_of
from .. import settings
from ..text import tr
from ..worker import layers
from ..worker.layers import RasterUse
from .base import use_bands
from .model_choice import takes_one_image

ENCODER_TASKS = "classification,embedding,segmentation,regression"  # of the models that are offered


def named_encoder(name: str) -> tuple[Path, ModelCard]:
    """The model of that name or path, or the published weights, whose features of an image can be taken; RsdlError if
    it is of another kind.
    """
    path, card = found_encoder(name, settings.store())
    task = task_of(card.task)
    if not goes_by_name(path) and not (takes_one_image(card) and (task.scenes or task.dense)):
        text = tr("Model '{model}' gives no features of one image: it is for {task}.")
        raise RsdlError(text.format(model=card.name, task=card.task), tr("Choose a model for scenes or maps."))
    return path, card


def goes_by_name(path: Path) -> bool:
    """Whether a path, as ``named_encoder`` gives it, is the name of published weights that take any of their bands."""
    return str(path) in NAMED and is_published(str(path), settings.store())


def encoder_bands(path: Path, card: ModelCard, layer: QgsRasterLayer, chosen: Sequence[int] | None) -> RasterUse:
    """A layer with the bands that an encoder takes of it, as ``named_encoder`` gives it: the ``chosen`` ones, else
    those found by their descriptions. RsdlError if they do not fit.
    """
    if not goes_by_name(path):
        return use_bands("INPUT", layer, card.inputs[0], chosen, "BANDS")
    bands = [band for band in layers.data_bands(layer) if not chosen or band[0] in chosen]
    found = whole_bands(card.name, [text for _, text in bands])
    missing = [number for number in chosen or () if number not in [bands[place][0] for place in found]]
    if found and not missing:
        return RasterUse("INPUT", layer, tuple(bands[place][0] for place in found))
    known = ", ".join(band.name for band in card.inputs[0].bands)
    text = tr(
        "'{model}' finds its bands by their descriptions ({known}), some only together, and '{layer}' has: {has}."
    )
    has = ", ".join(text or tr("band {number}").format(number=number) for number, text in bands)
    hint = tr("Describe the bands so, such as B2, B3, B4 and B8, or choose other weights.")
    raise RsdlError(text.format(model=card.name, known=known, layer=layer.name(), has=has), hint)
