"""Whole detection jobs: rasters in, polygons out; right on the ground, once each, in the valid area, or a sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import torch
from rasterio.transform import Affine, from_origin
from torch import nn

from rsdl_qgis.engine.boxes.detections import Detections, turned
from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import Cancelled, InputError, MismatchError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.loop import Tile, predict
from rsdl_qgis.engine.prediction.object_collector import DetectionCollector, DetectionPart
from rsdl_qgis.engine.prediction.object_settings import Settings
from rsdl_qgis.engine.prediction.objects import run_detect
from rsdl_qgis.engine.prediction.request import ObjectRequest
from rsdl_qgis.engine.raster.grid import Grid
from rsdl_qgis.engine.raster.tiles import tiles
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

CARD = ModelCard(
    "markers", "Markers", (Input("image", (Band("mark"), Band("width"), Band("height"))),),
    (Class(1, "car", "#ff0000"), Class(2, "ship", "#0000ff")), "detection", "markers", activation="sigmoid",
    tiling=Tiling(size=64, overlap=16, multiple=8, memory=64), resolution=10.0, resolution_tolerance=30.0,
)  # fmt: skip
FIELDS = ["class", "value", "score", "entropy", "width_m", "length_m", "angle"]
COLUMNS = dict.fromkeys(FIELDS)


class Markers(nn.Module):
    """A box about each pixel of band 1 above 0, of bands 2 and 3 as width and height; a ship where it is above 10."""

    def forward(self, image):
        mark, width, height = image[:, 0].split(1, 1)  # (n, 1, h, w) each
        ones = torch.ones_like(mark)
        x, y = ones.cumsum(3) - 0.5, ones.cumsum(2) - 0.5
        sides = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
        boxes = torch.cat([side.flatten(1)[..., None] for side in sides], 2)
        ship = (mark > 10).float()
        logits = torch.cat([m.flatten(1)[..., None] for m in (mark - 20 * ship, mark - 10 - 20 * (1 - ship))], 2)
        return boxes, logits


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("markers") / "markers.onnx"
    export_onnx(Markers(), CARD, path)
    return path


class Arrows(Markers):
    """As ``Markers``, with the angle in degrees from x to y in place of the class: what lies on band 1 below 1000."""

    def forward(self, image):
        boxes, logits = super().forward(image)
        middle, size = (boxes[..., :2] + boxes[..., 2:]) / 2, boxes[..., 2:] - boxes[..., :2]
        degrees = image[:, 0, :1].flatten(1) - 3  # of a mark of 3 it is 0
        angle = (degrees * (degrees > -30)) * (torch.pi / 180)
        columns = [*middle.unbind(-1), *size.unbind(-1), angle]
        return torch.stack(columns, -1), torch.stack([logits.amax(-1), logits.amin(-1) * 0 - 9], -1)


@pytest.fixture(scope="module")
def arrows(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrows") / "arrows.onnx"
    export_onnx(Arrows(), CARD, path)
    return path


def marked(objects, height=100, width=120, dtype="float32"):
    """Objects as (row, col, width, height[, mark]); elsewhere the mark is far below 0."""
    image = np.zeros((3, height, width), dtype)
    image[0] = -30
    for row, col, *rest in objects:
        image[:, row, col] = [rest[2] if len(rest) > 2 else 3, rest[0], rest[1]]
    return image


class Log(Report):
    def __init__(self):
        self.said = []

    def log(self, level, message):
        self.said.append(message)


def detect(model, image, tmp_path, report=None, name="found.gpkg", **arguments):
    job = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / name)}
    return run_detect({**job, "device": "cpu", "threads": 1, **arguments}, report or Report())


def read(result):
    """(metadata, polygons (k, 2) in map units, fields by name) of the layer."""
    meta, _, wkb, columns = pyogrio.raw.read(result["output"])
    rings = [np.frombuffer(value, "<f8", offset=13).reshape(-1, 2) for value in wkb]
    return meta, rings, dict(zip(meta["fields"], columns))


OBJECTS = [(20, 30, 10, 6), (50, 60, 8, 20, 12), (80, 100, 5, 5)]


@pytest.mark.parametrize("tile", [{}, {"tile_size": 32, "overlap": 8}, {"tile_size": 40, "overlap": 20}])
def test_objects_become_polygons_with_class_score_and_sides(model, make_raster, tmp_path, tile):
    result = detect(model, make_raster(marked(OBJECTS)), tmp_path, batch_size=4, **tile)
    meta, rings, fields = read(result)
    assert meta["geometry_type"] == "Polygon" and list(fields) == FIELDS and "32634" in meta["crs"]
    order = np.argsort([ring[:, 1].mean() for ring in rings])[::-1]
    assert fields["class"][order].tolist() == ["car", "ship", "car"] and fields["value"][order].tolist() == [1, 2, 1]
    assert np.allclose(fields["score"][order], 1 / (1 + np.exp([-3.0, -2, -3])), atol=1e-3)
    score = fields["score"]
    by_hand = -(score * np.log2(score) + (1 - score) * np.log2(1 - score))
    assert np.allclose(fields["entropy"], by_hand, atol=1e-5) and 0.1 < by_hand.min() < by_hand.max() < 0.6
    assert np.allclose(fields["width_m"][order], [60, 80, 50], atol=0.1)
    assert np.allclose(fields["length_m"][order], [100, 200, 50], atol=0.1)
    first = rings[order[0]]
    assert np.allclose([*first.min(0), *first.max(0)], [500_255, 4_199_765, 500_355, 4_199_825], atol=0.1)
    assert result["objects"] == 3 and [c["objects"] for c in result["classes"]] == [2, 1]


@pytest.mark.parametrize("tile", [{}, {"tile_size": 48, "overlap": 24}])
def test_turned_boxes_become_turned_polygons_with_their_azimuth_once_each(arrows, make_raster, tmp_path, tile):
    """Pixels of 10 m; y goes down, so an angle of 30 degrees from x to y is an azimuth of 120 degrees."""
    image = make_raster(marked([(40, 30, 20, 6, 33), (70, 90, 6, 16, 12.5), (20, 80, 12, 4, 3)]))
    _, rings, fields = read(detect(arrows, image, tmp_path, **tile))
    order = np.argsort([ring[:, 0].mean() for ring in rings])
    by_hand = {"angle": [120, 90, 9.5], "length_m": [200, 120, 160], "width_m": [60, 40, 60]}
    for name, expected in by_hand.items():
        assert fields[name][order] == pytest.approx(np.array(expected), abs=0.1)
    ring = rings[order[0]]
    wanted = turned(np.array([[30.5, 40.5]]), np.array([[20.0, 6]]), np.radians([30.0]))[0] * (10, -10)
    wanted += (500_000, 4_200_000)
    assert np.abs(ring[:-1][:, None] - wanted[None]).sum(-1).min(1).max() < 0.5


def test_upright_boxes_have_no_angle(model, make_raster, tmp_path):
    _, _, fields = read(detect(model, make_raster(marked(OBJECTS)), tmp_path))
    assert np.isnan(fields["angle"].astype(float)).all()


def test_two_tiles_are_searched_at_once(model, make_raster, tmp_path, in_pairs):
    result = detect(model, make_raster(marked(OBJECTS)), tmp_path, tile_size=32, overlap=0, threads=2)
    assert result["objects"] == 3 and in_pairs == [2] * result["tiles"]


@pytest.mark.parametrize("ending", ["geojson", "shp", "fgb"])
def test_other_formats(model, make_raster, tmp_path, ending):
    result = detect(model, make_raster(marked(OBJECTS)), tmp_path, name=f"found.{ending}")
    assert len(read(result)[1]) == 3 and sorted(read(result)[2]) == sorted(FIELDS)


def test_rotated_rasters_give_the_turned_box(model, make_raster, tmp_path):
    turn = Affine(8, 6, 500_000, 6, -8, 4_100_000)  # 10 m pixels
    _, (ring,), fields = read(detect(model, make_raster(marked(OBJECTS[:1]), transform=turn), tmp_path))
    corners = {tuple(np.round(turn @ point, 1)) for point in ((25.5, 17.5), (35.5, 17.5), (35.5, 23.5), (25.5, 23.5))}
    assert {tuple(np.round(point, 1)) for point in ring} == corners
    assert fields["length_m"] == pytest.approx([100], abs=0.01) and fields["width_m"] == pytest.approx([60], abs=0.01)


def test_sides_are_metres_on_the_ground_in_degrees_and_in_mercator(model, make_raster, tmp_path):
    degree = make_raster(marked(OBJECTS[:1]), crs="EPSG:4326", transform=from_origin(21, 60, 1e-4, 1e-4))
    _, _, fields = read(detect(model, degree, tmp_path))  # at 60° N a degree is 55.8 km by 111.4 km
    assert fields["width_m"] == pytest.approx([10 * 5.58], rel=0.005)
    assert fields["length_m"] == pytest.approx([6 * 11.14], rel=0.005)
    mercator = make_raster(
        marked(OBJECTS[:1]), crs="EPSG:3857", transform=from_origin(2_337_709, 8_399_738, 20, 20), name="m.tif"
    )
    _, _, fields = read(detect(model, mercator, tmp_path))  # the same place: a metre is half of one
    assert fields["length_m"] == pytest.approx([10 * 20 * 0.501], rel=0.01)


def test_without_a_crs_and_with_another_unit(model, make_raster, tmp_path, recwarn):
    _, _, fields = read(detect(model, make_raster(marked(OBJECTS[:1]), crs=None), tmp_path))
    assert fields["length_m"] == pytest.approx([100], abs=0.01)
    place = {"crs": "EPSG:2263", "transform": from_origin(990_000, 200_000, 10, 10)}
    feet = make_raster(marked(OBJECTS[:1]), name="f.tif", **place)
    _, _, fields = read(detect(model, feet, tmp_path))
    assert fields["length_m"] == pytest.approx([100 * 0.3048], rel=1e-3)
    recwarn.clear()


def test_objects_on_nodata_are_left_out_and_none_reaches_beyond_the_raster(model, make_raster, tmp_path):
    image = marked([(20, 30, 10, 6), (1, 60, 8, 20), (50, 119, 30, 4), (70, 40, 20, 20)])
    image[:, 69:, :45][image[:, 69:, :45] == 0] = -99  # the last one's middle is valid, the pixels around are not
    image[:, 15:25, 35:] = -99
    image[1:, 70, 36:44] = image[1:, 70, 40:41]
    image[0, 70, 34] = 3  # with its middle on nodata: a mark that is masked by its other bands
    _, rings, _ = read(detect(model, make_raster(image, nodata=-99), tmp_path))
    low, high = np.min([r.min(0) for r in rings], 0), np.max([r.max(0) for r in rings], 0)
    assert (low >= [500_000, 4_199_000]).all() and (high <= [501_200, 4_200_000]).all()
    assert len(rings) == 4 and high[0] == 501_200 and high[1] == 4_200_000


def test_a_box_whose_middle_is_not_valid_is_left_out(model, make_raster, tmp_path):
    image = marked([(20, 30, 10, 6), (60, 30, 10, 6)])
    valid = np.ones(image.shape[1:], bool)
    valid[60, 30] = False
    path = make_raster(image)
    grid = Grid("EPSG:32634", from_origin(500_000, 4_200_000, 10, 10), *valid.shape)

    def load(window):
        return Tile(window, {"image": image[None]}, valid)

    boxes = Detections(np.array([[25, 17, 36, 24], [25, 57, 36, 64]], float), np.ones(2), np.zeros(2, int))
    collector = DetectionCollector(CARD, grid, str(tmp_path / "f.gpkg"), Settings(), 8, Report())
    part = DetectionPart(grid, Settings(), lambda *_: boxes, collector.take)
    windows = tiles(*valid.shape, valid.shape, 8)
    predict(windows, load, lambda inputs: [()], part, 1, Report())
    assert collector.close()["objects"] == 1 and path.exists()


def test_the_mask_and_the_extent_limit_what_is_found(model, make_raster, tmp_path):
    path = make_raster(marked(OBJECTS))
    square = [[500_500 + x, 4_199_700 - y] for x, y in ((0, 0), (200, 0), (200, 400), (0, 400), (0, 0))]
    features = [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32634"}}
    (tmp_path / "mask.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features, "crs": crs}))
    assert read(detect(model, path, tmp_path, mask=str(tmp_path / "mask.geojson")))[2]["class"].tolist() == ["ship"]
    _, rings, _ = read(detect(model, path, tmp_path, extent=[500_000, 4_199_700, 500_310, 4_200_000]))
    assert len(rings) == 1 and rings[0][:, 0].max() == 500_310  # cut where the area ends


def test_an_empty_result_is_a_layer_with_the_right_fields(model, make_raster, tmp_path):
    for image, settings in ((marked([]), {}), (np.zeros((3, 40, 40), "float32"), {"nodata": 0})):
        result = detect(model, make_raster(image, **settings), tmp_path)
        info = pyogrio.read_info(result["output"])
        assert info["features"] == 0 and list(info["fields"]) == FIELDS and info["geometry_type"] == "Polygon"
        assert result["objects"] == 0 and len(result["classes"]) == 2 and "32634" in info["crs"]


@pytest.mark.parametrize("shape", [(1, 60), (60, 1), (1, 1)])
def test_strips_and_rasters_smaller_than_a_tile(model, make_raster, tmp_path, shape):
    _, (ring,), _ = read(detect(model, make_raster(marked([(0, 0, 10, 10)], *shape)), tmp_path))
    size = np.ptp(ring, axis=0)
    assert size.tolist() == [min(5.5, shape[1]) * 10, min(5.5, shape[0]) * 10]


def test_confidence_and_sizes_choose(model, make_raster, tmp_path):
    path = make_raster(marked([(20, 30, 10, 6, 0.5), (50, 60, 8, 20, 4), (80, 100, 3, 3, 4)]))
    assert detect(model, path, tmp_path)["objects"] == 3
    assert detect(model, path, tmp_path, confidence=0.9)["objects"] == 2
    _, _, fields = read(detect(model, path, tmp_path, min_size=40, max_size=150))
    assert fields["length_m"] == pytest.approx([100], abs=0.1)


def test_overlapping_boxes_are_suppressed_as_asked(model, make_raster, tmp_path):
    path = make_raster(marked([(20, 30, 10, 10, 3), (20, 33, 10, 10, 2)]))  # IoU 0.54
    found = {s: read(detect(model, path, tmp_path, suppression=s)) for s in ("nms", "soft", "union")}
    assert len(found["nms"][1]) == 1 and np.ptp(found["nms"][1][0][:, 0]) == 100
    assert sorted(found["soft"][2]["score"].round(2)) == [0.41, 0.95]
    assert len(found["union"][1]) == 1 and np.ptp(found["union"][1][0][:, 0]) == 130
    assert len(read(detect(model, path, tmp_path, iou=0.6))[1]) == 2


def test_the_layer_says_how_it_was_made(model, make_raster, tmp_path):
    result = detect(model, make_raster(marked(OBJECTS)), tmp_path)
    reported = pyogrio.read_info(result["output"])["layer_metadata"]
    assert reported["RSDL_MODEL"] == "markers" and json.loads(reported["RSDL_RUN"])["operation"] == "detect"


def test_the_cards_threshold_is_the_default_confidence():
    def confidence(card, **arguments):
        job = {"model": "any", "output": "found.gpkg", "inputs": {}, **arguments}
        return Settings.of(ObjectRequest.of(job), card).confidence

    sure = replace(CARD, threshold=0.6)
    assert (confidence(CARD), confidence(sure), confidence(sure, confidence=0.1)) == (0.25, 0.6, 0.1)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"confidence": 1.5}, InputError, "CONFIDENCE cannot be 1.5.*from 0 to 1"),
        ({"suppression": "most"}, InputError, "nms, soft, union"),
        ({"min_size": 9, "max_size": 3}, InputError, "smallest size, 9 m"),
        ({"output": "found.txt"}, OutputError, "no known vector ending"),
        ({"output": "/nowhere/found.gpkg"}, OutputError, "no folder"),
        ({"inputs": {}}, MismatchError, "takes 1 raster"),
    ],
)
def test_what_cannot_be_is_refused(model, make_raster, tmp_path, changes, error, words):
    with pytest.raises(error, match=words):
        detect(model, make_raster(marked(OBJECTS)), tmp_path, **changes)
    assert not list(tmp_path.glob("*.gpkg")) and not list(tmp_path.glob(".*part*"))


def test_a_cancelled_job_leaves_nothing(model, make_raster, tmp_path):
    class Stopping(Report):
        asked = 0

        def cancelled(self):
            self.asked += 1
            return self.asked > 4

    with pytest.raises(Cancelled):
        detect(model, make_raster(marked(OBJECTS)), tmp_path, Stopping(), tile_size=32, overlap=8)
    assert [p.name for p in tmp_path.iterdir()] == ["image.tif"]


def numbered(seed, height, width):
    """(picture whose pixels are 0 or an object's number, boxes) of rectangles that lie a pixel apart."""
    random = np.random.default_rng(seed)
    image, boxes = np.zeros((height, width), int), []
    while len(boxes) < 25:
        h, w = random.integers(3, 45, 2)
        row, col = random.integers(0, height - h + 1), random.integers(0, width - w + 1)
        if not image[max(0, row - 1) : row + h + 1, max(0, col - 1) : col + w + 1].any():
            boxes.append([col, row, col + w, row + h])
            image[row : row + h, col : col + w] = len(boxes)
    return image, np.array(boxes, float)


def find_numbers(outputs, size, lowest):
    """What a detector without fault finds in a tile of a numbered picture."""
    (tile,) = outputs
    places = [np.argwhere(tile == number) for number in np.unique(tile) if number]
    boxes = np.array([[*p.min(0)[::-1], *(p.max(0)[::-1] + 1)] for p in places], float).reshape(-1, 4)
    return Detections(boxes, np.full(len(boxes), 0.9), np.zeros(len(boxes), int))


@pytest.mark.parametrize("size", [(32, 48), (64, 40)])
@pytest.mark.parametrize("overlap", [0, 5, 16])
def test_border_test_any_offset_gives_the_same_polygons(tmp_path, size, overlap):
    image, boxes = numbered(1, 150, 170)
    for offset in range(0, size[0] - overlap, 7):  # the picture begins so much further down and to the right
        moved = np.pad(image, ((offset, 0), (offset // 2, 0)))
        grid = Grid("EPSG:32634", from_origin(500_000, 4_200_000, 1, 1), *moved.shape)

        def load(window, moved=moved):
            part = moved[window.row : window.row + window.height, window.col : window.col + window.width]
            return Tile(window, {"image": part}, np.ones(part.shape, bool))

        output = str(tmp_path / f"{offset}.gpkg")
        collector = DetectionCollector(CARD, grid, output, Settings(), overlap, Report())
        part = DetectionPart(grid, Settings(), find_numbers, collector.take)
        windows = tiles(*moved.shape, size, overlap)
        predict(windows, load, lambda inputs: [(x,) for x in inputs["image"]], part, 3, Report())
        collector.close()
        _, rings, _ = read({"output": output})
        found = np.array([[*r.min(0), *r.max(0)] for r in rings]) - [500_000 + offset // 2, 0] * 2
        found = np.stack([found[:, 0], 4_200_000 - found[:, 3], found[:, 2], 4_200_000 - found[:, 1]], 1)
        found -= [0, offset, 0, offset]
        assert len(found) == len(boxes)
        assert np.allclose(found[np.lexsort(found.T)], boxes[np.lexsort(boxes.T)], atol=1e-6)


class Overflowing(Markers):
    """NaN for the boxes of columns where band 1 is above 50."""

    def forward(self, image):
        boxes, logits = super().forward(image)
        bad = (image[:, 0, 0] > 50).flatten(1)[..., None]
        return torch.where(bad, torch.nan, boxes), torch.where(bad, torch.nan, logits)


def test_boxes_that_are_not_finite_are_counted_and_fail_the_job_past_half(make_raster, tmp_path):
    export_onnx(Overflowing(), CARD, tmp_path / "nan.onnx")
    image = marked(OBJECTS[:1], 64, 64)
    image[0, :, 40:] = 60
    report = Log()
    result = detect(tmp_path / "nan.onnx", make_raster(image), tmp_path, report)
    assert result["objects"] == 1 and "no finite number for 1,536 boxes of 4,096" in " ".join(report.said)
    image[0, :, 10:] = 60
    with pytest.raises(ModelError, match="no finite number for 3,456 boxes of 4,096"):
        detect(tmp_path / "nan.onnx", make_raster(image), tmp_path, name="other.gpkg")
    assert not (tmp_path / "other.gpkg").exists()
