"""Which model maps which rasters: the one that was named, or the installed one whose bands the rasters have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qgis.core import QgsApplication, QgsRasterLayer

from ...engine.cards.card import ModelCard
from ...engine.errors import MismatchError, RsdlError
from ...engine.tables.tasks import TASKS, task_of
from .. import settings
from ..products import product_text
from ..text import tr
from ..worker import layers
from .floodmapping import FloodMapping, is_flood


def takes_one_image(card: ModelCard) -> bool:
    """Whether the model maps one image of one date."""
    return len(card.inputs) == 1 and len(card.inputs[0].dates) == 1


def takes_a_pair(card: ModelCard) -> bool:
    """Whether the model maps classes from images of one kind at two dates."""
    task = task_of(card.task)
    return task.dense and not task.numbers and len(card.inputs) == 1 and len(card.inputs[0].dates) == 2


def named_model(name: str, task: str, takes: Callable[[ModelCard], bool], what: str) -> tuple[Path, ModelCard]:
    """The model of that name or path; RsdlError if it is of another kind, with the algorithm that takes it.

    ``takes``: whether a model is of the kind; ``task`` and ``what`` a model of the kind is run on are for the message.
    """
    path, card = settings.store().find(name)
    if takes(card):
        return path, card
    if card.task != task:
        text = tr("Model '{model}' is for {task}, but this algorithm is for {wanted}.").format(
            model=card.name, task=card.task, wanted=task
        )
    else:
        text = tr("Model '{model}' is not for {what}: it takes {inputs} ({task}).").format(
            model=card.name,
            what=what,
            task=card.task,
            inputs=", ".join(f"{item.role or item.name} {date}" for item in card.inputs for date in item.dates),
        )
    other = algorithm_for(card)
    if other:
        raise RsdlError(text, tr("Choose another model, or use '{algorithm}', which takes it.").format(algorithm=other))
    raise RsdlError(text, tr("Choose another model."))


def fitting_model(takes: Callable[[ModelCard], bool], rasters: Sequence[QgsRasterLayer]) -> tuple[Path, ModelCard]:
    """The installed model of a kind whose bands all rasters have by description; RsdlError if it is not just one."""
    fitting, names, misfits = [], [], []
    for name, path, card in settings.store().list():
        if not takes(card):
            continue
        names.append(name)
        try:
            for layer in rasters:
                layers.matched_bands(layer, card.inputs[0])
        except MismatchError as error:
            misfits.append(error)
            continue
        fitting.append((path, card))
    if len(fitting) == 1:
        return fitting[0]
    if len(misfits) == len(names) == 1 and any(map(product_text, rasters)):
        raise misfits[0]  # which says what the product lacks
    if not names:
        raise RsdlError(
            tr("No model is chosen, and none of the installed models can be used here."),
            tr("Train one, or give the path of a model in MODEL."),
        )
    raise RsdlError(
        tr(
            "No model is chosen, and {count} of the installed models match the rasters by their band descriptions."
        ).format(count=len(fitting)),
        tr("Choose one in MODEL: {names}, or the path of a model.").format(names=", ".join(names)),
    )


def algorithm_for(card: ModelCard) -> str:
    """The title of the algorithm that predicts with a model; '' if there is none."""
    name, task = "", task_of(card.task)
    if is_flood(card):
        name = FloodMapping.NAME
    elif takes_a_pair(card):
        name = TASKS["change"].algorithm
    elif task.series or (task.rasters == "rasters" and takes_one_image(card)):
        name = task.algorithm
    found = QgsApplication.processingRegistry().algorithmById(f"rsdl:{name}")
    return found.displayName() if found else ""
