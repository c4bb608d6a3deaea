"""Airplanes in aerial pictures of airports (GDIT Aerial Airport): 236, 68 and 34 of 600 x 600 pixels, 8 bits, no map.

The three parts have no source picture in common. Boxes in DOTA's text format, parallel to the pictures.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rsdl_qgis.engine.cards.card import Band, Class
from rsdl_qgis.engine.chips.folder import ChipFolder, write_chips
from rsdl_qgis.engine.chips.importing.boxes import import_boxes
from rsdl_qgis.engine.errors import InputError

FOLDER = "airport"
BANDS = (
    Band("red", ("B4", "B04")),
    Band("green", ("B3", "B03")),
    Band("blue", ("B2", "B02")),
)
CLASSES = (Class(1, "airplane", "#e31a1c"),)
PARTS = ("train", "valid", "test")
SIZE = 320  # pixels of a piece that is trained on


def airport_chips(data: Path, folder: Path, size: int = SIZE, resolution: float | None = None) -> ChipFolder:
    """All pictures as a chip folder, divided as the data set's folders say.

    ``size``: pixels a side of the pieces that are trained on; ``resolution``: metres a pixel, which the data set does
    not tell.
    """
    root = data / FOLDER
    if not (root / "train").is_dir():
        raise InputError(f"There is no folder {root / 'train'}.", "Give the folder that holds 'airport'.")
    chips = import_boxes(root, folder, form="dota")
    made = replace(
        chips,
        inputs=tuple(replace(item, bands=BANDS, role="aerial true colour") for item in chips.inputs),
        classes=CLASSES,
        size=size,
        resolution=resolution,
        note={
            **chips.note,
            "data": "GDIT Aerial Airport, aerial pictures of airports with boxes of airplanes (public domain)",
            "split": ", ".join(f"{len(chips.part(part))} pictures of the data set's {part} part" for part in PARTS),
        },
    )
    write_chips(made)
    return made
