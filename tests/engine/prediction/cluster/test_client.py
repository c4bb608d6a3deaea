"""Predictions on a cluster: the same bits as on one machine, whatever workers do, or a sentence."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
from dataclasses import replace

import pytest

from rsdl_qgis.engine.cards.card import Input, ModelCard
from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import Cancelled, InputError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.blocks import pieces
from rsdl_qgis.engine.prediction.cluster import client as client_module
from rsdl_qgis.engine.prediction.cluster import connection
from rsdl_qgis.engine.prediction.cluster.client import NoWorkers
from rsdl_qgis.engine.prediction.cluster.connection import PackageMissing
from rsdl_qgis.engine.runtime.choice.record import Choice, keep
from rsdl_qgis.engine.training.model import write_model

from ..blocks.operations import BANDS, CLASSES, TILES, Said, blocks_in, case_of, contents

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own, of processes that end
NAMES = ("classes", "numbers", "objects", "scenes", "series")


@pytest.fixture(scope="module")
def cluster():
    """Two workers, each a process."""
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as made:
        yield made


@pytest.fixture
def case(tmp_path, make_raster, monkeypatch, request):
    """The job of an operation in small blocks, for workers too, whose environment says how small."""

    def make(cluster, name="classes"):
        made = case_of(name, tmp_path, make_raster)
        monkeypatch.setattr(pieces, "BLOCK", made.pixels)
        on_workers(cluster, set_block, made.pixels)
        whole = contents(made.run(made.arguments, Said()))
        return replace(made, arguments={**made.arguments, "scheduler": cluster.scheduler_address}), whole

    return make


def on_workers(cluster, function, *arguments):
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        return client.run(function, *arguments)


def set_block(pixels):
    from rsdl_qgis.engine.prediction.blocks import pieces

    pieces.BLOCK = pixels


def slowed(seconds):
    """Workers wait before each block."""
    from rsdl_qgis.engine.prediction.cluster import worker

    worker._made = worker.__dict__.setdefault("_quick", worker._made)
    if seconds:
        quick = worker._made

        def slow(prediction, number):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                worker._report.check()
                time.sleep(0.02)
            return quick(prediction, number)

        worker._made = slow


@pytest.mark.parametrize("name", NAMES)
def test_two_workers_give_the_bits_of_one_machine(cluster, case, name):
    made, whole = case(cluster, name)
    report = Said()
    assert contents(made.run(made.arguments, report)) == whole
    assert blocks_in(made) is None and "Worker tcp" not in report.text


def test_a_cluster_goes_on_where_one_machine_stopped_and_the_other_way_round(cluster, case):
    made, whole = case(cluster)
    here = {**made.arguments, "scheduler": None}
    for first, then in ((here, made.arguments), (made.arguments, here)):
        with pytest.raises(Cancelled):
            made.run(first, Said(lambda: len(blocks_in(made) or ()) > 1))
        report, left = Said(), len(blocks_in(made))
        assert contents(made.run(then, report)) == whole and f"resumes: {left} of " in report.text


def test_workers_stop_soon_after_a_cancel(cluster, case):
    made, _ = case(cluster)
    on_workers(cluster, slowed, 60)
    try:
        moments = []

        def cancelled():
            if not moments and any(cluster_tasks(cluster)):
                moments.append(time.monotonic() + 0.5)
            return bool(moments) and time.monotonic() > moments[0]

        with pytest.raises(Cancelled):
            made.run(made.arguments, Said(cancelled))
        assert time.monotonic() - moments[0] < 10  # seconds on a machine that others use, too; 60 without a word
        end = time.monotonic() + 20
        while any(on_workers(cluster, is_busy).values()) and time.monotonic() < end:
            time.sleep(0.1)
        assert not any(on_workers(cluster, is_busy).values())
    finally:
        on_workers(cluster, slowed, 0)


def is_busy():
    from rsdl_qgis.engine.prediction.cluster import worker

    return worker._one_at_a_time.locked()


def cluster_tasks(cluster):
    return [state.processing for state in cluster.scheduler.workers.values() if state.processing]


def test_a_worker_that_is_killed_is_done_without(case):
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as cluster:
        made, whole = case(cluster)
        on_workers(cluster, slowed, 0.3)
        victims = []

        def kill():
            end = time.monotonic() + 60
            while len(blocks_in(made) or ()) < 2 and time.monotonic() < end:
                time.sleep(0.02)
            victims.append(next(iter(cluster.workers.values())).pid)
            os.kill(victims[0], signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        report = Said()
        result = made.run(made.arguments, report)
        killer.join()
        assert victims and contents(result) == whole
        assert re.search(r"Worker tcp://\S+ ended while it made block \d+", report.text)


def test_an_idle_worker_makes_the_block_that_another_is_slow_with(cluster, case, monkeypatch):
    made, whole = case(cluster)
    monkeypatch.setattr(client_module, "LEAST", 0.5)
    first = next(iter(cluster.scheduler.workers))
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.run(slowed, 60, workers=[first])
        try:
            started = time.monotonic()
            assert contents(made.run(made.arguments, Said())) == whole
            assert time.monotonic() - started < 55
        finally:
            client.run(slowed, 0, workers=[first])


@pytest.mark.parametrize("what", ["version", "file", "folder", "model"])
def test_a_worker_that_does_not_fit_is_not_used_and_told_of(cluster, case, what):
    made, whole = case(cluster)
    first, second = cluster.scheduler.workers
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        client.run(unfit, what, workers=[first])
        try:
            report = Said()
            assert contents(made.run(made.arguments, report)) == whole
            said = {"version": "has version 0.1 of rsdl_qgis", "file": "It cannot read", "folder": "does not see the",
                    "model": "another model of the name 'm'"}  # fmt: skip
            assert re.search(rf"Worker {first} is not used. .*{said[what]}", report.text)
            client.run(unfit, what, workers=[second])
            with pytest.raises(NoWorkers, match=said[what]):
                made.run(made.arguments, Said())
            assert blocks_in(made) is None
        finally:
            client.run(unfit, "")


def unfit(what):
    """A worker of another version, or that does not see what it needs."""
    from pathlib import Path

    from rsdl_qgis.engine.prediction import job
    from rsdl_qgis.engine.prediction.cluster import worker
    from rsdl_qgis.paths import plugin_version

    worker.plugin_version = (lambda: "0.1") if what == "version" else plugin_version
    hidden = {"file": "image.tif", "folder": "asked.txt"}.get(what)

    class Blind(type(Path())):
        def stat(self, **options):
            if self.name == hidden:
                raise FileNotFoundError(2, "No such file or directory")
            return super().stat(**options)

    worker.Path, worker.ASKED = Blind, "asked.txt" if what != "folder" else "not-shared.txt"
    job.opened = job.__dict__.setdefault("_opened_model", job.opened)
    if what == "model":
        from contextlib import contextmanager
        from dataclasses import replace

        found = job.opened

        @contextmanager
        def other(model):
            with found(model) as (path, card):
                yield path, replace(card, sha256={"model.onnx": "0" * 64})

        job.opened = other


def test_what_fails_on_every_worker_is_what_the_job_says(cluster, case):
    made, _ = case(cluster)
    on_workers(cluster, damaged, True)
    try:
        with pytest.raises(InputError, match="The raster is damaged") as caught:
            made.run(made.arguments, Said())
        assert caught.value.hint.startswith("Repair it.")
    finally:
        on_workers(cluster, damaged, False)


def damaged(is_so):
    from rsdl_qgis.engine.errors import InputError
    from rsdl_qgis.engine.prediction.cluster import worker

    quick = worker.__dict__.setdefault("_quick", worker._made)

    def fails(prediction, number):
        if number == 2:
            raise InputError("The raster is damaged.", "Repair it.")
        return quick(prediction, number)

    worker._made = fails if is_so else quick


def test_a_block_that_does_not_arrive_is_made_again(cluster, case, monkeypatch):
    made, whole = case(cluster)
    monkeypatch.setattr(client_module, "SETTLING", 0.5)
    on_workers(cluster, forgetful, True)
    try:
        assert contents(made.run(made.arguments, Said())) == whole
    finally:
        on_workers(cluster, forgetful, False)


def forgetful(is_so):
    """The first time that a worker makes block 1 its file is lost."""
    from rsdl_qgis.engine.prediction.cluster import worker

    quick, lost = worker.__dict__.setdefault("_quick", worker._made), []

    def loses(prediction, number):
        seconds = quick(prediction, number)
        if number == 1 and not lost:
            lost.append(prediction.folder.file(number).unlink())
        return seconds

    worker._made = loses if is_so else quick


def test_a_scheduler_that_does_not_answer_or_has_no_workers(case, cluster, monkeypatch):
    made, _ = case(cluster)
    monkeypatch.setattr(connection, "CONNECTING", 1)
    with pytest.raises(InputError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        made.run({**made.arguments, "scheduler": "tcp://127.0.0.1:9"}, Said())
    monkeypatch.setattr(client_module, "ALONE", 1)
    with distributed.LocalCluster(1, threads_per_worker=1, dashboard_address=":0") as empty:
        empty.scale(0)
        while empty.scheduler.workers:
            time.sleep(0.05)
        with pytest.raises(NoWorkers, match="no worker for 1 s"):
            made.run({**made.arguments, "scheduler": empty.scheduler_address}, Said())
    with pytest.raises(InputError, match=r"SCHEDULER cannot be 'here'\. Give the address of a Dask scheduler"):
        made.run({**made.arguments, "scheduler": "here"}, Said())


def test_without_dask_the_job_says_what_to_install(case, cluster, monkeypatch):
    made, _ = case(cluster)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PackageMissing, match=r"needs the package dask\[distributed\]") as caught:
        made.run(made.arguments, Said())
    assert caught.value.kind == "environment_error"


def test_a_scheduler_file_is_as_good_as_an_address(cluster, case, tmp_path):
    made, whole = case(cluster)
    (tmp_path / "scheduler.json").write_text(json.dumps(cluster.scheduler.identity()))
    assert contents(made.run({**made.arguments, "scheduler": str(tmp_path / "scheduler.json")}, Said())) == whole


def test_all_workers_run_the_engine_that_the_client_has_settled(cluster, case, tmp_path):
    made, _ = case(cluster)
    folder = two_engines(tmp_path)
    arguments = {**made.arguments, "model": str(folder), "device": "auto"}
    _, card = Store().find(str(folder))
    keep(folder, card, "auto", Choice("torch", "cpu", "it was the fastest"))
    on_workers(cluster, heard)
    whole = contents(made.run({**arguments, "scheduler": None}, Said()))
    assert contents(made.run(arguments, Said())) == whole
    assert all(found == [("torch", "cpu")] for found in on_workers(cluster, heard).values())
    assert contents(made.run({**arguments, "engine": "card"}, Said())) != whole
    assert all(found == [("onnx", "cpu")] for found in on_workers(cluster, heard).values())


def two_engines(folder):
    """A model with both files."""
    network = build_network("unet", {"image": (1, 2)}, 3, widths=(4, 8)).eval()
    card = ModelCard("m", "M", (Input("image", BANDS),), CLASSES, "segmentation", "x", tiling=TILES)
    write_model(network, replace(card, network="unet", options={"widths": [4, 8]}), folder / "model", lambda *_: "onnx")
    return folder / "model"


def heard():
    """The engines and devices of the networks that a worker has opened since it was last asked."""
    from functools import partial

    from rsdl_qgis.engine.prediction.cluster import worker
    from rsdl_qgis.engine.runtime.sessions import ENGINES

    usual = worker.__dict__.setdefault("_engines", dict(ENGINES))
    found, worker._heard = worker.__dict__.get("_heard", []), []

    def telling(name, card, source, device, *rest):
        worker._heard.append((name, device))
        return usual[name](card, source, device, *rest)

    ENGINES.update({name: partial(telling, name) for name in usual})
    return found


def test_a_device_that_no_worker_has_is_told(cluster, case):
    made, _ = case(cluster)
    with pytest.raises(NoWorkers, match="Device 'cuda' is not available here"):
        made.run({**made.arguments, "device": "cuda"}, Said())
