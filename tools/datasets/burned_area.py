"""Burned area in Sentinel-2 after (and for some before) 25 fires in California, float32, EPSG:4326, about 20 m.

Bands B2, B3, B4, B8, B12. Masks are fire perimeters, in which islands may be unburned. A fire whose ``dnbr_auc`` in
``index.csv`` is below 0.5 was dated wrongly (the burn ratio fell less inside the perimeter than outside) and is left
out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import rasterio

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.tables.sensors import SURFACE

FOLDER = "burned_area"
BANDS = (
    Band("B2", ("B02", "blue")),
    Band("B3", ("B03", "green")),
    Band("B4", ("B04", "red")),
    Band("B8", ("B08", "NIR")),
    Band("B12", ("SWIR2", "SWIR22")),
)
CLASSES = (Class(0, "not burned", "#efe9dc"), Class(1, "burned", "#b2182b"))
RESOLUTION = 20.0
SIZE = 128  # pixels of a piece that is trained on; fires have 97 to 376
DATED_WRONGLY = 0.5  # AUC of the fall of the normalised burn ratio below which a fire is left out

# Fires with no other within 20 km, in pairs of like burned area, separately those with and without an image before:
# one of each pair is tested with, and of the other of each, two of three choose (numpy's default_rng(0)).
TEST = (
    "10TH_20240624",
    "5_INCIDENT_20240715",
    "CLEAR_20240626",
    "BLUE_WATER_20240706",
    "BRECKENRIDGE__20240709",
    "BLUE_20240810",
)
VALID = ("5-4_POTTERS__20200817", "66_20230515", "BITTERWATER_20240605", "BOGUS_20240708")
NEIGHBOURS = {  # fires within 20 km of one another are one place; all others are places of their own
    "1-12_20200824": "Butte",
    "1-7_20200817": "Butte",
    "4-8_20200817": "Glenn",
    "68_20210818": "Glenn",
    "AMORUSO_20240625": "Roseville",
    "ATHENS_20240726": "Roseville",
    "BELLA_20240805": "Cantil",
    "DOVE_20241019": "Cantil",
    "BORDER_53_20240601": "Border",
    "BORDER_58_20240622": "Border",
    "BORDER_59_20240626": "Border",
    "BORDER_66_20240730": "Border",
}


def burned_area_chips(data: Path, folder: Path, dates: tuple[str, ...] = ("after",)) -> ChipFolder:
    """One chip a fire, the fires divided into parts by name. ``dates``: after, or before and after; with before, the
    fires that have no image of it are left out.
    """
    if tuple(dates) not in (("after",), ("before", "after")):
        raise InputError(f"There are no dates '{', '.join(dates)}'.", "Choose after, or before and after.")
    root = data / FOLDER
    fires = [fire for fire in _fires(root) if all(_image(root, date, fire).is_file() for date in dates)]
    chips = tuple(_chip(root, fire, dates) for fire in fires)
    parts = {part: sum(chip.split == part for chip in chips) for part in ("train", "valid", "test")}
    made = ChipFolder(
        path=folder,
        task="segmentation",
        inputs=(Input("s2", BANDS, tuple(dates), "sentinel-2", level=SURFACE),),
        classes=CLASSES,
        chips=chips,
        resolution=RESOLUTION,
        size=SIZE,
        note={
            "data": f"Sentinel-2 {' and '.join(dates)} {len(chips)} fires in California, masks from fire perimeters",
            "split": "by fire: {train} trained on, {valid} held out, {test} to test".format_map(parts),
        },
    )
    write_chips(made)
    return made


def _fires(root: Path) -> list[str]:
    """The fires that have an image after and are dated rightly, in the order of the index."""
    index = root / "index.csv"
    if not index.is_file():
        raise InputError(f"There is no {index}.", "Give the folder that holds 'burned_area'.")
    with index.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dated = [row["fire"] for row in rows if not row["dnbr_auc"] or float(row["dnbr_auc"]) >= DATED_WRONGLY]
    return [fire for fire in dated if _image(root, "after", fire).is_file()]


def _image(root: Path, date: str, fire: str) -> Path:
    return root / {"before": "pre_fire", "after": "post_fire"}[date] / f"{fire}.tif"


def _chip(root: Path, fire: str, dates: tuple[str, ...]) -> Chip:
    mask = root / "masks" / f"{fire}.tif"
    with rasterio.open(mask) as file:
        bounds = tuple(file.bounds)
    return Chip(
        name=fire,
        images={"s2": tuple(str(_image(root, date, fire).resolve()) for date in dates)},
        label=str(mask.resolve()),
        split="test" if fire in TEST else "valid" if fire in VALID else "train",
        place=NEIGHBOURS.get(fire, fire),
        bounds=bounds,
    )
