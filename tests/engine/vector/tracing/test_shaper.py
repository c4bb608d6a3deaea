"""Polygons that are simplified, sieved and squared, through the whole way from a raster to a file."""

import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from rasterio.features import rasterize

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.raster.grid import Grid, apply
from rsdl_qgis.engine.vector.tracing import sieve
from rsdl_qgis.engine.vector.tracing.polygon_shape import PolygonShape
from rsdl_qgis.engine.vector.tracing.polygonize import Polygonizer
from rsdl_qgis.engine.vector.tracing.right_angles import main_direction, squared

TRANSFORM = Affine(10, 0, 500_000, 0, -10, 4_000_000)


def drawn(path, pixels, step=None, skip=(), **shape):
    """(geometries in pixels, fields) of a map drawn so many rows at a time."""
    grid = Grid("EPSG:32634", TRANSFORM, *pixels.shape)
    legend = [(value, f"class {value}", "#000000") for value in range(9)]
    polygonizer = Polygonizer(path, grid, legend, pixels.dtype, skip=skip, shape=PolygonShape(**shape))
    for row in range(0, len(pixels), step or len(pixels)):
        polygonizer.add(pixels[row : row + (step or len(pixels))], Report())
    polygonizer.close(Report())
    meta, _, wkb, fields = pyogrio.raw.read(path)
    found = shapely.transform(shapely.from_wkb(wkb), lambda points: np.stack(apply(~TRANSFORM, *points.T), 1))
    return found, dict(zip(meta["fields"], fields))


def blobs(rng, side=160, classes=5):
    """A map of smooth patches with speckle."""
    spectrum = np.fft.rfft2(rng.standard_normal((classes, side, side)))
    rows, columns = np.fft.fftfreq(side), np.fft.rfftfreq(side)
    smooth = [
        np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * sigma) ** 2 * (rows[:, None] ** 2 + columns**2)))
        for sigma in (8, 2)
    ]
    return (smooth[0] / smooth[0].std() + 0.3 * smooth[1] / smooth[1].std()).argmax(0).astype("uint8")


@pytest.mark.parametrize("simplify", [0.2, 0.35, 1.5, 4])
def test_shared_borders_stay_shared(rng, tmp_path, simplify):
    pixels = blobs(rng)
    polygons, fields = drawn(tmp_path / "p.gpkg", pixels, simplify=simplify)
    plain, _ = drawn(tmp_path / "plain.gpkg", pixels)
    assert len(polygons) == len(plain)
    assert shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons)  # no overlaps
    assert shapely.area(polygons).sum() == pytest.approx(pixels.size)
    assert shapely.union_all(polygons).area == pytest.approx(pixels.size)  # no gaps
    shares = {0.2: 1, 0.35: 0.8, 1.5: 0.4, 4: 0.25}
    assert shapely.get_num_coordinates(polygons).sum() < shares[simplify] * shapely.get_num_coordinates(plain).sum()
    if simplify < 2:
        again = rasterize(zip(polygons, fields["value"]), pixels.shape, fill=255, dtype="uint8")
        assert (again == pixels).mean() > 0.98
        for value in range(5):
            area = shapely.area(polygons[fields["value"] == value]).sum()
            assert area == pytest.approx((pixels == value).sum(), rel=5e-3)


def test_random_maps_are_sound(rng, tmp_path):
    for number in range(12):
        pixels = rng.integers(0, 4, rng.integers(1, 24, 2), "uint8")
        pixels = pixels.repeat(1 + number % 3, 0).repeat(1 + number % 2, 1)
        for simplify in (0.35, 2):
            polygons, _ = drawn(tmp_path / "p.gpkg", pixels, simplify=simplify)
            assert shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons)
            assert shapely.union_all(polygons).area == pytest.approx(pixels.size)


def test_rows_may_come_in_any_division(rng, tmp_path, monkeypatch):
    pixels = blobs(rng, 120)
    options = {"simplify": 1.5, "min_area": 1500, "fill_holes": 900, "skip": (0,)}
    whole, _ = drawn(tmp_path / "whole.gpkg", pixels, **options)
    monkeypatch.setattr(sieve, "PIXELS", 500)
    parts, _ = drawn(tmp_path / "parts.gpkg", pixels, step=7, **options)
    assert sorted(shapely.to_wkb(whole)) == sorted(shapely.to_wkb(parts))


def test_what_is_not_drawn_leaves_no_trace(rng, tmp_path, monkeypatch):
    monkeypatch.setattr("rsdl_qgis.engine.vector.tracing.shaper.CELL", 16)
    pixels = (blobs(rng, 90, 2) == 1).astype("uint8")
    polygons, fields = drawn(tmp_path / "p.gpkg", pixels, skip=(0,), simplify=1.5)
    assert set(fields["value"]) == {1}
    assert shapely.area(polygons).sum() == pytest.approx(pixels.sum(), rel=0.01)
    assert shapely.union_all(polygons).area == pytest.approx(shapely.area(polygons).sum())


def test_small_patches_are_taken_in_and_lone_ones_left_out(tmp_path):
    pixels = np.ones((20, 20), "uint8")
    pixels[5:7, 5:7] = 2
    pixels[:, 12:] = 255
    pixels[3, 16] = 3
    polygons, fields = drawn(tmp_path / "p.gpkg", pixels, min_area=450)
    assert fields["value"].tolist() == [1]
    assert shapely.area(polygons).tolist() == [240]
    np.testing.assert_allclose(fields["area_m2"], 24_000, rtol=2e-3)
    np.testing.assert_allclose(fields["perim_m"], 640, rtol=2e-3)
    np.testing.assert_allclose(fields["compact"], 4 * np.pi * 240 / 64**2, rtol=4e-3)


def turned_building(angle):
    """A house in the shape of an L, turned, as pixels."""
    house = shapely.Polygon([(20, 20), (80, 20), (80, 45), (50, 45), (50, 70), (20, 70)])
    house = shapely.affinity.rotate(house, angle, origin=(50, 50))
    return house, rasterize([house], (100, 100), dtype="uint8")


@pytest.mark.parametrize("angle", [0, 12, 30, 45])
def test_buildings_get_right_angles(tmp_path, angle):
    house, pixels = turned_building(angle)
    polygons, _ = drawn(tmp_path / "p.gpkg", pixels, skip=(0,), simplify=0.35, regularize=True)
    (found,) = polygons
    assert len(found.exterior.coords) == 7
    edges = np.diff(shapely.get_coordinates(found), axis=0)
    turns = (edges * np.roll(edges, 1, 0)).sum(1) / np.prod(np.linalg.norm([edges, np.roll(edges, 1, 0)], axis=2), 0)
    np.testing.assert_allclose(turns, 0, atol=1e-6)
    assert found.intersection(house).area / found.union(house).area > 0.95
    assert abs((np.degrees(main_direction(shapely.get_coordinates(found))) - angle + 45) % 90 - 45) < 2


@pytest.mark.parametrize("angle", range(4, 90, 6))
def test_walls_stand_where_the_outline_is_on_average(tmp_path, angle):
    """Areas hold, and walls have the building's direction, however its pixels fall."""
    house, pixels = turned_building(angle)
    (found,), _ = drawn(tmp_path / "p.gpkg", pixels, skip=(0,), regularize=True)
    assert found.area == pytest.approx(pixels.sum(), rel=1e-3)
    assert found.intersection(house).area / found.union(house).area > 0.99
    direction = np.degrees(main_direction(shapely.get_coordinates(found)))
    assert abs((direction - angle + 45) % 90 - 45) < 0.5


@pytest.mark.parametrize("seed", [4, 25])
def test_right_angles_of_anything_are_valid_in_map_coordinates(tmp_path, seed):
    """Patches that are no buildings, some of whose walls touch where they are put in line."""
    drawn(tmp_path / "p.gpkg", blobs(np.random.default_rng(seed), side=220), regularize=True)
    assert shapely.is_valid(shapely.from_wkb(pyogrio.raw.read(tmp_path / "p.gpkg")[2])).all()


def test_what_has_no_walls_stays():
    star = shapely.Polygon([(0, 0), (30, 1), (60, 0), (31, 2), (30, 40), (29, 2)])
    assert squared(star, 1.0) == star


def test_the_job(raster_file, tmp_path):
    pixels = np.zeros((1, 40, 40), "uint8")
    pixels[0, 10:30, 10:30] = 4
    pixels[0, 2, 2] = 4
    source = raster_file("a.tif", pixels, nodata=255)
    arguments = {
        "input": {"path": str(source), "names": {"4": "lake"}},
        "output": str(tmp_path / "lakes.gpkg"),
        "background": 0,
        "simplify": 1.0,
        "min_area": 300.0,
    }
    result = OPERATIONS["simplify_polygons"](arguments, Report())
    assert result["polygons"] == 1
    assert [(item["value"], item["name"]) for item in result["classes"]] == [(4, "lake")]
    meta, _, _, fields = pyogrio.raw.read(tmp_path / "lakes.gpkg")
    assert fields[list(meta["fields"]).index("class")].tolist() == ["lake"]
    negative = raster_file("b.tif", pixels.astype("int16") - 5)
    with pytest.raises(InputError, match="-5"):
        OPERATIONS["simplify_polygons"]({**arguments, "input": {"path": str(negative)}}, Report())
    assert sorted(path.name for path in tmp_path.glob("*.gpkg*")) == ["lakes.gpkg"]
