"""A model's weights run by PyTorch, in single precision, or with lower precision where that suffices."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import ModelError
from ..job.memory import ran_out
from ..tables.devices import kind_of
from ..tables.tasks import task_of
from .devices import check_torch_device
from .network import Arrays, Network, OutOfMemory

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {  # of a torch tensor
    "softmax": lambda logits: logits.softmax(1),
    "sigmoid": lambda logits: logits.sigmoid(),
    "identity": lambda numbers: numbers,
}


def activation(card: ModelCard) -> Callable[[Any], Any]:
    """What is done with the network's output, a torch tensor: divided by the temperature first.

    ModelError for a name that is none.
    """
    if card.activation not in ACTIVATIONS:
        problem = f"The card of '{card.name}' names the activation '{card.activation}'."
        raise ModelError(problem, f"There are {', '.join(ACTIVATIONS)}.")
    return activated(card.activation, card.temperature)


def activated(name: str, temperature: float) -> Callable[[Any], Any]:
    """An activation of logits, which are divided by a temperature first; numbers are not."""
    activate = ACTIVATIONS[name]
    return activate if temperature == 1 or name == "identity" else lambda logits: activate(logits / temperature)


def dropouts(network: Any) -> list[Any]:
    """The modules of a network that drop something in training."""
    from torch.nn.modules.dropout import _DropoutNd

    return [module for module in network.modules() if isinstance(module, _DropoutNd) and module.p > 0]


def open_torch(
    card: ModelCard, path: Path, device: str, threads: int, streams: int, bf16: bool = False, passes: int = 1
) -> Network:
    """The weights at ``path`` ready to run: on a GPU in half precision where the card allows it.

    ``bf16``: with bfloat16 instead, on any device. ``passes``: more than one have dropout, each the same in every call,
    and their mean counts, see ``runtime.dropout``. DeviceError, and ModelError for weights that are damaged or another
    network's.
    """
    import torch

    network = loaded_network(card, path, device, math.ceil(threads / streams))
    lower = bf16 or (card.half_precision and device != "cpu")
    precision = torch.bfloat16 if bf16 else torch.float16
    activate = activation(card)
    for module in dropouts(network) if passes > 1 else ():
        module.train()
    one_at_a_time = threading.Lock()  # the generator of random numbers is everybody's

    def mean(tensors: Sequence[Any]) -> Any:
        total: Any = 0
        for seed in range(passes):
            torch.manual_seed(seed)
            total = total + activate(network(*tensors).float())
        return total / passes

    @torch.inference_mode()
    def run(inputs: Arrays) -> Sequence[NDArray]:
        try:
            tensors = [torch.from_numpy(inputs[name]).to(device) for name in card.tensors]
            if passes > 1:
                with one_at_a_time, torch.autocast(kind_of(device), precision, enabled=lower):
                    return [mean(tensors).float().cpu().numpy()]
            with torch.autocast(kind_of(device), precision, enabled=lower):
                output = network(*tensors)
            if not task_of(card.task).boxes:
                return [activate(output.float()).cpu().numpy()]
            boxes, logits = output
            return [boxes.float().cpu().numpy(), logits.float().sigmoid().cpu().numpy()]
        except RuntimeError as error:  # torch.OutOfMemoryError is one, and the CPU's has no class of its own
            if not ran_out(error):
                raise
            torch.cuda.empty_cache()
            raise OutOfMemory(f"{device} has too little memory.", "Use a smaller TILE_SIZE.") from None

    return run


def loaded_network(card: ModelCard, path: Path, device: str, threads: int) -> Any:
    """The network of a card with the weights at ``path``, on a device, not training; ``threads``: of the CPU, for each
    call. Errors as of ``open_torch``.
    """
    check_torch_device(device)
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from ..networks import card_network
    from ..networks.memory_format import channels_last

    if device == "cpu":
        torch.set_num_threads(threads)
    network = card_network(card)
    try:
        network.load_state_dict(load_file(path))
    except SafetensorError as error:
        raise ModelError(f"{path.name} is damaged: {_first_line(error)}.", "Install the model again.") from None
    except RuntimeError as error:
        raise ModelError(f"{path.name} does not fit the network '{card.network}': {_first_line(error)}") from None
    return channels_last(network.float().eval().to(device))


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
