"""Networks that learn the rules for active fires, as in Pereira et al. (2021), doi:10.1016/j.isprsjprs.2021.06.002.

    python -m benchmarks.active_fire FOLDER [--data DATA] [--networks …] [--masks …] [--threads 2]

Trains U-Net (10c), U-Net (3c) and U-Net-light (3c) on the mask of each rule, of their intersection and of the vote, on
made-up scenes (``tools/fires``), and prints tables of precision, recall, IoU and F score, all in per cent: of each
network against its own mask and against the vote, and of the rules against the vote; on other made-up scenes. Where
DATA is given, the networks and the rules also map the real scene without fires in it, ``products/landsat8_l1``: every
pixel is a false alarm. No real scene with fires was at hand.

Made small, for a share of two processor cores: 240 chips of 32 px, few epochs, and a network for one of the other masks
starts from the one for the vote. What is in FOLDER already is not made again, so that it goes on after a stop. Runs in
the worker's Python.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder, write_chips
from rsdl_qgis.engine.evaluation.bootstrap import Places, intervals, values
from rsdl_qgis.engine.fire.context import Place
from rsdl_qgis.engine.fire.rules import RULES, Scene
from rsdl_qgis.engine.tables.fire import BANDS as NAMED
from rsdl_qgis.engine.tables.fire import CLASSES, GAIN, METHODS, OFFSET
from tools.fires.scene import FireScene, fire_scene
from tools.fires.spectra import BANDS
from tools.worker import run_job

SIDE, SCENE, RESOLUTION = 32, 192, 30.0  # pixels of a chip and of a scene, metres of a pixel
CHIPS = {"train": 240, "valid": 48}
WITHOUT = 5  # every so many chips are anywhere; the others hold fires
SEEDS = {"train": 1_000, "valid": 500_000, "test": 900_000}  # of the first scene
TEST, COLUMNS, GAP = 12, 4, 16  # scenes to test on, side by side, with so much of nodata between them
REAL = np.s_[283:603, 0:320]  # of the real scene: its clearest part and some of its clouds
SUN = 55.0  # degrees, taken for the real scene, whose height of the sun is not known


@dataclass(frozen=True)
class Trained:
    """A network as it is trained here: ``first`` epochs from nothing, ``next`` from the one for the vote."""

    title: str
    network: str
    bands: tuple[int, ...]
    first: int
    next: int


NETWORKS: Mapping[str, Trained] = {
    "light-3c": Trained("U-Net-light (3c)", "unet-light", (7, 6, 2), 12, 5),
    "unet-3c": Trained("U-Net (3c)", "unet", (7, 6, 2), 4, 1),
    "unet-10c": Trained("U-Net (10c)", "unet", BANDS, 4, 1),
}
MASKS = ("voting", *(name for name in METHODS if name != "voting"))  # the one others start from first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where scenes, chips and models are made")
    parser.add_argument("--data", type=Path, help="the folder that holds the data sets")
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS), choices=NETWORKS)
    parser.add_argument("--masks", nargs="+", default=list(MASKS), choices=MASKS)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    folder = given.folder.resolve()
    write_samples(folder / "chips")
    write_test(folder)
    real = write_real(folder, given.data) if given.data else None
    for mask in given.masks:
        for name in given.networks:
            mapped(folder, name, mask, real, given.threads)
    print(tables(folder, real))


def masks_of(scene: FireScene) -> dict[str, NDArray[np.bool_]]:
    """The mask of each method on a scene."""
    return masks({n: scene.bands[n] for n in NAMED}, scene.sun_elevation, scene.saturated)


def masks(bands: Mapping[int, NDArray], elevation: float, saturated: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """The mask of each method from digital numbers."""
    apparent = {n: band * GAIN + OFFSET for n, band in bands.items()}
    corrected = {n: band / math.sin(math.radians(elevation)) for n, band in apparent.items()}
    scene = Scene(apparent, corrected, saturated, Place(*saturated.shape))
    found = {name: rule(scene) for name, rule in RULES.items()}
    return {name: sum(found[rule].astype(int) for rule in rules) >= least for name, (rules, least) in METHODS.items()}


# What is trained on.


def write_samples(folder: Path) -> None:
    """Chips with the mask of each method, and a chip folder for each network's bands and each mask."""
    if (folder / "whole").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    chips = [chip for split, count in CHIPS.items() for chip in _cut(folder, split, count)]
    for name, trained in NETWORKS.items():
        for mask in MASKS:
            path = folder / f"{name}-{mask}"
            path.mkdir(exist_ok=True)
            named = _input(trained.bands)
            made = tuple(
                Chip(
                    stem,
                    {"image": (str(folder / f"{stem}-{len(trained.bands)}.tif"),)},
                    str(folder / f"{stem}-{mask}.tif"),
                    split,
                    place=place,
                )
                for stem, split, place in chips
            )
            note = {"data": "made-up scenes with active fires (tools/fires)", "mask": mask}
            classes = tuple(Class(*line) for line in CLASSES)
            write_chips(
                ChipFolder(path, "segmentation", (named,), classes, made, resolution=RESOLUTION, size=SIDE, note=note)
            )
    (folder / "whole").touch()


def _input(bands: Sequence[int]) -> Input:
    return Input("image", tuple(Band(f"B{n}", NAMED[n][1:] if n in NAMED else ()) for n in bands), role="Landsat-8")


def _cut(folder: Path, split: str, count: int) -> Iterator[tuple[str, str, str]]:
    """Chips of so many scenes, one each: its name, its split, and its scene."""
    rng = np.random.default_rng(SEEDS[split])
    seed, made = SEEDS[split], 0
    while made < count:
        seed += 1
        scene = fire_scene(SCENE, np.random.default_rng(seed))
        found = masks_of(scene)
        fires = np.argwhere(found["murphy"] | found["schroeder"] | found["kumar-roy"])
        anywhere = made % WITHOUT == 0
        if not anywhere and not len(fires):
            continue
        centre = rng.integers(0, SCENE, 2) if anywhere else fires[rng.integers(len(fires))] + rng.integers(-12, 13, 2)
        row, col = (int(np.clip(v - SIDE // 2, 0, SCENE - SIDE)) for v in centre)
        part, stem = np.s_[row : row + SIDE, col : col + SIDE], f"{split}{made}"
        for bands in {trained.bands for trained in NETWORKS.values()}:
            write(folder / f"{stem}-{len(bands)}.tif", [scene.bands[n][part] for n in bands], 0, bands)
        for name, mask in found.items():
            write(folder / f"{stem}-{name}.tif", [mask[part].astype(np.uint8)], 255)
        made += 1
        yield stem, split, f"scene {seed}"


def write(path: Path, bands: Sequence[NDArray], nodata: float, numbers: Sequence[int] = ()) -> None:
    """Bands as a GeoTIFF."""
    height, width = bands[0].shape
    place = {"crs": "EPSG:32622", "transform": from_origin(500_000, 9_000_000, RESOLUTION, RESOLUTION)}
    profile = {"height": height, "width": width, "count": len(bands), "dtype": bands[0].dtype, "nodata": nodata}
    with rasterio.open(path, "w", driver="GTiff", compress="deflate", **profile, **place) as file:
        for i, band in enumerate(bands, 1):
            file.write(band, i)
            if numbers:
                file.set_band_description(i, f"B{numbers[i - 1]}")


# What is tested on.


def write_test(folder: Path) -> None:
    """Other scenes side by side, and the mask of each method on each of them."""
    if (folder / "test-masks.npz").exists():
        return
    step, rows = 128 + GAP, TEST // COLUMNS
    size = rows * step - GAP, COLUMNS * step - GAP
    bands = {n: np.zeros(size, np.uint16) for n in BANDS}
    found = {mask: np.zeros(size, bool) for mask in MASKS}
    for i in range(TEST):
        scene = fire_scene(128, np.random.default_rng(SEEDS["test"] + i), fires=6)
        row, col = divmod(i, COLUMNS)
        part = np.s_[row * step : row * step + 128, col * step : col * step + 128]
        for n in BANDS:
            bands[n][part] = scene.bands[n]
        for name, mask in masks_of(scene).items():
            found[name][part] = mask
    _write_images(folder, "test", bands)
    np.savez_compressed(folder / "test-masks.npz", valid=bands[7] > 0, **found)


def write_real(folder: Path, data: Path) -> str:
    """A part of the real scene without fires, and what the rules see in it, the sun at ``SUN``."""
    if not (folder / "real-masks.npz").exists():
        bands = {}
        for n in BANDS:
            with rasterio.open(data / "products" / "landsat8_l1" / f"l8_B{n}.tif") as file:
                bands[n] = file.read(1)[REAL]
        _write_images(folder, "real", bands)
        full = (bands[6] == 65_535) | (bands[7] == 65_535)
        np.savez_compressed(
            folder / "real-masks.npz", valid=bands[7] > 0, **masks({n: bands[n] for n in NAMED}, SUN, full)
        )
    return "real"


def _write_images(folder: Path, name: str, bands: Mapping[int, NDArray]) -> None:
    for chosen in {trained.bands for trained in NETWORKS.values()}:
        write(folder / f"{name}-{len(chosen)}.tif", [bands[n] for n in chosen], 0, chosen)


# Networks.


def mapped(folder: Path, name: str, mask: str, real: str | None, threads: int) -> None:
    """Trains a network on a mask and maps what is tested on, as far as that is not done."""
    trained, model = NETWORKS[name], folder / f"{name}-{mask}"
    start = folder / f"{name}-{MASKS[0]}"
    goes_on = mask != MASKS[0]
    if not (model / "model.json").exists():
        arguments = {
            "task": "segmentation",
            "chips": str(folder / "chips" / f"{name}-{mask}"),
            "output": str(model),
            "network": trained.network,
            "title": f"Active fire: {trained.title}, {mask}",
            "epochs": trained.next if goes_on else trained.first,
            "loss": ["cross_entropy", "dice"],
            "scaling": "keep" if goes_on else "standard",
            "average": 0.9,
            "augmentation": {
                "gain": 0,
                "offset": 0,
                "noise": 0,
                "zoom": 1,
                "flips": True,
            },  # the thresholds are absolute
            "threads": threads,
            **({"base_model": str(start)} if goes_on else {}),
        }
        run_job("train", arguments, folder / f"{name}-{mask}.json")
    for image in filter(None, ("test", real)):
        output = folder / f"{name}-{mask}-{image}.tif"
        if not output.exists():
            inputs = {"image": [{"path": str(folder / f"{image}-{len(trained.bands)}.tif")}]}
            tiles = {"tile_size": SIDE, "overlap": SIDE // 4}  # as in training: at a chip's edge networks see zeros
            arguments = {"model": str(model), "inputs": inputs, "output": str(output), "threads": threads, **tiles}
            run_job("predict", arguments, output.with_suffix(".json"), say=lambda message: None)


# Figures.


def figures(found: NDArray[np.bool_], reference: NDArray[np.bool_]) -> tuple[str, str, str, str]:
    """Precision, recall, IoU and F of fire, in per cent, the last two with their 95 % intervals over the scenes."""
    counts = np.stack([_in_scenes(v) for v in (found & reference, found & ~reference, ~found & reference)], 1)

    def statistic(weights: NDArray[np.float64]) -> dict[str, NDArray]:
        both, one, other = (weights @ counts).T
        with np.errstate(invalid="ignore"):
            shares = (both / (both + one), both / (both + other), both / (both + one + other))
            return dict(zip(("P", "R", "IoU", "F"), (*shares, 2 * both / (2 * both + one + other))))

    places = Places.of([""] * TEST)
    whole, ends = values(statistic, places), intervals(statistic, places)
    low, high = ({title: 100 * pair[i] for title, pair in ends.items()} for i in (0, 1))
    plain = {title: f"{100 * value:.1f}" for title, value in whole.items()}
    return plain["P"], plain["R"], *(f"{plain[t]} ({low[t]:.0f} to {high[t]:.0f})" for t in ("IoU", "F"))


def _in_scenes(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(TEST,): the pixels of a mask in each of the scenes that stand side by side."""
    step = 128 + GAP
    places = (divmod(i, COLUMNS) for i in range(TEST))
    return np.array([mask[row * step :, col * step :][:128, :128].sum() for row, col in places])


def tables(folder: Path, real: str | None) -> str:
    """The tables in Markdown."""
    known = np.load(folder / "test-masks.npz")
    lines = [
        "| Network | Trained on | P | R | IoU | F | P, vote | R, vote | IoU, vote | F, vote |",
        "|---|---|" + "---:|" * 8,
    ]
    alarms = []
    for name, trained in NETWORKS.items():
        for mask in MASKS:
            file = folder / f"{name}-{mask}-test.tif"
            if not file.exists():
                continue
            found = _fires(file)
            cells = (*figures(found, known[mask]), *figures(found, known["voting"]))
            lines.append(f"| {trained.title} | {mask} | " + " | ".join(cells) + " |")
            if real and (other := folder / f"{name}-{mask}-{real}.tif").exists():
                alarms.append((f"{trained.title}, {mask}", int(_fires(other).sum())))
    lines += ["", "| Rule | Fires | P, vote | R, vote | IoU, vote | F, vote |", "|---|---:|" + "---:|" * 4]
    for mask in MASKS:
        cells = figures(known[mask], known["voting"])
        lines.append(f"| {mask} | {int(known[mask].sum())} | " + " | ".join(cells) + " |")
    if real:
        own = np.load(folder / f"{real}-masks.npz")
        lines += ["", f"False alarms among {int(own['valid'].sum()):,} pixels of a real scene without fires:", ""]
        lines += ["| Map | Pixels |", "|---|---:|", *(f"| rule {mask} | {int(own[mask].sum())} |" for mask in MASKS)]
        lines += [f"| {title} | {count} |" for title, count in alarms]
    return "\n".join(lines)


def _fires(file: Path) -> NDArray[np.bool_]:
    with rasterio.open(file) as source:
        return source.read(1) == 1


if __name__ == "__main__":
    main()
