"""Test-time augmentation: a network sees each image mirrored and turned, and the mean of what it gives counts.

Krizhevsky, Sutskever, Hinton (NIPS 2012), who averaged crops and reflections; here what is given for pixels is turned
back before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import ModelCard
from ..errors import MismatchError
from .dropout import with_passes
from .network import Arrays, Runtime
from .onnx_form import Form
from .sessions import open_runtime

Variant = tuple[bool, int]  # whether it is mirrored, after so many quarter turns
VARIANTS: Mapping[str, tuple[Variant, ...]] = {  # the image as it is first
    "none": ((False, 0),),
    "flips": ((False, 0), (True, 0), (False, 2), (True, 2)),
    "turns": tuple((False, turns) for turns in range(4)),
    "all": tuple((mirrored, turns) for mirrored in (False, True) for turns in range(4)),
}


def check_variants(name: str, card: ModelCard, form: Form | None) -> None:
    """MismatchError where a network cannot see its tiles in these variants.

    ``form``: of its file: tiles of one size that is no square are not turned, and an output that lies off the middle of
    its tile would not come back to its place.
    """
    if form is None or name == "none":
        return
    turned = any(turns % 2 for _, turns in VARIANTS[name])
    if turned and form.side and form.side[0] != form.side[1]:
        sides = f"{form.side[1]} x {form.side[0]} px"
        problem = f"Model '{card.name}' takes tiles of {sides}, which cannot be turned by a quarter."
        raise MismatchError(problem, "Use TTA=flips.")
    if form.margin[0] != form.margin[1]:
        problem = f"The output of model '{card.name}' does not lie in the middle of its tiles."
        raise MismatchError(problem, "Use TTA=none.")


def opening(name: str, pixels: bool = True, passes: int = 1) -> Callable[..., Runtime]:
    """As ``open_runtime``, of a network that sees images in the variants of this name, in so many passes each.

    ``pixels``: whether it gives values of pixels, (N, K, h, w), and not of images, (N, K).
    """

    each = open_runtime if passes == 1 else with_passes(passes)

    def opened(*arguments: Any) -> Runtime:
        return augmented(each(*arguments), name, pixels)

    return each if name == "none" else opened


def augmented(network: Runtime, name: str, pixels: bool = True) -> Runtime:
    """A network whose output is the mean over the variants of its input (N, ..., h, w).

    Where all variants give the same, so does the mean, to the bit. One variant runs at a time.
    """

    def run(inputs: Arrays) -> NDArray:
        mean: NDArray = np.zeros((), np.float32)
        for count, variant in enumerate(VARIANTS[name], start=1):
            output = network({key: np.ascontiguousarray(varied(array, variant)) for key, array in inputs.items()})
            found = as_before(output, variant) if pixels else output
            if count == 1:
                mean = np.array(found, np.float32)
            else:
                mean += (found - mean) / np.float32(count)
        return mean

    return run


def varied(array: NDArray, variant: Variant) -> NDArray:
    """Images (..., h, w) turned, then mirrored."""
    mirrored, turns = variant
    turned = np.rot90(array, turns, (-2, -1))
    return turned[..., ::-1] if mirrored else turned


def as_before(array: NDArray, variant: Variant) -> NDArray:
    """What ``varied`` has made, as it was."""
    mirrored, turns = variant
    return np.rot90(array[..., ::-1] if mirrored else array, -turns, (-2, -1))
