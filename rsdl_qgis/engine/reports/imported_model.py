"""The page of a model that was imported: what it takes and gives, where that was read, and a picture of a tile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ..boxes.detections import Detections
from ..cards.card import ModelCard
from ..chips.folder import IGNORE
from . import html as web
from .box_pictures import object_pictures
from .charts import legend
from .sample_pictures import Images, class_picture, data_uri, number_picture, picture, value_span

MOST_BOXES = 100  # that are drawn
MOST_CLASSES = 250  # of a picture of indices
LEGEND = 30  # classes that are listed beside the picture


@dataclass(frozen=True)
class Imported:
    """A model that was imported. ``facts``: (what, value, where from); ``notes``: sentences on what is not certain;
    ``text``: what the tile gave; ``images`` and ``found`` or ``objects``: the tile and its result.
    """

    card: ModelCard
    facts: Sequence[tuple[str, str, str]]
    notes: Sequence[str]
    text: str
    images: Images
    found: np.ma.MaskedArray | None
    objects: Detections | None


def imported_page(models: Sequence[Imported]) -> str:
    """The page of a model, or of those of a network's outputs."""
    names = ", ".join(f"'{model.card.name}'" for model in models)
    title = ", ".join(model.card.title for model in models)
    body = chain.from_iterable(_body(model, f"{model.card.name}: " if len(models) > 1 else "") for model in models)
    return web.page(title, f"Imported as {names}", body)


def _body(model: Imported, prefix: str) -> Iterator[str]:
    """The sections of a model; ``prefix``: of their titles."""
    card, found = model.card, model.found
    pictures = list(pictures_of(card, model.images, found, model.objects))
    shown = [web.sample(model.text, pictures)] if pictures else [web.paragraph(model.text)]
    if found is not None and card.classes:
        used = [card.classes[i] for i in np.unique(np.ma.compressed(found))[:LEGEND]]
        shown.append(legend([(item.name, item.color) for item in used]))
    yield web.section(f"{prefix}One tile", *shown)
    if model.notes:
        yield web.section(f"{prefix}To check", web.bullets(model.notes))
    rows = [list(fact) for fact in model.facts]
    yield web.section(f"{prefix}What the model takes and gives", web.table(["", "", "From"], rows, texts=3))


def pictures_of(
    card: ModelCard, images: Images, found: np.ma.MaskedArray | None, objects: Detections | None
) -> Iterator[tuple[str, str]]:
    """(title, data URI) of a tile, and of what a model makes of it."""
    if not images:
        return
    yield "image", data_uri(picture(images, card.inputs))
    if objects is not None:
        boxes: Mapping[str, NDArray] = {"hit": objects.boxes[:MOST_BOXES]}
        yield "objects", object_pictures(images, card.inputs, boxes)["objects"]
    elif found is not None and card.classes and len(card.classes) <= MOST_CLASSES:
        yield "classes", data_uri(class_picture(found.filled(IGNORE), card.classes))
    elif found is not None and not card.classes:
        numbers = np.ma.filled(found.astype(np.float64), np.nan)
        yield "values", data_uri(number_picture(numbers, *value_span(numbers)))
