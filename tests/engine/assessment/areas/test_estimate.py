"""From a sample's answers to a report: figures, notes, tables, and what is no sample."""

from __future__ import annotations

import csv

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from rsdl_qgis.engine.assessment.areas.draw import run_draw_sample
from rsdl_qgis.engine.assessment.areas.estimate import run_estimate_area
from rsdl_qgis.engine.assessment.maps import run_assess
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import apply

CRS = "EPSG:32634"
UPRIGHT = from_origin(500_000, 4_200_000, 10, 10)
NAMES = {"1": "land", "2": "water", "3": "town"}


@pytest.fixture
def scene(tmp_path):
    """(map, truth): arrays; map.tif of the first."""
    random = np.random.default_rng(2)
    truth = random.choice([1, 2, 3], (120, 150), p=[0.7, 0.2, 0.1]).astype(np.uint8)
    seen = np.where(random.random(truth.shape) < 0.85, truth, random.integers(1, 4, truth.shape)).astype(np.uint8)
    write(tmp_path / "map.tif", seen)
    return seen, truth


def write(path, values, nodata=255):
    kind = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=CRS, transform=UPRIGHT, nodata=nodata, **kind) as file:
        file.write(values, 1)


@pytest.fixture
def answered(tmp_path, scene):
    """Draws a sample and answers it; ``change``: of the fields by name before they are written again."""

    def made(change=None, name="answers.gpkg", **arguments):
        drawn = str(tmp_path / "sample.gpkg")
        layer = {"path": str(tmp_path / "map.tif"), "names": NAMES, "title": "map"}
        run_draw_sample({"map": layer, "output": drawn, **{"size": 300, "allocation": "equal"} | arguments}, Report())
        meta, _, wkb, columns = pyogrio.raw.read(drawn)
        fields = dict(zip(meta["fields"], columns))
        places = shapely.from_wkb(wkb)
        column, row = apply(~UPRIGHT, shapely.get_x(places), shapely.get_y(places))
        fields["reference"] = scene[1][row.astype(int), column.astype(int)].astype(object)
        kept = np.ones(len(wkb), bool)
        if change is not None:
            found = change(fields)
            kept = kept if found is None else found
        masks = [np.array([value is None for value in values[kept]]) for values in fields.values()]
        values = [
            np.array([0 if v is None else v for v in values[kept]]) if name == "reference" else values[kept]
            for name, values in fields.items()
        ]
        path = str(tmp_path / name)
        pyogrio.raw.write(
            path, wkb[kept], values, [*fields], field_mask=masks, geometry_type="Point", crs=CRS, driver="GPKG"
        )
        return path

    return made


def estimate(path, listener=None, **arguments):
    return run_estimate_area({"sample": {"path": path, "title": "points"}, **arguments}, listener or Report())


def test_figures_of_a_round_trip(answered, scene, tmp_path):
    seen, truth = scene
    report, table = tmp_path / "r.html", tmp_path / "t.csv"
    result = estimate(answered(), report=str(report), table=str(table))
    assert result["by_class"] and "Olofsson" in result["drawn"] and not result["figures"]["unanswered"]
    total = result["figures"]["area"]
    for i, item in enumerate(result["classes"]):
        assert item["name"] == NAMES[str(i + 1)]
        assert item["mapped_area"] == pytest.approx((seen == i + 1).mean() * total, rel=1e-3)
        assert item["area"]["low"] < (truth == i + 1).mean() * total < item["area"]["high"]
        hits = (seen == i + 1) & (truth == i + 1)
        assert item["users_accuracy"]["low"] < hits.sum() / (seen == i + 1).sum() < item["users_accuracy"]["high"]
    low, high = result["intervals"]["overall_accuracy"]
    assert low < (seen == truth).mean() < high
    assert "Area of each class" in report.read_text() and "town" in report.read_text()
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert float(rows[1]["area_m2_high"]) == result["classes"][1]["area"]["high"]
    assert float(rows[2]["mapped_m2"]) == result["classes"][2]["mapped_area"]


def test_another_map_has_other_strata(answered, scene, tmp_path):
    write(tmp_path / "perfect.tif", scene[1])
    result = estimate(answered(), map={"path": str(tmp_path / "perfect.tif"), "title": "perfect"})
    assert not result["by_class"] and "Stehman" in result["drawn"]
    assert result["figures"]["overall_accuracy"] == 1 and result["intervals"]["overall_accuracy"] == [None, None]
    assert any("has no interval" in note for note in result["notes"])
    first = estimate(answered())
    areas = [[item["area"]["value"] for item in found["classes"]] for found in (result, first)]
    assert areas[0] == pytest.approx(areas[1])


def test_a_map_with_nodata_at_points_is_wrong_there(answered, scene, tmp_path):
    values = scene[1].copy()
    values[:60] = 255
    write(tmp_path / "half.tif", values)
    result = estimate(answered(), map={"path": str(tmp_path / "half.tif")})
    assert result["classes"][-1]["label"] == "not mapped" and result["classes"][-1]["reference"] == 0
    assert 0.4 < result["figures"]["overall_accuracy"] < 0.6


@pytest.mark.parametrize("design", ["simple", "systematic"])
def test_designs_without_strata(answered, scene, design):
    result = estimate(answered(design=design, size=400))
    assert not result["by_class"] and "without strata" in result["drawn"]
    low, high = result["intervals"]["overall_accuracy"]
    assert low < (scene[0] == scene[1]).mean() < high
    assert ("grid" in result["drawn"]) == (design == "systematic")


def test_open_and_removed_points_are_told(answered):
    def change(fields):
        fields["reference"][:10] = None
        kept = np.ones(len(fields["id"]), bool)
        kept[20:24] = False
        return kept

    result = estimate(answered(change))
    assert result["figures"]["unanswered"] == 14 and result["figures"]["points"] == 286
    assert "14 points have no answer, or were removed" in result["notes"][0]


def test_a_stratum_without_answers_takes_its_area_away(answered):
    def open_class_3(fields):
        fields["reference"][fields["stratum"] == 3] = None

    def gone_class_3(fields):
        return fields["stratum"] != 3

    for change in (open_class_3, gone_class_3):
        result = estimate(answered(change))
        assert len(result["strata"]) == 2
        assert any("of the area is in strata without any answer" in note for note in result["notes"])


def test_one_answer_in_a_stratum_gives_no_intervals(answered):
    def change(fields):
        own = np.flatnonzero(fields["stratum"] == 3)
        fields["reference"][own[1:]] = None

    result = estimate(answered(change))
    assert result["intervals"]["overall_accuracy"] == [None, None]
    assert result["figures"]["overall_accuracy"] is not None
    assert any("one answer alone" in note for note in result["notes"])


def test_classes_that_nobody_found_or_mapped(answered):
    def change(fields):
        fields["reference"][:] = [4 if value == 3 else value for value in fields["reference"]]

    result = estimate(answered(change))
    by_label = {item["value"]: item for item in result["classes"]}
    assert by_label[3]["area"]["value"] == 0 and by_label[3]["area"]["low"] is None
    assert by_label[3]["producers_accuracy"]["value"] is None and by_label[4]["users_accuracy"]["value"] is None
    assert any("No point was found to be" in note for note in result["notes"])
    assert any("No point is mapped as" in note for note in result["notes"])


def test_answers_by_name(answered, tmp_path):
    def change(fields):
        fields["answer"] = np.array([NAMES[str(value)] for value in fields["reference"]], object)
        fields["reference"][:] = None

    path = answered(change)
    result = run_estimate_area({"sample": {"path": path, "fields": {"reference": "answer"}}}, Report())
    assert [item["label"] for item in result["classes"]] == ["1 land", "2 water", "3 town"]
    assert result["figures"]["overall_accuracy"] > 0.7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.pop("stratum_m2") is None, "no probability sample"),
        (lambda f: f.pop("stratum") is None, "no probability sample"),
        (lambda f: f["reference"].fill(None), "None of the sample's points has an answer"),
        (lambda f: f["stratum_m2"].__setitem__(0, 1.0), "do not agree on its area"),
        (lambda f: f["id"].__setitem__(0, f["id"][1]), "is there 2 times"),
        (lambda f: f["design"].__setitem__(0, "simple"), "drawn in different ways"),
        (lambda f: f["seed"].__setitem__(0, 99), "different seeds"),
        (lambda f: f["reference"].fill(9), "no class in common"),
    ],
)
def test_what_is_no_sample_is_said(answered, change, words, tmp_path):
    def changed(fields):
        change(fields)

    path = answered(changed)
    with pytest.raises(InputError, match=words):
        estimate(path, report=str(tmp_path / "r.html"))
    assert not (tmp_path / "r.html").exists()


def test_points_added_by_hand_are_left_out(answered):
    path = answered()
    meta, _, wkb, columns = pyogrio.raw.read(path)
    fields = dict(zip(meta["fields"], columns))
    mask = [np.arange(len(wkb)) < 5 if name == "stratum" else None for name in fields]
    pyogrio.raw.write(
        path, wkb, [*fields.values()], [*fields], field_mask=mask, geometry_type="Point", crs=CRS, driver="GPKG"
    )
    result = estimate(path)
    assert any("5 points without a stratum" in note for note in result["notes"])
    assert result["figures"]["points"] == 295


def test_a_sample_drawn_elsewhere_says_its_strata_and_their_areas(answered):
    def change(fields):
        fields["zone"], fields["hectares"] = fields.pop("stratum"), fields.pop("stratum_m2")
        for name in ("strat_name", "design", "incl_prob", "weight", "pixel_m2", "stratum_px", "stratum_n", "total_m2"):
            fields.pop(name)

    path = answered(change)
    result = run_estimate_area(
        {"sample": {"path": path, "fields": {"stratum": "zone", "stratum_m2": "hectares"}}}, Report()
    )
    assert "does not say how its points were drawn" in result["drawn"]
    assert result["strata"][0]["pixels"] is None and result["intervals"]["overall_accuracy"][0] is not None


def test_the_same_figures_in_an_assessment(answered, tmp_path):
    path, report, table = answered(), tmp_path / "r.html", tmp_path / "t.csv"
    arguments = {
        "predicted": [{"path": str(tmp_path / "map.tif"), "names": NAMES}],
        "reference": [{"path": path, "vector": True, "field": "reference", "title": "points"}],
    }
    result = run_assess({**arguments, "report": str(report), "table": str(table)}, Report())
    alone = estimate(path)
    assert result["areas"]["classes"] == alone["classes"] and result["areas"]["figures"] == alone["figures"]
    assert "Estimates for the area" in report.read_text()
    assert (
        float(next(csv.DictReader(table.read_text().splitlines()))["area_m2"]) == alone["classes"][0]["area"]["value"]
    )
    part = run_assess({**arguments, "extent": [500_000, 4_199_000, 501_000, 4_200_000]}, Report())
    assert part["areas"] is None and "EXTENT or MASK" in part["no_areas"]


def test_a_reference_that_nobody_drew_has_no_areas_and_is_told_why(answered, tmp_path):
    report = tmp_path / "r.html"
    path = answered(lambda fields: [fields.pop(name) for name in [*fields] if name != "reference"] and None)
    result = run_assess(
        {
            "predicted": [{"path": str(tmp_path / "map.tif")}],
            "reference": [{"path": path, "vector": True, "field": "reference"}],
            "report": str(report),
        },
        Report(),
    )
    assert result["areas"] is None and "no probability sample" in result["no_areas"]
    assert "somebody chose" in report.read_text()
