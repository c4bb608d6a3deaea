"""What the engine's tests share: rasters, and a small model with one input, a threshold on its first band."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin
from torch import nn, set_num_threads

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.runtime.sessions import ENGINES

NORTH_UP = Affine(10, 0, 500_000, 0, -10, 4_200_000)
set_num_threads(1)  # the networks here are too small to gain from more


class Threshold(nn.Module):
    """Class 1 where the first band is above 0, as logits of +-8."""

    def forward(self, image):
        band = image[:, 0, :1].sign() * 8
        return band * band.new_tensor([-1.0, 1.0]).reshape(1, 2, 1, 1)


@pytest.fixture(scope="session")
def card() -> ModelCard:
    return ModelCard(
        name="bright",
        title="Bright pixels",
        inputs=(Input("image", (Band("red"), Band("nir")), scaling=Scaling(mean=((100.0, 0.0),))),),
        classes=(Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")),
        network="threshold",
        tiling=Tiling(size=32, overlap=8, multiple=8, memory=64),
        resolution=10.0,
        background=0,
    )


@pytest.fixture(scope="session")
def model(card: ModelCard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as one .onnx with its card inside: class 1 where band 1 exceeds 100."""
    path = tmp_path_factory.mktemp("model") / "bright.onnx"
    export_onnx(Threshold(), card, path)
    return path


@pytest.fixture
def in_pairs(monkeypatch):
    """Every run of a network waits for another one, and fails where none comes; the threads both may use."""
    threads, both, engine = [], threading.Barrier(2, timeout=20), ENGINES["onnx"]

    def open_engine(card, path, device, count, streams):
        network = engine(card, path, device, count, streams)

        def run(inputs):
            both.wait()
            threads.append(count)
            return network(inputs)

        return run

    monkeypatch.setitem(ENGINES, "onnx", open_engine)
    return threads


@pytest.fixture
def make_raster(tmp_path: Path):
    """Write an array (bands, rows, columns) as a GeoTIFF of 10 m pixels."""

    def make(array: np.ndarray, name: str = "image.tif", descriptions: tuple = (), **profile) -> Path:
        path = tmp_path / name
        settings = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 10, 10), **profile}
        count, height, width = array.shape
        with rasterio.open(
            path, "w", driver="GTiff", count=count, height=height, width=width, dtype=array.dtype, **settings
        ) as target:
            target.write(array)
            if descriptions:
                target.descriptions = descriptions
        return path

    return make


@pytest.fixture(scope="session")
def with_card(card: ModelCard):
    """The card with some fields changed."""
    return lambda **changes: replace(card, **changes)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def raster_file(tmp_path):
    """raster_file(name, array (C, h, w), alpha=, colours=, msk=, names=, **profile) -> path of a GeoTIFF."""

    def make(name, array, *, alpha=False, colours=None, msk=None, names=(), **profile):
        path = tmp_path / name
        profile = {"crs": "EPSG:32634", "transform": NORTH_UP, **profile}
        count, height, width = array.shape
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(
                path,
                "w",
                driver="GTiff",
                count=count,
                height=height,
                width=width,
                dtype=array.dtype,
                **profile,
            ) as file:
                if alpha:
                    kinds = [rasterio.enums.ColorInterp.gray] * (count - 1)
                    file.colorinterp = [*kinds, rasterio.enums.ColorInterp.alpha]
                if colours:
                    file.write_colormap(1, colours)
                for band, description in enumerate(names, start=1):
                    file.set_band_description(band, description)
                file.write(array)
                if msk is not None:
                    file.write_mask(msk)
        return str(path)

    return make
