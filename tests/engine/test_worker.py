"""The worker as a process: jobs in, events out; cancelled, killed or left alone it leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from rsdl_qgis.engine.cards.card import Tiling
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.paths import plugin_version

ROOT = Path(__file__).resolve().parents[2]


class Slow(nn.Module):
    """A threshold that first convolves a lot."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(2, 64, 5, padding=2), *(nn.Conv2d(64, 64, 5, padding=2) for _ in range(6)))
        self.head = nn.Conv2d(64, 2, 1)

    def forward(self, image):
        return self.head(self.body(image[:, 0]))


@pytest.fixture(scope="module")
def slow_model(tmp_path_factory, card):
    from dataclasses import replace

    path = tmp_path_factory.mktemp("slow") / "slow.onnx"
    export_onnx(Slow(), replace(card, tiling=Tiling(size=128, multiple=8, memory=20_000)), path)
    return path


def start(*arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "rsdl_qgis.engine", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def job(model, image, output, **changes) -> str:
    arguments = {"model": str(model), "inputs": {"image": [{"path": str(image)}]}, "output": str(output), "threads": 1}
    return json.dumps({"version": plugin_version(), "operation": "predict", "arguments": arguments, **changes})


def events(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def image(make_raster):
    return make_raster(np.random.default_rng(0).integers(0, 255, (2, 60, 60)).astype("uint8"))


@pytest.fixture
def large(make_raster):
    return make_raster(np.random.default_rng(0).integers(0, 255, (2, 2000, 2000)).astype("uint8"), "large.tif")


def test_a_job_on_standard_input(model, image, tmp_path):
    with start() as worker:
        worker.stdin.write(job(model, image, tmp_path / "map.tif") + "\n")
        worker.stdin.flush()
        seen = events(worker.stdout.read())
        assert worker.wait() == 0
    kinds = [e["event"] for e in seen]
    assert kinds[0] == "hello" and kinds[-1] == "result" and {"progress", "log"} <= set(kinds)
    assert seen[0]["version"] == plugin_version()
    assert seen[-1]["output"] == str(tmp_path / "map.tif") and (tmp_path / "map.tif").exists()


def test_a_job_in_a_file(model, image, tmp_path):
    (tmp_path / "job.json").write_text(job(model, image, tmp_path / "map.tif"))
    with start(str(tmp_path / "job.json")) as worker:
        out, _ = worker.communicate()
        assert worker.returncode == 0 and events(out)[-1]["event"] == "result"


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("not json", "input_error", "not a job"),
        ('{"operation": "predict"}', "input_error", "not a job"),
        ('{"operation": "fly", "arguments": {}}', "input_error", "no operation 'fly'"),
        ('{"operation": "predict", "arguments": {"model": "x"}}', "input_error", "does not say 'output'"),
        ('{"version": "0.0.1", "operation": "describe", "arguments": {}}', "version_mismatch", "0.0.1"),
    ],
)
def test_what_is_no_job_is_said(tmp_path, text, kind, words):
    (tmp_path / "job.json").write_text(text)
    with start(str(tmp_path / "job.json")) as worker:
        out, err = worker.communicate()
    last = events(out)[-1]
    assert worker.returncode == 1 and last["event"] == "error" and last["kind"] == kind and words in last["message"]
    assert "Traceback" not in err


def started_large(slow_model, large, folder) -> subprocess.Popen:
    worker = start()
    worker.stdin.write(job(slow_model, large, folder / "map.tif") + "\n")
    worker.stdin.flush()
    for line in worker.stdout:
        if json.loads(line).get("message", "").startswith("tile"):
            return worker
    raise AssertionError(worker.stderr.read())


def test_closing_standard_input_cancels_and_cleans_up(slow_model, large, tmp_path):
    """Which is also what happens when QGIS is gone."""
    folder = tmp_path / "out"
    folder.mkdir()
    with started_large(slow_model, large, folder) as worker:
        assert any(folder.iterdir())  # it writes beside the target
        worker.stdin.close()
        out = worker.stdout.read()
        assert worker.wait(timeout=30) == 3
        assert events(out)[-1]["kind"] == "cancelled"
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_it_leaves_no_output_but_only_files_that_name_it(slow_model, large, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    with started_large(slow_model, large, folder) as worker:
        worker.kill()
        worker.wait()
    assert not (folder / "map.tif").exists()
    left = {path.name: path for path in folder.iterdir()}
    assert str(worker.pid) in left.pop(".map.tif.lock").read_text()
    assert left and all(f".{worker.pid}.part" in name for name in left)


def run_operation(folder: Path, body: str) -> subprocess.CompletedProcess:
    """The worker with an operation 'test' whose body is an expression."""
    code = (
        "import os, sys; from rsdl_qgis.engine.job import arguments; from rsdl_qgis.engine import jobs, __main__ as m;"
        f"jobs.OPERATIONS['test'] = lambda a, r: {body}; arguments.OPERATIONS['test'] = {{}};"
        "sys.exit(m.main([sys.argv[1]]))"
    )
    (folder / "job.json").write_text('{"operation": "test", "arguments": {}}')
    command = [sys.executable, "-c", code, str(folder / "job.json")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_libraries_print_does_not_mix_with_events(tmp_path):
    done = run_operation(tmp_path, "(print('hello'), os.write(1, b'native\\n'), {})[2]")
    assert [e["event"] for e in events(done.stdout)] == ["hello", "result"]
    assert "hello" in done.stderr and "native" in done.stderr


def test_an_unexpected_fault_is_one_sentence_with_the_trace_on_stderr(tmp_path):
    done = run_operation(tmp_path, "1 / 0")
    last = events(done.stdout)[-1]
    assert done.returncode == 1 and last["kind"] == "internal_error" and "ZeroDivisionError" in last["message"]
    assert "Traceback" in done.stderr


def test_a_python_without_the_libraries_is_named(tmp_path):
    done = run_operation(tmp_path, "__import__('no_such_library')")
    last = events(done.stdout)[-1]
    assert done.returncode == 1 and last["kind"] == "environment_error" and sys.executable in last["message"]
    assert "no_such_library" in last["message"] and "requirements" in last["hint"] and "Traceback" not in done.stderr


def test_the_engine_needs_no_torch_to_predict(model, image, tmp_path):
    """Torch takes seconds to load; a job that ONNX Runtime does must not wait for it."""
    code = (
        "import sys, json; from rsdl_qgis.engine import __main__ as m; status = m.main([sys.argv[1]]);"
        "sys.exit(status or ('torch' in sys.modules and 9))"
    )
    (tmp_path / "job.json").write_text(job(model, image, tmp_path / "map.tif"))
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "job.json")], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_a_reader_that_is_gone_cancels(slow_model, large, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    worker = started_large(slow_model, large, folder)
    worker.stdout.close()
    deadline = time.monotonic() + 30
    while worker.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert worker.returncode is not None
    worker.stdin.close()
    worker.stderr.close()
    assert not os.listdir(folder)


@pytest.mark.parametrize(
    ("given", "spins"),
    [({}, "10000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "active"}, None)],
)
def test_its_threads_do_not_wait_busily_unless_that_is_wanted(given, spins):
    code = (
        "import os, sys; from rsdl_qgis.engine import __main__ as m; m.main(['nothing.json']);"
        "assert 'torch' not in sys.modules; print(os.environ.get('GOMP_SPINCOUNT'), file=sys.stderr)"
    )
    env = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**env, **given}, capture_output=True, text=True)
    assert done.stderr.split()[-1] == str(spins), done.stderr
