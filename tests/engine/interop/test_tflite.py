"""TensorFlow Lite files: made here, with answers in whole numbers; real ones, with what TensorFlow Lite gave."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.foreign import read_foreign
from rsdl_qgis.engine.interop.tflite.file import read_graph
from tests.engine.interop.running import DATA, first, needs_data, run
from tests.engine.interop.tflite_files import Tensor, write

SAME, VALID, RELU6 = ("Int8", 0), ("Int8", 1), ("Int8", 3)
ONE = ("Int32", 1)
CONV = {0: VALID, 1: ONE, 2: ONE, 3: RELU6, 4: ONE, 5: ONE}


def test_a_float_network(tmp_path, rng):
    kernel, bias = rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)  # (out, h, w, in)
    tensors = [
        Tensor("image", (1, 8, 8, 2)),
        Tensor("kernel", kernel.shape, values=kernel),
        Tensor("bias", (4,), values=bias),
        Tensor("middle", (1, 6, 6, 4)),
        Tensor("axes", (2,), "int32", [1, 2]),
        Tensor("mean", (1, 4)),
        Tensor("answer", (1, 4)),
    ]
    steps = [
        ("CONV_2D", (0, 1, 2), (3,), CONV),
        ("MEAN", (3, 4), (5,), {0: ("Bool", False)}),
        ("SOFTMAX", (5,), (6,), {0: ("Float32", 2.0)}),
    ]
    x = rng.normal(size=(3, 2, 8, 8)).astype(np.float32)
    foreign = read_foreign(write(tmp_path / "a.tflite", tensors, steps, (0,), (6,)))
    weights = torch.from_numpy(np.moveaxis(kernel, 3, 1).astype(np.float32).copy())
    middle = F.conv2d(torch.from_numpy(x), weights, torch.from_numpy(bias.astype(np.float32))).clip(0, 6)
    np.testing.assert_allclose(run(foreign, x)[0], (2 * middle.mean((2, 3))).softmax(1).numpy(), atol=1e-5)
    assert foreign.size == (8, 8)


def test_a_quantised_convolution_is_exact(tmp_path, rng):
    """(N, 1, 1, 3) int8, weights by channel: whole numbers, then one product, rounded to the even."""
    kernel = rng.integers(-127, 128, (4, 1, 1, 3))
    scales, bias = np.float32([0.01, 0.02, 0.005, 0.03]), rng.integers(-500, 500, 4)
    tensors = [
        Tensor("image", (1, 5, 7, 3), "int8", None, 0.05, 3),
        Tensor("kernel", kernel.shape, "int8", kernel, scales, np.zeros(4, int)),
        Tensor("bias", (4,), "int32", bias, scales * np.float32(0.05), np.zeros(4, int)),
        Tensor("answer", (1, 5, 7, 4), "int8", None, 0.1, -20),
    ]
    steps = [("CONV_2D", (0, 1, 2), (3,), {**CONV, 3: ("Int8", 0)})]
    foreign = read_foreign(write(tmp_path / "a.tflite", tensors, steps, (0,), (3,)))
    stored = rng.integers(-128, 128, (2, 5, 7, 3))
    sums = (stored - 3) @ kernel[:, 0, 0].T + bias
    factor = np.float32(0.05) * scales / np.float32(0.1)
    wanted = np.clip(np.round(sums.astype(np.float32) * factor) - 20, -128, 127)
    (found,) = run(foreign, first((stored - 3) * np.float32(0.05)))
    assert np.array_equal(np.round(found / 0.1) - 20, np.moveaxis(wanted, 3, 1))
    assert "numbers from -6.55 to 6.2, in steps of 0.05" in foreign.notes[0]


@pytest.mark.parametrize(
    ("exclusive", "reverse", "answer"), [(0, 0, [1, 3, 6]), (1, 0, [0, 1, 3]), (0, 1, [6, 5, 3]), (1, 1, [5, 3, 0])]
)
def test_running_sums(tmp_path, exclusive, reverse, answer):
    tensors = [Tensor("x", (1, 3, 1)), Tensor("axis", (), "int32", [1]), Tensor("y", (1, 3, 1))]
    options = {0: ("Bool", bool(exclusive)), 1: ("Bool", bool(reverse))}
    foreign = read_foreign(write(tmp_path / "a.tflite", tensors, [("CUMSUM", (0, 1), (2,), options)], (0,), (2,)))
    assert run(foreign, np.array([[[1], [2], [3]]], np.float32))[0].ravel().tolist() == answer


def test_values_are_gathered_by_places_and_compared(tmp_path):
    tensors = [
        Tensor("x", (1, 2, 2)),
        Tensor("places", (1, 3, 3), "int32", [[0, 1, 1], [0, 0, 0], [0, 1, 0]]),
        Tensor("there", (1, 3)),
        Tensor("two", (1,), values=[2]),
        Tensor("other", (1, 3), "bool"),
        Tensor("sign", (1, 3)),
        Tensor("y", (1, 3)),
    ]
    steps = [
        ("GATHER_ND", (0, 1), (2,), {}),
        ("NOT_EQUAL", (2, 3), (4,), {}),
        ("SIGN", (2,), (5,), {}),
        ("SELECT_V2", (4, 2, 5), (6,), {}),
    ]
    foreign = read_foreign(write(tmp_path / "a.tflite", tensors, steps, (0,), (6,)))
    assert run(foreign, np.array([[[5, 7], [2, -3]]], np.float32))[0].tolist() == [[-3, 5, 1]]


def test_bytes_are_taken_as_they_are(tmp_path):
    tensors = [
        Tensor("image", (1, 4, 4, 3), "uint8", None, 1 / 128, 128),
        Tensor("answer", (1, 4, 4, 3), "uint8", None, 1 / 128, 128),
    ]
    foreign = read_foreign(write(tmp_path / "a.tflite", tensors, [("RELU", (0,), (1,), {})], (0,), (1,)))
    x = np.arange(48).reshape(1, 3, 4, 4) * 5
    np.testing.assert_array_equal(run(foreign, x)[0], np.maximum(x - 128, 0) / 128)


def test_an_operator_that_is_not_known_is_named(tmp_path):
    tensors = [Tensor("a", (1, 4, 4, 3)), Tensor("b", (1, 4, 4, 3))]
    for name, said in (("LSTM", "Operator LSTM (number 0"), ("CUSTOM", "Operator CUSTOM")):
        with pytest.raises(ModelError) as error:
            read_foreign(write(tmp_path / "a.tflite", tensors, [(name, (0,), (1,), {})], (0,), (1,)))
        assert said in str(error.value) and "ONNX" in error.value.hint


def test_circles_and_shapes_that_do_not_fit_are_refused(tmp_path):
    tensors = [Tensor("a", (1, 4, 4, 3)), Tensor("b", (1, 4, 4, 3)), Tensor("c", (1, 4, 4, 3))]
    steps = [("ADD", (0, 2), (1,), {}), ("ADD", (0, 1), (2,), {})]
    with pytest.raises(ModelError, match="circle"):
        read_foreign(write(tmp_path / "a.tflite", tensors, steps, (0,), (2,)))
    tensors = [
        Tensor("a", (1, 4, 4, 3)),
        Tensor("k", (2, 1, 1, 5), values=np.zeros((2, 1, 1, 5))),
        Tensor("c", (1, 4, 4, 2)),
    ]
    with pytest.raises(ModelError, match="CONV_2D"):
        read_foreign(write(tmp_path / "a.tflite", tensors, [("CONV_2D", (0, 1), (2,), CONV)], (0,), (2,)))
    tensors = [Tensor("a", (1, 4, 4, 3)), Tensor("k", (1,), values=[np.nan]), Tensor("c", (1, 4, 4, 3))]
    with pytest.raises(ModelError, match="not finite"):
        read_foreign(write(tmp_path / "a.tflite", tensors, [("ADD", (0, 1), (2,), {})], (0,), (2,)))


def test_damaged_files_give_a_sentence(tmp_path, rng):
    tensors = [Tensor("a", (1, 4, 4, 3)), Tensor("k", (3,), values=np.ones(3)), Tensor("c", (1, 4, 4, 3))]
    whole = write(tmp_path / "a.tflite", tensors, [("ADD", (0, 1), (2,), {})], (0,), (2,)).read_bytes()
    broken = tmp_path / "b.tflite"
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(0, 256)
        broken.write_bytes(data[: rng.integers(8, len(data) + 1)])
        with suppress(ModelError):
            read_foreign(broken)


# -- real ones


def golden(name):
    return np.load(DATA / "tflite" / "golden.npz")[name]


@needs_data
@pytest.mark.parametrize(("name", "images", "divisor"), [("resnet8", "resnet8", 1), ("vww_96", "vww_96", 255)])
def test_mlperf_tiny(name, images, divisor):
    x = first(golden(f"{images}_images") / divisor)
    (found,) = run(read_foreign(DATA / "tflite" / f"{name}_float.tflite"), x)
    np.testing.assert_allclose(found, golden(f"{name}_float_output").reshape(found.shape), atol=1e-5)
    (found,) = run(read_foreign(DATA / "tflite" / f"{name}_int8.tflite"), x)
    assert np.array_equal(found * 256 - 128, golden(f"{name}_int8_output").reshape(found.shape))


@needs_data
def test_quantised_mobilenet_with_its_labels():
    foreign = read_foreign(DATA / "tflite" / "mobilenet_v2_1.0_224_quant.tflite")
    x = golden("mobilenet_v2_1.0_224_quant_input")
    (found,) = run(foreign, first(x))
    assert np.array_equal(found * 256, golden("mobilenet_v2_1.0_224_quant_output").reshape(found.shape))
    assert len(foreign.classes) == 1001 and foreign.classes[0] == "background"


@needs_data
def test_quantised_deeplab_gives_classes():
    x = golden("deeplab_input")
    (found,) = run(read_foreign(DATA / "tflite" / "deeplab.tflite"), first(x if x.ndim == 4 else x[None]))
    wanted = golden("deeplab_output").reshape(found.shape)
    assert (found == wanted).mean() > 0.99  # its own two kernels agree in 99.4 %


@needs_data
@pytest.mark.parametrize("name", ["fcModel_32x32x32", "fcModel_64x64x64"])
def test_fractional_cover_by_pixel(name):
    x = golden("fcModel_input").astype(np.float32)  # (512, 5)
    (found,) = run(read_foreign(DATA / "tflite" / f"{name}.tflite"), x.T.reshape(1, 5, 16, 32))
    np.testing.assert_allclose(found.reshape(3, 512).T, golden(f"{name}_output"), atol=1e-5)


def doubling(path, behind, factors=(2.0, 3.0)):
    tensors = [Tensor("a", (1, 2)), Tensor("factors", (2,), values=np.array(factors)), Tensor("b", (1, 2))]
    return write(path, tensors, [("MUL", (0, 1), (2,), {})], (0,), (2,), behind)


def test_constants_behind_the_flatbuffer_are_those_inside(tmp_path):
    found = [read_graph(doubling(tmp_path / f"{behind}.tflite", behind)).tensors[1].values for behind in (False, True)]
    assert found[0].tolist() == found[1].tolist() == [2, 3]
    cut = tmp_path / "cut.tflite"
    cut.write_bytes((tmp_path / "True.tflite").read_bytes()[:-1])
    with pytest.raises(ModelError, match="lie beyond the end of the file"):
        read_graph(cut)


@pytest.mark.parametrize(("factors", "sound"), [((-np.inf, 1.0), True), ((np.inf, 1.0), False), ((np.nan, 1.0), False)])
def test_minus_infinity_is_a_constant_and_what_is_not_finite_else_is_refused(tmp_path, factors, sound):
    path = doubling(tmp_path / "a.tflite", False, factors)
    if sound:
        assert read_graph(path).tensors[1].values.tolist() == list(factors)
    else:
        with pytest.raises(ModelError, match="not finite"):
            read_graph(path)
