"""The one prediction job: its steps come in one order whatever the task, and none that fails leaves anything."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module

import numpy as np
import pytest

from rsdl_qgis.engine.errors import Cancelled, InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import PLACES
from rsdl_qgis.engine.prediction.job import PredictionTask
from rsdl_qgis.engine.prediction.loop import Tile
from rsdl_qgis.engine.prediction.request import MapRequest, ObjectRequest
from rsdl_qgis.engine.prediction.work import Work
from rsdl_qgis.engine.radiometry.scaling import Radiometry

NOTHING, ONE, PIXEL = np.zeros((1, 1)), np.ones((1, 1)), np.ones((1, 1), bool)
TENFOLD = Radiometry(NOTHING, 10 * ONE, NOTHING, ONE, None, False)


@dataclass
class Steps:
    """A toy task that counts things, and what was done for it, in order; ``fails``: the step that does."""

    fails: str = ""
    done: list = field(default_factory=list)

    def did(self, step, given=None):
        self.done.append(step)
        if step == self.fails:
            raise InputError(f"{step} fails.")
        return given

    @contextmanager
    def work(self, job):
        self.did("open")
        try:
            yield Work(
                windows=[1, 2, 3],
                scales=lambda: self.did("scale", {"x": TENFOLD}),
                load=lambda scales, n: Tile(n, {} if n == 2 else {"x": scales["x"](np.full((1, 1, 1, 1), n))}, PIXEL),
                part=lambda network, block, emit: self.part(emit),
                results=lambda note: self.results(job, note),
                blocks=[range(3)],
                cut={"pieces": 3},
                batch=1,
                streams=1,
                open_network=lambda *_: self.did("network", lambda inputs: self.did("run", inputs["x"] + 1)),
                notes={"RSDL_TOY": "more"},
                unit="thing",
            )
        finally:
            self.done.append("shut")

    def part(self, emit):
        toy = type("Toy", (), {})()
        toy.add = lambda n, output, valid: emit({"thing": (n, int(output.item()))})
        toy.skip = lambda n: emit({"thing": (n, None)})
        toy.close = lambda: self.did("whole")
        return toy

    def results(self, job, note):
        self.did("results")
        self.note, taken = note, []
        toy = type("Toy", (), {})()
        toy.take = lambda piece: taken.append(piece["thing"])
        toy.close = lambda: self.did("close", {"output": job.request.output, "taken": taken})
        toy.abort = partial(self.did, "abort")
        return toy


@pytest.fixture
def run(model, tmp_path):
    def run(steps, report=None, request=MapRequest, **arguments):
        job = {"model": str(model), "output": str(tmp_path / "out.tif"), "inputs": {}, "device": "cpu", **arguments}
        return PredictionTask(request, "counts things", steps.work).operation()(job, report or Report())

    return run


def test_a_task_is_what_is_opened_and_a_collector(run, tmp_path):
    steps, report = Steps(), Report()
    report.log = lambda level, message: steps.did(message.split(" in ")[0])
    result = run(steps, report)
    assert steps.done.index("scale") < (first := steps.done.index("results")) > steps.done.index("network")
    assert sorted(steps.done[:first]) == ["network", "open", "scale"] and steps.done[0] == "open"
    assert steps.done[first:] == ["results", "run", "run", "whole", "close", "shut", "2 things"]
    assert result["taken"] == [(1, 11), (2, None), (3, 31)]
    assert set(result) == {"output", "taken", "model", "seconds", "timing"} and result["model"] == "bright"
    assert steps.note["RSDL_TOY"] == "more" and (made := json.loads(steps.note["RSDL_RUN"]))["cut"] == {"pieces": 3}
    assert made["operation"] == "predict" and made["arguments"]["output"] == str(tmp_path / "out.tif")


def test_models_of_other_tasks_are_refused_before_anything_is_opened(run):
    steps = Steps()
    with pytest.raises(MismatchError, match="'bright' is for segmentation, and this counts things"):
        run(steps, request=ObjectRequest)
    with pytest.raises(InputError, match="OVERLAP cannot be -1"):
        run(steps, overlap=-1)
    assert not steps.done


@pytest.mark.parametrize("step", ["open", "scale", "network", "results", "run", "close"])
def test_what_was_begun_is_ended_where_a_step_fails(run, step):
    steps = Steps(step)
    with pytest.raises(InputError, match=f"{step} fails"):
        run(steps)
    assert ("abort" in steps.done) == (step in ("run", "close"))
    assert step == "open" or steps.done[-1] == "shut"


def test_a_cancelled_job_is_aborted(run):
    steps, report = Steps(), Report()
    report.cancelled = lambda: "run" in steps.done
    with pytest.raises(Cancelled):
        run(steps, report)
    assert steps.done[-2:] == ["abort", "shut"]


OTHERS = {
    "threshold",
    "cloud_mask",
    "find_similar",
    "cluster_image",
    "suggest_labels",
}  # have no network, or a map's job


def test_all_operations_that_predict_are_this_job():
    names = set()
    for name, place in PLACES.items():
        module, _, function = place.partition(":")
        if module.startswith("prediction.") and name not in OTHERS:
            found = getattr(import_module(f"rsdl_qgis.engine.{module}"), function)
            assert "PredictionTask" in found.__qualname__
            names.add(name)
    assert names == {"predict", "predict_series", "detect", "classify_scenes", "embed_image"}
