import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.raster.tiles import tile_shape, tiles

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


def test_neighbours_share_the_overlap_and_the_last_is_moved_back():
    assert [w.col for w in tiles(8, 30, (8, 8), 2)] == [0, 6, 12, 18, 22]


def test_an_overlap_above_half_a_tile_is_refused():
    with pytest.raises(InputError, match="overlap of 5 pixels does not go with tiles of 8"):
        tiles(20, 20, (8, 8), 5)


@pytest.mark.parametrize("shape", [(6000, 6000), (10980, 10980), (5000, 3000), (20000, 7000)])
def test_few_pixels_are_run_twice(shape):
    size = tile_shape(*shape, largest=1024, overlap=64, multiple=32)
    run = len(tiles(*shape, size, 64)) * size[0] * size[1]
    assert run / (shape[0] * shape[1]) <= 1.25
    assert all(side % 32 == 0 and side <= 1024 for side in size)


@given(height=sides, width=sides, largest=st.integers(8, 40), overlap=st.integers(0, 4))
def test_no_other_tile_size_runs_fewer_pixels(height, width, largest, overlap):
    def run(shape):
        return len(tiles(height, width, shape, overlap)) * shape[0] * shape[1]

    chosen = tile_shape(height, width, largest, overlap, multiple=8)
    others = [(h, w) for h in range(8, largest + 1, 8) for w in range(8, largest + 1, 8)]
    assert run(chosen) == min(run(other) for other in others)


def test_a_tile_too_small_for_the_overlap_is_refused():
    with pytest.raises(InputError, match="at least 128"):
        tile_shape(500, 500, largest=100, overlap=64, multiple=32)
