"""A file of another program as ONNX, and the facts that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cards.card import Class
from ..cards.card_schema import MOST_CLASSES
from ..cards.foreign_item import is_foreign
from ..cards.given.classes import coloured
from ..feedback import Report
from ..interop.foreign import Foreign, read_foreign
from .facts import Facts


@dataclass(frozen=True)
class Program:
    """``facts``: that the file tells; ``notes``: sentences about it; ``turned``: the axes of its images, where they
    were turned; ``item``: a card that it carries, of this plugin.
    """

    facts: Facts
    notes: tuple[str, ...]
    turned: str = ""
    item: Mapping[str, Any] | None = None


def as_onnx(path: Path, target: Path, report: Report) -> Program:
    """Write the network in a file as ONNX. ModelError says what cannot be read."""
    import onnx

    foreign = read_foreign(path, report)
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(foreign.model, str(target))
    layout = {4: "NCHW", 5: "NTCHW"}.get(len(foreign.model.graph.input[0].type.tensor_type.shape.dim))
    kind, classes = f"{foreign.kind} network", _classes(foreign)
    facts = Facts(network=kind, description=f"A network of {foreign.kind}.", classes=classes, layout=layout)
    turned = foreign.layout if layout == "NCHW" != foreign.layout else ""
    item = foreign.item if foreign.item is not None and not is_foreign(foreign.item) else None
    return Program(facts, (*foreign.notes, *_size_notes(foreign)), turned, item)


def _classes(foreign: Foreign) -> tuple[Class, ...]:
    """The classes that the file names, where its first output has as many channels."""
    lengths = [d.dim_value for d in foreign.model.graph.output[0].type.tensor_type.shape.dim]
    names = foreign.classes
    if len(lengths) < 2 or lengths[1] != len(names) or not 2 <= len(names) <= MOST_CLASSES:
        return ()
    return coloured([*enumerate(names)])


def _size_notes(foreign: Foreign) -> tuple[str, ...]:
    """What is said of a size that the file states, of a network that takes others."""
    image = foreign.model.graph.input[0].type.tensor_type.shape.dim
    if foreign.size is None or image[-1].dim_value:
        return ()
    height, width = foreign.size
    return (f"The file states images of {width} x {height} px; its network takes other sizes too.",)
