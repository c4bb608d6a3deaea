"""What a whole job costs beyond its network: wall time of the worker / a bare ONNX Runtime loop over the same tiles.

    python -m benchmarks.overhead [--side 6000] [--repeats 3] [--published]

Both run as processes of their own, in turn; the bare loop has its tiles in memory, already scaled, and its time counts
from the first run to the last. The target is a ratio of at most 1.10 at 6,000 x 6,000 px. The loop runs one tile after
another on all cores; a second one runs as many at once as the job does, each on its share of the cores, so that what
that gains can be told from what the job costs. ``--published`` takes
OmbriaNet at full resolution, as published, with random weights, in place of ``flood-s1s2``, which costs a quarter.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rsdl_qgis.engine.cards.card import Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime.sessions import available_cores
from rsdl_qgis.engine.training.model import write_model

from .rasters import write_pair

ROOT = Path(__file__).resolve().parent.parent

MODEL = ROOT / "models" / "flood-s1s2"
BARE = """
import math, sys, time, numpy as np, onnxruntime as ort
from concurrent.futures import ThreadPoolExecutor
model, height, width, count, streams, threads = sys.argv[1], *map(int, sys.argv[2:])
options = ort.SessionOptions()
options.intra_op_num_threads = math.ceil(threads / streams)
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
sessions = [ort.InferenceSession(model, options, providers=["CPUExecutionProvider"]) for _ in range(streams)]
random = np.random.default_rng(0)
feeds = [{i.name: random.normal(size=(1, *i.shape[1:3], height, width)).astype("float32")
          for i in sessions[0].get_inputs()} for _ in range(2)]
with ThreadPoolExecutor(streams) as pool:
    def loop(which, count):
        for n in range(which, count, streams):
            sessions[which].run(None, feeds[n % 2])
    list(pool.map(loop, range(streams), [2] * streams))
    started = time.perf_counter()
    list(pool.map(loop, range(streams), [count] * streams))
    print(time.perf_counter() - started)
"""


def published(folder: Path) -> Path:
    """A model of OmbriaNet without the half-resolution stem, its weights random."""
    card = replace(read_card(MODEL), name="published", options={"widths": [16, 32, 64, 128, 256]})
    card = replace(card, tiling=Tiling(memory=1200, multiple=16), sha256={})
    write_model(build_network(card.network, {i.name: i.shape for i in card.inputs}, 2, **card.options), card, folder)
    return folder


def job(model: Path, folder: Path, inputs: dict) -> dict:
    """Run the worker; its result, with the wall time of the whole process as ``wall``."""
    file = folder / "job.json"
    arguments = {"model": str(model), "inputs": inputs, "output": str(folder / "map.tif"), "device": "cpu"}
    file.write_text(json.dumps({"operation": "predict", "arguments": arguments}))
    started = time.perf_counter()
    command = [sys.executable, "-m", "rsdl_qgis.engine", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    wall = time.perf_counter() - started
    events = [json.loads(line) for line in done.stdout.splitlines()]
    tile = next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()
    return {**events[-1], "wall": wall, "width": int(tile[2]), "height": int(tile[4]), "streams": int(tile[-3])}


def bare(model: Path, result: dict, streams: int) -> float:
    """Seconds of the bare loop of an ONNX file over as many tiles of the same size, so many at once."""
    numbers = (*(result[key] for key in ("height", "width", "tiles")), streams, available_cores())
    command = [sys.executable, "-c", BARE, str(model), *map(str, numbers)]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--published", action="store_true")
    arguments = parser.parse_args()
    side = arguments.side
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = write_pair(folder, side)
        model = published(folder / "published") if arguments.published else MODEL
        ratios, others = [], []
        for _ in range(arguments.repeats):
            result = job(model, folder, inputs)
            loop, at_once = (bare(model / "model.onnx", result, n) for n in (1, result["streams"]))
            ratios.append(result["wall"] / loop)
            others.append(result["wall"] / at_once)
            seconds = result["timing"]
            print(
                f"{side} px: job {result['wall']:.1f} s, bare loop {loop:.1f} s, ratio {ratios[-1]:.3f} "
                f"({result['streams']} at once {at_once:.1f} s, {others[-1]:.3f}); "
                f"read {seconds['read']:.1f}, run {seconds['run']:.1f}, write {seconds['write']:.1f} s (overlapping)",
                flush=True,
            )
        run = result["tiles"] * result["height"] * result["width"]
        print(f"tiles of {result['width']} x {result['height']} px: pixels run / pixels mapped {run / side**2:.3f}")
        for name, found in (("a loop of one tile after another", ratios), ("a loop of as many at once", others)):
            print(f"job / {name}: median {statistics.median(found):.3f}, {min(found):.3f} to {max(found):.3f}")


if __name__ == "__main__":
    main()
