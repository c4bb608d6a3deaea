"""The uncertainty of a map, from a raster beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...evaluation.uncertainty import MEASURES
from ...job.common import CERTAINTY
from ...raster.grid import Grid, Window
from ...raster.layer import Layer
from ...vector.class_layers import NearestPixels, check_crs

AUTO, *KINDS = CERTAINTY.words
SLACK = 1e-3  # by which a number may lie beyond 0 and 1


@dataclass(frozen=True)
class CertaintyLayer:
    """A raster beside a map: its ``uncertainty``, 0 (sure) to 1, its ``confidence``, the other way round, or the
    ``probabilities`` of its classes, one a band. ``kind``: 'auto' where the number of bands says it.
    """

    raster: Layer
    title: str
    kind: str = AUTO

    @classmethod
    def of(cls, spec: Mapping[str, Any], title: str, kind: str) -> CertaintyLayer:
        bands, nodata = spec.get("bands"), spec.get("nodata")
        layer = Layer(
            spec["path"], tuple(bands) if bands else None, tuple(nodata) if isinstance(nodata, list) else nodata
        )
        return cls(layer, title, kind)


class Uncertainty(NearestPixels):
    """How uncertain a map is, from 0 (sure) to 1, by each of ``measures``: (measures, ...); NaN where it is not known.

    Raises InputError where the file cannot be used, holds other numbers, or has bands that its kind has not.
    """

    def __init__(self, layer: CertaintyLayer):
        super().__init__(layer.raster)
        info = self._layer.info
        self._title = layer.title
        by_bands = KINDS[0] if info.count == 1 else KINDS[2]
        self._kind = by_bands if layer.kind == AUTO else layer.kind
        if self._kind != KINDS[2] and info.count > 1:
            self._layer.close()
            raise InputError(
                f"{layer.title} has {info.count} bands, and the {self._kind} of a map is one.",
                "Choose the raster with one band, or say that the bands are probabilities (CERTAINTY_KIND).",
            )
        named = info.descriptions[0] if self._kind == KINDS[0] and info.descriptions[0] in MEASURES else self._kind
        self.measures = tuple(MEASURES) if self._kind == KINDS[2] else (named,)
        self.outside = np.full(len(self.measures), np.nan, np.float32)

    def check(self, home: str | None, grid: Grid) -> None:
        """InputError where the raster cannot be laid over a grid with the CRS ``home``."""
        check_crs(self._title, self.grid.crs, "the map that it goes with", home)
        if not self.overlaps(grid):
            raise InputError(
                f"{self._title} does not overlap the map that it goes with.", "Choose the raster beside the map."
            )

    def _read(self, window: Window) -> NDArray[np.float32]:
        layer = self._layer
        stored = np.empty((layer.info.count, window.height, window.width), layer.dtype)
        mask = np.empty(stored.shape, bool)
        layer.read(window, stored, mask)
        values, unknown = stored.astype(np.float32), mask.any(0)
        unknown |= ~np.isfinite(values).all(0)
        values[:, unknown] = 0
        odd = values[(values < -SLACK) | (values > 1 + SLACK)]
        if odd.size:
            raise InputError(
                f"{self._title} holds values such as {odd[0]:.6g}, and {WORDS[self._kind]} from 0 to 1.",
                "Choose the UNCERTAINTY or PROBABILITIES of the map, or divide the raster by its largest value "
                "(in QGIS: raster calculator) and declare its nodata.",
            )
        found = self._measured(np.clip(values, 0, 1))
        found[:, unknown] = np.nan
        return found

    def _measured(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """(bands, h, w) -> (measures, h, w)."""
        if self._kind == KINDS[0]:
            return values
        if self._kind == KINDS[1]:
            return 1 - values
        every = np.concatenate([1 - values, values]) if len(values) == 1 else values
        return np.stack([MEASURES[name](every) for name in self.measures])


WORDS = dict(zip(KINDS, ("an uncertainty goes", "a confidence goes", "probabilities go")))
