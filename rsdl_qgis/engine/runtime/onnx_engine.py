"""A model's ONNX file run by ONNX Runtime, on the CPU or what else the installed one is made for."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import cycle, islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cards.card import CARD_KEY, VALID, WEIGHTS_FILE, ModelCard
from ..cards.onnx.header import Tensor, read_onnx_file
from ..errors import DeviceError, ModelError
from ..job.memory import ran_out
from ..tables.devices import PROVIDERS, kind_of
from ..tables.tasks import task_of
from .devices import available_cores
from .network import Arrays, Network, OutOfMemory, count_of
from .onnx_arrays import as_outputs, check_scaling, fed, joined
from .onnx_errors import opening_error, running_error
from .onnx_form import Form, ImageForm, form_of

LARGEST_COPY = 64_000_000  # bytes of a file of which each concurrent call has its own session; a larger one is shared
CPU = "CPUExecutionProvider"


def open_onnx(card: ModelCard, path: Path, device: str, threads: int, streams: int, bf16: bool = False) -> Network:
    """The file at ``path`` ready to run. ``bf16``: with bfloat16, which OpenVINO's CPU offers.

    DeviceError for what ONNX Runtime cannot use, ModelError for a file that it cannot run or that is not the card's.
    """
    if device != "cpu" and kind_of(device) not in PROVIDERS:
        raise DeviceError(f"'{card.name}' has no {WEIGHTS_FILE}, and ONNX Runtime cannot use {device}.", "Use cpu.")
    if bf16 and device != "openvino":
        problem = f"ONNX Runtime calculates with bfloat16 on the device openvino alone, not on {device}."
        raise DeviceError(problem, "Use DEVICE=openvino, or another ENGINE.")
    copies = 1 if path.stat().st_size > LARGEST_COPY else streams
    sessions = [_session(path, math.ceil(threads / streams), device, bf16) for _ in range(copies)]
    names = [tensor.name for tensor in sessions[0].get_inputs()]
    form = file_form(card, path)
    items = {item.name: item for item in card.inputs}
    # Calls in one session get in the way of each other's memory: it needs more, by chance, the longer it is used.
    free: SimpleQueue[Any] = SimpleQueue()
    for session in islice(cycle(sessions), streams):
        free.put(session)

    def once(inputs: Arrays) -> Sequence[NDArray]:
        count = form.batch or count_of(inputs)
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
            return [output[: count_of(inputs)] if count > 1 else output for output in outputs]
        if form.own:
            return outputs
        tile = tuple(_length(inputs, axis) for axis in (3, 4)) if task_of(card.task).dense else ()
        times = form.reduced if form.finer else 1
        inside = tuple(times * (length - sum(form.margin)) for length in tile)
        found = as_outputs(outputs[form.answer.index], card, form, inside)
        if len(found) < count_of(inputs):
            raise ModelError(f"'{card.name}' gave {len(found)} outputs for a batch of {count}.", "Use BATCH_SIZE=1.")
        return [found[: count_of(inputs)]]

    def run(inputs: Arrays) -> Sequence[NDArray]:
        count = count_of(inputs)
        step = form.batch or count
        return joined([once({k: v[i : i + step] for k, v in inputs.items()}) for i in range(0, count, step)])

    return run


def onnx_session(path: Path, threads: int, providers: Sequence[Any] = (CPU,)) -> Any:
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


def _session(path: Path, threads: int, device: str = "cpu", bf16: bool = False) -> Any:
    """A session that really uses the device; ModelError for a file that cannot be opened, DeviceError."""
    try:
        session = onnx_session(path, threads, onnx_providers(device, threads, bf16))
    except Exception as error:  # onnxruntime raises classes of its own for every cause
        if ran_out(error):
            raise OutOfMemory(f"{device} has too little memory.", "Close other programs.") from None
        if device == "cpu":
            raise opening_error(path.name, error) from None
        _session(path, threads)  # ModelError where it is the file
        raise _unusable(device, error) from None
    if device != "cpu" and PROVIDERS[kind_of(device)] not in session.get_providers():
        raise _unusable(device)
    return session


def onnx_providers(device: str, threads: int = 1, bf16: bool = False) -> list[Any]:
    """ONNX Runtime's providers for a device, with their options; the CPU does what the device cannot.

    Loads the libraries that the device needs.
    """
    kind, _, part = device.partition(":")
    if kind == "cpu":
        return [CPU]
    if kind == "cuda":
        _preload_cuda()
    options: Mapping[str, Any]
    if kind == "openvino":
        options = _openvino(part, threads, bf16)
    elif kind == "coreml":
        options = {"ModelFormat": "MLProgram"}  # the older format lacks operators that networks need
    else:
        options = {"device_id": int(part or 0)}
    return [(PROVIDERS[kind], dict(options)), CPU]


def _openvino(part: str, threads: int, bf16: bool) -> Mapping[str, str]:
    """OpenVINO's options: on the CPU the precision is said, for it would take a lower one where the CPU has it."""
    place = part.upper() or "CPU"
    if place != "CPU":
        return {"device_type": place}
    precision = {"CPU": {"INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32"}}
    return {"device_type": place, "num_of_threads": str(threads), "load_config": json.dumps(precision)}


def _preload_cuda() -> None:
    """Load the CUDA libraries that Python packages brought, where this ONNX Runtime can."""
    import onnxruntime

    if hasattr(onnxruntime, "preload_dlls"):
        with suppress(OSError, ImportError, RuntimeError):
            onnxruntime.preload_dlls()


def _unusable(device: str, error: Exception | None = None) -> DeviceError:
    if kind_of(device) == "cuda":
        return DeviceError(
            f"ONNX Runtime cannot use {device} here: there is no such GPU, or its CUDA and cuDNN libraries are not "
            "found.",
            "Set up the worker's environment for CUDA, or use DEVICE=cpu or DEVICE=auto.",
        )
    lines = str(error or "").strip().splitlines()
    why = lines[0].rstrip(".") if lines else "there is no such processor, or its driver is not found"
    return DeviceError(f"ONNX Runtime cannot use {device} here: {why}.", "Use DEVICE=cpu or DEVICE=auto.")


def _length(inputs: Arrays, axis: int) -> int:
    return next(iter(inputs.values())).shape[axis]
