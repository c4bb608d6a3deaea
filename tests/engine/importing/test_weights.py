"""Weights without their network: the network is found, or the one that they resemble is told."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.importing import resemblance
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.importing.resemblance import recognised
from rsdl_qgis.engine.networks import NETWORKS, build_network
from tests.engine.importing.test_programs import mapped
from tests.engine.runtime.test_foreign_networks import Listening

GIVEN = {"scaling": "/255", "network": "unet"}
NARROW = {"widths": [4, 6, 8]}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def network(name="unet", bands=3, outputs=2, dates=1, **options):
    torch.manual_seed(1)
    made = build_network(name, {"image": (dates, bands)}, outputs, **(options or NARROW))
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):  # as a training leaves it
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.normal_(module.running_mean, 0, 0.1)
    made.eval()
    if name == "unet":  # classes are about as frequent
        with torch.no_grad():
            last = [module for module in made.modules() if isinstance(module, nn.Conv2d)][-1]
            last.bias -= made(torch.rand(1, 1, bands, 64, 64)).flatten(2).median(2)[0][0]
    return made


def imported(path, report=None, **given):
    return run_import({"input": str(path), **GIVEN, **given}, report or Listening())


@pytest.mark.parametrize("ending", ["pth", "safetensors", "ckpt"])
def test_a_map_is_that_of_the_network(tmp_path, make_raster, rng, ending):
    made, path = network(outputs=3), tmp_path / f"roofs.{ending}"
    state = made.state_dict()
    if ending == "safetensors":
        save_file(state, path)
    elif ending == "ckpt":  # of Lightning
        held = {"epoch": 3, "hyper_parameters": {"lr": 0.1}, "optimizer_states": [{"param_groups": [{"lr": 0.1}]}]}
        named = {f"model.{name}": value for name, value in state.items()} | {"loss.weight": torch.ones(3)}
        torch.save({**held, "state_dict": named}, path)
    else:
        torch.save({f"module.{name}": value for name, value in state.items() if "num_batches" not in name}, path)
    report = Listening()
    assert imported(path, report, classes="ground, roof, tree")["model"] == "roofs"
    assert "U-Net (unet; widths [4, 6, 8]), by its tensors' names" in report.text("warning")
    assert ("1 tensors of the file are no part of it: loss.weight" in report.text("warning")) == (ending == "ckpt")
    _, card = Store().find("roofs")
    assert [item.name for item in card.classes] == ["ground", "roof", "tree"] and card.options == NARROW
    scene = rng.uniform(0, 255, (3, 48, 64)).astype("uint8")
    with torch.no_grad():
        wanted = made(torch.from_numpy(scene[None, None].astype("float32") / 255))[0].argmax(0).numpy()
    assert np.array_equal(mapped("roofs", make_raster(scene), tmp_path), wanted)
    assert len(np.unique(wanted)) > 1


def test_one_logit_becomes_two_classes_with_the_same_probabilities(tmp_path, make_raster, rng):
    made = network(outputs=1)
    torch.save(made.state_dict(), tmp_path / "water.pth")
    imported(tmp_path / "water.pth", classes="water")
    scene = rng.uniform(0, 255, (3, 64, 64)).astype("uint8")
    with torch.no_grad():
        wanted = made(torch.from_numpy(scene[None, None].astype("float32") / 255))[0, 0].numpy() > 0
    assert np.array_equal(mapped("water", make_raster(scene), tmp_path), wanted)
    assert 0.05 < wanted.mean() < 0.95
    assert [item.name for item in Store().find("water")[1].classes] == ["background", "water"]


def test_numbers_come_as_they_are(tmp_path):
    torch.save(network(outputs=1).state_dict(), tmp_path / "height.pth")
    imported(tmp_path / "height.pth", task="regression")
    _, card = Store().find("height")
    assert card.task == "regression" and not card.classes and card.activation == "identity"


@pytest.fixture
def few(monkeypatch):
    """A short table of networks: all of them are compared with, which takes seconds."""
    names = ("unet", "resnet18", "fc-ef", "fc-siam-diff", "lstm")
    monkeypatch.setattr(resemblance, "NETWORKS", {name: NETWORKS[name] for name in names})


OTHERS = [
    ("unet", {"widths": [4, 8, 12, 16]}, 1, 5, 2),
    ("resnet18", {"width": 8}, 1, 13, 4),
    ("vit-small", {"size": 96}, 1, 4, 6),
    ("fc-siam-conc", {"widths": [4, 8, 16, 32]}, 2, 3, 2),
    ("tempcnn", {"hidden": 8, "dense": 12}, 11, 4, 5),
    ("rnn", {"hidden": 8, "layers": 2}, 23, 4, 3),
]


@pytest.mark.parametrize(("name", "options", "dates", "bands", "outputs"), OTHERS)
@pytest.mark.parametrize("named", [True, False])
def test_bands_classes_and_widths_follow_from_the_shapes(name, options, dates, bands, outputs, named):
    state = network(name, bands, outputs, dates, **options).state_dict()
    if not named:
        state = {f"part{i}.{k.rsplit('.', 1)[-1]}": value for i, (k, value) in enumerate(state.items())}
    found = recognised(state, "w.pth", name)
    assert (found.built.network, found.built.bands, found.built.outputs) == (name, bands, outputs)
    assert found.by_name == named
    if name != "rnn":
        assert found.built.dates == dates
    assert {key: found.built.options[key] for key in options} == options
    own = build_network(name, {"image": (found.built.dates, bands)}, outputs, **found.built.options).state_dict()
    assert all(torch.equal(found.state[key], state_value) for key, state_value in zip(found.state, _plain(state)))
    assert found.state.keys() == {key for key in own if "num_batches" not in key}


def _plain(state):
    return [value for key, value in state.items() if "num_batches" not in key]


def test_the_network_is_found_among_all(few):
    state = {f"backbone.{k}": v for k, v in network("resnet18", 4, 5, width=8).state_dict().items()}
    found = recognised(state, "w.pth")
    assert (found.built.network, found.built.bands, found.built.options) == ("resnet18", 4, {"width": 8})


def test_old_names_of_published_weights_are_known():
    state = network("densenet121", 3, 5, growth=8).state_dict()
    old = {k.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): v for k, v in state.items()}
    assert old.keys() != state.keys()
    assert recognised(old, "w.pth", "densenet121").built.options["growth"] == 8


def test_what_it_resembles_is_told(few):
    state = network("resnet18", 3, 5, width=8).state_dict()
    encoder = {name: value for name, value in state.items() if not name.startswith("fc.")}
    with pytest.raises(ModelError, match=r"resemble ResNet-18 .*100 of its 102 .*and not fc.weight, fc.bias") as error:
        recognised(encoder, "w.pth", "resnet18")
    assert "A training can start from them" in error.value.hint
    with pytest.raises(ModelError, match="are of no network that is known here: no name"):
        recognised({"strange.thing": torch.ones(3)}, "w.pth")


def test_networks_that_shapes_do_not_tell_apart_are_asked_for(few):
    state = network("fc-ef", 3, 2, 2, widths=[4, 8, 16, 32]).state_dict()
    with pytest.raises(ModelError, match="fit several networks: fc-ef, fc-siam-diff") as error:
        recognised(state, "w.pth")
    assert "NETWORK" in error.value.hint
    assert recognised(state, "w.pth", "fc-ef").built.bands == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scaling": None}, "Give SCALING"),
        ({"bands": "red, green"}, "BANDS names 2"),
        ({"classes": "a, b, c"}, "CLASSES names 3.*for 2"),
        ({"task": "change"}, "TASK is change.*U-Net, for segmentation or regression"),
        ({"activation": "none"}, "ACTIVATION is none.*gives logits"),
        ({"network": "segnet"}, "not those of the network in NETWORK.*"),
        ({"network": "nonsense"}, "There is no network 'nonsense'"),
    ],
)
def test_what_contradicts_the_weights_is_refused(tmp_path, home, given, said):
    torch.save(network().state_dict(), tmp_path / "roofs.pth")
    with pytest.raises(ModelError, match=said):
        imported(tmp_path / "roofs.pth", **given)
    assert not list((home / "models").glob("*"))


class Spy:
    def __init__(self, place):
        self.place = str(place)

    def __reduce__(self):
        return open, (self.place, "w")


def test_code_is_never_run(tmp_path):
    for name, held in (("a.pth", Spy(tmp_path / "ran")), ("b.pt", {"state_dict": Spy(tmp_path / "ran")})):
        torch.save(held, tmp_path / name)
        with pytest.raises(ModelError, match="never run"):
            imported(tmp_path / name)
    (tmp_path / "c.bin").write_bytes(pickle.dumps(Spy(tmp_path / "ran")))
    with pytest.raises(ModelError, match="never run"):
        imported(tmp_path / "c.bin")
    assert not (tmp_path / "ran").exists()


class Fills:
    def __reduce__(self):
        return bytearray, (1 << 40,)


def test_what_would_fill_the_memory_is_not_read(tmp_path):
    torch.save({"a": torch.zeros(1).expand(1 << 40)}, tmp_path / "repeated.pth")
    torch.save({"a": Fills()}, tmp_path / "filled.pth")
    torch.save({"a": Fills()}, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    torch.save({"a": torch.zeros(1 << 22)}, tmp_path / "plain.pth")
    with zipfile.ZipFile(tmp_path / "plain.pth") as plain, zipfile.ZipFile(tmp_path / "bomb.pth", "w", 8) as made:
        for name in plain.namelist():
            made.writestr(name, plain.read(name))
    for name in ("repeated", "filled", "old", "bomb"):
        with pytest.raises(ModelError, match=r"more numbers than it has bytes|more than weights"):
            imported(tmp_path / f"{name}.pth")


def test_a_header_that_claims_more_than_the_file_has_is_refused(tmp_path):
    for length in (8, 1 << 40):
        head = json.dumps({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}).encode()
        (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", max(len(head), length)) + head + bytes(64))
        with pytest.raises(ModelError, match="is damaged"):
            imported(tmp_path / "a.safetensors")
