"""Engines tried side by side on a job's own tiles: ``python -m rsdl_qgis.engine.runtime.choice.trial FOLDER``.

It is a process of its own: an engine that crashes, hangs or takes all memory ends the trial, not the job, and what was
loaded for it goes with it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess  # nosec B404: this Python runs this module
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.card import ModelCard
from ...cards.stac_mlm import from_item, to_item
from ...feedback import Report
from ..network import Arrays, Network
from ..sessions import ENGINES
from .agreement import agreement

PLAN, RESULT = "trial.json", "result.json"
Open = Callable[["Way"], Network]


@dataclass(frozen=True)
class Way:
    """A way to run a model: a key of ``sessions.ENGINES``, the file that it runs, and the device."""

    engine: str
    source: Path
    device: str


@dataclass(frozen=True)
class Tried:
    """What was found of a way: seconds a batch; the agreement with the first way, 0 to 1; or why it cannot be used."""

    engine: str
    device: str
    seconds: float = 0.0
    agreement: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Trial:
    """What is tried: the usual way first. ``threads`` are divided among ``streams`` calls at once, as in the job."""

    card: ModelCard
    ways: Sequence[Way]
    threads: int
    streams: int


def compared(
    trial: Trial, batches: Sequence[Arrays], opened: Open, clock: Callable[[], float] = time.perf_counter
) -> list[Tried]:
    """Run each way on each batch, in turn so that other load slows all alike; the first batch is a warm-up.

    The seconds of a batch are those of ``streams`` calls at once, over their number.
    """
    networks: dict[Way, Network] = {}
    problems: dict[Way, str] = {}
    times: dict[Way, list[float]] = {way: [] for way in trial.ways}
    agreed: dict[Way, list[float]] = {way: [] for way in trial.ways}
    with ThreadPoolExecutor(trial.streams) as pool:
        for batch in batches:
            expected: Sequence[NDArray] | None = None
            for way in trial.ways:
                if way in problems:
                    continue
                try:
                    if way not in networks:
                        networks[way] = opened(way)
                    began = clock()
                    calls = [pool.submit(networks[way], batch) for _ in range(trial.streams)]
                    answers = [call.result() for call in calls]
                    times[way].append((clock() - began) / trial.streams)
                except Exception as error:  # of any library: the way is left out
                    problems[way] = f"{type(error).__name__}: {error}".splitlines()[0]
                    networks.pop(way, None)
                    continue
                expected = answers[0] if expected is None else expected
                agreed[way].append(agreement(trial.card, expected, answers[0]))
    return [
        Tried(way.engine, way.device, problem=problems[way])
        if way in problems
        else Tried(way.engine, way.device, statistics.median(times[way][1:]), min(agreed[way]))
        for way in trial.ways
    ]


def tried(trial: Trial, batches: Sequence[Arrays], limit: float, report: Report) -> list[Tried] | None:
    """``compared`` in a process of its own; None where that ended without a result, or took over ``limit`` seconds.

    Raises Cancelled.
    """
    with tempfile.TemporaryDirectory(prefix="rsdl-engines-") as name:
        folder = Path(name)
        plan = {
            "card": to_item(trial.card),
            "ways": [{**asdict(way), "source": str(way.source)} for way in trial.ways],
            "threads": trial.threads,
            "streams": trial.streams,
            "batches": len(batches),
        }
        (folder / PLAN).write_text(json.dumps(plan), encoding="utf-8")
        for i, batch in enumerate(batches):
            np.savez(_batch(folder, i), allow_pickle=False, **batch)
        _run(folder, limit, report)
        try:
            found = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return [Tried(**item) for item in found]


def _run(folder: Path, limit: float, report: Report) -> None:
    package = str(Path(__file__).parents[4])
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", __name__, str(folder)]
    with subprocess.Popen(  # nosec B603: no shell, and no argument but a folder of ours
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows
    ) as process:
        ends = time.monotonic() + limit
        try:
            while process.poll() is None and time.monotonic() < ends:
                report.check()
                time.sleep(0.05)
        finally:
            process.kill()


def _batch(folder: Path, index: int) -> Path:
    return folder / f"batch-{index}.npz"


def main(folder: Path) -> None:
    """The trial that a folder describes; its result is written into the folder."""
    plan: Mapping[str, Any] = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    ways = [Way(item["engine"], Path(item["source"]), item["device"]) for item in plan["ways"]]
    trial = Trial(from_item(plan["card"]), ways, plan["threads"], plan["streams"])
    batches = []
    for i in range(plan["batches"]):
        with np.load(_batch(folder, i)) as stored:
            batches.append(dict(stored))

    def opened(way: Way) -> Network:
        return ENGINES[way.engine](trial.card, way.source, way.device, trial.threads, trial.streams)

    found = compared(trial, batches, opened)
    part = folder / f"{RESULT}.part"
    part.write_text(json.dumps([asdict(item) for item in found]), encoding="utf-8")
    part.replace(folder / RESULT)


def _with_the_job() -> None:
    """End when the job does, whose end of standard input closes."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_with_the_job, daemon=True).start()
    main(Path(sys.argv[1]))
