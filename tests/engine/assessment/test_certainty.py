"""The uncertainty beside a map: whether it finds the map's errors, whatever the layers are."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from rasterio.transform import from_origin
from sklearn.metrics import roc_auc_score

from rsdl_qgis.engine.assessment.certainty import counts
from rsdl_qgis.engine.assessment.maps import tell_certainty
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.evaluation.uncertainty import MEASURES
from rsdl_qgis.engine.feedback import Report

from .test_maps import ORIGIN, centre, compare, raster, vector, write_features

SHAPE = 60, 80


@pytest.fixture
def case(make_raster, rng):
    """(predicted, reference, uncertainty) arrays of a map that is less certain where it is wrong; and their paths."""
    reference = rng.integers(0, 3, SHAPE).astype("uint8")
    wrong = rng.random(SHAPE) < 0.3
    predicted = np.where(wrong, (reference + 1) % 3, reference).astype("uint8")
    uncertain = np.clip(rng.normal(0.4 + 0.2 * wrong, 0.15), 0.01, 0.99).astype("float32")
    arrays = predicted, reference, uncertain
    paths = [make_raster(a[None], f"{name}.tif", nodata=-1 if name == "u" else 255) for a, name in zip(arrays, "pru")]
    return arrays, paths


def assert_finds(found, wrong, uncertain):
    """The figures are those of scikit-learn and of sorting, but for the width of bins."""
    assert found["auroc"] == pytest.approx(roc_auc_score(wrong, uncertain), abs=2e-3)
    risk = np.cumsum(wrong[np.argsort(uncertain)]) / np.arange(1, len(wrong) + 1)
    assert found["area"] == pytest.approx(risk.mean(), abs=2e-3)
    assert found["risk"][-1] == pytest.approx(wrong.mean(), abs=1e-9) and found["coverage"][-1] == 1


def test_figures_report_and_what_has_no_certainty(case, make_raster, tmp_path):
    (predicted, reference, uncertain), (p, r, _) = case
    uncertain[:, 70:] = -1
    page = tmp_path / "r.html"
    result = compare(p, r, certainty=[raster(make_raster(uncertain[None], "v.tif", nodata=-1))], report=str(page))
    known = uncertain >= 0
    assert list(result["errors"]) == ["uncertainty"]
    assert_finds(result["errors"]["uncertainty"], (predicted != reference)[known], uncertain[known])
    assert result["figures"]["auroc_of_errors"] == result["errors"]["uncertainty"]["auroc"]
    assert result["figures"]["area_under_risk_coverage"] == result["errors"]["uncertainty"]["area"]
    assert any("600 of the compared pixels have no certainty" in note for note in result["notes"])
    text = page.read_text(encoding="utf-8")
    assert "Uncertainty and errors" in text and f"{result['errors']['uncertainty']['auroc']:.3f}" in text
    assert "v.tif" in text


def test_without_it_there_are_no_figures(case):
    result = compare(case[1][0], case[1][1])
    assert result["errors"] == {} and result["figures"]["auroc_of_errors"] is None


@pytest.mark.parametrize(("auroc", "levels"), [(0.8, ["info"]), (0.3, ["info", "warning"]), (None, [])])
def test_what_it_is_read_as_is_told_and_what_looks_wrong(auroc, levels):
    said = []
    report = Report()
    report.log = lambda level, text: said.append((level, text))
    tell_certainty({"confidence": SimpleNamespace(auroc=auroc)}, report)
    assert [level for level, _ in said] == levels
    assert not said or "read as confidence" in said[0][1]


def test_a_confidence_is_the_other_way_round(case, make_raster):
    (predicted, reference, uncertain), (p, r, _) = case
    layer = raster(make_raster(1 - uncertain[None], "c.tif", nodata=-1))
    result = compare(p, r, certainty=[layer], certainty_kind="confidence")
    assert_finds(result["errors"]["confidence"], (predicted != reference).ravel(), uncertain.ravel())


def test_probabilities_have_both_measures(case, make_raster, rng):
    (predicted, reference, _), (p, r, _) = case
    probabilities = rng.dirichlet((1, 1, 1), SHAPE).transpose(2, 0, 1).astype("float32")
    result = compare(p, r, certainty=[raster(make_raster(probabilities, "q.tif", nodata=-1))])
    assert list(result["errors"]) == list(MEASURES)
    for name, measure in MEASURES.items():
        assert_finds(result["errors"][name], (predicted != reference).ravel(), measure(probabilities).ravel())


def test_one_band_of_probabilities_is_that_of_the_second_class(case, make_raster, rng):
    (predicted, reference, _), (p, r, _) = case
    second = rng.random((1, *SHAPE)).astype("float32")
    layer = raster(make_raster(second, "q.tif", nodata=-1))
    result = compare(p, r, certainty=[layer], certainty_kind="probabilities")
    assert_finds(result["errors"]["margin"], (predicted != reference).ravel(), (1 - abs(2 * second - 1)).ravel())


def test_points_and_classes_by_name(case, tmp_path, rng):
    """Classes of the reference are names; the map's numbers have these names."""
    (predicted, reference, uncertain), (p, _, u) = case
    names = {0: "land", 1: "water", 2: "cloud"}
    rows, cols = rng.integers(0, SHAPE[0], 400), rng.integers(0, SHAPE[1], 400)
    features = [("Point", centre(int(c), int(w)), {"kind": names[int(reference[w, c])]}) for w, c in zip(rows, cols)]
    points = vector(write_features(tmp_path / "points.json", features), "kind")
    mapped = raster(p, names={str(value): name for value, name in names.items()})
    result = compare(mapped, points, certainty=[raster(u)])
    assert_finds(result["errors"]["uncertainty"], (predicted != reference)[rows, cols], uncertain[rows, cols])


def test_a_coarser_grid_is_looked_up_under_the_maps_pixels(case, make_raster):
    (predicted, reference, _), (p, r, _) = case
    coarse = np.linspace(0.1, 0.9, 30 * 40, dtype="float32").reshape(1, 30, 40)
    layer = make_raster(coarse, "c.tif", nodata=-1, transform=from_origin(*ORIGIN, 20, 20))
    result = compare(p, r, certainty=[raster(layer)])
    fine = coarse[0].repeat(2, 0).repeat(2, 1)
    assert_finds(result["errors"]["uncertainty"], (predicted != reference).ravel(), fine.ravel())


def test_several_maps_are_counted_together(case, make_raster, rng):
    (predicted, reference, uncertain), (p, r, u) = case
    other = rng.random(SHAPE).astype("float32")
    result = compare([p, p], [r], certainty=[raster(u), raster(make_raster(other[None], "o.tif", nodata=-1))])
    wrong = np.tile((predicted != reference).ravel(), 2)
    assert_finds(result["errors"]["uncertainty"], wrong, np.append(uncertain.ravel(), other.ravel()))


def test_bins_are_merged_where_memory_would_grow(case, monkeypatch):
    (predicted, reference, uncertain), (p, r, u) = case
    monkeypatch.setattr(counts, "MOST", 500)
    found = compare(p, r, certainty=[raster(u)])["errors"]["uncertainty"]
    assert found["auroc"] == pytest.approx(roc_auc_score((predicted != reference).ravel(), uncertain.ravel()), abs=0.02)
    assert found["risk"][-1] == pytest.approx((predicted != reference).mean())


@pytest.mark.parametrize(
    ("values", "more", "said"),
    [
        (np.full((1, *SHAPE), 37.0), {}, "37"),
        (np.full((1, *SHAPE), -0.5), {}, "-0.5"),
        (np.full((3, *SHAPE), 0.3), {"certainty_kind": "confidence"}, "3 bands"),
        (np.full((1, *SHAPE), 0.3), {"transform": from_origin(900_000, 100_000, 10, 10)}, "does not overlap"),
        (np.full((1, *SHAPE), 0.3), {"crs": None}, "no coordinate system"),
    ],
)
def test_what_is_no_certainty_is_told(case, make_raster, values, more, said):
    asked = {name: more.pop(name) for name in ("certainty_kind",) if name in more}
    layer = raster(make_raster(values.astype("float32"), "bad.tif", **more))
    with pytest.raises(InputError, match=said):
        compare(*case[1][:2], certainty=[layer], **asked)


def test_layers_and_measures_must_fit_the_maps(case, make_raster, rng):
    p, r, u = case[1]
    with pytest.raises(InputError, match="2 maps cannot be paired with 1 layers of certainty"):
        compare([p, p], [r], certainty=[raster(u)])
    three = raster(make_raster(rng.dirichlet((1, 1, 1), SHAPE).transpose(2, 0, 1).astype("float32"), "q.tif"))
    with pytest.raises(InputError, match="entropy and margin"):
        compare([p, p], [r], certainty=[raster(u), three])
