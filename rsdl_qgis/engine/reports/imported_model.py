"""The page of a model that was imported: what it takes and gives, where that was read, and a picture of a tile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..boxes.detections import Detections
from ..cards.card import ModelCard
from . import html as web
from .box_pictures import object_pictures
from .sample_pictures import Images, class_picture, data_uri, number_picture, picture, value_span

MOST_BOXES = 100  # that are drawn
MOST_CLASSES = 250  # of a picture of indices
LEGEND = 30  # classes that are listed beside the picture


def imported_page(
    card: ModelCard,
    facts: Sequence[tuple[str, str, str]],
    notes: Sequence[str],
    text: str,
    images: Images,
    found: NDArray | None,
    objects: Detections | None,
) -> str:
    """The page. ``facts``: (what, value, where from); ``notes``: sentences on what is not certain; ``text``: what the
    tile gave; ``images`` and ``found`` or ``objects``: the tile and its result.
    """
    return web.page(card.title, f"Imported as '{card.name}'", _body(card, facts, notes, text, images, found, objects))


def _body(
    card: ModelCard,
    facts: Sequence[tuple[str, str, str]],
    notes: Sequence[str],
    text: str,
    images: Images,
    found: NDArray | None,
    objects: Detections | None,
) -> Iterator[str]:
    pictures = list(pictures_of(card, images, found, objects))
    shown = [web.sample(text, pictures)] if pictures else [web.paragraph(text)]
    if found is not None and card.classes:
        used = [card.classes[i] for i in np.unique(found)[:LEGEND]]
        shown.append(web.table(["Class in the picture", "Colour"], [[c.name, c.color] for c in used], texts=2))
    yield web.section("One tile", *shown)
    if notes:
        yield web.section("To check", web.bullets(notes))
    yield web.section("What the model takes and gives", web.table(["", "", "From"], [list(f) for f in facts], texts=3))


def pictures_of(
    card: ModelCard, images: Images, found: NDArray | None, objects: Detections | None
) -> Iterator[tuple[str, str]]:
    """(title, data URI) of a tile, and of what a model makes of it."""
    if not images:
        return
    yield "image", data_uri(picture(images, card.inputs))
    if objects is not None:
        boxes: Mapping[str, NDArray] = {"hit": objects.boxes[:MOST_BOXES]}
        yield "objects", object_pictures(images, card.inputs, boxes)["objects"]
    elif found is not None and card.classes and len(card.classes) <= MOST_CLASSES:
        yield "classes", data_uri(class_picture(found, card.classes))
    elif found is not None and not card.classes:
        yield "values", data_uri(number_picture(found, *value_span(found)))
