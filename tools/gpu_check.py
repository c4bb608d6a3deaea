"""Check that a GPU gives what the CPU gives, and how fast: ``python -m tools.gpu_check [--table FILE]``.

Every engine runs a model of every task on the CPU and on the GPU: the classes must agree for 99.9 % at least, in half
precision too. Batches that the GPU's memory does not hold are halved, trainings run with mixed precision and resume,
and a whole job is compared with its network alone. Takes at most 8 minutes on a GPU. Without one the same runs on the
CPU, on a smaller raster, and what needs a GPU is told. Exit status: 0 all passed on a GPU, 1 something failed or was
not reached in time, 2 no GPU, all else passed. Runs in the worker's Python.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rasters import write_pair
from rsdl_qgis.engine.cards.card import Band, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import Cancelled, RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime.choice.agreement import agreement
from rsdl_qgis.engine.runtime.choice.settle import AGREED
from rsdl_qgis.engine.runtime.choice.trial import Trial, Way, compared
from rsdl_qgis.engine.runtime.devices import available_cores, check_torch_device, describe_device, has_bf16, providers
from rsdl_qgis.engine.runtime.network import Arrays, Network, OutOfMemory
from rsdl_qgis.engine.runtime.sessions import BF16, ENGINES, choose_engine, open_network, open_runtime
from rsdl_qgis.engine.tables.tasks import TASKS, task_of
from rsdl_qgis.engine.training.model import write_model
from rsdl_qgis.engine.training.train import run_train

ROOT = Path(__file__).parent.parent
MODELS = {  # task -> the model that stands for it; the numbers are those of a network with random weights
    "segmentation": "flood-s2",
    "change": "change-landsat",
    "classification": "scenes-ucmerced",
    "time-series": "crops-matogrosso",
    "detection": "planes",
}
SERIES = 1024  # in a batch
TILE = 512  # pixels per side, where the network takes any
BATCHES = 4  # that every way runs, the first to warm up
LARGE = 32  # images of a batch that is to be halved
MINUTES = 8.0
SIDES = {"cpu": 1024, "cuda": 6000}  # of the raster of a whole job
EPOCHS = 3
NO_GPU = "no GPU"


@dataclass(frozen=True)
class Row:
    """One line of the table. ``passed``: None where it could not be tried, or nothing depends on it."""

    check: str
    what: str
    figures: str
    passed: bool | None


@dataclass(frozen=True)
class Place:
    """Where it runs: ``device``, 'cpu' where there is no GPU; ``folder`` for files; ``side`` of the raster."""

    device: str
    folder: Path
    side: int

    @property
    def has_gpu(self) -> bool:
        return self.device != "cpu"


Check = Callable[[Place], Iterator[Row]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda:0", help="the GPU, or cpu (default: cuda:0, the CPU where it is not)")
    parser.add_argument("--table", type=Path, help="write the table, in Markdown, here too")
    parser.add_argument("--side", type=int, help=f"of the raster of a whole job, in pixels (default: {SIDES})")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="after which no other check begins")
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=list(CHECKS))
    given = parser.parse_args()
    device = usable(given.device)
    with tempfile.TemporaryDirectory(prefix="rsdl-gpu-") as name:
        os.environ["RSDL_HOME"] = name  # no engine that was chosen before, which would run instead
        place = Place(device, Path(name), given.side or SIDES["cpu" if device == "cpu" else "cuda"])
        checks = {check: CHECKS[check] for check in given.only}
        rows = list(carried_out(checks, place, 60 * given.minutes))
    text = table(rows, machine(device))
    print(text)
    if given.table:
        given.table.write_text(text + "\n", encoding="utf-8")
    return status(rows, place.has_gpu)


def usable(device: str) -> str:
    """The device, or the CPU where PyTorch cannot use it."""
    try:
        check_torch_device(device)
    except RsdlError as error:
        print(error, "The CPU is checked.")
        return "cpu"
    return device


def carried_out(
    checks: dict[str, Check], place: Place, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[Row]:
    """The rows of each check; one that fails is a row, and after ``seconds`` no other one begins."""
    ends = clock() + seconds
    for name, check in checks.items():
        if clock() > ends:
            yield Row(name, "", "not reached in time", False)
            continue
        try:
            for row in check(place):
                print(f"{row.check}: {row.what}: {row.figures}", flush=True)
                yield row
        except Exception as error:  # whatever fails is what this is to tell
            traceback.print_exc()
            yield Row(name, "", f"{type(error).__name__}: {error}".splitlines()[0], False)


def status(rows: Sequence[Row], has_gpu: bool) -> int:
    """The exit status: 1 where a row failed, else 2 where there was no GPU, else 0."""
    if any(row.passed is False for row in rows) or not rows:
        return 1
    return 0 if has_gpu else 2


def table(rows: Sequence[Row], title: str) -> str:
    """The rows in Markdown."""
    words = {True: "passed", False: "**failed**", None: "–"}
    lines = [f"{title}\n", "| check | what | figures | |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {r.check} | {r.what} | {r.figures} | {words[r.passed]} |" for r in rows)])


def machine(device: str) -> str:
    """The hardware and the libraries."""
    import onnxruntime
    import torch

    gpu = torch.cuda.get_device_name(device) if device.startswith("cuda") else NO_GPU
    return f"{gpu}; {describe_device('cpu', None)}; PyTorch {torch.__version__}, ONNX Runtime {onnxruntime.__version__}"


# -- engines


def engines(place: Place) -> Iterator[Row]:
    """Every engine and task on the CPU and the GPU, against ONNX Runtime on the CPU."""
    for task, card, path in models(place.folder):
        ways = ways_of(card, path, place.device)
        batches = [pictures(card, seed) for seed in range(BATCHES)]

        def opened(way: Way, card: ModelCard = card) -> Network:
            return ENGINES[way.engine](card, way.source, way.device, available_cores(), 1)

        found = compared(Trial(card, ways, available_cores(), 1), batches, opened)
        for item in found:
            what = f"{task} (`{card.name}`), {item.engine} on {item.device}"
            if item.problem:
                yield Row("engines", what, item.problem, False)
                continue
            speed = found[0].seconds / item.seconds if not found[0].problem else math.nan
            figures = f"{1000 * item.seconds:.1f} ms, {speed:.1f}×; {100 * item.agreement:.3f} % equal"
            optional = item.engine.endswith(BF16)  # it is chosen only where it agrees
            yield Row("engines", what, figures, None if optional else item.agreement >= AGREED)
    if not place.has_gpu:
        yield Row("engines", "on a GPU", NO_GPU, None)


def models(folder: Path) -> Iterator[tuple[str, ModelCard, Path]]:
    """A model of each task."""
    for task in TASKS:
        path = ROOT / "models" / MODELS[task] if task in MODELS else numbers_model(folder / "numbers")
        yield task, read_card(path), path


def numbers_model(folder: Path) -> Path:
    """A regression with random weights."""
    if not folder.exists():
        card = ModelCard(
            name="numbers",
            title="Numbers",
            inputs=(Input("image", (Band("red"), Band("nir"))),),
            classes=(),
            task="regression",
            network="unet",
            options={"widths": [8, 16, 32]},
            tiling=Tiling(multiple=4),
            activation="identity",
            half_precision=False,
        )
        network = build_network(card.network, {"image": (1, 2)}, 1, **card.options).eval()
        write_model(network, card, folder, lambda *_: "onnx")
    return folder


def ways_of(card: ModelCard, path: Path, device: str) -> list[Way]:
    """ONNX Runtime on the CPU first; then PyTorch there, other parts of ONNX Runtime, and all on the GPU."""
    lower = [BF16] if card.half_precision and has_bf16() else []
    found = [("onnx", "cpu"), *(("torch" + end, "cpu") for end in ("", *lower))]
    if "openvino" in providers():
        found += [("onnx" + end, "openvino") for end in ("", *lower)]
    if device != "cpu":
        found += [("torch", device), *([("torch" + BF16, device)] if card.half_precision else [])]
        found += [("onnx", device)] if "cuda" in providers() else []
    return [Way(engine, choose_engine(card, path, where, engine)[1], where) for engine, where in found]


def pictures(card: ModelCard, seed: int, count: int = 1, side: int = TILE) -> Arrays:
    """Smooth random images as the network gets them, scaled; or series with all dates but a few."""
    random = np.random.default_rng(seed)
    if task_of(card.task).series:
        length = card.inputs[0].shape[0]
        courses = {i.name: random.normal(0, 0.3, (SERIES, *i.shape)).cumsum(1).astype("float32") for i in card.inputs}
        return {**courses, "valid": random.random((SERIES, length)) > 0.1}
    side = side if card.tiling.any_size else card.tiling.size
    coarse = math.ceil(side / 16)
    made = {}
    for item in card.inputs:
        values = random.normal(0, 1, (count, *item.shape, coarse, coarse)).repeat(16, -2).repeat(16, -1)
        fine = random.normal(0, 0.2, (count, *item.shape, side, side))
        made[item.name] = (values[..., :side, :side] + fine).astype("float32")
    return made


# -- memory


def memory(place: Place) -> Iterator[Row]:
    """A batch for which the GPU's memory does not suffice is halved until it does."""
    if not place.has_gpu:
        yield Row("memory", f"a batch of {LARGE}", NO_GPU, None)
        return
    import torch

    path = ROOT / "models" / MODELS["segmentation"]
    card = read_card(path)
    batch = pictures(card, 0, LARGE)
    network = open_network(card, path, place.device, engine="torch").run
    one, whole = (peak(network, {k: v[:n] for k, v in batch.items()}, place.device) for n in (1, LARGE))
    expected = np.concatenate([network({k: v[i : i + 1] for k, v in batch.items()})[0] for i in range(LARGE)])
    torch.cuda.empty_cache()
    limit = one + (whole - one) // 3
    torch.cuda.set_per_process_memory_fraction(limit / torch.cuda.mem_get_info(place.device)[1], place.device)
    try:
        fails = False
        try:
            network(batch)
        except OutOfMemory:
            fails = True
        found = open_runtime(card, path, place.device, engine="torch")(batch)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, place.device)
    share = agreement(card, [expected], [found])
    figures = f"needs {whole / 1e6:.0f} MB, has {limit / 1e6:.0f} MB: halved; {100 * share:.3f} % equal"
    yield Row("memory", f"a batch of {LARGE}", figures if fails else "it was not too large", fails and share >= AGREED)


def peak(network: Network, batch: Arrays, device: str) -> int:
    """Bytes of the GPU that a batch needs at most."""
    import torch

    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    network(batch)
    return int(torch.cuda.max_memory_reserved(device))


# -- training


class Stopping(Report):
    """Keeps what is said; cancels once so many epochs are told."""

    def __init__(self, epochs: int = 10**9):
        self.epochs, self.said = epochs, [""]

    def log(self, level: str, message: str) -> None:
        self.said.append(message)

    def cancelled(self) -> bool:
        return sum(text.lower().startswith("epoch") for text in self.said) >= self.epochs


def training(place: Place) -> Iterator[Row]:
    """Training steps in full and in mixed precision; a training that is stopped resumes."""
    asked = training_job(place)
    for precision in ("full", "mixed"):
        started = time.perf_counter()
        output = place.folder / precision
        run_train({**asked, "precision": precision, "output": str(output)}, Stopping())
        seconds = time.perf_counter() - started
        share = right(read_card(output), output, place)
        figures = f"{EPOCHS} epochs in {seconds:.1f} s; {100 * share:.1f} % of the pixels right"
        yield Row("training", f"{precision} precision on {place.device}", figures, share > 0.9)
    output = place.folder / "resumed"
    stopped, resumed = Stopping(epochs=1), Stopping()
    job = {**asked, "precision": "mixed", "output": str(output)}
    try:
        run_train(job, stopped)
    except Cancelled:
        run_train(job, resumed)
    goes_on = any("resumes" in text for text in resumed.said)
    share = right(read_card(output), output, place) if output.exists() else 0.0
    figures = f"went on after epoch 1; {100 * share:.1f} % of the pixels right" if goes_on else "it did not resume"
    yield Row("training", f"stopped and resumed on {place.device}", figures, goes_on and share > 0.9)


def training_job(place: Place) -> dict[str, Any]:
    """A training on a raster whose bright pixels are a class of their own."""
    import rasterio
    from rasterio.transform import from_origin

    image = bright(0)
    profile = {"driver": "GTiff", "height": 512, "width": 512, "crs": "EPSG:32634"}
    layout = {"transform": from_origin(300_000, 4_500_000, 10, 10), "dtype": "uint8"}
    files = place.folder / "image.tif", place.folder / "labels.tif"
    for file, values in zip(files, (image, 1 + (image[:1] > 128))):
        with rasterio.open(file, "w", **profile, **layout, count=len(values)) as raster:
            raster.write(values.astype("uint8"))
    return {
        "task": "segmentation",
        "sources": [{"inputs": {"image": [{"path": str(files[0])}]}}],
        "labels": [{"path": str(files[1])}],
        "network": "unet",
        "options": {"widths": [8, 16]},
        "chip_size": 64,
        "batch_size": 8,
        "epochs": EPOCHS,
        "learning_rate": 0.01,
        "average": 0.0,
        "scaling": "standard",
        "augmentation": "none",
        "device": place.device,
        "valid": 0.2,
    }


def bright(seed: int) -> np.ndarray:
    """Two bands (2, 512, 512) of smooth blots from 0 to 255."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (2, 32, 32)).repeat(16, 1).repeat(16, 2)


def right(card: ModelCard, path: Path, place: Place) -> float:
    """The share of the pixels of another such raster that a trained model maps rightly."""
    job = {"model": str(path), "output": str(place.folder / "right.tif"), "device": place.device}
    import rasterio

    from rsdl_qgis.engine.prediction.maps import run_predict

    truth = bright(1)
    with rasterio.open(place.folder / "image.tif") as first:
        profile = first.profile
    with rasterio.open(place.folder / "other.tif", "w", **profile) as raster:
        raster.write(truth.astype("uint8"))
    run_predict({**job, "inputs": {card.inputs[0].name: [{"path": str(place.folder / "other.tif")}]}}, Report())
    with rasterio.open(place.folder / "right.tif") as raster:
        return float(np.mean((raster.read(1) == card.classes[-1].value) == (truth[0] > 128)))


# -- a whole job


def whole_job(place: Place) -> Iterator[Row]:
    """A job in a worker of its own ÷ its network alone over as many tiles in memory, and megabytes a second."""
    path = ROOT / "models" / "flood-s1s2"
    card, inputs = read_card(path), write_pair(place.folder, place.side)
    size = sum(place.side**2 * len(item.bands) * len(item.dates) for item in card.inputs)
    job = {"model": str(path), "inputs": inputs, "output": str(place.folder / "map.tif"), "device": place.device}
    events, seconds = worker({**job, "engine": "card"}, place.folder / "job.json")
    plan = next(e["message"] for e in events if e.get("message", "").startswith("Tiles of")).replace(",", "").split()
    width, height, batch, streams = int(plan[2]), int(plan[4]), int(plan[-4]), int(plan[-3])
    tiles = int(events[-1]["tiles"])
    alone = forward(card, path, place.device, (height, width), batch, streams, tiles)
    figures = (
        f"{seconds:.1f} s, {size / 1e6 / seconds:.0f} MB/s, {place.side**2 / 1e6 / seconds:.1f} Mpx/s; {tiles} tiles "
        f"of {width} × {height} px, network alone {alone:.1f} s, ratio {seconds / alone:.2f}"
    )
    yield Row("whole job", f"{place.side:,}² px (`{card.name}`) on {place.device}", figures, None)


def worker(arguments: dict[str, Any], file: Path) -> tuple[list[dict[str, Any]], float]:
    """The events of a job, and its seconds from start to end; RuntimeError where it fails."""
    file.write_text(json.dumps({"operation": "predict", "arguments": arguments}), encoding="utf-8")
    started = time.perf_counter()
    command = [sys.executable, "-m", "rsdl_qgis.engine", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    events = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or not events:
        raise RuntimeError(events[-1].get("message", "") if events else done.stderr[-500:])
    return events, seconds


def forward(
    card: ModelCard, path: Path, device: str, tile: tuple[int, int], batch: int, streams: int, tiles: int
) -> float:
    """Seconds of the network alone, warm, over so many tiles."""
    network = open_network(card, path, device, None, None, streams).run
    random = np.random.default_rng(0)
    image = {i.name: random.normal(size=(batch, *i.shape, *tile)).astype("float32") for i in card.inputs}
    with ThreadPoolExecutor(streams) as pool:
        list(pool.map(network, [image] * streams))
        started = time.perf_counter()
        list(pool.map(network, islice([image] * tiles, math.ceil(tiles / batch))))
        return time.perf_counter() - started


CHECKS: dict[str, Check] = {"engines": engines, "memory": memory, "training": training, "whole job": whole_job}

if __name__ == "__main__":
    sys.exit(main())
