"""The metadata keys of the Deepness plugin, read as our card. Standard library only.

Deepness divides every image by 255, then subtracts ``standardization_mean`` and divides by ``standardization_std``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..card import Class, Input, ModelCard, Scaling, Tiling
from ..errors import ModelError
from .detector_files import bands_of, foreign_card, image_of, layout_of, named_classes, tiling_of
from .onnx_file import OnnxFile, Tensor
from .onnx_graph import Head, head_of
from .onnx_keys import OUTPUT_KEY, names_of, number_of, value_of

TASKS = {
    "segmentor": "segmentation",
    "segmentation": "segmentation",
    "regressor": "regression",
    "regression": "regression",
}

PALETTE = ("#d9d9d9", "#1f78b4", "#e31a1c", "#33a02c", "#ff7f00", "#6a3d9a", "#b15928", "#fdbf6f", "#a6cee3", "#b2df8a")


def has_deepness_keys(metadata: Mapping[str, str]) -> bool:
    """Whether these are the metadata of a Deepness model."""
    return "model_type" in metadata


def deepness_card(name: str, file: OnnxFile) -> ModelCard:
    """The card of a Deepness segmentor, regressor or detector; ModelError where its keys contradict its tensors."""
    keys = {key: value_of(text) for key, text in file.metadata.items()}
    kind = str(keys["model_type"])
    if kind.lower() in ("detector", "detection"):
        return _detector_card(name, file, keys)
    if kind.lower() not in TASKS:
        problem = f"'{name}' is a Deepness model of type {kind}."
        raise ModelError(problem, "Segmentor, Regressor and Detector models can be used.")
    channels, size, fixed = _image(name, file, keys)
    resolution = _positive(name, keys, "resolution")
    overlap = number_of(name, keys, "tiles_overlap")
    card = ModelCard(
        name=name,
        title=name,
        network=f"Deepness {kind.lower()}",
        description="An ONNX model with the metadata of the Deepness plugin.",
        task=TASKS[kind.lower()],
        inputs=(Input("image", bands_of(channels), scaling=_scaling(name, keys, channels)),),
        classes=(),
        tiling=Tiling(
            size=size,
            overlap=round(size * (15 if overlap is None else overlap) / 100),
            multiple=size if fixed else 32,
            any_size=not fixed,
        ),
        resolution=resolution / 100 if resolution else None,
        activation="identity",
        axes="NCHW",
        output=str(keys.get(OUTPUT_KEY) or ""),
        provenance={"source": "Deepness metadata"},
    )
    return card if card.task == "regression" else _with_classes(card, file, keys)


def _with_classes(card: ModelCard, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    """The card with the classes of a segmentor, of the output that has as many channels as there are names."""
    named = names_of(card.name, keys.get("class_names"))
    found = [_channels(card.name, file, tensor) for tensor in file.outputs]
    usable = [(count, head) for count, head in found if count != 0]
    if not usable:
        shapes = [tensor.shape for tensor in file.outputs]
        raise ModelError(f"'{card.name}' has outputs of shape {shapes}, none of which is (N, classes, H, W).")
    outputs, head = next((item for item in usable if item[0] == len(named)), usable[0])
    several = outputs != 1 and head.bounded and head.total is None
    threshold = number_of(card.name, keys, "seg_thresh")
    if threshold is not None and not 0 <= threshold <= 1:
        raise ModelError(f"'{card.name}' says that seg_thresh is {threshold:g}.", "It is a number from 0 to 1.")
    return replace(
        card,
        classes=_classes(card.name, named, outputs, head.kind == "decided"),
        activation="sigmoid" if outputs == 1 or several else "softmax",
        threshold=threshold if outputs == 1 and head.kind != "decided" else None,
    )


def _image(name: str, file: OnnxFile, keys: Mapping[str, Any]) -> tuple[int, int, bool]:
    """Bands of the image that a model takes, the side of its tiles, and whether they can be of no other size."""
    image = file.inputs[0].image if len(file.inputs) == 1 else None
    means = keys.get("standardization_mean")
    channels = image[0] if image and image[0] is not None else len(means) if isinstance(means, (list, tuple)) else None
    if image is None or channels is None:
        shapes = [tensor.shape for tensor in file.inputs]
        raise ModelError(f"'{name}' has inputs of shape {shapes}; a Deepness model takes one (N, C, H, W) image.")
    height, width = image[1:]
    told = _positive(name, keys, "tile_size") or _positive(name, keys, "tiles_size")
    size = int(told or height or width or 512)
    if {height, width} - {None, size}:
        raise ModelError(f"'{name}' says its tiles are {size} pixels, but its input tensor is {height} x {width}.")
    return channels, size, height is not None or width is not None


def _channels(name: str, file: OnnxFile, tensor: Tensor) -> tuple[int | None, Head]:
    """The channels of an output of maps, None where they are not told, 0 where it is none; and what its numbers are."""
    rank, bare = len(tensor.shape), len(file.inputs[0].shape) == 3
    if tensor.kind != "tensor" or tensor.dtype == "string" or rank not in (0, 2, 3, 4):
        return 0, Head("unknown")
    head = head_of(file.path, tensor.name)
    head = Head("decided", head.operator) if tensor.whole_numbers else head
    if rank in (2, 3) and not (rank == 3 and bare):
        return (0 if rank == 2 and not bare else 1), head
    return (tensor.image[0] if tensor.image else None), head


def _detector_card(name: str, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    named = names_of(name, keys.get("class_names"))
    size = _positive(name, keys, "tile_size") or _positive(name, keys, "tiles_size")
    channels, side = image_of(name, file, int(size) if size else None)
    confidence, resolution = number_of(name, keys, "det_conf"), _positive(name, keys, "resolution")
    overlap = number_of(name, keys, "tiles_overlap")
    return foreign_card(
        name,
        channels,
        named_classes(name, named, layout_of(file, len(named) or None)),
        tiling_of(file, side, 32, round(side * (15 if overlap is None else overlap) / 100)),
        "Deepness metadata",
        scaling=_scaling(name, keys, channels),
        resolution=resolution / 100 if resolution else None,
        threshold=confidence,
        output=str(keys.get(OUTPUT_KEY) or ""),
    )


def _positive(name: str, keys: Mapping[str, Any], key: str) -> float | None:
    """A number of the keys that is above 0, None where there is none."""
    value = number_of(name, keys, key)
    if value is not None and value <= 0:
        raise ModelError(f"'{name}' says that {key} is {value:g}.", "It has to be above 0.")
    return value


def _scaling(name: str, keys: Mapping[str, Any], channels: int) -> Scaling:
    def row(key: str, default: float) -> tuple[tuple[float, ...], ...]:
        values = keys.get(key)
        values = default if values in (None, "") else values
        values = [values] * channels if isinstance(values, (int, float)) else values
        if isinstance(values, (list, tuple)) and len(values) == 1 and isinstance(values[0], (list, tuple)):
            (values,) = values
        if not isinstance(values, (list, tuple)) or len(values) != channels:
            raise ModelError(f"'{key}' holds {values}, but the model takes {channels} band(s).")
        numbers = tuple(number_of(name, {key: value}, key) or 0.0 for value in values)
        return (numbers,)

    mean, std = row("standardization_mean", 0.0), row("standardization_std", 1.0)
    if min(std[0]) <= 0:
        raise ModelError(f"'{name}' says that standardization_std is {list(std[0])}.", "It has to be above 0.")
    return Scaling(divisor=255.0, mean=mean, std=std)


def _classes(name: str, named: Mapping[int, str], outputs: int | None, decided: bool) -> tuple[Class, ...]:
    """The classes of a segmentor of so many output channels; ``decided``: its numbers are classes."""
    if outputs == 1 and not decided:
        count, named = 2, {0: "background", 1: named[0]} if set(named) == {0} else named
    elif outputs is None or outputs == 1:
        count = max(named, default=-1) + 1
    else:
        count = outputs
    if not count:
        hint = "Give it the key class_names, one name a class."
        raise ModelError(f"'{name}' does not say how many classes it has.", hint)
    if named and max(named) >= count:
        raise ModelError(f"'{name}' names class {max(named)}, but its output has {count} class(es) from 0.")
    return tuple(Class(i, named.get(i, f"class {i}"), PALETTE[i % len(PALETTE)]) for i in range(count))
