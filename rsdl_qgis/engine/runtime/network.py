"""What networks are to the rest: callables of arrays by name, so that a lambda is one for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import DeviceError

T = TypeVar("T")
Arrays = Mapping[str, NDArray]
# Images (N, T, C, H, W) float32 -> probabilities (N, classes, H, W), of a scene (N, classes), numbers (N, 1, H, W);
# series (N, T, C) float32 and ``valid`` (N, T) bool -> probabilities (N, classes).
Runtime = Callable[[Arrays], NDArray]
Network = Callable[[Arrays], Sequence[NDArray]]  # all that a network gives, in the order of its outputs


class OutOfMemory(DeviceError):
    """The device has too little memory for this batch."""


def count_of(inputs: Arrays) -> int:
    """How many images, or series, are a batch."""
    return len(next(iter(inputs.values())))


def shrinking(
    runtime: Callable[[Arrays], T], join: Callable[[list[Any]], Any] = np.concatenate
) -> Callable[[Arrays], T]:
    """The runtime, halving a batch for which the device's memory does not suffice; ``join``: the halves' outputs."""

    def run(inputs: Arrays) -> T:
        try:
            return runtime(inputs)
        except OutOfMemory:
            count = count_of(inputs)
            if count == 1:
                raise
            halves = ({k: v[part] for k, v in inputs.items()} for part in (slice(count // 2), slice(count // 2, None)))
            whole: T = join([run(half) for half in halves])
            return whole

    return run
