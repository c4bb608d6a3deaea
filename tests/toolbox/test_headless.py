"""qgis_process in a fresh profile: plain arguments, JSON, and the example model."""

from __future__ import annotations

import json
import shutil
import zipfile

import numpy as np
import pytest
from qgis.core import Qgis, QgsRasterLayer, QgsVectorLayer

RAMP = np.add.outer(np.arange(30) * 5.0, np.arange(36))  # 0..180


@pytest.fixture(scope="module")
def environment(models, profile, tmp_path_factory):
    """The made-up models are the user's, which come before the plugin's own."""
    home = tmp_path_factory.mktemp("user")
    shutil.copytree(models, home / "models")
    return {**profile, "RSDL_HOME": str(home)}


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "s2.tif", [RAMP, RAMP * 0, RAMP * 0], descriptions=("B11", "B8", "B3"))


def test_lists_and_explains(qgis_process):
    status, said, _ = qgis_process("list")
    assert status == 0
    assert "rsdl:floodmapping" in said
    assert "rsdl:floodpolygons" in said
    status, said, _ = qgis_process("help", "rsdl:floodmapping")
    assert status == 0
    assert "S1_BEFORE" in said
    assert "FLOODED_AREA" in said


def test_plain_arguments(qgis_process, image, tmp_path, read_raster):
    out = tmp_path / "flood.tif"
    status, said, errors = qgis_process(
        "run", "rsdl:floodmapping", "--", f"S2_AFTER={image}", "DEVICE=cpu", f"OUTPUT={out}"
    )
    assert status == 0, errors
    assert "MODEL_NAME:\tflood-s2-after" in said
    np.testing.assert_array_equal(read_raster(out), RAMP > 100)
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".xml"} == {"flood.tif", "flood.qml", "s2.tif"}
    made = QgsRasterLayer(str(tmp_path / "flood.tif"))
    assert [item.label for item in made.renderer().classes()] == ["dry", "flooded"]


def test_a_choice_as_the_number_that_its_help_lists(qgis_process, image, tmp_path):
    """SAVE_INPUTS=1 is copies: the raster is in the bundle."""
    bundle = tmp_path / "job.zip"
    arguments = (f"S2_AFTER={image}", "SAVE_INPUTS=1", f"SAVE_JOB={bundle}", f"OUTPUT={tmp_path / 'flood.tif'}")
    status, said, errors = qgis_process("run", "rsdl:floodmapping", "--", *arguments)
    assert status == 0, said + errors
    with zipfile.ZipFile(bundle) as file:
        assert any(name.endswith("s2.tif") for name in file.namelist()), file.namelist()


def test_json(qgis_process, image, tmp_path, read_raster):
    out = tmp_path / "flood.tif"
    if Qgis.QGIS_VERSION_INT >= 32400:  # reads JSON from there on; 3.22 writes it
        text = json.dumps({"inputs": {"S2_AFTER": image, "OUTPUT": str(out)}})
        status, said, errors = qgis_process("run", "rsdl:floodmapping", "-", text=text)
    else:
        arguments = ("--json", "run", "rsdl:floodmapping", "--", f"S2_AFTER={image}", f"OUTPUT={out}")
        status, said, errors = qgis_process(*arguments)
    assert status == 0, errors
    results = json.loads(said[said.index("{") :])["results"]
    assert results["MODEL_NAME"] == "flood-s2-after"
    assert results["FLOODED_AREA"] == pytest.approx((RAMP > 100).sum() * 100, rel=2e-3)
    np.testing.assert_array_equal(read_raster(out), RAMP > 100)


def test_files_of_single_bands(qgis_process, tmp_path, write_raster, read_raster):
    arrays = {"B11": RAMP + 1, "B8A": RAMP * 0 + 1, "B08": RAMP * 0 + 1, "B03": RAMP * 0 + 1}
    files = [write_raster(tmp_path / f"s2_{name}.tif", [array]) for name, array in arrays.items()]
    for product in (";".join(files), str(tmp_path)):
        out = tmp_path / "out" / "flood.tif"
        out.parent.mkdir(exist_ok=True)
        arguments = (f"S2_AFTER_PRODUCT={product}", f"OUTPUT={out}")
        status, said, errors = qgis_process("run", "rsdl:floodmapping", "--", *arguments)
        assert status == 0, errors
        assert "MODEL_NAME:\tflood-s2-after" in said
        np.testing.assert_array_equal(read_raster(out), RAMP + 1 > 100)
        shutil.rmtree(out.parent)


def test_bad_input_is_a_sentence(qgis_process, image, tmp_path):
    status, said, errors = qgis_process(
        "run", "rsdl:floodmapping", "--", f"S2_BEFORE={image}", f"OUTPUT={tmp_path / 'o.tif'}"
    )
    assert status != 0
    assert "S2_BEFORE is given without S2_AFTER" in said + errors
    assert "Traceback" not in said + errors
    assert not (tmp_path / "o.tif").exists()


def test_example_model(qgis_process, tmp_path, write_raster, read_raster):
    """Two floods, one smaller than MIN_AREA."""
    water = np.zeros((40, 40))
    water[5:25, 5:25] = 150  # 40,000 square metres
    water[30:33, 30:33] = 150  # 900
    image = write_raster(tmp_path / "s2.tif", [water, water, water], descriptions=("B11", "B8", "B3"))
    outputs = [f"map:FLOOD_MAP={tmp_path / 'map.tif'}", f"filter:FLOOD_POLYGONS={tmp_path / 'large.gpkg'}"]
    status, said, errors = qgis_process(
        "run", "rsdl:floodpolygons", "--", f"S2_AFTER={image}", "MIN_AREA=10000", *outputs
    )
    assert status == 0, said + errors
    np.testing.assert_array_equal(read_raster(tmp_path / "map.tif"), water > 100)
    areas = [f["area_m2"] for f in QgsVectorLayer(str(tmp_path / "large.gpkg"), "large", "ogr").getFeatures()]
    assert areas == [pytest.approx(40_000, rel=2e-3)]


def test_example_of_training(qgis_process, tmp_path, write_raster, read_raster):
    """Labels to a model, the model to a map, the map to its accuracy, in one graphical model."""
    random = np.random.default_rng(0)
    bright = np.zeros((256, 256))
    for top in range(0, 256, 64):
        for left in range(0, 256, 64):
            bright[top + 8 : top + 40, left + 8 : left + 40] = 1
    image = write_raster(tmp_path / "land.tif", [100 * bright + random.normal(60, 5, bright.shape)])
    squares = [_square(left, top) for top in range(0, 256, 64) for left in range(0, 256, 64)]
    features = [{"type": "Feature", "properties": {"kind": "bright"}, "geometry": square} for square in squares]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    labels = tmp_path / "labels.geojson"
    labels.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    status, said, errors = qgis_process(
        *("run", "rsdl:trainmapassess", "--", f"RASTER={image}", f"LABELS={labels}", "CLASS_FIELD=kind"),
        *("UNLABELLED=background", f"REFERENCE={labels}", "EPOCHS=1", f"map:MAP={tmp_path / 'map.tif'}"),
        *(f"assess:REPORT={tmp_path / 'accuracy.html'}", f"train:TRAINING_REPORT={tmp_path / 'training.html'}"),
    )
    assert status == 0, said + errors
    assert set(np.unique(read_raster(tmp_path / "map.tif"))) <= {0, 1, 255}
    assert "Confusion matrix" in (tmp_path / "accuracy.html").read_text(encoding="utf-8")
    assert "Evaluation method" in (tmp_path / "training.html").read_text(encoding="utf-8")


def _square(left, top):
    """The square of bright ground in a block of 64 px that begins there."""
    xs, ys = (500_000 + 10 * (left + n) for n in (8, 40)), (4_600_000 - 10 * (top + n) for n in (8, 40))
    (x0, x1), (y0, y1) = xs, ys
    return {"type": "Polygon", "coordinates": [[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]}


def test_scenes_with_plain_arguments(qgis_process, tmp_path, write_raster):
    tones = write_raster(tmp_path / "tones.tif", [RAMP], descriptions=("tone",))
    out = tmp_path / "scenes.gpkg"
    status, said, errors = qgis_process(
        "run", "rsdl:sceneclassification", "--", f"INPUT={tones}", "SIZE=10", "DEVICE=cpu", f"OUTPUT={out}"
    )
    assert status == 0, errors
    assert "SCENES:\t12" in said and "MODEL_NAME:\ttones" in said
    layer = QgsVectorLayer(str(out), "scenes", "ogr")
    assert layer.featureCount() == 12
    assert {feature["class"] for feature in layer.getFeatures()} == {"dark area", "light"}
