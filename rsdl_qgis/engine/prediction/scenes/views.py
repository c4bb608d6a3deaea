"""The views of scenes that a network takes: the whole scene, or the cells of one much larger than in training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...feedback import Report
from ...radiometry.resize import resized
from ...radiometry.scaling import Radiometry
from ...raster.grid import Grid, Window
from ...raster.source import RasterSource, valid_pixels
from ...vector.class_canvas import holds, touches
from ..loop import Tile
from .scenes import Scene, Scenes, within_grid

LARGEST = 2048  # pixels a side that are read one by one; of what is larger every n-th pixel
NOWHERE = np.zeros((0, 0), bool)


@dataclass(frozen=True)
class Pixels:
    """Numbers of pixels of the raster: of a scene (``own``), valid ones among them, and valid ones that the network
    saw.
    """

    own: float = 0.0
    valid: float = 0.0
    shown: float = 0.0

    def __add__(self, other: Pixels) -> Pixels:
        return Pixels(self.own + other.own, self.valid + other.valid, self.shown + other.shown)


@dataclass(frozen=True)
class View:
    """What the network takes at a time: all of a scene's window, or a cell of it. ``last``: of its scene.

    ``pixels``: set when it is read.
    """

    scene: Scene
    window: Window | None
    last: bool = True
    pixels: Pixels = Pixels()


class Views:
    """The views of scenes, one after another: one a scene, but of a large one its cells, row by row.

    ``usual``: side in pixels of the scenes of training; ``whole``: longest side of those that are not divided. Larger
    ones, or over LARGEST, are cut to the grid and evenly into cells of about the usual side; of a polygon only cells
    that it touches are views. ``divided``: how many scenes are divided. All scenes are read once to count the
    views. Raises Cancelled.
    """

    def __init__(self, scenes: Scenes, grid: Grid, usual: int, whole: int, report: Report):
        self._scenes, self._grid, self._usual = scenes, grid, usual
        self._largest = min(whole, LARGEST)
        self._count = self.divided = 0
        for view in self:
            report.check()
            self._count += 1
            self.divided += view.last and view.window != view.scene.window

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[View]:
        for scene in self._scenes:
            inside = within_grid(scene.window, self._grid) if scene.window else None
            if inside and scene.window and max(scene.window.height, scene.window.width) > self._largest:
                yield from self._cells(cut(scene, inside, self._grid), inside)
            else:
                yield View(scene, scene.window)

    def _cells(self, scene: Scene, window: Window) -> Iterator[View]:
        rows, cols = edges(window.row, window.height, self._usual), edges(window.col, window.width, self._usual)
        shape = len(rows) - 1, len(cols) - 1
        met: NDArray[np.bool_] = np.broadcast_to(True, shape)
        if scene.shape is not None:
            coarse = self._grid.crop(window).scaled(shape[0] / window.height, shape[1] / window.width)
            met = touches(scene.shape, coarse)
        left = int(met.sum())
        if not left:
            yield View(scene, None)
        for i, row in enumerate(met):
            for j in np.flatnonzero(row).tolist():
                left -= 1
                cell = Window(rows[i], cols[j], rows[i + 1] - rows[i], cols[j + 1] - cols[j])
                yield View(scene, cell, last=not left)


def edges(first: int, length: int, usual: int) -> list[int]:
    """Where cells of about the usual side begin along one axis, and the end: evenly, each pixel where its centre is."""
    count = max(1, round(length / usual))
    return [first + math.ceil(i * length / count - 0.5) for i in range(count + 1)]


def cut(scene: Scene, inside: Window, grid: Grid) -> Scene:
    """A scene with the part of its window that is on the grid; its number of pixels remains that of all of it."""
    if inside == scene.window or scene.window is None:
        return scene
    pixels = scene.pixels
    if scene.shape is not None:
        part, size = grid.crop(scene.window), read_size(scene.window)
        held = holds(scene.shape, part.scaled(size[0] / part.height, size[1] / part.width))
        pixels = round(held.mean() * part.height * part.width)
    return replace(scene, window=inside, pixels=pixels)


def read_size(window: Window) -> tuple[int, int]:
    """The height and width that a window is read at."""
    return min(window.height, LARGEST), min(window.width, LARGEST)


def load_view(source: RasterSource, scaling: Mapping[str, Radiometry], view: View, side: int) -> Tile[View]:
    """Read a view, scale it, and bring it to (T, C, side, side) an input, as training samples are made.

    Pixels that are invalid or outside the polygon become 0, the training mean, and are left out of averages. A
    polygon so small that it holds no pixel's centre has all the pixels that it touches. ``valid``: of the pixels that
    were read, which are valid and belong to the scene. A view without a valid pixel has no arrays.
    """
    window = view.window
    if window is None:
        return Tile(view, {}, NOWHERE)
    size = read_size(window)
    inside = _inside(view.scene, window, source.grid, size)
    if not inside.any():
        return Tile(view, {}, inside)
    arrays = source.read(window) if size == (window.height, window.width) else source.read_coarse(window, *size)
    shown = valid_pixels(arrays) & inside
    own = _own(view.scene, window, size)
    valid = shown & own
    ratio = window.height * window.width / shown.size
    view = replace(view, pixels=Pixels(*(int(some.sum()) * ratio for some in (inside & own, valid, shown))))
    if not shown.any():
        return Tile(view, {}, valid)
    some = None if shown.all() else shown
    scaled = {}
    for name, array in arrays.items():
        image = scaling[name](array.data)
        if some is not None:
            image[..., ~shown] = 0
        scaled[name] = image if size == (side, side) else resized(image, some, (side, side))
    return Tile(view, scaled, valid)


def _inside(scene: Scene, window: Window, grid: Grid, size: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w): the pixels of a window that count; all of a scene's where its polygon holds no pixel's centre."""
    if scene.shape is None:
        return np.ones(size, bool)
    held = holds(scene.shape, grid.crop(window).scaled(size[0] / window.height, size[1] / window.width))
    return held if held.any() or window != scene.window else ~held


def _own(scene: Scene, window: Window, size: tuple[int, int]) -> NDArray[np.bool_]:
    """(h, w): the pixels of a window that the scene's class is for."""
    own = scene.own or window
    rows = within_part(own.row, own.height, centres(window.row, window.height, size[0]))
    return rows[:, None] & within_part(own.col, own.width, centres(window.col, window.width, size[1]))


def centres(first: int, length: int, count: int) -> NDArray[np.float64]:
    """Where the centres of ``count`` pixels are that stand for ``length``, along one axis."""
    return np.float64(first) + (np.arange(count) + 0.5) * (length / count)


def within_part(first: int, length: int, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (places >= first) & (places < first + length)
