"""Keras files without Keras: made by h5py, their answers computed by PyTorch or NumPy from the same weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

pytest.importorskip("h5py")  # of the worker's requirements

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.foreign import read_foreign
from tests.engine.interop.keras_files import functional, image, layer, sequential, write_h5, write_keras
from tests.engine.interop.running import DATA, first, needs_data, run


def made(rng, *shape):
    return rng.normal(0, 0.5, shape).astype(np.float32)


def oihw(kernel):
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(kernel, (-1, -2), (0, 1))))


def conv(name, after=None, **config):
    return layer("Conv2D", name, after, **{"strides": [1, 1], "padding": "same", "activation": "linear", **config})


def same(x, kernel, stride=1):
    """TensorFlow's 'same' padding by its definition: the surplus at the end."""
    pads = []
    for length in (x.shape[3], x.shape[2]):
        total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads)


@pytest.mark.parametrize(("side", "stride", "size"), [(11, 1, 3), (11, 2, 3), (12, 2, 3), (12, 2, 4), (13, 3, 2)])
def test_same_padding_is_tensorflows(tmp_path, rng, side, stride, size):
    kernel, bias, x = made(rng, size, size, 3, 4), made(rng, 4), made(rng, 2, 3, side, side)
    net = functional([image(side, side, 3), conv("a", "image", strides=[stride, stride])], ["a"])
    foreign = read_foreign(write_h5(tmp_path / "a.h5", net, {"a": [kernel, bias]}))
    wanted = F.conv2d(same(torch.from_numpy(x), size, stride), oihw(kernel), torch.from_numpy(bias), stride)
    np.testing.assert_allclose(run(foreign, x)[0], wanted.numpy(), atol=1e-5)
    assert foreign.size == (side, side)


def test_a_unet_takes_other_sizes_and_shares_a_layer(tmp_path, rng):
    shared = conv("shared", None, activation="relu")
    shared["inbound_nodes"] = [[["up", 0, 0, {}]], [["shared", 0, 0, {}]]]
    layers = [
        image(16, 16, 3),
        conv("down", "image", activation="relu"),
        layer("BatchNormalization", "norm", "down", axis=[3], epsilon=1e-3),
        layer("MaxPooling2D", "pool", "norm", pool_size=[2, 2], strides=[2, 2], padding="valid"),
        layer("UpSampling2D", "up", "pool", size=[2, 2], interpolation="nearest"),
        shared,
        layer("Concatenate", "join", ["norm", ["shared", 1, 0, {}]], axis=-1),
        conv("head", "join", activation="softmax"),
    ]
    w = {"down": [made(rng, 3, 3, 3, 4), made(rng, 4)], "shared": [made(rng, 3, 3, 4, 4), made(rng, 4)]}
    w |= {"norm": [*(made(rng, 4) for _ in range(3)), np.abs(made(rng, 4)) + 0.5]}
    w |= {"head": [made(rng, 1, 1, 8, 2), made(rng, 2)]}
    foreign = read_foreign(write_h5(tmp_path / "u.h5", functional(layers, ["head"]), w))
    x = made(rng, 2, 3, 24, 40)

    def step(t, name):
        kernel, bias = w[name]
        return F.conv2d(same(t, kernel.shape[0]), oihw(kernel), torch.from_numpy(bias))

    gamma, beta, mean, variance = map(torch.from_numpy, w["norm"])
    a = F.batch_norm(step(torch.from_numpy(x), "down").relu(), mean, variance, gamma, beta, eps=1e-3)
    b = F.interpolate(F.max_pool2d(a, 2), scale_factor=2)
    b = step(step(b, "shared").relu(), "shared").relu()
    wanted = step(torch.cat([a, b], 1), "head").softmax(1).numpy()
    np.testing.assert_allclose(run(foreign, x)[0], wanted, atol=1e-5)
    assert foreign.size == (16, 16)


@pytest.mark.parametrize(
    ("padding", "size", "stride"), [("same", 3, 2), ("valid", 2, 2), ("valid", 2, 3), ("same", 4, 2)]
)
def test_a_transposed_convolution_is_as_long_as_in_keras(tmp_path, rng, padding, size, stride):
    kernel, bias, x = made(rng, size, size, 4, 3), made(rng, 4), made(rng, 1, 3, 6, 7)
    net = sequential(
        image(6, 7, 3),
        layer("Conv2DTranspose", "a", strides=[stride, stride], padding=padding, activation="linear"),
    )
    (found,) = run(read_foreign(write_h5(tmp_path / "a.h5", net, {"a": [kernel, bias]})), x)
    shift = torch.from_numpy(bias).reshape(-1, 1, 1)
    whole = F.conv_transpose2d(torch.from_numpy(x), oihw(kernel), None, stride)
    if padding == "same":
        cut = (size - stride) // 2
        whole = whole[:, :, cut : cut + 6 * stride, cut : cut + 7 * stride]
    else:  # where the stride exceeds the kernel nothing but the bias reaches the last pixels
        rest = max(stride - size, 0)
        whole = F.pad(whole, (0, rest, 0, rest))
    np.testing.assert_allclose(found, (whole + shift).numpy(), atol=1e-5)


def test_separable_and_depthwise_convolutions(tmp_path, rng):
    deep, point, bias = made(rng, 3, 3, 3, 2), made(rng, 1, 1, 6, 4), made(rng, 4)
    other, other_bias = made(rng, 3, 3, 4, 1), made(rng, 4)
    net = sequential(
        image(8, 8, 3),
        layer("SeparableConv2D", "a", strides=[1, 1], padding="valid", activation="relu", depth_multiplier=2),
        layer("DepthwiseConv2D", "b", strides=[1, 1], padding="valid", activation="relu6"),
    )
    path = write_h5(tmp_path / "a.h5", net, {"a": [deep, point, bias], "b": [other, other_bias]})
    x = made(rng, 2, 3, 8, 8)

    def depthwise(t, kernel):
        bands, times = kernel.shape[2:]
        flat = torch.from_numpy(kernel).permute(2, 3, 0, 1).reshape(bands * times, 1, 3, 3)
        return F.conv2d(t, flat, groups=bands)

    wanted = (
        F.conv2d(depthwise(torch.from_numpy(x), deep), oihw(point)) + torch.from_numpy(bias).reshape(-1, 1, 1)
    ).relu()
    wanted = (depthwise(wanted, other) + torch.from_numpy(other_bias).reshape(-1, 1, 1)).clip(0, 6)
    np.testing.assert_allclose(run(read_foreign(path), x)[0], wanted.numpy(), atol=1e-5)


def test_flatten_keeps_the_order_of_keras_and_the_size(tmp_path, rng):
    dense, bias, x = made(rng, 4 * 5 * 3, 2), made(rng, 2), made(rng, 3, 3, 4, 5)
    net = sequential(image(4, 5, 3), layer("Flatten", "f"), layer("Dense", "d", activation="sigmoid"))
    foreign = read_foreign(write_h5(tmp_path / "a.h5", net, {"d": [dense, bias]}))
    wanted = 1 / (1 + np.exp(-(np.moveaxis(x, 1, -1).reshape(3, -1) @ dense + bias)))
    np.testing.assert_allclose(run(foreign, x)[0], wanted, atol=1e-5)
    assert [d.dim_value for d in foreign.model.graph.input[0].type.tensor_type.shape.dim][1:] == [3, 4, 5]


def lstm(x, kernel, again, bias):
    """(N, T, C) by the equations of Hochreiter and Schmidhuber 1997; gates as Keras has them: i, f, c, o."""

    def gate(v):
        return 1 / (1 + np.exp(-v))

    h = c = np.zeros((len(x), len(again)))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ again + bias, 4, axis=1)
        c = gate(f) * c + gate(i) * np.tanh(g)
        h = gate(o) * np.tanh(c)
    return h


def test_an_lstm_in_both_directions(tmp_path, rng):
    inner = {"class_name": "LSTM", "config": {"name": "l", "units": 4, "return_sequences": False}}
    wrapped = layer("Bidirectional", "b", layer=inner, merge_mode="concat")
    net = sequential(layer("InputLayer", "series", batch_input_shape=[None, 6, 3]), wrapped)
    w = [a for _ in range(2) for a in (made(rng, 3, 16), made(rng, 4, 16), made(rng, 16))]
    x = made(rng, 5, 6, 3)
    wanted = np.concatenate([lstm(x, *w[:3]), lstm(x[:, ::-1], *w[3:])], axis=1)
    np.testing.assert_allclose(run(read_foreign(write_h5(tmp_path / "a.h5", net, {"b": w})), x)[0], wanted, atol=1e-5)


def test_pixels_of_a_network_without_space_become_a_map(tmp_path, rng):
    dense, bias, x = made(rng, 5, 3), made(rng, 3), made(rng, 2, 5, 4, 6)
    net = sequential(
        layer("InputLayer", "bands", batch_input_shape=[None, 5]), layer("Dense", "d", activation="linear")
    )
    (found,) = run(read_foreign(write_h5(tmp_path / "a.h5", net, {"d": [dense, bias]})), x)
    np.testing.assert_allclose(found, np.einsum("nchw,ck->nkhw", x, dense) + bias.reshape(-1, 1, 1), atol=1e-5)


def keras3(kind, name, after, **config):
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [n, 0, 0]}} for n in after]
    args = [tensors] if len(tensors) > 1 else tensors
    calls = [{"args": args, "kwargs": {}}] if after else []
    return {"module": "keras.layers", "class_name": kind, "name": name, "config": {"name": name, **config},
            "inbound_nodes": calls}  # fmt: skip


def test_keras_3_has_its_weights_by_class(tmp_path, rng):
    layers = [
        keras3("InputLayer", "image", [], batch_shape=[None, 6, 6, 2]),
        keras3("Conv2D", "second", ["image"], strides=[1, 1], padding="valid", activation="hard_sigmoid"),
        keras3("Conv2D", "first", ["image"], strides=[1, 1], padding="valid", activation="linear"),
        keras3("Multiply", "join", ["second", "first"]),
    ]
    ends = {"input_layers": ["image", 0, 0], "output_layers": ["join", 0, 0]}
    net = {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"layers": layers, **ends}}
    a, b = made(rng, 1, 1, 2, 3), made(rng, 1, 1, 2, 3)
    zero = np.zeros(3)
    tree = {"layers/conv2d/vars/0": a, "layers/conv2d/vars/1": zero}
    tree |= {"layers/conv2d_1/vars/0": b, "layers/conv2d_1/vars/1": zero}
    x = made(rng, 1, 2, 6, 6)
    (found,) = run(read_foreign(write_keras(tmp_path / "a.keras", net, tree)), x)
    left, right = (np.einsum("nchw,ck->nkhw", x, k[0, 0]) for k in (a, b))
    np.testing.assert_allclose(found, np.clip(left / 6 + 0.5, 0, 1) * right, atol=1e-5)  # Keras 3's hard sigmoid


def test_nets_in_nets_of_keras_3(tmp_path, rng):
    def net(kind, name, layers, after=(), **ends):
        made_ = keras3(kind, name, list(after))
        return {**made_, "config": {"name": name, "layers": layers, **ends}}

    one = {"strides": [1, 1], "padding": "valid", "activation": "linear"}
    inner = net(
        "Functional",
        "inner",
        [
            keras3("InputLayer", "given", [], batch_shape=[None, None, None, 2]),
            keras3("Conv2D", "conv2d", ["given"], **one),
        ],
        ["image"],
        input_layers=["given", 0, 0],
        output_layers=["conv2d", 0, 0],
    )
    row = net("Sequential", "row", [keras3("Conv2D", "conv2d_1", [], **one), keras3("ReLU", "re_lu", [])], ["inner"])
    image_ = keras3("InputLayer", "image", [], batch_shape=[None, 6, 7, 2])
    head = keras3("Conv2D", "conv2d_2", ["row"], **one)
    ends = {"input_layers": ["image", 0, 0], "output_layers": ["conv2d_2", 0, 0]}
    whole = net("Functional", "whole", [image_, inner, row, head], **ends)
    kernels = {
        "layers/functional/layers/conv2d": made(rng, 1, 1, 2, 3),
        "layers/sequential/layers/conv2d": made(rng, 1, 1, 3, 5),
        "layers/conv2d": made(rng, 1, 1, 5, 2),
    }
    tree = {f"{place}/vars/0": kernel for place, kernel in kernels.items()}
    tree |= {f"{place}/vars/1": np.full(kernel.shape[-1], 0.1) for place, kernel in kernels.items()}
    x = made(rng, 1, 2, 6, 7)
    (found,) = run(read_foreign(write_keras(tmp_path / "nested.keras", whole, tree)), x)
    first_, second, third = (
        lambda t, k=k: np.einsum("nchw,ck->nkhw", t, k[0, 0]) + np.float32(0.1) for k in kernels.values()
    )
    np.testing.assert_allclose(found, third(np.maximum(second(first_(x)), 0)), atol=1e-5)


def test_channels_first(tmp_path, rng):
    kernel, bias, x = made(rng, 3, 3, 2, 4), made(rng, 4), made(rng, 1, 2, 6, 7)
    net = sequential(image(2, 6, 7), conv("a", data_format="channels_first", padding="valid"))
    foreign = read_foreign(write_h5(tmp_path / "a.h5", net, {"a": [kernel, bias]}))
    wanted = F.conv2d(torch.from_numpy(x), oihw(kernel), torch.from_numpy(bias))
    np.testing.assert_allclose(run(foreign, x)[0], wanted.numpy(), atol=1e-5)
    assert (foreign.layout, foreign.size) == ("NCHW", (6, 7))


# -- what is refused


def refused(path):
    with pytest.raises(ModelError) as error:
        read_foreign(path)
    return str(error.value)


def test_a_lambda_is_refused_and_its_code_never_runs(tmp_path):
    code = ["4wEAAAAAAAAAAAAAAAEAAAABAAAAQwAAAA==", None, None]
    net = sequential(image(8, 8, 3), layer("Lambda", "mine", function=code, function_type="lambda"))
    text = refused(write_h5(tmp_path / "a.h5", net, {}))
    assert "'mine' is a Lambda" in text and "never run" in text


def test_a_layer_that_is_not_known_is_named_with_its_place(tmp_path):
    inner = sequential(image(8, 8, 3), layer("Whirl", "w"), name="inner")
    outer = functional(
        [image(8, 8, 3), {**inner, "name": "inner", "inbound_nodes": [[["image", 0, 0, {}]]]}], ["inner"]
    )
    text = refused(write_h5(tmp_path / "a.h5", outer, {}))
    assert "Whirl" in text and "'w'" in text


def test_weights_alone_and_other_files_are_refused(tmp_path, rng):
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_dataset("a", data=np.zeros(3))
    assert "weights alone" in refused(tmp_path / "w.h5")
    (tmp_path / "x.h5").write_bytes(b"no HDF5")
    assert "no Keras file" in refused(tmp_path / "x.h5")
    whole = write_h5(
        tmp_path / "t.h5", sequential(image(8, 8, 3), conv("a")), {"a": [made(rng, 3, 3, 3, 64), made(rng, 64)]}
    )
    (tmp_path / "cut.h5").write_bytes(whole.read_bytes()[:-4000])
    assert "damaged" in refused(tmp_path / "cut.h5")


def test_weights_in_other_files_are_not_read(tmp_path):
    import h5py

    secret = tmp_path / "secret.raw"
    secret.write_bytes(bytes(4 * 12))
    net = sequential(image(8, 8, 3), conv("a", use_bias=False))
    path = write_h5(tmp_path / "a.h5", net, {"a": []})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/a"]
        group.attrs["weight_names"] = [b"k"]
        group.create_dataset("k", (1, 1, 3, 4), "f4", external=[(str(secret), 0, 48)])
    assert "another file" in refused(path)
    with h5py.File(path, "r+") as file:
        del file["model_weights/a/k"]
        file["model_weights/a/k"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/k")
    assert "another place" in refused(path)


def test_absurd_sizes_circles_and_numbers_are_refused(tmp_path, rng):
    import h5py

    path = write_h5(tmp_path / "big.h5", sequential(image(8, 8, 3), conv("a", use_bias=False)), {"a": []})
    with h5py.File(path, "r+") as file:
        group = file["model_weights/a"]
        group.attrs["weight_names"] = [b"k"]
        group.create_dataset("k", (1, 1, 3, 1 << 40), "f4", chunks=(1, 1, 3, 1024))
    assert "more than" in refused(path)
    layers = [image(8, 8, 3), conv("a", "b"), conv("b", "a")]
    w = {name: [made(rng, 1, 1, 3, 3), made(rng, 3)] for name in "ab"}
    assert "circle" in refused(write_h5(tmp_path / "c.h5", functional(layers, ["b"]), w))
    w = {"a": [np.full((1, 1, 3, 3), np.nan), np.zeros(3)]}
    assert "not finite" in refused(write_h5(tmp_path / "n.h5", sequential(image(8, 8, 3), conv("a")), w))
    w = {"a": [made(rng, 1, 1, 5, 3), made(rng, 3)]}
    assert "takes 5 channels, and gets 3" in refused(
        write_h5(tmp_path / "s.h5", sequential(image(8, 8, 3), conv("a")), w)
    )


def test_an_archive_without_a_network_is_refused(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("../config.json", "{}")
    assert "outside the model's folder" in refused(tmp_path / "a.keras")
    assert not (tmp_path.parent / "config.json").exists()


# -- real ones


@needs_data
@pytest.mark.parametrize("scene", ["s2", "l8"])
def test_the_cloud_unet_of_landsat_and_sentinel_2(scene):
    golden = np.load(DATA / "keras" / "golden.npz")
    foreign = read_foreign(DATA / "keras" / "rgbi6.hdf5")
    x, wanted = golden[f"unet_{scene}_input"], golden[f"unet_{scene}_cloud"]
    (found,) = run(foreign, first(x if x.ndim == 4 else x[None]))
    np.testing.assert_allclose(found.squeeze(), wanted.squeeze(), atol=1e-4)
    assert foreign.size == (32, 32)


@needs_data
@pytest.mark.parametrize(
    ("file", "images", "wanted", "divisor"),
    [
        ("resnet8.h5", "resnet8_images", "resnet8_probabilities", 1),
        ("vww_96.h5", "vww_images", "vww_probabilities", 255),
    ],
)
def test_classifiers_of_mlperf_tiny(file, images, wanted, divisor):
    golden = np.load(DATA / "keras" / "golden.npz")
    (found,) = run(read_foreign(DATA / "keras" / file), first(golden[images] / divisor))
    np.testing.assert_allclose(found, golden[wanted], atol=1e-4)
