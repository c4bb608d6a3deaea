"""Data sets of pictures with boxes as chip folders: divided as they are to be, their classes and bands named."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.errors import InputError
from tools.datasets import make_chips

from . import data_sets

BOXES = "<object><name>Tree\\</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>12</xmax><ymax>9</ymax></bndbox></object>"


def picture(path, place):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(place).integers(0, 255, (3, 24, 24)).astype("uint8")
    where = {"crs": "EPSG:32611", "transform": rasterio.Affine(0.1, 0, 100 * place, 0, -0.1, 9)}
    with rasterio.open(path, "w", driver="GTiff", width=24, height=24, count=3, dtype="uint8", **where) as file:
        file.write(values)


def test_airport_is_divided_as_its_folders_say(tmp_path):
    data_sets.airport(tmp_path)
    folder = read_chips(make_chips({"dataset": "airport", "size": 64}, tmp_path, tmp_path / "chips").path)
    assert [chip.split for chip in folder.chips] == ["test", "train", "valid"] and folder.size == 64
    assert folder.label(folder.part("train")[0]).tolist() == [[1, 2, 9, 8, 0, 0]]
    assert [item.name for item in folder.classes] == ["airplane"]
    assert [band.name for band in folder.inputs[0].bands] == ["red", "green", "blue"]
    with pytest.raises(InputError, match="no folder"):
        make_chips({"dataset": "airport"}, tmp_path / "nowhere", tmp_path / "other")


def test_trees_are_divided_by_site(tmp_path):
    for number, name in enumerate(("OSBS_1", "SJER_1", "TEAK_1", "TEAK_2")):
        picture(tmp_path / "trees" / f"{name}.tif", number)
        (tmp_path / "trees" / f"{name}.xml").write_text(f"<annotation>{BOXES}</annotation>")
    folder = make_chips({"dataset": "trees", "test": "TEAK", "valid": "OSBS"}, tmp_path, tmp_path / "chips")
    splits = {chip.name: chip.split for chip in read_chips(folder.path).chips}
    assert splits == {"OSBS_1": "valid", "SJER_1": "train", "TEAK_1": "test", "TEAK_2": "test"}
    assert folder.classes[0].name == "Tree" and folder.resolution == pytest.approx(0.1)
    with pytest.raises(InputError, match="cannot divide"):
        make_chips({"dataset": "trees", "test": "TEAK", "valid": "TEAK"}, tmp_path, tmp_path / "chips")
