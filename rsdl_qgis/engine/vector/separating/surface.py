"""The surface whose hills are objects: how far a pixel is from the border of its class, and how sure its class is."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

REACH = 128  # pixels: borders farther away are alike, so that rows need no others beyond these
NONE = -1  # code of what is no object


def hills(
    codes: NDArray[np.int64], probabilities: NDArray[np.float32] | None, divided: Collection[int | None] | None = None
) -> NDArray[np.float32]:
    """(h, w): the distance to the border in pixels, times the probability where there is one. 0 where there is NONE.

    ``codes``: classes; ``probabilities``: from 0 to 1, NaN where they are not known, which counts as 0. What lies
    beyond the array is no border. ``divided``: the classes that may be divided, None: all; of others it is 0.
    """
    found = np.zeros(codes.shape, np.float32)
    for code in np.unique(codes[codes != NONE]):
        if divided is not None and code not in divided:
            continue
        mask = codes == code
        rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
        box = tuple(slice(max(0, at[0] - 1), at[-1] + 2) for at in (rows, columns))  # borders lie in it or around it
        inside = mask[box]
        found[box][inside] = np.sqrt(_squared(inside), dtype=np.float32)[inside] - np.float32(0.5)
    if probabilities is not None:
        found *= np.nan_to_num(probabilities, nan=0.0)
    return found


def _squared(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The squared distance to the nearest pixel outside a mask, exact up to ``REACH``: first along columns, then the
    least of each row's parabolas (Felzenszwalb, Huttenlocher 2012, doi:10.4086/toc.2012.v008a019).
    """
    height, width = mask.shape
    rows = np.arange(height, dtype=np.int32)[:, None]
    above = np.maximum.accumulate(np.where(mask, np.int32(-REACH), rows), axis=0)
    below = np.minimum.accumulate(np.where(mask, np.int32(height + REACH), rows)[::-1], axis=0)[::-1]
    down: NDArray[np.int32] = np.minimum(np.minimum(rows - above, below - rows), REACH) ** 2
    best = down.copy()
    for step in range(1, min(REACH, width)):
        if step * step >= best.max():
            break
        np.minimum(best[:, step:], down[:, :-step] + step * step, out=best[:, step:])
        np.minimum(best[:, :-step], down[:, step:] + step * step, out=best[:, :-step])
    return best
