"""Samples and models to evaluate, made up: what a model gives is an input of the sample itself."""

from __future__ import annotations

import numpy as np
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import IGNORE

INPUTS = (Input("image", (Band("B4"), Band("B8"))),)


class Given:
    """Samples of arrays: images (N, T, C, ...) and labels, or lists of arrays of different sizes."""

    def __init__(self, images, labels, places=None):
        self.images, self.labels = images, labels
        self.names = [f"sample {i}" for i in range(len(labels))]
        self.places = places or [""] * len(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        label = np.asarray(self.labels[index])
        number = label.astype(np.float32 if label.dtype.kind == "f" else np.int64)
        return [torch.from_numpy(np.asarray(self.images[index], np.float32))], torch.from_numpy(number)


def classes(count):
    return tuple(Class(i, f"class {i}", "#123456") for i in range(count))


class Bands(torch.nn.Module):
    """A network whose logits are the bands of the first date; of one pixel, those of a scene."""

    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.ones(()))

    def forward(self, image):
        assert not self.training
        logits = image[:, 0] * self.factor
        return logits.flatten(1) if logits.shape[2:] == (1, 1) else logits


def maps(count=3, sizes=((12, 10),) * 6, places=None, seed=0):
    """Samples whose bands are logits of ``count`` classes that are right more often than not; some are unlabelled."""
    random = np.random.default_rng(seed)
    images, labels = [], []
    for size in sizes:
        label = random.integers(0, count, size).astype(np.uint8)
        images.append((np.eye(count)[label].transpose(2, 0, 1) * 1.5 + random.normal(0, 1, (count, *size)))[None])
        label[random.random(size) < 0.2] = IGNORE
        labels.append(label)
    return Given(images, labels, places)


def scenes(count=3, number=30, places=None, seed=0):
    """Scenes of one pixel's bands."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, count, number)
    images = np.eye(count)[labels] * 1.5 + random.normal(0, 1, (number, count))
    return Given(images[:, None, :, None, None], labels, places)


def pictures(count=4, number=40, places=None, seed=0):
    """Pictures of several labels, of one pixel's bands."""
    random = np.random.default_rng(seed)
    labels = (random.random((number, count)) < np.linspace(0.2, 0.7, count)).astype(np.float32)
    images = 2 * labels - 1 + random.normal(0, 1, labels.shape)
    return Given(images[:, None, :, None, None], labels, places)


def numbers(sizes=((12, 10),) * 5, places=None, seed=0):
    """Maps of numbers, one band, near the truth; some are not known."""
    random = np.random.default_rng(seed)
    images, labels = [], []
    for size in sizes:
        label = random.normal(5, 2, size).astype(np.float32)
        images.append((label + random.normal(0.2, 1, size))[None, None])
        label[random.random(size) < 0.2] = np.nan
        labels.append(label)
    return Given(images, labels, places)
