"""Mask layers of a job, whose polygons limit what counts, each file read once."""

from __future__ import annotations

from .class_layers import PolygonClasses, Vector, read_vector
from .vector_file import VectorFile


class Masks:
    """A cache, so that a mask of many rasters is read once."""

    def __init__(self) -> None:
        self._read: dict[str, Vector] = {}

    def on(self, mask: VectorFile | None, crs: str | None) -> PolygonClasses | None:
        """A mask brought to a CRS, read from the version in it where there is one; None where there is no mask."""
        if mask is None:
            return None
        chosen = mask.near(crs)
        if chosen.path not in self._read:
            self._read[chosen.path] = read_vector(chosen.path, None, chosen.crs)
        return PolygonClasses(self._read[chosen.path], crs)
