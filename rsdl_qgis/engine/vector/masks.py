"""Mask layers of a job: the polygons outside of which nothing is valid, or counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .vector_file import VectorFile

if TYPE_CHECKING:
    from .class_layers import PolygonClasses, Vector


@dataclass(frozen=True)
class PolygonMask:
    """The polygons of a layer, which is read when they are asked for."""

    layer: VectorFile

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> PolygonMask | None:
        """The mask of a job's arguments, with its CRS and versions (see ``VectorFile``); None where there is none."""
        layer = VectorFile.argument(arguments, "mask")
        return None if layer is None else cls(layer)

    def polygons(self, crs: str | None) -> list[Any]:
        """The polygons in a CRS. InputError as from ``read_polygons``."""
        from .polygons import read_polygons  # its library takes a while to load

        return read_polygons(self.layer, crs)


class Masks:
    """A cache, so that a mask of many rasters is read once."""

    def __init__(self) -> None:
        self._read: dict[str, Vector] = {}

    def on(self, mask: VectorFile | None, crs: str | None) -> PolygonClasses | None:
        """A mask brought to a CRS, read from the version in it where there is one; None where there is no mask."""
        if mask is None:
            return None
        from .class_layers import PolygonClasses, read_vector  # their library takes a while to load

        chosen = mask.near(crs)
        if chosen.path not in self._read:
            self._read[chosen.path] = read_vector(chosen.path, None, chosen.crs)
        return PolygonClasses(self._read[chosen.path], crs)
