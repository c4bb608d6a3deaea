"""A trained U-Net's map from tiles is its whole-image map, and no seam shows. Needs the OMBRIA data (RSDL_DATA)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.jobs import run_predict
from rsdl_qgis.engine.raster.tiles import starts
from rsdl_qgis.engine.report import Report
from rsdl_qgis.engine.store import Store, default_folders
from tools.datasets import ombria

DATA = Path(os.environ.get("RSDL_DATA", "")) / "ombria" / "train"
pytestmark = pytest.mark.skipif(
    not os.environ.get("RSDL_DATA") or not DATA.is_dir(), reason="needs the OMBRIA data set in RSDL_DATA"
)
TILE, OVERLAP, SIDE = 256, 64, 512


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """(from 256-px tiles at the default overlap, in one piece) of mosaics of four validation scenes."""
    folder = tmp_path_factory.mktemp("mosaic")
    scenes = ombria.split(ombria.scene_names(DATA))[1]
    pairs = []
    for first in range(0, 16, 4):
        images = [ombria.read_image(ombria.scene_file(DATA, "s2", "after", s)) for s in scenes[first : first + 4]]
        mosaic = np.concatenate([np.concatenate(images[:2], 2), np.concatenate(images[2:], 2)], 1)
        path = folder / f"{first}.tif"
        with rasterio.open(path, "w", driver="GTiff", count=3, height=SIDE, width=SIDE, dtype="uint8",
                           crs="EPSG:32634", transform=rasterio.Affine(10, 0, 5e5, 0, -10, 4e6)) as target:  # fmt: skip
            target.write(mosaic)
        made = []
        for name, size in (("tiles", TILE), ("whole", SIDE)):
            job = {"model": "flood-s2-after", "inputs": {"s2": [{"path": str(path)}]}, "tile_size": size,
                   "output": str(folder / f"{name}{first}.tif"), "device": "cpu"}  # fmt: skip
            with rasterio.open(run_predict(job, Report())["output"]) as result:
                made.append(result.read(1))
        pairs.append(made)
    return pairs


def test_tiles_give_the_whole_image_map(maps):
    assert Store(default_folders()).find("flood-s2-after")[1].tiling.overlap == OVERLAP
    differ = np.mean([(tiled != whole).mean() for tiled, whole in maps])
    print(f"pixels that differ: {differ:.4%}")
    assert differ < 0.005


def test_no_seam_is_visible(maps):
    """Pixels near a tile border disagree about as often as pixels inside."""
    firsts = np.array(starts(SIDE, TILE, OVERLAP))
    borders = np.concatenate([firsts[1:], firsts[:-1] + TILE])
    near = np.abs(np.arange(SIDE)[:, None] - borders).min(1) < 4
    at_border = near[:, None] | near[None, :]
    differ = np.stack([tiled != whole for tiled, whole in maps])
    border, inside = differ[:, at_border].mean(), differ[:, ~at_border].mean()
    noise = 3 * np.sqrt(max(inside, 1e-4) / at_border.sum() * 50)  # disagreements come in patches of some 50 px
    print(f"disagree at borders {border:.4%}, inside {inside:.4%}")
    assert abs(border - inside) < max(noise, 0.002)
