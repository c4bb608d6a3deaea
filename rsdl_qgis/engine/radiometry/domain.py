"""How far images are from a model's training data: the Mahalanobis distance of statistics of blocks of pixels.

Lee, Lee, Lee, Shin (NeurIPS 2018), https://arxiv.org/abs/1807.03888, find what is out of a network's domain by the
Mahalanobis distance of its features from those of training. Here the features are statistics of the images as the
network sees them, so that every engine and every network has them: of each band the mean, the standard deviation and
the roughness (deviation of neighbouring pixels from one another), and the correlation of some pairs of bands (as in
the region covariance of Tuzel, Porikli, Meer, ECCV 2006, doi:10.1007/11744047_45). Of many statistics the covariance is
kept as principal components and one variance for all other directions (Tipping, Bishop 1999,
doi:10.1111/1467-9868.00196).

``unlike`` names what is wrong with a whole raster's values, where that is known; this says where, and of any scaling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input
from ..cards.domain import Domain, components_kept, pairs_of

BLOCK = 32  # pixels a side; even
FEWEST = BLOCK * BLOCK // 4  # valid pixels of a block that is judged by itself
FLOOR = 0.01  # deviations of training: less spread than that is none
WITHIN = 0.99  # fraction of the validation blocks that are no farther than the limit
LEAST_VARIANCE = 1e-3  # of standardised statistics, along a component
BLOCKS = 100  # of the fit, and of the limit: fewer say too little
DIGITS = 5  # of numbers in the card


@dataclass(frozen=True)
class Blocks:
    """Sums over the valid pixels of blocks (rows, cols): ``count``, of ``steps`` between neighbours too; ``total``
    (rows, cols, K), ``products`` (rows, cols, K, K), and ``rough`` (rows, cols, K), squared steps.
    """

    count: NDArray[np.float64]
    steps: NDArray[np.float64]
    total: NDArray[np.float64]
    products: NDArray[np.float64]
    rough: NDArray[np.float64]

    def whole(self) -> Blocks:
        """All blocks as one."""
        return Blocks(*(values.sum((0, 1), keepdims=True) for values in vars(self).values()))


def shapes_of(inputs: Sequence[Input]) -> list[tuple[int, int]]:
    """(dates, bands) of a model's inputs."""
    return [item.shape for item in inputs]


def blocks_of(images: Sequence[NDArray[np.float32]]) -> Blocks:
    """The sums of images (T, C, h, w), one an input, on one grid; the last blocks of a row or column may be smaller.

    A pixel that is 0 in all of them is not valid: so it is brought to the network. Every second row counts, and the
    steps from it to its right and lower neighbours. Blocks are looked at row by row, which takes little memory.
    """
    bands = [image.reshape(-1, *image.shape[-2:]) for image in images]
    strips = [_row_of([band[:, top : top + BLOCK] for band in bands]) for top in range(0, bands[0].shape[1], BLOCK)]
    return Blocks(*(np.concatenate(parts) for parts in zip(*(vars(strip).values() for strip in strips))))


def _row_of(bands: Sequence[NDArray[np.float32]]) -> Blocks:
    """The sums of one row of blocks: bands (n, h, w) of at most BLOCK rows."""
    height, width = bands[0].shape[-2:]
    rows, cols = -(-height // BLOCK), -(-width // BLOCK)
    count = sum(map(len, bands))
    whole = np.zeros((count, rows * BLOCK, cols * BLOCK), np.float32)
    np.concatenate(bands, out=whole[:, :height, :width])
    # (rows, cols, K, which of two rows, BLOCK / 2, BLOCK)
    cut = whole.reshape(count, rows, BLOCK // 2, 2, cols, BLOCK).transpose(1, 4, 0, 3, 2, 5)
    upper, lower = (np.ascontiguousarray(cut[..., i, :, :]) for i in (0, 1))
    valid, below = ((half != 0).any(2) for half in (upper, lower))
    right = np.diff(upper, axis=-1) * (valid[..., 1:] & valid[..., :-1])[:, :, None]
    down = (lower - upper) * (valid & below)[:, :, None]
    flat = upper.reshape(rows, cols, count, -1)
    return Blocks(
        valid.sum((2, 3), dtype=np.float64),
        (valid[..., 1:] & valid[..., :-1]).sum((2, 3), dtype=np.float64) + (valid & below).sum((2, 3)),
        flat.sum(-1).astype(np.float64),
        (flat @ flat.swapaxes(-1, -2)).astype(np.float64),
        (np.einsum("...ij,...ij->...", right, right) + np.einsum("...ij,...ij->...", down, down)).astype(np.float64),
    )


def statistics(blocks: Blocks, shapes: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """(rows, cols, d): of each band mean, logarithm of spread and of roughness, then the correlations of the pairs."""
    count = np.maximum(blocks.count, 1)[..., None]
    mean = blocks.total / count
    covariance = blocks.products / count[..., None] - mean[..., :, None] * mean[..., None, :]
    variance = np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0) + FLOOR**2
    rough = blocks.rough / np.maximum(blocks.steps, 1)[..., None] + FLOOR**2
    first, second = np.array(pairs_of(shapes), int).reshape(-1, 2).T
    related = covariance[..., first, second] / np.sqrt(variance[..., first] * variance[..., second])
    return np.concatenate([mean, 0.5 * np.log(variance), 0.5 * np.log(rough), related], -1)


def known_statistics(images: Sequence[NDArray[np.float32]], shapes: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """(n, d): the statistics of the blocks of images that have enough valid pixels; as of ``blocks_of``."""
    blocks = blocks_of(images)
    return statistics(blocks, shapes)[2 * blocks.count >= FEWEST]  # half of the rows count


def fitted(train: NDArray[np.float64], valid: NDArray[np.float64]) -> Domain | None:
    """The domain of statistics (n, d) of training blocks, with the limit of validation blocks; None for too few."""
    if min(len(train), len(valid)) < BLOCKS:
        return None
    mean, std = train.mean(0), np.maximum(train.std(0), LEAST_VARIANCE)
    variances, directions = np.linalg.eigh(np.cov((train - mean) / std, rowvar=False))
    kept = components_kept(len(mean))
    variances, directions = variances[::-1], directions.T[::-1]
    rest = max(float(variances[kept:].mean()), LEAST_VARIANCE) if kept < len(mean) else LEAST_VARIANCE
    plain = Domain(
        _rounded(mean),
        _rounded(std),
        tuple(map(_rounded, directions[:kept])),
        _rounded(np.maximum(variances[:kept], LEAST_VARIANCE)),
        rest=_rounded([rest])[0],
        limit=1.0,
        within=WITHIN,
    )
    (limit,) = _rounded([float(np.quantile(Measure.of(plain)(valid), WITHIN))])
    return replace(plain, limit=limit)


@dataclass(frozen=True)
class Measure:
    """The distances of statistics (..., d) from a domain, as a fraction of its limit."""

    mean: NDArray[np.float64]
    maps: NDArray[np.float64]  # (d, k): whitens the components
    std: NDArray[np.float64]
    components: NDArray[np.float64]
    rest: float
    limit: float

    @classmethod
    def of(cls, domain: Domain) -> Measure:
        components = np.array(domain.components)
        maps = components.T / np.sqrt(domain.variances)
        return cls(np.array(domain.mean), maps, np.array(domain.std), components, domain.rest, domain.limit)

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(..., d) -> (...)."""
        standard = (values - self.mean) / self.std
        known = ((standard @ self.maps) ** 2).sum(-1)
        if len(self.components) == len(self.mean):
            return np.sqrt(known) / self.limit
        left = standard - (standard @ self.components.T) @ self.components
        return np.sqrt(known + (left**2).sum(-1) / self.rest) / self.limit


def distances(
    images: Sequence[NDArray[np.float32]], shapes: Sequence[tuple[int, int]], measure: Measure
) -> NDArray[np.float32]:
    """(h, w): the distance of each pixel's block from the training data; 1 is the limit.

    A block with few valid pixels has the distance of all of the image; one of an image with few, 0.
    """
    blocks, (height, width) = blocks_of(images), images[0].shape[-2:]
    found = measure(statistics(blocks, shapes))
    few = 2 * blocks.count < FEWEST
    if few.any():
        whole = blocks.whole()
        enough = 2 * float(whole.count[0, 0]) >= FEWEST
        found[few] = float(measure(statistics(whole, shapes))[0, 0]) if enough else 0.0
    return found.astype(np.float32).repeat(BLOCK, 0).repeat(BLOCK, 1)[:height, :width]


def _rounded(values: Sequence[float] | NDArray) -> tuple[float, ...]:
    """Plain numbers with few digits."""
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)
