"""Landsat before and after at two places in China, 6 bands, 8 bits, 30 m: changed, unchanged, and mostly not known.

``taizhou`` (400 x 400 pixels, EPSG:32651, March 2000 and February 2003) and ``nanjing`` (800 x 800, EPSG:32650, May
2000 and July 2002). Labels are sparse: 13 % and 2 % of the pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rsdl_qgis.engine.cards.card import Band, Class
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.chips.prepare import absolute, prepare_chips
from rsdl_qgis.engine.chips.request import ChipsRequest
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report

FOLDER = "landsat_change"
PLACES = ("taizhou", "nanjing")
DATES = ("before", "after")
BANDS = (  # no numbers: B1 is blue in TM and coastal in OLI
    Band("blue", ("0.482500 Micrometers", "0.485000 Micrometers")),
    Band("green", ("0.565000 Micrometers", "0.569000 Micrometers")),
    Band("red", ("0.660000 Micrometers",)),
    Band("NIR", ("0.825000 Micrometers", "0.840000 Micrometers")),
    Band("SWIR1", ("1.650000 Micrometers", "1.676000 Micrometers")),
    Band("SWIR2", ("2.220000 Micrometers", "2.223000 Micrometers")),
)
CLASSES = (Class(0, "unchanged", "#efe9dc"), Class(1, "changed", "#b2182b"))
SIZE = 32  # pixels: labelled ground comes in small patches


def landsat_change_chips(
    data: Path, folder: Path, train: Sequence[str] = ("taizhou",), test: Sequence[str] = (), valid: float = 0.2
) -> ChipFolder:
    """The labelled ground of places, in chips of 32 pixels that are cut into ``folder``.

    ``train``: places to train on, ``valid`` of whose labels is held out in spatial blocks; ``test``: places to test
    on; where it is the same place, a fifth of its labels in other blocks.
    """
    unknown = [place for place in (*train, *test) if place not in PLACES]
    if unknown or not train:
        raise InputError(f"There is no place '{(unknown or ['none'])[0]}'.", f"Choose of {', '.join(PLACES)}.")
    root, within = data / FOLDER, sorted(set(train) & set(test))
    cut = {place: _cut(root / place, folder / place, valid, 0.2 if place in within else 0.0) for place in train}
    cut |= {place: _only_test(_cut(root / place, folder / place, 0.0, 0.0)) for place in test if place not in within}
    chips = tuple(_named(chip, place) for place, found in cut.items() for chip in found.chips if chip.split)
    parts = {part: sum(chip.split == part for chip in chips) for part in ("train", "valid", "test")}
    first = next(iter(cut.values()))
    made = replace(
        first,
        path=folder,
        inputs=tuple(replace(item, bands=BANDS) for item in first.inputs),
        classes=CLASSES,
        chips=chips,
        sources={f"{place} {name}": source for place, found in cut.items() for name, source in found.sources.items()},
        note={
            "data": f"Landsat pairs with sparse labels of change, {', '.join(train)} (30 m, 6 bands)",
            "split": f"{parts['train']} chips of {', '.join(train)} trained on, {parts['valid']} in spatial blocks "
            f"held out, {parts['test']} of {', '.join(test) or 'no place'} to test",
        },
    )
    write_chips(made)
    return made


def _cut(place: Path, folder: Path, valid: float, test: float) -> ChipFolder:
    """The chips of a place, divided by spatial blocks."""
    images = [{"path": str(place / f"{date}.tif"), "bands": [1, 2, 3, 4, 5, 6]} for date in DATES]
    if not (place / "label.tif").is_file():
        raise InputError(f"There is no {place / 'label.tif'}.", f"Give the folder that holds '{FOLDER}'.")
    names = {str(item.value): item.name for item in CLASSES}
    asked = {
        "task": "change",
        "sources": [{"title": place.name, "inputs": {"image": images}}],
        "labels": [{"path": str(place / "label.tif"), "bands": [1], "names": names}],
        "colors": {item.name: item.color for item in CLASSES},
        "chip_size": SIZE,
        "split": "blocks",
        "valid": valid,
        "test": test,
        "block_size": 30.0 * SIZE * 2,
    }
    return absolute(prepare_chips(ChipsRequest.of(asked), folder.resolve(), Report())[0])


def _only_test(folder: ChipFolder) -> ChipFolder:
    return replace(folder, chips=tuple(replace(chip, split="test") for chip in folder.chips))


def _named(chip: Chip, place: str) -> Chip:
    """The chip under a name that no other place's has."""
    return replace(chip, name=f"{place} {chip.name}", source=f"{place} {chip.source}", place=f"{place} {chip.place}")
