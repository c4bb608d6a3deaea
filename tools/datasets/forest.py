"""Forest in Sentinel-2 true-colour tiles, 10 m: 468 to train with and 117 to test with, 201 x 201 pixels, 8 bits.

Two regions, EPSG:32633 (north) and EPSG:32634 (south). No two tiles touch, but they lie close: from a tile of the
test part to the nearest of the training part it is 0.6 km at least and 2.9 km in the middle of the order, so the test
part says how the model does on other tiles of the same two regions, not elsewhere. In a label 1 is forest, 2 other,
0 not known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, Source, write_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.tables.sensors import SURFACE

FOLDER = "forest"
BANDS = (
    Band("red", ("B4", "B04", "B4_10m", "B04_10m")),
    Band("green", ("B3", "B03", "B3_10m", "B03_10m")),
    Band("blue", ("B2", "B02", "B2_10m", "B02_10m")),
)
CLASSES = (Class(2, "other", "#efe9dc"), Class(1, "forest", "#1b7837"))  # the second is what a threshold is for
RESOLUTION = 10.0
SIZE = 192  # pixels of a piece that is trained on: networks want multiples of 32, and tiles have 201
BLOCK = 25_000.0  # metres
CHOOSING = 0.2  # of few labelled tiles, those that are not trained on


def forest_chips(
    data: Path, folder: Path, valid: float = 0.15, few: int | None = None, seed: int = 0, with_test: bool = True
) -> ChipFolder:
    """All tiles as a chip folder: blocks of 25 km of the training part are held out for validation.

    ``valid``: share of the training part's tiles held out, at least; ``few``: only so many labelled tiles in all, a
    fifth of them of those held out, drawn from ``seed``; ``with_test``: with the test part.
    """
    root = data / FOLDER
    chips = _hold_out(_tiles(root / "train"), valid, 0)
    if few is not None:
        chips = _draw(chips, few, seed)
    if with_test:
        chips += [replace(chip, split="test") for chip in _tiles(root / "test")]
    parts = {part: sum(chip.split == part for chip in chips) for part in ("train", "valid", "test")}
    made = ChipFolder(
        path=folder,
        task="segmentation",
        inputs=(Input("image", BANDS, role="sentinel-2 true colour", level=SURFACE),),
        classes=CLASSES,
        chips=tuple(chips),
        sources={name: Source(name, name) for name in sorted({chip.source for chip in chips})},
        resolution=RESOLUTION,
        size=SIZE,
        note={
            "data": "Sentinel-2 true-colour tiles with forest and other, 10 m, in two regions of Europe",
            "split": f"{parts['train']} tiles trained on, {parts['valid']} in blocks of {BLOCK / 1000:g} km held out, "
            f"{parts['test']} of the data set's test part (the same regions)",
        },
    )
    write_chips(made)
    return made


def _tiles(folder: Path) -> list[Chip]:
    """The tiles of a part, by number. Their place is a block of the ground."""
    images = sorted((folder / "images").glob("*.jpg"), key=lambda path: (len(path.stem), path.stem))
    if not images:
        raise InputError(f"There are no tiles in {folder / 'images'}.", "Give the folder that holds 'forest'.")
    return [_tile(path, folder / "labels" / f"{path.stem}.png") for path in images]


def _tile(image: Path, label: Path) -> Chip:
    if not label.is_file():
        raise InputError(f"{image} has no label {label}.")
    with rasterio.open(image) as file:
        bounds, crs = tuple(file.bounds), file.crs.to_string()
    column, row = (math.floor((low + high) / 2 / BLOCK) for low, high in zip(bounds[:2], bounds[2:]))
    return Chip(
        name=f"{image.parents[1].name} {image.stem}",
        images={"image": (str(image.resolve()),)},
        label=str(label.resolve()),
        source=crs,
        place=f"{crs} {column} {row}",
        bounds=bounds,
    )


def _hold_out(chips: Sequence[Chip], share: float, seed: int) -> list[Chip]:
    """The chips, whole places of them for validation until they are the share, the rest to train on."""
    places = sorted({chip.place for chip in chips})
    held: set[str] = set()
    for place in np.random.default_rng(seed).permutation(places).tolist():
        if sum(chip.place in held for chip in chips) >= share * len(chips):
            break
        held.add(place)
    return [replace(chip, split="valid" if chip.place in held else "train") for chip in chips]


def _draw(chips: Sequence[Chip], count: int, seed: int) -> list[Chip]:
    """``count`` of the chips, a fifth of them of the validation part; in their order."""
    random = np.random.default_rng(seed)
    held_out = round(CHOOSING * count)
    chosen: list[Chip] = []
    for part, number in (("train", count - held_out), ("valid", held_out)):
        members = [chip for chip in chips if chip.split == part]
        if not 0 < number <= len(members):
            raise InputError(f"{number} tiles cannot be drawn of the {len(members)} of '{part}'.", "Draw others.")
        chosen += [members[i] for i in sorted(random.permutation(len(members))[:number].tolist())]
    return chosen
