import numpy as np
import pytest
import shapely
from affine import Affine

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import Grid, project
from rsdl_qgis.engine.vector.tracing import areas as module
from rsdl_qgis.engine.vector.tracing.areas import GroundAreas, equal_area
from rsdl_qgis.engine.vector.tracing.rings import polygons_wkb
from rsdl_qgis.engine.vector.tracing.tracer import Traced, Tracer

SIDE = 240
GRIDS = {
    "UTM": ("EPSG:32634", Affine(10, 0, 500_000, 0, -10, 4_500_000)),
    "UTM, far from its meridian": ("EPSG:32634", Affine(500, 0, 900_000, 0, -500, 6_500_000)),
    "degrees": ("EPSG:4326", Affine(0.01, 0, 20, 0, -0.01, 60.2)),
    "degrees, the globe": ("EPSG:4326", Affine(1.5, 0, -180, 0, -0.75, 90)),
    "Mercator": ("EPSG:3857", Affine(100, 0, 0, 0, -100, 8_403_000)),
    "Mercator, a continent": ("EPSG:3857", Affine(20_000, 0, -1_000_000, 0, -20_000, 9_000_000)),
    "polar": ("EPSG:3031", Affine(5_000, 0, -600_000, 0, -5_000, 600_000)),
    "turned": ("EPSG:32634", Affine(10, 3, 500_000, 3, -10, 4_500_000)),
    "centimetres": ("EPSG:25832", Affine(0.05, 0, 500_000, 0, -0.05, 5_500_000)),
}


@pytest.fixture(scope="module")
def polygons():
    rng = np.random.default_rng(0)
    array = rng.integers(1, 4, (SIDE, SIDE)).astype(np.uint8)
    array[20:120, 30:200] = 1  # a large one
    tracer = Tracer(SIDE, np.arange(4) > 0)
    return Traced.joined([*tracer.add(array), *tracer.close()])


def measured(traced, grid, some):
    """Areas of some polygons, projected one by one with four corners a pixel."""
    shapes = shapely.segmentize(shapely.from_wkb(polygons_wkb(traced, Affine.identity())[some]), 0.25)
    target = equal_area(grid)

    def moved(points):
        x, y = (grid.transform.a * points[:, 0] + grid.transform.b * points[:, 1] + grid.transform.c,
                grid.transform.d * points[:, 0] + grid.transform.e * points[:, 1] + grid.transform.f)  # fmt: skip
        x, y = project(x, y, grid.crs, target)
        return np.column_stack([x - x[0], y - y[0]])

    return np.array([shapely.transform(shape, moved).area for shape in shapes])


@pytest.mark.parametrize("name", GRIDS)
def test_areas_are_those_of_projected_polygons(polygons, name):
    crs, transform = GRIDS[name]
    grid = Grid(crs, transform, SIDE, SIDE)
    areas = GroundAreas(grid)
    largest = np.argsort(-polygons.rings)[:5]
    found = areas.of(polygons)
    assert areas._factors is not None
    some = np.unique(np.concatenate([largest, np.arange(0, len(found), 97)]))
    np.testing.assert_allclose(found[some], measured(polygons, grid, some), rtol=1e-7)


def test_where_corners_are_projected_areas_are_the_same(polygons):
    grid = Grid(*GRIDS["UTM"], SIDE, SIDE)
    np.testing.assert_allclose(module._projected(polygons, grid), GroundAreas(grid).of(polygons), rtol=1e-7)


def test_a_polygon_without_a_place_on_the_earth_has_no_area():
    grid = Grid("ESRI:54009", Affine(200_000, 0, -18_000_000, 0, -200_000, 9_000_000), 90, 180)  # Mollweide
    array = np.zeros((90, 180), np.uint8)
    array[:5, :5] = 1  # the corner of the map, outside the globe
    array[45, 90] = 2
    tracer = Tracer(180, np.arange(3) > 0)
    found = Traced.joined([*tracer.add(array), *tracer.close()])
    areas = dict(zip(found.values.tolist(), GroundAreas(grid).of(found)))
    assert not np.isfinite(areas[1])
    flattened = 1 - 0.00669438  # on the equator the ellipsoid has less ground than Mollweide's sphere (1 - e²)
    assert areas[2] == pytest.approx(200_000**2 * flattened, rel=1e-3)


def test_one_corner_without_a_place_does_not_take_the_others_theirs(monkeypatch):
    def refuse(x, y, source, target):
        if (x < 0).any():
            raise InputError("There is no transformation.")
        return x, y

    monkeypatch.setattr(module, "project", refuse)
    column = np.array([1.0, -2.0, 3.0, 4.0, -5.0])
    x, _ = module._placed(column, column, Grid(None, Affine(1, 0, 0, 0, -1, 0), 9, 9), "")
    np.testing.assert_array_equal(x, [1, np.nan, 3, 4, np.nan])


def test_pixels_without_a_place_are_counted():
    traced = Traced(np.array([1]), np.array([1]), np.array([2]), np.array([[3, 1 << 2], [7, 6 << 2]], np.int32))
    for crs, size in ((None, 6), ('LOCAL_CS["site",UNIT["foot",0.3048]]', 6 * 0.3048**2)):
        grid = Grid(crs, Affine(2, 0, 0, 0, -3, 0), 10, 10)
        assert GroundAreas(grid).of(traced) == pytest.approx(20 * size, rel=1e-14)
