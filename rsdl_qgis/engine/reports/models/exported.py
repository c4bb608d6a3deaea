"""The page of a model that was exported: how far it gives what the original gives, and what that means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...boxes.detections import Detections
from ...cards.card import ModelCard
from ...evaluation.decision import class_of
from ...tables.tasks import task_of
from .. import html as web
from ..box_pictures import object_pictures
from ..sample_pictures import Images, class_picture, data_uri, number_picture, picture, value_span
from ..text import file_size

MOST_BOXES, MOST_CLASSES = 100, 250
MADE_UP = (
    "The tiles hold made-up values. How far both agree for rasters of the kind that the model is for may be another "
    "figure: export it again with layers to compare on."
)


@dataclass(frozen=True)
class Compared:
    """What was compared, in words: ``format``, ``file``, ``tiles``; ``real``: of rasters; ``sizes`` of the original's
    network and of the file, in bytes.
    """

    format: str
    file: str
    tiles: str
    real: bool
    agreement: str
    loss: str
    sizes: tuple[int, int]


def exported_page(
    card: ModelCard, about: Compared, metrics: Sequence[tuple[str, str]], images: Images, expected: Any, found: Any
) -> str:
    """The page. ``metrics``: (label, value); ``images``, ``expected``, ``found``: the first tile, and what the
    original and the exported file give for it.
    """
    return web.page(
        card.title, f"'{card.name}' exported as {about.format}", _body(card, about, metrics, images, expected, found)
    )


def _body(
    card: ModelCard, about: Compared, metrics: Sequence[tuple[str, str]], images: Images, expected: Any, found: Any
) -> Iterator[str]:
    yield web.tiles(
        [*metrics, ("size", file_size(about.sizes[1])), ("size of the original", file_size(about.sizes[0]))]
    )
    yield web.section("Agreement with the original", web.paragraph(f"On {about.tiles}: {about.agreement}"),
                      web.paragraph(about.loss), *([] if about.real else [web.note(MADE_UP)]))  # fmt: skip
    pictures = list(_pictures(card, images, expected, found))
    if pictures:
        yield web.section("One tile", web.sample("", pictures))
    yield web.section("The file", web.facts({"File": about.file, "Format": about.format, "Model": card.name}))


def _pictures(card: ModelCard, images: Images, expected: Any, found: Any) -> Iterator[tuple[str, str]]:
    if not images:
        return
    yield "image", data_uri(picture(images, card.inputs))
    for title, answer in (("original", expected), ("exported", found)):
        if isinstance(answer, Detections):
            shown = answer[answer.scores >= (card.threshold or 0.25)]
            boxes = {"hit": shown.boxes[:MOST_BOXES]}
            yield title, object_pictures(images, card.inputs, boxes)["objects"]
        elif task_of(card.task).dense and task_of(card.task).numbers:
            yield title, data_uri(number_picture(answer[0, 0], *value_span(expected[0, 0])))
        elif task_of(card.task).dense and len(card.classes) <= MOST_CLASSES:
            classes = class_of(answer, card.rule, 1)[0]
            yield title, data_uri(class_picture(classes, card.classes))
