"""Weights without their network (a state dict): the network is found in the table, and both become a model folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from ..cards.card import Class, Input, ModelCard
from ..cards.card_schema import MOST_BANDS, MOST_CLASSES, check_count
from ..cards.given.classes import beside_background, coloured
from ..cards.given.scaling import BYTE
from ..cards.onnx.header import Tensor as Stated
from ..cards.steps import Step
from ..errors import ModelError
from ..networks import NETWORKS, build_network
from ..published.addresses import PUBLISHED, Published
from ..runtime.published.files import read_weights
from ..tables.tasks import TASKS, task_of
from ..training.model import card_for, write_model
from ..training.start.weights import outline
from .facts import Facts
from .guess import Image, first_bands, first_scaling
from .resemblance import Built, Found, recognised

SHOWN = 3
FLOAT = "float32"


def as_model(path: Path, name: str, folder: Path, said: Facts) -> tuple[ModelCard, tuple[str, ...]]:
    """Write the weights in a file, and their network, as a model folder: its card, and what is guessed, in sentences.

    ModelError where the weights are of no network of the table, or a fact that has to be known is not.
    """
    found = recognised(read_weights(path), path.name, said.network, said.tile_size)
    published = next((p for p in PUBLISHED.values() if p.file == path.name), None)
    found, notes = _with_background(found, said)
    built = found.built
    check_count(built.bands, MOST_BANDS, "bands", f"'{name}'")
    check_count(built.outputs, MOST_CLASSES, "classes", f"'{name}'")
    task = _task(name, built, said)
    image, facts = _image(built), _with_published(said, published, built.bands)
    bands, told = first_bands(image, facts)
    scaling = first_scaling(name, Stated("image", (None,) * len(image.axes), FLOAT), image, facts)
    classes, told_too = _classes(name, built, task, said)
    notes = (*_told(found), *notes, *told, *told_too)
    dates = TASKS[task].dates or tuple(_dates(built))
    network = _loaded(found)
    card = card_for(
        network,
        name=name,
        title=said.title or name,
        architecture=built.network,
        inputs=[Input("image", bands, dates, scaling=scaling, nodata=said.nodata)],
        task=task,
        classes=classes,
        options=built.options,
        size=None if "size" in built.options else said.tile_size,
        activation=_activation(name, task, said.activation),
        resolution=said.resolution,
        provenance={"source": "weights of a file"},
    )
    if not classes and built.outputs > 1:
        card = replace(card, values=tuple(f"value {i + 1}" for i in range(built.outputs)))
    return write_model(network, card, folder, lambda *_: "onnx", half_weights=False), notes  # a long job tries torch


def _loaded(found: Found) -> Any:
    """The network with the weights; the file's tensors may be half as precise."""
    built = found.built
    network = build_network(built.network, {"image": (built.dates, built.bands)}, built.outputs, **built.options)
    own = network.state_dict()
    state = {name: found.state[name].to(own[name].dtype) if name in found.state else own[name] for name in own}
    network.load_state_dict(state)
    return network.eval()


def _with_background(found: Found, said: Facts) -> tuple[Found, tuple[str, ...]]:
    """A network of one logit as one of two classes that gives the same: the background's is 0 everywhere.

    The softmax of (0, x) is the sigmoid of x.
    """
    built = found.built
    numbers = bool(said.task) and task_of(str(said.task)).numbers
    if built.outputs != 1 or numbers or NETWORKS[built.network].task == "detection":
        return found, ()
    if said.activation in ("none", "log-softmax"):
        text = f"ACTIVATION is {said.activation}, but weights of {NETWORKS[built.network].title} give one logit."
        raise ModelError(text, "Leave ACTIVATION at auto, or give TASK=regression.")
    one, two = (
        outline(built.network, {"image": (built.dates, built.bands)}, outputs, built.options).state_dict()
        for outputs in (1, 2)
    )
    state = {
        name: torch.cat([torch.zeros_like(value), value]) if one[name].shape != two[name].shape else value
        for name, value in found.state.items()
    }
    note = "It gives one number; its background becomes a class of its own, with the same probabilities."
    return replace(found, built=replace(built, outputs=2), state=state), (note,)


def _task(name: str, built: Built, said: Facts) -> str:
    line = NETWORKS[built.network]
    fits = [task for task, row in TASKS.items() if row.networks[0] == line.task and not row.finer]
    if said.task and said.task not in fits:
        text = f"TASK is {said.task}, but the weights of '{name}' are of {line.title}, for {' or '.join(fits)}."
        raise ModelError(text, "Leave TASK at auto.")
    return said.task or line.task


def _activation(name: str, task: str, asked: str | None) -> str:
    """The card's activation: the network gives logits."""
    usual = TASKS[task].activation
    if asked is None or usual == "identity" or task_of(task).boxes:
        return ""
    if asked not in ("softmax", "sigmoid"):
        text = f"ACTIVATION is {asked}, but the network of '{name}' gives logits: its activation is not in its weights."
        raise ModelError(text, "Give softmax for exclusive classes, or sigmoid for several at once.")
    return "" if asked == usual or task != "classification" else asked


def _image(built: Built) -> Image:
    axes = "NTC" if task_of(NETWORKS[built.network].task).series else "NTCHW"
    return Image(axes, built.bands, built.dates, None, None)


def _dates(built: Built) -> Sequence[str]:
    return [f"date {i + 1}" for i in range(built.dates)] if built.dates > 1 else ["image"]


def _with_published(said: Facts, published: Published | None, bands: int) -> Facts:
    """The scaling of weights that torchvision publishes, by the name of their file."""
    if published is None or said.steps is not None or bands != len(published.mean):
        return said
    scale = (Step("divide", ((BYTE,),)), Step("standardise", (published.mean, published.std)))
    return replace(said, steps=scale)


def _classes(name: str, built: Built, task: str, said: Facts) -> tuple[tuple[Class, ...], tuple[str, ...]]:
    if task_of(task).numbers:
        return (), ()
    given, count = said.classes, built.outputs
    if len(given) == 1 and count == 2:
        given = beside_background(given[0])
    if given and len(given) != count:
        text = f"CLASSES names {len(given)}, but the weights of '{name}' are for {count}."
        raise ModelError(text, "Name as many classes as it gives, in its order.")
    if given:
        return given, ()
    names = TASKS[task].two_classes if count == 2 else [f"class {i}" for i in range(count)]
    return coloured([*enumerate(names)]), (f"Its {count} classes have no names; give them in CLASSES.",)


def _told(found: Found) -> tuple[str, ...]:
    built = found.built
    options = ", ".join(f"{key} {value}" for key, value in built.options.items())
    title = f"{NETWORKS[built.network].title} ({built.network}{f'; {options}' if options else ''})"
    how = (
        "names"
        if found.by_name
        else "shapes, as their names are others. Another network may have the same: see its tile"
    )
    notes = [f"The network is taken to be {title}, by its tensors' {how}."]
    if found.unused:
        shown = ", ".join(found.unused[:SHOWN]) + (", …" if len(found.unused) > SHOWN else "")
        notes.append(f"{len(found.unused)} tensors of the file are no part of it: {shown}.")
    return tuple(notes)
