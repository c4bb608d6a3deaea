"""rsdl:changedetection, through the real worker."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_an_image_on_another_grid_is_brought_to_the_first_ones(
    run, known_models, pair, tmp_path, write_raster, read_raster
):
    """AFTER has pixels of half the size, starts 5 columns further right, and ends further right."""
    fine = np.repeat(np.repeat(AFTER[:, 5:], 2, axis=0), 2, axis=1)
    fine = np.pad(fine, ((0, 0), (0, 20)), mode="edge")
    place = (500_050, 5, 0, 4_600_000, 0, -5)
    moved = write_raster(tmp_path / "f.tif", [fine], transform=place, descriptions=["height"])
    results, _ = run("changedetection", {**pair, "AFTER": moved, "MODEL": "grown"})
    made = read_raster(results["OUTPUT"])
    if made.shape[1] == 50:  # on all of the first one's grid: nodata where AFTER has nothing
        assert (made[:, :5] == 255).all()
        made = made[:, 5:]
    np.testing.assert_array_equal(made, GROWN[:, 5:])


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
        ({"OUTPUT": "out.gpkg"}, [".tif"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, pair, changes, words):
    text = refusal("changedetection", {**pair, "MODEL": "grown", **changes})
    assert all(word in text for word in words), text


def test_says_which_models_there_are_where_none_fits(refusal, known_models, pair, tmp_path, write_raster):
    plain = write_raster(tmp_path / "n.tif", [AFTER, AFTER])
    text = refusal("changedetection", {**pair, "AFTER": plain})
    assert "0 of the installed ones" in text and "grown" in text and "bright" not in text
