"""Peak memory of the worker against the raster's size, at defaults.

    python -m benchmarks.memory [--study flood | series] [--full] [SIDE ...]

flood    ``flood-s1s2``, at 4,000, 8,000 and 16,000 px a side unless others are given.
series   ``crops-matogrosso``, two variables of 23 dates, at 1,000 and 4,000 px.

All rasters of a study hold as many blocks of data, the larger ones spread over more ground: the rest is nodata and is
never run; with ``--full`` there is data everywhere. (With fewer blocks in the small ones these would not fill GDAL's
cache, and seem to need less.) The target is under 900 MB for floods, and sizes within 10 % of one another apart
from the strip the mosaic holds, which grows with the width.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .rasters import write_pair, write_series

ROOT = Path(__file__).resolve().parent.parent

MODELS = ROOT / "models"


def flood(folder: Path, side: int, share: float) -> dict[str, Any]:
    """The job that maps a flood in rasters of that side, a share of which holds data."""
    inputs = write_pair(folder, side, share)
    return {"operation": "predict", "arguments": {"model": str(MODELS / "flood-s1s2"), "inputs": inputs}}


def series(folder: Path, side: int, share: float) -> dict[str, Any]:
    """The job that maps crops in series of that side."""
    given = {"layers": write_series(folder, side, share), "layout": "variables", "scale": 1e-4}
    return {"operation": "predict_series", "arguments": {"model": str(MODELS / "crops-matogrosso"), **given}}


STUDIES = {"flood": (flood, (4000, 8000, 16000)), "series": (series, (1000, 4000))}  # the job, and usual sides


def peak(study: str, side: int, full: bool) -> tuple[float, float]:
    """(peak resident memory in MB, the blended strip's MB) of one job."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make, (smallest, *_) = STUDIES[study]
        job = make(folder, side, 1.0 if full else min(1.0, (smallest / side) ** 2))
        job["arguments"] |= {"output": str(folder / "map.tif"), "device": "cpu"}
        (folder / "job.json").write_text(json.dumps(job))
        command = [sys.executable, "-m", "rsdl_qgis.engine", str(folder / "job.json")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as worker:
            events = [json.loads(line) for line in worker.stdout]
            _, status, usage = os.wait4(worker.pid, 0)
            worker.returncode = os.waitstatus_to_exitcode(status)
        if worker.returncode:
            raise SystemExit(events[-1])
        rows = int(next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).split()[4])
        unit = 1 if sys.platform == "darwin" else 1024
        channels = 1 if study == "flood" else len(events[-1]["classes"])
        return usage.ru_maxrss * unit / 1e6, side * rows * (4 * channels + 1) / 1e6  # float32, and the validity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sides", nargs="*", type=int)
    parser.add_argument("--study", choices=STUDIES, default="flood")
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    for side in given.sides or STUDIES[given.study][1]:
        megabytes, strip = peak(given.study, side, given.full)
        rest = f"{megabytes - strip:.0f} MB without the strip's {strip:.0f} MB"
        print(f"{side:6} px: peak {megabytes:.0f} MB, {rest}", flush=True)


if __name__ == "__main__":
    main()
