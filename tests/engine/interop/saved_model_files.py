"""SavedModels of many forms, and what they give: run by TensorFlow's Python, with a folder to write them into."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["CUDA_VISIBLE_DEVICES"] = "3", "-1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

RANDOM = np.random.default_rng(3)


def weights(*shape):
    return RANDOM.normal(0, 0.4, shape).astype("float32")


class Callable(tf.Module):
    """No signature, two numbers of an antialiased half of the image, up again; a flag for training."""

    def __init__(self):
        self.layers = [{"kernel": tf.Variable(weights(3, 3, 4, 6))}, {"kernel": tf.Variable(weights(1, 1, 6, 3))}]

    @tf.function
    def __call__(self, image, training=False):
        size = tf.shape(image)[1:3]
        x = tf.image.resize(image, size // 2, antialias=True)
        x = tf.nn.relu(tf.nn.conv2d(x, self.layers[0]["kernel"], 1, "SAME"))
        x = tf.image.resize(tf.nn.conv2d(x, self.layers[1]["kernel"], 1, "SAME"), size)
        return x + 100 if training else x


def callable_object(folder):
    network = Callable()
    for training in (True, False):
        network(tf.zeros((1, 16, 16, 4)), training)
        network.__call__.get_concrete_function(tf.TensorSpec((None, None, None, 4)), training)
    tf.saved_model.save(network, folder)
    return network, (2, 40, 52, 4)


def keras_exported(folder):
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.BatchNormalization()(keras.layers.Conv2D(5, 3, padding="same", activation="swish")(image))
    network = keras.Model(image, keras.layers.Conv2D(2, 1, activation="softmax", name="classes")(x))
    network.export(folder, verbose=False)
    return network, (1, 32, 48, 3)


def pixels(folder):
    network = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(3)])
    network.export(folder, verbose=False)
    return network, (50, 6)


def series(folder):
    inputs = [keras.Input((12, 4)), keras.layers.LSTM(5), keras.layers.Dense(3, "softmax")]
    network = keras.Sequential(inputs)
    network.export(folder, verbose=False)
    return network, (7, 12, 4)


class TwoHeads(tf.Module):
    def __init__(self):
        self.scale = tf.Variable(0.5)

    @tf.function(input_signature=[tf.TensorSpec((None, 24, 24, 3), tf.uint8, name="picture")])
    def call(self, picture):
        x = tf.cast(picture, tf.float32) * self.scale
        return {"sum": tf.reduce_sum(x, -1, keepdims=True), "largest": tf.reduce_max(x, -1, keepdims=True)}


def bytes_with_two_heads(folder):
    network = TwoHeads()
    tf.saved_model.save(network, folder, signatures=network.call)
    return lambda x: network.call(tf.cast(x * 200, tf.uint8))["largest"], (1, 24, 24, 3)


def of_tensorflow_1(folder, resource=False):
    """A graph with a variable of the older kind, saved by its Saver, and nodes that the network does not need."""
    kernel = weights(3, 3, 2, 4)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        image = tf.compat.v1.placeholder(tf.float32, (None, None, None, 2), "image")
        variable = tf.compat.v1.get_variable("layer/kernel", initializer=kernel, use_resource=resource)
        y = tf.nn.conv2d(image, variable, 1, "SAME")
        tf.linalg.svd(variable)  # which cannot be written as ONNX, and is not what is asked for
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.saved_model.simple_save(session, folder, {"image": image}, {"y": y})
    return lambda x: tf.nn.conv2d(x, kernel, 1, "SAME"), (1, 20, 30, 2)


def with_resources(folder):
    return of_tensorflow_1(folder, True)


# -- what is refused


class Reading(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3))])
    def __call__(self, image):
        return image + tf.strings.to_number(tf.strings.substr(tf.io.read_file("/etc/hostname"), 0, 1))


class Python(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3))])
    def __call__(self, image):
        return tf.ensure_shape(tf.py_function(lambda x: x, [image], tf.float32), (None, 8, 8, 3))


class Table(tf.Module):
    def __init__(self):
        keys = tf.lookup.KeyValueTensorInitializer(tf.constant([0, 1], tf.int64), tf.constant([3.0, 4.0]))
        self.table = tf.lookup.StaticHashTable(keys, 0.0)

    @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3))])
    def __call__(self, image):
        return self.table.lookup(tf.cast(image, tf.int64))


class Texts(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def __call__(self, text):
        return tf.strings.length(text)


class Svd(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3))])
    def __call__(self, image):
        return image * tf.linalg.svd(image, compute_uv=False)[..., None, :]


REFUSED = {"reading": Reading, "python": Python, "table": Table, "texts": Texts, "svd": Svd}
TAKEN = (callable_object, keras_exported, pixels, series, bytes_with_two_heads, of_tensorflow_1, with_resources)
KERNELS = ("bilinear", "bicubic", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")


def main(target: Path) -> None:
    for make in TAKEN:
        network, shape = make(str(target / make.__name__))
        image = RANDOM.random(shape).astype("float32")
        np.savez(target / f"{make.__name__}.npz", image=image, wanted=np.asarray(network(image)))
    for name, kind in REFUSED.items():
        tf.saved_model.save(kind(), str(target / name))


def resized() -> None:
    """Print what TensorFlow's own resizing gives: numbers in ``test_saved_model.py``."""
    image = np.arange(35, dtype="float32").reshape(1, 5, 7, 1) ** 2 / 100
    for kernel in KERNELS:
        numbers = tf.image.resize(image, (3, 9), kernel, antialias=True)[0, ..., 0].numpy()
        print(f"    {kernel!r}: {[round(float(x), 5) for x in (*numbers[0, :4], *numbers[-1, -3:])]},")


if __name__ == "__main__":
    main(Path(sys.argv[1])) if sys.argv[1:] else resized()
