"""What training costs beyond its network: waiting for data, our loop against a bare one, memory, and more.

    python -m benchmarks.training [wait] [loop] [step] [busy] [memory] [--rounds 5] [--threads 2]

The network is that of the flood models, at batch 8 on chips of 256 px of two inputs, two bands of uint8 and four of
uint16, made up and written as GeoTIFFs into a temporary folder.

wait     part of a step's time spent waiting for a batch that is read from the files, scaled and varied: below 10 %.
loop     time of a step of ``fit`` / of a bare torch loop, in turn, in one process, each with its data in memory and
         not varied: the same network, optimizer and loss; the median is at most 1.1. ``fit`` also clips gradients
         and averages weights. Then the same with data that is varied.
step     time of AdamW's step in many passes over the weights / in one, as ``fit`` takes it: AlexNet, 61 million.
busy     time of a training beside another program on all cores, with OpenMP's threads waiting as they do by themselves
         / as the worker has them wait: each a process of its own, in turn.
memory   peak resident memory of a process that settles the scaling, counts classes, trains for one epoch and judges,
         with 50, 500 and 1000 chips: it grows by the samples that are kept in memory, half a GB at most, and no more.

On a machine that others use too only the ratios mean something, those of processor time with ``--threads 1`` most.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.transform import from_origin
from torch import Tensor, nn

from rsdl_qgis.engine.__main__ import SPINS
from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, read_chips, write_chips
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.memory_format import channels_last
from rsdl_qgis.engine.training.loop.fit import Epoch, Settings, fit
from rsdl_qgis.engine.training.loop.losses import build_loss
from rsdl_qgis.engine.training.samples.augment import Augmentation
from rsdl_qgis.engine.training.samples.batches import Batches, in_order, stacked
from rsdl_qgis.engine.training.samples.chips import ChipSamples, class_counts, settle_inputs
from rsdl_qgis.engine.training.samples.data import ROOM

ROOT = Path(__file__).resolve().parent.parent

PARTS = ("wait", "loop", "step", "busy", "memory")
SIDE, BATCH = 256, 8
OPTIONS = {"widths": (16, 32, 64, 96, 128), "stem": 2}
INPUTS = (Input("radar", (Band("VV"), Band("VH"))), Input("optical", tuple(Band(name) for name in "bgrn")))
CLASSES = (Class(0, "dry", "#efe9dc"), Class(1, "flooded", "#1f6fd6"))
STEPS = 8  # of an epoch
COUNTS = (50, 500, 1000)  # chips whose memory is compared


def write_folder(path: Path, count: int, seed: int = 0) -> ChipFolder:
    """A chip folder of made-up chips, a tenth of them with an edge of nodata."""
    random = np.random.default_rng(seed)
    chips = []
    for i in range(count):
        ground = np.kron(random.normal(0, 1, (16, 16)), np.ones((SIDE // 16, SIDE // 16)))
        noise = random.normal(0, 0.3, (6, SIDE, SIDE))
        radar = (90 + 30 * (ground + noise[:2])).clip(1, 255).astype("uint8")
        optical = (1500 + 500 * (ground + noise[2:])).clip(1, 10_000).astype("uint16")
        if i % 10 == 0:
            optical[:, :20] = 0
        label = (ground > 0.8).astype("uint8")[None]
        files = {"radar": radar, "optical": optical, "label": label}
        for name, array in files.items():
            _write(path / f"{i}-{name}.tif", array, nodata=255 if name == "label" else 0)
        images = {item.name: (f"{i}-{item.name}.tif",) for item in INPUTS}
        chips.append(Chip(f"{i}", images, f"{i}-label.tif", split="train"))
    folder = ChipFolder(path, "segmentation", INPUTS, CLASSES, tuple(chips), resolution=10.0, size=SIDE)
    write_chips(folder)
    return folder


def _write(path: Path, array: np.ndarray, nodata: int) -> None:
    place = {"crs": "EPSG:32634", "transform": from_origin(300_000, 4_500_000, 10, 10), "nodata": nodata}
    size = {"count": len(array), "height": SIDE, "width": SIDE, "dtype": array.dtype}
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", **size, **place) as raster:
        raster.write(array)


def new_network(seed: int = 0) -> nn.Module:
    """The network of the flood models for these inputs."""
    torch.manual_seed(seed)
    return build_network("ombrianet", {item.name: item.shape for item in INPUTS}, len(CLASSES), **OPTIONS)


def trained(batches: Batches, epochs: int) -> Iterator[Epoch]:
    """The epochs of a training by ``fit``."""
    settings = Settings(epochs=epochs, batch_size=BATCH, precision="full")
    loss = build_loss(("cross_entropy", "dice"), "classes")
    return fit(new_network(), batches, loss, lambda network: 0.0, settings, Report())


def waiting(folder: ChipFolder, rounds: int) -> None:
    """Print how much of its time a training from files waits for them."""
    samples = ChipSamples(folder, folder.chips, settle_inputs(folder, folder.chips))
    started = time.process_time(), time.perf_counter()
    made = sum(len(labels) for _, labels in Batches(samples, BATCH, Augmentation(), 0, window=SIDE).epoch(0))
    busy, passed = (1e3 * (now - then) / made for now, then in zip((time.process_time(), time.perf_counter()), started))
    print(f"a sample read, scaled and varied: {busy:.1f} ms of processor time, {passed:.1f} ms")
    shares = []
    for epoch in trained(Batches(samples, BATCH, Augmentation(), 0, window=SIDE), rounds):
        shares.append(epoch.waited / epoch.seconds)
        step = 1e3 * epoch.seconds / STEPS
        print(f"epoch {epoch.number + 1}: {step:.0f} ms a step, waited {100 * shares[-1]:.1f} %", flush=True)
    print(f"waiting for data: median {100 * statistics.median(shares):.1f} % of the time; target below 10 %")


def loops(folder: ChipFolder, rounds: int, augmentation: Augmentation | None) -> None:
    """Print what a step of ``fit`` costs in units of a bare step, in turn."""
    chips = ChipSamples(folder, folder.chips, settle_inputs(folder, folder.chips))
    samples = [chips[i] for i in range(len(chips))]
    epochs = trained(Batches(samples, BATCH, augmentation, 0), rounds + 1)
    bare = Bare([stacked(samples[i : i + BATCH]) for i in range(0, len(samples), BATCH)])
    ratios = []
    for number in range(rounds + 1):
        ours, theirs = clocked(lambda: next(epochs)), clocked(bare.epoch)
        if number:  # the first one warms up
            ratios.append([a / b for a, b in zip(ours, theirs)])
            steps = (1e3 * seconds / STEPS for seconds in (ours[0], theirs[0]))
            print("fit {:.0f} ms a step, bare loop {:.0f} ms, ratio {:.3f}".format(*steps, ratios[-1][0]), flush=True)
    print(f"data in memory, {'varied' if augmentation else 'not varied'}:")
    for name, column in zip(("time", "processor time"), zip(*ratios)):
        print(f"  {name}: median ratio {statistics.median(column):.3f}, {min(column):.3f} to {max(column):.3f}")


def clocked(call: Callable[[], object]) -> tuple[float, float]:
    """(seconds, seconds of processor time) that a call takes."""
    started = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - started[0], time.process_time() - started[1]


def optimizer_steps(rounds: int) -> None:
    """Print what a step over many weights costs in many passes, in units of one pass."""
    network = channels_last(build_network("alexnet", {"image": (1, 3)}, 21))
    weights = list(network.parameters())
    for weight in weights:
        weight.grad = torch.full_like(weight, 1e-3)
    many, one = (torch.optim.AdamW(weights, 1e-6, fused=fused) for fused in (False, True))
    ratios = []
    for number in range(rounds + 1):
        slow, quick = clocked(many.step)[0], clocked(one.step)[0]
        if number:  # the first one makes the moments
            ratios.append(slow / quick)
            print(f"AdamW in many passes {1e3 * slow:.0f} ms, in one {1e3 * quick:.0f} ms", flush=True)
    print(f"many / one: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


def beside_another(path: Path, rounds: int, threads: int) -> None:
    """Print what a training beside a busy program takes as OpenMP's threads wait by themselves, in units of ours."""
    ratios = []
    for _ in range(rounds):
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(threads)]
        try:
            theirs, ours = (
                clocked(lambda added=added: peak(path, STEPS * BATCH, threads, added))[0]
                for added in ({}, {"GOMP_SPINCOUNT": SPINS})
            )
        finally:
            for other in others:
                other.kill()
                other.wait()
        ratios.append(theirs / ours)
        print(f"beside another program: {theirs:.1f} s, as the worker waits {ours:.1f} s", flush=True)
    print(f"theirs / ours: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


class Bare:
    """The least that trains the network: forward, loss, backward, step."""

    def __init__(self, batches: list[tuple[list[Tensor], Tensor]]):
        self.batches = batches
        self.network = channels_last(new_network()).train()
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 1e-3, fused=True)
        self.loss = build_loss(("cross_entropy", "dice"), "classes")

    def epoch(self) -> None:
        """A step for each batch."""
        for images, labels in self.batches:
            value = self.loss(self.network(*images), labels)
            self.optimizer.zero_grad()
            value.backward()
            self.optimizer.step()


def one_training(path: Path, count: int) -> None:
    """What a training does with its chips, for one epoch."""
    folder = read_chips(path)
    chips = folder.chips[:count]
    samples = ChipSamples(folder, chips, settle_inputs(folder, chips), room=ROOM["train"])
    class_counts(samples)
    (last,) = trained(Batches(samples, BATCH, Augmentation(), 0, window=SIDE), 1)
    with torch.inference_mode():
        for images, _ in in_order(samples, BATCH):
            last.network(*images)


def peak(path: Path, count: int, threads: int, added: Mapping[str, str] | None = None) -> float:
    """Peak resident memory in MB of a process that trains with so many chips; ``added`` to its environment."""
    environment = {name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"} | dict(added or {})
    command = [sys.executable, "-m", "benchmarks.training", "--train", str(path), str(count), "--threads", str(threads)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"The training with {count} chips ended with {process.returncode}.")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def memory(path: Path, threads: int) -> None:
    """Print the peaks."""
    write_folder(path, max(COUNTS))
    for count in COUNTS:
        print(f"peak memory with {count} chips: {peak(path, count, threads):.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--train", nargs=2, metavar=("FOLDER", "CHIPS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.train:
        one_training(Path(arguments.train[0]), int(arguments.train[1]))
        return
    parts = arguments.parts or PARTS
    with tempfile.TemporaryDirectory() as name:
        folder = write_folder(Path(name), BATCH * STEPS)
        if "wait" in parts:
            waiting(folder, arguments.rounds)
        if "loop" in parts:
            loops(folder, arguments.rounds, None)
            loops(folder, arguments.rounds, Augmentation())
        if "step" in parts:
            optimizer_steps(arguments.rounds)
        if "busy" in parts:
            beside_another(folder.path, arguments.rounds, arguments.threads)
        if "memory" in parts:
            memory(Path(name), arguments.threads)


if __name__ == "__main__":
    main()
