"""Maps against references: figures equal scikit-learn's, whatever the layers are."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.transform import from_origin
from rasterio.warp import transform as transform_points
from sklearn import metrics as sk

from rsdl_qgis.engine import assess
from rsdl_qgis.engine.assess import run_assess
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError, RsdlError
from rsdl_qgis.engine.raster.grid import apply
from rsdl_qgis.engine.report import Report
from rsdl_qgis.engine.training.metrics import map_scores, mean_scores

ORIGIN = (500_000, 4_200_000)
CRS = "EPSG:32634"


class Listening(Report):
    def __init__(self, stop_at: str = ""):
        self.said: list[str] = []
        self.stop_at, self.stopped = stop_at, False

    def progress(self, fraction, message=""):
        assert 0 <= fraction <= 1 + 1e-9
        self.stopped |= bool(self.stop_at) and message.startswith(self.stop_at)

    def log(self, level, message):
        self.said.append(message)

    def cancelled(self):
        return self.stopped


def raster(path, **more):
    return {"path": str(path), **more}


def vector(path, field=None, **more):
    return {"path": str(path), "vector": True, "field": field, **more}


def compare(predicted, reference, listener=None, **arguments):
    """run_assess with one layer or a list on either side."""
    sides = [
        side if isinstance(side, Sequence) and not isinstance(side, str) else [side] for side in (predicted, reference)
    ]
    sides = [[raster(item) if not isinstance(item, dict) else item for item in side] for side in sides]
    return run_assess({"predicted": sides[0], "reference": sides[1], **arguments}, listener or Report())


def write_features(path, features, crs=CRS):
    """GeoJSON of (geometry type, coordinates, properties)."""
    found = [
        {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
        for kind, coordinates, properties in features
    ]
    collection = {"type": "FeatureCollection", "features": found}
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}
    path.write_text(json.dumps(collection))
    return str(path)


def square(col, row, width, height):
    """A polygon around pixels of 10 m."""
    x, y = ORIGIN[0] + 10 * col, ORIGIN[1] - 10 * row
    right, low = x + 10 * width, y - 10 * height
    return [[[x, y], [right, y], [right, low], [x, low], [x, y]]]


def centre(col, row):
    return [ORIGIN[0] + 10 * col + 5, ORIGIN[1] - 10 * row - 5]


def assert_sklearn(result, predicted, reference):
    """Every figure equals scikit-learn's for (n,) arrays of classes."""
    labels = sorted(set(predicted.tolist()) | set(reference.tolist()))
    figures = result["figures"]
    assert [c["value"] for c in result["classes"]] == labels
    np.testing.assert_array_equal(result["confusion"], sk.confusion_matrix(reference, predicted, labels=labels))
    close = {"rel": 0, "abs": 1e-12}
    assert figures["pixels"] == len(reference)
    assert figures["overall_accuracy"] == pytest.approx(sk.accuracy_score(reference, predicted), **close)
    if len(labels) > 1:
        assert figures["kappa"] == pytest.approx(sk.cohen_kappa_score(reference, predicted), **close)
    jaccard = sk.jaccard_score(reference, predicted, labels=labels, average=None, zero_division=0)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        reference, predicted, labels=labels, zero_division=np.nan
    )
    assert figures["macro_f1"] == pytest.approx(np.mean(f1), **close)
    assert figures["mean_iou"] == pytest.approx(jaccard[support > 0].mean(), **close)
    assert figures["fw_iou"] == pytest.approx((jaccard * support).sum() / support.sum(), **close)
    for name, values in {"users_accuracy": precision, "producers_accuracy": recall, "f1": f1, "iou": jaccard}.items():
        for found, value in zip(result["classes"], values):
            if np.isnan(value):
                assert found[name] is None
            else:
                assert found[name] == pytest.approx(value, **close)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32"])
@pytest.mark.parametrize("classes", [2, 7])
def test_rasters_of_every_type_equal_scikit_learn(make_raster, rng, dtype, classes):
    reference = rng.integers(0, classes, (60, 90)).astype(dtype)
    predicted = np.where(rng.random(reference.shape) < 0.6, reference, rng.integers(0, classes, reference.shape))
    predicted = predicted.astype(dtype)
    reference[5:9], predicted[:, 3] = 200 if dtype == "uint8" else 300, 201
    result = compare(
        make_raster(predicted[None], "p.tif", nodata=201),
        make_raster(reference[None], "r.tif", nodata=200 if dtype == "uint8" else 300),
    )
    valid = (predicted != 201) & (reference < 100)
    assert_sklearn(result, predicted[valid].astype(int), reference[valid].astype(int))
    assert result["left_out"] == {"unmapped": 60 - 4, "unlabelled": 4 * 89, "unclear": 0}


def test_values_far_apart_are_counted(make_raster, rng):
    values = np.array([-30_000, 0, 7, 2_000_000_000], np.int32)
    reference, predicted = (values[rng.integers(0, 4, (40, 50))] for _ in range(2))
    result = compare(make_raster(predicted[None], "p.tif"), make_raster(reference[None], "r.tif"))
    assert_sklearn(result, predicted.ravel(), reference.ravel())


def test_windows_give_the_same_as_the_whole(make_raster, rng, monkeypatch):
    reference, predicted = (rng.integers(0, 4, (1, 130, 95)).astype("uint8") for _ in range(2))
    paths = make_raster(predicted, "p.tif"), make_raster(reference, "r.tif")
    whole = compare(*paths)
    for side in (1000, 64, 17):
        monkeypatch.setattr(assess, "SIDE", side)
        assert compare(*paths)["confusion"] == whole["confusion"]


@pytest.mark.parametrize("side", [1024, 48])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32635"])
def test_a_reference_in_another_crs_is_the_pixel_under_each_centre(make_raster, rng, monkeypatch, side, crs):
    monkeypatch.setattr(assess, "SIDE", side)
    predicted = rng.integers(0, 3, (1, 120, 100)).astype("uint8")
    scale = 7e-5 if crs == "EPSG:4326" else 8.0
    x, y = transform_points(CRS, crs, [ORIGIN[0] - 200.0], [ORIGIN[1] + 200.0])
    transform = Affine.rotation(3) if crs == "EPSG:3857" else Affine.identity()
    transform = Affine.translation(x[0], y[0]) @ Affine.scale(scale, -scale) @ transform
    reference = rng.integers(0, 3, (1, 260, 250)).astype("uint8")
    result = compare(make_raster(predicted, "p.tif"), make_raster(reference, "r.tif", crs=crs, transform=transform))
    rows, cols = np.indices(predicted[0].shape) + 0.5
    xs, ys = transform_points(CRS, crs, (ORIGIN[0] + 10 * cols).ravel(), (ORIGIN[1] - 10 * rows).ravel())
    col, row = apply(~transform, np.array(xs), np.array(ys))
    inside = (row >= 0) & (row < 260) & (col >= 0) & (col < 250)
    assert inside.any()
    row, col = row[inside].astype(int), col[inside].astype(int)
    expected = sk.confusion_matrix(reference[0, row, col], predicted.ravel()[inside], labels=[0, 1, 2])
    assert result["figures"]["pixels"] == inside.sum()
    # where a centre lies on an edge of two pixels, arithmetic decides
    assert np.abs(np.array(result["confusion"]) - expected).sum() <= 4


def test_a_finer_and_a_coarser_reference(make_raster, rng):
    predicted = rng.integers(0, 3, (1, 40, 40)).astype("uint8")
    fine = np.kron(predicted, np.ones((1, 5, 5), "uint8"))
    path = make_raster(predicted, "p.tif")
    result = compare(path, make_raster(fine, "f.tif", transform=from_origin(*ORIGIN, 2, 2)))
    assert result["figures"]["overall_accuracy"] == 1
    result = compare(make_raster(fine, "f.tif", transform=from_origin(*ORIGIN, 2, 2)), path)
    assert result["figures"]["overall_accuracy"] == 1 and result["figures"]["pixels"] == fine.size


@pytest.mark.parametrize("transform", [Affine(10, 0, 5e5, 0, 10, 4.2e6), Affine(8, 6, 5e5, 6, -8, 4.2e6)])
def test_south_up_and_rotated_maps(make_raster, tmp_path, rng, transform):
    predicted = rng.integers(0, 2, (1, 30, 30)).astype("uint8")
    path = make_raster(predicted, "p.tif", transform=transform)
    places = [(r, c) for r in range(30) for c in range(30)]
    points = [("Point", apply(transform, c + 0.5, r + 0.5), {"c": int(predicted[0, r, c])}) for r, c in places]
    assert compare(path, path)["figures"]["overall_accuracy"] == 1
    result = compare(path, vector(write_features(tmp_path / "p.geojson", points), "c"))
    assert result["figures"]["overall_accuracy"] == 1 and result["figures"]["pixels"] == 900
    corners = [apply(transform, *corner) for corner in ((3, 2), (13, 2), (13, 9), (3, 9), (3, 2))]
    result = compare(path, vector(write_features(tmp_path / "q.geojson", [("Polygon", [corners], {"c": 1})]), "c"))
    assert result["classes"][1]["reference"] == 70
    assert result["classes"][1]["hits"] == predicted[0, 2:9, 3:13].sum()


def test_polygons_label_the_pixels_whose_centre_they_hold(make_raster, tmp_path, rng):
    predicted = rng.integers(1, 4, (1, 50, 60)).astype("uint8")
    path = make_raster(predicted, "p.tif", nodata=0)
    features = [("Polygon", square(2, 3, 20, 10), {"kind": 1}), ("Polygon", square(30, 20, 25, 28), {"kind": 3})]
    features.append(("MultiPolygon", [square(0, 40, 5, 5), square(55, 0, 9, 3)], {"kind": 2}))  # sticks out
    truth = np.zeros(predicted[0].shape, int)
    truth[3:13, 2:22], truth[20:48, 30:55], truth[40:45, 0:5], truth[0:3, 55:] = 1, 3, 2, 2
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features), "kind"))
    assert_sklearn(result, predicted[0][truth > 0].astype(int), truth[truth > 0])
    assert result["left_out"]["unlabelled"] == (truth == 0).sum()


def test_unlabelled_ground_can_be_background(make_raster, tmp_path, rng):
    predicted = rng.integers(0, 2, (1, 50, 60)).astype("uint8")
    truth = np.zeros(predicted[0].shape, int)
    truth[3:13, 2:22] = 1
    reference = write_features(tmp_path / "r.geojson", [("Polygon", square(2, 3, 20, 10), {"kind": "x"})])
    path = make_raster(predicted, "p.tif")
    with pytest.raises(InputError, match=r"No field is chosen.*background"):
        compare(path, vector(reference))
    result = compare(path, vector(reference), unlabelled="background")
    assert_sklearn(result, predicted.ravel().astype(int), truth.ravel())
    assert result["classes"][0]["name"] == "background"


def test_nodata_of_a_reference_can_be_background_but_not_what_it_does_not_cover(make_raster):
    predicted = np.ones((1, 20, 20), "uint8")
    reference = np.zeros((1, 10, 20), "uint8")
    reference[0, 2:4] = 1
    paths = make_raster(predicted, "p.tif"), make_raster(reference, "r.tif", nodata=0)
    assert compare(*paths)["figures"]["pixels"] == 40
    result = compare(*paths, unlabelled="background")
    assert result["confusion"] == [[0, 160], [0, 40]]


def test_contradicting_polygons_and_empty_labels_are_left_out(make_raster, tmp_path):
    path = make_raster(np.ones((1, 20, 20), "uint8"), "p.tif")
    features = [
        ("Polygon", square(0, 0, 10, 10), {"c": 1}),
        ("Polygon", square(5, 5, 10, 10), {"c": 2}),
        ("Polygon", square(2, 2, 4, 4), {"c": 1}),  # over its own class
        ("Polygon", square(16, 16, 3, 3), {"c": None}),
        ("Polygon", [], {"c": 2}),
    ]
    report = Listening()
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features), "c"), report)
    assert [c["reference"] for c in result["classes"]] == [75, 75]
    assert result["left_out"]["unclear"] == 25 + 9
    assert any("overlap" in text for text in report.said)


def test_points_in_another_crs_count_once_each(make_raster, tmp_path, rng):
    predicted = rng.integers(0, 4, (1, 300, 400)).astype("uint8")
    predicted[0, :20] = 255
    path = make_raster(predicted, "p.tif", nodata=255)
    rows, cols = rng.integers(0, 300, 500), rng.integers(0, 400, 500)
    truth = rng.integers(0, 4, 500)
    xs, ys = zip(*(centre(c, r) for c, r in zip(cols, rows)))
    lon, lat = transform_points(CRS, "EPSG:4326", xs, ys)
    features = [("Point", [x, y], {"kind": int(t)}) for x, y, t in zip(lon, lat, truth)]
    features += [features[0], ("Point", [0, 0], {"kind": 1}), ("Point", [lon[1], lat[1]], {"kind": None})]
    result = compare(path, vector(write_features(tmp_path / "p.geojson", features, crs=None), "kind"))
    index = np.append(np.arange(500), 0)
    found = predicted[0, rows[index], cols[index]].astype(int)
    assert_sklearn(result, found[found != 255], truth[index][found != 255])
    assert result["unit"] == "points"
    assert result["left_out"]["unmapped"] == (found == 255).sum()


def test_points_that_lie_far_apart_are_read_one_by_one(make_raster, tmp_path, rng, monkeypatch):
    from rsdl_qgis.engine.raster import labels

    monkeypatch.setattr(labels, "SMALLEST_READ", 16)
    test_points_in_another_crs_count_once_each(make_raster, tmp_path, rng)


def test_polygons_against_points_rasters_and_polygons(make_raster, tmp_path, rng):
    truth = np.zeros((40, 50), int)
    truth[5:25, 10:30], truth[30:38, 20:45] = 1, 2
    drawn = [("Polygon", square(10, 5, 20, 20), {"c": 1}), ("Polygon", square(20, 30, 25, 8), {"c": 2})]
    hole = [*square(0, 0, 10, 4), *square(2, 1, 3, 2)]
    truth[0:4, 0:10], truth[1:3, 2:5] = 2, 0
    drawn.append(("Polygon", hole, {"c": 2}))
    predicted = vector(write_features(tmp_path / "p.geojson", drawn), "c")
    values = rng.integers(0, 3, truth.shape).astype("uint8")
    path = make_raster(values[None], "r.tif")
    result = compare(predicted, path)
    assert_sklearn(result, truth[truth > 0], values[truth > 0].astype(int))
    assert result["left_out"]["unmapped"] == (truth == 0).sum()
    result = compare(predicted, path, unmapped="background")
    assert_sklearn(result, truth.ravel(), values.ravel().astype(int))
    points = [("Point", centre(c, r), {"k": int(values[r, c])}) for r in range(40) for c in range(50)]
    points = vector(write_features(tmp_path / "q.geojson", points), "k")
    assert compare(predicted, points, unmapped="background")["confusion"] == result["confusion"]
    same = compare(predicted, predicted, unmapped="background", unlabelled="background", pixel_size=10)
    assert same["figures"]["overall_accuracy"] == 1
    assert [c["reference"] for c in same["classes"]] == [45 * 38 - (truth[:38, :45] > 0).sum(), 400, 234]
    automatic = compare(predicted, predicted)
    assert automatic["figures"]["pixels"] == pytest.approx(4e6 * 634 / (45 * 38), rel=0.01)


def test_extent_and_mask_limit_what_is_compared(make_raster, tmp_path, rng):
    predicted, reference = (rng.integers(0, 2, (1, 50, 60)).astype("uint8") for _ in range(2))
    paths = make_raster(predicted, "p.tif"), make_raster(reference, "r.tif")
    mask = write_features(tmp_path / "m.geojson", [("Polygon", square(0, 0, 25, 50), {})])
    points = [("Point", centre(c, r), {"k": int(reference[0, r, c])}) for r in range(50) for c in range(60)]
    points = vector(write_features(tmp_path / "q.geojson", points), "k")
    extent = [ORIGIN[0] + 100, ORIGIN[1] - 200, ORIGIN[0] + 400, ORIGIN[1] - 50]
    part = np.s_[5:20, 10:25]
    for second in (paths[1], points):
        result = compare(paths[0], second, extent=extent, extent_crs=CRS, mask=mask)
        assert_sklearn(result, predicted[0][part].ravel().astype(int), reference[0][part].ravel().astype(int))


def test_means_over_many_equal_the_definition(make_raster, rng):
    scenes = [(rng.integers(0, 2, (1, 20, 30)), rng.integers(0, 2, (1, 20, 30))) for _ in range(5)]
    scenes[2][1][:] = 0  # a class that the reference lacks
    scenes[3][1][:], scenes[3][0][:] = 0, 0
    paths = [
        tuple(make_raster(a.astype("uint8"), f"{i}{s}.tif") for a, s in zip(scene, "pr"))
        for i, scene in enumerate(scenes)
    ]
    result = compare([p for p, _ in paths], [r for _, r in paths])
    tables = [sk.confusion_matrix(r.ravel(), p.ravel(), labels=[0, 1]) for p, r in scenes]
    expected = mean_scores(map_scores(table).scene for table in tables)
    figures = result["figures"]
    assert figures["images"] == 5
    assert figures["image_accuracy"] == pytest.approx(expected.pixel_accuracy, abs=1e-12)
    assert figures["image_mean_iou"] == pytest.approx(expected.mean_iou, abs=1e-12)
    assert figures["image_fw_iou"] == pytest.approx(expected.frequency_weighted_iou, abs=1e-12)
    predicted, reference = (np.concatenate([s[i].ravel() for s in scenes]) for i in (0, 1))
    assert_sklearn(result, predicted, reference)


def test_one_reference_goes_with_many_maps(make_raster, tmp_path):
    for i in range(3):
        make_raster(np.full((1, 10, 10), 1, "uint8"), f"{i}.tif", transform=from_origin(5e5 + 100 * i, 4.2e6, 10, 10))
    reference = vector(write_features(tmp_path / "r.geojson", [("Polygon", square(0, 0, 25, 10), {"c": 1})]), "c")
    result = compare([tmp_path / f"{i}.tif" for i in range(3)], reference)
    assert [image["compared"] for image in result["per_image"]] == [100, 100, 50]
    with pytest.raises(InputError, match=r"3 maps cannot be paired with 2"):
        compare([tmp_path / f"{i}.tif" for i in range(3)], [reference] * 2)


def test_a_map_without_anything_to_compare_is_named_and_left_out(make_raster):
    full, empty = np.ones((1, 5, 5), "uint8"), np.zeros((1, 5, 5), "uint8")
    paths = make_raster(full, "full.tif"), make_raster(empty, "empty.tif", nodata=0)
    report = Listening()
    result = compare(paths, paths[0], report)
    assert result["figures"]["images"] == 1 and result["figures"]["image_accuracy"] == 1
    assert any("empty.tif" in text for text in report.said)


def named(path, names):
    with rasterio.open(path, "r+") as file:
        file.update_tags(**{f"CLASS_{value}": name for value, name in names.items()})
    return path


def test_classes_match_by_name_where_values_differ(make_raster, rng):
    predicted = rng.integers(0, 3, (1, 20, 20)).astype("uint8")
    table = np.array([2, 0, 1], "uint8")  # water forest town -> their numbers in the reference
    first = named(make_raster(predicted, "p.tif"), {0: "water", 1: "forest", 2: "town"})
    second = named(make_raster(table[predicted], "r.tif"), {0: "Forest", 1: "Town", 2: "Water"})
    result = compare(first, second)
    assert result["figures"]["overall_accuracy"] == 1
    assert [c["label"] for c in result["classes"]] == ["0 water", "1 forest", "2 town"]


def test_classes_match_by_value_where_names_are_but_other_words(make_raster):
    values = np.arange(4).reshape(1, 2, 2).astype("uint8")
    first = named(make_raster(values, "p.tif"), {0: "other", 1: "forest"})
    second = named(make_raster(values, "r.tif"), {0: "background", 1: "forest"})
    report = Listening()
    assert compare(first, second, report)["figures"]["overall_accuracy"] == 1
    assert any("'background'" in text and "same class" in text for text in report.said)


def test_names_in_a_field_find_the_rasters_values(make_raster, tmp_path):
    values = np.zeros((1, 20, 20), "uint8")
    values[0, :, 10:] = 1
    features = [("Polygon", square(0, 0, 10, 5), {"c": "dry"}), ("Polygon", square(10, 0, 10, 5), {"c": " Flooded "})]
    features.append(("Polygon", square(10, 10, 10, 5), {"c": "ice"}))
    reference = vector(write_features(tmp_path / "r.geojson", features), "c")
    plain = make_raster(values, "p.tif")
    with pytest.raises(InputError, match="'Flooded', 'dry', 'ice' are names"):
        compare(plain, reference)
    own = compare(raster(plain, names={"0": "dry", "1": "flooded"}), reference)  # the person's own names
    result = compare(named(plain, {0: "dry", 1: "flooded"}), reference)
    assert own["confusion"] == result["confusion"] == [[50, 0, 0], [0, 50, 0], [0, 50, 0]]
    assert [c["label"] for c in result["classes"]] == ["0 dry", "1 flooded", "ice"]


def test_category_names_of_other_programs_are_known(make_raster, tmp_path):
    path = make_raster(np.ones((1, 5, 5), "uint8"), "p.tif")
    names = "<Category>dry</Category><Category>wet &amp; cold</Category>"
    xml = f'<PAMDataset><PAMRasterBand band="1"><CategoryNames>{names}</CategoryNames></PAMRasterBand></PAMDataset>'
    (tmp_path / "p.tif.aux.xml").write_text(xml)
    features = [("Polygon", square(0, 0, 5, 5), {"c": "wet & cold"})]
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features), "c"))
    assert result["figures"]["overall_accuracy"] == 1


def test_our_own_polygons_need_no_field(make_raster, tmp_path):
    features = [("Polygon", square(0, 0, 5, 5), {"class": "wet", "value": 1, "area_m2": 2500.5})]
    features.append(("Polygon", square(5, 0, 5, 5), {"class": "dry", "value": 0, "area_m2": 2500.5}))
    path = make_raster(np.ones((1, 10, 10), "uint8"), "p.tif")
    result = compare(path, vector(write_features(tmp_path / "r.geojson", features)))
    assert [c["label"] for c in result["classes"]] == ["0 dry", "1 wet"]


@pytest.fixture
def report_files(make_raster, tmp_path, rng):
    reference = rng.integers(0, 3, (1, 40, 50)).astype("uint8")
    predicted = np.where(rng.random(reference.shape) < 0.8, reference, 1).astype("uint8")
    path = named(make_raster(predicted, "<map>.tif"), {0: "bare & <b>soil</b>", 1: "forest"})
    out = {name: str(tmp_path / file) for name, file in
           (("report", "r.html"), ("table", "t.csv"), ("image_table", "i.csv"))}  # fmt: skip
    result = compare([path, path], make_raster(reference, "truth.tif"), **out)
    return result, out


def test_the_report_is_one_page_that_says_everything(report_files):
    result, out = report_files
    assert {name: result[name] for name in out} == out
    with open(out["report"], encoding="utf-8") as file:
        page = file.read()
    assert "<b>soil" not in page and "bare &amp; &lt;b&gt;soil" in page and "&lt;map&gt;.tif" in page
    assert "http" not in page and "<script" not in page and "src=" not in page
    for text in ("Confusion matrix", "Producer's accuracy", "mean over maps", "RSDL 0.1.0", "2 maps"):
        assert text in page.replace("&#x27;", "'"), text
    accuracy = result["figures"]["overall_accuracy"]
    assert f"{100 * accuracy:.2f}" in page


def test_the_tables_hold_the_figures_in_full(report_files):
    result, out = report_files
    with open(out["table"], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == ["bare & <b>soil</b>", "forest", "2"]
    for row, found in zip(rows, result["classes"]):
        assert float(row["iou"]) == found["iou"]
        assert int(row["mapped as 1 forest"]) == result["confusion"][found["value"]][1]
    with open(out["image_table"], encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 and float(rows[0]["kappa"]) == result["per_image"][0]["kappa"]


BAD = {
    "no map": (InputError, "no map"),
    "no file": (InputError, "There is no file"),
    "no vector file": (InputError, "There is no file"),
    "no raster": (InputError, "cannot be opened"),
    "no overlap": (InputError, "does not overlap"),
    "polygons elsewhere": (InputError, "does not overlap"),
    "points elsewhere": (InputError, "no labels inside the map"),
    "no CRS": (InputError, "no coordinate system"),
    "vector without CRS": (InputError, "no coordinate system"),
    "no class in common": (InputError, "no class in common.*'1', and '5'"),
    "all nodata": (InputError, "no labels inside"),
    "map all nodata": (InputError, "map has no class"),
    "no such field": (InputError, "no field 'kind'.*Its fields: c"),
    "no such band": (InputError, "no band 2"),
    "continuous": (InputError, r"values such as 0\.\d+"),
    "too many values": (InputError, "more than 1000 different"),
    "area field": (InputError, "does not tell classes"),
    "empty field": (InputError, "empty in every feature"),
    "lines": (InputError, "no polygons or points"),
    "map of points": (InputError, "PREDICTED is a class raster or polygons"),
    "choice": (InputError, "UNLABELLED cannot be 'all'"),
    "extent": (InputError, "overlap"),
    "output folder": (OutputError, "no folder"),
    "output over input": (OutputError, "one of the files to be read"),
    "output ending": (OutputError, "does not end in .html"),
}


@pytest.mark.parametrize("problem", list(BAD))
def test_what_cannot_be_done_is_said_and_nothing_is_left(make_raster, tmp_path, rng, problem):
    ones = np.ones((1, 40, 40), "uint8")
    good = make_raster(ones, "good.tif")
    (tmp_path / "text.tif").write_text("no raster")
    far = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    features = {
        "polygons elsewhere": [("Polygon", far, {"c": 1})],
        "points elsewhere": [("Point", [0, 0], {"c": 1})],
        "area field": [("Polygon", square(0, 0, 5, 5), {"c": 1.5})],
        "empty field": [("Polygon", square(0, 0, 5, 5), {"c": None})],
        "lines": [("LineString", [[0, 0], [1, 1]], {"c": 1})],
        "map of points": [("Point", centre(1, 1), {"c": 1})],
    }.get(problem, [("Polygon", square(0, 0, 5, 5), {"c": 1})])
    labels = vector(write_features(tmp_path / "v.geojson", features), "c")
    out = tmp_path / "out"
    out.mkdir()
    pair = {
        "no map": ([], good),
        "no file": (good, tmp_path / "nowhere.tif"),
        "no vector file": (good, vector(tmp_path / "nowhere.gpkg", "c")),
        "no raster": (tmp_path / "text.tif", good),
        "no overlap": (good, make_raster(ones, "far.tif", transform=from_origin(0, 0, 10, 10))),
        "no CRS": (good, make_raster(ones, "plain.tif", crs=None)),
        "vector without CRS": (make_raster(ones, "plain.tif", crs=None), labels),
        "no class in common": (good, make_raster(ones * 5, "five.tif")),
        "all nodata": (good, make_raster(ones, "none.tif", nodata=1)),
        "map all nodata": (make_raster(ones, "none.tif", nodata=1), good),
        "no such field": (good, {**labels, "field": "kind"}),
        "no such band": (good, raster(good, bands=[2])),
        "continuous": (make_raster(rng.random((1, 40, 40)).astype("float32"), "float.tif"), good),
        "too many values": (make_raster(np.arange(1600).reshape(1, 40, 40).astype("uint16"), "dem.tif"), good),
        "map of points": (labels, good),
    }.get(problem, (good, good))
    if problem in ("polygons elsewhere", "points elsewhere", "area field", "empty field", "lines"):
        pair = (good, labels)
    arguments = {
        "choice": {"unlabelled": "all"},
        "extent": {"extent": [0, 0, 1, 1]},
        "output folder": {"report": str(out / "no" / "r.html")},
        "output over input": {"report": str(good), "table": str(good)},
        "output ending": {"report": str(out / "r.pdf")},
    }.get(problem, {"report": str(out / "r.html"), "table": str(out / "t.csv")})
    if problem == "output over input":
        labels = vector(write_features(tmp_path / "v.csv", features), "c")
        pair, arguments = (good, labels), {"table": str(tmp_path / "v.csv")}
    kind, words = BAD[problem]
    with pytest.raises(kind, match=words):
        compare(*pair, **arguments)
    assert list(out.iterdir()) == []


def test_cancelling_leaves_nothing(make_raster, tmp_path):
    path = make_raster(np.ones((1, 40, 40), "uint8"))
    for stage in ("Checking", "Comparing", "Writing"):
        with pytest.raises(Cancelled):
            compare(path, path, Listening(stage), report=str(tmp_path / "r.html"))
        assert not [file for file in tmp_path.iterdir() if "r.html" in file.name]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(make_raster, tmp_path, monkeypatch):
    from pathlib import Path

    path = make_raster(np.ones((1, 10, 10), "uint8"))
    out = tmp_path / "out"
    out.mkdir()

    def full(self, *arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="disk is full"):
        compare(path, path, report=str(out / "r.html"))
    assert list(out.iterdir()) == []


def test_a_job_says_what_is_missing():
    with pytest.raises(RsdlError, match="There is no map"):
        run_assess({}, Report())
