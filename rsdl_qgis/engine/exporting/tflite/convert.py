"""Writes a program of ``torch.export`` as TensorFlow Lite: run as a process by LiteRT's Python, ``… FOLDER PRECISION``.

``FOLDER`` has ``program.pt2`` and gets ``model.tflite``; or ``error.json``, which says why not.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

PRECISIONS = {"float32": None, "float16": "weight_only_float16", "int8": "dynamic_wi8_afp32"}


def main(folder: Path, precision: str) -> None:
    """Write the file."""
    import litert_torch
    import torch

    program = torch.export.load(str(folder / "program.pt2"))
    (given, _) = program.example_inputs
    target = folder / "model.tflite"
    litert_torch.convert(program.module(), given).export(str(target))
    recipe = PRECISIONS[precision]
    if recipe is not None:
        _reduced(target, recipe)


def _reduced(path: Path, name: str) -> None:
    """The file with its weights in a lower precision."""
    from ai_edge_quantizer import quantizer, recipe

    worker = quantizer.Quantizer(str(path), getattr(recipe, name)())
    made = worker.quantize()
    made.export_model(str(path), overwrite=True)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    try:
        main(place, sys.argv[2])
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")
        (place / "error.json").write_text(json.dumps({"message": first, "hint": "", "known": False}), encoding="utf-8")
        sys.exit(1)
