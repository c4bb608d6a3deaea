"""What a whole detection job costs beyond its network: wall time of the worker / a bare ONNX Runtime loop.

    python -m benchmarks.detection [--side 6000] [--objects 10000] [--repeats 3] [--network yolo-n]

The network is that of ``planes``, or one of the table, with random weights; its scores and boxes are replaced inside
the ONNX, after all of the network has run, by those of marks in the picture, so that the job finds as many objects as
there are. The bare loop runs the same file over as many tiles of the same size, as many at once as the job does; they
are in memory, and nothing is done with what it gives. The target is a ratio of at most 1.10 at 6,000 x 6,000 px with
10,000 objects.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from rasterio.transform import from_origin
from torch import Tensor, nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.networks import build_network, multiple_of_sides
from rsdl_qgis.engine.runtime.onnx_export import export_onnx

from .bare import ROOT, bare, job

SIDE_OF_OBJECT = 24.0  # pixels
MARK = 250  # values of the picture above it mark an object's middle
INPUTS = {"image": (1, 3)}
BOXES = 5  # boxes that the network gives an object, apart from each other by a pixel


class Marked(nn.Module):
    """A detector whose boxes lie about marked pixels, though all of the network runs."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        boxes, logits = self.network(image)
        marks = nn.functional.max_pool2d((image[:, 0, :1] > MARK).float(), 8)  # (n, 1, h / 8, w / 8)
        ones = torch.ones_like(marks)
        x, y = (8 * ones.cumsum(3) - 4).flatten(1), (8 * ones.cumsum(2) - 4).flatten(1)
        half, found = SIDE_OF_OBJECT / 2, marks.flatten(1)[..., None]
        some = [torch.stack([x - half + i, y - half, x + half + i, y + half], 2) for i in range(BOXES)]
        scores = torch.cat([found * (8 - i / 2) - 6 for i in range(BOXES)], 1).expand(-1, -1, logits.shape[2])
        return torch.cat([*some, 0 * boxes], 1), torch.cat([scores, 0 * logits - 10], 1)


def write_model(name: str, options: Mapping[str, Any], path: Path) -> None:
    """The detector as one .onnx with its card."""
    card = ModelCard(
        "marked", "Marked", (Input("image", tuple(Band(b) for b in ("red", "green", "blue"))),),
        (Class(0, "object", "#ff0000"),), "detection", name, activation="sigmoid",
        tiling=Tiling(size=640, overlap=64, multiple=multiple_of_sides(name, INPUTS, options), memory=600),
    )  # fmt: skip
    torch.manual_seed(0)
    network = build_network(name, INPUTS, 1, **options)
    export_onnx(Marked(network), card, path)


def write_picture(path: Path, side: int, objects: int) -> None:
    """A picture with so many marks on a jittered grid."""
    random = np.random.default_rng(0)
    image = random.integers(0, MARK - 50, (3, side, side), dtype=np.uint8)
    across = int(np.ceil(objects**0.5))
    step = side / across
    places = [(r, c) for r in range(across) for c in range(across)][:objects]
    for r, c in places:
        row, col = (int((i + random.uniform(0.35, 0.65)) * step) for i in (r, c))
        image[0, row, col] = 255
    profile = {"height": side, "width": side, "count": 3, "dtype": "uint8", "tiled": True, "compress": "deflate"}
    place = {"crs": "EPSG:32634", "transform": from_origin(500_000, 4_200_000, 0.5, 0.5)}
    with rasterio.open(path, "w", driver="GTiff", **profile, **place) as file:
        file.write(image)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--network", help="of the table, as it is there; by default that of planes, with its options")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, picture = folder / "marked.onnx", folder / "picture.tif"
        planes = read_card(ROOT / "models" / "planes")
        network = (arguments.network, {}) if arguments.network else (planes.network, planes.options)
        write_model(*network, model)
        write_picture(picture, arguments.side, arguments.objects)
        ratios = []
        for _ in range(arguments.repeats):
            image = {"image": [{"path": str(picture)}]}
            result = job("detect", folder, model=str(model), inputs=image, output=str(folder / "found.gpkg"))
            loop = bare(model, result, result["streams"])
            ratios.append(result["wall"] / loop)
            seconds = result["timing"]
            print(
                f"{arguments.side} px, {result['objects']} objects: job {result['wall']:.1f} s, bare loop {loop:.1f} s,"
                f" ratio {ratios[-1]:.3f}; read {seconds['read']:.1f}, run {seconds['run']:.1f}, "
                f"write {seconds['write']:.1f} s (overlapping)",
                flush=True,
            )
        print(f"ratio: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")


if __name__ == "__main__":
    main()
