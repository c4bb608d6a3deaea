"""Writes models whose map is known, run with the worker's Python: ``python make_models.py FOLDER``.

Each marks the pixels where band 1 of its last input's last date exceeds 100, and leaves values as they are; ``height``
gives the difference of its two bands instead, ``grown`` marks where its
band grew by more than 100, and ``moved`` where it rose or fell by more than that.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import onnx
from onnx import TensorProto, ValueInfoProto, helper

sys.path.insert(0, str(Path(__file__).parents[2]))

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item

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
    write_peak(folder / "peak")
    write_moved(folder / "moved")
    write_markers(folder / "markers")
    write_scenes(folder)


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


def write_peak(folder: Path) -> None:
    """A time series: the valid date with the greatest sum of its two bands."""
    dates = ("2013-09-14", "2013-10-16", "2013-11-17")
    classes = tuple(Class(i, date, f"#3333{i}f") for i, date in enumerate(dates, 1))
    series = card("peak", [item("modis", "modis", ("NDVI", "EVI"), dates)], ("", ""), ())
    model = replace(series, task="time-series", classes=classes, background=None)
    nodes = [
        helper.make_node("ReduceSum", ["modis", "bands"], ["total"], keepdims=0),
        helper.make_node("Where", ["valid", "total", "none"], ["known"]),
        helper.make_node("Softmax", ["known"], ["probabilities"], axis=1),
    ]
    constants = [
        helper.make_tensor("bands", TensorProto.INT64, [1], [2]),
        helper.make_tensor("none", TensorProto.FLOAT, [], [-1e6]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])
    inputs = [
        helper.make_tensor_value_info("modis", TensorProto.FLOAT, ["n", 3, 2]),
        helper.make_tensor_value_info("valid", TensorProto.BOOL, ["n", 3]),
    ]
    save(folder, model, nodes, constants, output, inputs)


def write_scenes(folder: Path) -> None:
    """Scenes: ``tones`` are light where the mean of the band exceeds 100; ``signs`` have a label for each such band."""
    tones = replace(card("tones", [item("image", "image", ("tone",))], ("dark area", "light"), ()), background=None)
    signs = replace(card("signs", [item("image", "image", ("warm", "wet"))], ("warm", "wet"), ()), background=None)
    size = Tiling(size=8, overlap=0, multiple=1, memory=64)
    mean = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 3, 4], keepdims=0),
        helper.make_node("Sub", ["mean", "limit"], ["over"]),
    ]
    limit = helper.make_tensor("limit", TensorProto.FLOAT, [], [100.0])
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])
    two = [
        *mean,
        helper.make_node("Neg", ["over"], ["under"]),
        helper.make_node("Concat", ["under", "over"], ["logits"], axis=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    save(folder / "tones", replace(tones, task="classification", tiling=size), two, [limit], output)
    both = [*mean, helper.make_node("Sigmoid", ["over"], ["probabilities"])]
    labels = replace(signs, task="classification", tiling=size, activation="sigmoid", thresholds=(0.5, 0.5))
    save(folder / "signs", labels, both, [limit], output)
    network = onnx.load(str(folder / "signs" / "model.onnx"))
    helper.set_model_props(network, {"rsdl:card": json.dumps(to_item(labels))})  # its numbers are taken as they are
    onnx.save(network, str(folder / "signs" / "model.onnx"))


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


def write_markers(folder: Path) -> None:
    """A detector: a box about each pixel of band 1 above 0, of bands 2 and 3 as width and height; band 1 is the score
    of a car in per cent, or above 100 that of a ship.
    """
    image = item("image", "image", ("mark", "width", "height"))
    classes = (Class(1, "car", "#ff0000"), Class(2, "ship", "#0000ff"))
    model = replace(card("markers", [image], ("", ""), ()), task="detection", classes=classes, background=None)
    flat = ["mark", "half_w", "half_h", "x", "y"]
    nodes = [
        helper.make_node("Squeeze", ["image", "dates"], ["bands"]),
        helper.make_node("Split", ["bands"], ["mark_2d", "w_2d", "h_2d"], axis=1, num_outputs=3),
        helper.make_node("Mul", ["w_2d", "half"], ["half_w_2d"]),
        helper.make_node("Mul", ["h_2d", "half"], ["half_h_2d"]),
        helper.make_node("Mul", ["w_2d", "none"], ["zeros"]),
        helper.make_node("Add", ["zeros", "unit"], ["ones"]),
        helper.make_node("CumSum", ["ones", "across"], ["col"]),
        helper.make_node("CumSum", ["ones", "down"], ["row"]),
        helper.make_node("Sub", ["col", "half"], ["x_2d"]),
        helper.make_node("Sub", ["row", "half"], ["y_2d"]),
        *(helper.make_node("Reshape", [f"{name}_2d", "column"], [name]) for name in flat),
        helper.make_node("Sub", ["x", "half_w"], ["x1"]),
        helper.make_node("Add", ["x", "half_w"], ["x2"]),
        helper.make_node("Sub", ["y", "half_h"], ["y1"]),
        helper.make_node("Add", ["y", "half_h"], ["y2"]),
        helper.make_node("Concat", ["x1", "y1", "x2", "y2"], ["boxes"], axis=2),
        helper.make_node("Mul", ["mark", "part"], ["score"]),
        helper.make_node("Greater", ["score", "unit"], ["is_ship"]),
        helper.make_node("Sub", ["score", "unit"], ["ship_score"]),
        helper.make_node("Where", ["is_ship", "ship_score", "none"], ["ship"]),
        helper.make_node("Where", ["is_ship", "none", "score"], ["car"]),
        helper.make_node("Concat", ["car", "ship"], ["scores"], axis=2),
    ]
    constants = [
        helper.make_tensor("dates", TensorProto.INT64, [1], [1]),
        helper.make_tensor("across", TensorProto.INT64, [], [3]),
        helper.make_tensor("down", TensorProto.INT64, [], [2]),
        helper.make_tensor("column", TensorProto.INT64, [3], [0, -1, 1]),
        *(
            helper.make_tensor(name, TensorProto.FLOAT, [], [value])
            for name, value in (("half", 0.5), ("none", 0.0), ("unit", 1.0), ("part", 0.01))
        ),
    ]
    outputs = [
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["n", "k", 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "k", 2]),
    ]
    save(folder, model, nodes, constants, outputs[0])
    network = onnx.load(str(folder / "model.onnx"))
    network.graph.output.append(outputs[1])
    network.opset_import[0].version = 18
    onnx.save(network, str(folder / "model.onnx"))


def write_moved(folder: Path) -> None:
    """A change of two kinds: the likeliest of the second date minus the first, its negative, and 100."""
    names = ("same", "field to houses", "houses to field")
    classes = tuple(
        Class(i, name, color) for i, (name, color) in enumerate(zip(names, ("#999999", "#e41a1c", "#4daf4a")))
    )
    model = replace(card("moved", [item("pair", "image", ("relief",), PAIR)], ("", ""), ()), task="change")
    nodes = [
        helper.make_node("Mul", ["pair", "signs"], ["signed"]),
        helper.make_node("ReduceSum", ["signed", "dates"], ["rise"], keepdims=0),
        helper.make_node("Neg", ["rise"], ["fall"]),
        helper.make_node("Mul", ["rise", "zero"], ["none"]),
        helper.make_node("Add", ["none", "limit"], ["still"]),
        helper.make_node("Concat", ["still", "rise", "fall"], ["logits"], axis=1),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = [
        helper.make_tensor("signs", TensorProto.FLOAT, [1, 2, 1, 1, 1], [-1.0, 1.0]),
        helper.make_tensor("dates", TensorProto.INT64, [1], [1]),
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("limit", TensorProto.FLOAT, [], [100.0]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3, "h", "w"])
    save(folder, replace(model, classes=classes), nodes, constants, output)


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


def save(
    folder: Path,
    model: ModelCard,
    nodes: list,
    constants: list,
    output: ValueInfoProto,
    inputs: list[ValueInfoProto] | None = None,
) -> None:
    folder.mkdir(parents=True)
    tensors = inputs or [
        helper.make_tensor_value_info(i.name, TensorProto.FLOAT, ["n", *i.shape, "h", "w"]) for i in model.inputs
    ]
    graph = helper.make_graph(nodes, model.name, tensors, [output], constants)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(network, str(folder / "model.onnx"))
    (folder / "model.json").write_text(json.dumps(to_item(model)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
