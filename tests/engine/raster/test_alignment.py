"""Change between two rasters on different grids: the same map, up to resampling, wherever and however they lie."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import torch
from rasterio.enums import Resampling
from rasterio.transform import Affine, from_origin
from rasterio.warp import transform as transform_points
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.raster.grid import Grid, apply
from rsdl_qgis.engine.raster.layer import Layer, OpenLayer
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

NAIP = Path(os.environ.get("RSDL_DATA", "")) / "naip"
UTM = "EPSG:32634"
BEFORE = UTM, Affine(10, 0, 500_000, 0, -10, 4_200_000), (72, 80)


class Difference(nn.Module):
    """Logits of +-8: class 1 where the mean absolute difference of the dates over 3 x 3 pixels exceeds 10; with
    ``kinds``, class 1 where the second date is brighter and 2 where it is darker.
    """

    def __init__(self, kinds: bool = False):
        super().__init__()
        self.kinds, self.mean = kinds, nn.AvgPool2d(3, 1, 1, count_include_pad=False)

    def forward(self, pair):
        change = pair[:, 1] - pair[:, 0]
        large = (self.mean(change.abs().mean(1, keepdim=True)) - 10).sign() * 8
        if not self.kinds:
            return torch.cat([-large, large], 1)
        brighter = self.mean(change.mean(1, keepdim=True)).sign() * large.clamp(min=0)
        return torch.cat([-large, brighter, -brighter], 1)


def card_of(classes=("same", "changed"), scaling=None):
    colours = ("#dddddd", "#d62728", "#1f77b4")
    return ModelCard(
        name="difference",
        title="Difference",
        inputs=(Input("pair", (Band("red"), Band("nir")), ("before", "after"), "image", scaling or Scaling()),),
        classes=tuple(Class(value, name, color) for value, (name, color) in enumerate(zip(classes, colours))),
        task="change",
        tiling=Tiling(size=32, overlap=8, multiple=8, memory=64),
        background=0,
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("difference") / "difference.onnx"
    export_onnx(Difference(), card_of(), path)
    return path


def scene(x, y, changed):
    """Two bands of fields at an angle with texture, as a function of UTM metres; ``changed``: some fields are new."""
    u, v = (0.94 * x + 0.34 * y) / 150, (0.94 * y - 0.34 * x) / 110
    field = np.floor(u).astype(int) * 7919 + np.floor(v).astype(int) * 104_729
    bright = np.stack([field * 37 % 97, field * 53 % 89]) * 0.4 + 10
    texture = 3 * np.sin(x / 31) * np.sin(y / 23) + 2 * np.sin((x + 2 * y) / 12)
    if changed:
        bright = bright + np.where(field % 5 == 0, 14, 0) - np.where(field % 7 == 0, 16, 0)
    return bright + texture


@cache
def render(crs, transform, shape, changed):
    """The scene on a grid as a sensor sees it: (2, h, w) float32, each pixel the mean over its ground."""
    samples = 4 if shape[0] < 150 else 2
    inside = (np.arange(samples) + 0.5) / samples
    rows, cols = (np.add.outer(np.arange(n), inside).ravel() for n in shape)
    cols, rows = np.meshgrid(cols, rows)
    x, y = apply(transform, cols, rows)
    x, y = transform_points(crs, UTM, x.ravel(), y.ravel())
    fine = scene(np.array(x), np.array(y), changed).reshape(2, shape[0], samples, shape[1], samples)
    return fine.mean(axis=(2, 4)).astype("float32")


def write(path, array, crs, transform, **profile):
    sizes = dict(zip(("count", "height", "width"), array.shape))
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=transform, dtype=array.dtype, **sizes, **profile
    ) as file:
        file.write(array)
    return str(path)


@pytest.fixture
def image(tmp_path):
    """Writes the scene on a grid: before (False) or after the change (True)."""

    def image(changed, crs, transform, shape):
        name = f"{'after' if changed else 'before'}{len(list(tmp_path.iterdir()))}.tif"
        return write(tmp_path / name, render(crs, transform, shape, changed), crs, transform)

    return image


class Listening(Report):
    def __init__(self):
        super().__init__()
        self.said = []

    def log(self, level, message):
        self.said.append((level, message))


@pytest.fixture
def change(model, tmp_path):
    """The map of two rasters, opened, and what was said."""

    def change(before, after, report=None, model=model, **arguments):
        job = {"model": str(model), "output": str(tmp_path / "map.tif"), "device": "cpu", "threads": 1}
        inputs = {"pair": [{"path": before}, {"path": after}]}
        result = run_predict({**job, "inputs": inputs, "tile_size": 32, **arguments}, report or Report())
        with rasterio.open(result["output"]) as made:
            return made.read(1), made.profile, made.tags()

    return change


GRIDS = {  # of the raster after, which covers all of BEFORE; the least part of the map that has to agree
    "the same": (*BEFORE, 1.0),
    "south-up": (UTM, Affine(10, 0, 500_000, 0, 10, 4_200_000 - 720), (72, 80), 1.0),
    "half a pixel off": (UTM, Affine(10, 0, 499_995, 0, -10, 4_200_005), (73, 81), 0.97),
    "3 x the resolution": (UTM, Affine(10 / 3, 0, 500_000, 0, -10 / 3, 4_200_000), (216, 240), 0.99),
    "another zone": ("EPSG:32635", Affine(10, 0, -27_500, 0, -10, 4_217_100), (100, 100), 0.97),
    "degrees": ("EPSG:4326", Affine(1e-4, 0, 20.999, 0, -9e-5, 37.9485), (90, 112), 0.97),
    "rotated": (UTM, Affine(8, 6, 499_626, 6, -8, 4_199_752), (112, 112), 0.97),
    "all at once": ("EPSG:32635", Affine(3.4, 0, -27_450.7, 0, 3.4, 4_216_230), (262, 262), 0.97),
    "a third of the resolution": (UTM, Affine(30, 0, 499_990, 0, -30, 4_200_010), (26, 29), 0.93),
}


@pytest.mark.parametrize("grid", list(GRIDS))
def test_the_map_does_not_depend_on_the_grid_of_the_other_raster(image, change, grid):
    before = image(False, *BEFORE)
    reference, _, _ = change(before, image(True, *BEFORE))
    assert 0.1 < (reference == 1).mean() < 0.5
    *place, least = GRIDS[grid]
    made, profile, _ = change(before, image(True, *place), grid="first")
    assert profile["transform"] == BEFORE[1] and made.shape == BEFORE[2]
    assert not (made == 255).any()
    assert (made == reference).mean() >= least


FINE = UTM, Affine(10 / 3, 0, 500_000, 0, -10 / 3, 4_200_000), (216, 240)


@pytest.mark.parametrize("fine", ["before", "after"])
def test_the_finer_grid_is_taken_when_asked_for(image, change, fine):
    grids = [FINE, BEFORE] if fine == "before" else [BEFORE, FINE]
    made, profile, _ = change(image(False, *grids[0]), image(True, *grids[1]), grid="finest")
    assert made.shape == FINE[2] and profile["transform"].almost_equals(FINE[1])
    sharp, _, _ = change(image(False, *FINE), image(True, *FINE))
    assert (made == sharp).mean() > 0.97  # one of the dates is blurred


def test_the_grid_of_either_raster_can_be_chosen_and_the_first_is_taken_of_equals(image, change):
    moved = UTM, Affine(10, 0, 500_000, 0, 10, 4_200_000 - 720), BEFORE[2]
    before, after = image(False, *BEFORE), image(True, *moved)
    upright, _, _ = change(before, after, grid="finest")
    flipped, profile, _ = change(before, after, grid="last")
    assert profile["transform"] == BEFORE[1]  # the same ground, which is read and mapped north up
    assert np.array_equal(upright, flipped)
    zone = image(True, *GRIDS["another zone"][:3])  # as fine, but for the scale of its projection
    _, profile, _ = change(before, zone, grid="finest")
    assert profile["transform"] == BEFORE[1]


def test_only_what_both_cover_is_mapped(image, change):
    """AFTER begins 20 columns and 13.5 rows further, and goes on where BEFORE ends."""
    before = image(False, *BEFORE)
    after = image(True, UTM, Affine(10, 0, 500_200, 0, -10, 4_199_865), (90, 90))
    whole, _, _ = change(before, image(True, *BEFORE))
    made, profile, _ = change(before, after, grid="first")
    assert made.shape == BEFORE[2] and profile["nodata"] == 255
    valid = np.zeros(BEFORE[2], bool)
    valid[14:, 20:] = True
    assert np.array_equal(np.delete(made != 255, 13, 0), np.delete(valid, 13, 0))  # row 13 is covered by half
    assert (made == whole)[valid].mean() > 0.97
    made, _, _ = change(before, after, grid="last")
    assert made.shape == (90, 90)
    assert (made[:58, :60] != 255).all() and (made[59:] == 255).all() and (made[:, 60:] == 255).all()


def test_nodata_of_either_date_is_nodata(tmp_path, change):
    dates = [render(*BEFORE, changed).copy() for changed in (False, True)]
    dates[0][0, 5:9], dates[1][1, :, 30:33] = -1, np.nan
    paths = [write(tmp_path / f"{i}.tif", array, *BEFORE[:2], nodata=-1) for i, array in enumerate(dates)]
    made, _, _ = change(*paths)
    expected = np.zeros(BEFORE[2], bool)
    expected[5:9], expected[:, 30:33] = True, True
    assert np.array_equal(made == 255, expected)


def test_a_robust_stretch_is_of_the_ground_that_both_cover(tmp_path, change):
    """AFTER covers a corner of a large BEFORE, which is far brighter elsewhere."""
    before = np.full((2, 600, 600), 5000, "float32")
    before[:, 500:, 500:] = np.arange(100) / 99
    after = before[:, 500:, 500:] * 10
    after[:, 40:60] = 10 - after[:, 40:60]
    place = Affine(10, 0, 500_000, 0, -10, 4_200_000)
    first = write(tmp_path / "b.tif", before, UTM, place)
    second = write(tmp_path / "a.tif", after, UTM, place @ Affine.translation(500, 500))
    path = tmp_path / "robust.onnx"
    export_onnx(Difference(), card_of(scaling=Scaling("robust", std=((0.02,) * 2,) * 2)), path)  # changed: by over 0.2
    made, _, _ = change(first, second, model=path)
    changed = made[500:, 500:]
    assert (changed[:38] == 0).all() and (changed[62:] == 0).all()
    assert (changed[42:58, :38] == 1).all() and (changed[42:58, 62:] == 1).all()


@pytest.mark.parametrize("metres", [800, 30_000])
def test_rasters_that_do_not_overlap_are_refused(image, change, tmp_path, metres):
    before = image(False, *BEFORE)
    after = image(True, UTM, Affine(10, 0, 500_000 + metres, 0, -10, 4_200_000), BEFORE[2])
    with pytest.raises(InputError, match=r"after\d.tif does not overlap .*before\d.tif.*same place"):
        change(before, after, grid="finest")
    assert not (tmp_path / "map.tif").exists()


def test_one_raster_without_a_coordinate_system_is_refused(tmp_path, image, change):
    after = write(tmp_path / "bare.tif", render(*BEFORE, True), None, BEFORE[1])
    with pytest.raises(InputError, match=r"bare.tif has no coordinate system, but .*before\d.tif has one"):
        change(image(False, *BEFORE), after)


def test_unknown_choices_are_named(image, change):
    pair = image(False, *BEFORE), image(True, *BEFORE)
    with pytest.raises(InputError, match=r"GRID cannot be 'best'.*first, last, finest"):
        change(*pair, grid="best")
    with pytest.raises(InputError, match=r"RESAMPLING cannot be 'best'.*bilinear, nearest, cubic"):
        change(*pair, resampling="best")
    with pytest.raises(InputError, match=r"NORMALIZE cannot be 'best'.*none, moments, irmad"):
        change(*pair, normalize="best")


def test_the_rule_of_resampling_is_used(image, change):
    before, after = image(False, *BEFORE), image(True, *GRIDS["half a pixel off"][:3])
    nearest, bilinear, cubic = (change(before, after, resampling=r)[0] for r in ("nearest", "bilinear", "cubic"))
    assert not np.array_equal(nearest, bilinear) and not np.array_equal(cubic, bilinear)
    whole, _, _ = change(before, image(True, *BEFORE))
    assert min((made == whole).mean() for made in (nearest, bilinear, cubic)) > 0.95


def test_kinds_of_change_are_classes_and_polygons_but_for_the_background(image, change, tmp_path):
    path = tmp_path / "kinds.onnx"
    export_onnx(Difference(kinds=True), card_of(("same", "field to houses", "wood to field")), path)
    pair = image(False, *BEFORE), image(True, *GRIDS["half a pixel off"][:3])
    binary, _, _ = change(*pair)
    made, _, _ = change(*pair, model=path, polygons=str(tmp_path / "p.gpkg"))
    assert np.array_equal(made > 0, binary > 0) and {0, 1, 2} == set(np.unique(made))
    change_of = np.subtract(*(render(*BEFORE, changed).mean(0) for changed in (True, False)))
    assert (change_of[made == 1] > 0).mean() > 0.95 and (change_of[made == 2] < 0).mean() > 0.95
    with rasterio.open(tmp_path / "map.tif") as raster:
        assert len({raster.colormap(1)[value][:3] for value in (0, 1, 2)}) == 3
    meta, _, _, values = pyogrio.raw.read(tmp_path / "p.gpkg")
    assert set(values[list(meta["fields"]).index("class")]) == {"field to houses", "wood to field"}


HAZE = np.array([0.6, 1.7])[:, None, None], np.array([25.0, -8.0])[:, None, None]  # gain and offset of each band


@pytest.fixture
def hazy(tmp_path):
    """The scene after the change under another sky."""
    return write(tmp_path / "hazy.tif", (render(*BEFORE, True) * HAZE[0] + HAZE[1]).astype("float32"), *BEFORE[:2])


def test_irmad_takes_another_sky_out(image, change, hazy):
    before, report = image(False, *BEFORE), Listening()
    clear, _, _ = change(before, image(True, *BEFORE))
    without, _, plain = change(before, hazy)
    made, _, tags = change(before, hazy, report, normalize="irmad")
    assert (without == clear).mean() < 0.6
    assert (made == clear).mean() > 0.98
    note = json.loads(tags["RSDL_NORMALIZATION"])["pair"]
    np.testing.assert_allclose(note["gain"], [[1, 1], 1 / HAZE[0].ravel()], rtol=0.02)
    assert note["method"] == "irmad" and note["pixels"] == 72 * 80 and note["used"][0] == 72 * 80 > note["used"][1]
    assert "RSDL_NORMALIZATION" not in plain
    assert any("after normalised to before (irmad, on" in text for _, text in report.said)


def test_moments_are_thrown_off_by_what_changed_but_less_than_by_the_sky(image, change, hazy):
    before = image(False, *BEFORE)
    clear, _, _ = change(before, image(True, *BEFORE))
    without, moments, irmad = (change(before, hazy, normalize=n)[0] for n in ("none", "moments", "irmad"))
    right = [(made == clear).mean() for made in (without, moments, irmad)]
    assert right == sorted(right) and right[1] > right[0] + 0.1


def test_a_model_of_bytes_takes_a_date_in_another_range_once_it_is_normalised(tmp_path, change):
    path = tmp_path / "bytes.onnx"
    std = ((4 / 255,) * 2,) * 2
    export_onnx(Difference(), card_of(scaling=Scaling(divisor=255.0, std=std)), path)
    dates = [(render(*BEFORE, changed) * 4).clip(0, 255) for changed in (False, True)]
    before = write(tmp_path / "b.tif", dates[0].astype("uint8"), *BEFORE[:2])
    after = write(tmp_path / "a.tif", (dates[1] * 30 + 900).astype("uint16"), *BEFORE[:2])
    same = write(tmp_path / "s.tif", dates[1].astype("uint8"), *BEFORE[:2])
    with pytest.raises(MismatchError, match=r"values up to \d{4}"):
        change(before, after, model=path)
    made, _, _ = change(before, after, model=path, normalize="irmad")
    clear, _, _ = change(before, same, model=path)
    assert (made == clear).mean() > 0.98


def test_what_cannot_be_normalised_is_said(image, tmp_path, change):
    before = image(False, *BEFORE)
    corner = image(True, UTM, Affine(10, 0, 500_720, 0, -10, 4_199_350), (40, 40))  # 8 x 7 pixels of BEFORE
    with pytest.raises(InputError, match=r"normalised.*56 of the sampled pixels are valid at both dates.*100"):
        change(before, corner, normalize="moments", grid="first")
    noise = np.random.default_rng(0).normal(50, 10, (2, 72, 80)).astype("float32")
    other = write(tmp_path / "noise.tif", noise, *BEFORE[:2])
    with pytest.raises(InputError, match=r"where the least changed, their values of .* are not alike"):
        change(before, other, normalize="irmad")
    assert not (tmp_path / "map.tif").exists()


def test_a_model_of_one_date_is_not_normalised(image, model, tmp_path, change, card):
    from tests.engine.conftest import Threshold

    export_onnx(Threshold(), card, tmp_path / "bright.onnx")
    job = {"model": str(tmp_path / "bright.onnx"), "output": str(tmp_path / "map.tif"), "device": "cpu"}
    with pytest.raises(MismatchError, match=r"images of one date.*NORMALIZE"):
        run_predict({**job, "inputs": {"image": [{"path": image(False, *BEFORE)}]}, "normalize": "irmad"}, Report())


@pytest.mark.skipif(not (NAIP / "20090818.tif").is_file(), reason="needs the NAIP pair in RSDL_DATA")
def test_a_real_pair_whose_grids_differ_runs_as_it_is(change, tmp_path):
    """934 x 724 and 934 x 723 pixels, a fifth of a pixel apart; the last row has no ground in the later one."""
    path = tmp_path / "robust.onnx"
    export_onnx(Difference(), card_of(scaling=Scaling("robust", std=((0.02,) * 2,) * 2)), path)
    pair = [{"path": str(NAIP / f"{day}.tif"), "bands": [1, 4]} for day in ("20090818", "20200831")]
    options = {"inputs": {"pair": pair}, "tile_size": 512}
    shapes = {}
    for grid in ("finest", "last"):
        made, _, _ = change("", "", model=path, grid=grid, **options)
        shapes[grid] = made.shape
        rows = np.flatnonzero((made == 255).all(1))
        assert list(rows) == ([723] if grid == "finest" else []) and (made[:723] != 255).mean() > 0.99
    assert shapes == {"finest": (724, 934), "last": (723, 934)}


@pytest.mark.parametrize("rule", [Resampling.bilinear, Resampling.cubic])
def test_a_part_of_a_turned_grid_is_that_of_the_whole(tmp_path, rule):
    values = np.random.default_rng(0).normal(size=(1, 200, 200)).astype("float32")
    turned = from_origin(501_200, 4_199_500, 10, 10) @ Affine.rotation(30)
    profile = {"driver": "GTiff", "height": 200, "width": 200, "count": 1, "dtype": "float32", "crs": "EPSG:32634"}
    with rasterio.open(tmp_path / "a.tif", "w", transform=from_origin(500_000, 4_200_000, 10, 10), **profile) as file:
        file.write(values)
    layer = OpenLayer(Layer(str(tmp_path / "a.tif"), (1,)))
    whole, _ = layer.read_onto(Grid(layer.grid.crs, turned, 90, 90), "float32", rule)
    part, mask = layer.read_onto(Grid(layer.grid.crs, turned @ Affine.translation(30, 60), 30, 30), "float32", rule)
    layer.close()
    assert not mask.any() and np.allclose(part, whole[:, 60:, 30:60], atol=1e-5)
