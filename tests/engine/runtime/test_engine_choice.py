"""The faster engine: medians of runs in turn; torch only where it clearly gains."""

from __future__ import annotations

from itertools import count

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime import engine_choice
from rsdl_qgis.engine.runtime.engine_choice import fastest_engine, median_seconds, onnx_run, torch_run, torch_threads
from rsdl_qgis.engine.runtime.onnx_export import example_inputs, export_onnx


@pytest.fixture(scope="module")
def written(tmp_path_factory, card):
    network = build_network("unet", {"image": (1, 2)}, 2, widths=(4, 8)).eval()
    path = tmp_path_factory.mktemp("fastest") / "model.onnx"
    export_onnx(network, card, path, half_weights=False)
    return network, path


def test_runs_take_turns_and_the_first_of_each_does_not_count():
    order = []
    ticks = count()
    seconds = {"a": [9, 9, 1], "b": [2, 3, 50]}

    def run(name):
        order.append(name)

    now = [0.0]

    def clock():
        tick = next(ticks)
        if tick % 2:  # the end of a run
            now[0] += seconds["ab"[tick // 2 % 2]][tick // 4]
        return now[0]

    found = median_seconds({"a": lambda: run("a"), "b": lambda: run("b")}, 3, clock)
    assert found == {"a": 9, "b": 3} and order == ["a", "b"] * 4


@pytest.mark.parametrize(("by_torch", "engine"), [(0.89, "torch"), (0.93, "onnx"), (2.0, "onnx")])
def test_torch_has_to_gain_a_tenth(monkeypatch, written, card, by_torch, engine):
    monkeypatch.setattr(
        engine_choice, "median_seconds", lambda runs, rounds: dict.fromkeys(runs, 1.0) | {"torch": by_torch}
    )
    assert fastest_engine(*written, card) == engine


def test_what_is_timed_is_the_network_at_the_cards_tile(written, card):
    network, path = written
    inputs = example_inputs(card, 1, card.tiling.size)
    assert inputs["image"].shape == (1, 1, 2, 32, 32)
    by_torch, plain = (torch_run(network, inputs, 1, last)() for last in (True, False))
    (by_onnx,) = onnx_run(path, inputs, 1)()
    assert torch.allclose(by_torch, plain, atol=1e-5)
    assert torch.allclose(by_torch.softmax(1), torch.from_numpy(by_onnx), atol=1e-5)
    assert fastest_engine(network, path, card) in ("torch", "onnx")


def test_series_are_timed_many_at_once(tmp_path, with_card, monkeypatch):
    series = Input("s", (Band("a"),), tuple("123456"))
    card = with_card(task="time-series", inputs=(series,))
    network = build_network("lstm", {"s": series.shape}, 2, hidden=4).eval()
    export_onnx(network, card, tmp_path / "model.onnx")
    counts = []
    monkeypatch.setattr(engine_choice, "torch_run", lambda _, inputs, __: counts.append(len(inputs["s"])))
    monkeypatch.setattr(
        engine_choice, "median_seconds", lambda runs, rounds: (runs["onnx"](), dict.fromkeys(runs, 1.0))[1]
    )
    assert fastest_engine(network, tmp_path / "model.onnx", card) == "onnx"
    assert counts == [engine_choice.SERIES]


def test_the_number_of_threads_comes_back():
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
