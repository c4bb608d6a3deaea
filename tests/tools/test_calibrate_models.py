"""Temperatures and domains for models that are there: what is kept, and that classes stay."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.training.evaluate.samples import predicted_classes
from tools import calibrate_models

CARD = ModelCard(
    "sure", "sure", (Input("image", (Band("a"), Band("b"))),), (Class(0, "no", "#000000"), Class(1, "yes", "#ffffff"))
)


class Samples:
    """Maps whose bands are logits, three times too large."""

    def __init__(self, places, seed):
        rng = np.random.default_rng(seed)
        logits = rng.normal(0, 1.5, (len(places), 1, 2, 32, 32))
        odds = logits[:, 0, 1] - logits[:, 0, 0]
        self.images = (3 * logits).astype("float32")
        self.labels = (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype("int64")
        self.places = places
        self.names = list(map(str, range(len(places))))

    def __len__(self):
        return len(self.places)

    def __getitem__(self, index):
        return [torch.from_numpy(self.images[index])], torch.from_numpy(self.labels[index])


class Bands(torch.nn.Module):
    def forward(self, image):
        return image[:, 0]


def data(places):
    parts = {"train": Samples(["t"] * 4, 1), "valid": Samples(places, 2), "test": Samples(["x"] * 6, 3)}
    return SimpleNamespace(parts=parts, held_out="test", kind="classes")


@pytest.mark.parametrize(("places", "kept"), [(24, True), (6, False)])
def test_a_temperature_needs_places(places, kept):
    card = calibrate_models.replace(CARD, threshold=0.35)
    samples = data([f"p{i % places}" for i in range(24)])
    found = calibrate_models.looked_at(card, Bands(), samples, Report())
    assert found.fitted == pytest.approx(3, rel=0.1) and found.places == places
    assert found.interval[0] < 3 < found.interval[1] < 3.6
    assert found.card.temperature == (found.fitted if kept else 1)
    assert (found.card.threshold == 0.35) != kept
    assert found.calibration.after.error < 0.05 < found.calibration.before.error
    assert found.changed == 0 and found.compared == 24 * 32 * 32
    note = found.card.provenance["calibration"]
    assert note["calibration_error"] == (found.calibration.after if kept else found.calibration.before).error
    assert "sure" in calibrate_models.row(found)


def test_a_threshold_moves_with_the_temperature():
    second = np.linspace(0.001, 0.999, 997)
    odds = np.log(second / (1 - second))
    moved = calibrate_models.moved(calibrate_models.replace(CARD, threshold=0.35, thresholds=(0.2, 0.5)), 1.7)
    assert moved.temperature == 1.7 and moved.threshold > 0.35
    assert moved.thresholds[0] > 0.2 and moved.thresholds[1] == pytest.approx(0.5)
    after = 1 / (1 + np.exp(-odds / 1.7))
    both = [predicted_classes(np.stack([1 - p, p])[None], t) for p, t in ((second, 0.35), (after, moved.threshold))]
    np.testing.assert_array_equal(*both)
