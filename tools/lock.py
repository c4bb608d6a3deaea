"""Make the lock files in ``rsdl_qgis/requirements``: ``make lock``, or ``python -m tools.lock`` with uv in that Python.

Each is one resolution for Linux, Windows and macOS and every Python that is supported, with the hashes of all files,
from the public index: what this machine's pip and uv are configured for is left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rsdl_qgis.environment.pythons import LEAST
from rsdl_qgis.environment.requirements import BUILDS, STEPS, TENSORFLOW, TFLITE, UV, lock_file

TOOL = "uv>=0.9"
# From 1.27 on ONNX Runtime's wheels have its library twice (25 MB), and those for GPUs need CUDA 13.
PREDICT = ("affine>=2.3", "numpy>=1.26", "rasterio>=1.4", "pyogrio>=0.10", "shapely>=2.1")
RUNTIMES = {
    "cpu": "onnxruntime>=1.23,<1.27",
    "cuda12": "onnxruntime-gpu[cuda,cudnn]>=1.23,<1.27",
    "cuda13": "onnxruntime-gpu[cuda,cudnn]>=1.27; python_version >= '3.11'",
}
WITHOUT_CUDA = "onnxruntime>=1.23,<1.27; python_version < '3.11'"  # which the wheels for CUDA 13 leave out
TRAIN = (
    *("torch==2.13.0", "safetensors>=0.4.2", "onnx>=1.16", "tensorboardX>=2.6.2.2"),
    *("scikit-learn>=1.6", "threadpoolctl>=3.1", "h5py>=3.11"),  # classifiers of single pixels; Keras' files
)
TENSORFLOW_REQUIREMENTS = (  # one build for the CPU on every system: only Linux has a package of its own for it
    "tensorflow-cpu==2.21.0; sys_platform == 'linux' and platform_machine == 'x86_64'",
    "tensorflow==2.21.0; sys_platform != 'linux' or platform_machine != 'x86_64'",
    "tf2onnx==1.17.0",
)
TFLITE_REQUIREMENTS = ("torch==2.13.0", "litert-torch==0.10.0", "packaging>=24")  # torchao imports the last
NOT_NEEDED = (  # by a conversion, which never imports them: what language models need, 0.3 GB
    *("transformers", "kagglehub", "sentencepiece", "fire", "pillow", "tabulate", "multipledispatch"),
)
TFLITE_OVERRIDES = (
    *(f"{name}; python_version < '3'" for name in NOT_NEEDED),
    "backports-strenum; python_version < '3.11'",  # newer ones cannot have it, and LiteRT does not import it there
)
OPTIONS = ("--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-build", "--no-config")


def main() -> None:
    for step in STEPS:
        for build in BUILDS:
            compiled(requirements(step, build), lock_file(step, build))
    compiled(TENSORFLOW_REQUIREMENTS, lock_file(TENSORFLOW, "cpu"))
    compiled(TFLITE_REQUIREMENTS, lock_file(TFLITE, "cpu"), TFLITE_OVERRIDES)
    compiled((TOOL,), UV)


def requirements(step: str, build: str) -> tuple[str, ...]:
    """What a step with a build asks for."""
    older = (WITHOUT_CUDA,) if build == "cuda13" else ()
    return (*PREDICT, RUNTIMES[build], *older, *(TRAIN if step == "train" else ()))


def compiled(wanted: tuple[str, ...], path: Path, overrides: tuple[str, ...] = ()) -> None:
    """Writes a lock file; what an older one has and still fits stays, unless it is removed first. ``overrides``: what
    counts in place of what packages ask for.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "requirements.in")
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        instead = Path(folder, "overrides.txt")
        instead.write_text("\n".join(overrides) + "\n", encoding="utf-8")
        version = ".".join(map(str, LEAST))
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, "--python-version", version]
        command += ["--override", str(instead)] if overrides else []
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
        subprocess.run([*command, str(source), "--output-file", str(path)], env=settings, check=True)
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# Made by `make lock`: {'; '.join(wanted)}\n{text}", encoding="utf-8")
    print(path.name, f"{len(text) >> 10} kB")


if __name__ == "__main__":
    main()
