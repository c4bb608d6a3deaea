"""Objects that touch one another, through the whole way from a raster to a file."""

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.features import rasterize
from shapely.affinity import rotate

from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.vector.separating import strips, surface

SHAPE = (70, 90)
SHAPES = {  # each in pixels, its objects touch; the last two are one object
    "discs": [shapely.Point(x, y).buffer(12) for x, y in ((20, 20), (41, 24), (60, 33), (36, 46))],
    "rectangles": [shapely.box(5, 5, 35, 25), shapely.box(27, 25, 60, 45), shapely.box(52, 45, 85, 62)],
    "a turned row": [rotate(shapely.box(x, 20, x + 15, 40), 20, origin=(40, 35)) for x in (15, 33, 51)],
    "an L": [shapely.union_all([shapely.box(10, 8, 22, 60), shapely.box(10, 48, 60, 60)])],
    "a turned bar": [rotate(shapely.box(10, 33, 80, 40), 31, origin=(45, 36))],
}
BRIDGES = {"a turned row": [rotate(shapely.box(20, 27, 60, 33), 20, origin=(40, 35))]}


def separate(source, output, **given):
    """(result, fields, polygons in pixels of the raster)."""
    result = OPERATIONS["separate_objects"]({"input": {"path": str(source)}, "output": str(output), **given}, Report())
    meta, _, wkb, fields = pyogrio.raw.read(output)
    with rasterio.open(source) as file:
        a, b, c, d, e, f = (~file.transform)[:6]
    polygons = shapely.transform(shapely.from_wkb(wkb), lambda p: p @ np.array([[a, d], [b, e]]) + (c, f))
    return result, dict(zip(meta["fields"], fields)), polygons


def noisy(rng):
    """(1, h, w) classes 0 to 2 in ragged patches, (2, h, w) probabilities."""
    values = rng.random((3, 60, 50))
    for _ in range(3):
        values = sum(np.roll(values, shift, axis) for axis in (1, 2) for shift in (-1, 0, 1)) / 6
    return values.argmax(0)[None].astype("uint8"), rng.random((2, 60, 50)).astype("float32")


@pytest.mark.parametrize("name", SHAPES)
def test_touching_objects_are_told_apart(raster_file, tmp_path, name):
    wanted = SHAPES[name]
    pixels = rasterize([*wanted, *BRIDGES.get(name, ())], SHAPE, dtype="uint8")
    source = raster_file("map.tif", pixels[None] * 3)
    result, fields, found = separate(source, tmp_path / "o.gpkg", background=0)
    assert result["objects"] == len(found) == len(wanted)
    assert sorted(fields["id"]) == list(range(1, len(wanted) + 1)) and set(fields["value"]) == {3}
    for shape in wanted:
        assert max(shape.intersection(one).area / shape.union(one).area for one in found) > 0.85
    assert shapely.is_valid(found).all()
    assert shapely.area(found).sum() == pytest.approx(pixels.sum())
    assert shapely.union_all(found).area == pytest.approx(pixels.sum())  # no overlaps
    assert "prob" not in fields


def test_probabilities_divide_and_are_averaged(raster_file, tmp_path):
    pixels = np.zeros((1, 40, 60), "uint8")
    pixels[0, 10:30, 5:55] = 1
    sure = np.where(pixels > 0, 0.9, 0.1).astype("float32")
    sure[0, :, 30:] = 0.7
    sure[0, :, 29:31] = 0.2
    source, other = raster_file("map.tif", pixels), raster_file("p.tif", sure)
    given = {"background": 0, "probabilities": {"path": str(other)}}
    assert len(separate(source, tmp_path / "whole.gpkg", background=0)[2]) == 1
    _, fields, found = separate(source, tmp_path / "o.gpkg", **given)
    left, right = np.argsort(shapely.bounds(found)[:, 0])
    assert shapely.bounds(found)[left][2] in (29, 30, 31) and len(found) == 2
    np.testing.assert_allclose(fields["prob"][left], 0.9, atol=0.04)
    np.testing.assert_allclose(fields["prob"][right], 0.7, atol=0.04)
    assert len(separate(source, tmp_path / "o.gpkg", **given, neck=0.0)[2]) == 1


def test_strips_of_any_height_give_the_same(rng, raster_file, tmp_path, monkeypatch):
    pixels, sure = noisy(rng)
    source, other = raster_file("map.tif", pixels), raster_file("p.tif", sure)
    given = {"background": 0, "probabilities": {"path": str(other)}, "neck": 0.5, "min_area": 900.0}
    _, fields, whole = separate(source, tmp_path / "whole.gpkg", **given)
    assert len(whole) > 20 and (fields["area_m2"] > 899).all()
    for rows in (1, 7, 32):
        monkeypatch.setattr(strips, "PIXELS", rows * 50)
        _, again, parts = separate(source, tmp_path / "parts.gpkg", **given)
        order, other_order = np.argsort(fields["id"]), np.argsort(again["id"])
        assert shapely.equals(whole[order], parts[other_order]).all()
        for name in ("value", "prob", "area_m2"):
            np.testing.assert_allclose(fields[name][order], again[name][other_order], err_msg=name)


def test_distances_are_those_to_the_border(rng, monkeypatch):
    mask = rng.random((30, 40)) > 0.05
    rows, columns = np.nonzero(~mask)
    y, x = np.mgrid[:30, :40]
    exact = np.sqrt(((y[..., None] - rows) ** 2 + (x[..., None] - columns) ** 2).min(-1))
    found = surface.hills(np.where(mask, 5, surface.NONE), None)
    np.testing.assert_allclose(found, np.where(mask, exact - 0.5, 0), rtol=1e-6)


def test_outlines_are_simplified_and_squared(raster_file, tmp_path):
    pixels = rasterize([*SHAPES["a turned row"], *BRIDGES["a turned row"]], SHAPE, dtype="uint8")[None]
    source = raster_file("map.tif", pixels)
    _, plain, _ = separate(source, tmp_path / "a.gpkg", background=0)
    _, fields, found = separate(source, tmp_path / "b.gpkg", background=0, simplify=0.35, regularize=True)
    assert (shapely.get_num_coordinates(found) < 20).all() and len(found) == 3
    np.testing.assert_allclose(np.sort(fields["area_m2"]), np.sort(plain["area_m2"]), rtol=0.05)


def test_what_is_wrong_is_told(raster_file, tmp_path):
    pixels = np.ones((1, 20, 20), "uint8")
    source = raster_file("map.tif", pixels)

    def probabilities(values):
        return {"probabilities": {"path": str(raster_file("p.tif", values.astype("float32")))}}

    with pytest.raises(MismatchError, match="other pixels"):
        separate(source, tmp_path / "o.gpkg", **probabilities(pixels[:, :10]))
    with pytest.raises(InputError, match="the value 2,"):
        separate(source, tmp_path / "o.gpkg", **probabilities(pixels * 2))
    with pytest.raises(InputError, match="-1"):
        separate(raster_file("n.tif", pixels.astype("int16") * -1), tmp_path / "o.gpkg")
    assert not list(tmp_path.glob("*o.gpkg*"))
    result, _, found = separate(source, tmp_path / "o.gpkg", background=1)
    assert result["objects"] == len(found) == 0
