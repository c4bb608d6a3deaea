"""UC Merced Land Use (Yang & Newsam 2010, doi:10.1145/1869790.1869829): 2,100 aerial pictures of 21 classes, 0.3 m.

Red, green and blue, 8 bits, about 256 x 256 pixels. The same pictures have 17 labels (Chaudhuri, Demir, Chaudhuri,
Bruzzone 2018, doi:10.1109/TGRS.2017.2760909). There is no official split: here 80 % of each class train and 20 % test,
drawn with a seed. ``airplane01`` and ``airplane02`` are one picture, and always in one part.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import InputError

FOLDER, LABELS = "ucmerced", "LandUse_Multilabeled.txt"
BANDS = (Band("red", ("R",)), Band("green", ("G",)), Band("blue", ("B",)))
RESOLUTION, SIZE = 0.3, 256
TEST = 0.2
TWINS = {"airplane02": "airplane01"}  # the same picture
COLOURS = {
    "agricultural": "#d9b44a",
    "airplane": "#7f7f7f",
    "baseballdiamond": "#b3de69",
    "beach": "#ffe9a8",
    "buildings": "#e31a1c",
    "chaparral": "#a6761d",
    "denseresidential": "#fb6a4a",
    "forest": "#1b7837",
    "freeway": "#525252",
    "golfcourse": "#78c679",
    "harbor": "#1f78b4",
    "intersection": "#969696",
    "mediumresidential": "#fc9272",
    "mobilehomepark": "#dd3497",
    "overpass": "#737373",
    "parkinglot": "#bdbdbd",
    "river": "#41b6c4",
    "runway": "#6a51a3",
    "sparseresidential": "#fcbba1",
    "storagetanks": "#8c6bb1",
    "tenniscourt": "#c51b7d",
}
LABEL_COLOURS = {
    "airplane": "#7f7f7f",
    "bare-soil": "#c7a76c",
    "buildings": "#e31a1c",
    "cars": "#fdbf6f",
    "chaparral": "#a6761d",
    "court": "#c51b7d",
    "dock": "#8c6bb1",
    "field": "#d9b44a",
    "grass": "#78c679",
    "mobile-home": "#dd3497",
    "pavement": "#969696",
    "sand": "#ffe9a8",
    "sea": "#225ea8",
    "ship": "#1f78b4",
    "tanks": "#6a51a3",
    "trees": "#1b7837",
    "water": "#41b6c4",
}


def ucmerced_chips(
    data: Path, folder: Path, multilabel: bool = False, valid: float = 0.05, seed: int = 0, few: int | None = None
) -> ChipFolder:
    """All pictures, one chip each, in three parts that have as large a share of every class.

    ``multilabel``: with the 17 labels, else with the class of each; ``valid``: share of all that is held out to choose
    by, taken from the 80 % to train with; ``few``: train with so many of each class only, the first that were drawn.
    """
    root = data / FOLDER
    pictures = _pictures(root)
    random = np.random.default_rng(seed)
    parts = {name: _drawn(sorted(found), valid, few, random) for name, found in sorted(pictures.items())}
    labels = _labels(root / LABELS) if multilabel else {}
    chips = tuple(
        Chip(
            name=name,
            images={"image": (str(path.resolve()),)},
            label=";".join(labels[name]) if multilabel else class_name,
            split=parts[class_name][name],
            place=TWINS.get(name, name),
        )
        for class_name, found in sorted(pictures.items())
        for name, path in sorted(found.items())
        if parts[class_name][name]
    )
    counts = {part: sum(chip.split == part for chip in chips) for part in ("train", "valid", "test")}
    colours = LABEL_COLOURS if multilabel else COLOURS
    made = ChipFolder(
        path=folder,
        task="classification",
        inputs=(Input("image", BANDS, role="aerial picture"),),
        classes=tuple(Class(value, name, color) for value, (name, color) in enumerate(colours.items())),
        chips=chips,
        labels="classes" if multilabel else "class",
        resolution=RESOLUTION,
        size=SIZE,
        note={
            "data": "UC Merced Land Use (doi:10.1145/1869790.1869829)"
            + (", labels of Chaudhuri et al. 2018 (doi:10.1109/TGRS.2017.2760909)" if multilabel else ""),
            "split": f"stratified by class, seed {seed}: {counts['train']} pictures trained on, {counts['valid']} held "
            f"out, {counts['test']} to test",
        },
    )
    write_chips(made)
    return made


def _pictures(root: Path) -> Mapping[str, Mapping[str, Path]]:
    """Of each class the pictures by their names."""
    found = {name: {path.stem: path for path in (root / name).glob("*.webp")} for name in COLOURS}
    missing = [name for name, pictures in found.items() if not pictures]
    if missing:
        raise InputError(f"There are no pictures in {root / missing[0]}.", "Give the folder that holds 'ucmerced'.")
    return found


def _drawn(names: list[str], valid: float, few: int | None, random: np.random.Generator) -> dict[str, str]:
    """The part of each picture of a class, '' for none; twins in one."""
    parts: dict[str, str] = {}
    singles = [name for name in names if name not in TWINS]
    order = random.permutation(singles).tolist()
    test, held = round(TEST * len(names)), round(valid * len(names))
    for part, count in (("test", test), ("valid", held), ("train", len(names) if few is None else few)):
        taken, order = order[:count], order[count:]
        parts |= dict.fromkeys(taken, part)
    parts |= dict.fromkeys(order, "")
    return {name: parts[TWINS.get(name, name)] for name in names}


def _labels(path: Path) -> dict[str, list[str]]:
    """The labels of each picture."""
    if not path.is_file():
        raise InputError(f"There is no {path}.", "Give the folder that holds 'ucmerced'.")
    with path.open(newline="") as file:
        head, *rows = csv.reader(file, delimiter="\t")
    return {row[0]: [name for name, shown in zip(head[1:], row[1:]) if shown == "1"] for row in rows}
