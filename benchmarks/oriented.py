"""Oriented against upright boxes: AP50 by rotated IoU of the same network with and without angles.

    python -m benchmarks.oriented [--side 768] [--epochs 60] [--seed 0] [--width 0.125]
    python -m benchmarks.oriented --airport data/airport --base planes --epochs 6 --rate 0.001 [--step 2]

Scenes with ships in rows, as in a harbour, and aeroplanes, at all angles: one to train with (a fifth of its blocks
validate), one to test with. With ``--airport`` pictures of the GDIT Aerial Airport data, each turned by an angle of
its own and cut to the square within it, whose boxes are turned with them: its splits train, validate and test, the
test pictures as one raster. Both networks are trained by the job "train" from the same chips, find objects in the
test raster by the job "detect" with a confidence of 0.01, and are compared by the job "assess_detections" with the
same turned reference rectangles.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy.ndimage import affine_transform

from rsdl_qgis.engine.assessment.detections import run_assess_detections
from rsdl_qgis.engine.boxes.detections import turned
from rsdl_qgis.engine.chips.importing.box_formats import Problems, read_dota
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.objects import run_detect
from rsdl_qgis.engine.raster.thumbnail import png_bands
from rsdl_qgis.engine.training.train import run_train

NETWORKS = ("yolo-n-obb", "yolo-n")
CRS, LEFT, TOP = "EPSG:32634", 500_000.0, 4_200_000.0
CUT = 320  # side of the squares that are cut from turned pictures of 600 px; all of it lies in the picture
ROOM = 48  # pixels a side for an object or a row of ships


def rectangles(middle: NDArray, size: NDArray, degrees: float) -> NDArray:
    """The corners (n, 4, 2) of rectangles of one angle."""
    return turned(middle, size, np.full(len(middle), np.radians(degrees)))


def row_of_ships(place: NDArray, random: np.random.Generator) -> list[tuple[str, NDArray, list[NDArray]]]:
    """Two or three ships side by side: (class, outline, what is drawn)."""
    degrees, count = random.uniform(0, 180), int(random.integers(2, 4))
    length, width = random.uniform(28, 40), random.uniform(6, 8)
    across = np.array([-np.sin(np.radians(degrees)), np.cos(np.radians(degrees))]) * (width + 3)
    middles = place + (np.arange(count) - (count - 1) / 2)[:, None] * across
    quads = rectangles(middles, np.tile([length, width], (count, 1)), degrees)
    return [("ship", quad, [quad]) for quad in quads]


def aeroplane(place: NDArray, random: np.random.Generator) -> list[tuple[str, NDArray, list[NDArray]]]:
    """A body, wings and a tail within a rectangle that is nearly a square."""
    degrees, length = random.uniform(0, 180), random.uniform(22, 32)
    span = length * random.uniform(0.8, 0.95)
    along = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    (whole,) = rectangles(place[None], np.array([[length, span]]), degrees)
    parts = [(0.0, length, 4.0), (0.08, 5.0, span), (-0.42, 3.5, span * 0.4)]
    drawn = [rectangles(place[None] + shift * length * along, np.array([[x, y]]), degrees)[0] for shift, x, y in parts]
    return [("plane", whole, drawn)]


def write_scene(folder: Path, name: str, side: int, seed: int) -> tuple[Path, Path]:
    """A raster, and its objects as GeoJSON in map units."""
    random = np.random.default_rng(seed)
    image = np.stack([random.normal(90, 14, (side, side)) for _ in range(3)])
    image += np.kron(random.normal(0, 12, (side // 32, side // 32)), np.ones((32, 32)))
    found = []
    for row in range(side // ROOM):
        for col in range(side // ROOM):
            place = (np.array([col, row]) + 0.5) * ROOM + random.uniform(-2, 2, 2)
            if random.random() < 0.45:
                found += (row_of_ships if random.random() < 0.5 else aeroplane)(place, random)
    for _, _, parts in found:
        level = random.uniform(35, 80) * random.choice([-1, 1])
        image += level * rasterize([shapely.Polygon(part) for part in parts], (side, side))
    raster, labels = folder / f"{name}.tif", folder / f"{name}.geojson"
    write_raster(raster, image.clip(0, 255).astype("uint8"), (0, 0))
    write_labels(labels, [(kind, quad) for kind, quad, _ in found], (0, 0))
    return raster, labels


def write_raster(path: Path, image: NDArray, place: tuple[int, int]) -> None:
    """A picture (3, h, w) of 1 m, so many columns and rows from the common corner."""
    profile = {"driver": "GTiff", "count": 3, "height": image.shape[1], "width": image.shape[2], "dtype": "uint8"}
    where = {"crs": CRS, "transform": from_origin(LEFT + place[0], TOP - place[1], 1, 1)}
    with rasterio.open(path, "w", **profile, **where) as file:
        file.write(image)
        file.descriptions = ("red", "green", "blue")


def write_labels(path: Path, objects: list[tuple[str, NDArray]], place: tuple[int, int]) -> None:
    """Rectangles in pixels of that picture, as polygons in map units."""
    features = []
    for kind, quad in objects:
        ring = (quad + place) * (1, -1) + (LEFT, TOP)
        geometry = {"type": "Polygon", "coordinates": [[*ring.tolist(), ring[0].tolist()]]}
        features.append({"type": "Feature", "properties": {"class": kind}, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": CRS}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))


def write_airport(folder: Path, data: Path, seed: int, step: int) -> tuple[Path, Path, Path]:
    """The turned pictures as DOTA files by split; the test pictures side by side as a raster, and their objects."""
    random = np.random.default_rng(seed)
    tiles: list[NDArray] = []
    pictures = list(read_dota(data, Problems(), Report()))[::step]
    objects: list[tuple[str, NDArray]] = []
    for item in pictures:
        with rasterio.open(item.path) as file:
            picture = file.read()[:3]
        half, angle = picture.shape[1] / 2, random.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])  # of rows and columns back
        start = half - 0.5 - turn @ np.full(2, CUT / 2 - 0.5)
        image = np.stack([affine_transform(band, turn, start, (CUT, CUT), order=1) for band in picture], 2)
        corners = np.array([box.corners for box in item.boxes]).reshape(-1, 4, 2)
        corners = (corners - half) @ turn.T + CUT / 2
        middle = corners.mean(1)
        corners = corners[((middle > 0) & (middle < CUT)).all(1)]
        if item.split == "test":
            place = np.array([len(tiles) % 6, len(tiles) // 6]) * CUT
            objects += [("airplane", quad + place) for quad in corners]
            tiles.append(image)
            continue
        for name in ("images", "labelTxt"):
            (folder / "dota" / item.split / name).mkdir(parents=True, exist_ok=True)
        path = folder / "dota" / item.split / "images" / f"{item.path.stem}.png"
        path.write_bytes(png_bands(np.moveaxis(image, 2, 0)))
        lines = [" ".join(f"{value:.4f}" for value in quad.ravel()) + " airplane 0\n" for quad in corners]
        (folder / "dota" / item.split / "labelTxt" / f"{item.path.stem}.txt").write_text("".join(lines))
    whole = np.zeros((-(-len(tiles) // 6) * CUT, 6 * CUT, 3), np.uint8)
    for i, tile in enumerate(tiles):
        whole[i // 6 * CUT :][:CUT, i % 6 * CUT :][:, :CUT] = tile
    write_raster(folder / "test.tif", np.moveaxis(whole, 2, 0), (0, 0))
    write_labels(folder / "test.geojson", objects, (0, 0))
    return folder / "dota", folder / "test.tif", folder / "test.geojson"


def measure(network: str, folder: Path, data: dict[str, Any], test: tuple[Path, Path], args: Any) -> dict[str, Any]:
    """Train, detect and assess; the figures and the training's processor time in seconds."""
    model, began = folder / network, time.process_time()
    job = {
        "task": "detection", "network": network, "epochs": args.epochs, "batch_size": 4, "threads": 1,
        "seed": args.seed, "learning_rate": args.rate, "precision": "full", "output": str(model), **data,
    }  # fmt: skip
    start = {"base_model": args.base} if args.base else {"options": {"width": args.width}}
    run_train({**job, **start}, Report())
    seconds = time.process_time() - began
    found = str(folder / f"{network}.gpkg")
    image = {"image": [{"path": str(test[0])}]}
    job = {"model": str(model), "inputs": image, "output": found, "confidence": 0.01, "device": "cpu", "threads": 1}
    run_detect(job, Report())
    layers = {"predicted": {"path": found}, "reference": {"path": str(test[1])}}
    result = run_assess_detections({**layers, "confidence": 0.5}, Report())
    return {
        "seconds": seconds,
        **{name: result["figures"][name] for name in ("ap50", "ap")},
        "classes": result["classes"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=768)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--width", type=float, default=0.125)
    parser.add_argument("--rate", type=float, default=0.003)
    parser.add_argument("--airport", type=Path)
    parser.add_argument("--step", type=int, default=1, help="of the airport's pictures each so-manieth is used")
    parser.add_argument("--base", default="", help="a model to start from, such as planes")
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    folder = args.output or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    if args.airport:
        chips, *test = write_airport(folder, args.airport, args.seed, args.step)
        data: dict[str, Any] = {"chips": str(chips)}
    else:
        image, labels = write_scene(folder, "train", args.side, args.seed)
        test = list(write_scene(folder, "test", args.side, args.seed + 1000))
        sources = [{"title": "scene", "inputs": {"image": [{"path": str(image)}]}}]
        spec = {"path": str(labels), "vector": True, "field": "class", "title": "objects"}
        data = {"sources": sources, "labels": [spec], "chip_size": 128, "valid": 0.2, "test": 0.0}
    for network in NETWORKS:
        figures = measure(network, folder, data, (test[0], test[1]), args)
        classes = ", ".join(f"{item['name']} {item['ap50']:.3f}" for item in figures["classes"])
        both = f"AP50 {figures['ap50']:.3f}, AP50:95 {figures['ap']:.3f}"
        print(f"{network}: {both} (AP50 of {classes}); {figures['seconds']:.0f} s", flush=True)
    if args.output is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
