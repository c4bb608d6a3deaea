import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.grid import Grid, Window, apply, crs_of, local_unit, pixel_boxes, project

UTM = crs_of("EPSG:32634").to_wkt()
NORTH_UP = Affine(10, 0, 500_000, 0, -10, 4_200_000)


def test_crop_moves_the_corner_and_keeps_rotation():
    grid = Grid(UTM, Affine(8, 6, 100, 6, -8, 200), 50, 60)
    part = grid.crop(Window(3, 5, 10, 20))
    assert apply(part.transform, 0, 0) == apply(grid.transform, 5, 3)
    assert (part.height, part.width) == (10, 20)
    assert part.resolution == pytest.approx((10, 10))


@given(row=st.integers(0, 40), col=st.integers(0, 50), height=st.integers(1, 10), width=st.integers(1, 10))
def test_the_window_of_a_crop_s_bounds_is_the_crop(row, col, height, width):
    for transform in (NORTH_UP, Affine(10, 0, 5, 0, 10, 7)):  # north-up and south-up
        grid = Grid(UTM, transform, 50, 60)
        window = Window(row, col, height, width)
        assert grid.window(grid.crop(window).bounds) == window


def test_a_window_is_clipped_and_takes_bounds_of_another_crs():
    grid = Grid(UTM, NORTH_UP, 100, 100)
    assert grid.window((0, 0, 500_015, 1e7)) == Window(0, 0, 100, 2)
    window = grid.window((21.0, 37.0, 21.0052, 37.9477), "EPSG:4326")  # 21° E is the zone's central meridian
    assert (window.col, window.width) == (0, 47)


def test_bounds_elsewhere_name_both_sides():
    with pytest.raises(InputError, match=r"\(0, 0, 5, 5\) does not overlap the raster, which covers \(500000, 4199000"):
        Grid(UTM, NORTH_UP, 100, 100).window((0, 0, 5, 5))
    with pytest.raises(InputError, match="no rectangle"):
        Grid(UTM, NORTH_UP, 100, 100).window((5, 0, 0, 5))
    with pytest.raises(InputError, match="the raster has none"):
        Grid(None, NORTH_UP, 100, 100).window((0, 0, 5, 5), "EPSG:4326")


@pytest.mark.parametrize(
    ("crs", "transform", "expected"),
    [
        ("EPSG:32634", NORTH_UP, (10, 10)),
        ("EPSG:4326", Affine(1e-4, 0, 20, 0, -1e-4, 60.005), (5.58, 11.141)),
        (
            "EPSG:3857",
            Affine(20, 0, 0, 0, -20, 8_399_738),
            (10.03, 9.97),
        ),  # 60° N: half as large on the ground
        ("EPSG:2263", Affine(3, 0, 900_000, 0, -3, 200_000), (0.9144, 0.9144)),  # US feet
        (None, Affine(3, 0, 0, 0, -2, 0), (3, 2)),
    ],
)
def test_resolution_is_metres_on_the_ground(crs, transform, expected):
    grid = Grid(crs and crs_of(crs).to_wkt(), transform, 100, 100)
    assert grid.resolution == pytest.approx(expected, rel=5e-3)


def test_scaled_covers_the_same_area():
    grid = Grid(UTM, NORTH_UP, 99, 50)
    half = grid.scaled(0.5, 0.5)
    assert (half.height, half.width) == (50, 25)
    np.testing.assert_allclose(half.bounds, grid.bounds)
    assert grid.scaled(1e-6, 1e-6).height == 1


def test_the_pixels_under_another_grid_are_found_and_none_where_they_only_touch():
    grid = Grid("EPSG:32634", Affine(10, 0, 500_000, 0, -10, 4_200_000), 50, 60)
    inside = Grid("EPSG:32634", Affine(5, 0, 500_100, 0, 5, 4_199_800), 21, 20)  # south-up
    assert grid.under(inside) == Window(9, 10, 11, 10)
    assert grid.under(inside, margin=2) == Window(6, 7, 17, 16)  # two pixels of 10 m and two of 5 m
    assert grid.under(grid) == Window(0, 0, 50, 60)
    assert grid.under(grid.crop(Window(40, -5, 50, 20))) == Window(40, 0, 10, 15)
    for row, col in ((50, 0), (-50, 0), (0, 60), (0, -60)):
        assert grid.under(grid.crop(Window(row, col, 50, 60))) is None
    degrees = Grid("EPSG:4326", Affine(1e-4, 0, 21.001, 0, -1e-4, 37.947), 5, 5)
    found = grid.under(degrees)
    assert (found.row, found.col) == (6, 8) and found.height in (6, 7) and found.width in (5, 6)


def test_a_site_s_own_grid_has_metres_but_no_place_on_the_earth():
    feet = 'LOCAL_CS["site",UNIT["foot",0.3048]]'
    assert local_unit(feet) == pytest.approx(0.3048) and local_unit('LOCAL_CS["site",UNIT["metre",1]]') == 1
    assert local_unit("EPSG:32634") is None and local_unit("EPSG:4326") is None and local_unit(None) is None
    assert Grid(feet, Affine(10, 0, 0, 0, -20, 0), 5, 5).resolution == pytest.approx((3.048, 6.096))


LOCAL = 'LOCAL_CS["site",UNIT["metre",1]]'


def test_what_cannot_be_brought_to_another_crs_is_said():
    grid = Grid("EPSG:32634", Affine(10, 0, 500_000, 0, -10, 4_200_000), 20, 30)
    with pytest.raises(InputError, match="cannot be brought"):
        grid.window((0, 0, 1, 1), LOCAL)
    with pytest.raises(InputError, match="no transformation between"):
        project(np.zeros(1), np.zeros(1), LOCAL, "EPSG:32634")
    for far in ((1e15, 0, 1e15, 1), (-1e15, -1e15, 1e15, -1e14)):
        with pytest.raises(InputError, match=r"cannot be brought|does not overlap"):
            grid.window(far, "EPSG:4326")


@pytest.mark.parametrize("transform", [Affine(10, 0, 500, 0, 10, 900), Affine(0, 10, 500, 10, 0, 900)])
def test_boxes_of_turned_grids(transform):
    grid = Grid(None, transform, 20, 20)
    x, y = transform.c + 35, transform.f + 75
    expected = [7, 3] if transform.a else [3, 7]
    assert pixel_boxes(grid, np.array([[x, y, x + 1, y + 1]]))[0, :2].tolist() == expected


@pytest.mark.parametrize("text", ["", "nowhere", "{}", "[]", "1", "null", '{"init": 3}', '"x"'])
def test_a_text_that_is_no_coordinate_system_is_a_sentence(text):
    with pytest.raises(InputError, match="is no coordinate system"):
        crs_of(text)
