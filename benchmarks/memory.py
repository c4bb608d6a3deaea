"""Peak memory of the worker against the raster's size, with ``flood-s1s2`` at its defaults.

    python -m benchmarks.memory [SIDE ...]

All rasters hold as many blocks of data, the larger ones spread over more ground: the rest is nodata and is never run.
(With fewer blocks in the small ones these would not fill GDAL's cache, and seem to need less.) The target is under
900 MB, and sizes within 10 % of one another apart from the strip the mosaic holds, which grows with the width.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .rasters import write_pair

ROOT = Path(__file__).resolve().parent.parent

SMALLEST = 4000  # px: all of it holds data
MODEL = ROOT / "models" / "flood-s1s2"


def peak(side: int) -> tuple[float, float]:
    """(peak resident memory in MB, the blended strip's MB) of one job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = write_pair(folder, side, share=min(1.0, (SMALLEST / side) ** 2))
        arguments = {"model": str(MODEL), "inputs": inputs, "output": str(folder / "map.tif"), "device": "cpu"}
        (folder / "job.json").write_text(json.dumps({"operation": "predict", "arguments": arguments}))
        command = [sys.executable, "-m", "rsdl_qgis.engine", str(folder / "job.json")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            events = [json.loads(line) for line in worker.stdout]
            _, status, usage = os.wait4(worker.pid, 0)
            worker.returncode = os.waitstatus_to_exitcode(status)
        if worker.returncode:
            raise SystemExit(events[-1])
        rows = int(next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()[4])
        unit = 1 if sys.platform == "darwin" else 1024
        return usage.ru_maxrss * unit / 1e6, side * rows * 5 / 1e6  # one float32 channel and the validity


def main() -> None:
    for side in [int(value) for value in sys.argv[1:]] or [4000, 8000, 16000]:
        megabytes, strip = peak(side)
        print(f"{side:6} px: peak {megabytes:.0f} MB, {megabytes - strip:.0f} MB without the strip's {strip:.0f} MB")


if __name__ == "__main__":
    main()
