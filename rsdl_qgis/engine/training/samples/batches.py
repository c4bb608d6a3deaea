"""Batches of samples: shuffled or drawn by weights, augmented, and prefetched."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...errors import InputError
from ...prediction import loop
from ..processes.group import divided
from .augment import NO_AUGMENTATION, Augmentation, Label, augment, check_names
from .mosaic import mosaic
from .objects import ObjectBatch, Objects

Sample = tuple[list[Tensor], Label]
Batch = tuple[list[Tensor], Any]  # its labels are a tensor, or an ``ObjectBatch``
Plan = TypeVar("Plan")
Made = TypeVar("Made")
AHEAD = 2  # batches that are prefetched


class Batches:
    """The batches of every epoch; each depends only on the seed, the epoch's number and its position.

    ``samples``: ``[i]`` -> (images, label); their ``inputs`` and ``multiple`` are used where they exist. ``size``:
    samples per batch; a last batch of one sample, too small for batch norm, is joined to the one before.
    ``augmentation``: None: none. ``weights``: how often each sample is drawn, relative to the others (default: each
    once per epoch). ``window``: side in pixels to which all images are randomly cropped or padded, rounded up to a
    multiple of ``samples.multiple``; without it all must have one size. ``part``: of each batch the part with this
    number, of so many (``processes.group.divided``); then ``size`` is still that of whole batches.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        size: int,
        augmentation: Augmentation | None,
        seed: int,
        weights: Sequence[float] | None = None,
        window: int | None = None,
        part: tuple[int, int] = (0, 1),
    ):
        if size < 1 or not len(samples):
            problem = f"Batches of {size} cannot be made of {len(samples)} samples."
            raise InputError(problem, "Both have to be at least 1.")
        if size < part[1]:
            problem = f"Batches of {size} cannot be divided among {part[1]} processes."
            raise InputError(problem, "Choose a larger BATCH_SIZE, which is that of all processes, or fewer processes.")
        self._part = part
        self.samples, self.size, self.seed = samples, size, seed % (1 << 63)
        self._inputs = getattr(samples, "inputs", ())
        self._how = augmentation or NO_AUGMENTATION
        check_names(self._how, self._inputs)
        self._weights = None if weights is None else _checked(weights, len(samples))
        self.multiple = getattr(samples, "multiple", 1)
        self._window = None if window is None else self.multiple * math.ceil(window / self.multiple)

    def __len__(self) -> int:
        """Batches per epoch."""
        alone = len(self.samples) > self.size > 1 and len(self.samples) % self.size == 1
        return math.ceil(len(self.samples) / self.size) - alone

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of an epoch: a tensor (N, ...) per input, and labels (N, ...) or the objects of each image.

        One thread prefetches up to two; its exceptions are raised here. The thread ends with the iteration, also where
        that is not completed.
        """
        order = self._order(number)
        starts = [i * self.size for i in range(len(self))]
        ends = [*starts[1:], len(order)]
        whole = (list(enumerate(order[start:end], start)) for start, end in zip(starts, ends))
        plans = [divided(plan, *self._part) for plan in whole]
        return read_ahead(lambda plan: self._batch(number, plan), plans)

    def _order(self, number: int) -> list[int]:
        chance, count = np.random.default_rng((self.seed, number)), len(self.samples)
        order = chance.permutation(count)
        if self._weights is None:
            return order.tolist()
        ends = np.cumsum(self._weights[order])
        marks = (np.arange(count) + chance.random()) * (ends[-1] / count)
        return chance.permutation(order[np.searchsorted(ends[:-1], marks, side="right")]).tolist()

    def _batch(self, number: int, plan: Sequence[tuple[int, int]]) -> Batch:
        return stacked([self._sample(number, position, index) for position, index in plan])

    def _sample(self, number: int, position: int, index: int) -> Sample:
        state = np.random.SeedSequence((self.seed, number, position)).generate_state(1)
        random = torch.Generator().manual_seed(int(state[0]))
        if self._how.mosaic and float(torch.rand((), generator=random)) < self._how.mosaic:
            others = torch.randint(len(self.samples), (3,), generator=random).tolist()
            return mosaic([self._augmented(i, random) for i in (index, *others)], random)
        return self._augmented(index, random)

    def _augmented(self, index: int, random: torch.Generator) -> Sample:
        images, labels = self.samples[index]
        return augment(images, labels, self._how, random, self._inputs, self._window)


def in_order(samples: Sequence[Sample], size: int) -> Iterator[Batch]:
    """All samples once, in order and without augmentation, in batches of up to ``size`` with one shape each.

    Prefetched as in ``Batches.epoch``.
    """
    plans = [range(start, min(start + size, len(samples))) for start in range(0, len(samples), size)]

    def batches(plan: range) -> list[Batch]:
        runs = groupby((samples[i] for i in plan), key=_shapes)
        return [stacked(list(run)) for _, run in runs]

    for made in read_ahead(batches, plans):
        yield from made


def stacked(samples: Sequence[Sample]) -> Batch:
    """Samples of one shape as a batch."""
    images = [torch.stack(column) for column in zip(*(images for images, _ in samples))]
    objects = tuple(label for _, label in samples if isinstance(label, Objects))
    if objects:
        return images, ObjectBatch(objects)
    return images, torch.stack([label for _, label in samples if isinstance(label, Tensor)])


def read_ahead(make: Callable[[Plan], Made], plans: Iterable[Plan], ahead: int = AHEAD) -> Iterator[Made]:
    """``make`` of each plan, in order; one thread prefetches up to ``ahead``.

    Exceptions of ``make`` are raised at their position. When the iteration is closed, the thread stops after its
    current item.
    """
    pool = ThreadPoolExecutor(1, "read-ahead")
    try:
        _use_one_core(pool)
        yield from loop.work_ahead(pool, make, plans, ahead)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _use_one_core(pool: ThreadPoolExecutor) -> None:
    """Restrict PyTorch in the pool's thread to one core, to leave the others to the training.

    The number of threads is set per thread, but for matrix products globally, so it is restored here. A thread copies
    the global number at its first use, hence the first call.
    """
    threads = torch.get_num_threads()
    pool.submit(torch.get_num_threads).result()
    pool.submit(torch.set_num_threads, 1).result()
    torch.set_num_threads(threads)


def _checked(weights: Sequence[float], count: int) -> NDArray[np.float64]:
    values = np.asarray(weights, np.float64)
    if values.shape != (count,) or not np.isfinite(values).all() or values.min() < 0 or not values.any():
        raise InputError(
            f"{values.size} weights were given for {count} samples.", "Give one a sample: none negative, not all 0."
        )
    return values


def _shapes(sample: Sample) -> tuple[torch.Size, ...]:
    images, label = sample
    return (*(image.shape for image in images), label.shape)
