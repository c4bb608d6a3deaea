"""Runs a model with ONNX Runtime or PyTorch: arrays in, arrays out.

A runtime is a callable that takes arrays by name, so that a lambda is a model for tests. Another engine is added to
``ENGINES``: a function from (card, file, device, threads, number of concurrent calls) to a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from numpy.typing import NDArray

from ..cards.card import ONNX_FILE, WEIGHTS_FILE, ModelCard
from ..cards.model_file import sha256
from ..cards.onnx.external_data import external_files
from ..errors import DeviceError, ModelError, known
from ..feedback import Report
from ..tables.devices import ON_CPU, kind_of
from ..tables.tasks import TASKS, task_of
from .devices import TORCH_DEVICES, available_cores, choose_device, describe_device, has_bf16, has_torch
from .network import Arrays, Network, Runtime, shrinking
from .onnx_arrays import beyond
from .onnx_engine import file_form, open_onnx
from .onnx_form import Form
from .torch_engine import open_torch

BY_CARD = "card"  # in place of an engine's name: the one that the card names, a GPU's own on a GPU
BF16 = "-bf16"  # end of an engine's name: it calculates with bfloat16 numbers
ENGINES: dict[str, Callable[[ModelCard, Path, str, int, int], Network]] = {
    "onnx": open_onnx,
    "onnx-bf16": partial(open_onnx, bf16=True),
    "torch": open_torch,
    "torch-bf16": partial(open_torch, bf16=True),
}


@dataclass(frozen=True)
class Opened:
    """A network that is ready, the file that is run, the device that it really runs on, and its form (of an ONNX)."""

    run: Network
    source: Path
    device: str
    form: Form | None = None


def open_runtime(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
    engine: str = BY_CARD,
) -> Runtime:
    """The model at ``path`` (a folder or an ``.onnx``) ready to run; the device really used is logged.

    ``device``: one of ``tables.devices.NAMES``. ``threads``: of the CPU, all cores by default, which ``streams``
    concurrent calls divide among themselves. ``engine``: a key of ``ENGINES``, or as the card says. DeviceError when
    the device is not there, ModelError when the weights are missing or damaged or contradict the card, and for a task
    whose networks give more than one array.
    """
    if len(task_of(card.task).outputs) != 1:
        problem = f"'{card.name}' is a model for {card.task}, which cannot be run here."
        known = ", ".join(name for name, task in TASKS.items() if len(task.outputs) == 1)
        raise ModelError(problem, f"Choose a model for {known}.")
    opened = open_network(card, path, device, threads, report, streams, engine)

    def run(inputs: Arrays) -> NDArray:
        return opened.run(inputs)[0]

    return run if opened.device in ON_CPU else shrinking(run)


def open_network(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
    engine: str = BY_CARD,
) -> Opened:
    """All outputs of the model at ``path``: as of ``open_runtime``; OutOfMemory may be raised when it is run.

    What a foreign file's output is taken for is logged, and where ``auto`` falls back to another engine or the CPU, as
    the libraries of the GPU cannot be used, a warning says so.
    """
    report, problem = report or Report(), None
    for way, source, place in _ways(card, path, device, engine):
        check_file(source, card)
        try:
            network = ENGINES[way](card, source, place, threads or available_cores(), streams)
        except DeviceError as error:
            problem = problem or error
            continue
        where = f"with {runtime_name(way)} on {describe_device(place, threads)}"
        if problem is not None:
            report.log("warning", f"{problem.message} '{card.name}' runs {where} instead.")
        report.log("info", f"Running '{card.name}' {where}.")
        if way.endswith(BF16) and place in ON_CPU and not has_bf16():
            report.log("warning", "This processor has no arithmetic for bfloat16, so it takes long. Use ENGINE=auto.")
        form = file_form(card, source) if source.suffix.lower() == ".onnx" else None
        for text in form.notes if form else ():
            report.log("info", text)
        return Opened(_warning(network, card, form, report) if form else network, source, place, form)
    raise known(problem)


def _warning(network: Network, card: ModelCard, form: Form, report: Report) -> Network:
    """The network, and a warning where it first gets values that it takes no numbers of."""
    given = zip(card.inputs, form.images)
    waiting = {item.name: (item, image) for item, image in given if image.dtype.startswith(("int", "uint"))}

    def run(inputs: Arrays) -> Sequence[NDArray]:
        for name, (item, image) in list(waiting.items()):
            text = beyond(inputs[name], image, item)
            if text and waiting.pop(name, None) is not None:  # logged by one of two threads
                report.log("warning", text)
        return network(inputs)

    return run if waiting else network


def _ways(card: ModelCard, path: Path, device: str, wanted: str) -> Iterator[tuple[str, Path, str]]:
    """The engines, files and devices to try in turn: the CPU, where another device was chosen, for ``auto`` alone."""
    chosen = place_for(device, wanted)
    engine, source = choose_engine(card, path, chosen, wanted)
    yield engine, source, chosen
    if wanted == BY_CARD and engine == "torch" and kind_of(chosen) == "cuda" and (path / ONNX_FILE).exists():
        yield "onnx", path / ONNX_FILE, chosen
    if chosen != "cpu" and device.lower() == "auto":
        yield *choose_engine(card, path, "cpu", wanted), "cpu"


def place_for(device: str, engine: str) -> str:
    """The device to use, see ``choose_device``: for ``auto`` the one that the engine needs."""
    return choose_device("openvino" if engine == f"onnx{BF16}" and device.lower() == "auto" else device)


def network_form(card: ModelCard, path: Path, device: str | None, engine: str = BY_CARD) -> Form | None:
    """The form of the file that is run of a model, None for weights of this plugin's networks; ModelError as it says.

    It has to be known before a raster is cut into tiles for a foreign network.
    """
    chosen = place_for(device or "auto", engine) if engine == BY_CARD else ""  # by name, the device does not matter
    _, source = choose_engine(card, path, chosen, engine)
    return file_form(card, source) if source.suffix.lower() == ".onnx" and source.is_file() else None


def choose_engine(card: ModelCard, path: Path, device: str, wanted: str = BY_CARD) -> tuple[str, Path]:
    """The engine for ``device`` and the file it runs: torch on a GPU and where the card says that it is faster.

    With one of the two files that file's engine; with both, and torch not there, ONNX Runtime. ``wanted``: the engine
    that was asked for; ModelError where the model has no file for it.
    """
    weights, onnx = (path / WEIGHTS_FILE, path / ONNX_FILE) if path.is_dir() else (None, path)
    if wanted != BY_CARD:
        source = onnx if wanted.startswith("onnx") else weights
        if source is None or not source.exists():
            file = ONNX_FILE if wanted.startswith("onnx") else WEIGHTS_FILE
            problem = f"Model '{card.name}' has no {file}, which the engine {wanted} runs."
            raise ModelError(problem, "Use ENGINE=auto.")
        return wanted, source
    if weights is None or not weights.exists():
        return "onnx", onnx
    if not onnx.exists():
        return "torch", weights
    torch_first = kind_of(device) in TORCH_DEVICES and (device != "cpu" or card.engine == "torch")
    return ("torch", weights) if torch_first and has_torch() else ("onnx", onnx)


def runtime_name(engine: str) -> str:
    """An engine's name for messages."""
    name, _, precision = engine.partition("-")
    return {"onnx": "ONNX Runtime", "torch": "PyTorch"}[name] + (" in bfloat16" if precision else "")


def check_file(path: Path, card: ModelCard) -> None:
    """ModelError unless the weights are there, in the model's folder, and have the SHA-256 that the card states."""
    if not path.is_file():
        raise ModelError(f"Model '{card.name}' has no {path.name}.", "Install the model again.")
    stated = card.sha256.get(path.name)
    if stated and sha256(path) != stated.lower():
        raise ModelError(f"{path} is damaged: its SHA-256 is not the card's.", "Install the model again.")
    if path.suffix.lower() == ".onnx":
        external_files(path)
