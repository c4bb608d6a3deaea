"""SavedModels: what is refused before TensorFlow starts, its process, resizing at borders; with TensorFlow where it is.

``make test-tensorflow`` makes its environment and runs all of these.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from rsdl_qgis.engine.errors import Cancelled, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.interop.foreign import read_foreign
from rsdl_qgis.engine.interop.saved_model.resizing import KERNELS, with_resizing
from rsdl_qgis.paths import python_in
from tests.engine.interop.running import DATA, first, needs_data, run
from tests.engine.interop.saved_model_stand_in import halved, resizing, stand_in, write_graph, write_prepared

TENSORFLOW = os.environ.get("RSDL_TENSORFLOW", "")
needs_tensorflow = pytest.mark.skipif(not TENSORFLOW, reason="RSDL_TENSORFLOW is not set (make test-tensorflow)")
WRITES = Path(__file__).with_name("saved_model_files.py")
# tf.image.resize(arange(35).reshape(1, 5, 7, 1) ** 2 / 100, (3, 9), kernel, antialias=True) of TensorFlow 2.21: the
# first four numbers and the last three, all of them at borders.
OF_TENSORFLOW = {
    "triangle": [0.21, 0.25667, 0.32, 0.39444, 8.85778, 9.32333, 9.73],
    "keyscubic": [0.0801, 0.11764, 0.17534, 0.24239, 9.06881, 9.58048, 9.98799],
    "lanczos3": [0.04863, 0.08092, 0.13948, 0.19826, 9.14344, 9.72351, 10.10734],
    "lanczos5": [0.08625, 0.11808, 0.18155, 0.23299, 9.12875, 9.75718, 10.13324],
    "gaussian": [0.35506, 0.40948, 0.48262, 0.57054, 8.41378, 8.84041, 9.20198],
    "mitchellcubic": [0.20149, 0.24597, 0.31357, 0.39104, 8.75147, 9.23785, 9.61405],
}


def refused(path, report=None):
    with pytest.raises(ModelError) as caught:
        read_foreign(path, report or Report())
    return str(caught.value)


# -- before TensorFlow starts


@pytest.mark.parametrize("name", ["PyFunc", "EagerPyFunc", "ReadFile", "WriteFile", "MatchingFiles", "PrintV2"])
@pytest.mark.parametrize("place", ["graph", "function"])
def test_what_is_more_than_arithmetic_is_refused_by_its_name(tmp_path, monkeypatch, name, place):
    monkeypatch.setenv("RSDL_TENSORFLOW", str(stand_in(tmp_path / "python")))
    names = {"operations": ["Conv2D"], "functions": ["Relu"]}
    names["operations" if place == "graph" else "functions"].append(name)
    path = write_graph(tmp_path / "model", *names["operations"], functions=names["functions"])
    assert f"calls {name}, which is not arithmetic" in refused(path)


def test_what_jax_compiled_is_refused_with_what_to_do(tmp_path):
    assert "jax2onnx" in refused(write_graph(tmp_path / "model", "Placeholder", functions=["XlaCallModule"]))


def test_a_graph_that_is_damaged_or_empty_is_refused(tmp_path):
    path = write_graph(tmp_path / "model", "Conv2D")
    path.write_bytes(path.read_bytes()[:-3])
    assert "damaged" in refused(path)
    path.write_bytes(b"")
    assert "no operation" in refused(path)
    path.write_bytes(b"\xff" * 100)
    assert "damaged" in refused(path)


def test_without_tensorflow_it_says_how_large_its_environment_is(tmp_path, monkeypatch):
    monkeypatch.delenv("RSDL_TENSORFLOW", raising=False)
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    text = refused(write_graph(tmp_path / "model", "Conv2D"))
    assert "1.5 GB on disk" in text and "step 'tensorflow'" in text


# -- its process


def test_what_tensorflow_writes_becomes_images_with_bands_first(tmp_path, monkeypatch, rng):
    path = write_prepared(tmp_path / "model")
    python = python_in(tmp_path / "home" / "tensorflow")
    python.parent.mkdir(parents=True)
    stand_in(python)
    monkeypatch.delenv("RSDL_TENSORFLOW", raising=False)
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    foreign = read_foreign(path, Report())
    assert (foreign.kind, foreign.layout, foreign.model.graph.output[0].name) == ("TensorFlow", "NHWC", "half")
    for side in (8, 22):
        image = rng.random((2, side, side + 2, 3)).astype("float32")
        np.testing.assert_allclose(run(foreign, first(image))[0], first(halved(image)), atol=1e-6)


def test_numbers_that_are_not_tensorflows_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_TENSORFLOW", str(stand_in(tmp_path / "python")))
    assert "other numbers as ONNX" in refused(write_prepared(tmp_path / "model", off=0.01))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"message": "The network calls Svd.", "hint": "Do so.", "known": True}, "The network calls Svd. Do so."),
        ({"message": "No kernel", "hint": "", "known": False}, "TensorFlow cannot convert it: No kernel. Export"),
        (None, "ended (status 1): the last line. Export"),
    ],
)
def test_what_tensorflow_says_is_passed_on(tmp_path, monkeypatch, said, text):
    monkeypatch.setenv("RSDL_TENSORFLOW", str(stand_in(tmp_path / "python")))
    path = write_prepared(tmp_path / "model")
    (tmp_path / "model" / "prepared" / "facts.json").unlink()
    if said:
        (tmp_path / "model" / "prepared" / "error.json").write_text(json.dumps(said))
    assert text in refused(path)


def test_a_conversion_can_be_cancelled_and_is_stopped_when_it_takes_too_long(tmp_path, monkeypatch):
    class Impatient(Report):
        def cancelled(self):
            return True

    from rsdl_qgis.engine.interop import elsewhere

    monkeypatch.setenv("RSDL_TENSORFLOW", str(stand_in(tmp_path / "python")))
    path = write_prepared(tmp_path / "model")
    (tmp_path / "model" / "hang").touch()
    with pytest.raises(Cancelled):
        read_foreign(path, Impatient())
    monkeypatch.setattr(elsewhere, "LIMIT", 0.2)
    assert "and was stopped" in refused(path)


# -- resizing


@pytest.mark.parametrize("kernel", OF_TENSORFLOW)
def test_antialiased_resizing_is_tensorflows_at_the_borders_too(kernel):
    model = with_resizing(resizing(kernel, channels=1))
    model.graph.initializer[1].CopyFrom(_floats("scale", [3 / 5, 9 / 7]))
    del model.graph.node[:3]  # the size is given
    model.graph.initializer.append(_ints("size", [3, 9]))
    image = (np.arange(35, dtype="float32") ** 2 / 100).reshape(1, 5, 7, 1)
    found = _run(model, image)
    assert found.shape == (1, 3, 9, 1)
    np.testing.assert_allclose([*found[0, 0, :4, 0], *found[0, -1, -3:, 0]], OF_TENSORFLOW[kernel], atol=2e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_resizing_keeps_a_constant_and_leaves_what_is_outside_empty(kernel):
    model = with_resizing(resizing(kernel))
    image = np.full((1, 10, 14, 3), 7, np.float32)
    np.testing.assert_allclose(_run(model, image), 7, rtol=1e-5)
    zeros = next(tensor for tensor in model.graph.initializer if tensor.name.endswith("zeros"))
    zeros.CopyFrom(_floats(zeros.name, [2.5, 0.0]))  # two and a half rows down: the first of the result see nothing
    moved = _run(model, image)
    assert not moved[0, :2].any() and np.allclose(moved[0, 2:], 7, rtol=1e-5)


def test_without_antialiasing_pixels_are_skipped(rng):
    image = rng.random((1, 8, 8, 3)).astype("float32")
    found = _run(with_resizing(resizing("triangle", "plain")), image)
    pairs = image.reshape(1, 4, 2, 4, 2, 3).mean((2, 4))  # the middle of two pixels lies between them
    np.testing.assert_allclose(found, pairs, atol=1e-6)


def test_a_kernel_that_is_not_known_is_named():
    with pytest.raises(ModelError, match="ScaleAndTranslate_sharp_antialias cannot be written"):
        with_resizing(resizing("sharp"))


def _floats(name, values):
    from onnx import numpy_helper

    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def _ints(name, values):
    from onnx import numpy_helper

    return numpy_helper.from_array(np.asarray(values, np.int32), name)


def _run(model, image):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: image})[0]


# -- with TensorFlow


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder of SavedModels that TensorFlow wrote, and what they gave there."""
    folder = tmp_path_factory.mktemp("saved")
    python = python_in(Path(TENSORFLOW)) if Path(TENSORFLOW).is_dir() else Path(TENSORFLOW)
    subprocess.run([python, str(WRITES), str(folder)], check=True, capture_output=True)
    return folder


@needs_tensorflow
@pytest.mark.parametrize(
    "name", ["callable_object", "keras_exported", "bytes_with_two_heads", "of_tensorflow_1", "with_resources"]
)
def test_networks_for_images_give_what_they_gave_in_tensorflow(written, name):
    foreign = read_foreign(written / name / "saved_model.pb", Report())
    stored = np.load(written / f"{name}.npz")
    image = np.floor(stored["image"] * 200) if name == "bytes_with_two_heads" else stored["image"]
    np.testing.assert_allclose(run(foreign, first(image))[0], first(stored["wanted"]), atol=1e-5)


@needs_tensorflow
def test_networks_for_pixels_and_series(written):
    stored = np.load(written / "pixels.npz")
    foreign = read_foreign(written / "pixels" / "saved_model.pb", Report())
    found = run(foreign, stored["image"].T.reshape(1, 6, 5, 10))[0]
    np.testing.assert_allclose(found, stored["wanted"].T.reshape(1, 3, 5, 10), atol=1e-5)
    stored = np.load(written / "series.npz")
    foreign = read_foreign(written / "series" / "saved_model.pb", Report())
    np.testing.assert_allclose(run(foreign, stored["image"])[0], stored["wanted"], atol=1e-5)


@needs_tensorflow
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("python", "calls EagerPyFunc"),
        ("reading", "calls ReadFile"),
        ("svd", "calls Svd"),
        ("table", "of the kind 'resource'"),
        ("texts", "no function that takes images"),
    ],
)
def test_what_tensorflow_would_run_is_refused(written, name, text):
    assert text in refused(written / name / "saved_model.pb")


@needs_tensorflow
@needs_data
def test_dynamic_world_gives_its_golden_outputs_of_any_size():
    foreign = read_foreign(DATA / "dynamicworld" / "saved_model.pb", Report())
    golden = np.load(DATA / "dynamicworld" / "golden.npz")
    for name in ("random", "real"):
        found = run(foreign, first(golden[f"{name}_image"]))[0]
        np.testing.assert_allclose(found, first(golden[f"{name}_logits"]), atol=1e-4)
