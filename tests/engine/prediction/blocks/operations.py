"""One job of every operation that predicts, whose results depend on where tiles lie, in small blocks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import torch
from safetensors.torch import save_file
from torch import nn

from rsdl_qgis.engine.cards.card import CARD_FILE, WEIGHTS_FILE, Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.embedding.job import run_embed_image
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.prediction.objects import run_detect
from rsdl_qgis.engine.prediction.scenes.job import run_classify_scenes
from rsdl_qgis.engine.prediction.series.job import run_predict_series
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from ...training.layers import box, vector

BANDS = (Band("red"), Band("nir"))
CLASSES = tuple(Class(i, f"class {i}", f"#{i}{i}{i}{i}{i}{i}") for i in range(3))
TILES = Tiling(size=32, overlap=8, multiple=8, memory=64)


class Context(nn.Module):
    """Channels from the surroundings of each pixel and from the brightness of the tile: two tiles do not agree."""

    def __init__(self, bands, channels, seed=0):
        super().__init__()
        self.conv = nn.Conv2d(bands, channels, 9, padding=4)
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.conv.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.01

    def forward(self, image):
        return self.conv(image[:, 0]) + image[:, 0, :1].mean((2, 3), keepdim=True) * 0.01


class Boxes(Context):
    """A box about each pixel, of sides that two of its channels give; the others are logits of two classes."""

    def __init__(self):
        super().__init__(2, 4)

    def forward(self, image):
        width, height, first, second = super().forward(image).split(1, 1)
        ones = torch.ones_like(width)
        x, y = ones.cumsum(3) - 0.5, ones.cumsum(2) - 0.5
        wide, high = 6 + 4 * width.tanh(), 6 + 4 * height.tanh()
        sides = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]
        boxes = torch.cat([side.flatten(1)[..., None] for side in sides], 2)
        return boxes, torch.cat([2 * logits.flatten(1)[..., None] - 9 for logits in (first, second)], 2)


class Scene(Context):
    def __init__(self):
        super().__init__(2, 3)

    def forward(self, image):
        return super().forward(image).mean((2, 3))


class Pixel(nn.Module):
    """Of a series (N, 2, 2)."""

    def forward(self, image, valid):
        first, second = image[:, 0], image[:, 1]
        score = (first - second) * 0.05
        return torch.cat([score, score.sum(1, keepdim=True) * 0.3 + valid.float().mean(1, keepdim=True)], 1)


@dataclass(frozen=True)
class Case:
    """A job, what runs it, and blocks of how many pixels that the network takes."""

    run: Any
    arguments: dict
    pixels: int


def noise(height, width, seed=0):
    """(2, height, width): nodata (0) in a corner and in the middle."""
    values = np.random.default_rng(seed).integers(1, 255, (2, height, width)).astype("uint8")
    values[:, :40, :40] = 0
    values[:, height // 2 : height // 2 + 20, 30:60] = 0
    return values


def case_of(name: str, folder, make_raster) -> Case:
    """The job of an operation; its files lie in ``folder``."""
    image = {"path": str(make_raster(noise(150, 130), nodata=0))}
    card = ModelCard("m", "M", (Input("image", BANDS),), CLASSES, "segmentation", "x", tiling=TILES)
    job = {"output": str(folder / "out.tif"), "inputs": {"image": [image]}, "threads": 1}
    if name == "classes":
        more = {"probabilities": str(folder / "p.tif"), "polygons": str(folder / "p.gpkg"), "batch_size": 2}
        return Case(run_predict, {**job, **saved(folder, card, Context(2, 3)), "tile_size": 32, **more}, 8000)
    if name == "numbers":
        card = replace(card, classes=(), task="regression", activation="identity")
        return Case(run_predict, {**job, **saved(folder, card, Context(2, 1)), "tile_size": 32}, 8000)
    if name == "objects":
        card = replace(card, classes=CLASSES[:2], task="detection", activation="sigmoid")
        job = {**job, "output": str(folder / "out.gpkg"), "confidence": 0.1, "tile_size": 32}
        return Case(run_detect, {**job, **saved(folder, card, Boxes())}, 7000)
    if name == "scenes":
        card = replace(card, task="classification", tiling=replace(TILES, size=16, overlap=0))
        file = vector(
            folder / "fields.geojson", [(box(i * 7, i * 9, 12 + 9 * i, 8 + 5 * i), f"f{i}") for i in range(12)]
        )
        job = {**job, "output": str(folder / "out.gpkg"), "raster": str(folder / "r.tif"), "features": file["path"]}
        return Case(run_classify_scenes, {**job, **saved(folder, card, Scene()), "batch_size": 3}, 1000)
    if name == "features":
        card = replace(card, task="classification", network="lenet5", tiling=replace(TILES, overlap=0, any_size=False))
        network = build_network("lenet5", {"image": (1, 2)}, 3)
        (folder / "m").mkdir()
        save_file(network.state_dict(), folder / "m" / WEIGHTS_FILE)
        (folder / "m" / CARD_FILE).write_text(json.dumps(to_item(card)), encoding="utf-8")
        job = {**job, "model": str(folder / "m"), "stride": 16, "storage": "uint8", "batch_size": 3}
        return Case(run_embed_image, job, 5000)
    other = {"path": str(make_raster(noise(150, 130, 1), "later.tif", nodata=0)), "date": "2024-06-01"}
    item = Input("image", BANDS, dates=("2024-05-01", "2024-06-01"))
    card = replace(card, inputs=(item,), task="time-series", classes=CLASSES)
    job = {**job, "layers": [{**image, "date": "2024-05-01"}, other], "bands": [1, 2], "tile_size": 32}
    del job["inputs"]
    return Case(run_predict_series, {**job, **saved(folder, card, Pixel())}, 8000)


def saved(folder, card, network) -> dict:
    export_onnx(network, card, folder / "m.onnx", half_weights=False)
    return {"model": str(folder / "m.onnx")}


class Said(Report):
    """Keeps what is logged; cancels once a condition holds."""

    def __init__(self, until=lambda: False):
        self.lines, self.cancelled = [], until

    def log(self, level, message):
        self.lines.append(f"{level}: {message}")

    @property
    def text(self):
        return " ".join(self.lines)


def contents(result):
    """All that a job has written, but for its metadata, and told, but for its times."""
    found = {name: value for name, value in result.items() if name not in ("seconds", "timing", "tiles")}
    for name in ("output", "probabilities", "polygons", "raster"):
        path = result.get(name) or ""
        if path.endswith(".tif"):
            with rasterio.open(path) as raster:
                statistics = [value for key, value in raster.tags(1).items() if key.startswith("STATISTICS")]
                found[name] = [raster.read().tobytes(), statistics]
        elif path:
            about, _, shapes, columns = pyogrio.raw.read(path)
            rows = zip(*(column.tolist() for column in columns))
            found[name] = [about["fields"].tolist(), [*map(bytes, shapes)], repr([*rows])]
    return found


def blocks_in(case):
    """The files of the blocks that lie beside a job's output; None where there is no folder of them."""
    folder = Path(f"{case.arguments['output']}.prediction")
    return sorted(folder.glob("block-*")) if folder.is_dir() else None
