"""Compare a class map with the truth: ``python -m tools.accuracy MAP TRUTH``. Runs in the worker's Python."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.vrt import WarpedVRT
from rasterio.warp import Resampling


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.accuracy", description=__doc__)
    parser.add_argument("map", type=Path)
    parser.add_argument("truth", type=Path)
    options = parser.parse_args()
    for name, value in accuracy(*read_pair(options.map, options.truth)).items():
        print(f"{name:<24}{value:7.1%}")


def read_pair(predicted: Path, truth: Path) -> tuple[np.ma.MaskedArray, np.ma.MaskedArray]:
    """Both maps on the grid of the first, nodata masked."""
    with rasterio.open(predicted) as first, rasterio.open(truth) as second:
        grid = {"crs": first.crs, "transform": first.transform, "width": first.width, "height": first.height}
        with WarpedVRT(second, resampling=Resampling.nearest, **grid) as warped:
            return first.read(1, masked=True), warped.read(1, masked=True)


def accuracy(predicted: np.ma.MaskedArray, truth: np.ma.MaskedArray) -> dict[str, float]:
    """Shares of 1, over the pixels where both are valid. Classes: 1 is flood, 0 is not."""
    valid: NDArray = ~(np.ma.getmaskarray(predicted) | np.ma.getmaskarray(truth))
    flood, true_flood = predicted.data[valid] == 1, truth.data[valid] == 1
    iou = [(a & b).sum() / max((a | b).sum(), 1) for a, b in ((flood, true_flood), (~flood, ~true_flood))]
    return {
        "Pixel accuracy": float((flood == true_flood).mean()) if flood.size else float("nan"),
        "IoU of flood": float(iou[0]),
        "Mean IoU": float(np.mean(iou)),
        "Pixels compared": float(valid.mean()),
    }


if __name__ == "__main__":
    main()
