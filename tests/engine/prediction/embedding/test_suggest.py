"""The job "suggest_labels", with small networks on made-up rasters."""

from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import shapely
import torch
from safetensors.torch import save_file

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.errors import InputError, MismatchError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.embedding import suggest as suggesting
from rsdl_qgis.engine.prediction.embedding.suggest import k_centres
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from ...training.layers import box, vector

CARD = ModelCard(
    "tiny", "Tiny", (Input("image", (Band("tone"),), scaling=Scaling(mean=((100.0,),), std=((50.0,),))),),
    (Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")), network="unet", options={"widths": (4, 8)},
    tiling=Tiling(size=64, overlap=8, multiple=2), resolution=10.0, engine="torch",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def model(folder):
    torch.manual_seed(0)
    network = build_network("unet", {"image": (1, 1)}, 2, **CARD.options).eval()
    (folder / "tiny").mkdir()
    save_file(network.state_dict(), folder / "tiny" / "weights.safetensors")
    export_onnx(network, CARD, folder / "tiny" / "model.onnx")
    (folder / "tiny" / "model.json").write_text(json.dumps(to_item(CARD)), encoding="utf-8")
    return str(folder / "tiny")


@pytest.fixture
def suggest(tmp_path, make_raster, model):
    values = np.random.default_rng(0).integers(1, 200, (1, 120, 150)).astype("uint8")
    values[:, :, 140:] = 0
    image = str(make_raster(values, nodata=0))

    def suggest(**arguments):
        number = len(list(tmp_path.iterdir()))
        job = {"model": model, "inputs": {"image": [{"path": image}]}, "output": str(tmp_path / f"{number}.gpkg")}
        given = {**job, "device": "cpu", "threads": 1, "number": 6, "distance": 150.0, **arguments}
        result = OPERATIONS["suggest_labels"](given, Report())
        assert {p.name for p in tmp_path.iterdir()} >= {f"{number}.gpkg"}
        assert not [p for p in tmp_path.iterdir() if p.is_dir()]  # nothing is left behind
        about, _, wkb, data = pyogrio.raw.read(result["output"])
        cells = (shapely.get_coordinates(shapely.from_wkb(wkb)) - [500_000, 4_200_000]) / [10, -10]
        return result, cells, dict(zip(about["fields"], data)), given

    return suggest


def test_places_are_uncertain_and_apart(suggest, tmp_path):
    result, cells, columns, given = suggest()
    assert result["suggested"] == len(cells) == 6 and result["diversity"] == "features"
    assert list(columns["rank"]) == [1, 2, 3, 4, 5, 6] and (cells[:, 0] < 140).all()
    between = np.linalg.norm(cells[:, None] - cells[None], axis=2)[np.triu_indices(6, 1)]
    assert between.min() >= 15
    names = ("model", "inputs", "device", "threads")
    mapped = {**{name: given[name] for name in names}, "output": str(tmp_path / "m.tif")}
    OPERATIONS["predict"]({**mapped, "uncertainty": str(tmp_path / "u.tif")}, Report())
    import rasterio

    with rasterio.open(tmp_path / "u.tif") as file:
        uncertainty = file.read(1)
    own = uncertainty[cells[:, 1].astype(int), cells[:, 0].astype(int)]
    np.testing.assert_allclose(columns["uncertainty"], own, atol=1e-6)
    assert own.min() > np.median(uncertainty[uncertainty >= 0])
    assert own[0] == uncertainty[8:-8, 8:-8].max()  # nothing is known before it
    assert (cells > 8).all() and (cells < [142, 112]).all()  # what is around each lies on the raster


def test_labels_and_a_mask_are_kept_away_from(suggest, tmp_path):
    labels = vector(tmp_path / "l.geojson", [(box(0, 0, 70, 120), {})])["path"]
    _, cells, _, _ = suggest(labels=labels, labels_crs="EPSG:32634", distance=100.0)
    assert len(cells) and (cells[:, 0] >= 79).all()
    mask = vector(tmp_path / "m.geojson", [(box(0, 0, 60, 60), {})])["path"]
    _, cells, columns, _ = suggest(mask=mask, mask_crs="EPSG:32634", number=30, distance=100.0)
    assert 1 < len(cells) < 30 and (cells < 60).all() and (columns["diversity"] <= 2).all()
    with pytest.raises(InputError, match="no place to suggest"):
        suggest(labels=labels, labels_crs="EPSG:32634", mask=mask, mask_crs="EPSG:32634")


def test_labels_elsewhere_are_told_before_the_raster_is_mapped(suggest, tmp_path, monkeypatch):
    monkeypatch.setattr(suggesting, "predicted", lambda *_: pytest.fail("it was mapped"))
    elsewhere = vector(tmp_path / "e.geojson", [(box(900, 900, 960, 960), {})])["path"]
    with pytest.raises(InputError, match="None of the 1 features of"):
        suggest(labels=elsewhere, labels_crs="EPSG:32634")


def test_a_model_without_weights_spreads_on_the_ground(suggest, model):
    result, cells, _, _ = suggest(model=f"{model}/model.onnx")
    assert result["diversity"] == "ground" and len(cells) == 6


def test_k_centres_weigh_uncertainty_and_distance():
    points = np.array([[0, 0], [0.1, 0], [5, 0], [0, 5]], float)
    scores = np.array([0.9, 1.0, 0.5, 0.8], "float32")
    order, diversity = k_centres(scores, points, np.empty((0, 2)), 3)
    assert list(order) == [1, 3, 2] and diversity[0] == 2
    order, _ = k_centres(scores, points, np.array([[0.0, 5.0]]), 4)
    assert list(order)[-1] == 3


def test_what_cannot_be(suggest, folder):
    card = ModelCard("n", "N", CARD.inputs, (), "regression", network="unet", options=CARD.options)
    export_onnx(build_network("unet", {"image": (1, 1)}, 1, **CARD.options), card, folder / "n.onnx")
    with pytest.raises(MismatchError, match="models that map classes"):
        suggest(model=str(folder / "n.onnx"))
