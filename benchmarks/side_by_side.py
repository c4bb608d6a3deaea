"""A light network on a large picture, class map and polygons: our job, a bare loop, and any other program.

    python -m benchmarks.side_by_side [--side 6000] [--repeats 3] [--folder DIR]
    python -m benchmarks.side_by_side --other NAME 'COMMAND {model} {image} {map} {polygons}' [--side 6000]

With a network this light everything around it shows. It is made and trained here, in some minutes, and kept in
``--folder`` (build/side-by-side) with the pictures: a DeepLab-like network (Chen et al. 2018, arXiv:1802.02611) of 2.2
million parameters, five kinds of land cover, tiles of 512 px only, as one .onnx with the metadata that Deepness reads.
``--other`` runs another program, in turn with ours, and prints a row for it: its command line, where the names in
braces become the files of the network, the picture, and what it is to write. The targets are ratios of at most 1.20
of the job to the bare loop at 6,000 and 12,000 px.
"""

from __future__ import annotations

import argparse
import json
import shlex
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from numpy.typing import NDArray
from rasterio.transform import from_origin
from rasterio.windows import Window
from torch import Tensor, nn
from torch.nn import functional as F

from .bare import ROOT, bare, job, timed

FOLDER = ROOT / "build" / "side-by-side"
TILE = 512  # pixels a side
CLASSES = ("water", "forest", "grass", "soil", "roof")
COLOURS = np.array([(40, 70, 110), (35, 80, 40), (110, 150, 70), (160, 130, 95), (200, 190, 185)], np.float32)
SPECKLE = 45.0  # standard deviation of a pixel's colour within its class
STEPS, BATCH, SEED = 150, 4, 0


def fields(side: int, seed: int) -> NDArray[np.uint8]:
    """Land cover (side, side), class numbers: the largest of a smooth random field a class, of three scales."""
    random = np.random.default_rng(seed)
    best, found = np.full((side, side), -np.inf, np.float32), np.zeros((side, side), np.uint8)
    for number in range(len(CLASSES)):
        field = np.zeros((side, side), np.float32)
        for scale, weight in ((256, 1.0), (96, 0.6), (24, 0.25)):
            coarse = torch.from_numpy(random.standard_normal((1, 1, side // scale + 2, side // scale + 2), np.float32))
            grown = F.interpolate(coarse, scale_factor=scale, mode="bilinear")[0, 0, :side, :side]
            field += weight * grown.numpy()
        better = field > best
        found[better], best[better] = number, field[better]
    return found


def picture(cover: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Colours (3, h, w) of land cover, with speckle."""
    colours = COLOURS[cover].transpose(2, 0, 1) + random.normal(0, SPECKLE, (3, *cover.shape)).astype(np.float32)
    return colours.clip(0, 255).astype(np.uint8)


def write_picture(path: Path, side: int) -> Path:
    """A picture of that side, tiled and compressed, put together from cells of 1,500 px."""
    cell, random = 1500, np.random.default_rng(SEED + 1)
    layout = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate", "bigtiff": "if_safer"}
    place = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 0.5, 0.5)}
    size = {"height": side, "width": side, "count": 3, "dtype": "uint8"}
    with rasterio.Env(GDAL_CACHEMAX=1024), rasterio.open(path, "w", driver="GTiff", **size, **layout, **place) as file:
        for number, (row, col) in enumerate((r, c) for r in range(0, side, cell) for c in range(0, side, cell)):
            height, width = min(cell, side - row), min(cell, side - col)
            pixels = picture(fields(cell, SEED + 100 + number), random)[:, :height, :width]
            file.write(pixels, window=Window(col, row, width, height))
    return path


class DeepLab(nn.Module):
    """Images (n, 3, h, w) from 0 to 1 -> probabilities (n, classes, h, w); sides are multiples of 16."""

    def __init__(self, classes: int):
        super().__init__()
        self.low = nn.Sequential(step(3, 16, 2), separable(16, 32, 2))
        self.high = nn.Sequential(separable(32, 64, 2), separable(64, 128, 2), *(separable(128, 128) for _ in range(4)))
        self.pyramid = nn.ModuleList([step(128, 480, kernel=1), *(step(128, 480, dilation=d) for d in (2, 4, 6))])
        self.project, self.skip = step(4 * 480, 128, kernel=1), step(32, 24, kernel=1)
        self.last = nn.Sequential(separable(152, 64), separable(64, 64), nn.Conv2d(64, classes, 1))

    def forward(self, image: Tensor) -> Tensor:
        low = self.low(image)
        high = self.high(low)
        high = self.project(torch.cat([branch(high) for branch in self.pyramid], 1))
        high = F.interpolate(high, scale_factor=4.0, mode="bilinear")
        logits = self.last(torch.cat([high, self.skip(low)], 1))
        return F.interpolate(logits, scale_factor=4.0, mode="bilinear")


def step(inside: int, out: int, stride: int = 1, kernel: int = 3, dilation: int = 1, groups: int = 1) -> nn.Sequential:
    """A convolution, batch normalisation and ReLU."""
    padding = dilation * (kernel // 2)
    convolution = nn.Conv2d(inside, out, kernel, stride, padding, dilation, groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out), nn.ReLU())


def separable(inside: int, out: int, stride: int = 1) -> nn.Sequential:
    """A convolution by channel, and one by pixel."""
    return nn.Sequential(step(inside, inside, stride, groups=inside), step(inside, out, kernel=1))


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    """Images (n, 3, 256, 256) from 0 to 1, and land cover (n, 256, 256), of places that no picture shows."""
    random = np.random.default_rng(SEED)
    for number in range(STEPS):
        cover = [fields(256, SEED + 100_000 + BATCH * number + i) for i in range(BATCH)]
        images = np.stack([picture(each, random) for each in cover])
        yield torch.from_numpy(images).float() / 255, torch.from_numpy(np.stack(cover)).long()


def write_network(path: Path) -> Path:
    """Train the network and write it as one .onnx."""
    torch.manual_seed(SEED)
    network = DeepLab(len(CLASSES))
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=STEPS)
    right = 0.0
    for images, cover in batches():
        logits = network(images)
        optimiser.zero_grad()
        F.cross_entropy(logits, cover).backward()
        optimiser.step()
        schedule.step()
        right = float((logits.argmax(1) == cover).float().mean())
    print(
        f"{sum(p.numel() for p in network.parameters()):,} parameters, {right:.1%} of the last batch right", flush=True
    )
    whole = nn.Sequential(network.eval(), nn.Softmax(1))
    names: dict[str, Any] = {"input_names": ["image"], "output_names": ["classes"], "dynamo": False}
    torch.onnx.export(whole, (torch.zeros(1, 3, TILE, TILE),), path, **names)
    import onnx

    model = onnx.load(path)
    about = {
        "model_type": "Segmentor",
        "class_names": dict(enumerate(CLASSES)),
        "tiles_size": TILE,
        "resolution": 50,
        "standardization_mean": [0.0, 0.0, 0.0],
        "standardization_std": [1.0, 1.0, 1.0],
    }
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in about.items()})
    onnx.save(model, path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--other", nargs=2, metavar=("NAME", "COMMAND"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    model, image = given.folder / "light.onnx", given.folder / f"picture-{given.side}.tif"
    if not model.exists():
        write_network(model)
    if not image.exists():
        write_picture(image, given.side)
    made = {"map": given.folder / "map.tif", "polygons": given.folder / "map.gpkg"}
    files = {"output": str(made["map"]), "polygons": str(made["polygons"])}
    inputs = {"image": [{"path": str(image)}]}
    rows: dict[str, list[tuple[float, float]]] = {}  # program -> (wall, ratio to the bare loop)
    for _ in range(given.repeats):
        result = job("predict", given.folder, model=str(model), inputs=inputs, **files)
        loop = bare(model, result, result["streams"])
        rows.setdefault("rsdl_qgis", []).append((result["wall"], result["wall"] / loop))
        if given.other:
            name, command = given.other
            words = [word.format(model=model, image=image, **made) for word in shlex.split(command)]
            wall, _, _ = timed(words)
            rows.setdefault(name, []).append((wall, wall / loop))
        run = result["tiles"] * result["height"] * result["width"] / given.side**2
        print(
            f"bare loop {loop:.1f} s, peak of the job {result['peak']:.0f} MB, pixels run / mapped {run:.3f}",
            flush=True,
        )
    for name, found in rows.items():
        walls, ratios = (sorted(each) for each in zip(*found))
        print(
            f"{name:12} {given.side} px: median {statistics.median(walls):.1f} s, of the bare loop "
            f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"
        )


if __name__ == "__main__":
    main()
