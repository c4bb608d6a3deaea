"""rsdl:repeatrun, through the real worker: what another algorithm has made is made again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from qgis.core import QgsProcessingException, QgsRasterLayer, QgsVectorLayer

from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.toolbox.assess.repeatrun import places_in

VALUES = np.add.outer(np.arange(40) * 4.0, np.arange(50))  # 0..205


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [VALUES, VALUES * 0], descriptions=("red", "nir"))


@pytest.fixture
def made(run, known_models, image, tmp_path):
    (tmp_path / "out").mkdir()
    files = {"OUTPUT": "map.tif", "UNCERTAINTY": "unsure.tif", "POLYGONS": "areas.gpkg"}
    files = {name: str(tmp_path / "out" / file) for name, file in files.items()}
    further = {"TTA": "flips", "UNCERTAINTY_MEASURE": "margin", "STAC": True}
    results, _ = run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", **files, **further})
    return results


def test_a_map_is_made_again(run, made, tmp_path, read_raster, feedback):
    parameters = {"INPUT": made["OUTPUT"], "OUTPUT": str(tmp_path / "again")}
    results, _ = run("repeatrun", parameters, feedback)
    assert results["IDENTICAL"] is True and (results["DIFFERING"], results["LARGEST"]) == (0, 0)
    assert results["DIFFERENCES"] == "" and results["REPEATED"] == str(tmp_path / "again" / "map.tif")
    np.testing.assert_array_equal(read_raster(results["REPEATED"]), VALUES > 100)
    assert "areas.gpkg: identical to the bit" in feedback.text()
    assert (tmp_path / "again" / "unsure.tif.stac.json").exists()


@pytest.mark.parametrize("output", ["UNCERTAINTY", "POLYGONS"])
def test_from_a_layer_of_another_result(run, made, tmp_path, output):
    layer = QgsVectorLayer(made[output], "areas", "ogr") if output == "POLYGONS" else QgsRasterLayer(made[output], "u")
    results, _ = run("repeatrun", {"INPUT": layer, "OUTPUT": str(tmp_path / "again")})
    assert results["IDENTICAL"] and Path(results["REPEATED"]).name == Path(made[output]).name


def test_what_has_moved_and_changed(run, made, image, tmp_path, write_raster):
    (tmp_path / "moved").mkdir()
    write_raster(tmp_path / "moved" / "image.tif", [VALUES + 30, VALUES * 0], descriptions=("red", "nir"))
    Path(image).unlink()
    parameters = {"INPUT": made["OUTPUT"], "OUTPUT": str(tmp_path / "again")}
    with pytest.raises(QgsProcessingException, match="is not there"):
        run("repeatrun", parameters)
    parameters["PLACES"] = f"{image}={tmp_path / 'moved' / 'image.tif'}"
    with pytest.raises(QgsProcessingException, match="is not what it was"):
        run("repeatrun", parameters)
    results, _ = run("repeatrun", {**parameters, "CHANGED": "run"})
    assert results["IDENTICAL"] is False and results["DIFFERING"] > 1 and "is not what it was" in results["DIFFERENCES"]


def test_wrong_input_is_said_before_anything_runs(run, made, image, tmp_path):
    again = {"OUTPUT": str(tmp_path / "again")}
    with pytest.raises(QgsProcessingException, match="does not say how it was made"):
        run("repeatrun", {"INPUT": image, **again})
    with pytest.raises(AssertionError, match="no moved path"):
        run("repeatrun", {"INPUT": made["OUTPUT"], "PLACES": "/a/b", **again})
    with pytest.raises(AssertionError, match="is not a file"):
        run("repeatrun", {"INPUT": QgsVectorLayer("Polygon?crs=EPSG:32634", "drawn", "memory"), **again})


def test_places():
    assert places_in("/a=/b\n\n c:\\x = d:\\y ") == [{"old": "/a", "new": "/b"}, {"old": "c:\\x", "new": "d:\\y"}]
    with pytest.raises(RsdlError, match="no moved path"):
        places_in("/a=")


def test_uncertainty_and_stac_items_of_a_map(made, read_raster):
    unsure = read_raster(made["UNCERTAINTY"])
    assert unsure.min() >= 0 and unsure.max() < 0.1  # the network is sure, by logits of 8
    shown = QgsRasterLayer(made["UNCERTAINTY"], "u")
    assert shown.bandName(1).endswith("margin") and shown.renderer().type() == "singlebandpseudocolor"
    item = json.loads(Path(f"{made['OUTPUT']}.stac.json").read_text(encoding="utf-8"))
    job = item["properties"]["processing:expression"]["expression"]
    assert job["arguments"]["tta"] == "flips" and job["arguments"]["uncertainty_measure"] == "margin"


SEEN = ("TTA", "PASSES")  # how images are seen


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("semanticsegmentation", {*SEEN, "DOMAIN", "UNCERTAINTY", "UNCERTAINTY_MEASURE", "STAC"}),
        ("changedetection", {*SEEN, "DOMAIN", "UNCERTAINTY", "UNCERTAINTY_MEASURE", "STAC"}),
        ("floodmapping", {*SEEN, "DOMAIN", "UNCERTAINTY", "UNCERTAINTY_MEASURE", "STAC"}),
        ("timeseriesclassification", {"UNCERTAINTY", "UNCERTAINTY_MEASURE", "STAC"}),
        ("pixelregression", {*SEEN, "DOMAIN", "STAC"}),
        ("sceneclassification", {*SEEN, "STAC"}),
        ("objectdetection", {"STAC"}),
    ],
)
def test_which_algorithm_has_which_parameters(provider, name, has):
    given = {item.name() for item in provider.algorithm(name).parameterDefinitions()}
    assert given & {*SEEN, "DOMAIN", "UNCERTAINTY", "UNCERTAINTY_MEASURE", "STAC"} == has
