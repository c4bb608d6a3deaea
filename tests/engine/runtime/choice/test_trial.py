"""Engines are tried in turn, with the job's batches and streams; one that fails is left out."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.errors import Cancelled
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime.choice import trial as trials
from rsdl_qgis.engine.runtime.choice.trial import Trial, Way, compared, tried
from rsdl_qgis.engine.training.model import write_model

SLOW, FAST = Way("onnx", Path("a"), "cpu"), Way("torch", Path("b"), "cpu")
BATCHES = [{"image": np.full((1, 1, 2, 4, 4), n, "float32")} for n in range(4)]


def constant(value):
    """A network that gives a class map (1, 2, 4, 4)."""
    return lambda inputs: [np.stack([np.full((1, 4, 4), p, "float32") for p in (1 - value, value)], 1)]


def test_the_ways_take_turns_and_the_first_batch_warms_up(card):
    order, now = [], [0.0]
    seconds = {SLOW: iter([50, 4, 6, 5]), FAST: iter([9, 1, 3, 2])}

    def opened(way):
        def run(inputs):
            order.append((way.engine, float(inputs["image"].max())))
            now[0] += next(seconds[way])
            return constant(0.9)(inputs)

        return run

    found = compared(Trial(card, (SLOW, FAST), 1, 1), BATCHES, opened, lambda: now[0])
    assert [(item.engine, item.seconds, item.agreement) for item in found] == [("onnx", 5, 1), ("torch", 2, 1)]
    assert order == [(way, n) for n in range(4) for way in ("onnx", "torch")]


def test_as_many_calls_at_once_as_the_job_has(card):
    both = threading.Barrier(2, timeout=20)
    ticks = count()

    def opened(way):
        def run(inputs):
            both.wait()
            return constant(0.9)(inputs)

        return run

    (found,) = compared(Trial(card, (SLOW,), 2, 2), BATCHES, opened, lambda: next(ticks))
    assert found.seconds == 0.5  # one tick for two batches


def test_the_least_agreement_counts_and_failures_are_told(card):
    def opened(way):
        if way.device == "openvino":
            raise OSError("no such library\nsecond line")

        def run(inputs):
            if way.device == "cuda" and inputs["image"].max() > 1:
                raise MemoryError("full")
            return constant(0.1 if way is FAST and inputs["image"].max() == 2 else 0.9)(inputs)

        return run

    ways = (SLOW, FAST, Way("onnx", Path("a"), "openvino"), Way("onnx", Path("a"), "cuda"))
    found = compared(Trial(card, ways, 1, 1), BATCHES, opened)
    assert [item.agreement for item in found] == [1, 0, 0, 0]
    assert [item.problem for item in found] == ["", "", "OSError: no such library", "MemoryError: full"]


@pytest.fixture(scope="module")
def model(tmp_path_factory, card):
    folder = tmp_path_factory.mktemp("tried") / "model"
    network = build_network("unet", {"image": (1, 2)}, 2, widths=(4, 8)).eval()
    return folder, write_model(network, card_of_unet(card), folder, lambda *_: "onnx")


def card_of_unet(card):
    return replace(card, network="unet", options={"widths": [4, 8]})


def images(side=16):
    random = np.random.default_rng(4)
    return [{"image": random.normal(size=(1, 1, 2, side, side)).astype("float32")} for _ in range(3)]


def test_a_trial_runs_in_a_process_of_its_own(model):
    folder, card = model
    ways = [Way("onnx", folder / "model.onnx", "cpu"), Way("torch", folder / "weights.safetensors", "cpu")]
    broken = Way("onnx", folder / "missing.onnx", "cpu")
    found = tried(Trial(card, [*ways, broken], 1, 1), images(), 120, Report())
    assert [(item.engine, bool(item.problem)) for item in found] == [("onnx", False), ("torch", False), ("onnx", True)]
    assert all(item.seconds > 0 and item.agreement > 0.98 for item in found[:2])


def test_a_trial_that_takes_too_long_or_dies_gives_nothing(model, monkeypatch):
    folder, card = model
    plan = Trial(card, [Way("onnx", folder / "model.onnx", "cpu")], 1, 1)
    assert tried(plan, images(), 0.0, Report()) is None
    monkeypatch.setattr(trials.sys, "executable", "/bin/false")
    assert tried(plan, images(), 60, Report()) is None


def test_a_job_that_is_cancelled_ends_its_trial(model):
    class Stopped(Report):
        def cancelled(self):
            return True

    folder, card = model
    with pytest.raises(Cancelled):
        tried(Trial(card, [Way("onnx", folder / "model.onnx", "cpu")], 1, 1), images(), 60, Stopped())
