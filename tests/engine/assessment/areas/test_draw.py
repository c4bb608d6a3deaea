"""Samples that are drawn: what from, how many, where, and that they say what an estimate needs."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.transform import from_origin

from rsdl_qgis.engine.assessment.areas import population
from rsdl_qgis.engine.assessment.areas.allocation import allocated, simple_size, stratified_size
from rsdl_qgis.engine.assessment.areas.draw import run_draw_sample
from rsdl_qgis.engine.assessment.areas.fields import NAMES
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.job.class_values import class_values, is_shares, of_classes
from rsdl_qgis.engine.raster.grid import apply

CRS = "EPSG:32634"
UPRIGHT = from_origin(500_000, 4_200_000, 10, 10)


def a_map(shape=(60, 80), seed=1, share=0.1):
    """Classes 1 and 2, and 3 in a corner; a frame of nodata."""
    values = np.where(np.random.default_rng(seed).random(shape) < share, 2, 1).astype(np.uint8)
    values[-10:, -12:] = 3
    values[:3] = values[:, :2] = 255
    return values


@pytest.fixture
def write(tmp_path):
    def written(values, name="map.tif", transform=UPRIGHT, crs=CRS, nodata=255):
        path = str(tmp_path / name)
        kind = {"height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype}
        with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, nodata=nodata, **kind) as file:
            file.write(values, 1)
        return path

    return written


@pytest.fixture
def draw(tmp_path):
    def drawn(path, ending=".gpkg", **arguments):
        output = str(tmp_path / f"sample{ending}")
        layer = path if isinstance(path, dict) else {"path": path}
        return run_draw_sample({"map": layer, "output": output, **arguments}, Report()), points_of(output)

    return drawn


def points_of(path):
    """The fields of a layer by name, and its places 'x' and 'y'."""
    meta, _, wkb, columns = pyogrio.raw.read(path)
    places = shapely.from_wkb(wkb)
    return {**dict(zip(meta["fields"], columns)), "x": shapely.get_x(places), "y": shapely.get_y(places)}


def under(points, transform=UPRIGHT):
    """Row and column of each point."""
    column, row = apply(~transform, points["x"], points["y"])
    np.testing.assert_allclose(column % 1, 0.5, atol=1e-6)
    return np.floor(row).astype(int), np.floor(column).astype(int)


def test_points_lie_on_pixels_of_their_class_none_twice_none_on_nodata(write, draw):
    values = a_map()
    result, points = draw(write(values), size=90, allocation="equal")
    places = under(points)
    np.testing.assert_array_equal(values[places], points["map_class"])
    np.testing.assert_array_equal(points["stratum"], points["map_class"])
    assert len({*zip(*places)}) == len(points["id"]) == result["figures"]["points"] == 90
    assert np.bincount(points["map_class"]).tolist() == [0, 30, 30, 30]
    assert sorted(points["id"]) == [*range(1, 91)] and np.isnan(points["reference"]).all()


def test_fields_say_what_an_estimate_needs(write, draw):
    values = a_map()
    _, points = draw({"path": write(values), "names": {"1": "land", "2": "water"}}, size=90, allocation="equal", seed=7)
    assert set(points) - {"x", "y"} == set(NAMES)
    for value, name in ((1, "land"), (2, "water"), (3, "")):
        own = points["stratum"] == value
        pixels = (values == value).sum()
        assert set(points["strat_name"][own]) == set(points["map_name"][own]) == {name}
        np.testing.assert_array_equal(points["stratum_px"][own], pixels)
        np.testing.assert_allclose(points["incl_prob"][own], 30 / pixels)
        np.testing.assert_allclose(points["weight"][own], points["stratum_m2"][own] / 30)
    np.testing.assert_allclose(points["weight"].sum(), points["total_m2"][0])
    np.testing.assert_allclose(points["total_m2"], (values != 255).sum() * 100, rtol=2e-3)  # UTM's scale
    assert set(points["design"]) == {"stratified"} and set(points["seed"]) == {7} and set(points["stratum_n"]) == {30}


@pytest.mark.parametrize("ending", [".shp", ".geojson", ".fgb"])
def test_all_formats_keep_all_fields(write, draw, ending):
    _, points = draw(write(a_map()), ending, size=30)
    assert set(points) - {"x", "y"} == set(NAMES)
    assert np.isfinite(points["stratum_m2"]).all()


def test_the_same_seed_draws_the_same_and_another_one_does_not(write, draw):
    path = write(a_map())
    first, again, other = (draw(path, size=60, seed=seed)[1] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first["x"], again["x"])
    assert (first["x"] != other["x"]).any()


def test_windows_make_no_difference_to_what_may_be_drawn(write, draw, monkeypatch):
    """All pixels of a stratum are as likely, wherever windows end."""
    monkeypatch.setattr(population, "SIDE", 16)
    values = a_map((40, 40))
    path, seen = write(values), np.zeros(values.shape)
    for seed in range(60):
        _, points = draw(path, size=200, allocation="equal", seed=seed)
        np.add.at(seen, under(points), 1)
    assert (seen[values == 255] == 0).all()
    for value in (1, 2):
        own = seen[values == value]
        chance = points["stratum_n"][points["stratum"] == value][0] / own.size
        expected = 60 * chance
        chi = np.square(own - expected).sum() / (expected * (1 - chance)) / own.size
        assert 0.75 < chi < 1.25


def test_points_are_in_random_order(write, draw):
    _, points = draw(write(a_map()), size=150, allocation="equal")
    order = np.argsort(points["id"])
    assert np.bincount(points["stratum"][order][:75], minlength=4)[1:].min() > 10


def test_strata_of_another_raster_on_another_grid(write, draw):
    values = a_map()
    halves = np.ones((30, 20), np.uint8)
    halves[:, 10:] = 2
    strata = write(halves, "strata.tif", from_origin(500_000, 4_200_000, 40, 20), nodata=0)
    result, points = draw(write(values), strata={"path": strata}, size=100, allocation="equal")
    rows, columns = under(points)
    np.testing.assert_array_equal(points["stratum"], np.where(columns < 40, 1, 2))
    np.testing.assert_array_equal(points["map_class"], values[rows, columns])
    assert [item["pixels"] for item in result["strata"]] == [
        int((values[:, part] != 255).sum()) for part in (slice(40), slice(40, None))
    ]


def test_extent_and_mask(write, draw, tmp_path):
    extent = [500_100, 4_199_600, 500_500, 4_199_900]
    _, points = draw(write(a_map()), size=40, extent=extent)
    assert (points["x"] > 500_100).all() and (points["x"] < 500_500).all() and (points["y"] > 4_199_600).all()
    mask = tmp_path / "mask.gpkg"
    wkb = np.array([shapely.to_wkb(shapely.box(500_100, 4_199_700, 500_300, 4_199_900))], object)
    pyogrio.raw.write(mask, wkb, [], [], geometry_type="Polygon", crs=CRS, driver="GPKG")
    result, points = draw(write(a_map()), size=40, mask=str(mask))
    assert (points["x"] < 500_300).all() and (points["y"] > 4_199_700).all()
    assert sum(item["pixels"] for item in result["strata"]) == 400


def test_simple_random_is_one_stratum(write, draw):
    values = a_map()
    result, points = draw(write(values), design="simple", size=400)
    assert set(points["design"]) == {"simple"} and set(points["strat_name"]) == {"all"}
    assert result["figures"]["strata"] == 1 and set(points["stratum_px"]) == {int((values != 255).sum())}
    shares = np.bincount(points["map_class"], minlength=4)[1:] / 400
    np.testing.assert_allclose(
        shares, np.bincount(values[values != 255], minlength=4)[1:] / (values != 255).sum(), atol=0.06
    )


def test_systematic_is_a_grid_with_a_random_start(write, draw):
    path = write(a_map((200, 200)))
    _, points = draw(path, design="systematic", size=100)
    rows, columns = (np.unique(side) for side in under(points))
    assert 80 <= len(points["id"]) <= 120
    assert set(np.diff(rows)) <= {19, 20, 21} and set(np.diff(columns)) <= {19, 20, 21}
    starts = {tuple(np.min(under(draw(path, design="systematic", size=100, seed=s)[1]), 1)) for s in range(5)}
    assert len(starts) > 3


def test_areas_in_degrees_are_on_the_ellipsoid(write, draw):
    degrees = from_origin(20, 60.2, 0.001, 0.002)
    values = np.ones((200, 100), np.uint8)
    values[100:] = 2
    _, points = draw(write(values, transform=degrees, crs="EPSG:4326"), size=40)
    upper, lower = (points["stratum_m2"][points["stratum"] == value][0] for value in (1, 2))
    # WGS 84: zones of 0.1 degrees of longitude by 0.2 of latitude, from the integral of the ellipsoid's surface
    assert upper == pytest.approx(zone(60.0, 60.2) * 0.1 / 360, rel=1e-6)
    assert lower == pytest.approx(zone(59.8, 60.0) * 0.1 / 360, rel=1e-6)
    own = points["pixel_m2"][points["stratum"] == 1]
    assert own.min() < upper / 10_000 < own.max()


def zone(south, north):
    """The area of the earth between two latitudes, m²."""
    b, e = 6_356_752.314245, 0.0818191908426215

    def below(latitude):
        z = e * np.sin(np.radians(latitude))
        return np.pi * b**2 / e * (z / (1 - z * z) + np.arctanh(z))

    return below(north) - below(south)


def test_a_rotated_raster(write, draw):
    turned = Affine(8.66, 5, 500_000, 5, -8.66, 4_200_000)  # by 30 degrees
    values = a_map()
    _, points = draw(write(values, transform=turned), size=60)
    np.testing.assert_array_equal(values[under(points, turned)], points["map_class"])
    np.testing.assert_allclose(points["pixel_m2"], 100, rtol=2e-3)


def test_undeclared_nodata_is_not_drawn_and_told(write, draw):
    result, points = draw(write(a_map(), nodata=None), size=60)
    assert 255 not in points["map_class"] and "255" in result["notes"][0]
    assert [item["value"] for item in result["classes"]] == [1, 2, 3]


def test_size_by_equation_13():
    """Olofsson et al. (2014), section 5.1.1: 641 points; table 5: equal and proportional allocation."""
    shares, users = np.array([0.02, 0.015, 0.32, 0.645]), np.array([0.7, 0.6, 0.9, 0.95])
    units = shares * 1e7
    assert stratified_size(shares, users, units, 0.01) == 641
    assert allocated("equal", 640, 2, units.astype(int), users).tolist() == [160] * 4
    assert allocated("proportional", 641, 2, units.astype(int), users).tolist() == [13, 10, 205, 413]
    assert simple_size(np.array([1.0]), np.array([0.5]), np.array([1e9]), 0.05) == 100
    assert simple_size(np.array([1.0]), np.array([0.5]), np.array([100.0]), 0.05) == 51


def test_allocation_keeps_the_minimum_and_the_total():
    units, expected = [900_000, 90_000, 10_000], np.array([0.9, 0.5, 0.9])
    assert allocated("proportional", 300, 50, units, expected).tolist() == [200, 50, 50]
    neyman = allocated("neyman", 1000, 2, units, expected)
    wanted = np.array(units) * np.sqrt(expected * (1 - expected))
    np.testing.assert_allclose(neyman, 1000 * wanted / wanted.sum(), atol=1)
    assert allocated("equal", 300, 2, [1000, 1000, 5], expected).tolist() == [148, 147, 5]
    assert allocated("proportional", 100, 50, [1000, 1000, 1000], expected).sum() == 150
    with pytest.raises(InputError, match="neyman"):
        allocated("neyman", 100, 2, units, np.array([1.0, 0.0, 1.0]))


def test_size_from_the_standard_error(write, draw):
    values = a_map((200, 200))
    result, _ = draw(write(values), standard_error=0.02, expected="0.85", minimum=2)
    assert result["figures"]["points"] == int(np.ceil(0.1275 / (0.02**2 + 0.1275 / (values != 255).sum())))
    few, _ = draw(write(values), standard_error=0.04, expected="0.85", minimum=2)
    assert few["figures"]["points"] < result["figures"]["points"] / 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 5}, "SIZE = 5 is too small for 3 strata"),
        ({"size": 60, "minimum": 40}, "more than SIZE = 60"),
        ({"size": 100_000}, "most that can be drawn"),
        ({"expected": "1: 0.5", "standard_error": 0.1}, "says nothing of class 2"),
        ({"expected": "forest: 0.5, 0.8"}, "'forest', which is no class"),
        ({"design": "simple", "strata": {"path": "x.tif"}}, "STRATA is for stratified"),
        ({"extent": [0, 0, 1, 1]}, "does not overlap"),
    ],
)
def test_what_cannot_be_is_said(write, draw, arguments, words, tmp_path):
    with pytest.raises(InputError, match=words):
        draw(write(a_map()), **arguments)
    assert not (tmp_path / "sample.gpkg").exists()


def test_a_map_without_a_class_is_said(write, draw):
    with pytest.raises(InputError, match="no pixel with a class"):
        draw(write(np.full((5, 5), 255, np.uint8)), size=10)


def test_numbers_of_classes():
    assert class_values("1: 0.7, Dense  forest:0.9; 0.8") == {"1": 0.7, "dense forest": 0.9, "": 0.8}
    assert of_classes("1: 0.7, dense forest: 0.9", {1: "", 2: "Dense forest"}, "X") == {1: 0.7, 2: 0.9}
    assert is_shares("0.5") and not is_shares("1: 1.2") and not is_shares("a lot") and not is_shares("")
    assert not is_shares("1: 0.5, 1: 0.6")
