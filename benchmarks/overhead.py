"""What a whole job costs beyond its network: wall time of the worker / a bare ONNX Runtime loop over the same tiles.

    python -m benchmarks.overhead [--side 6000] [--repeats 3] [--published]

Both run as processes of their own, in turn; the bare loop has its tiles in memory, already scaled, and its time counts
from the first run to the last. The loop runs one tile after another on all cores; a second one runs as many at once as
the job does, each on its share of the cores, so that what that gains can be told from what the job costs: the target is
a ratio of at most 1.10 to that one, at 6,000 x 6,000 and 12,000 x 12,000 px. ``--published`` takes OmbriaNet at full
resolution, as published, with random weights, in place of ``flood-s1s2``, which costs a quarter.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from rsdl_qgis.engine.cards.card import Tiling
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.model import write_model

from .bare import ROOT, bare, job
from .rasters import write_pair

MODEL = ROOT / "models" / "flood-s1s2"


def published(folder: Path) -> Path:
    """A model of OmbriaNet without the half-resolution stem, its weights random."""
    card = replace(read_card(MODEL), name="published", options={"widths": [16, 32, 64, 128, 256]})
    card = replace(card, tiling=Tiling(memory=1200, multiple=16), sha256={})
    write_model(build_network(card.network, {i.name: i.shape for i in card.inputs}, 2, **card.options), card, folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=6000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--published", action="store_true")
    arguments = parser.parse_args()
    side = arguments.side
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = write_pair(folder, side)
        model = published(folder / "published") if arguments.published else MODEL
        ratios, others = [], []
        for _ in range(arguments.repeats):
            result = job("predict", folder, model=str(model), inputs=inputs, output=str(folder / "map.tif"))
            loop, at_once = (bare(model / "model.onnx", result, n) for n in (1, result["streams"]))
            ratios.append(result["wall"] / loop)
            others.append(result["wall"] / at_once)
            seconds = result["timing"]
            print(
                f"{side} px: job {result['wall']:.1f} s, bare loop {loop:.1f} s, ratio {ratios[-1]:.3f} "
                f"({result['streams']} at once {at_once:.1f} s, {others[-1]:.3f}); "
                f"read {seconds['read']:.1f}, run {seconds['run']:.1f}, write {seconds['write']:.1f} s (overlapping)",
                flush=True,
            )
        run = result["tiles"] * result["height"] * result["width"]
        print(f"tiles of {result['width']} x {result['height']} px: pixels run / pixels mapped {run / side**2:.3f}")
        for name, found in (("a loop of one tile after another", ratios), ("a loop of as many at once", others)):
            print(f"job / {name}: median {statistics.median(found):.3f}, {min(found):.3f} to {max(found):.3f}")


if __name__ == "__main__":
    main()
