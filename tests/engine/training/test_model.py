"""A trained network becomes a model folder: whole or not at all, with a card that says what it takes."""

from __future__ import annotations

import errno
import hashlib
import json
import resource
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.cards.stac_mlm import from_item, to_item
from rsdl_qgis.engine.cards.store import Store, read_card
from rsdl_qgis.engine.errors import ModelError, OutputError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.runtime.sessions import open_runtime
from rsdl_qgis.engine.training import model as module
from rsdl_qgis.engine.training.model import card_for, write_model, write_weights

IMAGE = Input("image", (Band("red"), Band("nir")))
CLASSES = (Class(0, "a", "#000000"), Class(1, "b", "#ffffff"))
FILES = {"model.json", "model.onnx", "weights.safetensors"}


def network_of(classes=2, seed=0, **options):
    torch.manual_seed(seed)
    return build_network("unet", {"image": (1, 2)}, classes, **{"widths": (4, 8), **options})


def card_of(network, **changes):
    facts = {"task": "segmentation", "classes": CLASSES, "options": {"widths": (4, 8)}, "size": 32, **changes}
    return card_for(network, name="it", title="It", architecture="unet", inputs=[IMAGE], **facts)


def by_onnx(*_):
    return "onnx"


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_the_card_says_what_the_network_takes():
    network = network_of()
    note = {"split": "blocks"}
    card = card_of(network, resolution=10.0, background=0, provenance=note)
    assert (card.network, card.options, card.activation, card.resolution) == ("unet", {"widths": [4, 8]}, "softmax", 10)
    assert (card.tiling.size, card.tiling.overlap, card.tiling.multiple, card.tiling.any_size) == (32, 8, 2, True)
    assert card.tiling.memory == module.memory_per_pixel(network, card) and card.half_precision
    assert from_item(json.loads(json.dumps(to_item(card)))) == card and card.provenance == note


def test_numbers_are_neither_activated_nor_halved():
    card = card_of(network_of(1), task="regression", classes=(), unit="t/ha", value_range=(0.0, 300.0))
    assert (card.activation, card.unit, card.value_range) == ("identity", "t/ha", (0, 300)) and not card.half_precision
    labels = card_of(network_of(), task="segmentation", activation="sigmoid")
    assert labels.activation == "sigmoid"


@pytest.mark.parametrize(
    ("architecture", "options", "shape", "size", "tiling"),
    [
        ("unet", {"widths": (4, 4, 4)}, (1, 2), 128, (128, 32, 4, True)),
        ("unet", {"widths": (4, 4)}, (1, 2), None, (256, 32, 2, True)),
        ("cdnet", {"width": 4}, (2, 2), 64, (64, 16, 16, True)),  # any multiple, from 16 px
        ("lenet5", {}, (1, 2), None, (32, 0, 32, False)),
        ("lenet5", {"size": 40}, (1, 2), 999, (40, 0, 40, False)),  # it was built for 40 px
        ("lstm", {"hidden": 4}, (6, 2), 1, (64, 0, 1, True)),
    ],
)
def test_tiles_are_what_the_network_takes(architecture, options, shape, size, tiling):
    item = Input("image", IMAGE.bands, tuple(map(str, range(shape[0]))))
    network = build_network(architecture, {"image": shape}, 2, **options)
    task = {"lenet5": "classification", "lstm": "time-series", "cdnet": "change"}.get(architecture, "segmentation")
    card = card_for(network, name="it", title="It", architecture=architecture, inputs=[item], task=task,
                    classes=CLASSES, options=options, size=size)  # fmt: skip
    found = card.tiling
    assert (found.size, found.overlap, found.multiple, found.any_size) == tiling and found.memory > 0


def test_a_folder_is_whole_and_its_card_knows_its_files(tmp_path):
    network = network_of()
    asked = []

    def torch_wins(timed, path, card):
        asked.append((timed is network, path.name))
        return "torch"

    card = write_model(network, card_of(network), tmp_path / "it", torch_wins)
    assert names(tmp_path) == {"it"} and names(tmp_path / "it") == FILES and asked == [(True, "model.onnx")]
    assert read_card(tmp_path / "it") == card and card.engine == "torch"
    for name in ("model.onnx", "weights.safetensors"):
        assert card.sha256[name] == hashlib.sha256((tmp_path / "it" / name).read_bytes()).hexdigest()
    assert read_card(tmp_path / "it" / "model.onnx") == replace(card, sha256={}, engine="onnx")
    assert Store([tmp_path]).find("it")[1] == card


def test_weights_alone_are_a_model_that_torch_runs(tmp_path):
    network = network_of().eval()
    card = write_weights(network, card_of(network), tmp_path / "best")
    assert names(tmp_path / "best") == FILES - {"model.onnx"} and list(card.sha256) == ["weights.safetensors"]
    assert read_card(tmp_path / "best") == card and card.engine == "torch"
    image = np.random.default_rng(0).normal(size=(1, 1, 2, 16, 16)).astype("float32")
    with torch.inference_mode():
        expected = network(torch.from_numpy(image)).softmax(1).numpy()
    got = open_runtime(card, tmp_path / "best", "cpu", 1)({"image": image})
    assert np.allclose(got, expected, atol=1e-3)


def test_an_older_model_is_replaced_and_what_else_lies_there_stays(tmp_path):
    folder = tmp_path / "it"
    network = network_of()
    write_model(network, card_of(network), folder, by_onnx)
    (folder / "recipe.json").write_text("{}")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "model.json").write_text("a picture")
    other = network_of(seed=1)
    card = write_weights(other, card_of(other), folder)
    assert names(folder) == FILES - {"model.onnx"} | {"recipe.json", "pictures"}  # no ONNX of other weights is left
    assert (folder / "pictures" / "model.json").read_text() == "a picture"
    assert read_card(folder) == card and names(tmp_path) == {"it"}
    state = load_file(folder / "weights.safetensors")
    assert torch.allclose(state["decoder.head.weight"].float(), other.decoder.head.weight, atol=1e-3)


def test_what_fails_leaves_the_older_model(tmp_path, monkeypatch):
    folder = tmp_path / "it"
    network = network_of()
    write_model(network, card_of(network), folder, by_onnx)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    other = network_of(seed=1)

    def failing(*_):
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_model(other, card_of(other), folder, failing)
    rename = Path.rename

    def once_refused(self, target):
        if self.name.endswith(".part"):
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once_refused)
    with pytest.raises(OutputError, match=r"it cannot be written: Permission denied\. Close it"):
        write_model(other, card_of(other), folder, by_onnx)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before and names(tmp_path) == {"it"}


def test_a_model_that_was_moved_aside_comes_back(tmp_path):
    """Killed between the two renames: the older model is found again by the next writing, whatever becomes of it."""
    folder = tmp_path / "it"
    network = network_of()
    card = write_model(network, card_of(network), folder, by_onnx)
    folder.rename(tmp_path / ".it.old")

    def failing(*_):
        raise RuntimeError("again")

    with pytest.raises(RuntimeError, match="again"):
        write_model(network, card_of(network), folder, failing)
    assert read_card(folder) == card and names(tmp_path) == {"it"}


@contextmanager
def files_up_to(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("write", [write_model, write_weights])
def test_a_full_disk_is_told_and_nothing_half_written_stays(tmp_path, write):
    network = network_of()
    card = card_of(network)
    with files_up_to(1000), pytest.raises(OutputError, match=r"it cannot be written: the disk is full\. Free space"):
        write(network, card, tmp_path / "it")
    assert names(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    network = network_of()
    with pytest.raises(OutputError, match=r"nowhere/it cannot be written: No such file"):
        write_weights(network, card_of(network), tmp_path / "nowhere" / "it")


def test_large_batch_norm_variances_survive_and_broken_weights_are_not_saved(tmp_path):
    network = network_of()
    network.encoder.levels[0][1].running_var.fill_(1e6)
    card = write_model(network, card_of(network), tmp_path / "it", by_onnx)
    assert load_file(tmp_path / "it" / "weights.safetensors")["encoder.levels.0.1.running_var"].max() == 1e6
    torch.nn.init.constant_(network.decoder.head.weight, float("nan"))
    for write in (write_model, write_weights):
        with pytest.raises(ModelError, match=r"not finite: decoder\.head\.weight"):
            write(network, card, tmp_path / "broken")
    assert names(tmp_path) == {"it"}


def test_weights_that_half_precision_would_lose_stay_whole(tmp_path):
    network = network_of()
    network.encoder.levels[0][0].weight.data *= 1e8
    network.decoder.head.weight.data *= 1e-8
    write_weights(network, card_of(network), tmp_path / "it")
    state = load_file(tmp_path / "it" / "weights.safetensors")
    for name, value in network.state_dict().items():
        assert torch.allclose(state[name].float(), value.float(), rtol=2e-3, atol=2e-3 * value.abs().max().item())
    halved = [name for name, value in state.items() if value.dtype == torch.float16]
    assert len(halved) > 3 and "decoder.head.weight" not in halved
