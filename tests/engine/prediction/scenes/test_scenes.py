"""What is classified as a whole: every cell and feature once, and read as samples are made for training."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from affine import Affine

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.chips.cutting import cutter
from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.folder import read_chips
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.scenes import views as scene_views
from rsdl_qgis.engine.prediction.scenes.scenes import FeatureScenes, GridScenes, usual_size, whole_size
from rsdl_qgis.engine.prediction.scenes.views import Pixels, Views, load_view
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from rsdl_qgis.engine.training.samples.chips import ChipSamples
from rsdl_qgis.engine.vector.scene_features import look_over

from ...training.layers import NORTH_UP, box, noise, pixels, point, raster, source, vector

SCALING = Scaling(mean=((100.0, 50.0),), std=((20.0, 30.0),))
ITEM = Input("image", (Band("red"), Band("nir")), scaling=SCALING)
CARD = ModelCard(
    "kinds", "Kinds", (ITEM,), (Class(0, "a", "#111111"), Class(1, "b", "#222222")), "classification",
    tiling=Tiling(size=16, overlap=0, multiple=1), resolution=10.0,
)  # fmt: skip
GRID = Grid("EPSG:32634", NORTH_UP, 70, 90)


@pytest.fixture
def image(tmp_path):
    """A raster of 70 x 90 pixels, 2 bands, with nodata in it."""
    values = noise((2, 70, 90), "uint16") % 200 + 1
    values[:, 30:34, 20:60] = 0
    return raster(tmp_path / "scene.tif", values, nodata=0)


def ring(*corners):
    return pixels(*corners, corners[0])


def opened(image):
    return RasterSource({"image": [Layer(image["path"])]})


def loaded(image, path, size=9, side=16, usual=10_000):
    with opened(image) as opened_:
        found = FeatureScenes(look_over(path), opened_.grid, size)
        scaling = {"image": radiometry(ITEM, np.ma.zeros((1, 2, 1, 1)))}
        views = Views(found, opened_.grid, usual, usual, Report())
        return [load_view(opened_, scaling, view, side) for view in views]


SHAPES = {
    "a box between pixels": box(10.3, 5.2, 31.8, 22.7),
    "a hole": {"type": "Polygon", "coordinates": [ring((5, 5), (45, 7), (40, 50)), ring((20, 10), (30, 10), (30, 20))]},
    "two parts": {
        "type": "MultiPolygon", "coordinates": [[ring((2, 2), (9, 3), (5, 9))], [ring((60, 40), (85, 66), (50, 60))]],
    },
    "sticking out": box(70, 50, 105, 66),
    "over nodata": box(15, 26, 40, 40),
    "less than a pixel": box(50.2, 20.2, 50.4, 20.4),
    "on a corner of pixels": box(50.9, 20.9, 51.1, 21.1),
    "a sliver": {"type": "Polygon", "coordinates": [ring((20, 10), (60, 10.3), (60, 10.4))]},
    "as large as the network's": box(40, 2, 56, 18),
    "a point": None,
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHAPES))
@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326"])
def test_a_scene_is_what_training_makes_of_it(tmp_path, image, name, crs):
    shape = SHAPES[name]
    if crs != "EPSG:32634" and name not in ("a hole", "two parts", "a sliver", "a point"):
        shape = box(20, 40, 30.5, 60.5)  # edges off the pixels' centres
    other = point(70.5, 8.5) if shape is None else box(60, 40, 70, 45)
    given = [(point(33.2, 20.7) if shape is None else shape, "a"), (other, "b")]
    labels = [vector(tmp_path / "l.geojson", moved(given, crs), crs=crs)]
    layers = {"sources": [source(image)], "labels": labels}
    cutter.cut(CutRequest.of({"task": "classification", "chip_size": 16, **layers}), tmp_path / "chips", Report())
    folder = read_chips(tmp_path / "chips")
    wanted = ChipSamples(folder, folder.chips, (ITEM,), side=24)[0][0][0].numpy()
    tile = loaded(image, labels[0]["path"], size=16, side=24)[0]
    np.testing.assert_allclose(tile.arrays["image"], wanted, atol=3e-5)
    assert np.abs(wanted).max() > 0.1


def moved(features, crs):
    from rasterio.warp import transform_geom

    return [(transform_geom("EPSG:32634", crs, shape) if crs != "EPSG:32634" else shape, v) for shape, v in features]


def test_full_reading_goes_as_far_as_in_training():
    assert scene_views.LARGEST == cutter.LARGEST_SCENE


def test_a_large_scene_is_read_coarsely_and_comes_out_alike(tmp_path, monkeypatch):
    """Smooth ground, so that every n-th pixel tells as much as all."""
    rows, cols = np.indices((600, 800))
    smooth = np.stack([100 + 50 * np.sin(rows / 60) * np.cos(cols / 80), 60 + cols * 0.05]).astype("float32")
    smooth[:, :50] = np.nan
    image = raster(tmp_path / "s.tif", smooth)
    shape = {"type": "Polygon", "coordinates": [ring((10, 10), (790, 30), (400, 590))]}
    path = vector(tmp_path / "l.geojson", [(shape, "a"), (box(-300, -200, 900, 700), "b")])["path"]
    whole = loaded(image, path)
    monkeypatch.setattr(scene_views, "LARGEST", 256)
    read = []
    monkeypatch.setattr(RasterSource, "read", lambda *a: read.append(a))
    coarse = loaded(image, path)
    assert not read and [tile.valid.shape for tile in coarse] == [(256, 256), (256, 256)]
    inside = (whole[0].arrays["image"] != 0) & (coarse[0].arrays["image"] != 0)
    assert inside.mean() > 0.4
    np.testing.assert_allclose(coarse[0].arrays["image"][inside], whole[0].arrays["image"][inside], atol=0.05)
    found = [tile.window.pixels for tile in (whole[0], coarse[0])]
    assert found[0].own == pytest.approx(found[1].own, rel=0.01) and found[0].valid < found[0].own
    assert found[0].valid == pytest.approx(found[1].valid, rel=0.01)
    assert coarse[1].window.window == Window(0, 0, 600, 800)  # cut to the raster
    assert coarse[1].window.pixels.valid == pytest.approx(600 * 750, rel=0.03)
    assert coarse[1].window.scene.pixels == pytest.approx(1200 * 900, rel=0.01)  # but as large as it is


def test_the_cells_of_a_grid_cover_the_raster_once():
    cells = GridScenes(GRID, 32)
    found = list(cells)
    assert len(cells) == len(found) == 9 and not cells.keeps_all
    assert sum(s.pixels for s in found) == 70 * 90
    x, y = zip(*(np.ptp(corners_of(s.wkb), axis=0) / 10 for s in found))
    assert sum(np.multiply(x, y)) == pytest.approx(70 * 90)


def test_at_the_edge_a_cell_is_seen_with_what_lies_before_it(image):
    found = list(GridScenes(GRID, 32))
    assert [s.window for s in found[-2:]] == [Window(38, 32, 32, 32), Window(38, 58, 32, 32)]
    assert found[-1].own == Window(64, 64, 6, 26)
    with opened(image) as source_:
        scaling = {"image": radiometry(ITEM, np.ma.zeros((1, 2, 1, 1)))}
        (tile,) = (load_view(source_, scaling, view, 32) for view in Views([found[-1]], GRID, 32, 32, Report()))
        values = scaling["image"](source_.read(found[-1].window)["image"].data)
    np.testing.assert_array_equal(tile.arrays["image"], values)
    assert tile.window.pixels == Pixels(own=6 * 26, valid=6 * 26, shown=32 * 32)
    wanted = np.zeros((32, 32), bool)
    wanted[26:, 6:] = True
    np.testing.assert_array_equal(tile.valid, wanted)


def test_a_raster_smaller_than_a_cell_is_one_without_what_lies_beyond():
    small = replace(GRID, height=20)
    assert [s.window for s in GridScenes(small, 64)] == [Window(0, 0, 20, 64), Window(0, 26, 20, 64)]


@pytest.mark.parametrize("transform", [Affine(8, 6, 500_000, 6, -8, 4_100_000), Affine(10, 0, 5e5, 0, 10, 4.1e6)])
def test_cells_of_rotated_and_south_up_rasters_lie_where_they_are(transform):
    (first, *_) = GridScenes(Grid("EPSG:32634", transform, 20, 20), 10)
    places = [transform @ corner for corner in ((0, 0), (0, 10), (10, 10), (10, 0), (0, 0))]
    np.testing.assert_allclose(corners_of(first.wkb), places)


def corners_of(wkb):
    assert struct.unpack("<BIII", wkb[:13]) == (1, 3, 1, 5)
    return np.frombuffer(wkb[13:]).reshape(5, 2)


def test_every_feature_is_a_scene_also_what_cannot_be_seen(tmp_path, image):
    broken = {"type": "Polygon", "coordinates": []}
    given = [(box(10, 5, 20, 15), "a"), (None, "b"), (box(500, 500, 510, 510), "c"), (broken, "d"), (point(3, 3), "e")]
    path = vector(tmp_path / "l.geojson", given)["path"]
    found = FeatureScenes(look_over(path), GRID, 9)
    made = list(found)
    assert [scene.window is not None for scene in made] == [True, False, False, False, False]
    assert [scene.values for scene in made] == [(i, name) for i, name in enumerate("abcde")]
    assert (len(found), found.outside, found.unusable) == (5, 1, 3)
    assert [scene.wkb is not None for scene in made] == [True, False, True, False, False]
    tiles = loaded(image, path)
    assert [bool(tile.arrays) for tile in tiles] == [True, False, False, False, False]


def test_points_have_windows_around_the_pixel_they_lie_in(tmp_path, image):
    several = {"type": "MultiPoint", "coordinates": pixels((40.9, 30.1), (2, 2), (-500, 0))}
    path = vector(tmp_path / "l.geojson", [(point(20.5, 10.5), "a"), (several, "b"), (None, "c")])["path"]
    found = FeatureScenes(look_over(path), GRID, 9)
    made = list(found)
    assert len(found) == len(made) == 5 and found.kind == "Polygon"
    assert [scene.window for scene in made] == [
        Window(6, 16, 9, 9), Window(26, 36, 9, 9), Window(-2, -2, 9, 9), None, None,
    ]  # fmt: skip
    assert [scene.values for scene in made] == [(0, "a"), (1, "b"), (1, "b"), (1, "b"), (2, "c")]
    assert (found.outside, found.unusable) == (1, 1)
    np.testing.assert_allclose(corners_of(made[0].wkb)[0], NORTH_UP @ (16, 6))


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:32633"])
def test_coordinate_systems_are_doubted_where_all_lies_outside_and_they_differ(tmp_path, crs):
    path = vector(tmp_path / "l.geojson", [(box(500, 500, 510, 510), "a")])["path"]
    found = FeatureScenes(look_over(path), replace(GRID, crs=crs), 9)
    assert found.outside or list(found)
    said = " ".join(text for _, text in found.without_class(1))
    assert "1 of 1 features lie outside" in said
    assert ("Check the coordinate systems" in said) == (crs == "EPSG:32633")


def test_a_polygon_has_the_pixels_whose_centres_it_holds(tmp_path, image):
    path = vector(tmp_path / "l.geojson", [(box(10.6, 5.6, 20.4, 15.4), "a"), (box(4.2, 4.2, 4.3, 4.3), "b")])["path"]
    tiles = loaded(image, path)
    assert [tile.window.pixels for tile in tiles] == [Pixels(81, 81, 81), Pixels(1, 1, 1)]
    assert tiles[1].window.window == Window(4, 4, 1, 1)


def test_only_one_of_features_and_raster_with_a_crs_is_refused(tmp_path):
    path = vector(tmp_path / "l.geojson", [(box(1, 1, 5, 5), "a")])["path"]
    with pytest.raises(InputError, match="coordinate system"):
        FeatureScenes(look_over(path), replace(GRID, crs=None), 9)


@pytest.mark.parametrize(
    ("resolution", "crs", "note", "pixel", "size"),
    [
        (10.0, "EPSG:32634", {}, 10, 16),
        (10.0, "EPSG:32634", {}, 10.1, 16),
        (10.0, "EPSG:32634", {}, 20, 8),
        (10.0, "EPSG:32634", {"chip_size": 64}, 5, 128),
        (None, "EPSG:32634", {}, 3, 16),
        (10.0, None, {"chip_size": 64}, 1, 64),
        (0.1, "EPSG:32634", {}, 1000, 1),
    ],
)
def test_a_scene_is_as_large_on_the_ground_as_in_training(resolution, crs, note, pixel, size):
    card = replace(CARD, resolution=resolution, provenance=note)
    assert usual_size(card, Grid(crs, Affine(pixel, 0, 5e5, 0, -pixel, 4.1e6), 100, 100)) == size


@pytest.mark.parametrize(("largest", "pixel", "whole"), [(None, 10, 24), (20, 10, 24), (70, 10, 70), (70, 20, 35)])
def test_scenes_are_seen_whole_up_to_what_training_saw(largest, pixel, whole):
    grid = replace(GRID, transform=Affine(pixel, 0, 5e5, 0, -pixel, 4.1e6))
    assert whole_size(replace(CARD, provenance={"largest_chip": largest}), grid) == whole


def test_batches_of_features_are_read_as_they_are_asked_for(tmp_path, monkeypatch):
    """Memory goes by what is held at once: never more than two batches of rows."""
    from rsdl_qgis.engine.vector import scene_features

    given = [(box(i % 80, i // 80, i % 80 + 1, i // 80 + 1), "a") for i in range(4000)]
    path = vector(tmp_path / "l.geojson", given)["path"]
    monkeypatch.setattr(scene_features, "FIRST", 100)
    monkeypatch.setattr(scene_features, "MOST", 100)
    asked = []
    real = scene_features.pyogrio.raw.read
    monkeypatch.setattr(
        scene_features.pyogrio.raw, "read", lambda *a, **k: asked.append(k["skip_features"]) or real(*a, **k)
    )
    layer = look_over(path)
    asked.clear()
    for i, _ in enumerate(FeatureScenes(layer, GRID, 9)):
        assert len(asked) == i // 100 + 1
    assert i == 3999
