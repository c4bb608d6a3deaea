"""Writing the files of a chip folder: images and labels of chips as GeoTIFF, samples of rasters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input
from ..raster.geotiff import free_value, not_written, write_geotiff
from ..raster.grid import Grid, Window
from ..raster.source import LayerInfo, RasterSource
from ..tables.tasks import TASKS
from .box_table import Box, write_boxes
from .cutting.classes import Legend
from .cutting.labels import UNSET
from .cutting.rasters import Scene
from .cutting.request import CutRequest
from .folder import FILED, Chip

SAMPLED, MOST_SAMPLED = 250_000, 20_000_000  # most pixels and values of a source's sample

Arrays = Mapping[str, np.ma.MaskedArray]


@dataclass(frozen=True)
class Piece:
    """A chip to be written: a window of a scene, its images, its label, the places of the features in it."""

    name: str
    window: Window
    images: Arrays
    label: NDArray | str | tuple[Box, ...]
    places: frozenset[str] = frozenset()


def make_folder(folder: Path, inputs: Sequence[Input], request: CutRequest) -> None:
    """Make the folders of images, labels and samples. OutputError where that fails."""
    labels = ["labels"] if request.kind in FILED else []
    try:
        for name in (*(_safe(item.name) for item in inputs), *labels, "samples"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error


def _safe(name: str) -> str:
    return "images" if name == "image" else re.sub(r"[^\w-]+", "-", name)


def write_piece(
    folder: Path, scene: Scene, piece: Piece, inputs: Sequence[Input], legend: Legend, request: CutRequest
) -> Chip:
    """Write a piece's images and label; returns the chip."""
    grid = scene.grid.crop(piece.window)
    images = {item.name: _write_images(folder, piece, item, grid, scene.infos[item.name]) for item in inputs}
    label = piece.label
    if isinstance(label, tuple):
        label = _write_objects(folder, piece.name, label)
    elif not isinstance(label, str):
        path = f"labels/{piece.name}.tif"
        if request.kind == "number":
            masked: np.ma.MaskedArray = np.ma.MaskedArray(label[None], ~np.isfinite(label[None]))
            write_geotiff(folder / path, grid, masked, float("nan"), [request.unit or "value"])
        else:
            values = np.where(label == UNSET, legend.nodata, label).astype(legend.dtype)[None]
            classes = [(item.value, item.name, item.color) for item in legend.classes]
            table = classes if not TASKS[request.task].series else []  # too large for a file per pixel
            write_geotiff(folder / path, grid, np.ma.MaskedArray(values), legend.nodata, ["class"], table)
        label = path
    return Chip(piece.name, images, label, source=scene.key, bounds=grid.bounds)


def _write_objects(folder: Path, name: str, boxes: Sequence[Box]) -> str:
    """Write a piece's objects; returns the path of the file, '' where there are none."""
    if not boxes:
        return ""
    path = f"labels/{name}.csv"
    try:
        write_boxes(folder / path, boxes)
    except OSError as error:
        raise not_written(folder / path, error) from error
    return path


def _write_images(folder: Path, piece: Piece, item: Input, grid: Grid, infos: Sequence[LayerInfo]) -> tuple[str, ...]:
    """Write an input of a piece: all dates in one file, or a file per date where validity needs a mask band."""
    values = piece.images[item.name]
    dates, bands = values.shape[:2]
    names = [f"{date} {band.name}" if dates > 1 else band.name for date in item.dates for band in item.bands]
    known = next((value for info in infos for value in info.nodata if value is not None), None)
    masked = bool(values.mask.any())
    fill = free_value(values, known) if masked or known is not None or values.dtype.kind == "f" else None
    if masked and fill is None and dates > 1:
        paths = []
        for t, date in enumerate(values):
            paths.append(f"{_safe(item.name)}/{piece.name}_{t}.tif")
            write_geotiff(folder / paths[-1], grid, date, None, names[t * bands : (t + 1) * bands])
        return tuple(paths)
    path = f"{_safe(item.name)}/{piece.name}.tif"
    write_geotiff(folder / path, grid, values.reshape(dates * bands, *values.shape[2:]), fill, names)
    return (path,)


def sample_of(source: RasterSource) -> dict[str, np.ma.MaskedArray]:
    """Pixels from all over a raster, for its scaling."""
    values = sum(info.count for name in source.names for info in source.layers(name))
    return source.sample(min(SAMPLED, MOST_SAMPLED // values))


def write_sample(folder: Path, key: str, sample: Mapping[str, np.ma.MaskedArray]) -> str:
    """Write a sample of a raster; returns the path of the file."""
    path = f"samples/{key}.npz"
    arrays = {name: array.data for name, array in sample.items()}
    masks = {f"{name}.mask": np.ma.getmaskarray(array) for name, array in sample.items()}
    try:
        np.savez_compressed(folder / path, **arrays, **masks)
    except OSError as error:
        raise not_written(folder / path, error) from error
    return path
