"""A network with several outputs as several models, one for each."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

from ..cards.card import ONNX_FILE
from ..cards.model_file import onnx_card
from ..cards.names import LONGEST, as_model_name
from ..cards.onnx.deepness import key_notes
from ..cards.onnx.header import OnnxFile, read_onnx_file
from ..errors import ModelError
from ..job.common import ALL_OUTPUTS
from ..runtime.onnx_form import NUMBERS
from ..tables.tasks import task_of
from .facts import Facts
from .overruled import overruled
from .source import Source, item_card

MOST_HEADS = 20


def heads_of(source: Source, facts: Facts) -> list[tuple[Source, Facts]]:
    """Each output of a source as a source with a folder and a name of its own, and the facts that are known of it.

    ModelError where the outputs belong together, or a card describes one of them alone.
    """
    onnx = source.folder / ONNX_FILE
    file = read_onnx_file(onnx) if onnx.is_file() else None
    outputs = usable_outputs(file) if file else []
    if file is None or len(outputs) < 2:
        return [(source, facts)]
    task = facts.task or (source.card.task if source.card else None)
    if task and task_of(task).boxes:
        problem = f"OUTPUT_INDEX is {ALL_OUTPUTS}, but '{source.name}' is a detector, whose outputs belong together."
        raise ModelError(problem, "Leave OUTPUT_INDEX empty.")
    if source.item is not None:
        described = source.item["properties"].get("mlm:output") or []
        if len(described) != len(outputs):
            problem = f"OUTPUT_INDEX is {ALL_OUTPUTS}, but the item of '{source.name}' describes {len(described)} "
            problem += f"output(s), and its network has {len(outputs)} ({listed(file)})."
            raise ModelError(problem, "Give the number of an output.")
    elif source.card is not None and not source.of_keys:
        count = f"one of its {len(outputs)} outputs"
        problem = f"OUTPUT_INDEX is {ALL_OUTPUTS}, but the card of '{source.name}' describes {count}."
        raise ModelError(problem, "Leave OUTPUT_INDEX empty, or give the number of an output.")
    if len(outputs) > MOST_HEADS:
        problem = f"OUTPUT_INDEX is {ALL_OUTPUTS}, but '{source.name}' has {len(outputs)} outputs."
        raise ModelError(problem, f"Give the number of an output; at most {MOST_HEADS} are installed at once.")
    names = _names(facts.name or source.name, file, outputs)
    heads, file = zip(outputs, names), overruled(file, facts)
    return [
        (_of_output(source, file, index, name), replace(facts, name=name, output_index=index)) for index, name in heads
    ]


def usable_outputs(file: OnnxFile) -> list[int]:
    """The numbers of a file's outputs that are arrays of numbers."""
    return [i for i, tensor in enumerate(file.outputs) if tensor.kind == "tensor" and tensor.dtype in NUMBERS]


def listed(file: OnnxFile) -> str:
    """The outputs of a file by number and name: '0 water, 1 height'."""
    return ", ".join(f"{i} {file.outputs[i].name}" for i in usable_outputs(file))


def _names(stem: str, file: OnnxFile, outputs: Sequence[int]) -> list[str]:
    """A name for the model of each output: by the output's name, or its number where the names say nothing."""
    words = [as_model_name(file.outputs[index].name) for index in outputs]
    telling = len({word.casefold() for word in words}) == len(words) and not any(word.isdecimal() for word in words)
    ends = [f"-{word}" for word in words] if telling else [f"-{index}" for index in outputs]
    longest = max(map(len, ends))
    if longest > LONGEST // 2:
        ends = [f"-{index}" for index in outputs]
    return [as_model_name(stem[: LONGEST - len(end)] + end) for end in ends]


def _of_output(source: Source, file: OnnxFile, index: int, name: str) -> Source:
    """The source with one output alone: a copy of its folder, and what the file says of that output."""
    folder = source.folder.parent / f"output-{index}"
    shutil.copytree(source.folder, folder)
    made = replace(source, folder=folder, name=name, file=None)
    if source.item is not None:
        card = item_card(source.item, made, usable_outputs(file).index(index))
        return replace(made, card=replace(card, name=name, title=name, output_index=index))
    if source.card is not None:
        card = replace(onnx_card(folder / ONNX_FILE, name, index, file), name=name, title=name)
        return replace(made, card=card, notes=key_notes(file, card))
    # Names of classes in the file are those of the first output.
    return made if index == 0 else replace(made, facts=replace(source.facts, classes=()))
