"""Runs a TensorFlow Lite file over tiles: run as a process by LiteRT's Python, ``… MODEL FOLDER``.

``FOLDER`` has ``tile-N.npz`` with the inputs in their order, a batch of any length, and gets ``answer-N.npz``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np


def main(model: Path, folder: Path) -> None:
    """Write what the file gives for each tile, whose images it takes one by one."""
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(model_path=str(model), num_threads=len(os.sched_getaffinity(0))
                      if hasattr(os, "sched_getaffinity") else os.cpu_count()).get_signature_runner()  # fmt: skip
    for tile in sorted(folder.glob("tile-*.npz")):
        with np.load(tile) as arrays:
            given = {f"args_{i}": arrays[f"input_{i}"] for i in range(len(arrays))}
        count = len(given["args_0"])
        found = [run(**{name: array[i : i + 1] for name, array in given.items()}) for i in range(count)]
        whole = {name: np.concatenate([answer[name] for answer in found]) for name in found[0]}
        np.savez(folder / tile.name.replace("tile", "answer"), allow_pickle=False, **whole)
    (folder / "done.json").write_text("{}", encoding="utf-8")


if __name__ == "__main__":
    place = Path(sys.argv[2])
    try:
        main(Path(sys.argv[1]), place)
    except Exception as error:  # LiteRT's are of many classes
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")
        (place / "error.json").write_text(json.dumps({"message": first, "hint": "", "known": False}), encoding="utf-8")
        sys.exit(1)
