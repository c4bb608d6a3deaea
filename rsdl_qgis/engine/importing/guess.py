"""A first card of a bare ONNX file: from its tensors and its graph, and what is known besides.

What a wrong guess would spoil without a trace is asked for: the task where an output may mean two things, the scaling,
the classes where the network gives their numbers alone. Everything else is guessed, and told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..cards.card import Band, Class, Input, ModelCard, Scaling, Tiling, channel_bands, usual_overlap
from ..cards.card_schema import MOST_BANDS, MOST_CLASSES, check_count
from ..cards.given.classes import beside_background, coloured
from ..cards.given.scaling import scaling_of
from ..cards.onnx.graph import Head, head_of
from ..cards.onnx.header import OnnxFile, Tensor
from ..errors import ModelError
from ..runtime.onnx_form import NUMBERS, ImageForm, check_size
from ..tables.axes import AXES, AXIS
from ..tables.tasks import task_of
from .facts import Facts

SIDE, MULTIPLE = 256, 32  # pixels of tiles of a network that takes any size, unless it is told
SENTINEL = "B"  # how names of Sentinel-2's and Landsat's bands begin
STEP = 4  # pixels: tiles of a network whose output is coarser begin at whole pixels of it
PROBE = 64  # pixels a side of the empty tile that is run where shapes are not stated
FEATURES = 64  # a network with a multiple of so many unnamed numbers a picture may give features
POSITIVE = ("Relu", "Softplus", "Exp")  # last operators of numbers that are no logits
LAYOUTS = {3: ("CHW", "HWC"), 4: ("NCHW", "NHWC"), 5: ("NTCHW", "NTHWC")}  # by the number of axes
SERIES = "NTC"

# How the image is given, and its (dates, bands) and sides -> the outputs with their shapes
Probe = Callable[[ImageForm, tuple[int, int], tuple[int, int]], Sequence[Tensor]]


@dataclass(frozen=True)
class Image:
    """The input: its axes by their letters, bands and dates, and sides in pixels, None where they are free."""

    axes: str
    bands: int
    dates: int
    height: int | None
    width: int | None


@dataclass(frozen=True)
class Answer:
    """The output that counts: its place, channels (None: one number without an axis), sides, and what it means."""

    index: int
    channels: int | None
    sides: tuple[int | None, int | None] | None
    head: Head
    tensor: Tensor


def guessed_card(name: str, file: OnnxFile, facts: Facts, probe: Probe) -> tuple[ModelCard, tuple[str, ...]]:
    """The card of a file, and what of it is guessed, in sentences. ModelError, which names the parameter to give."""
    image = _image(name, file, facts)
    answer = _answer(name, file, image, facts, probe)
    task, notes = _task(name, image, answer, facts, len(file.outputs))
    bands, told = first_bands(image, facts)
    notes += told
    classes, told = _classes(name, answer, task, facts)
    notes += told
    scaling = first_scaling(name, file.inputs[0], image, facts)
    if facts.resolution is None:
        notes.append("The pixel size that it was trained at is not known, so no raster's is checked (RESOLUTION).")
    activation, output = "identity", ""
    if classes:
        activation, output = settled_activation(name, answer.head, facts.activation, answer.channels, classes)
    elif facts.activation not in (None, "none"):
        raise no_activation(name, task)
    dates = tuple(f"date {i + 1}" for i in range(image.dates)) if image.dates > 1 else ("image",)
    card = ModelCard(
        name=name,
        title=facts.title or name,
        description=facts.description or "",
        network=facts.network or "unknown",
        task=task,
        inputs=(Input("image", bands, task_of(task).dates or dates, scaling=scaling, nodata=facts.nodata),),
        classes=classes,
        values=_values(answer, task, facts),
        tiling=_tiling(name, image, facts, task_of(task).boxes),
        resolution=facts.resolution,
        activation=activation,
        threshold=facts.threshold,
        output=output,
        axes=image.axes if image.axes in AXES else "NCHW",
        output_index=facts.output_index if facts.output_index is not None else answer.index or None,
        provenance={"source": "tensors of the file"},
    )
    return card, tuple(notes)


def settled_activation(
    name: str, head: Head, asked: str | None, channels: int | None, classes: Sequence[Class]
) -> tuple[str, str]:
    """(activation, output) of a card of classes: as asked, else by the last operator; ModelError with both sides where
    they contradict each other, or neither says it.
    """
    one = channels in (None, 1)
    usual = "sigmoid" if one else "softmax"
    inside = {"Softmax": "softmax", "Sigmoid": "sigmoid", "HardSigmoid": "sigmoid"}.get(head.operator, "")
    if asked and asked != "none":
        if head.kind == "decided":
            text = f"ACTIVATION is {asked}, but '{name}' ends in {head.operator}, which gives classes."
            raise ModelError(text, "Leave ACTIVATION at auto.")
        if head.kind in ("bounded", "logarithm") and inside and inside != asked.removeprefix("log-"):
            text = f"ACTIVATION is {asked}, but '{name}' ends in {head.operator}."
            raise ModelError(text, "Leave ACTIVATION at auto, or give none to take its numbers as they are.")
        kept = "sigmoid" if asked == "sigmoid" else "softmax"
        if head.kind in ("bounded", "logarithm"):
            return kept, ""
        return kept, "log-probabilities" if asked == "log-softmax" else "logits"
    if asked == "none":
        return usual, "" if head.kind in ("decided", "bounded") else "independent" if one else "probabilities"
    if head.kind == "unknown" and head.operator:
        raise ModelError(
            f"'{name}' ends in {head.operator}, which does not tell whether its numbers are probabilities.",
            f"Give ACTIVATION: none if they are from 0 to 1 already, else {usual} (a first guess).",
        )
    several = head.kind == "bounded" and head.total is None and not one
    return ("sigmoid" if one or several else "softmax"), ""


def no_activation(name: str, task: str) -> ModelError:
    """What is said where ACTIVATION is given for a task that makes no probabilities."""
    return ModelError(
        f"ACTIVATION is given, and '{name}' is for {task}, whose numbers are taken as they are.",
        "Leave ACTIVATION at auto.",
    )


# -- the input


def _image(name: str, file: OnnxFile, facts: Facts) -> Image:
    if len(file.inputs) != 1:
        names = ", ".join(f"{tensor.name} {tensor.shape}" for tensor in file.inputs)
        problem = f"'{name}' has {len(file.inputs)} inputs ({names}); without a model card one image can be given."
        raise ModelError(problem, "Give it as a model folder with a card (model.json), or as a STAC MLM item.")
    check_size(name, file)
    tensor = file.inputs[0]
    if tensor.kind != "tensor" or tensor.dtype not in NUMBERS:
        raise ModelError(f"'{name}' takes {tensor.dtype or tensor.kind}, which no raster gives.")
    axes = _axes(name, tensor, file, facts)
    lengths = dict(zip(axes, tensor.shape))
    bands = lengths.get("C") or len(facts.bands)
    if not bands:
        raise ModelError(
            f"'{name}' does not say how many bands it takes: its input has shape {_shape(tensor)}.",
            "Give BANDS, the names of the bands in its order (a first guess: red, green, blue).",
        )
    check_count(bands, MOST_BANDS, "bands", f"'{name}'")
    dates = lengths.get("T") or 1
    return Image(axes, bands, dates, lengths.get("H"), lengths.get("W"))


def _axes(name: str, tensor: Tensor, file: OnnxFile, facts: Facts) -> str:
    """The axes of the input: as stated, else those that its shape, its bands and its outputs suggest."""
    shape = tensor.shape
    if facts.layout:
        if len(shape) not in (0, len(facts.layout)):
            text = f"LAYOUT is {facts.layout}, but the input of '{name}' has {len(shape)} axes: {_shape(tensor)}."
            raise ModelError(text, "Leave LAYOUT empty, or give one of that many axes.")
        _check_layout(name, tensor, facts)
        return facts.layout
    if not shape:
        return "NCHW"
    if len(shape) == 3 and (facts.task == "time-series" or _is_series(file, facts)):
        return SERIES
    if len(shape) not in LAYOUTS:
        text = f"The input of '{name}' has shape {_shape(tensor)}, which is no image."
        raise ModelError(text, "Images have the axes (N, C, H, W) or (N, H, W, C), pixels (N, bands).")
    first, last = LAYOUTS[len(shape)]
    if facts.bands:
        fits = [axes for axes in (first, last) if shape[axes.index("C")] in (None, len(facts.bands))]
        exact = [axes for axes in fits if shape[axes.index("C")] == len(facts.bands)]
        if not exact and not all(_is_strip(_sides(shape, axes)) for axes in (first, last)):
            fits = [axes for axes in fits if not _is_strip(_sides(shape, axes))]
        if len(exact) == 1 or (fits and not exact):
            return (exact or fits)[0]
        if not fits:
            count, taken = len(facts.bands), shape[_usual_axes(tensor, first, last).index("C")]
            text = f"BANDS names {count} band(s), but '{name}' takes {taken or 'others'}: its input has shape "
            raise ModelError(f"{text}{_shape(tensor)}.", "Name as many bands as it takes, in its order.")
    return _usual_axes(tensor, first, last)


def _usual_axes(tensor: Tensor, first: str, last: str) -> str:
    """The axes of an image by its shape alone: those of ``LAYOUTS`` with the bands first, or last."""
    shape = tensor.shape
    image = tensor.image if len(shape) < 5 else Tensor("", shape[-3:]).image
    return last if image is not None and image[0] == shape[-1] != shape[-3] else first


def _check_layout(name: str, tensor: Tensor, facts: Facts) -> None:
    """ModelError where the axes given make a strip of the image, and the other order makes it square."""
    asked = str(facts.layout)
    others = [axes for pair in LAYOUTS.values() if asked in pair for axes in pair if axes != asked]
    sides = {axes: _sides(tensor.shape, axes) for axes in (asked, *others)}
    if not (tensor.shape and others) or not _is_strip(sides[asked]) or _is_strip(sides[others[0]]):
        return
    if len(facts.bands) == tensor.shape[asked.index("C")]:
        return
    height, width = (str(side or "?") for side in sides[asked])
    bands = tensor.shape[asked.index("C")] or "?"
    raise ModelError(
        f"LAYOUT is {asked}, but the input of '{name}' has shape {_shape(tensor)}: as {asked} that is {bands} bands of "
        f"{width} x {height} px, while {others[0]} makes square images.",
        f"Leave LAYOUT empty, or give {others[0]}. If it is {asked} after all, name all its bands in BANDS.",
    )


def _sides(shape: Sequence[int | None], axes: str) -> tuple[int | None, int | None]:
    return (shape[axes.index("H")], shape[axes.index("W")]) if len(shape) == len(axes) else (None, None)


def _is_strip(sides: tuple[int | None, int | None]) -> bool:
    return sides[0] != sides[1]


def _is_series(file: OnnxFile, facts: Facts) -> bool:
    """Whether three axes are (N, dates, bands): the output is one answer a series."""
    first = file.outputs[0]
    free = file.inputs[0].shape[0] is None
    return facts.task is None and len(first.shape) == 2 and (free or first.shape[0] == file.inputs[0].shape[0])


def first_bands(image: Image, facts: Facts) -> tuple[tuple[Band, ...], list[str]]:
    if facts.bands:
        if len(facts.bands) != image.bands:
            text = f"BANDS names {len(facts.bands)} band(s), but the model takes {image.bands}."
            raise ModelError(text, "Name as many bands as it takes, in its order.")
        return facts.bands, []
    bands = channel_bands(image.bands)
    shown = "red, green and blue" if image.bands == 3 else f"the raster's {image.bands} band(s) in their order"
    return bands, [f"Its bands are taken to be {shown}; give their names in BANDS where that is wrong."]


def first_scaling(name: str, tensor: Tensor, image: Image, facts: Facts) -> Scaling:
    if facts.steps is not None:
        return scaling_of(facts.steps, image.bands)
    if tensor.whole_numbers:
        return Scaling()
    named = {band.name[:1].upper() for band in facts.bands}
    usual = "/10000 (reflectance)" if named == {SENTINEL} else "/255 (8-bit images)" if image.bands <= 4 else "none"
    usual = facts.seen.scaling if facts.seen else usual
    raise ModelError(
        f"'{name}' does not say how a raster's values are scaled for it.",
        f"Give SCALING as the model's page or code says: none, /255, /10000, mean and std, … A first guess: {usual}.",
    )


def _tiling(name: str, image: Image, facts: Facts, boxes: bool) -> Tiling:
    fixed = image.height or image.width
    asked = facts.tile_size
    if asked and {image.height, image.width} - {None, asked}:
        text = f"TILE_SIZE is {asked}, but the input of '{name}' takes {image.width} x {image.height} px."
        raise ModelError(text, "Leave TILE_SIZE empty.")
    size = asked or image.height or image.width or SIDE
    any_size = not fixed and not asked
    return Tiling(
        size=size,
        overlap=math.ceil(usual_overlap(size, any_size, boxes) / STEP) * STEP,
        multiple=MULTIPLE if any_size else size,
        any_size=any_size,
    )


# -- the output


def _answer(name: str, file: OnnxFile, image: Image, facts: Facts, probe: Probe) -> Answer:
    """The output that counts: the one asked for, else the first that is as large as the image, else the first."""
    outputs = _known_outputs(file, image, probe)
    numbers = [i for i, (t, stated) in enumerate(zip(outputs, file.outputs)) if _is_numbers(t, stated)]
    listed = ", ".join(f"{i} {tensor.name} {_shape(tensor)}" for i, tensor in enumerate(outputs))
    if facts.output_index is not None:
        if facts.output_index not in numbers:
            raise ModelError(f"OUTPUT_INDEX is {facts.output_index}; '{name}' gives {listed}.", "Give one of these.")
        numbers = [facts.output_index]
    if not numbers:
        raise ModelError(f"'{name}' gives {listed}, none of which is an array of numbers.")
    found = [_as_answer(file, i, outputs[i], image) for i in numbers]
    best = max(answer.sides is not None for answer in found)
    largest = [answer for answer in found if (answer.sides is not None) == best]
    return max(largest, key=lambda answer: (answer.sides or (0,))[0] or 0)


def _is_numbers(tensor: Tensor, stated: Tensor) -> bool:
    return stated.kind == "tensor" and tensor.dtype in NUMBERS


def _known_outputs(file: OnnxFile, image: Image, probe: Probe) -> Sequence[Tensor]:
    """The outputs with their shapes, found by running an empty tile where the file does not state them."""
    fixed = image.height is not None or image.width is not None
    known = all(t.shape and None not in t.shape[1:] for t in file.outputs if t.kind == "tensor")
    if known and (fixed or image.axes == SERIES):
        return file.outputs
    form = ImageForm(tuple(AXIS[letter] for letter in image.axes), file.inputs[0].dtype)
    return probe(form, (image.dates, image.bands), (image.height or PROBE, image.width or PROBE))


def _as_answer(file: OnnxFile, index: int, tensor: Tensor, image: Image) -> Answer:
    head = head_of(file.path, file.outputs[index].name)
    if tensor.whole_numbers:
        head = Head("decided", head.operator or tensor.dtype)
    shape = tensor.shape
    if "H" not in image.axes:
        return Answer(index, shape[1] if len(shape) > 1 else None, None, head, tensor)
    if "N" in image.axes or len(shape) == 4:
        shape = shape[1:]
    if len(shape) == 2 and min(length or 2 for length in shape) > 1:
        return Answer(index, None, (shape[0], shape[1]), head, tensor)
    if len(shape) == 3 and max(length or 2 for length in shape[1:]) > 1:
        last = _channels_last(shape, image.axes)
        channels, sides = (shape[2], shape[:2]) if last else (shape[0], shape[1:])
        return Answer(index, channels, (sides[0], sides[1]), head, tensor)
    return Answer(index, shape[0] if shape else None, None, head, tensor)


def _channels_last(shape: Sequence[int | None], axes: str) -> bool:
    """Whether the channels of a map are the last of its three axes: by its square sides, else as the image has them."""
    first, second, third = shape
    if first == second != third:
        return True
    return axes.endswith("C") and not second == third != first


def _task(name: str, image: Image, answer: Answer, facts: Facts, outputs: int) -> tuple[str, list[str]]:
    found, sure = _likely_task(image, answer, facts)
    shape = _shape(answer.tensor)
    if facts.task:
        _check_task(name, image, answer, facts.task, outputs, found)
        return facts.task, []
    if not sure:
        raise ModelError(
            f"'{name}' gives an output of shape {shape}, which may mean several things.",
            f"Give TASK: segmentation, regression, classification, embedding, … (a first guess: {found}).",
        )
    return found, [f"Its task is taken to be {found}, by the shape {shape} of its output (TASK)."]


def _check_task(name: str, image: Image, answer: Answer, task: str, outputs: int, found: str) -> None:
    """ModelError where the shapes of input and outputs do not fit a task; ``found``: the most likely task."""
    given = task_of(task)
    alone = outputs == 1 and len(answer.tensor.shape) == 4  # a detector has boxes beside its masks
    if answer.sides is not None and not (given.dense or given.series or (given.boxes and not alone)):
        text = f"TASK is {task}, but '{name}' gives a map: its output has shape {_shape(answer.tensor)}."
        raise ModelError(text, f"Leave TASK at auto, or give the task of a map (a first guess: {found}).")
    if len(given.dates) > image.dates:
        text = f"TASK is {task}, but '{name}' takes one image of {image.bands} band(s), not one for each date."
        hint = f"Give TASK={found}: its raster has the bands of all dates, one after the other."
        raise ModelError(text, hint if found != task else "Give it with a model card (model.json).")
    if given.series and image.axes != SERIES:
        text = f"TASK is {task}, but '{name}' takes images, not series: its axes are {', '.join(image.axes)}."
        raise ModelError(text, f"Leave TASK at auto (a first guess: {found}).")


def _likely_task(image: Image, answer: Answer, facts: Facts) -> tuple[str, bool]:
    """The task by the shapes of tensors, and whether no other is as likely."""
    if image.axes == SERIES:
        return "time-series", True
    if answer.sides is None:
        chances = facts.classes or answer.head.kind in ("decided", "bounded", "logarithm")
        features = not chances and (answer.channels or 1) % FEATURES == 0
        return ("embedding", False) if features else ("classification", True)
    if image.dates == 2:
        return "change", False
    one = answer.channels in (None, 1)
    larger = bool(image.height and answer.sides[0] and answer.sides[0] >= 2 * image.height)
    if facts.classes or answer.head.kind in ("decided", "bounded", "logarithm"):
        return "segmentation", True
    if larger and (answer.channels or 1) <= 4:
        return "super-resolution", False
    if one:
        return ("regression" if answer.head.operator in POSITIVE else "segmentation"), False
    return "segmentation", True


def _classes(name: str, answer: Answer, task: str, facts: Facts) -> tuple[tuple[Class, ...], list[str]]:
    if task_of(task).numbers:
        if facts.classes:
            text = f"CLASSES are given, and the task of '{name}' is {task}, which has none."
            raise ModelError(text, "Leave CLASSES empty, or give TASK=segmentation if its numbers are classes.")
        return (), []
    one, decided = answer.channels in (None, 1), answer.head.kind == "decided"
    given = facts.classes
    if one and not decided and len(given) == 1:
        return beside_background(given[0]), []
    if given:
        _check_classes(name, answer, task, given)
        return given, []
    if one and decided:
        raise ModelError(
            f"'{name}' gives the number of a class ({answer.head.operator}), and does not say how many there are.",
            "Give CLASSES, the names of all classes in its order.",
        )
    count = 2 if one else answer.channels or 0
    check_count(count, MOST_CLASSES, "classes", f"'{name}'")
    names = ("background", "object") if one else [f"class {i}" for i in range(count)]
    return coloured([*enumerate(names)]), [f"Its {count} classes have no names; give them in CLASSES."]


def _check_classes(name: str, answer: Answer, task: str, given: Sequence[Class]) -> None:
    """ModelError with both sides where more or fewer classes are named than there are channels for."""
    count = 2 if answer.channels in (None, 1) else answer.channels
    if not task_of(task).boxes and answer.head.kind != "decided" and len(given) != count:
        text = f"CLASSES names {len(given)}, but '{name}' gives {count}: its output has shape {_shape(answer.tensor)}."
        raise ModelError(text, "Name all classes that it gives, in its order.")


def _values(answer: Answer, task: str, facts: Facts) -> tuple[str, ...]:
    if not task_of(task).numbers or (answer.channels or 1) == 1:
        return facts.values[:1]
    count = answer.channels or 1
    if task_of(task).features:
        check_count(count, MOST_BANDS, "features", "It")
        return tuple(f"f{i + 1}" for i in range(count))
    return facts.values if len(facts.values) == count else tuple(f"value {i + 1}" for i in range(count))


def _shape(tensor: Tensor) -> str:
    return f"({', '.join('?' if length is None else str(length) for length in tensor.shape)})"
