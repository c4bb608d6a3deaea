"""What a person says of an ONNX file, in place of other programs' keys in it that may be wrong or missing."""

from __future__ import annotations

import json
from dataclasses import replace

from ..cards.onnx.deepness import MEAN, STD, has_deepness_keys
from ..cards.onnx.header import OnnxFile
from .facts import Facts

MODEL_TYPES = {
    "segmentation": "Segmentor",
    "regression": "Regressor",
    "super-resolution": "Superresolution",
    "embedding": "Recognition",
    "detection": "Detector",
}
SCALING, SIZES, RESOLUTION = (MEAN, STD), ("tile_size", "tiles_size", "imgsz"), ("resolution",)


def overruled(file: OnnxFile, said: Facts) -> OnnxFile:
    """The file with what is said as its keys; keys that a card has otherwise from what is said are left out."""
    known = ((SCALING, said.steps is not None), (SIZES, said.tile_size), (RESOLUTION, said.resolution))
    without = {key for keys, given in known if given for key in keys}
    metadata = {key: value for key, value in file.metadata.items() if key not in without}
    deepness = has_deepness_keys(metadata)
    if said.classes:
        names = {i: item.name for i, item in enumerate(said.classes)}
        metadata["class_names" if deepness else "names"] = json.dumps(names)
    if deepness and said.task in MODEL_TYPES:
        metadata["model_type"] = MODEL_TYPES[said.task]
    return replace(_with_bands(file, len(said.bands)), metadata=metadata)


def _with_bands(file: OnnxFile, count: int) -> OnnxFile:
    """The file with so many bands in its image, where it leaves their number open."""
    first = file.inputs[0]
    if not count or len(first.shape) != 4 or first.image is None or first.image[0] is not None:
        return file
    shape = (first.shape[0], count, *first.shape[2:])
    return replace(file, inputs=(replace(first, shape=shape), *file.inputs[1:]))
