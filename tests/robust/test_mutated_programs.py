"""Files of other programs, cut off at every twentieth of their length and with bytes changed: each is read or refused
in a sentence, in bounded time and memory, and nothing else on the disk changes.

Run with the worker's Python: ``python -m pytest tests/robust``. Seeds are fixed, so that a failure comes again.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.importing.facts import Facts
from rsdl_qgis.engine.importing.source import opened_source
from rsdl_qgis.engine.networks import build_network
from tests.engine.interop import keras_files, test_torch_export, test_torchscript, test_trees, tflite_files
from tests.robust.test_mutated_models import contents, damaged, forget_peak, network, peak

COUNT = int(os.environ.get("RSDL_MUTATIONS", "150"))  # of a kind, besides those that are cut off
MOST_MEMORY = 700  # MB more at the most: torch and ONNX Runtime are loaded
LONGEST = 60.0  # seconds of the processor for one of them
KINDS = ("h5", "keras", "tflite", "txt", "torchscript.pt", "pt2", "pth", "safetensors", "onnx", "emd", "tar.gz")
SAID = {"scaling": "none"}


def sound(folder: Path) -> dict[str, Path]:
    """A file of each kind, by its ending."""
    layers = [
        keras_files.image(8, 8, 3),
        keras_files.layer("Conv2D", "c", "image", filters=2, kernel_size=[1, 1], padding="same", activation="softmax"),
    ]
    keras = keras_files.functional(layers, ["c"])
    kernel, bias = np.ones((1, 1, 3, 2)), np.zeros(2)
    keras_files.write_h5(folder / "a.h5", keras, {"c": [kernel, bias]})
    keras_files.write_keras(folder / "a.keras", keras, {"layers/conv2d/vars/0": kernel, "layers/conv2d/vars/1": bias})
    tensors = [tflite_files.Tensor("x", (1, 4, 4, 3)), tflite_files.Tensor("y", (1, 4, 4, 3))]
    tflite_files.write(folder / "a.tflite", tensors, [("RELU", (0,), (1,), {})], (0,), (1,))
    test_trees.saved(folder / "a.txt", test_trees.text(3))
    test_torchscript.saved(folder / "a.torchscript.pt", test_torchscript.Small().eval(), True)
    test_torch_export.saved(folder / "a.pt2", test_torch_export.UNet(), 2, 4, 16, 16)
    state = build_network("unet", {"image": (1, 3)}, 2, widths=[2, 2]).state_dict()
    torch.save({"state_dict": state, "epoch": 1}, folder / "a.pth")
    save_file(state, folder / "a.safetensors")
    (folder / "a.onnx").write_bytes(network({}))
    emd = {"ModelFile": "b.onnx", "ModelType": "ImageClassification", "ExtractBands": [0, 1], "ImageHeight": 64}
    (folder / "a.emd").write_text(json.dumps({**emd, "ImageWidth": 64, "Classes": [{"Value": 1, "Name": "roof"}]}))
    (folder / "b.onnx").write_bytes(network({}))
    with tarfile.open(folder / "a.tar.gz", "w:gz") as made:
        made.add(folder / "a.txt", "in/a.txt")
    return {kind: folder / f"a.{kind}" for kind in KINDS if (folder / f"a.{kind}").exists()}


def mutated(data: bytes, number: int) -> bytes:
    """Cut off at so many twentieths, the last one not; then with bytes that are others."""
    if number <= 20:
        return data[: len(data) * number // 20]
    chance = random.Random(number)
    for _ in range(chance.choice((1, 1, 2, 8))):
        data = damaged(data, chance)
    return data


def read_all(path: Path) -> None:
    """Read the mutations of a file; what came of each is printed as a line, the number first, as a crash ends all."""
    data, memory = path.read_bytes(), forget_peak()
    said = Facts.of({**SAID, "network": "unet"} if path.suffix in (".pth", ".safetensors") else SAID)
    for number in range(21 + COUNT):
        print(json.dumps({"begin": number}), flush=True)
        path.write_bytes(mutated(data, number))
        started, told = time.process_time(), "taken"
        with tempfile.TemporaryDirectory() as work:
            try:
                opened_source(str(path), Path(work), Report(), said)
            except RsdlError as error:
                told = "refused" if str(error).strip() else "no words"
            except Exception as error:
                told = f"{type(error).__name__}: {error}"
        print(json.dumps({"told": told, "seconds": time.process_time() - started}), flush=True)
    print(json.dumps({"memory": peak() - memory}), flush=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TorchScript's end
        return sound(tmp_path_factory.mktemp("sound"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_read_or_refused_and_nothing_else_changes(files, tmp_path, kind):
    if kind not in files:
        pytest.skip("no such file is made")
    for name in ("given/" + files[kind].name, "given/b.onnx", "precious", "tmp/x", "home/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("precious")
    (tmp_path / "given" / "b.onnx").write_bytes((files["onnx"]).read_bytes())
    path = tmp_path / "given" / files[kind].name
    path.write_bytes(files[kind].read_bytes())
    before = contents(tmp_path)
    here = Path(__file__).resolve()
    env = {**os.environ, "PYTHONPATH": str(here.parents[2]), "TMPDIR": str(tmp_path / "tmp")}
    env["HOME"] = env["RSDL_HOME"] = str(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, str(here), str(path)], cwd=tmp_path / "tmp", env=env, stdout=subprocess.PIPE, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]
    assert done.returncode == 0, f"number {sum('begin' in line for line in lines) - 1} ended the process"
    found = [line for line in lines if "told" in line]
    wrong = {i: line for i, line in enumerate(found) if line["told"] not in ("taken", "refused")}
    print(kind, sum(line["told"] == "taken" for line in found), max(line["seconds"] for line in found), lines[-1])
    assert not wrong
    assert contents(tmp_path) == before
    assert max(line["seconds"] for line in found) <= LONGEST and lines[-1]["memory"] <= MOST_MEMORY
    assert found[20]["told"] == "taken" and sum(line["told"] == "refused" for line in found) > 15


if __name__ == "__main__":
    read_all(Path(sys.argv[1]))
