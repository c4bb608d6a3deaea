"""Networks of other programs imported by the job, and the maps that they give."""

from __future__ import annotations

import warnings

import numpy as np
import onnx
import pytest
import rasterio
from onnx import TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.interop.running import DATA, needs_data
from tests.engine.interop.test_trees import saved, text, walked
from tests.engine.runtime.test_foreign_networks import Listening


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def mapped(model, image, tmp_path, **more):
    job = {"model": model, "inputs": {"image": [{"path": str(image)}]}, "output": str(tmp_path / "map.tif")}
    run_predict({**job, **more, "device": "cpu", "threads": 1}, Listening())
    with rasterio.open(tmp_path / "map.tif") as raster:
        return raster.read(1)


@needs_data
def test_a_keras_cloud_network_maps_a_scene(tmp_path, make_raster):
    pytest.importorskip("h5py")
    golden = np.load(DATA / "keras" / "golden.npz")
    wanted = golden["unet_l8_cloud"].squeeze() >= 0.5
    scene = np.moveaxis(golden["unet_l8_input"].squeeze(), -1, 0).astype("float32")
    image = make_raster(scene, descriptions=("B2", "B3", "B4", "B5"))
    report = Listening()
    given = {"scaling": "none", "bands": "B2, B3, B4, B5", "classes": "clear, cloud", "name": "clouds"}
    made = run_import({"input": str(DATA / "keras" / "rgbi6.hdf5"), **given}, report)
    assert made["model"] == "clouds" and "states images of 32 x 32 px" in report.text("warning")
    _, card = Store().find("clouds")
    assert card.network == "Keras network" and card.tiling.any_size
    said = report.text("info")
    assert "Layout: NHWC, turned to NCHW (its files)." in said and "Task: segmentation (guessed)." in said
    found = mapped("clouds", image, tmp_path, tile_size=128)
    assert (found == wanted).mean() > 0.99 and 0.2 < wanted.mean() < 0.4


def test_a_network_of_jax_as_its_exporter_writes_it_maps_an_image(tmp_path, make_raster, rng):
    """As jax2onnx 0.17 does: axes by name, NHWC outside and NCHW inside, opset 23."""
    kernels = [rng.normal(0, 0.5, shape).astype("float32") for shape in ((5, 4, 1, 1), (3, 5, 1, 1))]
    nodes = [
        helper.make_node("Transpose", ["in_0"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["first", "kernel_0"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("Conv", ["relu", "kernel_1"], ["logits"]),
        helper.make_node("Transpose", ["logits"], ["last"], perm=[0, 2, 3, 1]),
        helper.make_node("Softmax", ["last"], ["softmax_out_0"], axis=-1),
    ]
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["B", "H", "W", count])]
        for name, count in (("in_0", 4), ("softmax_out_0", 3))
    ]
    weights = [numpy_helper.from_array(array, f"kernel_{i}") for i, array in enumerate(kernels)]
    graph = helper.make_graph(nodes, "jax_model", *ends, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)
    onnx.save(model, tmp_path / "jax.onnx")
    scene = rng.uniform(0, 1, (4, 40, 50)).astype("float32")
    image = make_raster(scene, descriptions=("B2", "B3", "B4", "B8"))
    said = {"bands": "B2, B3, B4, B8", "classes": "a, b, c", "scaling": "none"}
    run_import({"input": str(tmp_path / "jax.onnx"), **said}, Listening())
    _, card = Store().find("jax")
    assert card.axes == "NHWC" and len(card.classes) == 3
    hidden = np.maximum(np.einsum("chw,kc->khw", scene, kernels[0][..., 0, 0]), 0)
    wanted = np.einsum("chw,kc->khw", hidden, kernels[1][..., 0, 0]).argmax(0)
    assert (mapped("jax", image, tmp_path) == wanted).mean() > 0.999


def test_trees_map_every_pixel(tmp_path, make_raster, rng):
    scene = rng.uniform(0, 1, (3, 40, 50)).astype("float32")
    image = make_raster(scene, descriptions=("B02", "B03", "B04"))
    path = saved(tmp_path / "trees.txt", text())
    run_import({"input": str(path), "scaling": "none", "task": "segmentation", "classes": "no, yes"}, Listening())
    assert np.array_equal(mapped("trees", image, tmp_path), walked(scene[None])[0] > 0)


@pytest.mark.parametrize("kind", ["traced.pt", "scripted.pt", "exported.pt2"])
def test_a_network_of_torch_for_pixels_maps_every_pixel(tmp_path, make_raster, rng, kind):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3)).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript's own deprecation
        if kind == "traced.pt":
            torch.jit.trace(network, torch.zeros(1, 4)).save(str(tmp_path / kind))
        elif kind == "scripted.pt":
            torch.jit.script(network).save(str(tmp_path / kind))
        else:
            free = ({0: torch.export.Dim("pixels")},)
            torch.export.save(torch.export.export(network, (torch.zeros(2, 4),), dynamic_shapes=free), tmp_path / kind)
    scene = rng.normal(size=(4, 40, 50)).astype("float32")
    report = Listening()
    given = {"scaling": "none", "activation": "softmax", "classes": "soil, water, trees"}
    made = run_import({"input": str(tmp_path / kind), **given}, report)
    assert "a network for single pixels" in report.text("warning")
    with torch.no_grad():
        wanted = network(torch.from_numpy(scene).movedim(0, -1)).argmax(-1).numpy()
    assert (mapped(made["model"], make_raster(scene), tmp_path) == wanted).all() and len(np.unique(wanted)) > 1


def test_a_layout_that_the_file_contradicts_is_refused(tmp_path):
    path = saved(tmp_path / "trees.txt", text())
    with pytest.raises(ModelError, match="LAYOUT is NHWC"):
        run_import({"input": str(path), "scaling": "none", "layout": "NHWC"}, Listening())


def test_nothing_is_installed_of_what_is_refused(tmp_path, home):
    path = saved(tmp_path / "trees.txt", text(objective="mine"))
    with pytest.raises(ModelError, match="objective mine"):
        run_import({"input": str(path), "scaling": "none"}, Listening())
    assert not list((home / "models").glob("*")) if (home / "models").exists() else True
