"""The addresses of published weights, and files of the right names and shapes that start a training of other bands."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.runtime.published.files import published_line
from rsdl_qgis.engine.tables.earth_bands import MOMENTS
from rsdl_qgis.engine.training.start import weights as weights_module
from rsdl_qgis.engine.training.start.named_bands import told
from rsdl_qgis.engine.training.start.start import start
from rsdl_qgis.engine.training.start.weights import start_inputs

FOREIGN = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign")
ELSEWHERE = [name for name, line in PUBLISHED.items() if line.url]
SENTINEL2 = ["ssl4eo-s12-resnet18-moco", "ssl4eo-s12-resnet50-moco-rgb"]
FILES = {"presto": FOREIGN / "presto" / "default_model.pt", "galileo-nano": FOREIGN / "galileo-nano" / "encoder.pt"}
CLASSES = tuple(Class(i, str(i), "#000000") for i in range(2))


def image(*names, dates=("image",)):
    return Input("image", tuple(Band(name) for name in names), dates)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_address_is_of_one_revision_and_a_file_is_named_by_its_hash(name):
    line = PUBLISHED[name]
    assert re.fullmatch(r"https://[a-z.]+/\S+/[0-9a-f]{40}/\S+\.pth?", line.url) and line.network in NETWORKS
    assert re.fullmatch("[0-9a-f]{8}", line.sha256)
    assert line.url.endswith(line.file) or line.whole  # the whole hash is known where the address does not have it


@pytest.mark.parametrize("name", SENTINEL2)
def test_a_file_of_those_names_and_shapes_loads_band_by_band(name, monkeypatch):
    """As torchgeo has them: torchvision's names, no head; here under another order of bands, and one less."""
    line = PUBLISHED[name]
    (known,) = line.inputs
    torch.manual_seed(1)
    state = build_network(line.network, {"image": known.shape}, 2).state_dict()
    published = {key: value for key, value in state.items() if not key.startswith("fc.")}
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published)
    names = [f"B{int(band.name[1:]):02}" if band.name[1:].isdigit() else band.name for band in known.bands][::-1][:-1]
    network = build_network(line.network, {"image": (1, len(names))}, 2)
    begun = start(network, [image(*names)], CLASSES, None, name)
    expected = published["conv1.weight"].flip(1)[:, :-1] * (len(known.bands) / len(names))
    assert torch.allclose(network.conv1.weight, expected)
    same = [key for key in published if not key.startswith("conv1.")]
    assert all(torch.equal(network.state_dict()[key], published[key]) for key in same)
    assert begun.new == sum(p.numel() for p in network.fc.parameters())
    (item,) = start_inputs(name, line.network, {}, [image(*names)])
    assert item.scaling.divisor == 10_000 and item.scaling.std == ((1.0,) * len(known.bands),)


def test_radar_is_scaled_in_decibel():
    (item,) = start_inputs("ssl4eo-s12-resnet50-moco-s1", "resnet50", {}, [image("VV", "VH")])
    assert item.scaling.decibel and item.scaling.mean == ((-12.59, -20.26),)


@pytest.mark.parametrize(
    ("name", "network", "dates"),
    [
        ("presto", "presto", ("2020-03-01", "2020-04-01", "2020-06-01")),
        ("galileo-nano", "galileo-nano", ("2020-07-01",)),
        ("galileo-nano", "galileo-nano-map", ("2020-07-01",)),
    ],
)
def test_the_persons_own_file_of_an_encoder_is_known_by_its_hash(name, network, dates):
    if not FILES[name].is_file():
        pytest.skip("needs the data sets (RSDL_DATA)")
    file = str(FILES[name])
    assert published_line(file) is PUBLISHED[name]
    names = ("B8", "B4", "B3", "B2", "EVI")
    inputs = [image(*names, dates=dates)]
    (item,) = start_inputs(file, network, {}, inputs)
    assert [band.name for band in item.bands] == list(names[:4])
    assert item.scaling.mean[0] == pytest.approx([MOMENTS[band][0] for band in names[:4]])
    options = told(network, {}, inputs)
    assert options == {"bands": list(names), "months": [int(date[5:7]) for date in dates]}
    given = {"months": [1] * len(dates)}
    assert told(network, given, inputs, given)["months"] == [1] * len(dates)
    inherited = {"bands": ["B2"], "months": [2]}  # a base model's, whose bands and dates were others
    assert told(network, inherited, inputs) == options
    built = build_network(network, {"image": (len(dates), 5)}, 2, **options)
    scaled = replace(inputs[0], scaling=item.scaling)
    begun = start(built, [scaled], CLASSES, None, file, Report())
    state = torch.load(file, map_location="cpu", weights_only=True)
    loaded = {key.removeprefix("encoder."): value for key, value in state.items()}
    own = built.encoder.state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in own.items() if not key.startswith("other_"))
    new = [*built.head.parameters(), *(p for n, p in built.encoder.named_parameters() if n.startswith("other_"))]
    assert begun.new == sum(p.numel() for p in new) and begun.adapted == 0
    assert begun.lines[-1] == "Scaling: image as in the weights' own training."


def test_networks_without_named_bands_are_told_nothing():
    assert told("resnet18", {"width": 8}, [image("B2")]) == {"width": 8}
    assert "months" not in told("presto", {}, [image("B2", dates=("a", "b"))])
