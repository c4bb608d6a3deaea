"""The models that come with the plugin: whole, small, the same in both engines; floods indifferent to the gain."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import VALID
from rsdl_qgis.engine.cards.store import Store, read_card
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.runtime.sessions import ENGINES
from rsdl_qgis.paths import plugin_file

MODELS = Store([plugin_file("models")]).list()
STRETCHED = [(p, c) for _, p, c in MODELS if all(i.scaling.method == "robust" for i in c.inputs)]  # others: as is
FLOODS = {"flood-s1s2", "flood-s2", "flood-s1", "flood-s2-after", "flood-s1-after"}


def pictures(card, seed=0):
    """A smooth random picture an input: (T, C, 128, 128)."""
    random = np.random.default_rng(seed)
    coarse = {i.name: random.uniform(20, 200, (*i.shape, 16, 16)) for i in card.inputs}
    return {name: values.repeat(8, 2).repeat(8, 3).astype("float32") for name, values in coarse.items()}


def outputs(engine, path, card, scaled):
    """All that the network gives for scaled images or series."""
    file = path / ("model.onnx" if engine == "onnx" else "weights.safetensors")
    return ENGINES[engine](card, file, "cpu", 1, 1)(scaled)


def probabilities(engine, path, card, images):
    """Of the second class in a map: (128, 128)."""
    scaled = {i.name: radiometry(i, np.ma.masked_array(images[i.name]))(images[i.name])[None] for i in card.inputs}
    return outputs(engine, path, card, scaled)[0][0, 1]


def crosses():
    """Four pictures of a bright aeroplane, seen from above, on dark ground: (4, 128, 128), scaled."""
    ground = np.full((128, 128), -0.5, np.float32)
    for rows, cols in (((50, 90), (68, 72)), ((62, 68), (50, 90)), ((84, 88), (62, 78))):  # hull, wings, tail
        ground[slice(*rows), slice(*cols)] = 2.5
    return np.stack([np.rot90(ground, turns) for turns in range(4)])


def made_up(card):
    """Four scaled pictures, or series with some dates missing, as the network takes them."""
    random = np.random.default_rng(0)
    if card.task == "time-series":
        valid = random.random((4, len(card.inputs[0].dates))) > 0.2
        series = {i.name: random.normal(size=(4, *i.shape)).astype("float32") for i in card.inputs}
        return {**{name: values * valid[..., None] for name, values in series.items()}, VALID: valid}
    if card.task == "detection":
        return {i.name: np.broadcast_to(crosses()[:, None, None], (4, *i.shape, 128, 128)).copy() for i in card.inputs}
    side = 128 if card.tiling.any_size else card.tiling.size
    coarse = {i.name: random.normal(size=(4, *i.shape, side // 8, side // 8)) for i in card.inputs}
    return {name: values.repeat(8, 3).repeat(8, 4).astype("float32") for name, values in coarse.items()}


def test_the_flood_models_are_there():
    assert {name for name, _, _ in MODELS} >= FLOODS


@pytest.mark.parametrize(("name", "path", "card"), MODELS, ids=[name for name, _, _ in MODELS])
class TestShipped:
    def test_it_is_whole_and_small(self, name, path, card):
        files = {file.name: file.read_bytes() for file in path.iterdir()}
        assert set(files) == {"model.json", "model.onnx", "weights.safetensors", "recipe.json"}
        assert sum(map(len, files.values())) <= 12e6
        assert card.sha256 == {n: hashlib.sha256(files[n]).hexdigest() for n in ("model.onnx", "weights.safetensors")}
        inside = read_card(path / "model.onnx")
        assert inside.name == card.name == name and inside.inputs == card.inputs

    def test_both_engines_agree(self, name, path, card):
        scaled = made_up(card)
        answers = zip(*(outputs(engine, path, card, scaled) for engine in ("onnx", "torch")))
        for by_onnx, by_torch in answers:
            scale = max(1.0, np.abs(by_onnx).max())  # boxes are in pixels
            assert by_onnx.shape == by_torch.shape and np.abs(by_onnx - by_torch).max() < 0.02 * scale
            assert np.ptp(by_onnx) > 0.05  # it does respond to what it is given


@pytest.mark.parametrize(("path", "card"), STRETCHED, ids=[card.name for _, card in STRETCHED])
def test_gain_and_offset_do_not_change_the_map(path, card):
    images = pictures(card)
    random = np.random.default_rng(1)
    changed = {}
    for item in card.inputs:  # a band's own, and a date's where the dates do not share a stretch
        shape = (1 if item.scaling.pooled else len(item.dates), len(item.bands), 1, 1)
        gain, offset = random.uniform(0.6, 1.6, shape), random.uniform(0, 40, shape)
        changed[item.name] = images[item.name] * gain + offset
    stored = {key: np.rint(values * 40).astype("uint16") for key, values in changed.items()}
    plain, moved = (probabilities("onnx", path, card, x) >= card.threshold for x in (images, stored))
    assert (plain != moved).mean() < 0.01
