"""Keras files written by h5py: the configuration as JSON, the weights by layer, as Keras itself lays them out."""

from __future__ import annotations

import json
import zipfile

import h5py
import numpy as np


def layer(kind, name, after=None, **config):
    """A layer of a functional network as Keras 2 writes it; ``after``: names of what it is called with, or refs."""
    calls = []
    if after:
        items = [after] if isinstance(after, str) else after
        calls = [[[item, 0, 0, {}] if isinstance(item, str) else item for item in items]]
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": calls}


def image(*shape, name="image"):
    """The input of a network: (H, W, C)."""
    return layer("InputLayer", name, batch_input_shape=[None, *shape])


def functional(layers, outputs, inputs=("image",), name="model"):
    """A functional network."""
    ends = {"input_layers": [[n, 0, 0] for n in inputs], "output_layers": [[n, 0, 0] for n in outputs]}
    return {"class_name": "Functional", "config": {"name": name, "layers": layers, **ends}}


def sequential(*layers, name="model"):
    """A sequential network."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def write_h5(path, network, weights, version="2.4.0"):
    """A file as of ``model.save('….h5')``; ``weights``: name of a layer -> arrays in Keras' order."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(network)
        file.attrs["keras_version"] = version
        group = file.create_group("model_weights")
        for name, arrays in weights.items():
            inner = group.create_group(name)
            names = [f"{name}/weight_{i}:0" for i in range(len(arrays))]
            inner.attrs["weight_names"] = [n.encode() for n in names]
            for n, array in zip(names, arrays):
                inner.create_dataset(n, data=np.asarray(array, np.float32))
    return path


def write_keras(path, network, weights, version="3.5.0"):
    """A file as of ``model.save('….keras')``; ``weights``: path in the tree -> array."""
    tree = path.with_suffix(".weights.h5")
    with h5py.File(tree, "w") as file:
        for name, array in weights.items():
            file.create_dataset(name, data=np.asarray(array, np.float32))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(network))
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.write(tree, "model.weights.h5")
    return path
