"""The conditions that make a pixel of Landsat-8 or -9 an active fire; docs/active-fire.md has them as equations.

Schroeder et al. (2016), doi:10.1016/j.rse.2015.08.032; Murphy et al. (2016), doi:10.1016/j.rse.2016.02.027; Kumar and
Roy (2018), doi:10.1080/17538947.2017.1391341. Each rule is a function of a ``Scene`` to where there is fire. The
equations' numbers are those of the papers. Reflectance that is not a number takes part in nothing: no comparison with
it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .context import LARGEST, Flags, Numbers, Place, stands_out

Reflectance = Mapping[int, Numbers]  # by the number of the band

MARGIN = LARGEST + 2  # pixels around a tile: a window, in which a background depends on its neighbours' neighbours


@dataclass(frozen=True)
class Scene:
    """A part of a scene: the reflectances (h, w) of bands 1 to 7, nan where a pixel has none.

    ``apparent``: without, ``corrected``: with the correction for the height of the sun; ``saturated``: where band 6 or
    7 is. ``margin``: pixels at each edge that are looked at, but not answered for.
    """

    apparent: Reflectance
    corrected: Reflectance
    saturated: Flags
    place: Place
    margin: int = 0

    def asked(self, flags: Flags) -> Flags:
        """Flags without those of the margin."""
        inside = np.zeros(flags.shape, bool)
        rows, cols = (slice(self.margin, length - self.margin) for length in flags.shape)
        inside[rows, cols] = flags[rows, cols]
        return inside


def schroeder(scene: Scene) -> Flags:
    """Schroeder et al.: unambiguous fires and those that stand out of 61 x 61 pixels, but for water.

    Takes reflectance without the correction for the sun, as the paper does.
    """
    rho = scene.apparent
    ratio = quotient(rho[7], rho[5])
    difference = rho[7] - rho[5]
    unambiguous = (ratio > 2.5) & (difference > 0.3) & (rho[7] > 0.5)  # 1
    unambiguous |= is_folded(rho)
    potential = (ratio > 1.8) & (difference > 0.17)  # 3
    potential &= quotient(rho[7], rho[6]) > 1.6  # 6
    water = is_water(rho)
    background = (rho[7] > 0) & ~unambiguous & ~water
    potential = stands_out(
        scene.asked(potential & ~unambiguous & ~water), background, rho[7], ratio, scene.place, growing=False
    )  # 4, 5
    return (unambiguous | potential) & ~water


def is_folded(rho: Reflectance) -> Flags:
    """Schroeder et al., equation 2: fires so bright that the numbers of band 7 have come round to small ones."""
    return (rho[6] > 0.8) & (rho[1] < 0.2) & ((rho[5] > 0.4) | (rho[7] < 0.1))


def is_water(rho: Reflectance) -> Flags:
    """Schroeder et al., equations 7 to 9: shallow and turbid (8), or deep water (9)."""
    falling = (rho[4] > rho[5]) & (rho[5] > rho[6]) & (rho[6] > rho[7]) & (rho[1] - rho[7] < 0.2)  # 7
    deep = (rho[1] > rho[2]) & (rho[2] > rho[3]) & (rho[3] > rho[4])
    return falling & ((rho[3] > rho[2]) | deep)


def murphy(scene: Scene) -> Flags:
    """Murphy et al., by day: unambiguous fires, and potential ones beside them."""
    rho = scene.corrected
    unambiguous = (quotient(rho[7], rho[6]) >= 1.4) & (quotient(rho[7], rho[5]) >= 1.4) & (rho[7] >= 0.15)  # 2
    potential = ((quotient(rho[6], rho[5]) >= 2.0) & (rho[6] >= 0.5)) | scene.saturated  # 3
    return unambiguous | (potential & beside(unambiguous) & np.isfinite(rho[7]))


def kumar_roy(scene: Scene) -> Flags:
    """Kumar and Roy: unambiguous fires, those beside them, and what stands out of a growing window, but for water."""
    rho = scene.corrected
    usable = (rho[7] > 0) & ~beside(~(rho[7] > 0) & _inside(rho[7].shape, scene.place))
    unambiguous = usable & (rho[4] <= 0.53 * rho[7] - 0.214)  # 12
    unambiguous |= usable & beside(unambiguous) & (rho[4] <= 0.35 * rho[6] - 0.044)  # 13
    potential = usable & ((rho[4] <= 0.53 * rho[7] - 0.125) | (rho[6] <= 1.08 * rho[7] - 0.048))  # 14, 15
    water = (rho[2] > rho[3]) & (rho[3] > rho[4]) & (rho[4] > rho[5])  # 16
    background = usable & ~unambiguous & ~potential & ~water
    potential = stands_out(
        scene.asked(potential & ~unambiguous & ~water),
        background,
        rho[7],
        quotient(rho[7], rho[5]),
        scene.place,
        growing=True,
    )  # 8, 9
    return (unambiguous | potential) & ~water


def quotient(one: Numbers, other: Numbers) -> Numbers:
    """One over the other: infinite, or nan, where the other is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return one / other


def beside(flags: Flags) -> Flags:
    """The flags and their eight neighbours."""
    wide = np.pad(flags, 1)
    tall = wide[:-2] | wide[1:-1] | wide[2:]
    return tall[:, :-2] | tall[:, 1:-1] | tall[:, 2:]


def _inside(shape: tuple[int, ...], place: Place) -> Flags:
    """Which pixels of an array of this shape lie in the raster."""
    rows, cols = np.arange(shape[0]) + place.row, np.arange(shape[1]) + place.col
    return ((rows >= 0) & (rows < place.height))[:, None] & (cols >= 0) & (cols < place.width)


RULES: Mapping[str, Callable[[Scene], NDArray[np.bool_]]] = {
    "schroeder": schroeder,
    "murphy": murphy,
    "kumar-roy": kumar_roy,
}
