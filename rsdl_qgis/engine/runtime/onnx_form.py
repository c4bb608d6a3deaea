"""How an ONNX file takes images and what its output means, decided once when the model is read. Standard library only.

Files written by this plugin are as their card says. For all others the shapes and types of tensors, the operators
behind the output and the card decide, and ``Form.notes`` says how; the values of a tile never do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..cards.card import ModelCard
from ..cards.onnx.graph import Head, head_of
from ..cards.onnx.header import OnnxFile, Tensor
from ..errors import ModelError
from ..files.text import shortened
from ..tables.tasks import task_of

OWN = "rsdl_qgis"  # producer of the files that this plugin writes
NUMBERS = ("float16", "float32", "float64", "uint8", "int8", "uint16", "int16", "int32", "int64", "uint32", "bool")
MOST_NUMBERS = 1 << 29  # of an input or an output: 2 GiB
PROBED = 256  # pixels a side at most of the empty tile that is run where the file does not state its outputs' shapes
SUM = 0.01  # by how much a sum of probabilities may miss 1
DECLARED = {  # what a card may declare of an output -> its meaning
    "probabilities": "probabilities",
    "independent": "independent",
    "log-probabilities": "logarithms",
    "logits": "logits",
    "classes": "classes",
}


@dataclass(frozen=True)
class ImageForm:
    """How one input is given: the axes of its tensor, and the type of its numbers."""

    axes: tuple[str, ...]
    dtype: str = "float32"


# How images are given, how many at a time, and the sides of a tile -> the shape and type of each output.
Run = Callable[[tuple[int, int]], Sequence[Tensor]]
Probe = Callable[[Sequence[ImageForm], int | None, tuple[int, int]], Sequence[Tensor]]


@dataclass(frozen=True)
class OutputForm:
    """Which output counts, the axes of its tensor, and what its numbers mean.

    ``meaning``: ``probabilities`` of exclusive classes, ``independent`` probabilities, both of ``scale``;
    ``logarithms`` of probabilities; ``logits``; ``classes``, the index of the class; ``votes``, one number a class of
    which the largest counts; ``numbers`` of a regression. ``operator``: that shows this; ``channels``: numbers a pixel.
    """

    axes: tuple[str, ...]
    index: int = 0
    meaning: str = "probabilities"
    scale: float = 1.0
    operator: str = ""
    channels: int = 0


@dataclass(frozen=True)
class Form:
    """How a file is run. ``batch``: images at a time, None for any; ``side``: pixels (height, width) of its tiles.

    ``margin``: pixels of the tile before and after those that the output covers, along both axes; ``cut``: pixels of
    the output before and after those of the tile; ``enlarged`` and ``reduced``: pixels of the tile for each of the
    output, or the other way round; ``finer``: whether the latter are kept as they are. ``notes``: how inputs and output
    are read, for the log.
    """

    images: tuple[ImageForm, ...]
    answer: OutputForm
    batch: int | None = None
    side: tuple[int, int] | None = None
    margin: tuple[int, int] = (0, 0)
    cut: tuple[int, int] = (0, 0)
    enlarged: int = 1
    reduced: int = 1
    finer: bool = False
    own: bool = False
    notes: tuple[str, ...] = ()

    @property
    def gives_classes(self) -> bool:
        """Whether there are no probabilities of the classes."""
        return self.answer.meaning in ("classes", "votes")


def form_of(card: ModelCard, file: OnnxFile, card_inside: bool, probe: Probe) -> Form:
    """The form of a file for a card; ModelError says where they contradict each other, or what cannot be run.

    ``card_inside``: whether the file carries a card; ``probe`` runs an empty tile where the file does not state all
    shapes.
    """
    images = _images(card, file)
    check_size(card.name, file)
    if file.producer == OWN and card_inside:
        axes = next(iter(task_of(card.task).outputs.values()))
        _check_own(card, file.outputs[0], axes)
        return Form(images, OutputForm(axes), own=True)
    batch = _batch(images[0], file.inputs[0])

    def run(tile: tuple[int, int]) -> Sequence[Tensor]:
        return probe(images, batch, tile)

    if task_of(card.task).boxes:
        side = _side(card, images, file)
        return Form(images, OutputForm(()), batch, side, notes=_image_notes(card, images, file, batch))
    side = _side(card, images, file)
    outputs, tile = _outputs(card, file, side, run)
    answer = _answer(card, file, outputs, batch if "batch" in images[0].axes else 0, card_inside, tile)
    form = Form(images, answer, batch, side)
    if task_of(card.task).dense:
        form = _placed(card, form, outputs[answer.index], tile, run)
    others = [tensor.name for i, tensor in enumerate(file.outputs) if i != answer.index]
    notes = [
        *_image_notes(card, images, file, batch),
        reading_text(card, form, file.outputs[answer.index].name, others),
    ]
    return replace(form, notes=tuple(notes))


def check_size(name: str, file: OnnxFile) -> None:
    """ModelError for a file whose stated inputs or outputs are too large for any computer that this is for."""
    for tensor in (*file.inputs, *file.outputs):
        numbers = math.prod(length or 1 for length in tensor.shape)
        if numbers > MOST_NUMBERS:
            shape = ", ".join(str(length or "?") for length in tensor.shape)
            problem = f"'{name}' wants {numbers:.2g} numbers at once: '{shortened(tensor.name)}' has shape ({shape})."
            raise ModelError(problem, "Export it for smaller images, or for a batch of any size.")


def _images(card: ModelCard, file: OnnxFile) -> tuple[ImageForm, ...]:
    wanted = list(card.tensors.items())
    if task_of(card.task).series and len(file.inputs) == len(card.inputs):
        wanted = wanted[:-1]  # a network without the input of valid dates
    if len(file.inputs) != len(wanted):
        raise ModelError(f"'{card.name}' has {len(file.inputs)} input tensors, its card says {len(wanted)}.")
    return tuple(_image(card, tensor, name, axes) for tensor, (name, axes) in zip(file.inputs, wanted))


def _image(card: ModelCard, tensor: Tensor, name: str, axes: tuple[str, ...]) -> ImageForm:
    """How an input is given; ``axes``: as the card says."""
    if tensor.kind != "tensor" or tensor.dtype not in NUMBERS:
        what = tensor.dtype if tensor.kind == "tensor" else f"a {tensor.kind}"
        raise ModelError(f"'{card.name}' takes {what} for '{tensor.name}', which cannot be given.", _EXPORT)
    if not tensor.shape:
        return ImageForm(axes, tensor.dtype)
    items = {item.name: item for item in card.inputs}
    dates, bands = items[name].shape if name in items else card.inputs[0].shape
    loose: list[ImageForm] = []  # where the tensor leaves the number of bands open
    for form in (axes, *_OTHER_AXES) if not task_of(card.task).series else (axes,):
        lengths = dict(zip(form, tensor.shape))
        stated = {"time": dates, "bands": bands if "time" in form else dates * bands}
        if task_of(card.task).series and card.tiling.any_size:
            del stated["time"]
        known = {axis: length for axis, length in lengths.items() if axis in stated and length is not None}
        if len(tensor.shape) == len(form) and all(stated[axis] == length for axis, length in known.items()):
            if "bands" in known or "bands" not in form:
                return ImageForm(form, tensor.dtype)
            if form in (axes, _OTHER_AXES[0]):
                loose.append(ImageForm(form, tensor.dtype))
    if loose:
        return loose[0]
    raise ModelError(
        f"'{card.name}': its card says {dates} date(s) of {bands} band(s) for '{name}' "
        f"({', '.join(axes)}), its tensor has shape {tensor.shape}."
    )


_EXPORT = "Export the model again with tensors of numbers."
_OTHER_AXES = (
    ("batch", "bands", "height", "width"),
    ("batch", "height", "width", "bands"),
    ("batch", "time", "bands", "height", "width"),
    ("batch", "time", "height", "width", "bands"),
    ("bands", "height", "width"),
    ("height", "width", "bands"),
)


def _check_own(card: ModelCard, output: Tensor, axes: tuple[str, ...]) -> None:
    """ModelError where a card contradicts the output of a file that this plugin wrote."""
    if len(task_of(card.task).outputs) > 1 or not output.shape:
        return
    if len(output.shape) != len(axes):
        raise ModelError(f"'{card.name}' gives an array of shape {output.shape}, its card says ({', '.join(axes)}).")
    _check_channels(card, output.shape[1])


def _check_channels(card: ModelCard, channels: int | None) -> None:
    if channels not in (None, card.channels) and not (channels == 1 and len(card.classes) == 2):
        what = "classes, its card names" if card.classes else "numbers a pixel, its card says"
        raise ModelError(f"'{card.name}' gives {channels} {what} {card.channels}.")


def _batch(image: ImageForm, tensor: Tensor) -> int | None:
    """How many images are given at a time, None for any number."""
    if not tensor.shape:
        return None
    return tensor.shape[0] if "batch" in image.axes else 1


def _side(card: ModelCard, images: Sequence[ImageForm], file: OnnxFile) -> tuple[int, int] | None:
    """The height and width of the tiles that a file takes, where they are fixed."""
    for image, tensor in zip(images, file.inputs):
        lengths = dict(zip(image.axes, tensor.shape))
        height, width = lengths.get("height"), lengths.get("width")
        if height or width:
            size = card.tiling.size
            return height or size, width or size
    return None


def _outputs(
    card: ModelCard, file: OnnxFile, side: tuple[int, int] | None, run: Run
) -> tuple[Sequence[Tensor], tuple[int, int]]:
    """The outputs with their lengths, stated by the file or found with an empty tile, and the sides of that tile."""
    multiple, size = card.tiling.multiple, card.tiling.size
    if card.tiling.any_size:
        size = max(1, min(size, PROBED) // multiple) * multiple
    tile = side or (size, size)
    known = all(t.shape and None not in t.shape[1:] for t in file.outputs if t.kind == "tensor")
    return (file.outputs if known else run(tile)), tile


def _answer(
    card: ModelCard,
    file: OnnxFile,
    outputs: Sequence[Tensor],
    batch: int | None,
    card_inside: bool,
    tile: tuple[int, int],
) -> OutputForm:
    """The output that counts: of those whose shape fits the card the first as large as a tile, else the largest.

    ``batch``: images at a time, 0: without an axis.
    """
    problem: ModelError | None = None
    found: list[tuple[tuple[bool, int], OutputForm]] = []
    asked = card.output_index
    if asked is not None and asked >= len(file.outputs):
        names = ", ".join(f"{i} {tensor.name}" for i, tensor in enumerate(file.outputs))
        raise ModelError(f"'{card.name}' has no output {asked}.", f"Give OUTPUT_INDEX as one of {names}.")
    for index, (tensor, stated) in enumerate(zip(outputs, file.outputs)):
        if asked is not None and index != asked:
            continue
        if stated.kind != "tensor" or tensor.dtype not in NUMBERS:
            continue
        head = head_of(file.path, stated.name)
        one = tensor.whole_numbers or head.kind == "decided" or card.output == "classes"
        axes = _answer_axes(card, tensor.shape, batch, one)
        if axes is None:
            continue
        channels = tensor.shape[axes.index("class")] if "class" in axes else 1
        try:
            if not (one and channels == 1):
                _check_channels(card, channels)
            meaning, scale = _meaning(card, head, tensor, channels or card.channels, card_inside)
        except ModelError as error:
            problem = problem or error
            continue
        height, width = (tensor.shape[axes.index(axis)] or 0 if axis in axes else 0 for axis in ("height", "width"))
        answer = OutputForm(axes, index, meaning, scale, head.operator, channels or card.channels)
        found.append((((height, width) == tile, height * width), answer))
    if found:
        return max(found, key=lambda item: item[0])[1]  # the first of those that are alike
    if problem:
        raise problem
    given = ", ".join(
        f"an array of shape {t.shape}" if s.kind == "tensor" else f"a {s.kind}" for t, s in zip(outputs, file.outputs)
    )
    (axes,) = list(task_of(card.task).outputs.values())[:1]
    raise ModelError(f"'{card.name}' gives {given}, its card says ({', '.join(axes)}).", _EXPORT)


def _answer_axes(
    card: ModelCard, shape: tuple[int | None, ...], batch: int | None, one: bool
) -> tuple[str, ...] | None:
    """The axes of an output of such a shape, 'class' for its channels; None where it fits none.

    ``batch``: images at a time, 0: they have no axis; ``one``: its numbers are classes, in one channel or none.
    """
    counts = {None, card.channels} | ({1} if one or card.channels == 2 else set())
    no_axis = one or card.channels in (1, 2)  # an output without an axis of classes
    if not task_of(card.task).dense:
        if len(shape) > 2 and all(length == 1 for length in shape[2:]):
            return ("batch", "class", *["one"] * (len(shape) - 2))
        if len(shape) == 2:
            return ("batch", "class")
        return ("batch",) if len(shape) == 1 and no_axis else None
    if len(shape) == 4:
        last = shape[1] not in counts and shape[3] in counts
        return ("batch", "height", "width", "class") if last else ("batch", "class", "height", "width")
    if len(shape) == 3:
        if batch == 0 or (shape[0] == card.channels > 1 and shape[0] != batch):
            last = shape[0] not in counts and shape[2] in counts
            return ("height", "width", "class") if last else ("class", "height", "width")
        return ("batch", "height", "width") if no_axis else None
    return ("height", "width") if len(shape) == 2 and no_axis and batch == 0 else None


def _meaning(card: ModelCard, head: Head, tensor: Tensor, channels: int, card_inside: bool) -> tuple[str, float]:
    """What numbers mean, and their scale: as the card declares, else by their type and the graph.

    Where neither says it, they are what the card inside the file promises, else logits.
    """
    if not card.classes:
        return "numbers", 1.0
    if card.output:
        if card.output not in DECLARED:
            problem = f"The card of '{card.name}' says that its output is '{card.output}'."
            raise ModelError(problem, f"It can be {', '.join(DECLARED)}.")
        return DECLARED[card.output], 1.0
    if tensor.whole_numbers or head.kind == "decided":
        return ("classes" if channels == 1 else "votes"), 1.0
    if head.total is not None and channels == 1:
        raise ModelError(
            f"'{card.name}' ends in {head.operator} over one channel, which gives 1 everywhere.",
            "Export it with Sigmoid, or with a channel a class.",
        )
    if head.kind == "logarithm":
        return "logarithms", 1.0
    if head.bounded:
        whole = head.total is not None and abs(head.total - head.high) < SUM * head.high
        return ("probabilities" if whole else "independent"), head.high
    promised = head.kind == "unknown" and card_inside
    if not promised:
        return "logits", 1.0
    return ("independent" if card.activation == "sigmoid" or channels == 1 else "probabilities"), 1.0


def _placed(card: ModelCard, form: Form, output: Tensor, tile: tuple[int, int], run: Run) -> Form:
    """The form with where the output's pixels lie in the tile; ModelError where that is unclear."""
    found = _sides_of(form.answer, output)
    if found is None or found == tile:
        return form
    places = _places(tile, found)
    if places and form.side is None:  # of any size: a larger tile distinguishes a step from a margin
        larger = tile[0] * 2, tile[1] * 2
        other = _sides_of(form.answer, run(larger)[form.answer.index])
        places = [place for place in places if other is not None and place in _places(larger, other)]
    if not places:
        raise ModelError(
            f"'{card.name}' gives maps of {found[1]} x {found[0]} px for tiles of {tile[1]} x {tile[0]} px; it is not "
            "clear where their pixels lie.",
            "Export the model with an output as large as its input.",
        )
    return replace(form, side=tile, finer=task_of(card.task).finer, **places[0])


def _sides_of(answer: OutputForm, output: Tensor) -> tuple[int, int] | None:
    lengths = dict(zip(answer.axes, output.shape))
    height, width = lengths.get("height"), lengths.get("width")
    return (height, width) if height and width else None


def _places(tile: tuple[int, int], found: tuple[int, int]) -> list[dict[str, Any]]:
    """How an output of other sides may lie in a tile: every n-th pixel, n pixels for one, its middle, or around it."""
    places: list[dict[str, Any]] = []
    steps = {a / b for a, b in zip(tile, found)}
    if len(steps) == 1:
        step = steps.pop()
        if step > 1 and step.is_integer():
            places.append({"enlarged": int(step)})
        elif step < 1 and all(b % a == 0 for a, b in zip(tile, found)):
            places.append({"reduced": found[0] // tile[0]})
    lacking = {a - b for a, b in zip(tile, found)}
    if len(lacking) == 1:
        count = lacking.pop()
        sides = abs(count) // 2, abs(count) - abs(count) // 2
        if count > 0 and 2 * min(found) > min(tile):
            places.append({"margin": sides})
        elif count < 0 and max(found) < 2 * min(tile):
            places.append({"cut": sides})
    return places


def _image_notes(card: ModelCard, images: Sequence[ImageForm], file: OnnxFile, batch: int | None) -> tuple[str, ...]:
    """What is unusual in the way images are passed, for the log."""
    unusual = []
    if any("height" in image.axes and image.axes[-1] == "bands" for image in images):
        unusual.append("bands last")
    if any(image.dtype.startswith(("int", "uint")) for image in images):
        unusual.append(f"raster values as {images[0].dtype}")
    if batch is not None and batch > 1:
        unusual.append(f"{batch} at a time")
    return (f"'{card.name}' is given its images {', '.join(unusual)}.",) if unusual else ()


_MEANINGS = {
    "probabilities": "probabilities of the classes",
    "independent": "a probability of each class by itself",
    "logarithms": "logarithms of probabilities",
    "logits": "logits",
    "classes": "classes, not probabilities",
    "votes": "whole numbers, the largest of which gives the class",
    "numbers": "numbers as they are",
}


def reading_text(card: ModelCard, form: Form, name: str, others: Sequence[str]) -> str:
    """A sentence on how a foreign network's output is read, for the log."""
    answer = form.answer
    by = "as its card declares" if card.output else f"it ends in {answer.operator}" if answer.operator else ""
    text = f"The output '{name}' of '{card.name}' is read as {_MEANINGS[answer.meaning]}"
    text += f" ({by or 'its graph does not say'})"
    if answer.meaning == "logits":
        text += f", of which {activation_of(card, answer)} makes probabilities"
    if answer.meaning == "independent" and "class" in answer.axes and card.activation != "sigmoid":
        text += ", brought to a sum of 1 where there are several"
    if form.margin != (0, 0):
        text += f"; it covers the centre of a tile, which is {sum(form.margin)} px longer, and tiles overlap by these"
    if form.cut != (0, 0):
        text += f"; it is {sum(form.cut)} px longer than the tile, which is cut out of its centre"
    if form.enlarged > 1:
        text += f"; each of its pixels stands for {form.enlarged} x {form.enlarged} of the tile's: it is enlarged"
    if form.finer:
        text += f"; it has {form.reduced} x {form.reduced} pixels for each of the tile's"
    elif form.reduced > 1:
        text += f"; {form.reduced} x {form.reduced} of its pixels stand for one of the tile's, which has their mean"
    rest = f" Not used: {', '.join(others)}." if others else ""
    return f"{text}.{rest}"


def activation_of(card: ModelCard, answer: OutputForm) -> str:
    """What brings a network's logits to probabilities: sigmoid of one channel, or of classes by themselves."""
    return "sigmoid" if card.activation == "sigmoid" or answer.channels == 1 else "softmax"
