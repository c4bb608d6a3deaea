"""Writes models whose map is known, run with the worker's Python: ``python make_models.py FOLDER``.

Each marks the pixels where band 1 of its last input's last date exceeds 100, and leaves values as they are; ``height``
gives the difference of its two bands instead, and ``grown`` marks where its
band grew by more than 100.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import onnx
from onnx import TensorProto, ValueInfoProto, helper

sys.path.insert(0, str(Path(__file__).parents[2]))

from rsdl_qgis.engine.card import Band, Class, Input, ModelCard, Scaling, Tiling

S1, S2 = ("VV",), ("B11", "B8", "B3")
PAIR, AFTER = ("before", "after"), ("after",)


def item(name: str, role: str, bands: tuple[str, ...], dates: tuple[str, ...] = ("image",)) -> Input:
    return Input(name, tuple(Band(band) for band in bands), dates, role, Scaling())


FLOODS = {
    "flood-s1s2": [item("s1", "sentinel-1", S1, PAIR), item("s2", "sentinel-2", S2, PAIR)],
    "flood-s1": [item("s1", "sentinel-1", S1, PAIR)],
    "flood-s2": [item("s2", "sentinel-2", S2, PAIR)],
    "flood-s1-after": [item("s1", "sentinel-1", S1, AFTER)],
    "flood-s2-after": [item("s2", "sentinel-2", S2, AFTER)],
}
OTHERS = {
    "bright": [item("image", "image", ("red", "nir"))],
    "web": [item("image", "image", ("Red", "Green", "Blue"))],
}


def main(folder: Path) -> None:
    for name, inputs in FLOODS.items():
        write(folder / name, card(name, inputs, ("dry", "flooded"), ("flood",)))
    for name, inputs in OTHERS.items():
        write(folder / name, card(name, inputs, ("dark", "bright"), ()))
    write_height(folder / "height")
    write_grown(folder / "grown")


def card(name: str, inputs: list[Input], classes: tuple[str, str], keywords: tuple[str, ...]) -> ModelCard:
    return ModelCard(
        name=name,
        title=f"Test {name}",
        inputs=tuple(inputs),
        classes=(Class(0, classes[0], "#999999"), Class(1, classes[1], "#1f78b4")),
        keywords=keywords,
        background=0,
        tiling=Tiling(size=64, overlap=8, multiple=8, memory=64),
    )


def write_height(folder: Path) -> None:
    """A regression: band 1 minus band 2, in metres."""
    image = item("image", "image", ("surface", "ground"))
    classes = card("height", [image], ("low", "high"), ())
    model = replace(classes, classes=(), background=None, task="regression", activation="identity", unit="m")
    nodes = [
        helper.make_node("Mul", [image.name, "signs"], ["signed"]),
        helper.make_node("ReduceSum", ["signed", "bands"], ["values"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("signs", TensorProto.FLOAT, [1, 1, 2, 1, 1], [1.0, -1.0]),
        helper.make_tensor("bands", TensorProto.INT64, [1], [2]),
    ]
    output = helper.make_tensor_value_info("values", TensorProto.FLOAT, ["n", 1, "h", "w"])
    save(folder, model, nodes, constants, output)


def write_grown(folder: Path) -> None:
    """A change: the second date minus the first exceeds 100."""
    model = replace(card("grown", [item("pair", "image", ("height",), PAIR)], ("same", "grown"), ()), task="change")
    nodes = [
        helper.make_node("Mul", ["pair", "signs"], ["signed"]),
        helper.make_node("ReduceSum", ["signed", "dates"], ["growth"], keepdims=0),
        helper.make_node("Greater", ["growth", "limit"], ["above"]),
        helper.make_node("Cast", ["above"], ["one"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["unit", "one"], ["zero"]),
        helper.make_node("Concat", ["zero", "one"], ["probabilities"], axis=1),
    ]
    constants = [
        helper.make_tensor("signs", TensorProto.FLOAT, [1, 2, 1, 1, 1], [-1.0, 1.0]),
        helper.make_tensor("dates", TensorProto.INT64, [1], [1]),
        helper.make_tensor("limit", TensorProto.FLOAT, [], [100.0]),
        helper.make_tensor("unit", TensorProto.FLOAT, [], [1.0]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2, "h", "w"])
    save(folder, model, nodes, constants, output)


def write(folder: Path, model: ModelCard) -> None:
    last = model.inputs[-1]
    nodes = [
        helper.make_node("Gather", [last.name, "date"], ["dated"], axis=1),
        helper.make_node("Gather", ["dated", "band"], ["values"], axis=1),
        helper.make_node("Greater", ["values", "limit"], ["above"]),
        helper.make_node("Cast", ["above"], ["one"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["unit", "one"], ["zero"]),
        helper.make_node("Concat", ["zero", "one"], ["probabilities"], axis=1),
    ]
    constants = [
        helper.make_tensor("date", TensorProto.INT64, [], [len(last.dates) - 1]),
        helper.make_tensor("band", TensorProto.INT64, [1], [0]),
        helper.make_tensor("limit", TensorProto.FLOAT, [], [100.0]),
        helper.make_tensor("unit", TensorProto.FLOAT, [], [1.0]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2, "h", "w"])
    save(folder, model, nodes, constants, output)


def save(folder: Path, model: ModelCard, nodes: list, constants: list, output: ValueInfoProto) -> None:
    folder.mkdir(parents=True)
    tensors = [
        helper.make_tensor_value_info(i.name, TensorProto.FLOAT, ["n", *i.shape, "h", "w"])
        for i in model.inputs
    ]
    graph = helper.make_graph(nodes, model.name, tensors, [output], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(network, str(folder / "model.onnx"))
    (folder / "model.json").write_text(json.dumps(model.to_json()), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
