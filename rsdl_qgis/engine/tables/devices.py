"""The names of the devices that networks run on, and of the engines that run them. Standard library only."""

from __future__ import annotations

import re

DEVICES = ("auto", "cpu", "cuda", "cuda:0", "mps", "openvino", "directml", "coreml", "rocm", "migraphx")  # for choice
NAMES = "auto, cpu, cuda, cuda:N, mps, openvino, openvino:gpu, openvino:npu, directml:N, coreml, rocm:N or migraphx:N"
PROVIDERS = {  # kind of device -> what ONNX Runtime calls its part that runs on it
    "cuda": "CUDAExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",  # Intel's processors; the CPU unless ':gpu' or ':npu' follows
    "directml": "DmlExecutionProvider",  # any GPU on Windows
    "coreml": "CoreMLExecutionProvider",  # Apple's
    "rocm": "ROCMExecutionProvider",  # AMD's
    "migraphx": "MIGraphXExecutionProvider",  # AMD's
}
ON_CPU = ("cpu", "openvino")
ENGINES = ("auto", "card", "onnx", "onnx-bf16", "torch", "torch-bf16")  # for choice; bf16: in bfloat16 precision
_NAME = re.compile(r"auto|cpu|mps|coreml|openvino(:[gn]pu)?|(cuda|directml|rocm|migraphx)(:[0-9]+)?")


def is_device(name: str) -> bool:
    """Whether a text names a device, one of ``NAMES``; N is the number of a GPU from 0 and may be left out."""
    return _NAME.fullmatch(name) is not None


def kind_of(device: str) -> str:
    """'cuda' of 'cuda:1'."""
    return device.partition(":")[0]
