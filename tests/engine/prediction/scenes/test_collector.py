"""From the probabilities of scenes to what is written of them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import MismatchError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.request import SceneFiles
from rsdl_qgis.engine.prediction.scenes.collector import ClassificationCollector, chosen
from rsdl_qgis.engine.prediction.scenes.scenes import GridScenes, Scene
from rsdl_qgis.engine.prediction.scenes.views import Pixels
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.vector.scene_features import Field

CARD = ModelCard(
    "land", "Land", (Input("image", (Band("red"),)),),
    (Class(3, "open sea", "#0000aa"), Class(7, "forest", "#00aa00"), Class(9, "Forest", "#aaaa00")),
    "classification", tiling=Tiling(size=16, overlap=0, multiple=1),
)  # fmt: skip
LABELS = replace(CARD, activation="sigmoid", thresholds=(0.2, 0.5, 0.9))
GRID = Grid("EPSG:32634", Affine(10, 0, 500_000, 0, -10, 4_200_000), 20, 30)
ALL = np.ones((10, 10), bool)


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append(message)


def collected(tmp_path, probabilities, card=CARD, raster=False, name="out.gpkg", scenes=None, valid=ALL, **changes):
    """What becomes of probabilities, one row a scene, None for one without a valid pixel."""
    files = SceneFiles(str(tmp_path / name), str(tmp_path / "map.tif") if raster else None)
    scenes = scenes or GridScenes(GRID, 10)
    for key, value in changes.items():
        setattr(scenes, key, value)
    report = Log()
    collector = ClassificationCollector(card, GRID, scenes, files, report, {"RSDL_MODEL": "land"})
    for scene, row in zip(scenes, probabilities):
        if row is None:
            collector.skip(scene)
        else:
            pixels = Pixels(scene.pixels, valid.sum(), valid.sum())
            collector.add(scene, np.array(row, np.float32), valid, pixels)
    return collector.close(), report.said


def table(path):
    meta, _, wkb, columns = pyogrio.raw.read(path)
    return {name: column.tolist() for name, column in zip(meta["fields"], columns)}, wkb


def test_one_class_a_scene(tmp_path):
    rows = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], None, [0.2, 0.5, 0.3]]
    result, said = collected(tmp_path, rows)
    values, _ = table(result["output"])
    assert values["class"] == ["open sea", "Forest", "forest"]
    assert values["score"] == [0.7, 0.6, 0.5] and values["valid"] == [1, 1, 1]
    assert result["fields"] == {"open sea": "open_sea", "forest": "forest", "Forest": "Forest_1"}
    assert values["open_sea"] == [0.7, 0.1, 0.2] and values["Forest_1"] == [0.1, 0.6, 0.3]
    assert (result["scenes"], result["unclassified"]) == (3, 1)
    assert [(c["value"], c["scenes"]) for c in result["classes"]] == [(3, 1), (7, 1), (9, 1)]
    assert any("open sea: open_sea" in text for text in said)
    reported = pyogrio.read_info(result["output"])["layer_metadata"]
    assert reported["RSDL_MODEL"] == "land" and json.loads(reported["RSDL_FIELDS"]) == result["fields"]


def test_several_labels_a_scene_or_none(tmp_path):
    rows = [[0.3, 0.6, 0.1], [0.1, 0.4, 0.89], [0.2, 0.1, 0.95]]
    result, _ = collected(tmp_path, rows, LABELS)
    values, _ = table(result["output"])
    assert values["class"] == ["forest; open sea", "", "Forest; open sea"]
    assert values["score"] == [0.6, 0.89, 0.95] and values["Forest_1"] == [0.1, 0.89, 0.95]
    assert result["multilabel"] and [c["scenes"] for c in result["classes"]] == [2, 1, 1]


def test_a_scene_without_a_class_is_kept_where_all_are(tmp_path):
    rows = [[0.7, 0.2, 0.1], None, [np.nan, 0.5, 0.5]]
    fields = (Field("class", "object"), Field("fid", "int64"))
    scenes = [Scene(s.window, s.wkb, ("mine", 4), pixels=s.pixels) for s in list(GridScenes(GRID, 10))]

    class Kept(list):
        kind, crs, keeps_all = "Polygon", GRID.crs, True
        without_class = staticmethod(lambda count: [("warning", f"{count} lie elsewhere")])

    kept = Kept(scenes)
    result, said = collected(tmp_path, rows, scenes=kept, fields=fields)
    values, wkb = table(result["output"])
    assert values["class"] == ["open sea", None, None] and np.isnan(values["score"][1:]).all()
    assert values["class_1"] == ["mine"] * 3 and values["fid_1"] == [4] * 3 and all(wkb)
    assert values["valid"] == [1, 0, 1] and result["unclassified"] == 2
    assert any("no finite number for 1 scenes" in text for text in said) and "2 lie elsewhere" in said


def test_more_than_half_of_the_scenes_without_a_finite_number_fail_the_job(tmp_path):
    with pytest.raises(ModelError, match="no finite number for 2 scenes of 3"):
        collected(tmp_path, [[0.7, 0.2, 0.1], [np.nan] * 3, [0.1, np.inf, 0.2]])


def test_scenes_far_smaller_than_in_training_are_reported(tmp_path):
    scenes = GridScenes(GRID, 1)  # cells of one pixel, and 16 x 16 in training: at least 4 are wanted
    _, said = collected(tmp_path, [[0.7, 0.2, 0.1]] * 5, scenes=scenes, valid=ALL[:1, :1])
    assert any("5 scenes have fewer than 4 valid pixels" in text for text in said)
    _, said = collected(tmp_path, [[0.7, 0.2, 0.1]] * 5, name="other.gpkg")
    assert not any("mean little" in text for text in said)
    few = np.arange(100).reshape(10, 10) < 3  # of large cells
    _, said = collected(tmp_path, [[0.7, 0.2, 0.1]] * 5, name="few.gpkg", valid=few)
    assert any("5 scenes have fewer than 4 valid pixels" in text for text in said)


def test_the_share_of_valid_pixels(tmp_path):
    valid = ALL.copy()
    valid[:3] = False
    values, _ = table(collected(tmp_path, [[0.7, 0.2, 0.1]], valid=valid)[0]["output"])
    assert values["valid"] == [0.7]


def test_the_class_raster_has_values_names_colours_and_nodata(tmp_path):
    valid = ALL.copy()
    valid[:3] = False
    rows = [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], None, [0.2, 0.5, 0.3]]
    result, _ = collected(tmp_path, rows, raster=True, valid=valid)
    with rasterio.open(result["raster"]) as file:
        made = file.read(1)
        assert file.nodata == 255 and file.dtypes == ("uint8",)
        assert file.colormap(1)[9] == (0xAA, 0xAA, 0, 255)
        assert file.tags()["CLASS_7"] == "forest" and file.tags()["RSDL_MODEL"] == "land"
    wanted = np.full((20, 30), 255)
    wanted[3:10, :10], wanted[3:10, 10:20], wanted[13:, :10] = 3, 9, 7
    np.testing.assert_array_equal(made, wanted)
    assert {file.name for file in tmp_path.iterdir()} == {"out.gpkg", "map.tif", "map.tif.aux.xml"}


def test_values_beyond_a_byte_make_a_larger_raster(tmp_path):
    card = replace(CARD, classes=(Class(300, "a", "#111111"), *CARD.classes[1:]))
    result, _ = collected(tmp_path, [[0.7, 0.2, 0.1]], card, raster=True)
    with rasterio.open(result["raster"]) as file:
        assert file.nodata == 65535 and file.read(1)[5, 5] == 300 and file.read(1)[15, 25] == 65535


def test_two_classes_go_by_the_threshold():
    card = replace(CARD, classes=CARD.classes[:2], threshold=0.3)
    assert [chosen(np.array([1 - p, p], np.float32), card) for p in (0.2, 0.3, 0.6)] == [[0], [1], [1]]
    assert chosen(np.array([0.6, 0.4], np.float32), replace(card, threshold=None)) == [0]


def test_short_names_for_a_shapefile(tmp_path):
    classes = tuple(Class(i, name, "#111111") for i, name in enumerate(["medium residential", "medium resort", "sea"]))
    result, said = collected(tmp_path, [[0.7, 0.2, 0.1]], replace(CARD, classes=classes), name="out.shp")
    assert list(result["fields"].values()) == ["medium_res", "medium_r_1", "sea"]
    assert table(result["output"])[0]["medium_r_1"] == [0.2]
    assert any("medium resort: medium_r_1" in text for text in said)


def test_what_cannot_be_asked_for():
    with pytest.raises(MismatchError, match="several labels"):
        ClassificationCollector.check(SceneFiles("o.gpkg", "o.tif"), LABELS)
    with pytest.raises(OutputError, match="vector ending"):
        ClassificationCollector.check(SceneFiles("o.tif"), CARD)


def test_a_class_raster_that_is_whole_stays_where_the_vector_cannot_be_written(tmp_path, monkeypatch):
    files = SceneFiles(str(tmp_path / "out.gpkg"), str(tmp_path / "map.tif"))
    collector = ClassificationCollector(CARD, GRID, GridScenes(GRID, 10), files, Report())
    monkeypatch.setattr(collector.sink, "close", lambda: (_ for _ in ()).throw(OutputError("Full.")))
    with pytest.raises(OutputError) as caught:
        collector.close()
    collector.abort()
    assert {file.name for file in tmp_path.iterdir()} == {"map.tif", "map.tif.aux.xml"}
    assert str(caught.value) == f"Full. {tmp_path / 'map.tif'} is whole and stays."
