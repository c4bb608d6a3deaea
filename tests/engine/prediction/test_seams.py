"""A trained U-Net's map from tiles is its whole-image map, and no seam shows. Needs the OMBRIA data (RSDL_DATA).

``flood-s2-after`` is the U-Net; what the other flood models reach is in ``docs/notes/tiles.md``.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.cards.store import Store, default_folders
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.raster.tiles import starts
from tools.datasets import ombria

DATA = Path(os.environ.get("RSDL_DATA", "")) / "ombria" / "train"
pytestmark = pytest.mark.skipif(
    not os.environ.get("RSDL_DATA") or not DATA.is_dir(), reason="needs the OMBRIA data set in RSDL_DATA"
)
TILE, OVERLAP, SIDE = 256, 32, 512
UNET, WITHOUT_SEAMS = "flood-s2-after", ("flood-s2-after", "flood-s2", "flood-s1s2")


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    """(sensor, date, first) -> a mosaic of four validation scenes from that one on, as a job takes it."""
    folder = tmp_path_factory.mktemp("mosaics")
    scenes = ombria.split(ombria.scene_names(DATA))[1]

    def made(sensor, date, first):
        path = folder / f"{sensor}_{date}_{first}.tif"
        if not path.exists():
            files = [ombria.scene_file(DATA, sensor, date, scene) for scene in scenes[first : first + 4]]
            images = [ombria.read_image(file) for file in files]
            pixels = np.concatenate([np.concatenate(images[:2], 2), np.concatenate(images[2:], 2)], 1)
            grid = {"crs": "EPSG:32634", "transform": rasterio.Affine(10, 0, 5e5, 0, -10, 4e6)}
            size = {"height": SIDE, "width": SIDE, "count": len(pixels), "dtype": "uint8"}
            with rasterio.open(path, "w", driver="GTiff", **grid, **size) as target:
                target.write(pixels)
        return {"path": str(path)}

    return made


@pytest.fixture(scope="module")
def differ(mosaic, tmp_path_factory):
    """model -> (8, SIDE, SIDE) where its map from 256-px tiles at the default overlap is not that in one piece."""

    @cache
    def found(model):
        folder, card = tmp_path_factory.mktemp(model), Store(default_folders()).find(model)[1]
        assert card.tiling.overlap == OVERLAP
        pairs = []
        for first in range(0, 32, 4):
            inputs = {item.name: [mosaic(item.name, date, first) for date in item.dates] for item in card.inputs}
            maps = []
            for size in (TILE, SIDE):
                job = {"model": model, "inputs": inputs, "output": str(folder / f"{size}.tif")}
                job |= {"tile_size": size, "device": "cpu"}
                with rasterio.open(run_predict(job, Report())["output"]) as result:
                    maps.append(result.read(1))
            pairs.append(maps[0] != maps[1])
        return np.stack(pairs)

    return found


def test_tiles_give_the_whole_image_map(differ):
    each = differ(UNET).mean((1, 2))
    print(f"pixels that differ: {each.mean():.4%}, in one mosaic {each.min():.4%} to {each.max():.4%}")
    assert each.mean() < 0.005


@pytest.mark.parametrize("model", WITHOUT_SEAMS)
def test_no_seam_is_visible(differ, model):
    """Pixels near a tile border disagree about as often as pixels inside."""
    firsts = np.array(starts(SIDE, TILE, OVERLAP))
    borders = np.concatenate([firsts[1:], firsts[:-1] + TILE])
    near = np.abs(np.arange(SIDE)[:, None] - borders).min(1) < 4
    at_border = near[:, None] | near[None, :]
    apart = differ(model)
    border, inside = apart[:, at_border].mean(), apart[:, ~at_border].mean()
    patches = at_border.sum() * len(apart) / 50  # disagreements come in patches of some 50 px
    noise = 3 * np.sqrt(max(inside, 1e-4) / patches)
    print(f"disagree at borders {border:.4%}, inside {inside:.4%}")
    assert abs(border - inside) < max(noise, 0.002)
