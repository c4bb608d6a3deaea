"""How much memory a network needs per pixel at inference, measured on one forward pass."""

from __future__ import annotations

import copy
import math
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ..cards.card import ModelCard
from ..runtime.onnx_export import example_inputs
from ..tables.tasks import task_of

SIDE = 256  # pixels per side of the measured tile: memory is proportional to their number
SERIES = 256  # time series in the measured batch
WORKSPACE = 1.25  # engines need this factor more than the live tensors (measured): convolutions rearrange their input


def memory_per_pixel(network: nn.Module, card: ModelCard) -> int:
    """Bytes per pixel (time series: per series) that inference needs besides the weights.

    The peak memory of the intermediate tensors of a forward pass, plus a quarter for the engine's workspace. For most
    networks within about a quarter of what ONNX Runtime and PyTorch take on a CPU.
    """
    network = copy.deepcopy(network).float().eval().cpu()
    series = task_of(card.task).series
    side = min(card.tiling.size, SIDE) if card.tiling.any_size else card.tiling.size
    inputs = example_inputs(card, SERIES if series else 1, side)
    pixels = SERIES if series else math.prod(next(iter(inputs.values())).shape[-2:])
    with torch.inference_mode(), _LiveBytes() as live:
        network(*inputs.values())
    return math.ceil(WORKSPACE * live.most / pixels)


class _LiveBytes(TorchDispatchMode):
    """Counts the bytes of tensors created inside it: ``now``, and the peak, ``most``."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self._sizes: dict[int, int] = {}

    def __torch_dispatch__(
        self, function: Any, types: Sequence[Any], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._count(tensor.untyped_storage())
        self.most = max(self.most, self.now)
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        place, size = storage.data_ptr(), storage.nbytes()
        if size and place not in self._sizes:  # otherwise a view of counted storage
            self._sizes[place] = size
            self.now += size
            weakref.finalize(storage, self._free, place)

    def _free(self, place: int) -> None:
        self.now -= self._sizes.pop(place)
