"""Hostile and damaged archives behind a TensorFlow Lite network: a sentence each, nothing left and nothing run."""

from __future__ import annotations

import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from rsdl_qgis.engine.cards.card import CARD_FILE, Band, Scaling
from rsdl_qgis.engine.cards.model_file import LARGEST_CARD, read_card
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.exporting.tflite.file import add_card
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.paths import plugin_file
from tests.engine.importing.test_other_files import Spy
from tests.engine.importing.test_refused import home, refused  # noqa: F401 (a fixture)
from tests.engine.interop.tflite_files import Tensor, write

CARD = replace(read_card(plugin_file("models") / "forest"), name="packed", sha256={})
ITEM = json.dumps(to_item(CARD))


@pytest.fixture
def network(tmp_path):
    """Two logits of three bands, by a convolution of one pixel."""
    tensors = [
        Tensor("image", (1, 32, 32, 3)),
        Tensor("kernel", (2, 1, 1, 3), values=np.eye(2, 3, dtype="f4").reshape(2, 1, 1, 3)),
        Tensor("bias", (2,), values=np.zeros(2)),
        Tensor("logits", (1, 32, 32, 2)),
    ]
    strides = {1: ("Int32", 1), 2: ("Int32", 1)}
    return write(tmp_path / "net.tflite", tensors, [("CONV_2D", (0, 1, 2), (3,), strides)], (0,), (3,))


def packed(network, **members):
    with zipfile.ZipFile(network, "a") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return network


def test_a_card_behind_the_network_is_all_that_is_needed(network):
    add_card(network, CARD)
    assert run_import({"input": str(network)}, Report())["model"] == "packed"


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "a/../../outside.txt", "C:/outside.txt"])
def test_members_that_lead_outside(network, tmp_path, name):
    refused(packed(network, **{CARD_FILE: ITEM, name: "x"}), "outside the model's folder")
    assert not list(tmp_path.parent.rglob("outside.txt"))


def test_links(network):
    link = zipfile.ZipInfo("labels.txt")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(network, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(network, "a link or a device")


def test_a_pickle_is_not_opened(network, tmp_path):
    mark = tmp_path / "run"
    refused(packed(network, **{CARD_FILE: ITEM, "more.pkl": pickle.dumps(Spy(mark))}), "more.pkl, a pickle")
    assert not mark.exists()


def test_two_cards(network):
    refused(packed(network, **{CARD_FILE: ITEM, f"other/{CARD_FILE}": ITEM}), "holds 2 cards")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_card_twice(network):
    with zipfile.ZipFile(network, "a") as archive:
        archive.writestr(CARD_FILE, ITEM)
        archive.writestr(CARD_FILE, ITEM)
    refused(network, "holds 2 cards")


@pytest.mark.parametrize("size", [LARGEST_CARD + 1, 0xFFFFFFF0])
def test_a_card_of_a_huge_size(network, size):
    """Stated, or one of zeros that unpacks to it: it is not read."""
    with zipfile.ZipFile(network, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD_FILE, b"0" * (LARGEST_CARD + 1))
    data = network.read_bytes()
    stated = (LARGEST_CARD + 1).to_bytes(4, "little")
    place = data.rindex(b"PK\x01\x02") + 24
    assert data[place : place + 4] == stated
    network.write_bytes(data[:place] + size.to_bytes(4, "little") + data[place + 4 :])
    refused(network, "The card in net.tflite is of .* bytes; at most")


def test_a_card_that_is_larger_than_stated(network):
    with zipfile.ZipFile(network, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD_FILE, b" " * LARGEST_CARD)
    data = network.read_bytes()
    place = data.rindex(b"PK\x01\x02") + 24
    network.write_bytes(data[:place] + (100).to_bytes(4, "little") + data[place + 4 :])
    refused(network, "is damaged|not JSON")


def test_all_members_together_are_too_large(network):
    packed(network, **{CARD_FILE: ITEM}, **{f"{i}.bin": "x" for i in range(5)})
    data = network.read_bytes()
    for i in range(5):
        place = data.rindex(f"{i}.bin".encode()) - 46 + 24
        data = data[:place] + (0xFFFFFFF0).to_bytes(4, "little") + data[place + 4 :]
    network.write_bytes(data)
    refused(network, "unpacks to .* bytes; a model has at most")


@pytest.mark.parametrize("left", [10, 100, 1000, 5000])
def test_an_archive_that_is_cut_off(network, left):
    start = network.stat().st_size
    packed(network, **{CARD_FILE: ITEM})
    data = network.read_bytes()
    network.write_bytes(data[: len(data) - 5] if left == 10 else data[: start + left])
    refused(network, "is cut off: the card behind its network")


def test_a_damaged_card(network):
    packed(network, **{CARD_FILE: ITEM})
    data = network.read_bytes()
    network.write_bytes(data.replace(b'"mlm:name"', b'"mlm:nbme"', 1))
    refused(network, "is damaged")


@pytest.mark.parametrize("text", ["{", "[1]", "\x00", '{"a": NaN'])
def test_a_card_that_is_none(network, text):
    refused(packed(network, **{CARD_FILE: text}), "The card in net.tflite is (not JSON|no JSON object)")


def test_a_card_that_contradicts_the_network(network):
    third = replace(CARD.classes[-1], value=7, name="third")
    add_card(network, replace(CARD, classes=(*CARD.classes, third)))
    refused(network, "'packed' gives 2 classes, its card names 3", scaling=None)


def test_a_card_of_other_bands(network):
    (image,) = CARD.inputs
    four = replace(image, bands=(*image.bands, Band("B08")), scaling=Scaling())
    add_card(network, replace(CARD, inputs=(four,), domain=None))
    refused(network, r"its card says 1 date\(s\) of 4 band\(s\)", scaling=None)
