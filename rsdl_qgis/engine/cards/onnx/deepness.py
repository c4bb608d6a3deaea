"""The metadata keys of the Deepness plugin, read as our card. Standard library only.

Deepness divides every image by 255, then subtracts ``standardization_mean`` and divides by ``standardization_std``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import ModelError
from ...files.text import one_line
from ...tables.tasks import task_of
from ..card import Class, Input, ModelCard, Scaling, Tiling, channel_bands, usual_overlap
from ..card_schema import DEEPNESS, MOST_BANDS, MOST_CLASSES, check_count
from ..given.classes import coloured
from .detectors import foreign_card, image_of, layout_of, named_classes, tiling_of
from .graph import Head, head_of
from .header import OnnxFile, Tensor
from .keys import OUTPUT_KEY, keys_of, row_of, value_of

TASKS = {
    "segmentor": "segmentation",
    "segmentation": "segmentation",
    "regressor": "regression",
    "regression": "regression",
    "superresolution": "super-resolution",
    "recognition": "embedding",
}

KINDS = "Segmentor, Regressor, Superresolution, Recognition and Detector"
MEAN, STD = "standardization_mean", "standardization_std"
DEFAULT_THRESHOLD = 0.5  # of two exclusive classes the likelier one is above it
OVERLAP = 15  # per cent of a detector's tile, where the file does not say


def has_deepness_keys(metadata: Mapping[str, str]) -> bool:
    """Whether these are the metadata of a Deepness model."""
    return "model_type" in metadata


def deepness_card(name: str, file: OnnxFile, index: int | None = None) -> ModelCard:
    """The card of a Deepness segmentor, regressor, detector, recognition or super-resolution; ModelError where its keys
    contradict its tensors. ``index``: of the output that counts, where there are several; with a list of names, one
    for each, the first without it.
    """
    metadata, index = _of_head(name, file, index)
    keys = keys_of(metadata, DEEPNESS, "class_names", f"'{name}'", dict.fromkeys((MEAN, STD), row_of))
    stated = one_line(keys.get("model_type", "")).strip()
    kind = stated.lower().replace(" ", "").replace("_", "").replace("-", "")
    if kind in ("detector", "detection"):
        return _detector_card(name, file, keys)
    if kind not in TASKS:
        problem = f"'{name}' is a Deepness model of type {stated}."
        raise ModelError(problem, f"{KINDS} models can be used; if it is one of them, import it with its TASK.")
    channels, size, fixed = _image(name, file, keys)
    resolution, overlap = keys.get("resolution"), keys.get("tiles_overlap")
    card = ModelCard(
        name=name,
        title=name,
        network=f"Deepness {kind}",
        description="An ONNX model with the metadata of the Deepness plugin.",
        task=TASKS[kind],
        inputs=(Input("image", channel_bands(channels), scaling=_scaling(name, keys, channels)),),
        classes=(),
        tiling=Tiling(
            size=size,
            overlap=round(size * overlap / 100) if overlap is not None else usual_overlap(size, not fixed),
            multiple=size if fixed else 32,
            any_size=not fixed,
        ),
        resolution=resolution / 100 if resolution else None,
        activation="identity",
        axes="NCHW",
        output=keys.get(OUTPUT_KEY, ""),
        output_index=index,
        provenance={"source": "Deepness metadata"},
    )
    return _with_values(card, file, keys) if task_of(card.task).numbers else _with_classes(card, file, keys)


def _of_head(name: str, file: OnnxFile, index: int | None) -> tuple[Mapping[str, str], int | None]:
    """The metadata with the names of one output alone, and which it is."""
    metadata = dict(file.metadata)
    if "class_names" not in metadata and "names" in metadata:
        metadata["class_names"] = metadata["names"]  # as older versions call it
    names = value_of(metadata.get("class_names", ""))
    heads = isinstance(names, (list, tuple)) and bool(names) and all(isinstance(n, (dict, list, tuple)) for n in names)
    if heads and len(names) != len(file.outputs):
        text = f"'{name}' names the classes of {len(names)} outputs, and has {len(file.outputs)}."
        raise ModelError(text, "Export it with as many lists of class_names as it has outputs.")
    if heads and len(names) > 1 and index is None:
        index = 0
    if heads and (index or 0) < len(names):
        metadata["class_names"] = json.dumps(names[index or 0])
    return metadata, index


def _with_values(card: ModelCard, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    """The card with the numbers of a regressor: how many a pixel, their names and their factor."""
    index = card.output_index or 0
    if task_of(card.task).features:
        return _with_features(card, file)
    count = _channels(card.name, file, file.outputs[index])[0] if index < len(file.outputs) else 1
    named = {int(key): label for key, label in keys["class_names"].items()}
    check_count(count or 1, MOST_BANDS, "numbers a pixel", f"'{card.name}'")
    values = tuple(named.get(i, f"value {i + 1}") for i in range(count or 1)) if (count or 1) > 1 or named else ()
    return replace(card, values=values, output_scale=keys.get("reg_output_scaling", 1.0))


def _with_features(card: ModelCard, file: OnnxFile) -> ModelCard:
    """The card with a name for each feature that a recognition network gives of a picture."""
    shape = file.outputs[card.output_index or 0].shape if file.outputs else ()
    count = shape[1] if len(shape) > 1 and all(length == 1 for length in shape[2:]) else None
    if count is None:
        problem = f"'{card.name}' is for recognition, and gives an output of shape {shape}."
        raise ModelError(problem, "Export it with an output (N, features) of a fixed length.")
    check_count(count, MOST_BANDS, "features", f"'{card.name}'")
    return replace(card, values=tuple(f"f{i + 1}" for i in range(count)))


def _with_classes(card: ModelCard, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    """The card with the classes of a segmentor, of the output that has as many channels as there are names."""
    named = {int(key): label for key, label in keys["class_names"].items()}
    chosen = range(len(file.outputs)) if card.output_index is None else [card.output_index]
    found = [_channels(card.name, file, file.outputs[i]) for i in chosen if i < len(file.outputs)]
    usable = [(count, head) for count, head in found if count != 0]
    if not usable:
        shapes = [tensor.shape for tensor in file.outputs]
        raise ModelError(f"'{card.name}' has outputs of shape {shapes}, none of which is (N, classes, H, W).")
    outputs, head = next((item for item in usable if item[0] == len(named)), usable[0])
    several = outputs != 1 and head.bounded and head.total is None
    classes = _classes(card.name, named, outputs, head.kind == "decided")
    return replace(
        card,
        classes=classes,
        activation="sigmoid" if outputs == 1 or several else "softmax",
        output=card.output or ("" if head.kind != "unknown" else "independent" if outputs == 1 else "probabilities"),
        **_thresholds(keys.get("seg_thresh"), outputs, head, several, len(classes)),
    )


def _thresholds(least: float | None, outputs: int | None, head: Head, several: bool, count: int) -> dict[str, Any]:
    """The thresholds of a card: Deepness sets what is below ``seg_thresh`` to 0 before it takes the largest channel.

    Its threshold is one of probabilities; of channels that are none nothing is known. ``several``: not exclusive.
    """
    if least is None or head.kind == "decided":
        return {}
    if outputs == 1:
        return {"threshold": least}
    if not head.bounded:
        return {}
    if count == 2 and not several:
        return {"threshold": least} if least > DEFAULT_THRESHOLD else {}
    return {"thresholds": (least,) * count}


def key_notes(file: OnnxFile, card: ModelCard) -> tuple[str, ...]:
    """Sentences on keys of a file that its card cannot have."""
    unused = "seg_thresh" in file.metadata and len(card.classes) > 2 and not card.thresholds
    if not unused or not task_of(card.task).dense:
        return ()
    return ("Its seg_thresh is not used: the outputs of its network are no probabilities. The likeliest class counts.",)


def _image(name: str, file: OnnxFile, keys: Mapping[str, Any]) -> tuple[int, int, bool]:
    """Bands of the image that a model takes, the side of its tiles, and whether they can be of no other size."""
    image = file.inputs[0].image if len(file.inputs) == 1 else None
    means = keys.get("standardization_mean")
    channels = image[0] if image and image[0] is not None else len(means) if isinstance(means, (list, tuple)) else None
    if image is None or channels is None:
        shapes = [tensor.shape for tensor in file.inputs]
        problem = f"'{name}' has inputs of shape {shapes}; a Deepness model takes one (N, C, H, W) image."
        raise ModelError(problem, "Give BANDS when it is imported." if image else "")
    check_count(channels, MOST_BANDS, "bands", f"'{name}'")
    height, width = image[1:]
    size = keys.get("tile_size") or keys.get("tiles_size") or height or width or 512
    if {height, width} - {None, size}:
        problem = f"'{name}' says its tiles are {size} pixels, but its input tensor is {height} x {width}."
        raise ModelError(problem, "Give TILE_SIZE when it is imported.")
    return channels, size, height is not None or width is not None


def _channels(name: str, file: OnnxFile, tensor: Tensor) -> tuple[int | None, Head]:
    """The channels of an output of maps, None: not known, 0: it is no map; and what its numbers are."""
    rank, bare = len(tensor.shape), len(file.inputs[0].shape) == 3
    if tensor.kind != "tensor" or tensor.dtype == "string" or rank not in (0, 2, 3, 4):
        return 0, Head("unknown")
    head = head_of(file.path, tensor.name)
    head = Head("decided", head.operator) if tensor.whole_numbers else head
    if rank in (2, 3) and not (rank == 3 and bare):
        return (0 if rank == 2 and not bare else 1), head
    return (tensor.image[0] if tensor.image else None), head


def _detector_card(name: str, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    named = {int(key): label for key, label in keys["class_names"].items()}
    channels, side = image_of(name, file, keys.get("tile_size") or keys.get("tiles_size"))
    resolution = keys.get("resolution")
    return foreign_card(
        name,
        channels,
        named_classes(name, named, layout_of(file, len(named) or None)),
        tiling_of(file, side, 32, round(side * keys.get("tiles_overlap", OVERLAP) / 100)),
        "Deepness metadata",
        scaling=_scaling(name, keys, channels),
        resolution=resolution / 100 if resolution else None,
        threshold=keys.get("det_conf"),
        iou=keys.get("det_iou_thresh"),
        output=keys.get(OUTPUT_KEY, ""),
    )


def _scaling(name: str, keys: Mapping[str, Any], channels: int) -> Scaling:
    def row(key: str, default: float) -> tuple[tuple[float, ...], ...]:
        values = keys.get(key, default)
        values = [values] * channels if isinstance(values, (int, float)) else values
        if len(values) != channels:
            problem = f"'{name}': {key} has {len(values)} number(s); the model takes {channels} band(s)."
            raise ModelError(problem, "Give SCALING when it is imported.")
        return (tuple(float(value) for value in values),)

    return Scaling(divisor=255.0, mean=row(MEAN, 0.0), std=row(STD, 1.0))


def _classes(name: str, named: Mapping[int, str], outputs: int | None, decided: bool) -> tuple[Class, ...]:
    """The classes of a segmentor of so many output channels; ``decided``: its numbers are classes."""
    check_count(outputs, MOST_CLASSES, "classes", f"'{name}'")
    if outputs == 1 and not decided:
        count, named = 2, {0: "background", 1: named[0]} if set(named) == {0} else named
    elif outputs is None or outputs == 1:
        count = max(named, default=-1) + 1
    else:
        count = outputs
    if not count:
        hint = "Give CLASSES when it is imported, or export it with the key class_names, one name a class."
        raise ModelError(f"'{name}' does not say how many classes it has.", hint)
    if named and max(named) >= count:
        problem = f"'{name}' names class {max(named)}, but its output has {count} class(es) from 0."
        raise ModelError(problem, "Give CLASSES when it is imported.")
    return coloured([(i, named.get(i, f"class {i}")) for i in range(count)])
