"""The mask of a prediction job: polygons outside of which its rasters are not valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .vector_file import VectorFile


@dataclass(frozen=True)
class PolygonMask:
    """The polygons of a layer, which is read when they are asked for."""

    layer: VectorFile

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> PolygonMask | None:
        """The mask in a job's arguments, ``mask`` (with ``mask_crs`` and ``mask_versions``, see VectorFile); None for
        none.
        """
        layer = VectorFile.argument(arguments, "mask")
        return None if layer is None else cls(layer)

    def polygons(self, crs: str | None) -> list[Any]:
        """The polygons in a CRS. InputError as from ``read_polygons``."""
        from .polygons import read_polygons  # its library takes a while to load

        return read_polygons(self.layer, crs)
