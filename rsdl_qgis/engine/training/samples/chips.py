"""Samples of chips for a network: scaled images and labels, read on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ...cards.card import Input
from ...chips.folder import IGNORE, Chip, ChipFolder
from ...chips.scaling import ChipScaling, settle_inputs
from ...errors import InputError
from ...radiometry.scaling import Radiometry
from ...raster.source import valid_pixels
from ...tables.tasks import TASKS
from .augment import Label, no_label, resized
from .objects import Objects
from .series import SeriesSamples

__all__ = ["ChipSamples", "SeriesSamples", "balanced_draws", "class_counts", "open_samples", "settle_inputs"]

OFTENEST = 8.0  # most draws of a sample per epoch to balance the classes


class ChipSamples(Sequence[tuple[list[Tensor], Label]]):
    """Samples of chips: ``[i]`` -> (images, label).

    ``images``: one float32 (T, C, H, W) per input, scaled; a pixel that is invalid in any band of any input is 0 in all
    of them. The label by the folder's kind: ``raster``: (H, W) long, IGNORE where unlabelled or invalid; ``number``:
    (H, W) float32, NaN there; ``class``: () long; ``classes``: (classes,) float32; ``boxes``: the objects; ``none``: a
    raster whose valid pixels are all 0, with ``side`` () 0.

    ``side``: images of scenes are resampled to side x side pixels. ``multiple``: height and width are padded to a
    multiple, at the lower right, with 0 and no label. ``room``: bytes of samples kept in memory, the first that fit.
    ``oriented``: whether objects have the corners of their oriented boxes, too. InputError where a chip's files differ
    in size.
    """

    def __init__(
        self,
        folder: ChipFolder,
        chips: Sequence[Chip],
        inputs: Sequence[Input],
        side: int | None = None,
        multiple: int = 1,
        room: int = 0,
        oriented: bool = False,
    ):
        self.folder, self.chips, self.inputs = folder, tuple(chips), tuple(inputs)
        self.side, self.multiple, self.oriented = side, multiple, oriented
        self._room, self._kept = room, dict[int, tuple[list[Tensor], Label]]()
        self.classes = max(len(folder.classes), 1)
        self.names = [chip.name for chip in chips]
        self.places = [chip.place or chip.name for chip in chips]
        self._scaling = ChipScaling(folder, inputs)

    def __len__(self) -> int:
        return len(self.chips)

    def __getitem__(self, index: int) -> tuple[list[Tensor], Label]:  # type: ignore[override]
        if index not in self._kept:
            sample = self._read(index)
            self._room -= (taken := _bytes_of(sample))
            if self._room < 0:
                self._room += taken
                return sample
            self._kept[index] = sample
        images, label = self._kept[index]
        return [image.clone() for image in images], label.clone()

    def scales(self, index: int) -> tuple[Radiometry, ...]:
        """How each input of a sample is scaled."""
        chip = self.chips[index]
        return self._scaling(chip, self.folder.images(chip))

    def label(self, index: int) -> Label:
        """The label of a sample; dense ones without padding."""
        chip = self.chips[index]
        return self._label(chip, None if self._not_dense else _valid(chip, self.folder.images(chip)))

    def _read(self, index: int) -> tuple[list[Tensor], Label]:
        chip = self.chips[index]
        images = self.folder.images(chip)
        valid = _valid(chip, images)
        tensors = [self._image(values, valid) for values in self._scaling.scaled(chip, images)]
        label = self._label(chip, valid)
        dense = isinstance(label, Tensor) and label.ndim > 1
        return tensors, self._padded(label, no_label(label)) if dense else label

    @property
    def _not_dense(self) -> bool:
        return self.folder.labels in ("class", "classes", "boxes")

    def _image(self, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> Tensor:
        if not valid.all():
            values[..., ~valid] = 0
        image = torch.from_numpy(values)
        if self.side and tuple(valid.shape) != (self.side, self.side):
            known = None if valid.all() else torch.from_numpy(valid)[None, None].to(image.dtype)
            image = resized(image, known, (self.side, self.side), smooth=True)
        return self._padded(image, 0.0)

    def _label(self, chip: Chip, valid: NDArray[np.bool_] | None) -> Label:
        if self.folder.labels == "none" and valid is not None:
            return torch.tensor(0) if self.side else torch.from_numpy(np.where(valid, 0, IGNORE))
        label = self.folder.label(chip)
        if self.folder.labels == "boxes":
            return _objects(label, self.folder.corners(chip) if self.oriented else None)
        if valid is None or self._not_dense:
            return torch.from_numpy(label)
        if label.shape != valid.shape:
            raise _misfit(chip, "its label", label.shape, valid.shape)
        label = label if label.dtype.kind == "f" else label.astype(np.int64)
        label[~valid] = np.nan if label.dtype.kind == "f" else IGNORE
        return torch.from_numpy(label)

    def _padded(self, x: Tensor, value: float) -> Tensor:
        bottom, right = (-side % self.multiple for side in x.shape[-2:])
        return F.pad(x, (0, right, 0, bottom), value=value) if bottom or right else x


Samples = Union[ChipSamples, SeriesSamples]


def open_samples(
    folder: ChipFolder,
    chips: Sequence[Chip],
    inputs: Sequence[Input],
    task: str,
    side: int | None = None,
    multiple: int = 1,
    room: int = 0,
    oriented: bool = False,
) -> Samples:
    """The samples of chips for a task; ``side``, ``multiple``, ``room``, ``oriented`` as of ``ChipSamples``."""
    if TASKS[task].series:
        return SeriesSamples(folder, chips, inputs)
    return ChipSamples(folder, chips, inputs, side if TASKS[task].scenes else None, multiple, room, oriented)


def class_counts(samples: Samples) -> NDArray[np.float64]:
    """(samples, classes): labelled pixels or objects of each class; 1 for the class of a scene or a time series.

    Of numbers (samples, 1): the pixels with a value. Every label is read once.
    """
    return np.stack([_counts(samples.label(i), samples.classes) for i in range(len(samples))])


def balanced_draws(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Expected draws of each sample per epoch (samples,), with rare classes oversampled; the sum is their number.

    Half of the draws are uniform over the samples with a label. The other half are uniform over the classes, and within
    a class proportional to the square root of a sample's pixels of that class. No sample is drawn more than
    ``OFTENEST`` times, against overfitting to the only sample of a rare class. Samples without a label are not drawn.
    """
    labelled = counts.sum(1) > 0
    if not labelled.any():
        return np.ones(len(counts))
    weights = np.sqrt(counts[:, counts.sum(0) > 0])
    by_class = (weights / weights.sum(0)).mean(1)
    draws = (labelled / labelled.sum() + by_class) * (len(counts) / 2)
    most = max(OFTENEST, len(counts) / labelled.sum())
    while draws.max() > most * (1 + 1e-9):
        free = draws < most
        draws = np.minimum(draws, most)
        draws[free] *= (len(counts) - most * (~free).sum()) / draws[free].sum()
    return draws


def _valid(chip: Chip, images: Mapping[str, np.ma.MaskedArray]) -> NDArray[np.bool_]:
    (first, *_), shapes = images, {name: array.shape[-2:] for name, array in images.items()}
    for name, shape in shapes.items():
        if shape != shapes[first]:
            raise _misfit(chip, f"'{name}'", shape, shapes[first])
    return valid_pixels(images)


def _bytes_of(sample: tuple[Sequence[Tensor], Label]) -> int:
    images, label = sample
    return sum(tensor.nbytes for tensor in images) + label.nbytes


def _objects(table: NDArray[np.float64], corners: NDArray[np.float64] | None) -> Objects:
    """(n, 6) sides, class index, difficult, and (n, 4, 2) corners -> objects; boxes without an area are left out."""
    real = (table[:, 2:4] > table[:, :2]).all(1)
    boxes, labels = torch.from_numpy(table[:, :4].astype(np.float32)), torch.from_numpy(table[:, 4].astype(np.int64))
    turned = None if corners is None else torch.from_numpy(corners.astype(np.float32))
    return Objects(boxes, labels, torch.from_numpy(table[:, 5] > 0), turned)[torch.from_numpy(real)]


def _misfit(chip: Chip, what: str, shape: Sequence[int], image: Sequence[int]) -> InputError:
    return InputError(
        f"Of chip '{chip.name}' {what} has {shape[0]} x {shape[1]} pixels, and the image {image[0]} x {image[1]}.",
        "Bring them to one grid, or leave the chip out.",
    )


def _counts(label: Label, classes: int) -> NDArray[np.float64]:
    if isinstance(label, Objects):
        return torch.bincount(label.labels[~label.ignored], minlength=classes).numpy().astype(np.float64)
    if label.ndim == 1:  # the labels of a scene
        return label.numpy().astype(np.float64)
    if label.is_floating_point():
        return np.array([(~label.isnan()).sum().item()], np.float64)
    found = label[label != IGNORE].flatten()
    return torch.bincount(found, minlength=classes).numpy().astype(np.float64)
