"""Maps compared on one reference: pixels by blocks, points, and the points of a sample."""

from __future__ import annotations

import csv

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from rsdl_qgis.engine.assessment.areas.draw import run_draw_sample
from rsdl_qgis.engine.assessment.comparing.compare import run_compare_maps
from rsdl_qgis.engine.assessment.maps import run_assess
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.evaluation.paired import difference, mcnemar
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import apply

CRS = "EPSG:32634"
UPRIGHT = from_origin(500_000, 4_200_000, 10, 10)
SHAPE = (200, 200)


def patches(random, side):
    """Random numbers, the same in squares of a side."""
    return np.kron(random.random((SHAPE[0] // side, SHAPE[1] // side)), np.ones((side, side)))


@pytest.fixture
def scene(tmp_path):
    """The truth, an old map, a new one that is better, and one that is as good as the old one; as rasters too."""
    random = np.random.default_rng(4)

    def spoilt(share):
        return np.where(patches(random, 4) < share, (patches(random, 4) * 3).astype(np.uint8) + 1, truth)

    truth = (patches(random, 20) * 3).astype(np.uint8) + 1
    found = {"truth": truth, "old": spoilt(0.3), "new": spoilt(0.15), "same": spoilt(0.3)}
    for name, values in found.items():
        write(tmp_path / f"{name}.tif", values)
    return found


def write(path, values, transform=UPRIGHT, nodata=255):
    kind = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", crs=CRS, transform=transform, nodata=nodata, **kind) as file:
        file.write(values.astype(np.uint8), 1)


@pytest.fixture
def compare(tmp_path, scene):
    def compared(*names, reference=None, **arguments):
        maps = [{"path": str(tmp_path / f"{name}.tif"), "title": name} for name in names]
        other = reference or {"path": str(tmp_path / "truth.tif"), "title": "truth"}
        return run_compare_maps({"predicted": maps, "reference": other, **arguments}, Report())

    return compared


def points(path, scene, rows, columns, **fields):
    x, y = apply(UPRIGHT, columns + 0.5, rows + 0.5)
    wkb = np.array([shapely.to_wkb(point) for point in shapely.points(x, y)], object)
    found = {"class": scene["truth"][rows, columns].astype(np.int32), **fields}
    pyogrio.raw.write(path, wkb, [*found.values()], [*found], geometry_type="Point", crs=CRS, driver="GPKG")
    return {"path": str(path), "vector": True, "field": "class", "title": "points"}


def test_pixels_by_blocks(compare, scene, tmp_path):
    result = compare("old", "new", "same", report=str(tmp_path / "r.html"), table=str(tmp_path / "t.csv"))
    better, alike = result["differences"]
    for item, name in ((better, "new"), (alike, "same")):
        value, low, high = item["metrics"]["overall_accuracy"]
        right = [(scene[which] == scene["truth"]).mean() for which in (name, "old")]
        assert value == pytest.approx(right[0] - right[1], abs=1e-12) and low < value < high
        assert item["p_value"] is None and item["only_first"] is None
    assert (better["verdict"], alike["verdict"]) == ("better", "undecided")
    assert result["figures"] == {
        "difference": better["metrics"]["overall_accuracy"][0],
        "p_value": None,
        "compared": 40_000,
        "maps": 3,
    }
    assert "spatial blocks" in result["drawn"]
    page = (tmp_path / "r.html").read_text()
    assert "new is better than old" in page and "same is not shown to be better or worse than old" in page
    rows = list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))
    assert [row["map"] for row in rows] == ["old", "new", "same"]
    assert rows[0]["overall_accuracy_difference"] == ""
    assert float(rows[1]["macro_f1_difference"]) == better["metrics"]["macro_f1"][0]


def test_metrics_are_those_of_an_assessment(compare, scene, tmp_path):
    result = compare("old", "new")
    for item, name in zip(result["maps"], ("old", "new")):
        alone = run_assess(
            {
                "predicted": [{"path": str(tmp_path / f"{name}.tif")}],
                "reference": [{"path": str(tmp_path / "truth.tif")}],
            },
            Report(),
        )
        for metric, (value, _, _) in item["metrics"].items():
            assert value == pytest.approx(alone["figures"][metric], abs=1e-12)


def test_the_other_order_turns_the_sign(compare):
    first, second = compare("old", "new")["differences"][0], compare("new", "old")["differences"][0]
    for metric, (value, low, high) in first["metrics"].items():
        assert second["metrics"][metric] == pytest.approx([-value, -high, -low], abs=1e-9)
    assert second["verdict"] == "worse"


def test_paired_draws_are_surer_than_two_assessments(compare):
    """What is difficult for both maps does not blur their difference."""
    result = compare("old", "new")
    low, high = result["differences"][0]["metrics"]["overall_accuracy"][1:]
    apart = [item["metrics"]["overall_accuracy"] for item in result["maps"]]
    assert high - low < sum(triple[2] - triple[1] for triple in apart)


def test_a_map_against_itself(compare):
    item = compare("old", "old")["differences"][0]
    assert item["metrics"]["overall_accuracy"] == [0, 0, 0] and item["verdict"] == "undecided"


def test_only_places_where_all_have_a_class_count(compare, scene, tmp_path):
    holed = scene["new"].copy()
    holed[:, :50] = 255
    write(tmp_path / "new.tif", holed)
    result = compare("old", "new")
    assert result["figures"]["compared"] == 200 * 150
    old = (scene["old"] == scene["truth"])[:, 50:].mean()
    assert result["maps"][0]["metrics"]["overall_accuracy"][0] == pytest.approx(old, abs=1e-12)
    assert "10\u202f000 pixels" in result["notes"][0]


def test_a_map_on_another_grid(compare, scene, tmp_path):
    fine = np.kron(scene["new"], np.ones((2, 2)))
    write(tmp_path / "fine.tif", fine, from_origin(500_000, 4_200_000, 5, 5))
    one, other = (compare("old", name)["differences"][0]["metrics"] for name in ("new", "fine"))
    assert one == other


def test_few_blocks_have_no_interval(compare):
    result = compare("old", "new", extent=[500_000, 4_199_970, 500_020, 4_200_000])
    assert result["differences"][0]["metrics"]["overall_accuracy"][1:] == [None, None]
    assert result["differences"][0]["verdict"] == "" and result["drawn"].startswith("No intervals")


def test_points_by_mcnemar(compare, scene, tmp_path):
    random = np.random.default_rng(8)
    rows, columns = random.integers(0, 200, (2, 300))
    result = compare("old", "new", reference=points(tmp_path / "p.gpkg", scene, rows, columns))
    old, new = ((scene[name] == scene["truth"])[rows, columns] for name in ("old", "new"))
    table = [int(n.sum()) for n in (old & new, old & ~new, ~old & new, ~old & ~new)]
    item = result["differences"][0]
    assert (item["only_first"], item["only_this"]) == (table[1], table[2])
    assert item["p_value"] == mcnemar(table[1], table[2]) == result["figures"]["p_value"]
    assert item["metrics"]["overall_accuracy"] == pytest.approx(difference(*table))
    value, low, high = item["metrics"]["macro_f1"]
    assert low < value < high and "McNemar" in result["drawn"] and result["unit"] == "points"


def test_several_tests_are_adjusted(compare, scene, tmp_path):
    random = np.random.default_rng(8)
    reference = points(tmp_path / "p.gpkg", scene, *random.integers(0, 200, (2, 300)))
    alone = compare("old", "same", reference=reference)["differences"][0]["p_value"]
    both = compare("old", "same", "new", reference=reference)
    assert "Holm" in both["drawn"] and both["differences"][0]["p_value"] >= alone
    assert both["differences"][1]["p_value"] < 0.05


def test_a_sample_counts_its_points_for_the_area(compare, scene, tmp_path):
    drawn = str(tmp_path / "sample.gpkg")
    layer = {"path": str(tmp_path / "old.tif")}
    run_draw_sample({"map": layer, "output": drawn, "size": 600, "allocation": "equal"}, Report())
    meta, _, wkb, columns = pyogrio.raw.read(drawn)
    fields = dict(zip(meta["fields"], columns))
    places = shapely.from_wkb(wkb)
    column, row = (v.astype(int) for v in apply(~UPRIGHT, shapely.get_x(places), shapely.get_y(places)))
    fields["reference"] = scene["truth"][row, column].astype(np.int32)
    pyogrio.raw.write(drawn, wkb, [*fields.values()], [*fields], geometry_type="Point", crs=CRS, driver="GPKG")
    reference = {"path": drawn, "vector": True, "field": "reference", "title": "sample"}
    result = compare("old", "new", reference=reference)
    item = result["differences"][0]
    gain = (scene["new"] == scene["truth"])[row, column].astype(float) - (scene["old"] == scene["truth"])[row, column]
    weights = [fields["stratum_px"][fields["stratum"] == s][0] / 40_000 for s in (1, 2, 3)]
    own = [gain[fields["stratum"] == s] for s in (1, 2, 3)]
    value = sum(w * g.mean() for w, g in zip(weights, own))
    variance = sum(w**2 * (1 - len(g) / (w * 40_000)) * g.var(ddof=1) / len(g) for w, g in zip(weights, own))
    found = item["metrics"]["overall_accuracy"]
    assert found[0] == pytest.approx(value, rel=1e-4)
    assert found[2] - found[0] == pytest.approx(1.96 * np.sqrt(variance), rel=1e-3)
    assert item["verdict"] == "better" and item["p_value"] < 0.001 and "Stehman" in result["drawn"]
    with pytest.raises(InputError, match="EXTENT or MASK"):
        compare("old", "new", reference=reference, extent=[500_000, 4_199_000, 501_000, 4_200_000])


def test_what_cannot_be_compared_is_said(compare, tmp_path):
    with pytest.raises(InputError, match="one map only"):
        compare("old")
    write(tmp_path / "else.tif", np.full((10, 10), 9), from_origin(900_000, 4_200_000, 10, 10))
    with pytest.raises(InputError, match="does not overlap"):
        compare("old", "else")
