"""Files that cannot be a map's network, or would run or read what they should not: a sentence, and nothing left."""

from __future__ import annotations

import json
import pickle
import zipfile

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from rsdl_qgis.engine.cards.store import own_folder
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from tests.engine.importing.test_other_files import Spy
from tests.engine.interop.keras_files import image, layer, sequential, write_keras
from tests.engine.runtime.foreign_networks import FLOAT, FORMS, KEYS, LOGITS, write
from tests.engine.runtime.test_foreign_networks import Listening

from .test_items import INPUT, OUTPUT, item_of, structure


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


def refused(path, said, **given):
    with pytest.raises(ModelError, match=said) as caught:
        run_import({"input": str(path), "scaling": "/255", **given}, Listening())
    assert not own_folder().exists() or not list(own_folder().iterdir())
    return caught.value


def two_inputs(path):
    shape = ("n", 1, 32, 32)
    graph = helper.make_graph(
        [helper.make_node("Add", ["before", "after"], ["y"])],
        "g",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name in ("before", "after")],
        [helper.make_tensor_value_info("y", FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def test_a_network_of_no_images_is_told_what_images_are(tmp_path):
    file = write(tmp_path / "m.onnx", [("Relu", ["x"], ["y"])], ("n",), shape=("n",), keys={})
    error = refused(file, r"The input of 'm' has shape \(\?\), which is no image")
    assert "(N, C, H, W)" in error.hint and "(N, bands)" in error.hint
    refused(file, r"LAYOUT is NCHW, but the input of 'm' has 1 axes", layout="NCHW")


def test_several_inputs_need_a_card(tmp_path):
    error = refused(two_inputs(tmp_path / "m.onnx"), r"'m' has 2 inputs \(before.*after.*one image can be given")
    assert "model.json" in error.hint


@pytest.mark.parametrize("shape", [(2_000_000_000, 1, 32, 32), ("n", 1, 60_000, 60_000)])
@pytest.mark.parametrize("keys", [KEYS, {}])
def test_absurd_sizes_are_refused_before_memory_is_taken(tmp_path, shape, keys):
    keys = {key: value for key, value in keys.items() if key != "tile_size"}
    file = write(tmp_path / "m.onnx", [LOGITS], (shape[0], 2, *shape[2:]), shape=shape, keys=keys)
    said = r"wants [\d.e+]+ numbers at once: 'x' has shape|tiles of 60000 x 60000 px, more than can be tried"
    refused(file, said, task="segmentation")


def test_absurd_tiles_of_a_card_are_refused(tmp_path):
    write(tmp_path / "net.onnx", [LOGITS], ("n", 2, "h", "w"), shape=("n", 1, "h", "w"), keys={})
    image = {**INPUT, "input": structure(-1, 1, 60_000, 60_000)}
    (tmp_path / "item.json").write_text(json.dumps(item_of([image], [OUTPUT], "net.onnx")))
    refused(tmp_path / "item.json", "tiles of 60000 x 60000 px, more than can be tried")


def test_a_lambda_of_keras_is_never_run(tmp_path):
    net = sequential(image(8, 8, 3), layer("Lambda", "mine", function=["4wEAAAA=", None, None], function_type="lambda"))
    file = tmp_path / "m.keras"
    write_keras(file, net, {})
    refused(file, r"'mine' is a Lambda.*never run")


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/hostname"])
def test_weights_outside_the_folder_are_not_read(tmp_path, place):
    (tmp_path / "secret.bin").write_bytes(bytes(8))
    folder = tmp_path / "model"
    folder.mkdir()
    file = write(folder / "m.onnx", **{**FORMS["logits"], "keys": {}})
    model = onnx.load(file)
    weights = next(tensor for tensor in model.graph.initializer if tensor.name == "b")
    weights.CopyFrom(numpy_helper.from_array(np.zeros(2, "f4"), "b"))
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL
    entry = weights.external_data.add()
    entry.key, entry.value = "location", place
    file.write_bytes(model.SerializeToString())
    refused(file, "outside its own folder", task="segmentation")
    refused(folder, "outside its own folder", task="segmentation")


@pytest.mark.parametrize("packed", [False, True])
def test_a_pickle_of_code_in_a_checkpoint_is_not_run(tmp_path, packed):
    """As PyTorch wrote checkpoints before and after 1.6."""
    file, ran = tmp_path / "m.ckpt", tmp_path / "ran"
    code = pickle.dumps({"state_dict": {}, "hyper_parameters": Spy(ran)})
    if packed:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", code)
            archive.writestr("archive/version", "3\n")
    else:
        file.write_bytes(code)
    refused(file, r"m\.ckpt")
    assert not ran.exists()
