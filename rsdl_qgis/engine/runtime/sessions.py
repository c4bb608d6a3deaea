"""Runs a model with ONNX Runtime or PyTorch: arrays in, arrays out.

A runtime is a callable that takes arrays by name, so that a lambda is a model for tests. Another engine is added to
``ENGINES``: a function from (card, file, device, threads, number of concurrent calls) to a network.
"""

from __future__ import annotations

import math
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..cards.card import CARD_KEY, ONNX_FILE, VALID, WEIGHTS_FILE, ModelCard
from ..cards.model_file import sha256
from ..cards.onnx.external_data import external_files
from ..cards.onnx.header import Tensor, read_onnx_file
from ..errors import DeviceError, ModelError, known
from ..feedback import Report
from ..job.memory import ran_out
from ..tables.devices import is_device
from ..tables.tasks import TASKS, task_of
from .onnx_arrays import as_outputs, beyond, check_scaling, fed, joined
from .onnx_errors import opening_error, running_error
from .onnx_form import Form, ImageForm, form_of

T = TypeVar("T")
Arrays = Mapping[str, NDArray]
LARGEST_COPY = 64_000_000  # bytes of a file of which each concurrent call has its own session; a larger one is shared
# Images (N, T, C, H, W) float32 -> probabilities (N, classes, H, W), of a scene (N, classes), numbers (N, 1, H, W);
# series (N, T, C) float32 and ``valid`` (N, T) bool -> probabilities (N, classes).
Runtime = Callable[[Arrays], NDArray]
Network = Callable[[Arrays], Sequence[NDArray]]  # all that a network gives, in the order of its outputs

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {  # of a torch tensor
    "softmax": lambda logits: logits.softmax(1),
    "sigmoid": lambda logits: logits.sigmoid(),
    "identity": lambda numbers: numbers,
}


class OutOfMemory(DeviceError):
    """The device has too little memory for this batch."""


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
) -> Runtime:
    """The model at ``path`` (a folder or an ``.onnx``) ready to run; the device really used is logged.

    ``device``: auto, cpu, cuda, cuda:N or mps. ``threads``: of the CPU, all cores by default, which ``streams``
    concurrent calls divide among themselves. DeviceError when the device is not there, ModelError when the weights are
    missing or damaged or contradict the card, and for a task whose networks give more than one array.
    """
    if len(task_of(card.task).outputs) != 1:
        problem = f"'{card.name}' is a model for {card.task}, which cannot be run here."
        known = ", ".join(name for name, task in TASKS.items() if len(task.outputs) == 1)
        raise ModelError(problem, f"Choose a model for {known}.")
    opened = open_network(card, path, device, threads, report, streams)

    def run(inputs: Arrays) -> NDArray:
        return opened.run(inputs)[0]

    return shrinking(run) if opened.device.startswith("cuda") else run


def open_network(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
) -> Opened:
    """All outputs of the model at ``path``: as of ``open_runtime``; OutOfMemory may be raised when it is run.

    What a foreign file's output is taken for is logged, and where ``auto`` falls back to another engine or the CPU, as
    the libraries of the GPU cannot be used, a warning says so.
    """
    report, problem = report or Report(), None
    for engine, source, place in _ways(card, path, device):
        check_file(source, card)
        try:
            network = ENGINES[engine](card, source, place, threads or available_cores(), streams)
        except DeviceError as error:
            problem = problem or error
            continue
        where = f"with {runtime_name(engine)} on {describe_device(place, threads)}"
        if problem is not None:
            report.log("warning", f"{problem.message} '{card.name}' runs {where} instead.")
        report.log("info", f"Running '{card.name}' {where}.")
        form = file_form(card, source) if engine == "onnx" else None
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


def _ways(card: ModelCard, path: Path, device: str) -> Iterator[tuple[str, Path, str]]:
    """The engines, files and devices to try in turn: the CPU, where another device was chosen, for ``auto`` alone."""
    chosen = choose_device(device)
    engine, source = choose_engine(card, path, chosen)
    yield engine, source, chosen
    if engine == "torch" and chosen.startswith("cuda") and (path / ONNX_FILE).exists():
        yield "onnx", path / ONNX_FILE, chosen
    if chosen != "cpu" and device.lower() == "auto":
        yield *choose_engine(card, path, "cpu"), "cpu"


def network_form(card: ModelCard, path: Path, device: str | None) -> Form | None:
    """The form of the file that is run of a model, None for weights of this plugin's networks; ModelError as it says.

    It has to be known before a raster is cut into tiles for a foreign network.
    """
    engine, source = choose_engine(card, path, choose_device(device or "auto"))
    return file_form(card, source) if engine == "onnx" and source.is_file() else None


def file_form(card: ModelCard, path: Path) -> Form:
    """The form of an ONNX file; an empty tile is run where the file does not state the shapes of its outputs."""
    file = read_onnx_file(path)

    def probe(images: Sequence[ImageForm], batch: int | None, tile: tuple[int, int]) -> Sequence[Tensor]:
        items = {item.name: item for item in card.inputs}
        feeds = []
        for name, image, tensor in zip(card.tensors, images, file.inputs):
            item = items.get(name, card.inputs[0])
            series = task_of(card.task).series
            shape = (1, item.shape[0]) if name == VALID else (1, *item.shape) if series else (1, *item.shape, *tile)
            feeds.append((tensor.name, fed(np.zeros(shape, np.float32), image, items.get(name), batch or 1)))
        return shapes_for(path, feeds)

    form = form_of(card, file, CARD_KEY in file.metadata, probe)
    check_scaling(card, form)
    return form


def shapes_for(path: Path, feeds: Sequence[tuple[str, NDArray]]) -> tuple[Tensor, ...]:
    """The outputs of an ONNX file with the shapes and types that they have for inputs of the shapes of some arrays."""
    shapes = tuple((name, array.shape, str(array.dtype)) for name, array in feeds)
    return _answered(path, path.stat().st_mtime_ns, shapes)


@lru_cache(maxsize=16)
def _answered(path: Path, changed: int, shapes: tuple[tuple[str, tuple[int, ...], str], ...]) -> tuple[Tensor, ...]:
    """The shapes and types of the outputs for empty inputs."""
    session = _session(path, available_cores())
    try:
        outputs = session.run(None, {name: np.zeros(shape, dtype) for name, shape, dtype in shapes})
    except Exception as error:  # onnxruntime raises classes of its own for every cause
        raise running_error(path.name, error) from None
    found = zip((output.name for output in session.get_outputs()), outputs)
    return tuple(
        Tensor(name, array.shape, str(array.dtype)) if isinstance(array, np.ndarray) else Tensor(name, (), "", "value")
        for name, array in found
    )


def choose_engine(card: ModelCard, path: Path, device: str) -> tuple[str, Path]:
    """The engine for ``device`` and the file it runs: torch on a GPU and where the card says that it is faster.

    With one of the two files that file's engine; with both, and torch not there, ONNX Runtime.
    """
    weights, onnx = (path / WEIGHTS_FILE, path / ONNX_FILE) if path.is_dir() else (None, path)
    if weights is None or not weights.exists():
        return "onnx", onnx
    wanted = device != "cpu" or card.engine == "torch"
    return ("torch", weights) if not onnx.exists() or (wanted and _has_torch()) else ("onnx", onnx)


def activation(card: ModelCard) -> Callable[[Any], Any]:
    """What is done with the network's output, a torch tensor; ModelError for a name that is none."""
    if card.activation not in ACTIVATIONS:
        problem = f"The card of '{card.name}' names the activation '{card.activation}'."
        raise ModelError(problem, f"There are {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[card.activation]


def _has_torch() -> bool:
    try:
        import torch  # noqa: F401
    except (ImportError, OSError):  # OSError: one of its libraries cannot be loaded
        return False
    return True


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def runtime_name(engine: str) -> str:
    """An engine's name for messages."""
    return {"onnx": "ONNX Runtime", "torch": "PyTorch"}[engine]


def describe_device(device: str, threads: int | None) -> str:
    """'the CPU (2 threads)', 'cuda:0'."""
    count = threads or available_cores()
    return f"the CPU ({count} {'thread' if count == 1 else 'threads'})" if device == "cpu" else device


def devices() -> list[str]:
    """The devices that can be asked for here, besides ``auto``."""
    import onnxruntime

    found = ["cpu"]
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        found.append("cuda")
    elif shutil.which("nvidia-smi") and _has_torch():
        import torch

        found += [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if platform.system() == "Darwin" and platform.machine() == "arm64" and _has_torch():
        import torch

        found += ["mps"] if torch.backends.mps.is_available() else []
    return found


def choose_device(device: str) -> str:
    """The device to use: the best one available for ``auto``; DeviceError when the one asked for is not available."""
    wanted = device.lower()
    kind, _, index = wanted.partition(":")
    if not is_device(wanted):
        raise DeviceError(f"'{device}' is no device.", "Use auto, cpu, cuda, cuda:N (N from 0) or mps.")
    if wanted == "cpu":
        return wanted
    found = devices()
    if wanted == "auto":
        return found[-1] if found[-1].startswith("mps") else next((d for d in found if d.startswith("cuda")), "cpu")
    for name in found:
        if name == wanted or name.partition(":")[0] == wanted or (name == "cuda" and kind == "cuda"):
            return wanted if index else name
    raise DeviceError(f"Device '{device}' is not available here; there is {', '.join(found)}.", "Use DEVICE=auto.")


def check_torch_device(device: str) -> None:
    """DeviceError where PyTorch cannot use a device that ``choose_device`` gave, though other programs may."""
    import torch

    kind, _, index = device.partition(":")
    there = {
        "cpu": lambda: True,
        "mps": lambda: torch.backends.mps.is_available(),
        "cuda": lambda: torch.cuda.is_available() and int(index or 0) < torch.cuda.device_count(),
    }
    if not there[kind]():
        raise DeviceError(
            f"PyTorch cannot use {device} here: there is no such GPU, or this PyTorch is made for the CPU alone.",
            "Set up the worker's environment for CUDA, or use DEVICE=cpu or DEVICE=auto.",
        )


def torch_device(device: str, report: Report | None = None) -> str:
    """The device for a PyTorch network: as ``choose_device``, and for ``auto`` the CPU where PyTorch has no other."""
    chosen = choose_device(device)
    try:
        check_torch_device(chosen)
    except DeviceError as error:
        if device.lower() != "auto":
            raise
        (report or Report()).log("warning", f"{error.message} The CPU is used instead.")
        return "cpu"
    return chosen


def check_file(path: Path, card: ModelCard) -> None:
    """ModelError unless the weights are there, in the model's folder, and have the SHA-256 that the card states."""
    if not path.is_file():
        raise ModelError(f"Model '{card.name}' has no {path.name}.", "Install the model again.")
    stated = card.sha256.get(path.name)
    if stated and sha256(path) != stated.lower():
        raise ModelError(f"{path} is damaged: its SHA-256 is not the card's.", "Install the model again.")
    if path.suffix.lower() == ".onnx":
        external_files(path)


def shrinking(
    runtime: Callable[[Arrays], T], join: Callable[[list[Any]], Any] = np.concatenate
) -> Callable[[Arrays], T]:
    """The runtime, halving a batch for which the device's memory does not suffice; ``join``: the halves' outputs."""

    def run(inputs: Arrays) -> T:
        try:
            return runtime(inputs)
        except OutOfMemory:
            count = _count(inputs)
            if count == 1:
                raise
            halves = ({k: v[part] for k, v in inputs.items()} for part in (slice(count // 2), slice(count // 2, None)))
            whole: T = join([run(half) for half in halves])
            return whole

    return run


def onnx_session(path: Path, threads: int, providers: Sequence[Any] = ("CPUExecutionProvider",)) -> Any:
    """An ``onnxruntime.InferenceSession`` with the settings that every model runs with."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # its one big block costs a third more memory, and saves no time here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores to others
    session = ort.InferenceSession(str(path), options, providers=list(providers))
    session.disable_fallback()  # to the CPU, without a word, when it fails on a GPU
    return session


def _session(path: Path, threads: int, device: str = "cpu") -> Any:
    """A session that really uses the device; ModelError for a file that cannot be opened, DeviceError."""
    providers: list[Any] = ["CPUExecutionProvider"]
    if device.startswith("cuda"):
        _preload_cuda()
        providers.insert(0, ("CUDAExecutionProvider", {"device_id": int(device.partition(":")[2] or 0)}))
    try:
        session = onnx_session(path, threads, providers)
    except Exception as error:  # onnxruntime raises classes of its own for every cause
        if ran_out(error):
            raise OutOfMemory(f"{device} has too little memory.", "Close other programs.") from None
        if device.startswith("cuda") and re.search("CUDA|cuda|cudnn|device ordinal", str(error)):
            raise _no_cuda(device) from None
        raise opening_error(path.name, error) from None
    if device.startswith("cuda") and "CUDAExecutionProvider" not in session.get_providers():
        raise _no_cuda(device)
    return session


def _preload_cuda() -> None:
    """Load the CUDA libraries that Python packages brought, where this ONNX Runtime can."""
    import onnxruntime

    if hasattr(onnxruntime, "preload_dlls"):
        with suppress(OSError, ImportError, RuntimeError):
            onnxruntime.preload_dlls()


def _no_cuda(device: str) -> DeviceError:
    return DeviceError(
        f"ONNX Runtime cannot use {device} here: there is no such GPU, or its CUDA and cuDNN libraries are not found.",
        "Set up the worker's environment for CUDA, or use DEVICE=cpu or DEVICE=auto.",
    )


def _open_onnx(card: ModelCard, path: Path, device: str, threads: int, streams: int) -> Network:
    if device != "cpu" and not device.startswith("cuda"):
        raise DeviceError(f"'{card.name}' has no {WEIGHTS_FILE}, and ONNX Runtime cannot use {device}.", "Use cpu.")
    copies = 1 if path.stat().st_size > LARGEST_COPY else streams
    sessions = [_session(path, math.ceil(threads / streams), device) for _ in range(copies)]
    names = [tensor.name for tensor in sessions[0].get_inputs()]
    form = file_form(card, path)
    items = {item.name: item for item in card.inputs}
    # Calls in one session get in the way of each other's memory: it needs more, by chance, the longer it is used.
    free: SimpleQueue[Any] = SimpleQueue()
    for session in islice(cycle(sessions), streams):
        free.put(session)

    def once(inputs: Arrays) -> Sequence[NDArray]:
        count = form.batch or _count(inputs)
        given = zip(names, card.tensors, form.images)  # a network of series may not ask which dates are valid
        feeds = {tensor: fed(inputs[name], image, items.get(name), count) for tensor, name, image in given}
        session = free.get()
        try:
            outputs: list[NDArray] = session.run(None, feeds)
        except Exception as error:
            if ran_out(error):
                raise OutOfMemory(f"{device} has too little memory.", "Use a smaller TILE_SIZE.") from None
            raise running_error(card.name, error) from None
        finally:
            free.put(session)
        if task_of(card.task).boxes:
            return [output[: _count(inputs)] if count > 1 else output for output in outputs]
        if form.own:
            return outputs
        tile = tuple(_length(inputs, axis) for axis in (3, 4)) if task_of(card.task).dense else ()
        times = form.reduced if form.finer else 1
        inside = tuple(times * (length - sum(form.margin)) for length in tile)
        found = as_outputs(outputs[form.answer.index], card, form, inside)
        if len(found) < _count(inputs):
            raise ModelError(f"'{card.name}' gave {len(found)} outputs for a batch of {count}.", "Use BATCH_SIZE=1.")
        return [found[: _count(inputs)]]

    def run(inputs: Arrays) -> Sequence[NDArray]:
        count = _count(inputs)
        step = form.batch or count
        return joined([once({k: v[i : i + step] for k, v in inputs.items()}) for i in range(0, count, step)])

    return run


def _count(inputs: Arrays) -> int:
    return len(next(iter(inputs.values())))


def _length(inputs: Arrays, axis: int) -> int:
    return next(iter(inputs.values())).shape[axis]


def _open_torch(card: ModelCard, path: Path, device: str, threads: int, streams: int) -> Network:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from ..networks import build_network
    from ..networks.memory_format import channels_last

    check_torch_device(device)
    if device == "cpu":
        torch.set_num_threads(math.ceil(threads / streams))  # of each call
    network = build_network(card.network, {i.name: i.shape for i in card.inputs}, card.channels, **card.options)
    try:
        network.load_state_dict(load_file(path))
    except SafetensorError as error:
        raise ModelError(f"{path.name} is damaged: {_first_line(error)}.", "Install the model again.") from None
    except RuntimeError as error:
        raise ModelError(f"{path.name} does not fit the network '{card.network}': {_first_line(error)}") from None
    network = channels_last(network.float().eval().to(device))
    half = card.half_precision and device != "cpu"
    activate = activation(card)

    @torch.inference_mode()
    def run(inputs: Arrays) -> Sequence[NDArray]:
        try:
            tensors = [torch.from_numpy(inputs[name]).to(device) for name in card.tensors]
            with torch.autocast(device.partition(":")[0], torch.float16, enabled=half):
                output = network(*tensors)
            if not task_of(card.task).boxes:
                return [activate(output.float()).cpu().numpy()]
            boxes, logits = output
            return [boxes.float().cpu().numpy(), logits.float().sigmoid().cpu().numpy()]
        except RuntimeError as error:  # torch.OutOfMemoryError is one, and the CPU's has no class of its own
            if not ran_out(error):
                raise
            torch.cuda.empty_cache()
            raise OutOfMemory(f"{device} has too little memory.", "Use a smaller TILE_SIZE.") from None

    return run


ENGINES: dict[str, Callable[[ModelCard, Path, str, int, int], Network]] = {"onnx": _open_onnx, "torch": _open_torch}


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
