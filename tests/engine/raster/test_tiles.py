import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.tiles import starts, tile_shape, tiles

sides = st.integers(1, 60)


@given(height=sides, width=sides, size=st.tuples(st.integers(1, 30), st.integers(1, 30)), data=st.data())
def test_tiles_cover_every_pixel_in_row_major_order(height, width, size, data):
    overlap = data.draw(st.integers(0, min(size) // 2))
    windows = tiles(height, width, size, overlap)
    seen = np.zeros((height, width), int)
    for window in windows:
        assert (window.height, window.width) == size
        seen[window.row : window.row + size[0], window.col : window.col + size[1]] += 1
        assert window.row == 0 or window.row + size[0] <= height  # only a raster smaller than a tile is left
        assert window.col == 0 or window.col + size[1] <= width
    assert seen.min() >= 1
    assert windows == sorted(set(windows), key=lambda window: (window.row, window.col))


@given(length=st.integers(1, 3000), size=st.integers(1, 300), data=st.data())
def test_neighbours_share_the_overlap_at_least_and_are_as_few_as_that_takes(length, size, data):
    overlap = data.draw(st.integers(0, size // 2))
    found = starts(length, size, overlap)
    assert found[0] == 0 and all(0 < b - a <= size - overlap for a, b in zip(found, found[1:]))
    assert found[-1] == max(0, length - size) and len(found) == 1 + math.ceil(found[-1] / (size - overlap))


def test_what_is_left_over_is_spread_and_tiles_start_on_a_grid():
    assert [w.col for w in tiles(8, 30, (8, 8), 2)] == [0, 4, 10, 16, 22]
    assert starts(6000, 800, 32) == [0, 736, 1472, 2208, 2944, 3712, 4448, 5200]  # multiples of 32, but the last
    assert starts(6000, 512, 48)[:4] == [0, 448, 912, 1360]  # of 16, as 32 would take a tile more
    assert starts(2000, 512, 100) == [0, 352, 736, 1088, 1488]


@pytest.mark.parametrize(("length", "size", "overlap", "most"), [
    (6000, 800, 32, 1.15), (12000, 800, 32, 1.15), (6000, 512, 48, 1.25), (12000, 512, 48, 1.25),
])  # fmt: skip
def test_usual_overlaps_run_few_pixels_twice(length, size, overlap, most):
    assert (len(starts(length, size, overlap)) * size / length) ** 2 <= most


def test_an_overlap_above_half_a_tile_is_refused():
    with pytest.raises(InputError, match="overlap of 5 pixels does not go with tiles of 8"):
        tiles(20, 20, (8, 8), 5)


@pytest.mark.parametrize("shape", [(6000, 6000), (10980, 10980), (5000, 3000), (20000, 7000)])
def test_few_pixels_are_run_twice(shape):
    size = tile_shape(*shape, largest=896, overlap=32, multiple=32)
    run = len(tiles(*shape, size, 32)) * size[0] * size[1]
    assert run / (shape[0] * shape[1]) <= 1.15
    assert all(side % 32 == 0 and side <= 896 for side in size)


@given(height=sides, width=sides, largest=st.integers(8, 40), overlap=st.integers(0, 4))
def test_no_other_tile_size_runs_fewer_pixels_but_for_the_sake_of_seams(height, width, largest, overlap):
    """Up to 15 % more where they overlap; the fewest where they need not."""

    def run(shape):
        return len(tiles(height, width, shape, overlap)) * shape[0] * shape[1]

    chosen = tile_shape(height, width, largest, overlap, multiple=8)
    others = [(h, w) for h in range(8, largest + 1, 8) for w in range(8, largest + 1, 8)]
    fewest = min(run(other) for other in others)
    most = max(fewest, 1.15 * height * width) if overlap else fewest
    assert run(chosen) <= max(most, fewest * 1.15)


def test_of_sizes_that_run_few_pixels_that_with_the_least_of_seams_is_taken():
    assert tile_shape(6000, 6000, 896, 32, 32) == (800, 800)  # 8 that share 57 px on average; 7 of 896 share 45
    assert tile_shape(6000, 6000, 736, 32, 32) == (704, 704)  # 9 that share 42 px; 10 of 640 share 44
    assert tile_shape(20000, 6000, 800, 32, 32) == (736, 800)  # 29 that share 48 px; 26 of 800 share 32
    assert tile_shape(6000, 6000, 800, 0, 32) == (128, 128)  # without an overlap the fewest pixels: 47 tiles


def test_a_tile_too_small_for_the_overlap_is_refused():
    with pytest.raises(InputError, match="at least 128"):
        tile_shape(500, 500, largest=100, overlap=64, multiple=32)
