"""Vector layers and tables read a piece at a time: the values of fields, and geometries where they are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
from numpy.typing import NDArray

from ..errors import InputError
from .polygons import VECTOR_ERRORS, crs_in, source_of, unreadable

PIECE = 50_000  # features read at once
CHOOSE = "Choose a vector layer or a table."
SHORT_NAMES = "RSDL_SHORT_NAMES"  # metadata of a layer that was a shapefile


@dataclass(frozen=True)
class Table:
    """What is known of a vector layer before its features are read.

    ``geometry``: its type as GDAL names it, None for a table without; ``fid``: what the format calls the features' own
    number, '' where it has no name; ``crs``: WKT or None; ``metadata``: of the layer.
    """

    path: str
    fields: tuple[str, ...]
    fid: str
    count: int
    geometry: str | None
    crs: str | None
    metadata: Mapping[str, str]

    @property
    def is_shapefile(self) -> bool:
        """Whether the names of its fields may have been shortened, as in a copy of a shapefile too."""
        return Path(source_of(self.path)[0]).suffix.lower() == ".shp" or SHORT_NAMES in self.metadata

    def need(self, fields: Sequence[str]) -> None:
        """InputError for the first of the fields that the layer does not have."""
        for name in fields:
            if name not in self.fields and (not self.fid or name != self.fid):
                known = ", ".join(self.fields) or "none"
                raise InputError(f"{self.path} has no field '{name}'.", f"Its fields: {known}.")


@dataclass(frozen=True)
class Piece:
    """Features that follow one another: ``first`` is the number of the first, from 0; ``values`` (n,) of each field;
    ``wkb`` (n,), None where geometries were not asked for.
    """

    first: int
    values: dict[str, NDArray]
    wkb: NDArray | None

    def __len__(self) -> int:
        return len(self.wkb) if self.wkb is not None else len(next(iter(self.values.values())))


def open_table(path: str, crs: str | None = None, empty: bool = False) -> Table:
    """A layer's description; ``crs`` in place of the file's. InputError where it cannot be read, or has no features
    (unless it may be ``empty``).
    """
    file, layer = source_of(path)
    try:
        info = pyogrio.read_info(file, layer=layer, force_feature_count=True)
    except VECTOR_ERRORS as error:
        raise unreadable(path, error, CHOOSE) from error
    if info["features"] < 1 and not empty:
        raise InputError(f"{path} has no features.", "Choose a layer with at least one.")
    return Table(
        path=path,
        fields=tuple(info["fields"]),
        fid=info["fid_column"] or "",
        count=int(info["features"]),
        geometry=info["geometry_type"],
        crs=crs or crs_in(info),
        metadata=info["layer_metadata"] or {},
    )


def bounds_of(path: str) -> tuple[float, float, float, float] | None:
    """xmin, ymin, xmax, ymax of a layer; None where it has no geometry. InputError where it cannot be read."""
    file, layer = source_of(path)
    try:
        found = pyogrio.read_info(file, layer=layer, force_total_bounds=True)["total_bounds"]
    except VECTOR_ERRORS as error:
        raise unreadable(path, error, CHOOSE) from error
    if found is None or not np.isfinite(found).all():
        return None
    xmin, ymin, xmax, ymax = map(float, found)
    return xmin, ymin, xmax, ymax


def pieces(table: Table, fields: Sequence[str], geometry: bool = False) -> Iterator[Piece]:
    """All features in order. InputError where a field is not there, or the file cannot be read."""
    table.need(fields)
    file, layer = source_of(table.path)
    columns = [name for name in dict.fromkeys(fields) if name in table.fields]
    numbers = len(columns) < len(set(fields))
    for first in range(0, table.count, PIECE):
        try:
            meta, fids, wkb, data = pyogrio.raw.read(
                file,
                layer=layer,
                columns=columns,
                read_geometry=geometry,
                force_2d=True,
                skip_features=first,
                max_features=PIECE,
                return_fids=numbers,
            )
        except VECTOR_ERRORS as error:
            raise unreadable(table.path, error, CHOOSE) from error
        if geometry and wkb is None:
            raise InputError(f"{table.path} is a table without geometry.", "Choose a layer of polygons or points.")
        values = dict(zip(meta["fields"], data))
        if numbers:
            values[table.fid] = np.asarray(fids)
        yield Piece(first, values, wkb)
