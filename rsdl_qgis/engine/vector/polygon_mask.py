"""The polygons of a vector layer outside of which a job's rasters are not valid."""

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
        """That of a job's ``mask`` (with ``mask_crs`` and ``mask_versions``, see VectorFile); None for none."""
        layer = VectorFile.argument(arguments, "mask")
        return None if layer is None else cls(layer)

    def polygons(self, crs: str | None) -> list[Any]:
        """They in a CRS. InputError as from ``read_polygons``."""
        from .polygons import read_polygons  # its library takes a while to load

        return read_polygons(self.layer, crs)
