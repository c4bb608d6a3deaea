"""From the probabilities of a scene's views to those of the scene."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...raster.grid import Window
from ..blocks.pieces import Emit, Piece
from .scenes import Scene
from .views import NOWHERE, Pixels, View, centres, read_size, within_part

FILLED = 0.5  # of a view's pixels: with fewer valid ones it is mostly masked


class SceneCollector(Protocol):
    """A collector of scenes. ``add`` takes the probabilities (classes,), which pixels of the scene's window are valid
    and belong to it, at the size that the window was read at, and how many; ``skip`` takes one without any. The rest as
    in ``prediction.job.Results``.
    """

    def add(self, scene: Scene, output: NDArray[np.float32], valid: NDArray[np.bool_], pixels: Pixels) -> None: ...

    def skip(self, scene: Scene) -> None: ...

    def close(self) -> dict[str, Any]: ...

    def abort(self) -> None: ...


@dataclass
class SceneSums:
    """The sums over the views of a scene so far, and its valid pixels.

    ``total``: the sum of finite probabilities, weighted by the pixels of the views, which ``weight`` sums; ``highest``:
    the maximum of each probability, over the views that are ``filled``, or over all while there is none.
    """

    total: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    highest: NDArray[np.float32] = field(default_factory=lambda: np.zeros(1, np.float32))
    filled: bool = False
    weight: float = 0.0
    pixels: Pixels = field(default_factory=Pixels)
    valid: NDArray[np.bool_] = field(default_factory=lambda: NOWHERE)

    def take(self, output: NDArray[np.float32], shown: float, filled: bool) -> None:
        """Add a view's probabilities (classes,); a view whose probabilities are not finite does not count."""
        if not np.isfinite(output).all():
            return
        self.weight += shown
        self.total = self.total + shown * output.astype(np.float64)
        if filled == self.filled:
            self.highest = np.maximum(self.highest, output)
        elif filled:
            self.highest, self.filled = output, True


class ViewPart:
    """What the network gives for views, a piece each. ``along``: the views come with them, so they are read once."""

    def __init__(self, emit: Emit, along: bool):
        self._emit, self._along = emit, along

    def add(self, view: View, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add a view's probabilities (classes,), and which of the pixels read are valid and belong to the scene."""
        self._give(view, {"output": output, "valid": valid})

    def skip(self, view: View) -> None:
        """Skip a view without a valid pixel."""
        self._give(view, {})

    def close(self) -> None:
        """Nothing is held."""

    def _give(self, view: View, found: Piece) -> None:
        self._emit({"view": view, **found} if self._along else {"pixels": astuple(view.pixels), **found})


class ViewAggregator:
    """Takes views and passes scenes on. ``views``: all that come, in order, where they do not come along.

    Single label: the mean of the views, weighted by their valid pixels. ``several`` labels: a scene has a label that
    any of its views has, so each gets its highest probability; views that are mostly masked count only where all are.
    """

    def __init__(self, scenes: SceneCollector, several: bool = False, views: Iterable[View] = ()):
        self._scenes, self._several, self._found = scenes, several, SceneSums()
        self._views = iter(views)

    def take(self, piece: Piece) -> None:
        """Take the next view, as a ``ViewPart`` gives it."""
        view = piece.get("view") or replace(next(self._views), pixels=Pixels(*piece["pixels"]))
        if "output" in piece:
            self.add(view, piece["output"], piece["valid"])
        else:
            self.skip(view)

    def add(self, view: View, output: NDArray[np.float32], valid: NDArray[np.bool_]) -> None:
        """Add a view's probabilities (classes,), and which of the pixels read are valid and belong to the scene."""
        found, window = self._found, view.scene.window
        size = view.window.height * view.window.width if view.window else 0
        found.take(output, view.pixels.shown, view.pixels.shown >= FILLED * size)
        if window and view.window:
            if not found.valid.size:
                found.valid = np.zeros(read_size(window), bool)
            _put(found.valid, window, valid, view.window)
        self.skip(view)

    def skip(self, view: View) -> None:
        """Skip a view without a valid pixel; also the last step of ``add``."""
        self._found.pixels += view.pixels
        if view.last:
            self._pass_on(view.scene, self._found)
            self._found = SceneSums()

    def close(self) -> dict[str, Any]:
        """Finish the files of the scenes; the result of their collector."""
        return self._scenes.close()

    def abort(self) -> None:
        """Remove unfinished files."""
        self._scenes.abort()

    def _pass_on(self, scene: Scene, found: SceneSums) -> None:
        pixels = found.pixels
        if not pixels.valid:
            self._scenes.skip(scene)
            return
        mean = (found.total / (found.weight or np.nan)).astype(np.float32)
        probabilities = found.highest if self._several and found.weight else mean
        self._scenes.add(scene, probabilities, found.valid, replace(pixels, own=scene.pixels or pixels.own))


def _put(whole: NDArray[np.bool_], window: Window, part: NDArray[np.bool_], cell: Window) -> None:
    """Copies the pixels of a cell to their place in those of a window; either may be fewer than it has."""
    rows, own_rows = _places(whole.shape[0], window.row, window.height, part.shape[0], cell.row, cell.height)
    cols, own_cols = _places(whole.shape[1], window.col, window.width, part.shape[1], cell.col, cell.width)
    whole[rows[:, None], cols] = part[own_rows[:, None], own_cols]


def _places(
    count: int, first: int, length: int, part_count: int, part_first: int, part_length: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of ``count`` pixels along an axis have their centre in a part of it, and which of the part's these are."""
    middles = centres(first, length, count)
    chosen = np.flatnonzero(within_part(part_first, part_length, middles))
    return chosen, ((middles[chosen] - part_first) * (part_count / part_length)).astype(np.int64)
