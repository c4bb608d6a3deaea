"""Chips cut for tests, and their labels put together again."""

from __future__ import annotations

import numpy as np

from rsdl_qgis.engine.chips.cutting.cutter import cut
from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.folder import IGNORE, read_chips
from rsdl_qgis.engine.feedback import Report

from ...training.layers import NORTH_UP


def cut_up(tmp_path, sources, labels, task="segmentation", report=None, labelled=True, **arguments):
    layers = {"sources": sources, "labels": labels}
    request = CutRequest.of({"task": task, "chip_size": 32, **layers, **arguments}, labelled)
    cut(request, tmp_path / "chips", report or Report())
    return read_chips(tmp_path / "chips")


def put_together(folder, shape, source_key="scene"):
    """The labels of all chips on the raster's grid, as values; -1 where there is none. Each pixel must come once."""
    whole = np.full(shape, -1.0)
    for chip in folder.chips:
        if chip.source != source_key:
            continue
        label = folder.label(chip)
        set_ = np.isfinite(label) if folder.labels == "number" else label != IGNORE
        row, col = place(chip)
        rows, cols = np.nonzero(set_)
        assert (whole[row + rows, col + cols] == -1).all()
        values = np.array([c.value for c in folder.classes]) if folder.classes else None
        whole[row + rows, col + cols] = label[rows, cols] if values is None else values[label[rows, cols]]
    return whole


def place(chip):
    """The first row and column of a chip."""
    return round((NORTH_UP.f - chip.bounds[3]) / 10), round((chip.bounds[0] - NORTH_UP.c) / 10)
