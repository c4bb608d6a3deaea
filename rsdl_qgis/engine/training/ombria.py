"""The OMBRIA flood data set (doi:10.1109/JSTARS.2022.3155559) as training samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..raster.grid import Window
from ..raster.source import Layer, RasterSource
from .samples import Sample

SENSORS = {"s1": "S1", "s2": "S2"}
DATES = {"before": "BEFORE", "after": "AFTER"}
VALIDATION_EVERY, BLOCK = 16, 8


def scene_names(folder: Path) -> list[str]:
    """The scene numbers of ``folder`` (``train`` or ``test``), in order."""
    names = sorted(path.stem for path in (folder / "MASK").glob("*.png"))
    if not names:
        raise InputError(f"There are no masks in {folder / 'MASK'}.", "Give the folder of the OMBRIA data set.")
    return names


def scene_file(folder: Path, sensor: str, date: str, scene: str) -> Path:
    """The image of one scene, sensor (s1, s2) and date (before, after)."""
    matches = sorted((folder / SENSORS[sensor] / DATES[date]).glob(f"{scene}.*"))
    if not matches:
        raise InputError(f"Scene {scene} has no {sensor} image {date} the event in {folder}.")
    return matches[0]


def split(scenes: list[str]) -> tuple[list[str], list[str]]:
    """(training, validation) scenes: blocks of 8 scene numbers, every sixteenth block for validation.

    Scenes are numbered by event, so neighbours in number are neighbours on the ground; blocks keep most of them in
    one part. No two scenes of the set share ground (phase correlation of all pairs found none).
    """
    held_out = [scene for scene in scenes if (int(scene) // BLOCK) % VALIDATION_EVERY == VALIDATION_EVERY // 2]
    return [scene for scene in scenes if scene not in set(held_out)], held_out


def load_scene(folder: Path, scene: str, inputs: dict[str, tuple[str, ...]]) -> Sample:
    """One scene: (T, C, 256, 256) uint8 an input, and its labels (256, 256), 1 = flood."""
    images = {
        sensor: np.stack([read_image(scene_file(folder, sensor, date, scene)) for date in dates])
        for sensor, dates in inputs.items()
    }
    labels = (read_image(folder / "MASK" / f"{scene}.png")[0] > 0).astype(np.uint8)
    return Sample(images, labels)


def read_image(path: Path) -> NDArray:
    """All bands of a picture: (C, H, W)."""
    with RasterSource({"image": [Layer(str(path))]}) as source:
        return source.read(Window(0, 0, source.grid.height, source.grid.width))["image"].data[0]
