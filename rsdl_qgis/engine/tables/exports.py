"""The formats in which a model can leave: one line each, read by the worker and by QGIS. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExportFormat:
    """``title``: in words; ``ending``: of the file; ``train``: whether the environment's step of that name is needed;
    ``suffix``: of the model's name, where it is another model; ``calibrated``: whether tiles of real rasters are
    needed; ``lite``: the precision of weights in TensorFlow Lite, which an environment of its own writes; ``exact``:
    whether the file takes tiles of the card's size alone.
    """

    title: str
    ending: str
    train: bool = True
    suffix: str = ""
    calibrated: bool = False
    lite: str = ""
    exact: bool = False


EXPORT_FORMATS: Mapping[str, ExportFormat] = {
    "zip": ExportFormat("a model archive", ".zip", train=False),
    "onnx": ExportFormat("ONNX in single precision (float32)", ".onnx"),
    "onnx-fp16": ExportFormat("ONNX in half precision (float16)", ".onnx", suffix="-fp16"),
    "onnx-int8": ExportFormat("ONNX in 8-bit integers (int8)", ".onnx", suffix="-int8", calibrated=True),
    "torchscript": ExportFormat("TorchScript", ".pt"),
    "deepness": ExportFormat("ONNX for Deepness", ".onnx", exact=True),
    "tflite": ExportFormat("TensorFlow Lite in single precision (float32)", ".tflite", lite="float32", exact=True),
    "tflite-fp16": ExportFormat(
        "TensorFlow Lite with weights in half precision (float16)",
        ".tflite",
        suffix="-fp16",
        lite="float16",
        exact=True,
    ),
    "tflite-int8": ExportFormat(
        "TensorFlow Lite with weights in 8-bit integers (int8)", ".tflite", suffix="-int8", lite="int8", exact=True
    ),
}
