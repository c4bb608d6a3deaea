"""The vector layer of a job: its file, and the same in other coordinate systems. It is read by ``polygons`` and others,
whose libraries take a while to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..raster.grid import same_crs


@dataclass(frozen=True)
class VectorFile:
    """A vector layer as a job names it.

    ``path``: a file, 'file|layername=x' as QGIS writes it, or 'file|layerid=n'. ``crs``: in place of the file's.
    ``versions``: paths of the same features, in the same order, in other CRS, in which QGIS has brought them there.
    """

    path: str
    crs: str | None = None
    versions: tuple[tuple[str, str], ...] = ()  # (path, CRS)

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> VectorFile:
        """The layer of a job's spec: ``path``, ``crs``, and ``versions``, each with both."""
        versions = tuple((str(item["path"]), str(item["crs"])) for item in spec.get("versions") or ())
        return cls(str(spec["path"]), spec.get("crs"), versions)

    @classmethod
    def named(cls, layer: VectorFile | str) -> VectorFile:
        """The layer, or the one of a path."""
        return layer if isinstance(layer, VectorFile) else cls(layer)

    @classmethod
    def argument(cls, arguments: Mapping[str, Any], name: str) -> VectorFile | None:
        """The layer that a job's arguments name: its path in ``name``, the rest in '<name>_crs' and '<name>_versions';
        None where none is named.
        """
        if not arguments.get(name):
            return None
        rest = {key: arguments.get(f"{name}_{key}") for key in ("crs", "versions")}
        return cls.of({"path": arguments[name], **rest})

    def near(self, crs: str | None) -> VectorFile:
        """The version that is in a CRS, else the layer itself."""
        if same_crs(self.crs, crs):
            return self
        return next((VectorFile(path, own) for path, own in self.versions if same_crs(own, crs)), self)
