"""The job "embed_image" from a raster to features."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace

import numpy as np
import pyogrio
import pytest
import rasterio
import torch
from safetensors.torch import save_file

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.embedding.moments import Moments
from rsdl_qgis.engine.published.addresses import PUBLISHED, Published

from ...training.layers import box, vector

SIDE, FEATURES = 32, 84  # of LeNet-5
CARD = ModelCard(
    "lenet", "LeNet", (Input("image", (Band("tone"),), scaling=Scaling(mean=((100.0,),), std=((50.0,),))),),
    (Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")), "classification", network="lenet5",
    tiling=Tiling(size=SIDE, overlap=0, multiple=1, memory=64, any_size=False), resolution=10.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return build_network("lenet5", {"image": (1, 1)}, 2).eval()


@pytest.fixture(scope="module")
def model(tmp_path_factory, network):
    folder = tmp_path_factory.mktemp("models") / "lenet"
    folder.mkdir()
    save_file(network.state_dict(), folder / "weights.safetensors")
    (folder / "model.json").write_text(json.dumps(to_item(CARD)), encoding="utf-8")
    return str(folder)


@pytest.fixture
def values():
    """100 x 90 pixels of noise; the patch at the upper left is nodata."""
    found = np.random.default_rng(0).integers(1, 200, (1, 100, 90)).astype("uint8")
    found[:, :32, :32] = 0
    return found


@pytest.fixture
def embed(tmp_path, model, make_raster, values):
    image = str(make_raster(values, nodata=0))

    def embed(output="out.tif", report=None, **arguments):
        job = {"model": model, "inputs": {"image": [{"path": image}]}, "output": str(tmp_path / output)}
        return OPERATIONS["embed_image"]({**job, "threads": 1, "device": "cpu", **arguments}, report or Report())

    return embed


def features_of(network, patch):
    """What the last layer of the network is given for a patch."""
    given = []
    layer = [m for m in network.modules() if isinstance(m, torch.nn.Linear)][-1]
    handle = layer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    with torch.inference_mode():
        network(torch.from_numpy((patch.astype("float32") - 100) / 50)[None, None, None])
    handle.remove()
    return given[0][0].numpy()


def test_a_raster_has_a_pixel_a_patch(embed, network, values):
    result = embed(stac=True)
    with rasterio.open(result["output"]) as file:
        found = file.read()
        assert (file.count, file.height, file.width) == (FEATURES, 4, 3) and np.isnan(file.nodata)
        assert file.descriptions[:2] == ("f1", "f2") and file.transform.a == SIDE * 10
        assert (file.transform.c, file.transform.f) == (500_000, 4_200_000)
    assert (result["features"], result["patches"], result["empty"]) == (FEATURES, 11, 1)
    assert np.isnan(found[:, 0, 0]).all() and np.isfinite(found).sum() == 11 * FEATURES
    np.testing.assert_allclose(found[:, 1, 1], features_of(network, values[0, 32:64, 32:64]), atol=1e-4)
    np.testing.assert_allclose(found[:, 3, 2], features_of(network, values[0, 68:, 58:]), atol=1e-4)  # moved back


def test_a_stride_makes_the_raster_finer(embed, network, values):
    with rasterio.open(embed(stride=16)["output"]) as file:
        found = file.read()
    assert found.shape == (FEATURES, 7, 6)
    np.testing.assert_allclose(found[:, 3, 3], features_of(network, values[0, 40:72, 40:72]), atol=1e-4)  # around it
    assert np.isnan(found[:, :2, :2]).all()


def test_eight_bits_stand_for_the_numbers(embed):
    with rasterio.open(embed("a.tif")["output"]) as file:
        exact = file.read()
    with rasterio.open(embed("b.tif", storage="uint8")["output"]) as file:
        assert file.dtypes[0] == "uint8" and file.nodata == 0
        stored = file.read(masked=True)
        meant = stored * np.array(file.scales)[:, None, None] + np.array(file.offsets)[:, None, None]
        steps = np.array(file.scales)[:, None, None]
    np.testing.assert_array_equal(np.ma.getmaskarray(stored), np.isnan(exact))
    assert (np.abs(meant - exact) <= 0.51 * steps).all()


def test_a_feature_that_is_the_same_everywhere_is_kept_in_eight_bits(embed, model, network, tmp_path):
    still = copy.deepcopy(network)
    layer = [m for m in still.modules() if isinstance(m, torch.nn.Linear)][-2]
    with torch.no_grad():
        layer.weight[:2], layer.bias[0], layer.bias[1] = 0, 1.5, -3
    folder = tmp_path / "still"
    shutil.copytree(model, folder)
    save_file(still.state_dict(), folder / "weights.safetensors")
    with rasterio.open(embed("a.tif", model=str(folder))["output"]) as file:
        exact = file.read([1, 2])
    with rasterio.open(embed("b.tif", model=str(folder), storage="uint8")["output"]) as file:
        stored = file.read([1, 2], masked=True)
        meant = stored * np.array(file.scales[:2])[:, None, None] + np.array(file.offsets[:2])[:, None, None]
    assert np.array_equal(np.nanmin(exact, (1, 2)), np.nanmax(exact, (1, 2))) and np.nanmin(exact[0]) > 0
    np.testing.assert_array_equal(meant.filled(np.nan), exact)


def test_polygons_get_the_features_of_their_pixels(embed, tmp_path, network, values):
    places = [(box(40, 40, 72, 72), {"name": "field"}), (box(0, 0, 32, 32), {"name": "hole"})]
    spec = vector(tmp_path / "p.geojson", places)
    result = embed("out.gpkg", features=spec["path"], features_crs="EPSG:32634")
    about, _, _, data = pyogrio.raw.read(result["output"], read_geometry=False)
    columns = dict(zip(about["fields"], data))
    assert list(columns["name"]) == ["field", "hole"] and list(columns["valid"]) == [1, 0]
    found = np.array([columns[f"f{i + 1}"] for i in range(FEATURES)])
    np.testing.assert_allclose(found[:, 0], features_of(network, values[0, 40:72, 40:72]), atol=1e-4)
    assert np.isnan(found[:, 1]).all() and (result["patches"], result["empty"]) == (1, 1)


def test_a_layer_off_the_raster_and_a_stride_without_effect_are_told(embed, tmp_path):
    said = []
    report = Report()
    report.log = lambda level, text: said.append(f"{level}: {text}")
    spec = vector(tmp_path / "p.geojson", [(box(4000, 4000, 4032, 4032), {})])
    embed("out.gpkg", report, features=spec["path"], features_crs="EPSG:32634", stride=8)
    assert any("STRIDE" in text and "no effect" in text for text in said)
    assert any("1 of 1 features lie outside the raster" in text for text in said)
    assert not any("Check the coordinate systems" in text for text in said)  # they are the same


def test_the_encoder_of_a_model_for_maps(embed, tmp_path, values):
    card = replace(CARD, name="unet", task="segmentation", network="unet", options={"widths": (4, 8, 16)},
                   tiling=Tiling(size=64, multiple=4))  # fmt: skip
    torch.manual_seed(1)
    network = build_network("unet", {"image": (1, 1)}, 2, **card.options).eval()
    folder = tmp_path / "unet"
    folder.mkdir()
    save_file(network.state_dict(), folder / "weights.safetensors")
    (folder / "model.json").write_text(json.dumps(to_item(card)), encoding="utf-8")
    result = embed(model=str(folder), size=32)  # less than a tile: pixels keep their size
    with rasterio.open(result["output"]) as file:
        found = file.read()
    image = torch.from_numpy((values[0, 32:64, 32:64].astype("float32") - 100) / 50)[None, None]
    with torch.inference_mode():
        deepest = network.encoder(image)[-1]
    assert found.shape == (16, 4, 3) and deepest.shape == (1, 16, 8, 8)
    np.testing.assert_allclose(found[:, 1, 1], deepest.mean((2, 3))[0], atol=1e-5)


def test_published_weights_by_their_name(embed, tmp_path, monkeypatch):
    """Those of MobileNetV3, whose file a person has put where it belongs."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path))
    monkeypatch.setattr(Published, "sha256", property(lambda self: ""))
    torch.manual_seed(2)
    network = build_network("mobilenet-v3-small", {"image": (1, 3)}, 1000).eval()
    (tmp_path / "weights").mkdir()
    torch.save(network.state_dict(), tmp_path / "weights" / PUBLISHED["mobilenet-v3-small"].file)
    picture = np.random.default_rng(3).integers(1, 255, (3, 224, 224)).astype("uint8")
    path = str(tmp_path / "picture.tif")
    with rasterio.open(path, "w", driver="GTiff", width=224, height=224, count=3, dtype="uint8", crs="EPSG:32634",
                       transform=rasterio.Affine(1, 0, 500_000, 0, -1, 4_600_000)) as file:  # fmt: skip
        file.write(picture)
    result = embed(model="mobilenet-v3-small", inputs={"image": [{"path": path, "bands": [1, 2, 3]}]})
    with rasterio.open(result["output"]) as file:
        found = file.read()[:, 0, 0]
    mean, std = (np.array(row, "float32")[:, None, None] for row in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    given = []
    layer = [m for m in network.modules() if isinstance(m, torch.nn.Linear)][-1]
    layer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))
    with torch.inference_mode():
        network(torch.from_numpy((picture / np.float32(255) - mean) / std)[None, None])
    np.testing.assert_allclose(found, given[0][0], atol=1e-4)
    assert result["model"] == "mobilenet-v3-small" and result["features"] == len(found)


def test_three_features_that_show_most_of_the_spread():
    one, other = np.random.default_rng(0).normal(size=(2, 200)).astype("float32")
    values = np.stack([0.1 * other, 5 * one, 4.9 * one, 3 * other, np.full(200, np.float32(7))], 1)
    moments = Moments(5)
    for rows in (values[:50], values[50:], np.full((2, 5), np.nan, np.float32)):
        moments.add(rows)
    shown = moments.shown()
    assert [item["feature"] for item in shown[:2]] == [2, 4]  # not the third, which the second explains
    assert shown[0]["low"] == pytest.approx(values[:, 1].mean() - 2 * values[:, 1].std(), rel=1e-4)


def test_what_cannot_be(embed, tmp_path):
    with pytest.raises(InputError, match="leaves gaps"):
        embed(size=16, stride=20)
    with pytest.raises(MismatchError, match="no weights"):
        embed(model=_onnx_only(tmp_path))


def _onnx_only(folder):
    from rsdl_qgis.engine.runtime.onnx_export import export_onnx

    export_onnx(build_network("lenet5", {"image": (1, 1)}, 2), CARD, folder / "lenet.onnx")
    return str(folder / "lenet.onnx")
