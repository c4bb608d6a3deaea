"""Pages on models: of one, and of all that are installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...cards.card import ModelCard
from ...cards.sheet import headline, sheet
from ...tables.tasks import task_of
from .. import html as web
from ..charts import legend
from ..imported_model import pictures_of

FITS = {True: "yes", False: "no", None: "to check"}
SHOWN = 5  # bands that a list names
LEGEND = 30  # classes that have a row of their own


@dataclass(frozen=True)
class Page:
    """``rows``: (input, aspect, whether it fits, why) of a layer, and ``answer``, the sentence; ``picture``: a data URI
    from the model's folder, else ``outcome``: what the model makes of a tile, or why there is none.
    """

    card: ModelCard
    rows: Sequence[tuple[str, str, bool | None, str]]
    answer: str
    picture: str
    outcome: Any


def model_page(page: Page) -> str:
    """The page of a model."""
    return web.page(page.card.title, f"Model '{page.card.name}'", _body(page))


def list_page(models: Sequence[tuple[str, Path, ModelCard]], problems: Sequence[str]) -> str:
    """The page of all models, and of what is wrong with those that cannot be used."""
    return web.page("Installed models", f"{len(models)} models", _list(models, problems))


def _body(page: Page) -> Iterator[str]:
    card, sections = page.card, sheet(page.card)
    yield web.tiles(_tiles(card))
    if card.description:
        yield web.paragraph(card.description)
    if page.answer:
        rows = [[role, aspect, FITS[fits], text] for role, aspect, fits, text in page.rows]
        yield web.section("Does it fit the layer?", web.note(page.answer),
                          web.table(["Input", "", "Fits", "Why"], rows, texts=4))  # fmt: skip
    yield from _picture(page)
    for title in ("What it takes", "What it gives"):
        rows = [[name, value] for name, value in sections[title] if name != "Classes" or len(card.classes) > LEGEND]
        yield web.section(title, web.table(["", ""], rows, texts=2), *(_classes(card) if "gives" in title else ()))
    yield web.section("How good it is", *_accuracy(sections["How good it is"]))
    origin = [[name, value] for name, value in sections["Where it is from"] if name != "About"]
    yield web.section("Where it is from", web.table(["", ""], origin, texts=2))
    yield web.section("Limits", web.bullets(text for _, text in sections["Limits"]))


def _tiles(card: ModelCard) -> Iterator[tuple[str, str]]:
    best = headline(card)
    if best:
        name, value, low, high = best
        interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
        yield f"{name}{interval}", f"{value:.3f}"
    yield "task", card.task
    yield "pixel size", "–" if card.resolution is None else f"{card.resolution:g} m"
    yield "layers to give", str(sum(len(item.dates) for item in card.inputs))
    if card.classes:
        yield "classes", str(len(card.classes))


def _picture(page: Page) -> Iterator[str]:
    if page.picture:
        yield web.section("A result", web.sample("", [("result", page.picture)]))
    elif isinstance(page.outcome, str):
        yield web.section("One tile", web.note(f"There is no picture. {page.outcome}"))
    elif page.outcome is not None:
        shown = list(pictures_of(page.card, page.outcome.images, page.outcome.map, page.outcome.objects))
        text = page.outcome.text
        yield web.section("One tile", web.sample(text, shown) if shown else web.paragraph(text))


def _classes(card: ModelCard) -> Iterator[str]:
    if card.classes and len(card.classes) <= LEGEND:
        yield legend([(f"{c.value} {c.name}", c.color) for c in card.classes])


def _accuracy(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    if len(rows) == 1:
        yield web.note(rows[0][1])
        return
    own = [[name, value] for name, value in rows if " of: " not in name]
    yield web.table(["Metric", "Value (95 % interval)"], own, texts=2)
    others = [[name.partition(" of: ")[2], value] for name, value in rows if " of: " in name]
    if others:
        metric = next(name for name, _ in rows if " of: " in name).partition(" of: ")[0]
        yield web.subsection("Compared with")
        yield web.table(["On the same data", metric], others, texts=1)


def _list(models: Sequence[tuple[str, Path, ModelCard]], problems: Sequence[str]) -> Iterator[str]:
    rows: list[list[web.Cell]] = []
    for name, path, card in models:
        best = headline(card)
        accuracy = "–" if best is None else f"{best[0]} {best[1]:.3f}"
        interval = "" if best is None or best[2] is None else f"{best[2]:.3f} to {best[3]:.3f}"
        pixel = "–" if card.resolution is None else f"{card.resolution:g} m"
        rows.append([(name, card.title), card.task, (_bands(card), _dates(card)), pixel, (accuracy, interval),
                     str(path.parent)])  # fmt: skip
    yield web.section("Models", web.table(["Name", "Task", "Takes", "Pixels", "Accuracy", "Folder"], rows, texts=6))
    if problems:
        yield web.section("Not usable", web.bullets(problems))


def _bands(card: ModelCard) -> str:
    names = [band.name for item in card.inputs for band in item.bands]
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _dates(card: ModelCard) -> str:
    count = max(len(item.dates) for item in card.inputs)
    if count == 1:
        return ""
    return f"{count} dates" if task_of(card.task).series else ", ".join(card.inputs[0].dates)
