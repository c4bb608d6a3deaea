"""What the layout of results adds to a job: the share of overviews and of the order of blocks in its processor time.

    python -m benchmarks.layout [--side 4000] [--repeats 3]

A map of floods (``flood-s1s2``), alone and with probabilities, two bands of 32-bit floats; the target is 5 % at most.
The steps that a plain GeoTIFF would not have are timed in the job itself: the difference between two jobs would be lost
in their noise.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pkgutil
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any
from unittest.mock import patch

from .memory import flood

WRITER = "rsdl_qgis.engine.raster.writer"
STEPS = {  # what is timed, and by which clock: while rows come other threads are at work
    "overviews": (
        (f"{WRITER}.Means.add", time.thread_time),
        (f"{WRITER}.Means.close", time.thread_time),
        (f"{WRITER}.RasterSink._build_overviews", time.process_time),
        (f"{WRITER}.RasterSink._check_overview", time.thread_time),
    ),
    "order": ((f"{WRITER}.optimise", time.thread_time),),
}


def timed(call: Callable[..., Any], clock: Callable[[], float], spent: dict[str, float], step: str) -> Any:
    """The call, its time added to a step; not what it calls of itself."""
    depth = [0]

    def measured(*arguments: Any, **options: Any) -> Any:
        depth[0] += 1
        started = clock()
        try:
            return call(*arguments, **options)
        finally:
            depth[0] -= 1
            if not depth[0]:
                spent[step] += clock() - started

    return measured


def shares(folder: str, side: int, with_numbers: bool, found: SimpleQueue[dict[str, float]]) -> None:
    """One job, in a process of its own."""
    from rsdl_qgis.engine.feedback import Report
    from rsdl_qgis.engine.jobs import OPERATIONS

    spent = dict.fromkeys(STEPS, 0.0)
    job = flood(Path(folder), side, 1.0)
    job["arguments"] |= {"output": f"{folder}/map.tif", "device": "cpu"}
    if with_numbers:
        job["arguments"]["probabilities"] = f"{folder}/shares.tif"
    for step, calls in STEPS.items():
        for name, clock in calls:
            patch(name, timed(pkgutil.resolve_name(name), clock, spent, step)).start()
    started = time.process_time()
    OPERATIONS[job["operation"]](job["arguments"], Report())
    whole = time.process_time() - started
    found.put({step: seconds / whole for step, seconds in spent.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=4000)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    for with_numbers in (False, True):
        runs: list[dict[str, float]] = []
        for _ in range(given.repeats):
            with tempfile.TemporaryDirectory() as folder:
                found: SimpleQueue[dict[str, float]] = context.SimpleQueue()
                process = context.Process(target=shares, args=(folder, given.side, with_numbers, found))
                process.start()
                process.join()
                if process.exitcode:
                    raise SystemExit("the job failed")
                runs.append(found.get())
        medians = {step: statistics.median(run[step] for run in runs) for step in STEPS}
        both = ", ".join(f"{step} {share:.2%}" for step, share in medians.items())
        print(
            f"{'with probabilities' if with_numbers else 'map alone'}: {both}, sum {sum(medians.values()):.2%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
