"""ONNX files for single pixels, as exporters of scikit-learn, LightGBM and XGBoost write them, map images."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import rasterio
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.test_foreign_networks import Listening

BANDS = 2
LABEL = ("label", TensorProto.INT64, ["n"])
CHANCES = ("probabilities", TensorProto.FLOAT, ["n", 3])
TREE = {  # the first band above 0.5: the third class; else the second band above 0.5: the second class
    "nodes_treeids": [0] * 5, "nodes_nodeids": [0, 1, 2, 3, 4], "nodes_featureids": [0, 1, 0, 0, 0],
    "nodes_modes": ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"], "nodes_values": [0.5, 0.5, 0.0, 0.0, 0.0],
    "nodes_truenodeids": [1, 3, 0, 0, 0], "nodes_falsenodeids": [2, 4, 0, 0, 0], "class_treeids": [0, 0, 0],
    "class_nodeids": [2, 3, 4], "class_ids": [2, 0, 1], "class_weights": [1.0, 1.0, 1.0], "post_transform": "NONE",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


def saved(path, nodes, outputs, kind=TensorProto.FLOAT, count="n", **arrays):
    """An ONNX file that takes pixels (``count``, 2) as 'x'."""
    stated = [o if isinstance(o, onnx.ValueInfoProto) else helper.make_tensor_value_info(*o) for o in outputs]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", kind, [count, BANDS])], stated,
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return str(path)


def tree(labels):
    key = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s"
    node = helper.make_node(
        "TreeEnsembleClassifier", ["x"], ["label", "probabilities"], domain="ai.onnx.ml", **TREE, **{key: labels}
    )
    return node, (LABEL[0], TensorProto.STRING if isinstance(labels[0], str) else LABEL[1], LABEL[2])


def zipped(path, labels):
    """As skl2onnx and onnxmltools write it by default: a mapping from class to probability for each pixel."""
    node, label = tree(labels)
    key, of = ("classlabels_strings", TensorProto.STRING) if isinstance(labels[0], str) else (
        "classlabels_int64s", TensorProto.INT64)  # fmt: skip
    mapping = helper.make_node("ZipMap", ["probabilities"], ["mapped"], domain="ai.onnx.ml", **{key: labels})
    value = helper.make_tensor_type_proto(TensorProto.FLOAT, None)
    sequence = helper.make_sequence_type_proto(helper.make_map_type_proto(of, value))
    output = onnx.ValueInfoProto(name="mapped", type=sequence)
    return saved(path, [node, mapping], [label, output])


def arrays(path, labels):
    node, label = tree(labels)
    return saved(path, [node], [label, CHANCES])


@pytest.fixture
def scene(make_raster, rng):
    values = rng.uniform(0, 1, (BANDS, 40, 50)).astype("float32")
    return make_raster(values), np.where(values[0] > 0.5, 2, np.where(values[1] > 0.5, 1, 0))


def mapped(model, image, tmp_path):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    with rasterio.open(run_predict({**job, "device": "cpu", "threads": 1}, Listening())["output"]) as raster:
        return raster.read()


@pytest.mark.parametrize("write", [zipped, arrays])
@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([0, 1, 2], [(0, "class 0"), (1, "class 1"), (2, "class 2")]),
        ([2, 7, 12], [(2, "class 2"), (7, "class 7"), (12, "class 12")]),
        (["soil", "trees", "water"], [(0, "soil"), (1, "trees"), (2, "water")]),
    ],
)
def test_a_classifier_needs_no_more_than_its_scaling(tmp_path, scene, write, labels, classes):
    report = Listening()
    model = run_import({"input": write(tmp_path / "m.onnx", labels), "scaling": "none"}, report)["model"]
    card = Store().find(model)[1]
    assert card.task == "segmentation" and [(c.value, c.name) for c in card.classes] == classes
    assert "network for single pixels" in report.text("warning")
    values = np.array([value for value, _ in classes])
    assert np.array_equal(mapped(model, scene[0], tmp_path)[0], values[scene[1]])


def test_labels_alone_and_numbers_of_another_type(tmp_path, scene):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["v"]),
        helper.make_node("ArgMax", ["v"], ["label"], axis=1, keepdims=0),
    ]
    w = np.array([[0, 1.0], [0, 0]])  # the second class where the first band is above 0
    file = saved(tmp_path / "m.onnx", nodes, [LABEL], TensorProto.DOUBLE, w=w)
    given = {"input": file, "scaling": "* 2 | - 1"}
    with pytest.raises(ModelError, match=r"gives the number of a class.*CLASSES"):
        run_import(given, Listening())
    model = run_import({**given, "classes": "low, high"}, Listening())["model"]
    assert np.array_equal(mapped(model, scene[0], tmp_path)[0], (scene[1] == 2).astype(int))


@pytest.mark.parametrize("count", ["n", 1])
def test_numbers_of_each_pixel(tmp_path, scene, count):
    """Also of a file that says that it takes one pixel at a time."""
    node = helper.make_node("Gemm", ["x", "w", "b"], ["variable"])
    out = ("variable", TensorProto.FLOAT, [count, 1])
    w, b = np.array([[1.0], [2.0]], "f4"), np.array([0.5], "f4")
    file = saved(tmp_path / "m.onnx", [node], [out], count=count, w=w, b=b)
    with pytest.raises(ModelError, match="TASK"):
        run_import({"input": file, "scaling": "none"}, Listening())
    model = run_import({"input": file, "scaling": "none", "task": "regression"}, Listening())["model"]
    with rasterio.open(scene[0]) as raster:
        values = raster.read()
    assert np.allclose(mapped(model, scene[0], tmp_path)[0], values[0] + 2 * values[1] + 0.5, atol=1e-5)


def test_trees_of_a_regression(tmp_path, scene):
    """The last operator does not tell what its numbers mean; of a regression that need not be asked."""
    settings = {name: value for name, value in TREE.items() if not name.startswith(("class_", "post_"))}
    targets = {"target_treeids": [0, 0, 0], "target_nodeids": [2, 3, 4], "target_ids": [0, 0, 0]}
    node = helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["variable"], domain="ai.onnx.ml", n_targets=1,
        target_weights=[2.5, 0.5, -1.5], **settings, **targets,
    )  # fmt: skip
    file = saved(tmp_path / "m.onnx", [node], [("variable", TensorProto.FLOAT, ["n", 1])])
    model = run_import({"input": file, "scaling": "none", "task": "regression"}, Listening())["model"]
    assert np.allclose(mapped(model, scene[0], tmp_path)[0], np.array([0.5, -1.5, 2.5])[scene[1]])


COLUMNS = {"B04": TensorProto.FLOAT, "code": TensorProto.INT64, "elevation": TensorProto.DOUBLE}


def of_columns(path, kinds=COLUMNS, widths=(), weight=False):
    """As exporters write a model that was trained on a data frame: an input for each of its columns, (N, 1)."""
    sizes = widths or [1] * len(kinds)
    inputs = [helper.make_tensor_value_info(n, k, ["n", size]) for (n, k), size in zip(kinds.items(), sizes)]
    nodes = [helper.make_node("Cast", [name], [f"{name}/f"], to=TensorProto.FLOAT) for name in kinds]
    nodes += [
        helper.make_node("Concat", [f"{name}/f" for name in kinds], ["all"], axis=1),
        helper.make_node("MatMul", ["all", "w"], ["variable"]),
    ]
    w = numpy_helper.from_array(10.0 ** np.arange(sum(sizes), dtype="f4")[:, None], "w")
    if weight:  # as files of old have it
        inputs.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [sum(sizes), 1]))
    output = helper.make_tensor_value_info("variable", TensorProto.FLOAT, ["n", 1])
    graph = helper.make_graph(nodes, "g", inputs, [output], [w])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6), path)
    return {"input": str(path), "task": "regression", "scaling": "none"}


@pytest.mark.parametrize("weight", [False, True])
def test_an_input_for_each_column_of_a_table(tmp_path, make_raster, rng, weight):
    """Bands of the names of the inputs, each of its own type; whole numbers are the nearest."""
    values = rng.uniform(0, 5, (3, 20, 30)).astype("float32")
    image = make_raster(values, descriptions=list(COLUMNS))
    model = run_import(of_columns(tmp_path / "m.onnx", weight=weight), Listening())["model"]
    card = Store().find(model)[1]
    assert [band.name for band in card.inputs[0].bands] == list(COLUMNS)
    wanted = values[0] + 10 * np.floor(values[1] + 0.5) + 100 * values[2]
    assert np.allclose(mapped(model, image, tmp_path)[0], wanted, rtol=1e-6)
    turned = make_raster(values[::-1], "turned.tif", descriptions=list(COLUMNS)[::-1])  # bands go by their names
    assert np.allclose(mapped(model, turned, tmp_path)[0], wanted, rtol=1e-6)


def test_columns_by_other_names_and_several_in_one_input(tmp_path, scene):
    given = of_columns(tmp_path / "m.onnx", {"image": TensorProto.FLOAT, "terrain": TensorProto.FLOAT}, (1, 2))
    model = run_import(given, Listening())["model"]
    names = [band.name for band in Store().find(model)[1].inputs[0].bands]
    assert names == ["image", "terrain 1", "terrain 2"]
    model = run_import({**given, "bands": "red, height, slope", "replace": True}, Listening())["model"]
    assert [band.name for band in Store().find(model)[1].inputs[0].bands] == ["red", "height", "slope"]
    with pytest.raises(ModelError, match="BANDS names 2"):
        run_import({**given, "bands": "red, height"}, Listening())


def test_whole_numbers_alone_need_no_scaling(tmp_path):
    given = of_columns(tmp_path / "m.onnx", {"a": TensorProto.INT64, "b": TensorProto.INT32})
    del given["scaling"]
    model = run_import(given, Listening())["model"]
    assert not Store().find(model)[1].inputs[0].scaling.steps


def test_text_is_refused(tmp_path):
    given = of_columns(tmp_path / "m.onnx", {"B04": TensorProto.FLOAT, "soil": TensorProto.STRING})
    with pytest.raises(ModelError, match="'m' takes text for 'soil', and the bands of a raster are numbers"):
        run_import(given, Listening())
    given = of_columns(tmp_path / "m.onnx", {"soil": TensorProto.STRING}, (4,))
    with pytest.raises(ModelError, match="takes text for 'soil'"):
        run_import(given, Listening())


def test_what_cannot_be_given_is_told(tmp_path):
    file = arrays(tmp_path / "m.onnx", [0, 1, 2])
    given = {"input": file, "scaling": "none"}
    with pytest.raises(ModelError, match="LAYOUT is NHWC, but the order of the axes is known"):
        run_import({**given, "layout": "NHWC"}, Listening())
    with pytest.raises(ModelError, match=r"BANDS names 3.*takes 2|BANDS names 3"):
        run_import({**given, "bands": "a, b, c"}, Listening())
    with pytest.raises(ModelError, match=r"CLASSES names 2, but 'm' gives 3"):
        run_import({**given, "classes": "a, b"}, Listening())
    model = onnx.load(file)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "bands"
    onnx.save(model, file)
    with pytest.raises(ModelError, match="does not say how many bands"):
        run_import(given, Listening())
