"""Polygons of a class map against GDAL's own: time and peak memory of a process, from the raster to a GeoPackage.

    python -m benchmarks.polygons [NAME ...] [--repeats 3]
    python -m benchmarks.polygons --memory
    python -m benchmarks.polygons --shapes
    python -m benchmarks.polygons --bounded [SIDE ...]
    python -m benchmarks.polygons --grass

natural    five classes of smoothed noise, 6,000 x 6,000 px
large      the same at 12,000 x 12,000 px
speckled   the same at 6,000 x 6,000 px with the speckle that networks leave: about 3 million corners

GDAL is the library that rasterio brings, its GDALPolygonize called as gdal_polygonize does (a mask of nodata, 4
neighbours), which writes to a GeoPackage's layer in one transaction; it has no areas and no names of classes. Both have
16 MB of block cache, twice a row of blocks. The targets are 0.4 of its time, and no more memory than it needs. Medians.

``--memory``: our peak for rasters of 4,000, 8,000 and 16,000 px a side, with the same number of polygons, spread over
more ground; the target is 10 % between them.

``--shapes``: what simplifying costs and does, on nine classes of noise as land-cover networks leave them, and on
rectangular and L-shaped buildings at any angle with the rough walls that networks leave, both 1,024 px a side:
polygons, vertices, gaps and overlaps, areas of classes, IoU to the map, CPU time as a ratio to GDALPolygonize in the
same run, and of buildings the IoU to their true outlines. Targets: no gap, overlap or invalid polygon, areas within
0.5 %, a fifth of the vertices, IoU of 0.97. Gaps are those between classes: the ground around buildings is not drawn.
``--keep FOLDER`` keeps the rasters and their polygons.

``--bounded``: our peak for a land-cover map full of data, simplified by 1.5 pixels and with a smallest area of
1,000 m², at 2,500, 5,000 and 10,000 px a side unless others are given: polygons grow with it, memory should not.

``--grass``: CPU time for the land-cover map of 2,048 px: ours, with a tolerance of 1.5 pixels, against gdal_polygonize,
then v.in.ogr, v.generalize and v.out.ogr of GRASS GIS, whose program ``grass`` has to be installed.
"""

from __future__ import annotations

import argparse
import ctypes
import glob
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

ROOT = Path(__file__).resolve().parent.parent

PERIOD, BLOCK = 6000, 512
CLASSES = [(value, f"class {value}", "#336699") for value in range(5)]
SIDES = {"natural": 6000, "large": 12_000, "speckled": 6000}


def noise(sigma: float, seed: int) -> np.ndarray:
    """Smoothed noise of unit variance that goes on over its borders, ``PERIOD`` pixels square."""
    spectrum = np.fft.rfft2(np.random.default_rng(seed).standard_normal((PERIOD, PERIOD), np.float32))
    rows, columns = np.fft.fftfreq(PERIOD), np.fft.rfftfreq(PERIOD)
    spectrum *= np.exp(-2 * (np.pi * sigma) ** 2 * rows**2)[:, None]
    spectrum *= np.exp(-2 * (np.pi * sigma) ** 2 * columns**2)
    field = np.fft.irfft2(spectrum, s=(PERIOD, PERIOD)).astype(np.float32)
    return field / field.std()


def classes(speckled: bool) -> np.ndarray:
    field = noise(30, 0)
    if speckled:
        field += 0.08 * noise(2, 1)
    return np.digitize(field, [-0.9, -0.3, 0.3, 0.9]).astype(np.uint8)


def write(path: Path, side: int, pattern: np.ndarray, share: float = 1.0) -> None:
    """The pattern over a class map as ours are stored; a share of its blocks holds data."""
    random = np.random.default_rng(0)
    layout = {"tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "zstd", "zstd_level": 1}
    place = {"crs": "EPSG:32634", "transform": from_origin(300_000, 4_500_000, 10, 10), "nodata": 255}
    blocks = [(row, col) for row in range(0, side, BLOCK) for col in range(0, side, BLOCK)]
    kept = set(random.permutation(len(blocks))[: round(share * len(blocks))].tolist())
    with rasterio.open(path, "w", "GTiff", side, side, 1, dtype="uint8", **layout, **place) as raster:
        for number, (row, col) in enumerate(blocks):
            height, width = min(BLOCK, side - row), min(BLOCK, side - col)
            data = np.full((height, width), 255, np.uint8)
            if number in kept:
                rows, columns = (np.arange(a, a + n) % len(pattern) for a, n in ((row, height), (col, width)))
                data = pattern[np.ix_(rows, columns)]
            raster.write(data, 1, window=Window(col, row, width, height))


def prepare(path: Path, side: int, speckled: bool, share: float = 1.0) -> None:
    write(path, side, classes(speckled), share)


def apart(task: Callable[..., None], *arguments: Any) -> None:
    """In a process of its own: what this one has held at most, a process that it starts is said to have held too."""
    process = multiprocessing.get_context("spawn").Process(target=task, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit("the raster could not be made")


def gdal(raster: str, output: str) -> None:
    """GDALPolygonize of the library in rasterio's package."""
    folder = os.path.dirname(rasterio.__file__)
    found = glob.glob(f"{folder}.libs/libgdal*") + glob.glob(f"{folder}/.dylibs/libgdal*")
    library, pointer = ctypes.CDLL(found[0]), ctypes.c_void_p

    def call(name: str, *arguments: object) -> ctypes.c_void_p:
        function = getattr(library, name)
        function.restype = pointer
        return pointer(function(*arguments))

    library.GDALAllRegister()
    source = call("GDALOpen", raster.encode(), 0)
    band = call("GDALGetRasterBand", source, 1)
    target = call("GDALCreate", call("GDALGetDriverByName", b"GPKG"), output.encode(), 0, 0, 0, 0, None)
    layer = call("GDALDatasetCreateLayer", target, b"polygons", call("GDALGetSpatialRef", source), 3, None)
    library.OGR_L_CreateField(layer, call("OGR_Fld_Create", b"DN", 0), 1)
    failed = library.GDALDatasetStartTransaction(target, 0)
    failed += library.GDALPolygonize(band, call("GDALGetMaskBand", band), layer, 0, None, None, None)
    failed += library.GDALDatasetCommitTransaction(target) + library.GDALClose(target)
    if failed:
        raise SystemExit("GDAL failed")


def ours(raster: str, output: str) -> None:
    from rsdl_qgis.engine.feedback import Report  # GDAL's process does not need to load them
    from rsdl_qgis.engine.vector.tracing.polygonize import polygonize

    polygonize(raster, output, CLASSES, Report())


def simple(raster: str, output: str) -> None:
    """Simplified by 1.5 pixels, without small patches."""
    from rsdl_qgis.engine.feedback import Report
    from rsdl_qgis.engine.vector.tracing.job import run_simplify_polygons

    run_simplify_polygons({"input": {"path": raster}, "output": output, "simplify": 1.5, "min_area": 1000.0}, Report())


WAYS = {"ours": ours, "gdal": gdal, "simple": simple}


def run(way: str, raster: Path, folder: Path) -> tuple[float, float, float]:
    """(wall seconds, CPU seconds, peak MB) of a process that draws the polygons of a raster."""
    output = folder / "polygons.gpkg"
    output.unlink(missing_ok=True)
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.polygons", "--only", way, str(raster), str(output)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "GDAL_CACHEMAX": "16"}) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way} failed")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def compare(name: str, repeats: int, folder: Path) -> None:
    raster = folder / f"{name}.tif"
    apart(prepare, raster, SIDES[name], name == "speckled")
    taken: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ("ours", "gdal")}
    for _ in range(repeats):
        for way, runs in taken.items():
            runs.append(run(way, raster, folder))
    medians = {way: [statistics.median(values) for values in zip(*runs)] for way, runs in taken.items()}
    for way, (wall, cpu, peak) in medians.items():
        print(f"{name:9} {way}: {wall:6.2f} s, CPU {cpu:6.2f} s, peak {peak:5.0f} MB", flush=True)
    wall, cpu, peak = (a / b for a, b in zip(medians["ours"], medians["gdal"]))
    print(f"{name:9} ours / gdal: wall {wall:.2f}, CPU {cpu:.2f}, peak {peak:.2f}", flush=True)


def memory(folder: Path) -> None:
    smallest = 4000
    for side in (smallest, 8000, 16_000):
        raster = folder / f"{side}.tif"
        apart(prepare, raster, side, True, (smallest / side) ** 2)
        print(f"{side:6} px: peak {run('ours', raster, folder)[2]:.0f} MB", flush=True)


def prepare_cover(path: Path, side: int) -> None:
    write(path, side, land_cover(2048))


def bounded(folder: Path, sides: Sequence[int]) -> None:
    for side in sides:
        raster = folder / f"{side}.tif"
        apart(prepare_cover, raster, side)
        _, cpu, peak = run("simple", raster, folder)
        print(f"{side:6} px: peak {peak:.0f} MB, CPU {cpu:.0f} s", flush=True)
        raster.unlink()


SHAPES: dict[str, dict[str, Any]] = {
    "as pixels": {},
    "0.35 px": {"simplify": 0.35},
    "1.5 px": {"simplify": 1.5},
    "2 px": {"simplify": 2.0},
    "2 px, 1,000 m²": {"simplify": 2.0, "min_area": 1000},
    "2.2 px, 1,000 m²": {"simplify": 2.2, "min_area": 1000},
    "2 px, 2,000 m²": {"simplify": 2.0, "min_area": 2000},
}
WALLS: dict[str, dict[str, Any]] = {
    "as pixels": {},
    "0.35 px": {"simplify": 0.35},
    "0.35 px, right angles": {"simplify": 0.35, "regularize": True},
    "right angles": {"regularize": True},
}


def smooth(sigma: float, seed: int, side: int) -> np.ndarray:
    """A field of smoothed noise of unit variance that goes on over its borders."""
    rows, columns = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)
    spectrum = np.fft.rfft2(np.random.default_rng(seed).standard_normal((side, side)))
    field = np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * sigma) ** 2 * (rows**2 + columns**2)), s=(side, side))
    return field / field.std()


def land_cover(side: int = 1024) -> np.ndarray:
    """Nine classes: the largest of as many fields of smoothed noise with a little speckle."""
    return np.stack([smooth(17, i, side) + 0.2 * smooth(3, 50 + i, side) for i in range(9)]).argmax(0).astype(np.uint8)


def buildings(side: int, room: int = 52) -> list[Any]:
    """Rectangles and L-shapes at any angle, apart from one another, in pixels."""
    import shapely
    from shapely.affinity import rotate, translate

    random, found = np.random.default_rng(0), []
    for row in range(side // room):
        for col in range(side // room):
            width, height = random.uniform(12, 34, 2)
            shape = shapely.box(0, 0, width, height)
            if random.random() < 0.5:
                wing = random.uniform(0.35, 0.6, 2)
                shape -= shapely.box(0, 0, width * wing[0], height * wing[1])
            shape = rotate(translate(shape, -width / 2, -height / 2), random.uniform(0, 90), origin=(0, 0))
            found.append(translate(shape, *((np.array([col, row]) + 0.5) * room + random.uniform(-1, 1, 2))))
    return found


def town(side: int = 1024, fine: int = 8) -> np.ndarray:
    """The ground 0 and buildings 1: where the share of a pixel in a building, and noise, are more than a half."""
    from rasterio.features import rasterize

    shape, scale = (side * fine, side * fine), rasterio.Affine.scale(1 / fine)
    covered = rasterize(buildings(side), shape, transform=scale, dtype="uint8")
    share = covered.reshape(side, fine, side, fine).mean((1, 3), dtype=np.float32)
    near = np.minimum(share, 1 - share) > 0
    return (share + 0.2 * smooth(1.5, 1, side) * near > 0.5).astype(np.uint8)


def shapes(folder: Path) -> None:
    measure(folder, "cover", land_cover(), SHAPES, ground=False)
    measure(folder, "town", town(), WALLS, ground=True)


def measure(folder: Path, title: str, pixels: np.ndarray, ways: dict[str, dict[str, Any]], ground: bool) -> None:
    """Draw a map in each way, and print what came out; ``ground``: class 0 is not drawn."""
    import pyogrio
    import shapely
    from rasterio.features import rasterize

    from rsdl_qgis.engine.feedback import Report
    from rsdl_qgis.engine.vector.tracing.polygon_shape import PolygonShape
    from rsdl_qgis.engine.vector.tracing.polygonize import polygonize

    raster = folder / f"{title}.tif"
    place = {"crs": "EPSG:32634", "transform": from_origin(300_000, 4_500_000, 10, 10)}
    with rasterio.open(raster, "w", "GTiff", *pixels.shape, 1, dtype="uint8", **place) as file:
        file.write(pixels, 1)
    started = time.process_time()
    gdal(str(raster), str(folder / f"{title}-gdal.gpkg"))
    reference = time.process_time() - started
    drawn = [int(value) for value in np.unique(pixels) if value or not ground]
    legend = [(value, f"class {value}", "#336699") for value in range(int(pixels.max()) + 1)]
    for name, shape in ways.items():
        output = folder / f"{title} {name}.gpkg"
        started = time.process_time()
        polygonize(raster, output, legend, Report(), skip=(0,) if ground else (), shape=PolygonShape(**shape))
        taken = time.process_time() - started
        meta, _, wkb, fields = pyogrio.raw.read(output)
        polygons, values = shapely.from_wkb(wkb), fields[list(meta["fields"]).index("value")]
        again = rasterize(zip(polygons, values), pixels.shape, fill=255, transform=place["transform"], dtype="uint8")
        masks = [(again == value, pixels == value) for value in drawn]
        areas = [shapely.area(polygons[values == value]).sum() / 100 for value in drawn]
        union, total = shapely.union_all(polygons).area / 100, sum(areas)
        between = f"IoU to the truth {true_iou(polygons):.4f}" if ground else f"gaps {abs(pixels.size - union):.4f} px"
        print(
            f"{title:5} {name:21} {len(polygons):5} polygons, "
            f"{shapely.get_num_coordinates(polygons).sum():6} vertices, "
            f"{(~shapely.is_valid(polygons)).sum()} invalid, {between}, overlaps {abs(total - union):.4f} px, "
            f"area {max(abs(a / m.sum() - 1) for a, (_, m) in zip(areas, masks)):.3%}, "
            f"IoU {min((a & m).sum() / (a | m).sum() for a, m in masks):.4f}, CPU / gdal {taken / reference:.2f}",
            flush=True,
        )


def true_iou(polygons: np.ndarray) -> float:
    """The mean IoU of buildings to what is drawn of each."""
    import shapely

    truth = shapely.transform(np.array(buildings(1024)), lambda at: at * (10, -10) + (300_000, 4_500_000))
    one, other = shapely.STRtree(polygons).query(truth, predicate="intersects")
    both = shapely.area(shapely.intersection(truth[one], polygons[other]))
    best = np.zeros(len(truth))
    np.maximum.at(best, one, both / (shapely.area(truth)[one] + shapely.area(polygons)[other] - both))
    return float(best.mean())


def grass(folder: Path) -> None:
    """Medians of three turns."""
    raster, side = folder / "cover.tif", 2048
    apart(prepare_cover, raster, side)
    project, found = folder / "project", folder / "generalised.gpkg"
    if subprocess.call(["grass", "-c", "EPSG:32634", "-e", str(project)], stdout=subprocess.DEVNULL):
        raise SystemExit("GRASS GIS cannot be started")
    commands = (
        ("v.in.ogr", f"input={folder / 'polygons.gpkg'}", "layer=polygons", "output=raw", "snap=1e-6"),
        ("v.generalize", "input=raw", "output=simple", "method=douglas", "threshold=15"),
        ("v.out.ogr", "input=simple", "type=area", f"output={found}", "format=GPKG"),
    )
    taken: dict[str, list[float]] = {}
    for _ in range(3):
        taken.setdefault("ours", []).append(run("simple", raster, folder)[1])
        taken.setdefault("gdal_polygonize", []).append(run("gdal", raster, folder)[1])
        for command in commands:
            before = os.times()
            subprocess.run(
                ["grass", str(project / "PERMANENT"), "--exec", *command, "--overwrite", "--quiet"],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            taken.setdefault(command[0], []).append(used)
    seconds = {name: statistics.median(values) for name, values in taken.items()}
    for name, value in seconds.items():
        print(f"{name:15} CPU {value:6.2f} s", flush=True)
    print(f"ours / all of the others: {seconds['ours'] / (sum(seconds.values()) - seconds['ours']):.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"{', '.join(SIDES)}; all, unless some are given. Or sides in pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--shapes", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--bounded", action="store_true")
    parser.add_argument("--grass", action="store_true")
    parser.add_argument("--only", choices=WAYS, help=argparse.SUPPRESS)  # one process that is measured
    given = parser.parse_args()
    if given.only:
        WAYS[given.only](*given.names)
        return
    with tempfile.TemporaryDirectory() as name:
        if given.shapes:
            shapes(given.keep or Path(name))
        elif given.bounded:
            bounded(Path(name), [int(side) for side in given.names] or (2500, 5000, 10_000))
        elif given.grass:
            grass(Path(name))
        elif given.memory:
            memory(Path(name))
        else:
            for raster in given.names or SIDES:
                compare(raster, given.repeats, Path(name))


if __name__ == "__main__":
    main()
