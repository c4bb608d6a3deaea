"""The table of Keras' layers: what makes the nodes of each, and which weights it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ModelError
from ...files.text import shortened
from . import activations, attention, convolutions, merges, normalisation, recurrent, shapes
from .config import Spec
from .network import Build

Slot = tuple[str, bool]  # the path of a weight in a .keras file, and whether it is trained


def _own(count: Callable[[Mapping[str, Any]], int]) -> Callable[[Spec], list[Slot]]:
    return lambda spec: [(f"vars/{i}", True) for i in range(count(spec.config))]


def _biased(config: Mapping[str, Any]) -> int:
    return 1 + bool(config.get("use_bias", True))


def _affine(config: Mapping[str, Any]) -> int:
    return bool(config.get("scale", True)) + bool(config.get("center", True))


def _batch(spec: Spec) -> list[Slot]:
    trained = _affine(spec.config)
    return [(f"vars/{i}", i < trained) for i in range(trained + 2)]


def _normalization(spec: Spec) -> list[Slot]:
    stated = spec.config.get("mean") is not None
    return [] if stated else [(f"vars/{i}", False) for i in range(3)]


def _cell(spec: Spec) -> list[Slot]:
    return [(f"cell/vars/{i}", True) for i in range(2 + bool(spec.config.get("use_bias", True)))]


def _wrapped(spec: Spec) -> list[Slot]:
    inner = recurrent.inner_layers(_bare(spec))
    names = ("forward_layer", "backward_layer") if len(inner) == 2 else ("layer",)
    return [(f"{name}/{path}", flag) for name, layer in zip(names, inner) for path, flag in slots(layer)]


def _heads(spec: Spec) -> list[Slot]:
    parts = ("query_dense", "key_dense", "value_dense", "output_dense")
    return [(f"{part}/vars/{i}", True) for part in parts for i in range(_biased(spec.config))]


def _bare(spec: Spec) -> Any:
    from .network import Layer

    return Layer(spec.kind, spec.config, (), 3, lambda *_: None)


@dataclass(frozen=True)
class Line:
    """A layer of the table."""

    build: Build
    slots: Callable[[Spec], Sequence[Slot]] = lambda spec: ()


_IDENTITY = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast"),
    *("RandomBrightness", "RandomTranslation", "RandomCrop", "RandomHeight", "RandomWidth", "Identity", "InputLayer"),
)
_DIMENSIONS = ("1D", "2D", "3D")

LINES: Mapping[str, Line] = {
    **{name: Line(shapes.identity) for name in _IDENTITY},
    **{name: Line(build) for name, build in activations.LAYERS.items()},
    "PReLU": Line(activations.LAYERS["PReLU"], _own(lambda c: 1)),
    "Dense": Line(convolutions.dense, _own(_biased)),
    **{f"Conv{d}": Line(convolutions.convolution, _own(_biased)) for d in _DIMENSIONS},
    **{f"Convolution{d}": Line(convolutions.convolution, _own(_biased)) for d in _DIMENSIONS},
    **{f"Conv{d}Transpose": Line(convolutions.transposed_convolution, _own(_biased)) for d in _DIMENSIONS},
    "Convolution2DTranspose": Line(convolutions.transposed_convolution, _own(_biased)),
    **{f"DepthwiseConv{d}": Line(convolutions.depthwise, _own(_biased)) for d in _DIMENSIONS[:2]},
    **{f"SeparableConv{d}": Line(convolutions.separable, _own(lambda c: 1 + _biased(c))) for d in _DIMENSIONS[:2]},
    **{f"{kind}Pooling{d}": Line(shapes.pooling) for kind in ("Max", "Average") for d in _DIMENSIONS},
    **{f"Global{kind}Pooling{d}": Line(shapes.global_pooling) for kind in ("Max", "Average") for d in _DIMENSIONS},
    **{f"ZeroPadding{d}": Line(shapes.zero_padding) for d in _DIMENSIONS},
    **{f"Cropping{d}": Line(shapes.cropping) for d in _DIMENSIONS},
    **{f"UpSampling{d}": Line(shapes.upsampling) for d in _DIMENSIONS},
    "Resizing": Line(shapes.resizing),
    "Flatten": Line(shapes.flatten),
    "Reshape": Line(shapes.reshape),
    "Permute": Line(shapes.permute),
    "RepeatVector": Line(shapes.repeat_vector),
    "Rescaling": Line(shapes.rescaling),
    "Normalization": Line(shapes.normalization, _normalization),
    "Embedding": Line(shapes.embedding, _own(lambda c: 1)),
    **{kind: Line(merges.merged) for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": Line(merges.concatenated),
    "Dot": Line(merges.dot),
    "TFOpLambda": Line(merges.tensorflow_function),
    "BatchNormalization": Line(normalisation.batch, _batch),
    "BatchNormalizationV1": Line(normalisation.batch, _batch),
    "SyncBatchNormalization": Line(normalisation.batch, _batch),
    "LayerNormalization": Line(normalisation.layer_normalization, _own(_affine)),
    "GroupNormalization": Line(normalisation.group, _own(_affine)),
    "UnitNormalization": Line(normalisation.unit),
    "LSTM": Line(recurrent.recurrent, _cell),
    "GRU": Line(recurrent.recurrent, _cell),
    "SimpleRNN": Line(recurrent.recurrent, _cell),
    "ConvLSTM2D": Line(recurrent.convolutional_lstm, _cell),
    "Bidirectional": Line(recurrent.bidirectional, _wrapped),
    "TimeDistributed": Line(recurrent.time_distributed, _wrapped),
    "MultiHeadAttention": Line(attention.multi_head, _heads),
    "Attention": Line(attention.dot_product, _own(lambda c: int(bool(c.get("use_scale"))))),
}


def slots(spec: Spec) -> Sequence[Slot]:
    """The weights of a layer in the order in which Keras lists them; ModelError where it is not known."""
    return () if _is_operation(spec) else _line(spec, (spec.name,)).slots(spec)


def build(spec: Spec, place: tuple[str, ...]) -> Build:
    """What makes the nodes of a layer; ModelError names one that is not known, and its place in the network."""
    return merges.OPERATIONS[spec.kind] if _is_operation(spec) else _line(spec, place).build


def _line(spec: Spec, place: tuple[str, ...]) -> Line:
    where = f"Layer '{'/'.join(map(shortened, place))}'"
    if spec.kind == "Lambda":
        raise ModelError(
            f"{where} is a Lambda, which holds code. Code in a model is never run.",
            "Put a layer of Keras in its place, or export the model as ONNX where it was made.",
        )
    own = spec.module and not spec.module.startswith(("keras", "tf_keras", "tensorflow"))
    if own or spec.kind not in LINES:
        raise ModelError(
            f"{where} is of the class {shortened(spec.kind)}, which is not known here.",
            "Export the model as ONNX where it was made, for example with tf2onnx.",
        )
    return LINES[spec.kind]


def _is_operation(spec: Spec) -> bool:
    """Whether it is a function of ``keras.ops``, which older files do not distinguish from layers."""
    there = ".ops." in spec.module if spec.module else spec.kind not in LINES
    return there and spec.kind in merges.OPERATIONS
