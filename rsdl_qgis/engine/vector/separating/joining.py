"""Which hills are one object: those between which the surface hardly falls.

Hills are joined from the highest pass on, as in clustering by persistence (Chazal, Guibas, Oudot, Skraba 2013,
doi:10.1145/2535927).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from .basins import Floats, Hills, Ints

Necks = Mapping[Optional[int], float]  # by class; None: of the classes that are not there
LEAST_FALL = 0.75  # pixels: shallower passes come from the steps of pixels


@dataclass(frozen=True)
class Objects:
    """``number``: by label, the number of its object, 0: none. By object, 0 included: ``code``, the class; ``pixels``;
    ``probability``, the mean, NaN where it is not known.
    """

    number: NDArray[np.int64]
    code: Ints
    pixels: Ints
    probability: Floats


def joined(hills: Hills, necks: Necks, least: int) -> Objects:
    """Objects from hills.

    Two are one where their pass is higher than the neck of their class times the lower summit, or less than
    ``LEAST_FALL`` below it, or one of them has fewer than ``least`` pixels. ``necks``: of classes; those without one
    are not divided. What is still smaller is none. Numbers go by the rows of summits.
    """
    usual = necks.get(None, 0.0)
    neck = [necks.get(code, usual) for code in hills.code.tolist()]
    head = list(range(len(hills.height)))
    height, place, pixels = hills.height.tolist(), hills.place.tolist(), hills.pixels.tolist()

    def root(hill: int) -> int:
        while head[hill] != hill:
            head[hill] = head[head[hill]]
            hill = head[hill]
        return hill

    ends = np.sort(hills.place[hills.pairs], axis=0)  # ties go by places, which no division of the rows changes
    order = np.lexsort([ends[1], ends[0], -hills.pass_])
    for one, other, pass_ in zip(*hills.pairs[:, order].tolist(), hills.pass_[order].tolist()):
        a, b = sorted((root(one), root(other)), key=lambda hill: (height[hill], place[hill]))
        if a == b:
            continue
        flat = pass_ >= neck[a] * height[a] or height[a] - pass_ < LEAST_FALL
        if flat or min(pixels[a], pixels[b]) < least:
            head[a] = b
            pixels[b] += pixels[a]
    return _numbered(hills, np.array([root(hill) for hill in range(len(head))]), np.array(pixels), least)


def _numbered(hills: Hills, roots: Ints, pixels: Ints, least: int) -> Objects:
    heads = np.unique(roots)
    heads = heads[(heads != 0) & (pixels[heads] >= least)]  # hill 0 is what is no object
    heads = heads[np.argsort(hills.place[heads])]
    of_head = np.zeros(len(roots), np.int64)
    of_head[heads] = 1 + np.arange(len(heads))
    number = of_head[roots]
    total, known = (np.bincount(number, values, len(heads) + 1) for values in (hills.sum, hills.known))
    with np.errstate(invalid="ignore"):
        mean = total / known
    return Objects(number[hills.owner], np.append(0, hills.code[heads]), np.append(0, pixels[heads]), mean)
