"""Features into a finished vector file, a batch at a time."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
from numpy.typing import NDArray

from ..files.names import layer_name
from ..raster.atomic_file import Part
from ..raster.grid import GDAL_ERRORS
from ..runs.sidecar import write_sidecar
from .polygons import PACKAGE_OPTIONS, VECTOR_ERRORS, driver_of
from .scene_features import Field

BATCH = 5_000  # features written at once
BYTES = 16_000_000  # of geometries written at once, about
SHORT = {".shp": 10}  # bytes that the name of a field may have

# A file takes its place when it is whole and on the disk (``Part.commit``): batches need not wait for the disk.
pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})


class VectorSink:
    """Writes features to a file whose format goes by its ending (.gpkg, .geojson, .shp, .fgb).

    ``kind``: 'Polygon' or 'MultiPolygon', to which polygons are promoted. ``metadata`` is kept in the file, or beside
    it where its format takes none (see ``runs.sidecar``). What is written is first appended to a GeoPackage beside the
    target, then brought to the other formats, which cannot be appended to; it is renamed when whole. Memory goes by a
    batch, not by the number of features.

    A sink is not thread-safe. Raises OutputError where the file cannot be written; then nothing is left behind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        crs: str | None,
        kind: str,
        fields: Sequence[Field],
        metadata: Mapping[str, str] | None = None,
    ):
        target = Path(path)
        self._driver = driver_of(target)
        self._crs, self._kind, self._fields, self._metadata = crs, kind, tuple(fields), dict(metadata or {})
        self._part = Part(target)
        package = self._driver == "GPKG"
        self._package = self._part if package else Part(target, scratch=".gpkg")
        self._waiting: list[tuple[bytes | None, Sequence[Any]]] = []
        self._bytes = self._written = 0
        self._finished = self._begun = False

    def write(self, wkb: bytes | None, values: Sequence[Any]) -> None:
        """The next feature: its WKB (None: no geometry), and a value a field, None or NaN where there is none."""
        self._waiting.append((wkb, values))
        self._bytes += len(wkb or b"")
        if len(self._waiting) >= BATCH or self._bytes >= BYTES:
            self._flush()

    def write_all(self, wkb: NDArray[np.object_], columns: Sequence[NDArray]) -> None:
        """The next features: WKB of each, and a column a field, of its type and with a value everywhere."""
        if self._waiting:
            self._flush()
        if len(wkb):
            self._append(wkb, columns)

    def close(self) -> Path:
        """Finishes the file: a check that all of it is there, the final name. Returns its path."""
        if self._finished:
            return self._part.target
        try:
            if self._waiting or not self._begun:
                self._flush()
            if self._package is not self._part:
                self._convert()
                self._package.discard()
            with self._part.guard(*VECTOR_ERRORS):
                info = pyogrio.read_info(self._part.path, force_feature_count=True)
            if (found := info["features"]) != self._written:
                raise self._part.failure(f"{found} of {self._written} features arrived")
            if self._metadata and not self._metadata.items() <= (info["layer_metadata"] or {}).items():
                with self._part.guard():
                    write_sidecar(self._part.path, self._metadata)
            path = self._part.commit()
        except BaseException:
            self.abort()
            raise
        self._finished = True
        return path

    def abort(self) -> None:
        """Removes the unfinished file; does nothing once it is finished."""
        for part in (self._package, self._part):
            part.discard()

    def _flush(self) -> None:
        """Writes what waits."""
        features, self._waiting, self._bytes = self._waiting, [], 0
        geometry = np.empty(len(features), object)
        geometry[:] = [wkb for wkb, _ in features]
        columns = [_column([values[i] for _, values in features], field.dtype) for i, field in enumerate(self._fields)]
        self._append(geometry, [values for values, _ in columns], [mask for _, mask in columns])

    def _append(
        self,
        geometry: NDArray[np.object_],
        columns: Sequence[NDArray],
        masks: Sequence[NDArray[np.bool_] | None] | None = None,
    ) -> None:
        try:
            with _without_crs() if self._crs is None else nullcontext():
                pyogrio.raw.write(
                    self._package.path,
                    geometry,
                    columns,
                    [field.name for field in self._fields],
                    field_mask=masks,
                    layer=layer_name(self._part.target),
                    driver="GPKG",
                    geometry_type=self._kind,
                    promote_to_multi=self._kind.startswith("Multi"),
                    crs=self._crs,
                    append=self._begun,
                    dataset_options=None if self._begun else PACKAGE_OPTIONS,
                    layer_metadata=None if self._begun else self._metadata or None,
                )
        except (OSError, *GDAL_ERRORS, *VECTOR_ERRORS) as error:
            raise self._part.failure(error) from error
        self._begun = True
        self._written += len(geometry)

    def _convert(self) -> None:
        """From the GeoPackage to the format that was asked for."""
        options = {"SPATIAL_INDEX": "NO"} if self._driver == "FlatGeobuf" else {}  # with one, null geometries are lost
        with self._part.guard(*VECTOR_ERRORS), _without_crs():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL warns of types that a format does not have
            with pyogrio.raw.open_arrow(self._package.path, use_pyarrow=False) as (_, stream):
                pyogrio.raw.write_arrow(
                    stream,
                    self._part.path,
                    driver=self._driver,
                    layer=self._part.target.stem,
                    geometry_type=self._kind,
                    geometry_name="geom",
                    crs=self._crs,
                    layer_options=options,
                    layer_metadata=self._metadata or None if self._driver == "FlatGeobuf" else None,
                )


def unique_names(wanted: Sequence[str], path: str | os.PathLike[str]) -> list[str]:
    """A name for each field of a file that differs from the others in more than case, and is as short as the format
    requires.

    'fid' and 'geom' are a GeoPackage's own, and are not given.
    """
    longest = SHORT.get(Path(path).suffix.lower())
    taken, names = {"fid", "geom", "ogc_fid"}, []
    for text in wanted:
        name, number = _cut(text, longest), 0
        while name.lower() in taken:
            number += 1
            end = f"_{number}"
            name = _cut(text, longest and longest - len(end)) + end
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(text: str, longest: int | None) -> str:
    """At most so many bytes of a text."""
    return text if longest is None else text.encode()[:longest].decode(errors="ignore")


def _column(values: Sequence[Any], dtype: str) -> tuple[NDArray, NDArray[np.bool_] | None]:
    """Values as an array of a type, and where there is none."""
    missing = np.array([_is_missing(value) for value in values], bool)
    if dtype == "object":
        column = np.empty(len(values), object)
        column[:] = [
            None if none else value if isinstance(value, str) else str(value) for value, none in zip(values, missing)
        ]
        return column, None
    kept = np.dtype(dtype)
    if kept.kind == "M":
        never = np.array("NaT", kept)[()]
        return np.array([never if none else value for value, none in zip(values, missing)], kept), None
    filled = np.array([0 if none else value for value, none in zip(values, missing)], kept)
    return filled, missing if missing.any() else None


@contextmanager
def _without_crs() -> Iterator[None]:
    """Without pyogrio's warning of a missing CRS.

    It changes the warnings of all threads, so it is entered only where it has to be.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        yield


def _is_missing(value: Any) -> bool:
    """None, NaN or no time."""
    return value is None or (not isinstance(value, (str, np.ndarray)) and bool(value != value))
