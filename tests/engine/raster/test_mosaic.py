import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.raster.grid import Window
from rsdl_qgis.engine.raster.mosaic import Border, Mosaic
from rsdl_qgis.engine.raster.tiles import tiles


def blend(height, width, channels, size, overlap, output):
    """The mosaic of ``output(window) -> (values, valid) | None`` over all tiles, and the rows of each
    emission.
    """
    values, valid = np.full((channels, height, width), np.nan, np.float32), np.zeros((height, width), bool)
    emitted = []

    def emit(row, strip, strip_valid):
        assert strip.shape == (channels, *strip_valid.shape)
        emitted.append((row, strip.shape[1]))
        values[:, row : row + strip.shape[1]], valid[row : row + strip.shape[1]] = strip, strip_valid

    mosaic = Mosaic(height, width, channels, size, overlap, emit)
    for window in tiles(height, width, size, overlap):
        result = output(window)
        mosaic.skip(window) if result is None else mosaic.add(window, *result)
    mosaic.close()
    return values, valid, emitted


def cut(array, window):
    """A window of (C, H, W), zero outside."""
    result = np.zeros((array.shape[0], window.height, window.width), array.dtype)
    part = array[:, window.row : window.row + window.height, window.col : window.col + window.width]
    result[:, : part.shape[1], : part.shape[2]] = part
    return result


cases = st.fixed_dictionaries(
    {
        "height": st.integers(1, 60),
        "width": st.integers(1, 60),
        "size": st.tuples(st.integers(1, 30), st.integers(1, 30)),
        "share": st.floats(0, 1),
        "seed": st.integers(0, 99),
    }
)


@settings(deadline=None, max_examples=200)
@given(case=cases)
def test_identity_gives_the_raster_back_exactly_in_row_order(case):
    rng = np.random.default_rng(case["seed"])
    height, width, size = case["height"], case["width"], case["size"]
    overlap = int(case["share"] * (min(size) // 2))
    raster = rng.normal(scale=1e3, size=(2, height, width)).astype(np.float32)
    valid = rng.random((1, height, width)) < 0.6
    valid[:, : height // 2, : width // 3] = False

    def output(window):
        ok = cut(valid, window)[0]
        values = cut(raster, window)
        values[:, ~ok] = np.nan  # what is not valid must not leak
        return (values, ok) if ok.any() else None

    values, got_valid, emitted = blend(height, width, 2, size, overlap, output)
    assert (got_valid == valid[0]).all()
    assert (values[:, valid[0]] == raster[:, valid[0]]).all()
    rows = [row for first, count in emitted for row in range(first, first + count)]
    assert rows == list(range(height))


@settings(deadline=None)
@given(case=cases)
def test_weights_sum_to_one_and_a_blend_lies_between_its_tiles(case):
    height, width, size = case["height"], case["width"], case["size"]
    overlap = int(case["share"] * (min(size) // 2))
    windows = tiles(height, width, size, overlap)
    total = np.zeros((height, width))
    ok = np.ones(size, bool)
    for chosen in windows[:6]:  # the weight of a tile is the mosaic of 1 in it and 0 elsewhere
        values, _, _ = blend(
            height,
            width,
            1,
            size,
            overlap,
            lambda w, c=chosen: (np.full((1, *size), float(w == c), np.float32), ok),
        )
        assert values.min() >= 0
        assert values.max() <= 1
        total += values[0]
    if len(windows) <= 6:
        np.testing.assert_allclose(total, 1, atol=1e-5)


def test_the_seam_is_a_raised_cosine_over_the_overlap():
    values, _, _ = blend(
        8,
        28,
        1,
        (8, 16),
        4,
        lambda w: (np.full((1, 8, 16), float(w.col > 0), np.float32), np.ones((8, 16), bool)),
    )
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(4) + 0.5) / 4)
    np.testing.assert_allclose(values[0, 3], [*[0] * 12, *ramp, *[1] * 12], atol=1e-6)


@pytest.mark.parametrize(("width", "overlap", "plain", "ramp"), [
    (340, 32, 140, 60),  # over all they share, though less was asked for
    (280, 32, 92, 96),  # over 96 pixels in the middle of the 120
    (280, 100, 90, 100),  # or over what was asked for
    (280, 0, 92, 96),
])  # fmt: skip
def test_a_seam_is_as_wide_as_what_tiles_share_up_to_96_pixels(width, overlap, plain, ramp):
    values, _, _ = blend(
        4,
        width,
        1,
        (4, 200),
        overlap,
        lambda w: (np.full((1, 4, 200), float(w.col > 0), np.float32), np.ones((4, 200), bool)),
    )
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)
    np.testing.assert_allclose(values[0, 0], [*[0] * plain, *rise, *[1] * (width - plain - ramp)], atol=1e-6)


def test_weights_of_four_tiles_are_separable():
    """Where four tiles meet, each counts by the product of its row's and its column's weight."""
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(4) + 0.5) / 4)).astype(np.float32)
    weight = np.concatenate([np.ones(12), 1 - ramp, np.zeros(12)])
    expected = np.outer(weight, weight[::-1])  # upper right tile
    values, _, _ = blend(
        28,
        28,
        1,
        (16, 16),
        4,
        lambda w: (
            np.full((1, 16, 16), float((w.row, w.col) == (0, 12)), np.float32),
            np.ones((16, 16), bool),
        ),
    )
    np.testing.assert_allclose(values[0], expected, atol=1e-6)


def test_a_pixel_valid_in_one_tile_only_is_that_tile_s():
    def output(window):
        values = np.full((1, 8, 16), 5 if window.col else np.nan, np.float32)
        return values, np.full((8, 16), window.col > 0)

    values, valid, _ = blend(8, 28, 1, (8, 16), 4, output)
    assert (values[0, :, 12:] == 5).all()
    assert valid[:, 12:].all()
    assert not valid[:, :12].any()


def test_rows_come_out_as_soon_as_no_later_tile_touches_them():
    emitted = []
    mosaic = Mosaic(44, 16, 1, (16, 16), 2, lambda row, values, valid: emitted.append((row, values.shape[1])))
    for window in tiles(44, 16, (16, 16), 2):
        mosaic.add(window, np.zeros((1, 16, 16), np.float32), np.ones((16, 16), bool))
    assert emitted == [(0, 14), (14, 14), (28, 16)]


def test_tiles_out_of_order_or_missing_are_refused():
    mosaic = Mosaic(30, 30, 1, (16, 16), 2, lambda *_: None)
    with pytest.raises(ValueError, match="next tile starts at"):
        mosaic.skip(Window(0, 14, 16, 16))
    mosaic.skip(Window(0, 0, 16, 16))
    with pytest.raises(ValueError, match="1 of 4 tiles"):
        mosaic.close()


def test_what_is_not_finite_counts_for_nothing_and_its_neighbour_counts_alone():
    """Of two tiles that share 4 columns the left one is broken in some of these, and in its own."""
    windows = tiles(6, 12, (6, 8), 4)
    broken = np.zeros((6, 12), bool)
    broken[1:3, 2:7] = True

    def output(window):
        values = np.full((2, 6, 8), float(window.col + 1), np.float32)
        if window.col == 0:
            values[1, broken[:, :8]] = np.inf
        return values, np.ones((6, 8), bool)

    values, valid, _ = blend(6, 12, 2, (6, 8), 4, output)
    own = broken.copy()
    own[:, 4:] = False  # what no other tile has
    assert len(windows) == 2 and np.array_equal(valid, ~own)
    assert (values[:, broken & ~own] == 5).all() and np.isfinite(values).all()


def test_lost_pixels_are_counted_once():
    random = np.random.default_rng(0)
    raster, ok = random.normal(size=(1, 30, 25)).astype(np.float32), random.random((30, 25)) < 0.8
    broken = random.random((30, 25)) < 0.3
    raster[:, broken] = np.nan
    mosaic = Mosaic(30, 25, 1, (8, 7), 3, lambda *_: None)
    for window in tiles(30, 25, (8, 7), 3):
        mosaic.add(window, cut(raster, window), cut(ok[None], window)[0])
    mosaic.close()
    assert (mosaic.lost, mosaic.seen) == ((broken & ok).sum(), ok.sum())


@settings(deadline=None, max_examples=100)
@given(case=cases, cuts=st.sets(st.integers(1, 20), max_size=3))
def test_parts_that_are_joined_are_the_whole_to_the_bit(case, cuts):
    rng = np.random.default_rng(case["seed"])
    height, width, size = case["height"], case["width"], case["size"]
    overlap = int(case["share"] * (min(size) // 2))
    windows = tiles(height, width, size, overlap)
    made = {}
    for window in windows:  # tiles that disagree, some without a valid pixel, some with values that are not finite
        values = rng.normal(size=(2, *size)).astype(np.float32)
        values[:, rng.random(size) < 0.1] = np.nan
        made[window] = (values, rng.random(size) < 0.8) if rng.random() < 0.9 else None
    whole = joined_parts(height, width, size, overlap, made, [])
    rows = len({window.row for window in windows})
    parts = joined_parts(height, width, size, overlap, made, sorted(cut for cut in cuts if cut < rows))
    for one, other in zip(whole, parts):
        assert np.array_equal(one, other, equal_nan=True)


class Kept:
    """Keeps what is emitted, which does not hold."""

    def __init__(self):
        self.found = []

    def emit(self, row, values, valid):
        self.found.append((row, values.copy(), valid.copy()))


def joined_parts(height, width, size, overlap, made, cuts):
    """Values, valid pixels and the counts of a mosaic that is made in parts, which begin with these rows of tiles."""
    values, valid = np.full((2, height, width), np.nan, np.float32), np.zeros((height, width), bool)
    counts, order = np.zeros(2, int), []

    def emit(row, strip, strip_valid):
        rows = slice(row, row + strip.shape[1])
        values[:, rows], valid[rows] = np.where(strip_valid, strip, 0), strip_valid
        order.extend(range(row, row + strip.shape[1]))

    rows = list(dict.fromkeys(window.row for window in made))
    cols = len(made) // len(rows)
    starts = [0, *cuts, len(rows)]
    above = None
    for part in map(range, starts, starts[1:]):
        got: list = []
        first = Kept()
        mosaic = Mosaic(height, width, 2, size, overlap, first.emit, part, got.append)
        for window in list(made)[part.start * cols : part.stop * cols]:
            mosaic.skip(window) if made[window] is None else mosaic.add(window, *made[window])
        mosaic.close()
        counts += mosaic.lost, mosaic.seen
        if above is not None:
            border = Border(height, width, size, overlap, part.start, above)
            for _ in range(cols):
                border.add(got.pop(0))
            counts += border.give(emit)
        for found in first.found:
            emit(*found)
        above = got.pop() if got else None
        assert not got
    assert order == list(range(height))
    return values, valid, counts


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_parts_of_a_finer_mosaic_are_those_of_the_whole(rng, cut):
    height, width, size, overlap, times = 40, 30, (16, 12), 6, 2
    made = {
        window: (rng.random((1, 2 * window.height, 2 * window.width), np.float32), None)
        for window in tiles(height, width, size, overlap)
    }
    rows = len({window.row for window in made})
    cols = len(made) // rows

    def run(part, share):
        kept = Kept()
        mosaic = Mosaic(height, width, 1, size, overlap, kept.emit, part, share, times)
        for window in list(made)[part.start * cols : part.stop * cols]:
            values = made[window][0]
            mosaic.add(window, values, np.ones(values.shape[1:], bool))
        mosaic.close()
        return kept.found

    whole = np.concatenate([values for _, values, _ in run(range(rows), lambda _: None)], 1)
    above: list = []
    below: list = []
    first, last = run(range(cut), above.append), run(range(cut, rows), below.append)
    border, seam = Border(height, width, size, overlap, cut, above[-1], times), Kept()
    for patch in below:
        border.add(patch)
    border.give(seam.emit)
    joined = np.concatenate([values for _, values, _ in (*first, *seam.found, *last)], 1)
    assert joined.shape == (1, times * height, times * width)
    np.testing.assert_array_equal(joined, whole)
