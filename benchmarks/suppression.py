"""How long suppression takes for 10^3 to 10^6 boxes, and a box's share of it beside that of the fewest.

    python -m benchmarks.suppression [--most 1000000] [--rounds 3]

Objects lie as in a picture of a parking lot, each with four boxes of different scores; their density stays the same.
Work that grows with the square of the number would take a thousand times as long a box for a thousand times as many.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from rsdl_qgis.engine.boxes.detections import Detections
from rsdl_qgis.engine.boxes.suppression import SUPPRESSIONS

COUNTS = (1_000, 10_000, 100_000, 1_000_000)
BOXES, CLASSES, SIZE, SPACING = 4, 3, 25.0, 60.0  # boxes an object, classes, and pixels


def crowded(count: int) -> Detections:
    """So many boxes, four an object."""
    random = np.random.default_rng(0)
    objects = count // BOXES
    centre = random.random((objects, 2)) * SPACING * objects**0.5
    size = SIZE * random.lognormal(0, 0.4, (objects, 2))
    centre = np.repeat(centre, BOXES, 0) + random.normal(size=(count, 2)) * 2
    size = np.repeat(size, BOXES, 0) * random.lognormal(0, 0.1, (count, 2))
    labels = np.repeat(random.integers(0, CLASSES, objects), BOXES)
    return Detections(np.concatenate([centre - size / 2, centre + size / 2], 1), random.random(count), labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    for name, suppress in SUPPRESSIONS.items():
        first = None
        for count in (n for n in COUNTS if n <= arguments.most):
            found, seconds = crowded(count), []
            for _ in range(arguments.rounds if count < COUNTS[-1] else 1):
                started = time.perf_counter()
                kept = suppress(found, 0.5, 0.05)
                seconds.append(time.perf_counter() - started)
            each = min(seconds) / count
            first = first or each
            print(
                f"{name:5} {count:9,} boxes: {min(seconds):8.3f} s, {1e6 * each:6.2f} µs a box "
                f"({each / first:.2f} of the fewest), {len(kept):,} stay",
                flush=True,
            )


if __name__ == "__main__":
    main()
