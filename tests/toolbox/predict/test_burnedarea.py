"""rsdl:burnedarea, through the real worker, with the shipped models."""

from __future__ import annotations

import numpy as np
import pytest

BANDS = ("B2", "B3", "B4", "B8", "B12")
BURNED = np.zeros((128, 128), bool)
BURNED[30:90, 20:100] = True
RANDOM = np.random.default_rng(0)


def scene(burned):
    """Reflectance × 10,000 of a shrubland, or of it burned."""
    green, black = (400, 600, 500, 2800, 1300), (350, 420, 450, 900, 2300)
    bands = [np.where(burned, b, g) + RANDOM.normal(0, 30, burned.shape) for g, b in zip(green, black)]
    return [band.astype("float32") for band in bands]


@pytest.fixture
def pair(tmp_path, write_raster):
    before = write_raster(tmp_path / "before.tif", scene(BURNED & False), descriptions=BANDS)
    after = write_raster(tmp_path / "after.tif", scene(BURNED), descriptions=BANDS)
    return {"BEFORE": before, "AFTER": after, "OUTPUT": str(tmp_path / "out.tif")}


def agreement(path, read_raster):
    return (read_raster(path) == BURNED).mean()


def test_picks_the_model_for_the_images_given(run, pair, read_raster):
    results, _ = run("burnedarea", pair)
    assert results["MODEL_NAME"] == "burned-area"
    assert agreement(results["OUTPUT"], read_raster) > 0.9
    assert results["CLASS_SHARE"] == pytest.approx(read_raster(results["OUTPUT"]).mean(), abs=1e-6)
    assert "THRESHOLD_USED" not in results
    results, _ = run("burnedarea", {**pair, "BEFORE": None})
    assert results["MODEL_NAME"] == "burned-area-after"


@pytest.mark.parametrize(
    "changes",
    [
        {"METHOD": "otsu"},
        {"METHOD": "otsu", "BEFORE": None},
        {"METHOD": "threshold"},
        {"METHOD": "threshold", "BEFORE": None, "THRESHOLD": 0.0},
    ],
)
def test_the_burn_ratio_by_a_threshold(run, pair, read_raster, tmp_path, changes):
    polygons = str(tmp_path / "p.gpkg")
    results, _ = run("burnedarea", {**pair, "POLYGONS": polygons, **changes})
    assert agreement(results["OUTPUT"], read_raster) == 1
    assert results["CLASS_SHARE"] == pytest.approx(BURNED.mean())
    assert results["THRESHOLD_USED"] == changes.get("THRESHOLD", results["THRESHOLD_USED"])
    assert ("ASHMAN_D" in results) == (changes["METHOD"] == "otsu")
    if changes == {"METHOD": "threshold"}:
        assert results["THRESHOLD_USED"] == 0.1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"AFTER": None}, ["AFTER"]),
        ({"THRESHOLD": 0.1}, ["THRESHOLD", "METHOD=threshold"]),
        ({"METHOD": "threshold", "WINDOW": 64}, ["WINDOW", "METHOD=otsu"]),
        ({"METHOD": "threshold", "BEFORE": None}, ["THRESHOLD", "METHOD=otsu"]),
        ({"METHOD": "otsu", "PROBABILITIES": "p.tif"}, ["PROBABILITIES", "METHOD=model"]),
        ({"MODEL": "forest"}, ["'forest'", "burned area"]),
        ({"MODEL": "burned-area-after"}, ["'burned-area-after'", "2 image"]),
    ],
)
def test_refuses_with_a_sentence(refusal, pair, changes, words):
    text = refusal("burnedarea", {**pair, **changes})
    assert all(word in text for word in words), text
