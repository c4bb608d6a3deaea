"""The formats that chips are exported in: one line each, read by the worker and by QGIS. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .tasks import CHIP_LABELS, RASTERS, TASKS


@dataclass(frozen=True)
class ChipFormat:
    """``labels``: of the chip folders that it holds; ``rasters``: how their images are given, of ``tasks.RASTERS``."""

    labels: tuple[str, ...]
    rasters: tuple[str, ...] = ("rasters",)

    def fits(self, task: str, labels: str) -> bool:
        """Whether it holds chips of a task with such labels."""
        return labels in self.labels and TASKS[task].rasters in self.rasters


OURS = "chips"  # the chip folder, which holds everything
CHIP_FORMATS: Mapping[str, ChipFormat] = {
    OURS: ChipFormat((*(name for names in CHIP_LABELS.values() for name in names), "none"), RASTERS),
    "coco": ChipFormat(("boxes", "raster")),
    "yolo": ChipFormat(("boxes",)),
    "yolo-seg": ChipFormat(("raster",)),
    "yolo-obb": ChipFormat(("boxes",)),
    "dota": ChipFormat(("boxes",)),
    "voc": ChipFormat(("boxes",)),
    "masks": ChipFormat(("raster", "number"), ("rasters", "pairs")),
    "folders": ChipFormat(("class",)),
}


def fitting_formats(task: str, labels: str) -> list[str]:
    """The formats that hold chips of a task with such labels, as in ``labels`` of a chip folder."""
    return [name for name, line in CHIP_FORMATS.items() if line.fits(task, labels)]
