"""SavedModels imported by the job: folders and archives, and Dynamic World over Sentinel-2."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.interop.running import DATA, needs_data
from tests.engine.interop.saved_model_stand_in import stand_in, write_prepared
from tests.engine.runtime.test_foreign_networks import Listening

WORLD = DATA / "dynamicworld"
BANDS = "B2, B3, B4, B5, B6, B7, B8, B11, B12"
CLASSES = (
    "0 water #419bdf, 1 trees #397d49, 2 grass #88b053, 3 flooded_vegetation #7a87c6, 4 crops #e49635, "
    "5 shrub_and_scrub #dfc35a, 6 built #c4281b, 7 bare #a59b8f, 8 snow_and_ice #b39fe1"
)
needs_tensorflow = pytest.mark.skipif("RSDL_TENSORFLOW" not in os.environ, reason="make test-tensorflow")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A SavedModel that a program in TensorFlow's place converts."""
    monkeypatch.setenv("RSDL_TENSORFLOW", str(stand_in(tmp_path / "python")))
    return write_prepared(tmp_path / "halver").parent


def packed(folder, path, inside=""):
    """A zip or tar of a folder."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.rglob("*"):
                archive.write(file, f"{inside}{file.relative_to(folder)}")
    else:
        with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
            archive.add(folder, inside or ".")
    return path


@pytest.mark.parametrize(
    ("form", "inside"),
    [("folder", ""), ("file", ""), ("a.zip", "some/where/"), ("a.tar.gz", "model"), ("a.tgz", "")],
)
def test_a_folder_its_file_and_archives_are_one_model(folder, tmp_path, form, inside):
    given = folder / "saved_model.pb" if form == "file" else folder
    if "." in form:
        given = packed(folder, tmp_path / form, inside)
    made = run_import({"input": str(given), "scaling": "none", "task": "regression"}, Listening())
    assert made["model"] == ("a" if "." in form else "halver")
    _, card = Store().find(made["model"])
    assert card.network == "TensorFlow network" and len(card.inputs[0].bands) == 3


def tar(path, *members):
    with tarfile.open(path, "w") as archive:
        for name, data, kind in members:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data), kind
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ([("../saved_model.pb", b"x", tarfile.REGTYPE)], "outside the model's folder"),
        ([("/tmp/saved_model.pb", b"x", tarfile.REGTYPE)], "outside the model's folder"),
        ([("saved_model.pb", b"", tarfile.SYMTYPE)], "a link or a device"),
        ([("saved_model.pb", b"", tarfile.LNKTYPE)], "a link or a device"),
        ([("saved_model.pb", b"", tarfile.FIFOTYPE)], "a link or a device"),
        (
            [("saved_model.pb", b"x", tarfile.REGTYPE), ("con", b"x", tarfile.REGTYPE)],
            "no name for a file on every system",
        ),
        ([("a", b"x", tarfile.REGTYPE), ("a", b"y", tarfile.REGTYPE)], "twice"),
        ([(f"f{i}", b"", tarfile.REGTYPE) for i in range(6)], "more than 5 files"),
        ([("readme", b"x", tarfile.REGTYPE)], "holds no model"),
    ],
)
def test_an_archive_that_is_unsafe_is_refused_and_nothing_is_written_elsewhere(tmp_path, monkeypatch, members, text):
    monkeypatch.setattr("rsdl_qgis.engine.importing.tars.MOST_MEMBERS", 5)
    with pytest.raises(ModelError, match=text):
        run_import({"input": str(tar(tmp_path / "a.tar", *members))}, Listening())
    assert not (tmp_path / "saved_model.pb").exists()


def test_a_damaged_archive_or_one_with_an_endless_header_is_refused(folder, tmp_path):
    path = packed(folder, tmp_path / "a.tgz")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ModelError, match="damaged"):
        run_import({"input": str(path)}, Listening())
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 31
    (tmp_path / "b.tar").write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + bytes(10240))
    with pytest.raises(ModelError, match="too long"):
        run_import({"input": str(tmp_path / "b.tar")}, Listening())


def test_a_frozen_graph_is_no_savedmodel(tmp_path):
    (tmp_path / "frozen.pb").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"not read\. Give the folder of the SavedModel"):
        run_import({"input": str(tmp_path / "frozen.pb")}, Listening())


@needs_data
@needs_tensorflow
def test_dynamic_world_maps_sentinel_2_as_its_authors_say(tmp_path, make_raster):
    golden = np.load(WORLD / "golden.npz")
    mean, deviation = (", ".join(repr(float(x)) for x in numbers) for numbers in golden["scaling"].T)
    scaling = f"* 0.005 | log1p | mean {mean} std {deviation} | * 5 | - 1 | sigmoid"
    image = make_raster(
        np.moveaxis(golden["real_dn"], -1, 0),
        descriptions=tuple(BANDS.split(", ")),
        transform=Affine(*golden["real_transform"]),
        crs="EPSG:32618",
    )
    shutil.copytree(WORLD, tmp_path / "world")
    said = {"bands": BANDS, "classes": CLASSES, "scaling": scaling, "activation": "softmax", "resolution": 10.0}
    run_import({"input": str(tmp_path / "world"), **said, "task": "segmentation", "tile_size": 112}, Listening())
    job = {"model": "world", "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    run_predict({**job, "probabilities": str(tmp_path / "p.tif"), "device": "cpu", "threads": 1}, Listening())
    with rasterio.open(tmp_path / "p.tif") as raster:
        wanted = np.moveaxis(golden["real_probabilities"][0], -1, 0)
        np.testing.assert_allclose(raster.read(), wanted, atol=1e-4)
    with rasterio.open(tmp_path / "map.tif") as raster:
        assert (raster.read(1) == wanted.argmax(0)).mean() > 0.999
        assert raster.colormap(1)[0] == (65, 155, 223, 255)
