"""A product of another level than the model was trained on is told of."""

from __future__ import annotations

from pathlib import Path

import pytest

from rsdl_qgis.engine.cards.store import opened
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.inputs import sampled_scaling
from rsdl_qgis.engine.products.matching import model_bands
from rsdl_qgis.engine.products.table import read_product
from rsdl_qgis.engine.raster.source import Layer, RasterSource
from tests.engine.products import made

MODELS = Path(__file__).parents[3] / "models"


class Heard(Report):
    def __init__(self):
        self.warnings = []

    def log(self, level, message):
        if level == "warning":
            self.warnings.append(message)


@pytest.mark.parametrize("model", ["burned-area-after", "forest"])
@pytest.mark.parametrize(("level", "warned"), [("L1C", True), ("L2A", False)])
def test_reflectance_of_another_level_than_that_of_training_is_told(tmp_path, model, level, warned):
    product = str(made.sentinel2(tmp_path, level))
    heard = Heard()
    with opened(str(MODELS / model)) as (_, card):
        item = card.inputs[0]
        layer = Layer(product, model_bands(item, read_product(product)))
        with RasterSource({item.name: [layer]}) as source:
            sampled_scaling(source, card, heard)
    found = [text for text in heard.warnings if "trained on reflectance at the surface" in text]
    assert len(found) == warned
    assert not warned or "reflectance at the top of the atmosphere (L1C)" in found[0]
