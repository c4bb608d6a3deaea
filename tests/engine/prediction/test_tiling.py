"""How rasters are cut for a network: within its memory, by its tiles, two at once where that pays."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.cards.card import Tiling
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.prediction import tiling
from rsdl_qgis.engine.prediction.request import MapRequest
from rsdl_qgis.engine.prediction.tiling import make_plan


def asking(**arguments):
    return MapRequest.of({"model": "any", "output": "map.tif", "inputs": {}, **arguments})


def test_tiles_fit_the_memory_budget(with_card):
    hungry = with_card(tiling=Tiling(overlap=64, multiple=32, memory=2000))
    modest = with_card(tiling=Tiling(overlap=64, multiple=32, memory=100))
    for card, limit, least in ((hungry, 331, 256), (modest, 1056, 1024)):  # two tiles at once
        found = make_plan(6000, 6000, card, asking(threads=2))
        assert least <= max(found.tile) <= limit and found.overlap == 64 and found.batch == 1 and found.streams == 2
    assert max(make_plan(6000, 6000, hungry, asking(threads=1)).tile) in range(416, 469)
    assert make_plan(100, 300, modest, asking()).tile == (128, 320)
    fixed = with_card(tiling=Tiling(size=128, overlap=16, multiple=128, any_size=False, memory=100))
    found = make_plan(6000, 6000, fixed, asking())
    assert found.tile == (128, 128) and found.batch == 16
    with pytest.raises(MismatchError, match="tiles of 128 px only"):
        make_plan(600, 600, fixed, asking(tile_size=256))


def test_tiles_of_wide_maps_are_low_so_that_the_strip_stays_small(with_card):
    card = with_card(tiling=Tiling(overlap=64, multiple=32, memory=100))
    usual, wide, wider = (make_plan(6000, width, card, asking(threads=2)).tile for width in (6000, 60_000, 600_000))
    for width, (rows, columns) in ((6000, usual), (60_000, wide)):
        assert 2 * 100 * rows * columns + width * 5 * rows <= tiling.MAP_MEMORY
    assert wide[0] < 800 < usual[0]
    assert wider[0] <= tiling.LOWEST and min(wide[1], wider[1]) > 900
    asked = asking(threads=2, tile_size=1024)
    assert make_plan(6000, 600_000, card, asked).tile == (1024, 1024)


@pytest.mark.parametrize(("side", "arguments", "streams"), [
    (6000, {"threads": 2}, 2),
    (6000, {"threads": 16}, 2),
    (6000, {"threads": 3}, 2),
    (6000, {"threads": 1}, 1),
    (6000, {"threads": 2, "overlap": 380}, 1),  # too wide for tiles of half the memory
    (600, {"threads": 2}, 1),  # one tile
    (6000, {"threads": 2, "tile_size": 2048}, 1),  # too large for two of them
    (6000, {"threads": 2, "tile_size": 512}, 2),
])  # fmt: skip
def test_two_tiles_run_at_once_where_that_pays(with_card, side, arguments, streams):
    card = with_card(tiling=Tiling(overlap=64, multiple=32, memory=500))
    assert make_plan(side, side, card, asking(**arguments)).streams == streams


def test_a_gpu_runs_one_tile_at_a_time(with_card, monkeypatch):
    monkeypatch.setattr(tiling, "choose_device", lambda device: "cuda:0" if device == "auto" else device)
    card = with_card(tiling=Tiling(overlap=64, multiple=32, memory=2000))
    on_gpu, on_cpu = (make_plan(6000, 6000, card, asking(threads=2, device=d)) for d in (None, "cpu"))
    assert (on_gpu.streams, on_cpu.streams) == (1, 2) and max(on_gpu.tile) > max(on_cpu.tile)
