"""How long the provider takes to load, and what it imports: ``python3 benchmarks/provider.py`` with QGIS's Python.

The promise is less than 0.1 s, without torch, onnxruntime, rasterio or numpy. On a busy machine look at the
processor time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "onnxruntime", "rasterio", "numpy")
RUNS = 7

CODE = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from qgis.core import QgsApplication
from qgis.analysis import QgsNativeAlgorithms
application = QgsApplication([], False)
application.initQgis()
native = QgsNativeAlgorithms()
QgsApplication.processingRegistry().addProvider(native)
before = set(sys.modules)
wall, work = time.perf_counter(), time.process_time()
from rsdl_qgis.plugin import Plugin
plugin = Plugin(None)
plugin.initProcessing()
wall, work = time.perf_counter() - wall, time.process_time() - work
print(wall, work, *[name for name in {HEAVY!r} if name in sys.modules and name not in before])
"""


def main() -> None:
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # QGIS keeps what it compiled at the first start
    walls, works, heavy = [], [], set()
    for _ in range(RUNS):
        done = subprocess.run([python, "-c", CODE], env=environment, capture_output=True, text=True, check=True)
        wall, work, *names = done.stdout.strip().splitlines()[-1].split()
        walls.append(float(wall))
        works.append(float(work))
        heavy |= set(names)
    wall, work = statistics.median(walls), statistics.median(works)
    print(f"provider: {wall:.3f} s, {work:.3f} s of the processor (medians of {RUNS}; limit 0.1 s)")
    print(f"heavy libraries imported: {', '.join(sorted(heavy)) or 'none'}")


if __name__ == "__main__":
    main()
