"""The values of the layer that a model is tried on, from which a scaling can be guessed."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RsdlError
from ..raster.layer import Layer
from ..raster.source import RasterSource, inspect

BYTE, UNIT, REFLECTANCE, WORD = 255, 1.0, 20_000, 65_535
PIXELS = 20_000  # that are looked at, about


@dataclass(frozen=True)
class Seen:
    """The type of a raster's numbers, and the least and the greatest that were seen, as they are meant."""

    dtype: str
    low: float
    high: float

    @property
    def scaling(self) -> str:
        """A first guess of the scaling, with its reason."""
        return f"{self._scaling} (SAMPLE, {self.dtype}, has values from {self.low:.4g} to {self.high:.4g})"

    @property
    def _scaling(self) -> str:
        if self.low < 0 or self.high <= UNIT:
            return "none"
        if self.dtype == "uint8" or self.high <= BYTE:
            return "/255"
        return "/10000, for reflectance" if self.high <= REFLECTANCE else f"/{WORD}"


def seen_in(path: str) -> Seen | None:
    """What a raster holds, by some of its pixels; None where it cannot be read, or has no valid pixel."""
    layer = Layer(path)
    try:
        with RasterSource({"sample": [layer]}) as source:
            values = source.sample(PIXELS)["sample"].compressed()
            return Seen(inspect(layer).dtypes[0], float(values.min()), float(values.max())) if values.size else None
    except RsdlError:  # which is told when the layer is used
        return None
