"""What a whole job costs beyond its network: wall time of the worker / a bare ONNX Runtime loop over the same tiles.

    python -m benchmarks.overhead [SIDE] [REPEATS]

Both run as processes of their own, in turn; the bare loop has its tiles in memory, already scaled, and its time counts
from the first run to the last. The target is a ratio of at most 1.10 at 6,000 x 6,000 px.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .rasters import write_pair

ROOT = Path(__file__).resolve().parent.parent

MODEL = ROOT / "models" / "flood-s1s2"
BARE = """
import sys, time, numpy as np, onnxruntime as ort
model, height, width, count = sys.argv[1], *map(int, sys.argv[2:])
options = ort.SessionOptions()
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
random = np.random.default_rng(0)
feeds = [{i.name: random.normal(size=(1, *i.shape[1:3], height, width)).astype("float32")
          for i in session.get_inputs()} for _ in range(2)]
session.run(None, feeds[0])
started = time.perf_counter()
for n in range(count):
    session.run(None, feeds[n % 2])
print(time.perf_counter() - started)
"""


def job(folder: Path, inputs: dict) -> dict:
    """Run the worker; its result, with the wall time of the whole process as ``wall``."""
    file = folder / "job.json"
    arguments = {"model": str(MODEL), "inputs": inputs, "output": str(folder / "map.tif"), "device": "cpu"}
    file.write_text(json.dumps({"operation": "predict", "arguments": arguments}))
    started = time.perf_counter()
    command = [sys.executable, "-m", "rsdl_qgis.engine", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    wall = time.perf_counter() - started
    events = [json.loads(line) for line in done.stdout.splitlines()]
    tile = next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()
    return {**events[-1], "wall": wall, "width": int(tile[2]), "height": int(tile[4])}


def bare(result: dict) -> float:
    """Seconds of the bare loop over as many tiles of the same size."""
    sizes = [str(result[key]) for key in ("height", "width", "tiles")]
    command = [sys.executable, "-c", BARE, str(MODEL / "model.onnx"), *sizes]
    return float(subprocess.run(command, capture_output=True, check=True).stdout)


def main() -> None:
    side, repeats = (int(value) for value in (sys.argv[1:] + ["6000", "3"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = write_pair(folder, side)
        ratios = []
        for _ in range(repeats):
            result = job(folder, inputs)
            loop = bare(result)
            ratios.append(result["wall"] / loop)
            seconds = result["timing"]
            print(
                f"{side} px: job {result['wall']:.1f} s, bare loop {loop:.1f} s, ratio {ratios[-1]:.3f}; "
                f"read {seconds['read']:.1f}, run {seconds['run']:.1f}, write {seconds['write']:.1f} s (overlapping)",
                flush=True,
            )
        run = result["tiles"] * result["height"] * result["width"]
        print(f"tiles of {result['width']} x {result['height']} px: pixels run / pixels mapped {run / side**2:.3f}")
        print(f"ratio: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
