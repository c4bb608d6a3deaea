"""A card that files give, completed by what a person says, which overrules; tensors that differ are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ..cards.card import Class, Input, ModelCard, Tiling, usual_overlap
from ..cards.given.classes import beside_background
from ..cards.given.scaling import scaling_of, scaling_text
from ..cards.onnx.graph import head_of
from ..cards.onnx.header import OnnxFile
from ..errors import ModelError
from ..tables.tasks import task_of
from .facts import Facts
from .guess import no_activation, settled_activation

ONE_INPUT = "Leave it empty; its card says it for each of them."


def completed(card: ModelCard, file: OnnxFile | None, facts: Facts) -> ModelCard:
    """The card with the facts in place of what it says. ModelError names the parameter and the other side.

    ``file``: of the network, None for weights of this plugin's networks, whose task, bands and classes are the card's.
    """
    _check_sides(card, file, facts)
    sides = _sides(file, facts.layout or card.axes)
    if not facts.tile_size:
        _check_tiles(card, sides)
    changes: dict[str, object] = {}
    task = facts.task or card.task
    if facts.task:
        changes["task"] = facts.task
    if facts.bands or facts.steps is not None or facts.nodata is not None:
        changes["inputs"] = _inputs(card, facts)
    if facts.classes or (facts.task and task_of(task).numbers):
        changes["classes"] = () if task_of(task).numbers else _classes(card, facts.classes)
    if facts.task and not task_of(task).numbers and not (facts.classes or card.classes):
        raise ModelError(f"TASK is {task}, and the classes of '{card.name}' are not known.", "Give CLASSES.")
    if facts.values:
        changes["values"] = facts.values
    if facts.tile_size:
        changes["tiling"] = _tiling(card, facts.tile_size, sides)
    if facts.layout:
        changes["axes"] = facts.layout
    for name in ("resolution", "output_index", "threshold", "title", "description", "network"):
        if getattr(facts, name) is not None:
            changes[name] = getattr(facts, name)
    made = replace(card, **changes)  # type: ignore[arg-type]
    return _activated(made, file, facts) if facts.activation and file is not None else made


def known_facts(
    card: ModelCard,
    given: Sequence[str],
    found: str,
    origins: Mapping[str, str] = MappingProxyType({}),
    turned: str = "",
) -> list[tuple[str, str, str]]:
    """(what, value, where from) of a card, for the log and the page; ``given``: names of facts that a person gave,
    ``origins``: where others are from, by their names, ``found``: where all others are from; ``turned``: the
    axes of images in a file, where they are in another order there.
    """
    item = card.inputs[0]

    def line(title: str, value: str, fact: str) -> tuple[str, str, str]:
        return title, value, f"given ({fact.upper()})" if fact in given else origins.get(fact, found)

    rows = [line("Task", card.task, "task")]
    for item in card.inputs:
        name = item.role or item.name
        rows += [
            line(f"Bands of {name}", ", ".join(band.name for band in item.bands), "bands"),
            line(f"Scaling of {name}", scaling_text(item.scaling), "scaling" if "steps" in given else "steps"),
        ]
        if item.dates != ("image",):
            rows.append(line(f"Dates of {name}", ", ".join(item.dates), "dates"))
        if item.nodata is not None:
            rows.append(line(f"Nodata of {name}", f"{item.nodata:g}", "nodata"))
    if "steps" in given:
        rows = [(a, b, "given (SCALING)" if a.startswith("Scaling of") else c) for a, b, c in rows]
    if card.classes:
        names = ", ".join(f"{c.value} {c.name} {c.color}" for c in card.classes)
        rows.append(line("Classes", names, "classes"))
    if card.values:
        rows.append(line("Values", ", ".join(card.values), "values"))
    size = f"{card.tiling.size} px" + (", others too" if card.tiling.any_size else " only")
    rows.append(line("Tiles", size, "tile_size"))
    metres = "not known" if card.resolution is None else f"{card.resolution:g} m"
    rows.append(line("Pixel size", metres, "resolution"))
    rows.append(line("Layout", card.axes if not turned else f"{turned}, turned to {card.axes}", "layout"))
    if card.output_index is not None:
        rows.append(line("Output", str(card.output_index), "output_index"))
    if card.threshold is not None:
        rows.append(line("Threshold", f"{card.threshold:g}", "threshold"))
    if card.thresholds:
        each = ", ".join(f"{c.name} {least:g}" for c, least in zip(card.classes, card.thresholds))
        rows.append(line("Thresholds", each, "thresholds"))
    return rows


def _check_sides(card: ModelCard, file: OnnxFile | None, facts: Facts) -> None:
    if file is None and (facts.bands or facts.classes or facts.task or facts.layout or facts.activation):
        raise ModelError(
            f"'{card.name}' is of this plugin's networks, whose task, bands and classes are part of it.",
            "Leave TASK, BANDS, CLASSES, LAYOUT and ACTIVATION empty.",
        )


def _check_tiles(card: ModelCard, sides: Sequence[int]) -> None:
    """ModelError where a card of tiles of one size is of a network that takes another."""
    if sides and not card.tiling.any_size and card.tiling.size not in sides:
        taken = " x ".join(map(str, reversed(sides)))
        text = f"The card of '{card.name}' has tiles of {card.tiling.size} px, and its network takes {taken} px."
        raise ModelError(text, "Correct the card, or give TILE_SIZE.")


def _sides(file: OnnxFile | None, axes: str) -> list[int]:
    """The sides of the images that a network takes, where its file states them."""
    shape = file.inputs[0].shape if file else ()
    lengths = dict(zip(axes, shape)) if len(shape) == len(axes) else {}
    return [side for side in (lengths.get("H"), lengths.get("W")) if side]


def _inputs(card: ModelCard, facts: Facts) -> tuple[Input, ...]:
    if len(card.inputs) > 1:
        what = "BANDS" if facts.bands else "SCALING" if facts.steps is not None else "NODATA"
        raise ModelError(f"{what} is given, and '{card.name}' has {len(card.inputs)} inputs.", ONE_INPUT)
    (item,) = card.inputs
    if facts.bands and len(facts.bands) != len(item.bands):
        needs = ", ".join(band.name for band in item.bands)
        text = f"BANDS names {len(facts.bands)} band(s), but '{card.name}' takes {len(item.bands)} ({needs})."
        raise ModelError(text, "Name as many bands as it takes, in its order.")
    made = replace(item, bands=facts.bands or item.bands)
    if facts.steps is not None:
        made = replace(made, scaling=scaling_of(facts.steps, len(made.bands)))
    return (made if facts.nodata is None else replace(made, nodata=facts.nodata),)


def _classes(card: ModelCard, given: tuple[Class, ...]) -> tuple[Class, ...]:
    """The classes given; one name of a card of two is what it finds, the rest is background."""
    if len(given) == 1 and len(card.classes) == 2:
        return beside_background(given[0])
    return given


def _tiling(card: ModelCard, size: int, sides: Sequence[int]) -> Tiling:
    tiling = card.tiling
    if not tiling.any_size and tiling.size != size and size not in sides:
        text = f"TILE_SIZE is {size}, but '{card.name}' takes tiles of {tiling.size} px only."
        raise ModelError(text, "Leave TILE_SIZE empty.")
    overlap = min(tiling.overlap, usual_overlap(size, False, task_of(card.task).boxes))
    return Tiling(size=size, overlap=overlap, multiple=size, any_size=False, memory=tiling.memory)


def _activated(card: ModelCard, file: OnnxFile, facts: Facts) -> ModelCard:
    """The card with the activation that was given."""
    if not card.classes or task_of(card.task).boxes:
        raise no_activation(card.name, card.task)
    tensor = file.outputs[card.output_index or 0]
    channels = tensor.shape[1] if len(tensor.shape) > 1 else None
    head = head_of(file.path, tensor.name)
    activation, output = settled_activation(card.name, head, facts.activation, channels, card.classes)
    return replace(card, activation=activation, output=output)
