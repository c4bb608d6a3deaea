"""Tree crowns at three sites of the NEON network (OSBS, SJER, TEAK): four pictures each, 400 x 400 pixels of 0.1 m.

Boxes as Pascal VOC beside the pictures; EPSG:32617 (OSBS) and EPSG:32611.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rsdl_qgis.engine.cards.card import Band, Class
from rsdl_qgis.engine.chips.folder import ChipFolder, write_chips
from rsdl_qgis.engine.chips.importing.boxes import import_boxes
from rsdl_qgis.engine.errors import InputError

FOLDER = "trees"
BANDS = (
    Band("red", ("B4", "B04")),
    Band("green", ("B3", "B03")),
    Band("blue", ("B2", "B02")),
)
CLASSES = (Class(1, "Tree", "#1b7837"),)
SITES = ("OSBS", "SJER", "TEAK")
PICTURES, HELD_OUT = "pictures", ("SJER_004", "TEAK_045")  # of few crowns
SIZE = 320  # pixels of a piece that is trained on


def trees_chips(
    data: Path, folder: Path, size: int = SIZE, test: str | None = "OSBS", valid: str = "SJER"
) -> ChipFolder:
    """The twelve pictures as a chip folder, divided by site: one to judge by, one to choose by, the rest to train on.

    ``test`` None: no site is kept apart. ``valid`` "pictures": a picture of SJER and one of TEAK are held out, so that
    both are trained on. ``size``: pixels a side of the pieces that are trained on.
    """
    for name in ({valid} - {PICTURES}) | ({test} - {None}):
        if name not in SITES or test == valid:
            raise InputError(f"'{valid}' and '{test}' cannot divide the sites.", f"Choose two of {', '.join(SITES)}.")
    chips = import_boxes(data / FOLDER, folder, form="voc")
    held = HELD_OUT if valid == PICTURES else (valid,)
    parts = {**dict.fromkeys(held, "valid"), **({test: "test"} if test else {})}
    pictures = [replace(chip, split=_part(chip.name, parts), place=chip.name) for chip in chips.chips]
    made = replace(
        chips,
        inputs=tuple(replace(item, bands=BANDS, role="aerial true colour") for item in chips.inputs),
        classes=CLASSES,
        chips=tuple(pictures),
        size=size,
        note={
            **chips.note,
            "data": "NEON tree crowns, aerial pictures of three sites with boxes of crowns, 0.1 m",
            "split": f"by site: {' and '.join(held)} to choose by, {test or 'none'} to judge by, the rest to train on",
        },
    )
    write_chips(made)
    return made


def _part(name: str, parts: Mapping[str, str]) -> str:
    """The part of a picture by its own name or its site's."""
    return parts.get(name) or parts.get(name.partition("_")[0], "train")
