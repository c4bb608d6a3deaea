"""TensorFlow Lite's operators that turn, cut and join. Those of constants are done here, not in the graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import ModelError
from ..builder import Value
from .file import Operator
from .network import Network

ENDLESS = np.iinfo(np.int64).max


def reshape(n: Network, o: Operator) -> Value:
    """``RESHAPE``; the batch stays free where it is the first length of both."""
    x = n.value(o.inputs[0])
    if len(o.inputs) > 1 and o.inputs[1] >= 0:
        wanted = n.whole(o.inputs[1])
    else:
        wanted = [int(length) for length in (o.options.array(0, np.int32) if o.options else ())]
    if n.free_batch and x.shape and x.shape[0] is None:
        rest = x.shape[1:]
        if None not in rest and -1 not in wanted[1:]:
            known = math.prod(length for length in rest if length)
            if math.prod(wanted[1:]) == known or wanted[0] not in (1, -1):
                wanted = [-1 if wanted[0] == 1 else wanted[0], *wanted[1:]]
    return n.b.add("Reshape", x, n.b.constant(wanted))


def concatenation(n: Network, o: Operator) -> Value:
    """``CONCATENATION``."""
    if (given := _constants(n, o.inputs)) is not None:
        return n.b.constant(np.concatenate(given, o.option(0)))
    return n.b.add("Concat", *n.inputs(o), axis=o.option(0))


def transpose(n: Network, o: Operator) -> Value:
    """``TRANSPOSE``."""
    return n.b.add("Transpose", n.value(o.inputs[0]), perm=n.whole(o.inputs[1]))


def squeeze(n: Network, o: Operator) -> Value:
    """``SQUEEZE``: of axes of length 1, all but the batch where none is named."""
    x = n.value(o.inputs[0])
    axes = [int(axis) for axis in (o.options.array(0, np.int32) if o.options else ())]
    axes = axes or [i for i, length in enumerate(x.shape) if length == 1]
    return n.b.add("Squeeze", x, n.b.constant(axes))


def expand(n: Network, o: Operator) -> Value:
    """``EXPAND_DIMS``."""
    return n.b.add("Unsqueeze", n.value(o.inputs[0]), n.b.constant(n.whole(o.inputs[1])))


def shape(n: Network, o: Operator) -> Value:
    """``SHAPE``, as a constant: -1 for a free batch, which only what makes a shape of it can take."""
    lengths = n.value(o.inputs[0]).shape
    if None in lengths[1:]:
        raise ModelError("A shape depends on the image, which is not supported.", "Export the model as ONNX.")
    return n.b.constant([-1 if length is None else length for length in lengths])


def pack(n: Network, o: Operator) -> Value:
    """``PACK``: along a new axis."""
    axis = o.option(1)
    if (given := _constants(n, o.inputs)) is not None:
        return n.b.constant(np.stack(given, axis))
    return n.b.add("Concat", *(n.b.add("Unsqueeze", v, n.b.constant([axis])) for v in n.inputs(o)), axis=axis)


def unpack(n: Network, o: Operator) -> list[Value]:
    """``UNPACK``: along an axis, which goes."""
    x, axis = n.value(o.inputs[0]), o.option(1)
    return [n.b.add("Gather", x, n.b.constant(np.asarray(i, np.int64)), axis=axis) for i in range(len(o.outputs))]


def split(n: Network, o: Operator) -> list[Value]:
    """``SPLIT``, ``SPLIT_V``."""
    if o.name == "SPLIT":
        (axis,) = n.whole(o.inputs[0])
        return n.b.add_many("Split", [n.value(o.inputs[1])], len(o.outputs), axis=axis)
    (axis,) = n.whole(o.inputs[2])
    sizes = n.b.constant(n.whole(o.inputs[1]))
    return n.b.add_many("Split", [n.value(o.inputs[0]), sizes], len(o.outputs), axis=axis)


def gather(n: Network, o: Operator) -> Value:
    """``GATHER``."""
    if o.option(1):
        raise ModelError("Gathering in batches is not supported.", "Export the model as ONNX.")
    given = _constants(n, o.inputs)
    if given is not None:
        return n.b.constant(np.take(given[0], given[1], o.option(0)))
    return n.b.add("Gather", n.value(o.inputs[0]), n.value(o.inputs[1]), axis=o.option(0))


def gather_places(n: Network, o: Operator) -> Value:
    """``GATHER_ND``: what stands at places, the last axis of which counts along the first axes."""
    return n.b.add("GatherND", n.value(o.inputs[0]), n.value(o.inputs[1]))


def cut(n: Network, o: Operator) -> Value:
    """``SLICE``: from a place, so many."""
    begin, size = n.whole(o.inputs[1]), n.whole(o.inputs[2])
    ends = [ENDLESS if length == -1 else start + length for start, length in zip(begin, size)]
    x = n.value(o.inputs[0])
    if x.shape[0] is None and begin[0] == 0:
        ends[0] = ENDLESS
    return n.b.add("Slice", x, n.b.constant(begin), n.b.constant(ends))


def strided(n: Network, o: Operator) -> Value:
    """``STRIDED_SLICE`` with the masks of NumPy's indexing."""
    begin, end, stride = (n.whole(index) for index in o.inputs[1:4])
    masks = [o.option(field) for field in range(5)]
    if masks[2] or masks[3] or 0 in stride or not len(begin) == len(end) == len(stride):
        raise ModelError("A slice with new axes or an ellipsis is not supported.", "Export the model as ONNX.")
    keys: list[Any] = []
    for i, (a, z, step) in enumerate(zip(begin, end, stride)):
        if masks[4] >> i & 1:
            keys.append(a)
        else:
            keys.append(slice(None if masks[0] >> i & 1 else a, None if masks[1] >> i & 1 else z, step))
    numbers = n.numbers(o.inputs[0])
    if numbers is not None:
        return n.b.constant(np.asarray(numbers[tuple(keys)]))
    return _sliced(n, n.value(o.inputs[0]), keys)


def to_batch(n: Network, o: Operator) -> Value:
    """``SPACE_TO_BATCH_ND`` of images: pixels of each block become images, those of one place together."""
    x, block, pads = n.value(o.inputs[0]), n.whole(o.inputs[1]), n.whole(o.inputs[2])
    _check_blocks(block, x)
    top, bottom, left, right = pads
    x = n.b.add("Pad", x, n.b.constant([0, top, left, 0, 0, bottom, right, 0]), n.b.constant(0.0))
    height, width, bands = x.length(1) // block[0], x.length(2) // block[1], x.length(3)
    batch = -1 if x.shape[0] is None else x.shape[0]
    y = n.b.add("Reshape", x, n.b.constant([batch, height, block[0], width, block[1], bands]))
    y = n.b.add("Transpose", y, perm=[2, 4, 0, 1, 3, 5])
    return n.b.add("Reshape", y, n.b.constant([-1, height, width, bands]))


def to_space(n: Network, o: Operator) -> Value:
    """``BATCH_TO_SPACE_ND`` of images, the way back."""
    x, block, crops = n.value(o.inputs[0]), n.whole(o.inputs[1]), n.whole(o.inputs[2])
    _check_blocks(block, x)
    height, width, bands = x.length(1), x.length(2), x.length(3)
    y = n.b.add("Reshape", x, n.b.constant([*block, -1, height, width, bands]))
    y = n.b.add("Transpose", y, perm=[2, 3, 0, 4, 1, 5])
    y = n.b.add("Reshape", y, n.b.constant([-1, height * block[0], width * block[1], bands]))
    top, bottom, left, right = crops
    ends = [height * block[0] - bottom, width * block[1] - right]
    return n.b.add("Slice", y, n.b.constant([top, left]), n.b.constant(ends), n.b.constant([1, 2]))


def depth(n: Network, o: Operator) -> Value:
    """``DEPTH_TO_SPACE``, ``SPACE_TO_DEPTH``."""
    x = n.b.add("Transpose", n.value(o.inputs[0]), perm=[0, 3, 1, 2])
    operator = "DepthToSpace" if o.name == "DEPTH_TO_SPACE" else "SpaceToDepth"
    return n.b.add("Transpose", n.b.add(operator, x, blocksize=o.option(0)), perm=[0, 2, 3, 1])


def tile(n: Network, o: Operator) -> Value:
    """``TILE``."""
    return n.b.add("Tile", n.value(o.inputs[0]), n.b.constant(n.whole(o.inputs[1])))


def broadcast(n: Network, o: Operator) -> Value:
    """``BROADCAST_TO``; a batch of 1 stays free."""
    return n.b.add("Expand", n.value(o.inputs[0]), n.b.constant(n.whole(o.inputs[1])))


def _sliced(n: Network, x: Value, keys: Sequence[Any]) -> Value:
    begin, end, step, gone = [], [], [], []
    for axis, key in enumerate(keys):
        if isinstance(key, slice):
            forward = key.step > 0
            begin.append((0 if forward else ENDLESS) if key.start is None else key.start)
            end.append((ENDLESS if forward else -ENDLESS) if key.stop is None else key.stop)
            step.append(key.step)
        else:
            begin.append(key)
            end.append(key + 1 if key != -1 else ENDLESS)
            step.append(1)
            gone.append(axis)
    if x.shape[0] is None and isinstance(keys[0], slice) and begin[0] == 0 and step[0] == 1:
        end[0] = ENDLESS  # the whole batch
    axes = n.b.constant(list(range(len(keys))))
    y = n.b.add("Slice", x, n.b.constant(begin), n.b.constant(end), axes, n.b.constant(step))
    return n.b.add("Squeeze", y, n.b.constant(gone)) if gone else y


def _constants(n: Network, inputs: Sequence[int]) -> list[Any] | None:
    found = [n.numbers(index) for index in inputs]
    return None if any(numbers is None for numbers in found) else found


def _check_blocks(block: Sequence[int], x: Value) -> None:
    if len(block) != 2 or x.rank != 4 or min(block) < 1:
        raise ModelError(f"Blocks of {list(block)} in {x.rank} axes are not supported.", "Export the model as ONNX.")


SHAPES: Mapping[str, Callable[[Network, Operator], Any]] = {
    "RESHAPE": reshape,
    "CONCATENATION": concatenation,
    "TRANSPOSE": transpose,
    "SQUEEZE": squeeze,
    "EXPAND_DIMS": expand,
    "SHAPE": shape,
    "PACK": pack,
    "UNPACK": unpack,
    "SPLIT": split,
    "SPLIT_V": split,
    "GATHER": gather,
    "GATHER_ND": gather_places,
    "SLICE": cut,
    "STRIDED_SLICE": strided,
    "SPACE_TO_BATCH_ND": to_batch,
    "BATCH_TO_SPACE_ND": to_space,
    "DEPTH_TO_SPACE": depth,
    "SPACE_TO_DEPTH": depth,
    "TILE": tile,
    "BROADCAST_TO": broadcast,
}
