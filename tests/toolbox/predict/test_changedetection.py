"""rsdl:changedetection, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from rsdl_qgis.paths import plugin_file

BEFORE = np.add.outer(np.arange(40) * 2.0, np.zeros(50))
GROWTH = np.add.outer(np.zeros(40), np.arange(50) * 4.0)
AFTER = BEFORE + GROWTH  # grown by more than 100 from column 26 on
GROWN = GROWTH > 100


@pytest.fixture
def pair(tmp_path, write_raster):
    """The parameters BEFORE, AFTER and OUTPUT."""
    images = {"BEFORE": BEFORE, "AFTER": AFTER}
    paths = {name: write_raster(tmp_path / f"{name}.tif", [a], descriptions=["height"]) for name, a in images.items()}
    return {**paths, "OUTPUT": str(tmp_path / "out.tif")}


def test_maps_what_changed(run, known_models, pair, tmp_path, read_raster):
    probabilities, polygons = str(tmp_path / "p.tif"), tmp_path / "p.gpkg"
    parameters = {**pair, "MODEL": "grown", "PROBABILITIES": probabilities, "POLYGONS": str(polygons)}
    results, _ = run("changedetection", {**parameters, "TILE_SIZE": 32, "OVERLAP": 8})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), GROWN)
    np.testing.assert_allclose(read_raster(probabilities)[1], GROWN, atol=0.01)
    assert results["MODEL_NAME"] == "grown" and polygons.is_file()


def test_the_order_of_the_dates_matters(run, known_models, pair, read_raster):
    results, _ = run("changedetection", {**pair, "BEFORE": pair["AFTER"], "AFTER": pair["BEFORE"], "MODEL": "grown"})
    assert not read_raster(results["OUTPUT"]).any()


@pytest.fixture
def finer(tmp_path, write_raster):
    """AFTER with pixels of half the size, from 5 columns further right to 5 columns past the end."""
    fine = np.repeat(np.repeat(AFTER[:, 5:], 2, axis=0), 2, axis=1)
    fine = np.pad(fine, ((0, 0), (0, 20)), mode="edge")
    place = (500_050, 5, 0, 4_600_000, 0, -5)
    return write_raster(tmp_path / "f.tif", [fine], transform=place, descriptions=["height"])


@pytest.mark.parametrize("grid", ["before", "after", "finer", None])
def test_the_map_is_on_the_grid_that_is_asked_for_else_on_the_finer(run, known_models, pair, finer, read_raster, grid):
    chosen = {"GRID": grid} if grid else {}
    results, _ = run("changedetection", {**pair, "AFTER": finer, "MODEL": "grown", **chosen})
    made = read_raster(results["OUTPUT"])
    if grid == "before":  # on all of its grid: nodata where AFTER has nothing
        assert made.shape == (40, 50) and (made[:, :5] == 255).all()
        np.testing.assert_array_equal(made[:, 5:], GROWN[:, 5:])
        return
    assert made.shape == (80, 110) and (made[:, 90:] == 255).all()
    doubled = np.kron(GROWN[:, 5:], np.ones((2, 2), int))
    assert (made[:, :90] == doubled).mean() > 0.98  # heights before lie between pixels now


def test_the_rule_of_resampling_can_be_chosen(run, known_models, pair, tmp_path, write_raster, read_raster):
    """AFTER is a checkerboard half a pixel off: only nearest keeps its values."""
    checkers = np.indices((40, 50)).sum(0) % 2 * 400.0
    moved = write_raster(tmp_path / "m.tif", [checkers], transform=(500_004, 10, 0, 4_600_000, 0, -10))
    parameters = {**pair, "AFTER": moved, "MODEL": "grown", "GRID": "before"}
    results, _ = run("changedetection", {**parameters, "RESAMPLING": "nearest"})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"])[:, 1:], (checkers - BEFORE > 100)[:, 1:])
    results, _ = run("changedetection", parameters)
    assert (read_raster(results["OUTPUT"])[:25, 1:] == 1).all()  # 160 or 240, not 0 or 400


def test_another_sky_is_taken_out(run, known_models, pair, tmp_path, write_raster, read_raster, feedback):
    random = np.random.default_rng(0)
    before = random.normal(500, 60, (40, 50))
    after = before + random.normal(0, 1, before.shape)
    after[10:20, 10:30] += 300
    names = {"BEFORE": before, "AFTER": after * 0.4 + 900}
    paths = {name: write_raster(tmp_path / f"h{name}.tif", [a], descriptions=["height"]) for name, a in names.items()}
    results, _ = run("changedetection", {**pair, **paths, "MODEL": "grown"})
    assert read_raster(results["OUTPUT"]).all()
    results, _ = run("changedetection", {**pair, **paths, "MODEL": "grown", "NORMALIZE": "irmad"}, feedback)
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), after - before > 100)
    assert "after normalised to before (irmad" in feedback.text()


def test_kinds_of_change_are_named_and_coloured(run, known_models, pair, tmp_path, write_raster, read_raster, feedback):
    after = BEFORE + np.add.outer(np.zeros(40), np.linspace(-300, 300, 50))
    image = write_raster(tmp_path / "k.tif", [after], descriptions=["relief"])
    project, context = QgsProject(), QgsProcessingContext()
    context.setProject(project)
    files = {"OUTPUT": str(tmp_path / "p.tif"), "POLYGONS": str(tmp_path / "p.gpkg")}
    loads = {name: QgsProcessingOutputLayerDefinition(path, project) for name, path in files.items()}
    run("changedetection", {**pair, "AFTER": image, **loads, "MODEL": "moved"}, feedback, context)
    rise = after - BEFORE
    expected = np.where(rise > 100, 1, np.where(rise < -100, 2, 0))
    np.testing.assert_array_equal(read_raster(files["OUTPUT"]), expected)
    details = context.layersToLoadOnCompletion()
    raster, vector = QgsRasterLayer(files["OUTPUT"], "map"), QgsVectorLayer(files["POLYGONS"], "polygons", "ogr")
    for path, layer in zip(files.values(), (raster, vector)):
        details[path].postProcessor().postProcessLayer(layer, context, feedback)
    assert {f["class"]: f["value"] for f in vector.getFeatures()} == {"field to houses": 1, "houses to field": 2}
    shown = {item.value: (item.label, item.color.name()) for item in raster.renderer().classes()}
    assert shown == {0: ("same", "#999999"), 1: ("field to houses", "#e41a1c"), 2: ("houses to field", "#4daf4a")}
    drawn = {int(item.value()): item.symbol().color().name() for item in vector.renderer().categories()}
    assert drawn[1] == "#e41a1c" and drawn[2] == "#4daf4a"


def test_two_places_are_refused(run, known_models, pair, tmp_path, write_raster):
    far = write_raster(tmp_path / "far.tif", [AFTER], transform=(600_000, 10, 0, 4_600_000, 0, -10))
    with pytest.raises(QgsProcessingException, match=r"far.tif does not overlap|BEFORE.tif does not overlap"):
        run("changedetection", {**pair, "AFTER": far, "MODEL": "grown"})
    assert not (tmp_path / "out.tif").exists()


def test_one_raster_without_a_coordinate_system_is_refused(run, known_models, pair, tmp_path, write_raster):
    bare = write_raster(tmp_path / "bare.tif", [AFTER], epsg=None)
    with pytest.raises(QgsProcessingException, match=r"bare.tif has no coordinate system, but .*BEFORE.tif has one"):
        run("changedetection", {**pair, "AFTER": bare, "MODEL": "grown"})


def test_finds_the_model_and_bands_by_description_or_number(
    run, known_models, pair, tmp_path, write_raster, read_raster
):
    other = AFTER * 0
    swapped = write_raster(tmp_path / "s.tif", [other, AFTER], descriptions=["slope", "height"])
    results, _ = run("changedetection", {**pair, "AFTER": swapped})
    assert results["MODEL_NAME"] == "grown"
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), GROWN)
    images = {"BEFORE": BEFORE, "AFTER": AFTER}
    plain = {name: write_raster(tmp_path / f"n{name}.tif", [other, a]) for name, a in images.items()}
    results, _ = run("changedetection", {**pair, **plain, "BANDS": [2], "MODEL": "grown"})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), GROWN)


@pytest.fixture
def other_sensors(tmp_path, write_raster):
    """BEFORE with the height as band 1 of 2, AFTER as band 2 of 3."""
    none = AFTER * 0
    before = write_raster(tmp_path / "tm.tif", [BEFORE, none], descriptions=["height"])
    after = write_raster(tmp_path / "oli.tif", [none, AFTER, none])
    return {"BEFORE": before, "AFTER": after, "OUTPUT": str(tmp_path / "out.tif"), "MODEL": "grown"}


@pytest.mark.parametrize("bands", [{"BANDS": [1], "BANDS_AFTER": [2]}, {"BANDS_AFTER": [2]}])
def test_each_date_has_bands_of_its_own(run, known_models, other_sensors, read_raster, bands):
    results, _ = run("changedetection", {**other_sensors, **bands})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), GROWN)


def test_bands_count_for_both_dates(run, known_models, other_sensors, read_raster):
    results, _ = run("changedetection", {**other_sensors, "BANDS": [1]})
    assert not read_raster(results["OUTPUT"]).any()


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ({}, ["AFTER: ", "by number in BANDS_AFTER"]),
        ({"BANDS": [3]}, ["BANDS names band 3", "'tm' has 2"]),
        ({"BANDS": [1], "BANDS_AFTER": [4]}, ["BANDS_AFTER names band 4", "'oli' has 3"]),
        ({"BANDS_AFTER": [1, 2]}, ["BANDS_AFTER names 2 band(s)"]),
    ],
)
def test_says_in_which_option_bands_are_chosen(refusal, known_models, other_sensors, bands, words):
    text = refusal("changedetection", {**other_sensors, **bands})
    assert all(word in text for word in words), text


class TestLandsat:
    """change-landsat: TM and OLI number their bands differently."""

    MODEL = str(plugin_file("models") / "change-landsat")

    def pair(self, tmp_path, write_raster, names):
        place = (500_000, 30, 0, 4_600_000, 0, -30)
        stack = write_raster(tmp_path / "stack.tif", [AFTER] * len(names), transform=place, descriptions=names)
        return {"BEFORE": stack, "AFTER": stack, "MODEL": self.MODEL, "OUTPUT": str(tmp_path / "out.tif")}

    @pytest.mark.parametrize("name", ["B{}", "SR_B{}"])
    def test_numbered_bands_are_to_be_chosen(self, refusal, tmp_path, write_raster, name):
        names = [name.format(number) for number in range(1, 8)]
        text = refusal("changedetection", self.pair(tmp_path, write_raster, names))
        assert "(blue, green, red, NIR, SWIR1, SWIR2)" in text and "by number in BANDS, in that order" in text

    @pytest.mark.parametrize("names", [[f"SR_B{n}" for n in range(2, 8)], ["blue", "green", "red", "NIR", "x", "y"]])
    def test_as_many_of_other_names_are_taken_in_order_and_told(self, run, tmp_path, write_raster, names, feedback):
        run("changedetection", self.pair(tmp_path, write_raster, names), feedback)
        told = [text for kind, text in feedback.said if kind == "warning" and "have other names" in text]
        assert len(told) == 2 and "'stack'" in told[0] and "in its order: blue, green, red" in told[0]
        assert told[0].endswith("in BANDS.") and told[1].endswith("in BANDS_AFTER.")

    def test_colours_and_no_names_are_not_told_of(self, run, tmp_path, write_raster, feedback):
        for names in (["SWIR2", "SWIR1", "NIR", "red", "green", "blue"], [""] * 6):
            run("changedetection", self.pair(tmp_path, write_raster, names), feedback)
        assert "other names" not in feedback.text()


def test_takes_segmentation_of_two_dates(run, known_models, pair, read_raster):
    results, _ = run("changedetection", {**pair, "BANDS": [1], "MODEL": "flood-s1"})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), AFTER > 100)


def test_tells_of_a_raster_given_twice(run, known_models, pair, feedback):
    run("changedetection", {**pair, "AFTER": pair["BEFORE"], "MODEL": "grown"}, feedback)
    assert any(kind == "warning" and "same raster" in text for kind, text in feedback.said)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"MODEL": "bright"}, ["'bright' is for segmentation", "for change", "'Semantic segmentation'"]),
        ({"MODEL": "height"}, ["'height' is for regression", "'Pixel regression'"]),
        ({"MODEL": "flood-s1s2"}, ["'flood-s1s2'", "'Flood mapping'"]),
        ({"MODEL": "nothing"}, ["no model 'nothing'", "grown"]),
        ({"BANDS": [1, 1]}, ["2 band", "height"]),
        ({"AFTER": "none.tif"}, ["AFTER"]),
        ({"GRID": "best"}, ["GRID"]),
        ({"NORMALIZE": "best"}, ["NORMALIZE"]),
        ({"RESAMPLING": "best"}, ["RESAMPLING"]),
        ({"OUTPUT": "out.gpkg"}, [".tif"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, pair, changes, words):
    text = refusal("changedetection", {**pair, "MODEL": "grown", **changes})
    assert all(word in text for word in words), text


def test_says_which_models_there_are_where_none_fits(refusal, known_models, pair, tmp_path, write_raster):
    plain = write_raster(tmp_path / "n.tif", [AFTER, AFTER])
    text = refusal("changedetection", {**pair, "AFTER": plain})
    assert "0 of the installed models" in text and "grown" in text and "bright" not in text
