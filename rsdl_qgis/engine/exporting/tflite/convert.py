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

FULL = "float32"  # beside float16 and int8


def main(folder: Path, precision: str) -> None:
    """Write the file."""
    import litert_torch
    import torch

    program = torch.export.load(str(folder / "program.pt2"))
    (given, _) = program.example_inputs
    target = folder / "model.tflite"
    litert_torch.convert(program.module(), given).export(str(target))
    if precision != FULL:
        _reduced(target, precision)


def _reduced(path: Path, precision: str) -> None:
    """The file with its weights in a lower precision: float16, or int8 with one scale a channel."""
    from ai_edge_quantizer import qtyping, quantizer, recipe

    if precision == "int8":
        worker = quantizer.Quantizer(str(path), recipe.dynamic_wi8_afp32())
    else:
        worker = quantizer.Quantizer(str(path))
        weights = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
        how = qtyping.OpQuantizationConfig(
            weight_tensor_config=weights,
            compute_precision=qtyping.ComputePrecision.FLOAT,
            explicit_dequantize=True,
        )
        every = qtyping.TFLOperationName.ALL_SUPPORTED
        worker.update_quantization_recipe(".*", every, how, recipe.AlgorithmName.FLOAT_CASTING)
    worker.quantize().export_model(str(path), overwrite=True)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    try:
        main(place, sys.argv[2])
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")
        (place / "error.json").write_text(json.dumps({"message": first, "hint": "", "known": False}), encoding="utf-8")
        sys.exit(1)
