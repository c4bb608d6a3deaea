"""OMBRIA (Drakonakis et al. 2022, doi:10.1109/JSTARS.2022.3155559): floods in Sentinel-1 and Sentinel-2, 10 m.

624 scenes to train with and 70 to test with, 256 x 256 pixels, 8 bits, not georeferenced; 1 in a mask is flood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource

FOLDER = "ombria"
SENSORS = {"s1": "S1", "s2": "S2"}
DATES = {"before": "BEFORE", "after": "AFTER"}
BANDS = {
    "s1": (Band("VV", ("Sigma0_VV", "Gamma0_VV", "Amplitude_VV", "backscatter")),),
    "s2": (
        Band("B11", ("SWIR1", "SWIR16", "B11_20m")),
        Band("B8", ("B08", "NIR", "B8_10m", "B08_10m")),
        Band("B3", ("B03", "green", "B3_10m", "B03_10m")),
    ),
}
ROLES = {"s1": "sentinel-1", "s2": "sentinel-2"}
CLASSES = (Class(0, "not flooded", "#efe9dc"), Class(1, "flooded", "#1f6fd6"))
SIDE, RESOLUTION = 256, 10.0
VALIDATION_EVERY, BLOCK = 16, 8


def ombria_chips(
    data: Path,
    folder: Path,
    inputs: Mapping[str, Sequence[str]],
    with_test: bool = False,
    labelled: bool = True,
    size: int = SIDE,
) -> ChipFolder:
    """The training scenes, 32 of them in blocks of scene numbers for validation, as a chip folder.

    ``inputs``: the dates of each sensor, ``{"s1": ["before", "after"]}``; ``with_test``: with the 70 scenes to test
    with; ``labelled``: with the masks, else for a student that learns from a teacher's maps; ``size``: of the pieces
    that are trained on, in pixels.
    """
    for sensor, dates in inputs.items():
        if sensor not in SENSORS or not dates or set(dates) - set(DATES):
            raise InputError(
                f"OMBRIA has no input '{sensor}' of the dates {', '.join(dates) or 'none'}.",
                f"It has {', '.join(SENSORS)}, each {' and '.join(DATES)}.",
            )
    root = data / FOLDER
    train, valid = split(scene_names(root / "train"))
    parts = {"train": train, "valid": valid}
    chips = [_chip(root / "train", scene, part, inputs) for part in parts for scene in parts[part]]
    if with_test:
        chips += [_chip(root / "test", scene, "test", inputs) for scene in scene_names(root / "test")]
    made = ChipFolder(
        path=folder,
        task="segmentation",
        inputs=tuple(Input(name, BANDS[name], tuple(dates), ROLES[name]) for name, dates in inputs.items()),
        classes=CLASSES if labelled else (),
        chips=tuple(chips),
        labels="raster" if labelled else "none",
        resolution=RESOLUTION,
        size=size,
        note={
            "data": "OMBRIA, training part (doi:10.1109/JSTARS.2022.3155559)",
            "split": f"{len(train)} scenes trained on, {len(valid)} held out in blocks of {BLOCK} scene numbers",
        },
    )
    write_chips(made)
    return made


def scene_names(folder: Path) -> list[str]:
    """The scene numbers of ``folder`` (``train`` or ``test``), in order."""
    names = sorted(path.stem for path in (folder / "MASK").glob("*.png"))
    if not names:
        raise InputError(f"There are no masks in {folder / 'MASK'}.", "Give the folder that holds the OMBRIA data set.")
    return names


def scene_file(folder: Path, sensor: str, date: str, scene: str) -> Path:
    """The image of one scene, sensor (s1, s2) and date (before, after)."""
    matches = sorted((folder / SENSORS[sensor] / DATES[date]).glob(f"{scene}.*"))
    if not matches:
        raise InputError(f"Scene {scene} has no {sensor} image {date} the event in {folder}.")
    return matches[0]


def mask_file(folder: Path, scene: str) -> Path:
    """The mask of one scene."""
    return folder / "MASK" / f"{scene}.png"


def split(scenes: Sequence[str]) -> tuple[list[str], list[str]]:
    """(training, validation) scenes: blocks of 8 scene numbers, every sixteenth block for validation.

    Scenes are numbered by event, so neighbours in number are neighbours on the ground; blocks keep most of them in
    one part. No two scenes of the set share ground (phase correlation of all pairs found none).
    """
    held_out = [scene for scene in scenes if (int(scene) // BLOCK) % VALIDATION_EVERY == VALIDATION_EVERY // 2]
    return [scene for scene in scenes if scene not in set(held_out)], held_out


def read_image(path: Path) -> NDArray:
    """All bands of a picture: (C, H, W)."""
    with RasterSource({"image": [Layer(str(path))]}) as source:
        return source.read(Window(0, 0, source.grid.height, source.grid.width))["image"].data[0]


def read_mask(folder: Path, scene: str) -> NDArray[np.uint8]:
    """(H, W), 1 = flood."""
    return (read_image(mask_file(folder, scene))[0] > 0).astype(np.uint8)


def _chip(folder: Path, scene: str, part: str, inputs: Mapping[str, Sequence[str]]) -> Chip:
    images = {
        sensor: tuple(str(scene_file(folder, sensor, date, scene).resolve()) for date in dates)
        for sensor, dates in inputs.items()
    }
    block = int(scene) // BLOCK
    return Chip(scene, images, str(mask_file(folder, scene).resolve()), part, place=f"{folder.name} block {block}")
