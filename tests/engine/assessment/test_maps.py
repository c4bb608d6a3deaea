"""Maps against references: metrics equal scikit-learn's, whatever the layers are."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
from affine import Affine
from rasterio.transform import from_origin
from rasterio.warp import transform as transform_points
from sklearn import metrics as sk

from rsdl_qgis.engine.assessment import maps
from rsdl_qgis.engine.assessment.maps import run_assess
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.evaluation.confusion import map_scores, mean_scores
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.grid import apply

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
    """Every metric equals scikit-learn's for (n,) arrays of classes."""
    class_layers = sorted(set(predicted.tolist()) | set(reference.tolist()))
    metrics = result["figures"]
    assert [c["value"] for c in result["classes"]] == class_layers
    np.testing.assert_array_equal(result["confusion"], sk.confusion_matrix(reference, predicted, labels=class_layers))
    close = {"rel": 0, "abs": 1e-12}
    assert metrics["pixels"] == len(reference)
    assert metrics["overall_accuracy"] == pytest.approx(sk.accuracy_score(reference, predicted), **close)
    if len(class_layers) > 1:
        assert metrics["kappa"] == pytest.approx(sk.cohen_kappa_score(reference, predicted), **close)
    jaccard = sk.jaccard_score(reference, predicted, labels=class_layers, average=None, zero_division=0)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        reference, predicted, labels=class_layers, zero_division=np.nan
    )
    assert metrics["macro_f1"] == pytest.approx(np.mean(f1), **close)
    assert metrics["mean_iou"] == pytest.approx(jaccard[support > 0].mean(), **close)
    assert metrics["fw_iou"] == pytest.approx((jaccard * support).sum() / support.sum(), **close)
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
        monkeypatch.setattr(maps, "SIDE", side)
        assert compare(*paths)["confusion"] == whole["confusion"]


@pytest.mark.parametrize("side", [1024, 48])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:32635"])
def test_a_reference_in_another_crs_is_the_pixel_under_each_centre(make_raster, rng, monkeypatch, side, crs):
    monkeypatch.setattr(maps, "SIDE", side)
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
    from rsdl_qgis.engine.vector import class_layers

    monkeypatch.setattr(class_layers, "SMALLEST_READ", 16)
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
    metrics = result["figures"]
    assert metrics["images"] == 5
    assert metrics["image_accuracy"] == pytest.approx(expected.pixel_accuracy, abs=1e-12)
    assert metrics["image_mean_iou"] == pytest.approx(expected.mean_iou, abs=1e-12)
    assert metrics["image_fw_iou"] == pytest.approx(expected.frequency_weighted_iou, abs=1e-12)
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
