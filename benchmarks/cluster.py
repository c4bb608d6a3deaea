"""Predictions on a cluster, and what finished blocks cost.

    python -m benchmarks.cluster workers [--side 6000] [--model flood-s2] [--repeats 3]
    python -m benchmarks.cluster kept [--side 8000] [--model flood-s2] [--repeats 3]
    python -m benchmarks.cluster mosaic [--side 60000] [--share 0.01]

workers  the same job on one and on two workers of a ``distributed.LocalCluster``, each a process that has one core to
         itself, as a machine of its own would; one worker with all cores beside them. The client that joins the blocks
         shares these cores, so its processor time is told. Speed-up, and whether all maps have the same bits. Needs
         dask[distributed].
kept     a job whose finished blocks are kept, and the same one without: seconds of processor time, and of the wall
         clock, in turn; the size of the blocks, and of the rows that they share.
mosaic   a sparse mosaic: seconds, of the wall clock and of processor time, and peak memory.

The targets: two workers at least 1.9 times as fast as one; blocks at most 1 % of a job; at most 900 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rasterio

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.files.names import blocks_folder

from .bare import timed
from .rasters import write_pair

ENGINE = """
import sys
from rsdl_qgis.engine.__main__ import leave, main
from rsdl_qgis.engine.prediction import job
{}
leave(main(sys.argv[1:]))
"""
WITHOUT = "job.KEPT = 10**9"
PIXEL = 1e-4  # km² of 10 m x 10 m


def arguments(model: str, folder: Path, side: int, share: float = 1.0) -> dict[str, Any]:
    """The job that maps rasters of Sentinel-1 and 2 with a model."""
    path, card = Store().find(model)
    rasters = write_pair(folder, side, share)
    inputs = {item.name: rasters[item.name.split("_")[0]][: len(item.dates)] for item in card.inputs}
    return {"model": str(path), "inputs": inputs, "device": "cpu"}


def run(job: dict[str, Any], change: str = "pass") -> tuple[float, float, dict[str, Any]]:
    """(wall time in s, peak memory in MB, result) of a job in a process of its own."""
    file = Path(job["output"]).with_suffix(".json")
    file.write_text(json.dumps({"operation": "predict", "arguments": job}))
    wall, peak, output = timed([sys.executable, "-c", ENGINE.format(change), str(file)])
    return wall, peak, json.loads(output.splitlines()[-1])


def digest(path: str) -> str:
    """The SHA-256 of a map's pixels."""
    found = hashlib.sha256()
    with rasterio.open(path) as raster:
        for _, window in raster.block_windows(1):
            found.update(raster.read(1, window=window).tobytes())
    return found.hexdigest()


def workers(options: argparse.Namespace, folder: Path) -> None:
    """One worker with all cores, one and two with a core each, in turn."""
    from distributed import LocalCluster

    job = {**arguments(options.model, folder, options.side), "output": str(folder / "map.tif")}
    walls: dict[str, list[float]] = {}
    maps: set[str] = set()
    client: list[float] = []
    for _ in range(options.repeats):
        for name, count, pinned in (("all cores", 1, False), ("one worker", 1, True), ("two workers", 2, True)):
            with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=":0") as cluster:
                if pinned:
                    pin(cluster)
                before = processor_seconds()
                wall, _, result = run({**job, "scheduler": cluster.scheduler_address})
                client.append(processor_seconds() - before)
            walls.setdefault(name, []).append(wall)
            maps.add(digest(result["output"]))
    for name, times in walls.items():
        print(f"{name:12} {statistics.median(times):7.1f} s  ({min(times):.1f} to {max(times):.1f})")
    one, two = (statistics.median(walls[name]) for name in ("one worker", "two workers"))
    print(f"the client: {statistics.median(client):.1f} s of processor time")
    print(f"two workers are {one / two:.2f} times as fast as one; maps of {len(maps)} kind(s)")


def pin(cluster: Any) -> None:
    """Give each worker of a cluster a core of its own."""
    cores = sorted(os.sched_getaffinity(0))
    with cluster.get_client() as client:
        for core, address in zip(cores, client.scheduler_info()["workers"]):
            client.run(keep_to, core, workers=[address])


def keep_to(core: int) -> None:
    """Keep this process, all of its threads, to one core."""
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})


def kept(options: argparse.Namespace, folder: Path) -> None:
    """With and without finished blocks, in turn."""
    job = {**arguments(options.model, folder, options.side), "output": str(folder / "map.tif")}
    times: dict[str, list[tuple[float, float, float]]] = {"kept": [], "not kept": []}
    sizes: list[int] = []
    for _ in range(options.repeats):
        for name, change in (("kept", "pass"), ("not kept", WITHOUT)):
            before = processor_seconds()
            with Largest(blocks_folder(job["output"]), sizes.append):
                wall, _, result = run(job, change)
            times[name].append((processor_seconds() - before, wall, result["timing"]["write"]))
    for name, found in times.items():
        processor, wall, write = (statistics.median(column) for column in zip(*found))
        print(f"{name:9} {processor:6.1f} s of processor time, {wall:6.1f} s, {write:5.2f} s collecting and writing")
    ratios = sorted(one[0] / other[0] - 1 for one, other in zip(*times.values()))
    print(f"{statistics.median(ratios):+.1%} of processor time ({ratios[0]:+.1%} to {ratios[-1]:+.1%})")
    print(f"blocks of {max(sizes) / 1e6:.0f} MB at most, {options.side**2 / 1e6:.0f} Mpx")


def mosaic(options: argparse.Namespace, folder: Path) -> None:
    """A mosaic of which a share holds data."""
    job = {**arguments(options.model, folder, options.side, options.share), "output": str(folder / "map.tif")}
    before = processor_seconds()
    wall, peak, result = run(job)
    used, area = processor_seconds() - before, options.side**2 * PIXEL
    print(f"{options.side} px square, {options.share:g} of it data: {wall:.0f} s, {used:.0f} s of processor time")
    print(f"peak {peak:.0f} MB, {result['tiles']} tiles run; {area:.0f} km², {1e3 * used / area:.2f} s for 1,000 km²")


class Largest:
    """Tells the largest size in bytes that a folder has while it is watched."""

    def __init__(self, folder: Path, tell: Callable[[int], object]):
        self._folder, self._tell, self._ended = folder, tell, threading.Event()

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        most = 0
        while not self._ended.wait(0.2):
            try:
                most = max(most, sum(file.stat().st_size for file in self._folder.iterdir()))
            except OSError:  # it is not there, or a file of it is not any more
                continue
        self._tell(most)


def processor_seconds() -> float:
    """Of all processes that have ended so far."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


STUDIES = {"workers": (workers, 6000), "kept": (kept, 8000), "mosaic": (mosaic, 60_000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--side", type=int)
    parser.add_argument("--model", default="flood-s2")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    study, side = STUDIES[options.study]
    options.side = options.side or side
    with tempfile.TemporaryDirectory() as folder:
        study(options, Path(folder))


if __name__ == "__main__":
    main()
