"""Runs a model: arrays in, arrays out, whichever engine does it.

A runtime is a callable taking and giving arrays by name, so that a test's model is a lambda. ``ENGINES`` is the seam
for another engine: a function from (card, file, device, threads, calls made at once) to a network.
"""

from __future__ import annotations

import hashlib
import math
import os
import platform
import shutil
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .card import ONNX_FILE, OUTPUTS, WEIGHTS_FILE, ModelCard
from .errors import DeviceError, ModelError
from .memory import ran_out
from .report import Report
from .store import CARD_KEY

T = TypeVar("T")
Arrays = Mapping[str, NDArray]
LARGEST_COPY = 64_000_000  # bytes of a file that calls made at once open for themselves; a larger one they share
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


def open_runtime(
    card: ModelCard,
    path: Path,
    device: str = "auto",
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
) -> Runtime:
    """The model at ``path`` (a folder or an ``.onnx``) ready to run; the device really used is logged.

    ``device``: auto, cpu, cuda, cuda:N or mps. ``threads``: of the CPU, all cores by default, which ``streams`` calls
    share that are made at once. DeviceError when the device is not there, ModelError when the weights are missing or
    damaged or contradict the card, and for a task whose networks give more than one array.
    """
    if len(OUTPUTS.get(card.task, ())) != 1:
        problem = f"'{card.name}' is a model for {card.task}, which cannot be run here."
        raise ModelError(problem, f"Choose a model for {', '.join(t for t in OUTPUTS if len(OUTPUTS[t]) == 1)}.")
    chosen = choose_device(device)
    network, _ = open_network(card, path, chosen, threads, report, streams)

    def run(inputs: Arrays) -> NDArray:
        return network(inputs)[0]

    return shrinking(run) if chosen.startswith("cuda") else run


def open_network(
    card: ModelCard,
    path: Path,
    device: str,
    threads: int | None = None,
    report: Report | None = None,
    streams: int = 1,
) -> tuple[Network, Path]:
    """All outputs of the model at ``path`` on a device that ``choose_device`` gave, and the file that is run.

    Logs the device; arguments and errors as of ``open_runtime``, and OutOfMemory when it is run.
    """
    engine, source = choose_engine(card, path, device)
    check_file(source, card)
    network = ENGINES[engine](card, source, device, threads or available_cores(), streams)
    text = f"Running '{card.name}' with {runtime_name(engine)} on {describe_device(device, threads)}."
    (report or Report()).log("info", text)
    return network, source


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
    """An engine's name as people write it."""
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
    elif shutil.which("nvidia-smi"):
        import torch

        found += [f"cuda:{i}" for i in range(torch.cuda.device_count())]
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        import torch

        found += ["mps"] if torch.backends.mps.is_available() else []
    return found


def choose_device(device: str) -> str:
    """The device to use: the best one there is for ``auto``; DeviceError when the one asked for is not there."""
    wanted = device.lower()
    kind, _, index = wanted.partition(":")
    if kind not in ("auto", "cpu", "cuda", "mps") or (index and (kind != "cuda" or not index.isdigit())):
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


def check_file(path: Path, card: ModelCard) -> None:
    """ModelError unless the weights are there and, where the card states it, have its SHA-256."""
    if not path.is_file():
        raise ModelError(f"Model '{card.name}' has no {path.name}.", "Install the model again.")
    stated = card.sha256.get(path.name)
    if stated and hashlib.sha256(path.read_bytes()).hexdigest() != stated:
        raise ModelError(f"{path} is damaged: its SHA-256 is not the card's.", "Install the model again.")


def shrinking(
    runtime: Callable[[Arrays], T], join: Callable[[list[Any]], Any] = np.concatenate
) -> Callable[[Arrays], T]:
    """The runtime, halving a batch for which the device's memory does not suffice; ``join``: the halves' outputs."""

    def run(inputs: Arrays) -> T:
        try:
            return runtime(inputs)
        except OutOfMemory:
            count = len(next(iter(inputs.values())))
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
    return ort.InferenceSession(str(path), options, providers=list(providers))


def _open_onnx(card: ModelCard, path: Path, device: str, threads: int, streams: int) -> Network:
    providers: list[Any] = ["CPUExecutionProvider"]
    if device.startswith("cuda"):
        providers.insert(0, ("CUDAExecutionProvider", {"device_id": int(device.partition(":")[2] or 0)}))
    elif device != "cpu":
        raise DeviceError(f"'{card.name}' has no {WEIGHTS_FILE}, and ONNX Runtime cannot use {device}.", "Use cpu.")
    try:
        copies = 1 if path.stat().st_size > LARGEST_COPY else streams
        sessions = [onnx_session(path, math.ceil(threads / streams), providers) for _ in range(copies)]
    except Exception as error:  # onnxruntime raises classes of its own for every cause
        if ran_out(error):
            raise OutOfMemory(f"{device} has too little memory.", "Close other programs.") from None
        raise ModelError(f"{path.name} cannot be opened: {_first_line(error)}") from None
    tensors = sessions[0].get_inputs()
    _check_tensors(card, tensors, sessions[0].get_outputs())
    finished = CARD_KEY in sessions[0].get_modelmeta().custom_metadata_map or card.activation == "identity"
    finished = finished or len(OUTPUTS[card.task]) > 1
    # Calls in one session get in the way of each other's memory: it needs more, by chance, the longer it is used.
    free: SimpleQueue[Any] = SimpleQueue()
    for session in islice(cycle(sessions), streams):
        free.put(session)

    def run(inputs: Arrays) -> Sequence[NDArray]:
        feeds = (_stacked(inputs[name], axes) for name, axes in card.tensors.items())
        session = free.get()
        try:
            outputs: list[NDArray] = session.run(None, {t.name: _fed(feed, t) for t, feed in zip(tensors, feeds)})
        except Exception as error:
            if ran_out(error):
                raise OutOfMemory(f"{device} has too little memory.", "Use a smaller TILE_SIZE.") from None
            raise ModelError(f"'{card.name}' failed: {_first_line(error)}") from None
        finally:
            free.put(session)
        return outputs if finished else [as_probabilities(outputs[0])]

    return run


def _open_torch(card: ModelCard, path: Path, device: str, threads: int, streams: int) -> Network:
    import torch
    from safetensors.torch import load_file

    from .networks import build_network
    from .networks.layout import channels_last

    if device == "cpu":
        torch.set_num_threads(math.ceil(threads / streams))  # of each call
    network = build_network(card.network, {i.name: i.shape for i in card.inputs}, card.channels, **card.options)
    try:
        network.load_state_dict(load_file(path))
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
                answer = network(*tensors)
            if card.task != "detection":
                return [activate(answer.float()).cpu().numpy()]
            boxes, logits = answer
            return [boxes.float().cpu().numpy(), logits.float().sigmoid().cpu().numpy()]
        except RuntimeError as error:  # torch.OutOfMemoryError is one, and the CPU's has no class of its own
            if not ran_out(error):
                raise
            torch.cuda.empty_cache()
            raise OutOfMemory(f"{device} has too little memory.", "Use a smaller TILE_SIZE.") from None

    return run


ENGINES: dict[str, Callable[[ModelCard, Path, str, int, int], Network]] = {"onnx": _open_onnx, "torch": _open_torch}


def _stacked(array: NDArray, axes: Sequence[str]) -> NDArray:
    """The batch with the axes the model takes: images' dates and bands in one where it has no axis for dates."""
    return array if "time" in axes else array.reshape(array.shape[0], -1, *array.shape[3:])


def _fed(array: NDArray, tensor: Any) -> NDArray:
    """The batch as a tensor of the file takes it: in half precision, or one image without an axis for the batch."""
    array = array.astype(np.float16) if tensor.type == "tensor(float16)" else array
    return array[0] if len(tensor.shape) == array.ndim - 1 else array


def _check_tensors(card: ModelCard, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
    """ModelError where the card contradicts the file's tensors."""
    if len(inputs) != len(card.tensors):
        raise ModelError(f"'{card.name}' has {len(inputs)} input tensors, its card says {len(card.tensors)}.")
    items = {item.name: item for item in card.inputs}
    for tensor, (name, axes) in zip(inputs, card.tensors.items()):
        dates, bands = items[name].shape if name in items else card.inputs[0].shape
        stated = {"time": dates, "bands": bands if "time" in axes else dates * bands}
        if card.task == "time-series" and card.tiling.any_size:
            del stated["time"]
        if card.task == "detection" and len(tensor.shape) == len(axes) - 1:
            axes = axes[1:]  # one image at a time
        lengths = dict(zip(axes, tensor.shape))
        wrong = [axis for axis in stated if isinstance(lengths.get(axis), int) and lengths[axis] != stated[axis]]
        if len(tensor.shape) != len(axes) or wrong:
            raise ModelError(
                f"'{card.name}': its card says {dates} date(s) of {bands} band(s) for '{name}' "
                f"({', '.join(axes)}), its tensor has shape {tensor.shape}."
            )
    if len(OUTPUTS[card.task]) > 1:  # told apart where they are read
        return
    (axes,) = OUTPUTS[card.task].values()
    shape = outputs[0].shape
    if not shape:  # the file does not say
        return
    if len(shape) != len(axes):
        raise ModelError(f"'{card.name}' gives an array of shape {shape}, its card says ({', '.join(axes)}).")
    channels = shape[1]
    if isinstance(channels, int) and channels != card.channels and not (channels == 1 and len(card.classes) == 2):
        what = "classes, its card names" if card.classes else "numbers a pixel, its card says"
        raise ModelError(f"'{card.name}' gives {channels} {what} {card.channels}.")


def as_probabilities(output: NDArray) -> NDArray[np.float32]:
    """A foreign model's output (N, classes, H, W) as probabilities; one channel becomes (1 - p, p).

    Models in the wild end with or without their activation: what does not sum to 1 is taken for logits.
    """
    output = output.astype(np.float32, copy=False)
    if output.shape[1] == 1:
        if output.min() < 0 or output.max() > 1:
            output = 1 / (1 + np.exp(-output))
        return np.concatenate([1 - output, output], 1)
    if output.min() >= 0 and np.allclose(output.sum(1), 1, atol=1e-2):
        return output
    output = np.exp(output - output.max(1, keepdims=True))
    return output / output.sum(1, keepdims=True)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
