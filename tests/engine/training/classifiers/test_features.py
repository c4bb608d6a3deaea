"""A classifier of pixels on a raster of features, as any other raster: embedded, trained and mapped."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from safetensors.torch import save_file

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network

from ..layers import NORTH_UP, raster

CARD = ModelCard(
    "lenet", "LeNet", (Input("image", (Band("tone"),), scaling=Scaling(mean=((100.0,),), std=((50.0,),))),),
    (Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")), "classification", network="lenet5",
    tiling=Tiling(size=32, overlap=0, multiple=1, memory=64, any_size=False), resolution=10.0,
)  # fmt: skip
STRIDE = 4


@pytest.mark.parametrize("storage", ["float32", "uint8"])
def test_an_svm_learns_from_features(tmp_path, storage):
    (tmp_path / "lenet").mkdir()
    torch.manual_seed(0)
    save_file(build_network("lenet5", {"image": (1, 1)}, 2).state_dict(), tmp_path / "lenet" / "weights.safetensors")
    (tmp_path / "lenet" / "model.json").write_text(json.dumps(to_item(CARD)), encoding="utf-8")
    kinds = np.add.outer(np.arange(48) // 12, np.arange(48) // 12) % 2
    tones = np.kron(70 + 60 * kinds, np.ones((STRIDE, STRIDE), int))
    image = (tones + np.random.default_rng(0).integers(-15, 15, tones.shape)).astype("uint8")[None]
    job = {"model": str(tmp_path / "lenet"), "inputs": {"image": [raster(tmp_path / "image.tif", image)]}}
    features = str(tmp_path / "features.tif")
    made = {**job, "output": features, "size": 2 * STRIDE, "stride": STRIDE, "storage": storage, "device": "cpu"}
    OPERATIONS["embed_image"]({**made, "threads": 1}, Report())
    with rasterio.open(features) as file:
        names = list(file.descriptions)
    grid = Affine(10 * STRIDE, 0, NORTH_UP.c, 0, -10 * STRIDE, NORTH_UP.f)
    labels = raster(tmp_path / "labels.tif", kinds.astype("uint8")[None], transform=grid)
    asked = {"task": "segmentation", "sources": [{"inputs": {"image": [{"path": features}]}}], "labels": [labels]}
    asked |= {"input_bands": {"image": names}, "chip_size": 16, "split": "blocks", "valid": 0.3, "threads": 1}
    model = str(tmp_path / "svm")
    result = OPERATIONS["train_classifier"]({**asked, "output": model, "method": "svm-linear", "cost": 1.0}, Report())
    assert result["figures"]["overall accuracy"] > 0.9
    mapped = {"model": model, "inputs": {"image": [{"path": features}]}, "output": str(tmp_path / "map.tif")}
    OPERATIONS["predict"]({**mapped, "device": "cpu"}, Report())
    with rasterio.open(tmp_path / "map.tif") as file:
        assert (file.read(1) == kinds).mean() > 0.85  # patches at borders see both
