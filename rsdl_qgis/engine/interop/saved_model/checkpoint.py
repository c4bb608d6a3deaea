"""The numbers of a SavedModel's variables, by what they are called in its checkpoint. In TensorFlow's Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.core.protobuf import trackable_object_graph_pb2

from ...errors import ModelError

OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"


class Checkpoint:
    """``named`` gives a variable of TensorFlow 1, ``of_node`` one of an object graph."""

    def __init__(self, folder: Path, objects: Any = None):
        prefix = folder / "variables" / "variables"
        self._reader = tf.train.load_checkpoint(str(prefix)) if prefix.with_suffix(".index").is_file() else None
        self._names = self._reader.get_variable_to_shape_map() if self._reader else {}
        self._keys = self._keys_of(objects) if OBJECTS in self._names else {}

    def named(self, name: str) -> NDArray[Any]:
        """The numbers by a name; ModelError where there are none."""
        if name not in self._names:
            raise ModelError(f"The SavedModel has no numbers for its variable {name}.", "Get the model again.")
        numbers: NDArray[Any] = self._reader.get_tensor(name)  # type: ignore[union-attr]
        return numbers

    def of_node(self, node: int, title: str) -> NDArray[Any]:
        """The numbers of the variable that a node of the object graph is."""
        return self.named(self._keys.get(node, title))

    def _keys_of(self, objects: Any) -> dict[int, str]:
        """Node of the SavedModel's object graph -> key, by the names along which both graphs are walked."""
        saved = trackable_object_graph_pb2.TrackableObjectGraph.FromString(self.named(OBJECTS))
        keys, seen, left = {}, {0}, [(0, 0)]
        while left:
            here, there = left.pop()
            for attribute in saved.nodes[there].attributes:
                if attribute.name == VALUE:
                    keys[here] = attribute.checkpoint_key
            beyond = {child.local_name: child.node_id for child in saved.nodes[there].children}
            for child in objects.nodes[here].children:
                if child.local_name in beyond and child.node_id not in seen:
                    seen.add(child.node_id)
                    left.append((child.node_id, beyond[child.local_name]))
        return keys
