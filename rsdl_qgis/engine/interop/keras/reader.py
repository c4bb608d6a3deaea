"""A Keras file as an ONNX network that takes (N, bands, H, W)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx

from ...errors import ModelError
from ...files.text import shortened
from ..builder import Builder, Shape, SizeNeeded
from ..foreign import Foreign
from ..images import Images
from .config import Spec, plan_of, spec_of
from .files import opened
from .layers import build, slots
from .network import Network
from .weights import Weights, read_weights

_AGAIN = "Get the model again."


def read_keras(path: Path) -> Foreign:
    """The network of a ``.h5``, ``.hdf5`` or ``.keras`` file. ModelError says what cannot be read, or which layer.

    Height and width are free where every output is an image and no layer needs a size, else as the file states them.
    """
    with opened(path) as file:
        network = spec_of(file.config)
        if not network.is_network:
            text = f"{path.name} holds a {shortened(network.kind)}, whose layers are in code of its own."
            raise ModelError(text, "Build it as a Sequential or functional model, or export it as ONNX.")
        weights, version = read_weights(file, network, slots), file.version
    inputs = _inputs(network)
    first = _is_channels_first(network)
    try:
        free = [_freed(shape, first) for _, shape in inputs]
        model, ranks = _graph(network, weights, version, free, inputs, first)
        if not all(rank == 4 for rank in ranks):
            raise SizeNeeded
    except SizeNeeded:
        try:
            model, _ = _graph(network, weights, version, [shape for _, shape in inputs], inputs, first)
        except SizeNeeded:
            text = f"{path.name} does not state the size of its images, which one of its layers needs."
            raise ModelError(text, "Save the model with an input of a fixed size.") from None
    return Foreign(model, "Keras", "NCHW" if first else "NHWC", _size(inputs, first))


def _graph(
    network: Spec,
    weights: Weights,
    version: int,
    shapes: Sequence[Shape],
    inputs: Sequence[tuple[str, Shape]],
    first: bool,
) -> tuple[onnx.ModelProto, list[int]]:
    """The network for inputs of such shapes, and the number of axes of each output."""
    b = Builder()
    images = Images(b, shapes, first)
    given = [images.take(name, shape) for (name, _), shape in zip(inputs, shapes)]
    outputs = Network(b, build, weights, version).run(network, given)
    names = [spec.layer for spec in plan_of(network).outputs] or [plan_of(network).layers[-1].name]
    given_back = [(_unlike(name, i, names), images.give(y)) for i, (name, y) in enumerate(zip(names, outputs))]
    return b.model(given_back), [value.rank for value in outputs]


def _unlike(name: str, i: int, names: Sequence[str]) -> str:
    """A name for an output that no other one has, nor an input."""
    return f"{name}_output_{i}" if names.count(name) > 1 else f"{name}_output"


def _inputs(network: Spec) -> list[tuple[str, Shape]]:
    """Name and shape, batch first, of each input; ModelError where the file does not state them."""
    plan = plan_of(network)
    layers = {spec.name: spec for spec in plan.layers}
    wanted = [ref.layer for ref in plan.inputs] or [plan.layers[0].name]
    found = []
    for name in wanted:
        if name not in layers:
            raise ModelError(f"The input '{shortened(name)}' of the network is not among its layers.", _AGAIN)
        stated = _stated(layers[name], network.config if not plan.outputs else {})
        shape = list(_lengths(stated)) if isinstance(stated, list) else []
        if not 2 <= len(shape) <= 5:
            raise ModelError(f"The network does not state the shape of its input '{shortened(name)}'.", _AGAIN)
        if shape[-1] is None and shape[1] is None:
            raise ModelError(f"The network leaves the number of bands of '{shortened(name)}' open.", _AGAIN)
        found.append((name, (None, *shape[1:])))
    return found


def _stated(spec: Spec, network: Mapping[str, Any]) -> Any:
    """The shape that a layer, or the network around it, gives for its input."""
    if spec.is_network:
        inner = plan_of(spec)
        return _stated(inner.layers[0], spec.config) if isinstance(spec.config, dict) else None
    config = spec.config
    stated = config.get("batch_shape") or config.get("batch_input_shape")
    if stated is None and isinstance(config.get("input_shape"), list):
        stated = [None, *config["input_shape"]]
    return stated or (network.get("build_input_shape") if isinstance(network, dict) else None)


def _lengths(stated: list[Any]) -> Iterator[int | None]:
    for length in stated:
        if length is not None and (type(length) is not int or not 1 <= length <= 1 << 20):
            raise ModelError(f"The network states the shape {shortened(str(stated))} for an input.", _AGAIN)
        yield length


def _freed(shape: Shape, first: bool) -> Shape:
    """The shape of an image without its height and width."""
    if len(shape) != 4:
        return shape
    return (shape[0], shape[1], None, None) if first else (shape[0], None, None, shape[3])


def _size(inputs: Sequence[tuple[str, Shape]], first: bool) -> tuple[int, int] | None:
    for _, shape in inputs:
        if len(shape) >= 4:
            height, width = shape[-2:] if first else shape[-3:-1]
            return (height, width) if height and width else None
    return None


def _is_channels_first(network: Spec) -> bool:
    """Whether the first layer that says so takes (N, C, H, W)."""
    for spec in plan_of(network).layers:
        if spec.is_network:
            return _is_channels_first(spec)
        if "data_format" in spec.config:
            return spec.config["data_format"] == "channels_first"
    return False
