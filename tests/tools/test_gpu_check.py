"""The check of a GPU, with made-up engines and devices: what passes, what fails, what is told without a GPU."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard
from rsdl_qgis.engine.runtime.network import OutOfMemory, shrinking
from tools import gpu_check
from tools.gpu_check import Place, Row, carried_out, engines, memory, status, table


@pytest.fixture
def gpu(tmp_path):
    return Place("cuda:0", tmp_path, 64)


def row(passed):
    return Row("a", "b", "c", passed)


@pytest.mark.parametrize(
    ("passed", "has_gpu", "code"),
    [([True, None], True, 0), ([True, None], False, 2), ([True, False], True, 1), ([False], False, 1), ([], True, 1)],
)
def test_the_exit_status_says_what_happened(passed, has_gpu, code):
    assert status([row(value) for value in passed], has_gpu) == code


def test_the_table_holds_every_row():
    text = table([row(True), row(False), row(None)], "A machine")
    assert text.startswith("A machine\n\n| check |")
    assert [line.split("|")[-2].strip() for line in text.splitlines()[4:]] == ["passed", "**failed**", "–"]


def test_a_check_that_fails_is_a_row_and_time_ends_the_others(gpu):
    def broken(place):
        yield row(True)
        raise ValueError("it broke\nhere")

    ticks = count(0, 10)
    checks = {"first": broken, "second": lambda place: iter([row(None)]), "third": lambda place: iter([row(True)])}
    rows = list(carried_out(checks, gpu, 25, lambda: next(ticks)))
    assert [(r.check, r.figures, r.passed) for r in rows] == [
        ("a", "c", True),
        ("first", "ValueError: it broke", False),
        ("a", "c", None),
        ("third", "not reached in time", False),
    ]


CARD = ModelCard(
    name="made-up",
    title="Made up",
    inputs=(Input("image", (Band("red"),)),),
    classes=(Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")),
)


@pytest.fixture
def made_up(monkeypatch, tmp_path):
    """Engines that all say the same, but for ``wrong``: (engine, device) -> the share of pixels that differ."""
    wrong = {}

    def engine_of(name):
        def opened(card, path, device, threads, streams):
            if wrong.get((name, device)) is None and (name, device) in wrong:
                raise RuntimeError("no kernel")

            def run(inputs):
                image = inputs["image"][:, 0, 0]
                second = (image > 0).astype("float32").reshape(len(image), -1)
                changed = round(wrong.get((name, device), 0) * second.shape[1])
                second[:, :changed] = 1 - second[:, :changed]
                return [np.stack([1 - second, second], 1).reshape(len(image), 2, *image.shape[1:])]

            return run

        return opened

    for name in ("onnx", "torch", "torch-bf16"):
        monkeypatch.setitem(gpu_check.ENGINES, name, engine_of(name))
    monkeypatch.setattr(gpu_check, "models", lambda folder: iter([("segmentation", CARD, tmp_path)]))
    monkeypatch.setattr(gpu_check, "has_bf16", lambda: True)
    monkeypatch.setattr(gpu_check, "providers", lambda: ["cuda"])
    for name in ("model.onnx", "weights.safetensors"):
        (tmp_path / name).touch()
    return wrong


def test_every_engine_runs_on_the_cpu_and_the_gpu(made_up, gpu):
    rows = list(engines(gpu))
    ways = [r.what.partition(", ")[2] for r in rows]
    assert ways == [
        *("onnx on cpu", "torch on cpu", "torch-bf16 on cpu"),
        *("torch on cuda:0", "torch-bf16 on cuda:0", "onnx on cuda:0"),
    ]
    assert [r.passed for r in rows] == [True, True, None, True, None, True] and status(rows, True) == 0


def test_a_gpu_that_gives_another_map_or_none_fails(made_up, gpu):
    made_up.update({("torch", "cuda:0"): 0.002, ("onnx", "cuda:0"): None, ("torch-bf16", "cpu"): 0.01})
    found = {r.what.partition(", ")[2]: r for r in engines(gpu)}
    assert found["torch on cuda:0"].passed is False and "99.8" in found["torch on cuda:0"].figures
    assert found["onnx on cuda:0"].passed is False and "no kernel" in found["onnx on cuda:0"].figures
    assert found["torch-bf16 on cpu"].passed is None and found["torch on cpu"].passed


def test_without_a_gpu_its_parts_are_told(made_up, tmp_path):
    place = Place("cpu", tmp_path, 64)
    rows = [*engines(place), *memory(place)]
    assert [r.figures for r in rows if r.figures == gpu_check.NO_GPU] == [gpu_check.NO_GPU] * 2
    assert status(rows, place.has_gpu) == 2


@pytest.mark.parametrize(("holds", "halves", "passed"), [(8, True, True), (99, True, False), (8, False, False)])
def test_a_batch_too_large_has_to_be_halved(monkeypatch, gpu, holds, halves, passed):
    limits = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (1000, 1000))
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda share, device: limits.append(share))
    monkeypatch.setattr(gpu_check, "peak", lambda network, batch, device: 10 * len(batch["s2"]))

    def run(inputs):
        if limits and limits[-1] < 1 and len(inputs["s2"]) > holds:
            raise OutOfMemory("full")
        second = (inputs["s2"][:, 0, 0] > 0).astype("float32")
        return [np.stack([1 - second, second], 1)]

    runtime = shrinking(lambda inputs: run(inputs)[0])
    monkeypatch.setattr(gpu_check, "open_network", lambda *_, **__: SimpleNamespace(run=run))
    monkeypatch.setattr(gpu_check, "open_runtime", lambda *_, **__: runtime if halves else lambda i: run(i)[0])
    monkeypatch.setattr(gpu_check, "TILE", 32)
    rows = list(carried_out({"memory": memory}, gpu, 60))
    assert [r.passed for r in rows] == [passed]
    assert limits == [pytest.approx(0.113), 1.0]  # of what one image and all need; and given back


@pytest.mark.parametrize("task", list(gpu_check.TASKS))
def test_every_task_has_a_model_that_takes_the_pictures(task, tmp_path):
    found = {name: (card, path) for name, card, path in gpu_check.models(tmp_path)}
    card, path = found[task]
    assert card.task == task
    (reference, *_) = gpu_check.ways_of(card, path, "cpu")
    small = gpu_check.pictures(card, 0, side=64)
    if task == "time-series":
        small = {name: values[:4] for name, values in small.items()}
    outputs = gpu_check.ENGINES[reference.engine](card, reference.source, "cpu", 1, 1)(small)
    assert np.isfinite(outputs[0]).all()
