"""TorchScript archives (``torch.jit.save``) as ONNX, by PyTorch's own exporter.

An archive holds no pickle that could run code, but a program in TorchScript, whose functions include ones that write
files; it is read as text first, and refused where it calls anything but arithmetic.
"""

from __future__ import annotations

import ast
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from ..cards.archive import opened_zip
from ..cards.foreign_item import is_foreign
from ..errors import ModelError
from ..files.text import shortened
from .builder import LARGEST_WEIGHTS, OPSET
from .foreign import Foreign
from .packed_card import packed_item
from .zips import is_torchscript

MOST_MEMBERS = 20_000
LARGEST_CODE = 16 << 20  # bytes
SPACES = ("aten", "prim")  # of operators that are arithmetic
FORBIDDEN = ("save", "load", "from_file")
USUAL_SIDE = 256  # pixels, where the size becomes fixed
SIDES = (64, 96, 224, 256, 512)  # pixels: sizes that are tried where the file does not tell its own
CLOSE = 1e-3
_EXPORT = "Export it to ONNX where it was trained (torch.onnx.export)."


def read_torchscript(path: Path) -> Foreign:
    """The network of an archive as ONNX; ModelError where it calls what is not arithmetic, or cannot be exported."""
    if not is_torchscript(path):
        text = f"{path.name} is a pickle, which could run code when it is opened, or weights without their network."
        raise ModelError(text, "Save it as TorchScript (torch.jit.save), or export it to ONNX (torch.onnx.export).")
    check_archive(path)
    import torch

    from .unrolled import tensors, unrolled

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is a newer format
            network = torch.jit.load(str(path), map_location="cpu").eval()
    except Exception as error:  # of any class
        raise ModelError(f"{path.name} is damaged, or of another PyTorch: {_first_line(error)}.", _EXPORT) from None
    item = _item(path)
    if item is not None and not is_foreign(item):
        from .own_torchscript import as_onnx

        return as_onnx(network, item, path)
    shapes, problem = _shapes(network), ""
    if not shapes:
        raise ModelError(f"{path.name} does not tell how many bands its network takes.", _EXPORT)
    for shape in shapes:
        try:
            with torch.no_grad():
                output = network(torch.zeros(1, *shape))
            break
        except Exception as error:  # of any class: another size may do
            problem = problem or _first_line(error)
    else:
        raise ModelError(f"{path.name} cannot be run with images of {shapes[0][0]} bands: {problem}.", _EXPORT)
    names = [f"output_{i}" for i in range(len(tensors(output)))]
    if not names:
        raise ModelError(f"{path.name} gives no tensors.", _EXPORT)
    bands, *sides = shape
    notes = tuple(f"It was tried with images of {n} x {n} px; the file does not tell its size." for n in sides[:1])
    for free in (True, False):
        model = _exported(_alone(network, output), shape, names, free)
        if model is not None and _agrees(model, network, shape, free):
            size = None if free or not sides else (sides[0], sides[1])
            return Foreign(model, "TorchScript", "NCHW", size, (), notes)
    for side in dict.fromkeys((max(sides[0], USUAL_SIDE), sides[0]) if sides else ()):
        model = unrolled(network, bands, side)
        if model is not None and _agrees(model, network, (bands, side, side), False):
            note = f"It was written as ONNX for single images of {side} x {side} px: its program leaves no other way."
            return Foreign(model, "TorchScript", "NCHW", (side, side), (), (note,))
    raise ModelError(f"{path.name} cannot be written as ONNX here.", _EXPORT)


def check_archive(path: Path) -> None:
    """ModelError where an archive is too large, or its program calls anything but arithmetic."""
    with opened_zip(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(info.file_size for info in members) > LARGEST_WEIGHTS:
            raise ModelError(f"{path.name} unpacks to more than {LARGEST_WEIGHTS:,} bytes.", "Use a smaller model.")
        code = [info for info in members if re.search(r"/code/.*\.py$", info.filename)]
        if sum(info.file_size for info in code) > LARGEST_CODE:
            raise ModelError(f"{path.name} holds a program of more than {LARGEST_CODE >> 20} MB.", _EXPORT)
        for info in code:
            text = archive.read(info).decode("utf-8", "replace")
            for name in forbidden_calls(text):
                raise ModelError(
                    f"{path.name} calls {shortened(name)}, which is not arithmetic. It is not run.", _EXPORT
                )
        for info in members:
            if info.filename.endswith((".pkl", ".py")) and b"torch.classes" in archive.read(info):
                raise ModelError(f"{path.name} holds an object of a compiled library, which is not read.", _EXPORT)


def _item(path: Path) -> dict[str, Any] | None:
    with opened_zip(path) as archive:
        return packed_item(archive, path)


def forbidden_calls(code: str) -> Iterator[str]:
    """What a program in TorchScript calls that is not arithmetic; its text is that of Python."""
    try:
        tree = ast.parse(re.sub(r"^op_version_set = .*$", "", code, flags=re.MULTILINE))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield "what cannot be read"
        return
    for node in ast.walk(tree):
        name = _dotted(node)
        parts = name.split(".")
        if parts[0] == "torch" and len(parts) > 1:
            if len(parts) > 2 or parts[1] not in arithmetic():
                yield name
        elif parts[0] == "ops" and (len(parts) < 3 or parts[1] not in SPACES or parts[2] in FORBIDDEN):
            if len(parts) != 2 or parts[1] not in SPACES:  # the beginning of one that was looked at
                yield name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield "import"


@lru_cache(maxsize=1)
def arithmetic() -> frozenset[str]:
    """The names of PyTorch's functions that touch no file."""
    import torch

    found = set(_OF_LANGUAGE)
    for schema in torch._C._jit_get_all_schemas():
        space, _, name = schema.name.partition("::")
        texts = [argument.name for argument in schema.arguments if str(argument.type) == "str"]
        if space in SPACES and name not in FORBIDDEN and not {"filename", "path", "file"} & set(texts):
            found.add(name)
    return frozenset(found)


_OF_LANGUAGE = ("device", "tensor", "jit", "dtype", "Tensor", "float", "int", "bool", "inf", "nan", "pi")


def _dotted(node: ast.AST) -> str:
    """'torch.nn.x' of an attribute of names, '' of anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not parts or not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _shapes(network: Any) -> list[tuple[int, ...]]:
    """What a network takes: images (bands, H, W) by its first convolution, else pixels (bands,) by its first matrix."""
    weights = [weights for weights in network.parameters() if weights.ndim > 1]
    taken = {tensor.ndim: int(tensor.shape[1]) for tensor in reversed(weights)}
    if 4 in taken:
        return [(taken[4], side, side) for side in SIDES]
    return [(taken[2],)] if 2 in taken else []


def _alone(network: Any, output: Any) -> Any:
    """A network without the dictionary around its one output, for ONNX has none."""
    if not (isinstance(output, dict) and len(output) == 1):
        return network
    from .unrolled import only

    return only(network, next(iter(output)))


def _exported(network: Any, shape: Sequence[int], names: Sequence[str], free: bool) -> onnx.ModelProto | None:
    import torch

    space = {2: "height", 3: "width"} if free and len(shape) > 1 else {}
    axes = {"image": {0: "batch", **space}, **({name: {0: "batch"} for name in names})}
    file = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter's own deprecations and shape notes
            torch.onnx.export(
                network,
                (torch.zeros(2, *shape),),
                file,
                input_names=["image"],
                output_names=list(names),
                opset_version=OPSET,
                dynamo=False,
                dynamic_axes=axes,
            )
        return onnx.load_model_from_string(file.getvalue())
    except Exception:  # the exporter raises classes of its own for every cause
        return None


def _agrees(model: onnx.ModelProto, network: Any, shape: Sequence[int], free: bool) -> bool:
    """Whether the ONNX gives what the network gives, of another size too where that is free."""
    import onnxruntime
    import torch

    from .unrolled import tensors

    rng = np.random.default_rng(0)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        bands, *sides = shape
        for factor in (1, 2) if free else (1,):
            image = rng.uniform(0, 1, (1, bands, *(factor * side for side in sides))).astype(np.float32)
            with torch.no_grad():
                wanted = [tensor.numpy() for tensor in tensors(network(torch.from_numpy(image)))]
            found = session.run(None, {"image": image})
            if not all(np.allclose(a, b, rtol=CLOSE, atol=CLOSE) for a, b in zip(wanted, found)):
                return False
    except Exception:  # of any class: it does not agree
        return False
    return True


def _first_line(error: Exception) -> str:
    return shortened((str(error).strip().splitlines() or ["?"])[0].rstrip("."))
