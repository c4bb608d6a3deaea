"""An archive of ``torch.export`` as an ONNX network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import ModelError
from ...files.text import shortened
from ..builder import MOST_NODES, Builder, SizeNeeded, Value
from ..foreign import Foreign
from ..images import NAMES
from .file import Exported, lengths, read_exported
from .operators import FUNCTIONS, LENGTHS, Function

_AGAIN = "Get the model again."
_EXPORT = "Export it to ONNX where it was trained (torch.onnx.export)."


def read_torch_export(path: Path) -> Foreign:
    """The network of a ``.pt2`` file; ModelError says what cannot be read, or names the function that is not known.

    Batch, height and width are free where they are so in the file.
    """
    exported = read_exported(path)
    b = Builder()
    try:
        known = dict(_inputs(b, exported))
        images = [v for v in known.values() if v.name.startswith("image")]
        for number, node in enumerate(_nodes(exported)):
            known.update(_results(b, node, number, known, exported))
        names = [_name(entry) for entry in exported.graph["outputs"]]
        model = b.model([(f"output_{i}", known[name]) for i, name in enumerate(names)])
    except SizeNeeded:
        raise ModelError(f"{path.name} has a size that is free where a fixed one is needed.", _EXPORT) from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:  # of the file
        raise ModelError(f"{path.name} is damaged, or of another PyTorch: {shortened(str(error))}.", _AGAIN) from None
    shape = images[0].shape if images else ()
    sides = shape[-2:] if len(shape) > 3 else ()
    size = (sides[0], sides[1]) if len(sides) == 2 and sides[0] and sides[1] else None
    return Foreign(model, "PyTorch", "NCHW", size)


def _inputs(b: Builder, exported: Exported) -> Iterator[tuple[str, Value]]:
    """Weights and images by their names in the graph."""
    count = 0
    for spec in exported.signature["input_specs"]:
        ((kind, entry),) = spec.items()
        if kind == "user_input":
            name = _name(entry["arg"])
            shape = lengths(exported.graph["tensor_values"][name])
            if not 2 <= len(shape) <= 5:
                raise ModelError(f"The network takes '{shortened(name)}' of shape {shape}, which is no image.", _EXPORT)
            title = f"image_{count}" if count else "image"
            axes = [f"{title}_{axis}" if n is None else n for axis, n in zip(NAMES[len(shape)], shape)]
            count += 1
            yield name, b.input(title, axes)
        elif kind in ("parameter", "buffer", "tensor_constant"):
            stated = entry[f"{kind}_name"]
            if stated not in exported.weights:
                raise ModelError(f"The weights '{shortened(stated)}' are missing.", _AGAIN)
            yield entry["arg"]["name"], b.constant(exported.weights[stated])
        else:
            raise ModelError(f"The network takes an input of the kind {shortened(kind)}.", _EXPORT)


def _nodes(exported: Exported) -> list[Mapping[str, Any]]:
    nodes = exported.graph["nodes"]
    if not isinstance(nodes, list) or len(nodes) > MOST_NODES:
        raise ModelError(f"The network has more than {MOST_NODES} operations.", "Use a smaller one.")
    return nodes


def _results(
    b: Builder, node: Mapping[str, Any], number: int, known: Mapping[str, Value], exported: Exported
) -> Iterator[tuple[str, Value]]:
    target = str(node["target"])
    build = _function(target)
    if build is None:
        text = f"Operation {number} calls {shortened(target)}, which is not known here."
        raise ModelError(text, _EXPORT)
    given = [_argument(entry["arg"], known) for entry in node["inputs"]]
    try:
        if target in LENGTHS:
            found = build(b, *given)
        else:
            found = build(b, **{e["name"]: v for e, v in zip(node["inputs"], given)})
    except ModelError as error:
        raise ModelError(f"Operation {number} ({shortened(target)}): {error.message}", error.hint) from None
    names = list(_names(node["outputs"]))
    values = found if isinstance(found, list) else [found]
    for name, value in zip(names, values):
        meta = exported.graph["tensor_values"].get(name)
        yield name, Value(value.name, lengths(meta), value.dtype) if meta else value


def _function(target: str) -> Function | None:
    """What a function of the table is; the name in the file is looked up there alone."""
    found = re.fullmatch(r"torch\.ops\.aten\.(\w+?)_?\.\w+", target)
    return FUNCTIONS.get(found[1]) if found else LENGTHS.get(target)


def _argument(entry: Mapping[str, Any], known: Mapping[str, Value]) -> Any:
    ((kind, content),) = entry.items()
    if kind == "as_none":
        return None
    if kind in ("as_tensor", "as_sym_int"):
        return known[content["name"]] if "name" in content else _symbol(content, known)
    if kind == "as_optional_tensor":
        return known[content["as_tensor"]["name"]] if "as_tensor" in content else None
    if kind == "as_tensors":
        return [known[item["name"]] for item in content]
    if kind == "as_sym_ints":
        return [_symbol(item, known) for item in content]
    return content


def _symbol(item: Mapping[str, Any], known: Mapping[str, Value]) -> Any:
    return known[item["as_name"]] if "as_name" in item else item["as_int"]


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry["as_tensor"]["name"])


def _names(outputs: list[Mapping[str, Any]]) -> Iterator[str]:
    for entry in outputs:
        ((kind, content),) = entry.items()
        if kind == "as_tensors":
            yield from (item["name"] for item in content)
        elif kind in ("as_tensor", "as_sym_int"):
            yield content.get("name") or content.get("as_name")
