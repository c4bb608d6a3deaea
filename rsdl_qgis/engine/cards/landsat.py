"""Bands 1 to 7 of Landsat-8 and -9 among the bands of rasters. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import InputError, MismatchError
from ..tables.fire import BANDS
from .card import Band, Input, match_bands

LANDSAT = Input("image", tuple(Band(names[0], names[1:]) for names in BANDS.values()), role="Landsat-8 or -9")


def landsat_bands(texts: Sequence[str]) -> tuple[tuple[int, ...], bool]:
    """Which of some bands (from 1) are Landsat's 1 to 7, and whether they are so by name; else the first seven.

    ``texts``: the description of each, or the name of its file, '' for none. InputError where there are fewer.
    """
    try:
        return match_bands(LANDSAT, texts, -1), True
    except MismatchError:
        if len(texts) >= len(BANDS):
            return tuple(range(1, len(BANDS) + 1)), False
    has = ", ".join(text or f"band {i + 1}" for i, text in enumerate(texts)) or "none"
    raise InputError(
        f"Bands 1 to 7 of Landsat-8 or -9 are needed, and {len(texts)} band(s) are given: {has}.",
        "Give one raster with these bands, or a file for each.",
    )
