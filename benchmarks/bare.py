"""What the benchmarks compare: a job of the worker, and a bare loop of ONNX Runtime over as many tiles."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rsdl_qgis.engine.runtime.devices import available_cores

ROOT = Path(__file__).resolve().parent.parent
LOOP = """
import math, sys, time, numpy as np, onnxruntime as ort
from concurrent.futures import ThreadPoolExecutor
model, height, width, batch, count, streams, threads = sys.argv[1], *map(int, sys.argv[2:])
options = ort.SessionOptions()
options.intra_op_num_threads = math.ceil(threads / streams)
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
sessions = [ort.InferenceSession(model, options, providers=["CPUExecutionProvider"]) for _ in range(streams)]
random = np.random.default_rng(0)
feeds = [{i.name: random.random((batch, *i.shape[1:-2], height, width), "float32") for i in sessions[0].get_inputs()}
         for _ in range(2)]
with ThreadPoolExecutor(streams) as pool:
    def loop(which, count):
        for n in range(which, count, streams):
            sessions[which].run(None, feeds[n % 2])
    list(pool.map(loop, range(streams), [2] * streams))
    started = time.perf_counter()
    list(pool.map(loop, range(streams), [math.ceil(count / batch)] * streams))
    print(time.perf_counter() - started)
"""
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as people have it


def timed(command: Sequence[str]) -> tuple[float, float, bytes]:
    """(wall time in s, peak resident memory in MB, standard output) of a program; SystemExit where it fails."""
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=KEPT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stderr
        output = program.stdout.read()
        _, status, usage = os.wait4(program.pid, 0)
        wall = time.perf_counter() - started
        program.returncode = os.waitstatus_to_exitcode(status)
        if program.returncode:
            raise SystemExit((output + program.stderr.read()).decode(errors="replace")[-2000:])
    return wall, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6, output


def job(operation: str, folder: Path, **arguments: Any) -> dict[str, Any]:
    """Run the worker; its result, with the ``wall`` time of the process, its ``peak`` memory in MB, and the plan of
    its tiles: ``height``, ``width``, ``batch``, ``streams``.
    """
    file = folder / "job.json"
    file.write_text(json.dumps({"operation": operation, "arguments": {"device": "cpu", "engine": "card", **arguments}}))
    wall, peak, output = timed([sys.executable, "-m", "rsdl_qgis.engine", str(file)])
    events = [json.loads(line) for line in output.splitlines()]
    plan = next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()
    sizes = {"width": plan[2], "height": plan[4], "batch": plan[-4], "streams": plan[-3]}
    return {**events[-1], "wall": wall, "peak": peak, **{name: int(text.strip(",")) for name, text in sizes.items()}}


def bare(model: Path, result: Mapping[str, Any], streams: int) -> float:
    """Seconds of the bare loop of an ONNX file over as many tiles as a job's, of its size, so many batches at once."""
    numbers = (*(result[key] for key in ("height", "width", "batch", "tiles")), streams, available_cores())
    _, _, output = timed([sys.executable, "-c", LOOP, str(model), *map(str, numbers)])
    return float(output)
