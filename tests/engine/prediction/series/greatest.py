"""What the tests of jobs over series share: a network that tells the date of the greatest value, and reports."""

from __future__ import annotations

import rasterio
import torch
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.series.job import run_predict_series

DATES = ("2013-09-14", "2013-10-16", "2013-11-17")
CLASSES = tuple(Class(i + 1, name, f"#0000{i}0") for i, name in enumerate(("September", "October", "November")))
ALL = ("NDVI", "EVI")


class Greatest(nn.Module):
    """The valid date whose bands of all inputs sum to the most, as logits."""

    def forward(self, *inputs):
        *series, valid = inputs
        total = sum(values.sum(2) for values in series)
        return torch.where(valid, total, torch.full_like(total, -100.0)) * 10


class Heard(Report):
    """Keeps what is logged; cancels after so many calls of ``cancelled``."""

    def __init__(self, patience=10**9):
        self.lines, self.left = [], patience

    def log(self, level, message):
        self.lines.append((level, message))

    def cancelled(self):
        self.left -= 1
        return self.left < 0

    def warnings(self):
        return [text for level, text in self.lines if level == "warning"]


SERIES = (Input("modis", (Band("NDVI"), Band("EVI")), DATES),)
APART = tuple(Input(name.lower(), (Band(name),), DATES) for name in ALL)


def answer(cube):
    """The class of the greatest sum; of equal ones the first, as argmax has it."""
    return cube.sum(1).argmax(0) + 1


def run(model, layers, tmp_path, report=None, **given):
    job = {"model": str(model), "layers": layers, "output": str(tmp_path / "map.tif"), "device": "cpu", "threads": 1}
    return run_predict_series({**job, **given}, report or Report())


def classes(path):
    with rasterio.open(path) as raster:
        return raster.read(1)
