"""The forward time of each network on the CPU: torch as it is, torch channels-last, and ONNX Runtime, in one run.

    python -m benchmarks.networks [NAME ...] [--rounds 5] [--threads 2] [--size 256] [--all]

Medians of runs in turn, one sample each, with random weights, at the table's bands and default size; the classes are
those of ``docs/networks.md``. Engines have the same number of threads, all cores by default. The last column is
torch channels-last / ONNX Runtime: below 0.91 a model's card says torch. A network of more than 50 G multiply-adds
runs once each after its first run, and only with ``--all`` or by name.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.networks import NETWORKS, Network, build_network
from rsdl_qgis.engine.runtime.devices import available_cores
from rsdl_qgis.engine.runtime.engine_choice import median_seconds, onnx_run, torch_run
from rsdl_qgis.engine.runtime.onnx_export import example_inputs, export_onnx
from tools.network_docs import CLASSES, TASKS, build, multiply_adds

LARGE = 50e9  # multiply-adds
COLUMNS = ("torch", "channels-last", "ONNX Runtime")


def card_of(name: str, line: Network) -> ModelCard:
    """A card of the network at its default size."""
    dates = line.size if line.task == "time-series" else line.dates or 1
    image = Input("image", tuple(Band(str(i)) for i in range(line.bands)), tuple(map(str, range(dates))))
    classes = tuple(Class(i, str(i), "#000000") for i in range(CLASSES.get(name, TASKS[line.task][1])))
    tiling = Tiling(size=line.size, multiple=line.multiple, any_size=line.any_size)
    return ModelCard(name, line.title, (image,), classes, line.task, name, tiling=tiling)


def seconds(name: str, line: Network, rounds: int, threads: int) -> dict[str, float]:
    """The median of each engine."""
    card = card_of(name, line)
    torch.manual_seed(0)
    network = build_network(name, {i.name: i.shape for i in card.inputs}, len(card.classes)).eval()
    inputs = example_inputs(card, 1, line.size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export_onnx(network, card, path)
        runs = (
            torch_run(network, inputs, threads, channels_last=False),
            torch_run(network, inputs, threads),
            onnx_run(path, inputs, threads),
        )
        return median_seconds(dict(zip(COLUMNS, runs)), rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="networks of the table; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=available_cores())
    parser.add_argument("--size", type=int, help="height and width of images, in place of each network's default")
    parser.add_argument("--all", action="store_true", help="the largest networks too")
    arguments = parser.parse_args()
    print(f"milliseconds, {arguments.threads} threads, medians of {arguments.rounds}")
    print(
        f"{'network':20} {'size':>5} {'G mult-adds':>11} {COLUMNS[0]:>9} {COLUMNS[1]:>13} {COLUMNS[2]:>12} {'ratio':>6}"
    )
    for name in arguments.names or NETWORKS:
        line = NETWORKS[name]
        if arguments.size and line.any_size and line.task != "time-series":
            line = replace(line, size=arguments.size)
        work = multiply_adds(build(name, line, CLASSES.get(name, TASKS[line.task][1])), line)
        if work > LARGE and not (arguments.all or arguments.names):
            print(f"{name:20} {line.size:5} {work / 1e9:11.2f}   (--all)", flush=True)
            continue
        found = seconds(name, line, 1 if work > LARGE else arguments.rounds, arguments.threads)
        plain, last, onnx = (1000 * found[column] for column in COLUMNS)
        print(
            f"{name:20} {line.size:5} {work / 1e9:11.2f} {plain:9.1f} {last:13.1f} {onnx:12.1f} {last / onnx:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
