"""Scene models on the held-out pictures of UC Merced as polygons of many shapes, through the job itself.

    python -m benchmarks.scene_shapes DATA [MODEL ...]

The pictures that chose the epoch lie in one raster, each in a field of its own, and a polygon in each; what the whole
picture shows is the truth of any part. Overall accuracy of a model of one class, mean F1 per picture of one of several
labels. Never the test pictures.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyogrio
from affine import Affine
from numpy.typing import NDArray

from rsdl_qgis.engine.cards.card import ModelCard
from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.raster.geotiff import write_geotiff
from rsdl_qgis.engine.raster.grid import Grid
from tools.datasets import make_chips
from tools.worker import ROOT, run_job

SIDE = 256  # pixels of a picture
FIELD = 640  # pixels from one picture to the next
ACROSS = 11  # pictures in a row of the raster
CRS = "EPSG:32610"
PLACE = Affine(0.3, 0, 500_000, 0, -0.3, 4_200_000)
MODELS = ("scenes-ucmerced", "scenes-ucmerced-multilabel")

Point = tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """Pixels (3, H, W), 0 where nothing is known; the class of land use; and the labels of what they show."""

    values: NDArray[np.uint8]
    kind: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Shape:
    """A polygon in the pixels of a picture, and what is done to pictures before."""

    title: str
    corners: Sequence[Point]
    made: Callable[[Sequence[Picture]], Sequence[Picture]] = list


def box(column: float, row: float, width: float, height: float) -> list[Point]:
    return [(column, row), (column + width, row), (column + width, row + height), (column, row + height)]


def circle() -> list[Point]:
    turns = [2 * math.pi * i / 96 for i in range(96)]
    return [(SIDE / 2 * (1 + math.cos(turn)), SIDE / 2 * (1 + math.sin(turn))) for turn in turns]


def left_half(pictures: Sequence[Picture]) -> list[Picture]:
    """Nothing is known of the right half."""
    known = np.arange(SIDE) < SIDE // 2
    return [replace(picture, values=picture.values * known) for picture in pictures]


def fours(pictures: Sequence[Picture]) -> list[Picture]:
    """Four pictures of one class side by side, of five each set but one, with the labels of any of them."""
    return [
        _side_by_side([picture for picture in kind if picture is not left][:4])
        for name in sorted({picture.kind for picture in pictures})
        for kind in [[picture for picture in pictures if picture.kind == name]]
        for left in kind
    ]


def _side_by_side(four: Sequence[Picture]) -> Picture:
    values = np.concatenate([np.concatenate([x.values for x in pair], 2) for pair in (four[:2], four[2:])], 1)
    return Picture(values, four[0].kind, frozenset().union(*(picture.labels for picture in four)))


SHAPES = (
    Shape("whole picture", box(0, 0, SIDE, SIDE)),
    Shape("circle inside the picture", circle()),
    Shape("diamond inside the picture", [(128, 0), (256, 128), (128, 256), (0, 128)]),
    Shape("strip from corner to corner", [(0, 0), (64, 0), (256, 192), (256, 256), (192, 256), (0, 64)]),
    Shape("strip across the middle, 256 × 64", box(0, 96, 256, 64)),
    Shape("middle, 128 × 128", box(64, 64, 128, 128)),
    Shape("middle, 96 × 96", box(80, 80, 96, 96)),
    Shape("left half, 128 × 256", box(0, 0, 128, 256)),
    Shape("whole, of which the right half is nodata", box(0, 0, SIDE, SIDE), left_half),
    Shape("four pictures of one class, 512 × 512", box(0, 0, 2 * SIDE, 2 * SIDE), fours),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("models", nargs="*", default=[str(ROOT / "models" / name) for name in MODELS])
    given = parser.parse_args()
    models = [Store().find(name) for name in given.models]
    print(f"| | n | {' | '.join(card.name for _, card in models)} |\n|---|---|{'---|' * len(models)}")
    with tempfile.TemporaryDirectory() as work:
        shown = [held_out(given.data.resolve(), Path(work), card) for _, card in models]
        for shape in SHAPES:
            found = [judged(shape.made(some), shape, path, Path(work)) for some, (path, _) in zip(shown, models)]
            count = len(shape.made(shown[0]))
            print(f"| {shape.title} | {count} | {' | '.join(f'{x:.3f}' for x in found)} |", flush=True)


def held_out(data: Path, work: Path, card: ModelCard) -> list[Picture]:
    """The pictures that chose the epoch, as a model labels them."""
    folder = make_chips({"dataset": "ucmerced", "multilabel": card.activation == "sigmoid"}, data, work / card.name)
    pictures = []
    for chip in folder.part("valid"):
        values = folder.images(chip)["image"].data[0]
        short = [(0, 0), *((0, max(0, SIDE - side)) for side in values.shape[1:])]
        whole = np.pad(values, short, "edge")[:, :SIDE, :SIDE].clip(1, 255).astype(np.uint8)
        pictures.append(Picture(whole, chip.name.rstrip("0123456789"), frozenset(chip.label.split(";"))))
    return pictures


def judged(pictures: Sequence[Picture], shape: Shape, model: Path, work: Path) -> float:
    """Mean over the pictures: of whether the class is right, or of F1 of the labels."""
    corners = [(i % ACROSS * FIELD, i // ACROSS * FIELD) for i in range(len(pictures))]
    image, polygons, scenes = (work / name for name in ("image.tif", "polygons.geojson", "scenes.gpkg"))
    write_raster(image, pictures, corners)
    write_polygons(polygons, shape.corners, corners)
    inputs = {"image": [{"path": str(image)}]}
    asked = {"model": str(model), "inputs": inputs, "features": str(polygons), "output": str(scenes), "threads": 1}
    run_job("classify_scenes", {**asked, "device": "cpu"}, work / "job.json", say=lambda line: None)
    about, _, _, columns = pyogrio.raw.read(scenes)
    answers = dict(zip(about["fields"], columns))["class"]
    return float(np.mean([f1(answer, picture.labels) for answer, picture in zip(answers, pictures)]))


def f1(answer: str | None, truth: frozenset[str]) -> float:
    """2 |answer and truth| / (|answer| + |truth|); of one class 1 or 0."""
    said = frozenset(filter(None, (answer or "").split("; ")))
    return 2 * len(said & truth) / (len(said) + len(truth))


def write_raster(path: Path, pictures: Sequence[Picture], corners: Sequence[tuple[int, int]]) -> None:
    values = np.zeros((3, FIELD * math.ceil(len(pictures) / ACROSS), FIELD * ACROSS), np.uint8)
    for picture, (column, row) in zip(pictures, corners):
        height, width = picture.values.shape[1:]
        values[:, row : row + height, column : column + width] = picture.values
    grid = Grid(CRS, PLACE, *values.shape[1:])
    write_geotiff(path, grid, np.ma.masked_equal(values, 0), nodata=0, names=("red", "green", "blue"))


def write_polygons(path: Path, shape: Sequence[Point], corners: Sequence[tuple[int, int]]) -> None:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        for column, row in corners
        for ring in [[PLACE * (column + x, row + y) for x, y in shape]]
    ]
    crs = {"type": "name", "properties": {"name": CRS}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")


if __name__ == "__main__":
    main()
