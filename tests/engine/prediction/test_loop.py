"""The tile loop: what goes in comes out, whatever the tiling; what is not valid is never run."""

from __future__ import annotations

import threading
import time
import weakref
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Scaling
from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.loop import (
    MOST_EMPTY,
    Seconds,
    Tile,
    batched,
    load_tile,
    predict,
    progress_text,
    work_ahead,
)
from rsdl_qgis.engine.prediction.tiling import Plan
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.raster.grid import Grid, Window
from rsdl_qgis.engine.raster.mosaic import Mosaic
from rsdl_qgis.engine.raster.tiles import tiles


class ArraySource:
    """A source over an array (C, H, W); windows may stick out."""

    def __init__(self, array: np.ma.MaskedArray):
        from rasterio.transform import from_origin

        self.array = np.ma.masked_array(array.data[None], np.ma.getmaskarray(array)[None])
        self.grid = Grid(None, from_origin(0, 0, 1, 1), *array.shape[1:])

    def read(self, window: Window):
        out = np.ma.masked_all((*self.array.shape[:2], window.height, window.width), self.array.dtype)
        out.data[:] = 0
        piece = self.array[..., window.row : window.row + window.height, window.col : window.col + window.width]
        out[..., : piece.shape[2], : piece.shape[3]] = piece
        return {"image": out}


class Keeping:
    """A collector that blends into memory."""

    def __init__(self, grid: Grid, plan: Plan):
        self.values = np.full((1, grid.height, grid.width), np.nan, np.float32)
        self.valid = np.zeros((grid.height, grid.width), bool)
        self.mosaic = Mosaic(grid.height, grid.width, 1, plan.tile, plan.overlap, self.emit)
        self.add, self.skip = self.mosaic.add, self.mosaic.skip

    def emit(self, row, values, valid):
        self.values[:, row : row + values.shape[1]] = values
        self.valid[row : row + values.shape[1]] = valid


def run(source, card, runtime, plan, report=None):
    """``plan.streams`` of the loop, too."""
    one = card(inputs=(plain_input(card),))
    scaling = {"image": radiometry(one.inputs[0], source.array)}
    kept = Keeping(source.grid, plan)
    windows = tiles(source.grid.height, source.grid.width, plan.tile, plan.overlap)
    load = partial(load_tile, source, scaling)
    seconds = predict(windows, load, runtime, kept, plan.batch, report or Report(), streams=plan.streams)
    kept.mosaic.close()
    return kept, seconds


def plain_input(card):
    from dataclasses import replace

    first = card().inputs[0]
    return replace(first, bands=first.bands[:1], scaling=Scaling())


def identity(inputs):
    return inputs["image"][:, 0]


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(2, 5), st.data())
def test_an_identity_network_gives_the_raster_back(with_card, height, width, eighths, data):
    size = 8 * eighths
    numbers = (data.draw(st.integers(low, high)) for low, high in ((0, size // 2), (1, 4), (1, 3)))
    plan = Plan((size, size), *numbers)
    values = np.random.default_rng(height * 97 + width).integers(0, 256, (1, height, width)).astype("float32")
    source = ArraySource(np.ma.masked_array(values))
    kept, _ = run(source, with_card, identity, plan)
    assert np.array_equal(kept.values, values) and kept.valid.all()


def test_a_constant_network_gives_a_constant(with_card):
    source = ArraySource(np.ma.masked_array(np.zeros((1, 70, 50), "float32")))
    kept, _ = run(source, with_card, lambda x: np.full_like(identity(x), 0.3), Plan((32, 32), 8))
    assert np.allclose(kept.values, 0.3, atol=1e-6)


def test_the_network_runs_once_a_tile_and_never_without_a_valid_pixel(with_card):
    image = np.ma.masked_array(np.ones((1, 64, 64), "float32"), np.zeros((1, 64, 64), bool))
    image[:, :32] = np.ma.masked
    image[:, 40, 40] = np.ma.masked
    seen = []

    def runtime(inputs):
        seen.extend(inputs["image"])
        return identity(inputs)

    kept, seconds = run(ArraySource(image), with_card, runtime, Plan((32, 32), 0))
    assert len(seen) == seconds.tiles_run == 2
    assert all(np.isfinite(tile).all() for tile in seen)
    assert np.array_equal(kept.valid, ~np.ma.getmaskarray(image)[0])


def test_what_is_not_valid_reaches_the_network_as_the_training_mean(with_card, card):
    image = np.ma.masked_array(np.full((2, 8, 8), 250.0, "float32"), np.zeros((2, 8, 8), bool))
    image[1, 3, 3] = np.ma.masked  # one band is enough
    image.data[1, 3, 3] = np.nan
    source = ArraySource(image)
    tile = load_tile(source, {"image": radiometry(card.inputs[0], source.array)}, Window(0, 0, 8, 8))
    assert (tile.arrays["image"][0, :, 3, 3] == 0).all()
    assert tile.arrays["image"][0, 0, 0, 0] == 150 and not tile.valid[3, 3] and tile.valid.sum() == 63


def test_cancelling_stops_between_tiles(with_card):
    class Impatient(Report):
        tiles = 0

        def progress(self, fraction, message=""):
            self.tiles += 1

        def cancelled(self):
            return self.tiles >= 3

    report = Impatient()
    source = ArraySource(np.ma.masked_array(np.zeros((1, 320, 32), "float32")))
    with pytest.raises(Cancelled):
        run(source, with_card, identity, Plan((32, 32), 0), report)
    assert report.tiles == 3
    assert not [t for t in threading.enumerate() if t.name.startswith(("read", "run", "write"))]


def numbered(count, empty=()):
    """A row of tiles of 16 pixels, each of its number; those of ``empty`` are not valid."""
    values = np.ma.masked_array(np.repeat(np.arange(count, dtype="float32"), 16)[None, :, None].repeat(16, 2))
    for number in empty:
        values[:, 16 * number : 16 * number + 16] = np.ma.masked
    return values


def test_two_tiles_run_at_once_and_are_collected_in_order(with_card):
    """Each run waits for another one; the first of the two ends last."""
    both, ended = threading.Barrier(2, timeout=20), []

    def runtime(inputs):
        both.wait()
        number = int(inputs["image"][0, 0, 0, 0, 0])
        time.sleep(0.01 if number % 2 else 0.05)
        ended.append(number)
        return identity(inputs)

    values = numbered(8)
    kept, seconds = run(ArraySource(values), with_card, runtime, Plan((16, 16), 0, 1, 2))
    assert np.array_equal(kept.values, values) and seconds.tiles_run == 8
    assert ended[0] == 1 and seconds.run > 4 * 0.06  # the sum of both, not the time that went by


def test_two_tiles_run_at_once_where_most_have_no_valid_pixel(with_card):
    both = threading.Barrier(2, timeout=20)

    def runtime(inputs):
        both.wait()
        return identity(inputs)

    values = numbered(24, [n for n in range(24) if n % 6])
    kept, seconds = run(ArraySource(values), with_card, runtime, Plan((16, 16), 0, 1, 2))
    assert seconds.tiles_run == 4 and np.array_equal(kept.valid, ~np.ma.getmaskarray(values)[0])


@pytest.mark.parametrize("streams", [1, 2])
def test_what_was_read_for_a_tile_is_given_up_once_it_is_run(streams):
    count, arrays, kept = 12, {}, []

    def load(n):
        array = np.full((1, 1, 1, 4, 4), n, np.float32)
        arrays[n] = weakref.ref(array)
        return Tile(n, {"image": array[0]}, np.ones((4, 4), bool))

    class Collecting:
        def add(self, n, output, valid):
            time.sleep(0.02)  # the network is ahead of it
            kept.append(arrays[n]() is not None)

    predict(range(count), load, lambda inputs: inputs["image"].copy(), Collecting(), 1, Report(), streams=streams)
    assert len(kept) == count and not any(kept[:-2])  # the last ones, which nothing follows, may stay


@pytest.mark.parametrize("streams", [1, 2])
def test_no_tile_is_begun_after_a_cancel(with_card, streams):
    class Stopped(Report):
        stopped = False

        def cancelled(self):
            return self.stopped

    report, late, begun = Stopped(), [], threading.Barrier(streams, timeout=20)

    def runtime(inputs):
        late.append(report.stopped)
        begun.wait()
        time.sleep(0.02)
        report.stopped = True
        return identity(inputs)

    with pytest.raises(Cancelled):
        run(ArraySource(numbered(12)), with_card, runtime, Plan((16, 16), 0, 1, streams), report)
    assert late == [False] * streams
    assert not [t for t in threading.enumerate() if t.name.startswith(("read", "run", "write"))]


def test_one_tile_is_not_called_tiles():
    assert Seconds(tiles_run=1).described(2.0).startswith("1 tile in 2.0 s")
    assert Seconds(tiles_run=3).described(2.0, "scene").startswith("3 scenes in 2.0 s")


def test_without_streams_no_two_tiles_run_at_once(with_card):
    running, most = [], []

    def runtime(inputs):
        running.append(1)
        most.append(len(running))
        time.sleep(0.005)
        running.pop()
        return identity(inputs)

    run(ArraySource(np.ma.masked_array(np.zeros((1, 128, 32), "float32"))), with_card, runtime, Plan((16, 16), 0))
    assert set(most) == {1}


@pytest.mark.parametrize("streams", [1, 2])
@pytest.mark.parametrize("where", ["read", "run", "add"])
def test_an_error_in_any_thread_reaches_the_caller(with_card, where, streams, monkeypatch):
    source = ArraySource(np.ma.masked_array(np.zeros((1, 128, 64), "float32")))

    def fail(*_):
        raise ValueError(where)

    if where == "read":
        source.read = fail
    if where == "add":
        monkeypatch.setattr(Mosaic, "add", fail)
    with pytest.raises(ValueError, match=where):
        run(source, with_card, fail if where == "run" else identity, Plan((32, 32), 0, 1, streams))


def test_reading_runs_ahead_but_not_far():
    from concurrent.futures import ThreadPoolExecutor

    loaded = []
    with ThreadPoolExecutor(1) as pool:
        stream = work_ahead(pool, lambda i: loaded.append(i) or i, range(10))
        assert next(stream) == 0
        time.sleep(0.05)
        assert loaded == [0, 1]
        assert list(stream) == list(range(1, 10))


def test_batches_keep_the_order_and_tiles_without_pixels_come_alone():
    window = Window(0, 0, 1, 1)
    tiles = [Tile(window, {} if i in (2, 5) else {"n": i}, np.ones((1, 1), bool)) for i in range(8)]
    batches = list(batched(tiles, 2))
    assert [tile for batch in batches for tile in batch] == tiles
    assert [len(batch) for batch in batches] == [2, 1, 2, 1, 2]
    empty = [Tile(window, {}, np.zeros((1, 1), bool))] * (MOST_EMPTY + 3)
    assert [len(batch) for batch in batched([*empty, *tiles[:1]], 2)] == [MOST_EMPTY, 3, 1]


def test_progress_says_what_is_left():
    assert progress_text(10, 40, 100.0) == "tile 10 of 40, about 5 min left"
    assert progress_text(39, 40, 39.0) == "tile 39 of 40, about 1 s left"
