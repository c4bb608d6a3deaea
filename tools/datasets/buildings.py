"""43 buildings on a panchromatic picture of 900 x 900 pixels, 0.5 m, 16 bits, EPSG:32616: one area without parts.

The picture is cut as a person's own layers are. Blocks of it are held out and tested on, so the test part says how a
model does next door, not elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from rsdl_qgis.engine.chips.folder import ChipFolder, read_chips
from rsdl_qgis.engine.chips.prepare import run_export_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report

FOLDER = "buildings"
IMAGE, OUTLINES = "pan_uint16.tif", "buildings.geojson"
PARTS = {"split": "blocks", "valid": 0.1, "test": 0.2}


def buildings_chips(data: Path, folder: Path, seed: int = 0) -> ChipFolder:
    """Chips of the picture, with what is no building as background; ``seed`` draws the blocks of each part."""
    image, outlines = (data / FOLDER / name for name in (IMAGE, OUTLINES))
    for file in (image, outlines):
        if not file.is_file():
            raise InputError(f"There is no {file}.", f"Give the folder that holds '{FOLDER}'.")
    asked = {
        "task": "segmentation",
        "sources": [{"title": "pan", "inputs": {"image": [{"path": str(image), "nodata": 0}]}}],
        "labels": [{"path": str(outlines), "vector": True, "field": "building", "title": "buildings"}],
        "unlabelled": "background",
        "seed": seed,
        **PARTS,
    }
    run_export_chips({**asked, "output": str(folder)}, Report())
    return read_chips(folder)
