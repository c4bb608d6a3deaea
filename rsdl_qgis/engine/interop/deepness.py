"""The metadata keys of the Deepness plugin (segmentation, detection), read as our card. Standard library only.

Deepness divides every image by 255, then subtracts ``standardization_mean`` and divides by ``standardization_std``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..card import Class, Input, ModelCard, Scaling, Tiling, channel_bands
from ..card_schema import DEEPNESS, MOST_BANDS, MOST_CLASSES, check_count, check_keys
from ..errors import ModelError
from .detector_files import as_number, foreign_card, image_of, layout_of, named_classes, names_of, tiling_of, value_of
from .onnx_file import OnnxFile

PALETTE = ("#d9d9d9", "#1f78b4", "#e31a1c", "#33a02c", "#ff7f00", "#6a3d9a", "#b15928", "#fdbf6f", "#a6cee3", "#b2df8a")


def has_deepness_keys(metadata: Mapping[str, str]) -> bool:
    """Whether these are the metadata of a Deepness model."""
    return "model_type" in metadata


def deepness_card(name: str, file: OnnxFile) -> ModelCard:
    """The card of a Deepness segmentor or detector; ModelError where its keys contradict its tensors."""
    keys = {key: as_number(value_of(text)) for key, text in file.metadata.items() if key in DEEPNESS}
    keys["class_names"] = names_of(keys.get("class_names"))
    check_keys(keys, DEEPNESS, f"'{name}'")
    kind = keys["model_type"]
    if kind.lower() in ("detector", "detection"):
        return _detector_card(name, file, keys)
    if kind.lower() not in ("segmentor", "segmentation"):
        raise ModelError(f"'{name}' is a Deepness model of type {kind}.", "Segmentor and Detector models can be used.")
    if len(file.inputs) != 1 or len(file.inputs[0].shape) != 4 or file.inputs[0].shape[1] is None:
        shapes = [tensor.shape for tensor in file.inputs]
        raise ModelError(f"'{name}' has inputs of shape {shapes}; a Deepness segmentor takes one (N, C, H, W) image.")
    if len(file.outputs[0].shape) != 4:
        raise ModelError(f"'{name}' has an output of shape {file.outputs[0].shape}, not (N, classes, H, W).")
    channels, height, width = file.inputs[0].shape[1], *file.inputs[0].shape[2:]
    check_count(channels, MOST_BANDS, "bands", f"'{name}'")
    size = keys.get("tile_size") or keys.get("tiles_size") or height or 512
    if height is not None and (height != size or width != size):
        raise ModelError(f"'{name}' says its tiles are {size} pixels, but its input tensor is {height} x {width}.")
    outputs = file.outputs[0].shape[1]
    classes = _classes(name, keys["class_names"], outputs)
    resolution = keys.get("resolution")
    return ModelCard(
        name=name,
        title=name,
        network="Deepness segmentor",
        description="An ONNX model with the metadata of the Deepness plugin.",
        inputs=(Input("image", channel_bands(channels), scaling=_scaling(keys, channels)),),
        classes=classes,
        tiling=Tiling(
            size=size,
            overlap=round(size * (keys.get("tiles_overlap") or 15) / 100),
            multiple=size if height else 32,
            any_size=height is None,
        ),
        resolution=resolution / 100 if resolution else None,
        activation="sigmoid" if outputs == 1 else "softmax",
        threshold=keys["seg_thresh"] if keys.get("seg_thresh") is not None and outputs == 1 else None,
        axes="NCHW",
        provenance={"source": "Deepness metadata"},
    )


def _detector_card(name: str, file: OnnxFile, keys: Mapping[str, Any]) -> ModelCard:
    named = {int(k): v for k, v in keys["class_names"].items()}
    channels, side = image_of(name, file, keys.get("tile_size") or keys.get("tiles_size"))
    confidence, resolution = keys.get("det_conf"), keys.get("resolution")
    return foreign_card(
        name,
        channels,
        named_classes(name, named, layout_of(file, len(named) or None)),
        tiling_of(file, side, 32, round(side * (keys.get("tiles_overlap") or 15) / 100)),
        "Deepness metadata",
        scaling=_scaling(keys, channels),
        resolution=resolution / 100 if resolution else None,
        threshold=confidence,
    )


def _scaling(keys: Mapping[str, Any], channels: int) -> Scaling:
    def row(key: str, default: float) -> tuple[tuple[float, ...], ...]:
        values = keys.get(key)
        values = [default] * channels if values is None else values
        if len(values) != channels:
            raise ModelError(f"'{key}' holds {len(values)} number(s), but the model takes {channels} band(s).")
        return (tuple(float(v) for v in values),)

    return Scaling(divisor=255.0, mean=row("standardization_mean", 0.0), std=row("standardization_std", 1.0))


def _classes(name: str, names: Mapping[str, str], outputs: int | None) -> tuple[Class, ...]:
    named = {int(k): v for k, v in names.items()}
    check_count(outputs, MOST_CLASSES, "classes", f"'{name}'")
    count = 2 if outputs == 1 else outputs or len(named)
    if not count:
        raise ModelError(f"'{name}' does not say how many classes it has.")
    if named and max(named) >= count:
        raise ModelError(f"'{name}' names class {max(named)}, but its output has {count} class(es) from 0.")
    return tuple(Class(i, named.get(i, f"class {i}"), PALETTE[i % len(PALETTE)]) for i in range(count))
