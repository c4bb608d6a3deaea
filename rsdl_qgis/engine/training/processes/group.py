"""What the processes of a training share: sums, means, and what the first of them made. In one process nothing.

Data parallel: each process has the whole network and a part of each batch. The gradients are averaged when a step is
due, in pieces, and not while they are computed, as PyTorch's DistributedDataParallel does: stages are frozen and
unfrozen, SAM computes two gradients a batch, and detectors have a loss of their own, which that does not allow.
Li et al. (VLDB 2020), doi:10.14778/3415478.3415530.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

Made = TypeVar("Made")
Item = TypeVar("Item")
PIECE = 25 << 20  # bytes that are sent at once


def count() -> int:
    """How many processes there are."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank() -> int:
    """The number of this process, from 0."""
    return distributed.get_rank() if count() > 1 else 0


def is_first() -> bool:
    """Whether this is the process that writes events and files."""
    return rank() == 0


def on_first(make: Callable[[], Made]) -> Made:
    """What the first process makes, for all; the others wait. It is pickled."""
    if count() == 1:
        return make()
    made: list[Any] = [make() if is_first() else None]
    distributed.broadcast_object_list(made, device=torch.device("cpu"))
    return made[0]


def in_turn(make: Callable[[], Made]) -> Made:
    """What each process makes for itself, the others after the first: it may have left files for them."""
    made: list[Made] = []
    on_first(lambda: made.append(make()))
    return made[0] if made else make()


def gathered(value: Made) -> list[Made]:
    """The values of all processes, by their number. They are pickled."""
    if count() == 1:
        return [value]
    values: list[Any] = [None] * count()
    distributed.all_gather_object(values, value)
    return values


def own(items: Sequence[Item]) -> Sequence[Item]:
    """This process's part of some items: each belongs to one process, and they take turns."""
    return items if count() == 1 else Part(items, rank(), count())


def divided(items: Sequence[Item], number: int, parts: int) -> Sequence[Item]:
    """Neighbouring items, as many in each of the parts or one more; all in each part where there are fewer than parts.

    All, because every process has to take part in a step: the mean of equal losses is the loss.
    """
    if len(items) < parts:
        return items
    return items[number * len(items) // parts : (number + 1) * len(items) // parts]


def summed(total: Tensor) -> Tensor:
    """The sum of a tensor over the processes."""
    if count() == 1:
        return total
    total = total.detach().clone()
    distributed.all_reduce(total)
    return total


def divisor(total: Tensor) -> Tensor:
    """The divisor for a sum over ``total`` items that makes a mean; 1 where there is none.

    In several processes it is that of all their items, divided by the number of processes: then the mean of the
    processes' losses is the loss of the whole batch.
    """
    whole = summed(total)
    whole = torch.where(whole > 0, whole, torch.ones_like(whole))
    return whole if count() == 1 else whole / count()


def total_loss(parts: Sequence[tuple[Tensor, int]]) -> tuple[Tensor, int]:
    """The sum over all samples of the losses of whole batches, and the number of samples.

    ``parts``: the loss of this process's part of each batch, as ``divisor`` makes it, and its samples. Those of a batch
    that all processes have whole (``divided``) count in each.
    """
    losses, sizes = zip(*parts)
    losses, sizes = summed(torch.stack(losses)) / count(), summed(torch.tensor(sizes))
    return losses @ sizes.to(losses), int(sizes.sum())


def averaged(weights: Sequence[nn.Parameter], gradients: Sequence[Tensor | None]) -> Sequence[Tensor | None]:
    """The means over the processes of gradients with respect to weights; None where no process has one.

    They are the same in all processes, bit by bit.
    """
    if count() == 1:
        return gradients
    there = torch.tensor([gradient is not None for gradient in gradients], dtype=torch.uint8)
    distributed.all_reduce(there, distributed.ReduceOp.MAX)
    used = [
        (torch.zeros_like(weight) if gradient is None else gradient) if is_used else None
        for weight, gradient, is_used in zip(weights, gradients, there.tolist())
    ]
    for piece in _pieces([gradient for gradient in used if gradient is not None]):
        flat = torch.cat([gradient.reshape(-1) for gradient in piece])
        distributed.all_reduce(flat)
        flat /= count()
        for gradient, mean in zip(piece, flat.split([gradient.numel() for gradient in piece])):
            gradient.copy_(mean.view_as(gradient))
    return used


def average_gradients(network: nn.Module) -> None:
    """Replace the gradients of a network by their means over the processes."""
    if count() == 1:
        return
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    for weight, gradient in zip(weights, averaged(weights, [weight.grad for weight in weights])):
        weight.grad = gradient


class Part(Sequence[Item]):
    """Every so manieth of some items, from one on."""

    def __init__(self, items: Sequence[Item], first: int, every: int):
        self._items, self._places = items, range(first, len(items), every)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> Item:  # type: ignore[override]
        return self._items[self._places[index]]


def _pieces(tensors: Sequence[Tensor]) -> Iterator[list[Tensor]]:
    """Tensors in groups of one type and of at most ``PIECE`` bytes, or of one tensor that is larger."""
    piece: list[Tensor] = []
    for tensor in tensors:
        size = sum(other.nbytes for other in piece) + tensor.nbytes
        if piece and (size > PIECE or tensor.dtype != piece[0].dtype):
            yield piece
            piece = []
        piece.append(tensor)
    if piece:
        yield piece
