"""Masks of jobs: each file is read once, in the version that fits."""

from __future__ import annotations

import numpy as np
from affine import Affine

from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.vector import class_layers as module
from rsdl_qgis.engine.vector.class_layers import NOTHING
from rsdl_qgis.engine.vector.masks import Masks
from rsdl_qgis.engine.vector.vector_file import VectorFile

from ..training.layers import CRS, NORTH_UP, box, vector

GRID = Grid(CRS, NORTH_UP, 8, 8)


def test_what_lies_in_a_mask(tmp_path):
    path = vector(tmp_path / "mask.geojson", [(box(0, 0, 4, 8), 1)])["path"]
    inside = Masks().on(VectorFile(path), CRS).on(GRID) != NOTHING
    assert inside.tolist() == [[True] * 4 + [False] * 4] * 8
    assert Masks().on(None, CRS) is None


def test_a_file_is_read_once_and_the_version_in_the_rasters_system_is_taken(tmp_path, monkeypatch):
    path = vector(tmp_path / "mask.geojson", [(box(0, 0, 4, 8, crs="EPSG:4326"), 1)], crs="EPSG:4326")["path"]
    moved = vector(tmp_path / "moved.geojson", [(box(0, 0, 8, 2), 1)])["path"]
    read, masks = [], Masks()
    read_vector = module.read_vector
    monkeypatch.setattr(module, "read_vector", lambda file, *rest: read.append(file) or read_vector(file, *rest))
    mask = VectorFile(path, "EPSG:4326", ((moved, CRS),))
    for _ in range(2):
        assert (masks.on(mask, CRS).on(GRID) != NOTHING).sum() == 16
    degrees = Grid("EPSG:4326", Affine(1, 0, 0, 0, -1, 60), 8, 8)
    assert masks.on(mask, "EPSG:4326").on(degrees).shape == (8, 8)
    assert read == [moved, path]


def test_masks_of_other_files_are_others(tmp_path):
    masks = Masks()
    paths = [vector(tmp_path / f"{i}.geojson", [(box(0, 0, 8, i), 1)])["path"] for i in (1, 2)]
    counts = [int(np.sum(masks.on(VectorFile(path), CRS).on(GRID) != NOTHING)) for path in paths]
    assert counts == [8, 16]
