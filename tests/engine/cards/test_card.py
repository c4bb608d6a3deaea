"""The model card: there and back, valid for others, and bands found by what rasters call them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling, channel_bands, match_bands
from rsdl_qgis.engine.cards.stac_mlm import from_item, read_json, to_item
from rsdl_qgis.engine.cards.store import Store, default_folders
from rsdl_qgis.engine.errors import MismatchError, ModelError

THREE = tuple(Class(i, name, "#123456") for i, name in enumerate(("bare ground", "Δάσος", "water")))
IMAGE, PAIR = Input("image", (Band("red"), Band("nir"))), Input("image", (Band("red"),), ("before", "after"))
SERIES = Input("modis", (Band("NDVI"), Band("EVI")), tuple(f"2020-{month:02}" for month in range(1, 13)))
CARDS = {
    "segmentation": ModelCard("maps", "Maps", (IMAGE,), THREE, tiling=Tiling(size=64, overlap=16, any_size=False)),
    "change": ModelCard("changes", "Changes", (PAIR,), THREE[:2], "change"),
    "scenes": ModelCard("scenes", "Scenes", (IMAGE,), THREE, "classification"),
    "labels": ModelCard(
        "labels",
        "Labels",
        (IMAGE,),
        THREE,
        "classification",
        activation="sigmoid",
        thresholds=(0.5, 0.25, 0.7),
        temperature=1.7,
    ),
    "time-series": ModelCard("crops", "Crops", (SERIES,), THREE, "time-series"),
    "regression": ModelCard(
        "height", "Height", (IMAGE,), (), "regression", activation="identity", unit="m", value_range=(0.0, 41.5)
    ),
    "detection": ModelCard("trees", "Trees", (IMAGE,), THREE[:1], "detection"),
    "foreign": ModelCard("theirs", "Theirs", (PAIR,), THREE, axes="NCHW"),
}
CARDS = {kind: replace(each, network="unet") for kind, each in CARDS.items()}
EVERY = pytest.mark.parametrize("kind", list(CARDS))

S2 = Input("s2", (Band("B11", ("SWIR1",)), Band("B8", ("B08", "NIR")), Band("B3", ("B03", "green"))), role="Sentinel-2")


def shipped() -> list[ModelCard]:
    return [card for _, _, card in Store(default_folders()).list()]


def holds(whole, part) -> bool:
    """Whether a JSON value has all that another one has."""
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(holds(*pair) for pair in zip(whole, part))
    return bool(whole == part)


def test_a_card_survives_json(card):
    assert from_item(json.loads(json.dumps(to_item(card)))) == card


@EVERY
def test_a_card_of_any_task_survives_json(kind):
    assert from_item(json.loads(json.dumps(to_item(CARDS[kind])))) == CARDS[kind]


@pytest.mark.parametrize(
    ("description", "matches"),
    [
        ("Resize (L7_12 (Band 3):L7) (0.660000 Micrometers)", True),
        ("red", True),
        ("10.660000 Micrometers", False),
        ("0.660000", False),
        ("", False),
    ],
)
def test_an_alias_of_several_words_is_found_in_a_longer_description(description, matches):
    assert Band("red", ("0.660000 Micrometers",)).matches(description) == matches


def test_cards_that_were_written_before_stay_as_they_are():
    for _, path, card in Store(default_folders()).list():
        written = json.loads((path / "model.json").read_text())
        assert from_item(to_item(card)) == card and card.sha256
        assert holds(json.loads(json.dumps(to_item(card))), written)


def test_the_faster_engine_is_in_the_card_and_older_cards_mean_onnx(with_card):
    item = to_item(with_card(engine="torch"))
    assert from_item(json.loads(json.dumps(item))).engine == "torch"
    del item["properties"]["rsdl:engine"]
    assert from_item(item).engine == "onnx"


def test_cards_are_valid_for_the_mlm_package(card):
    pystac = pytest.importorskip("pystac")
    from stac_model.schema import MLModelProperties

    for each in [card, *shipped(), *CARDS.values()]:
        item = json.loads(json.dumps(to_item(each)))
        properties = MLModelProperties.model_validate(item["properties"])
        assert properties.name == each.name
        assert [len(value.bands) for value in properties.input if value.bands] == [len(i.bands) for i in each.inputs]
        assert [c.to_dict()["name"] for c in properties.output[-1].classes or ()] == [c.name for c in each.classes]
        assert pystac.Item.from_dict(item).assets["model"].extra_fields["mlm:artifact_type"] == "onnx"


EXPECTED = {  # task of MLM, axes and shape of the first input, outputs with their shapes
    "segmentation": (
        "semantic-segmentation", "batch time bands height width", [-1, 1, 2, 64, 64], {"probabilities": [-1, 3, 64, 64]}
    ),
    "change": (
        "semantic-segmentation", "batch time bands height width", [-1, 2, 1, -1, -1], {"probabilities": [-1, 2, -1, -1]}
    ),
    "scenes": ("scene-classification", "batch time bands height width", [-1, 1, 2, -1, -1], {"probabilities": [-1, 3]}),
    "labels": ("classification", "batch time bands height width", [-1, 1, 2, -1, -1], {"probabilities": [-1, 3]}),
    "time-series": ("classification", "batch time bands", [-1, 12, 2], {"probabilities": [-1, 3]}),
    "regression": ("regression", "batch time bands height width", [-1, 1, 2, -1, -1], {"values": [-1, 1, -1, -1]}),
    "detection": (
        "object-detection", "batch time bands height width", [-1, 1, 2, -1, -1],
        {"boxes": [-1, -1, 4], "scores": [-1, -1, 1]},
    ),
    "foreign": (
        "semantic-segmentation", "batch bands height width", [-1, 2, -1, -1], {"probabilities": [-1, 3, -1, -1]}
    ),
}  # fmt: skip


@EVERY
def test_tasks_and_tensors_are_reported_in_terms_of_mlm(kind):
    properties = to_item(CARDS[kind])["properties"]
    task, axes, shape, outputs = EXPECTED[kind]
    assert properties["mlm:tasks"] == [task]
    assert all(output["tasks"] == [task] for output in properties["mlm:output"])
    assert properties["mlm:input"][0]["input"]["dim_order"] == axes.split()
    assert properties["mlm:input"][0]["input"]["shape"] == shape
    assert {o["name"]: o["result"]["shape"] for o in properties["mlm:output"]} == outputs
    assert [value["name"] for value in properties["mlm:input"][1:]] == (["valid"] if kind == "time-series" else [])


@EVERY
def test_an_item_holds_what_the_schema_of_mlm_demands(kind):
    """Its rules that the package does not check (v1.5.0/schema.json)."""
    item = to_item(CARDS[kind])
    properties = item["properties"]
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]", properties["mlm:name"])
    assert properties["bands"]  # of the item, where its inputs name bands
    for value in (*properties["mlm:input"], *properties["mlm:output"]):
        structure = value.get("input") or value["result"]
        order = structure["dim_order"]
        assert len(set(order)) == len(order) == len(structure["shape"])
        assert all(re.fullmatch("[a-z-_]+", axis) for axis in order)
        assert ("bands" in order) == bool(value["bands"])
    classes = [c for output in properties["mlm:output"] for c in output.get("classification:classes", ())]
    assert all(c["description"] and re.fullmatch("[0-9A-F]{6}", c["color_hint"]) for c in classes)
    assert all("mlm:artifact_type" in asset for asset in item["assets"].values())


@pytest.mark.parametrize("name", ["2020 δάσος", "x", "δάσος", "flood-", "a b"])
def test_any_name_is_kept_beside_one_that_mlm_takes(with_card, name):
    item = json.loads(json.dumps(to_item(with_card(name=name))))
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_.\-\s]+[a-zA-Z0-9]", item["properties"]["mlm:name"])
    assert from_item(item).name == item["id"] == name


def test_the_files_there_are_are_the_assets(with_card):
    item = to_item(with_card(sha256={"weights.safetensors": "0"}))
    assert list(item["assets"]) == ["weights"] and item["properties"]["mlm:framework"] == "PyTorch"
    assert list(to_item(with_card())["assets"]) == ["model", "weights"]


def test_hashes_say_what_they_are_and_are_read_without_that_too(with_card):
    card = with_card(sha256={"model.onnx": "ab" * 32})
    item = to_item(card)
    assert item["properties"]["rsdl:sha256"] == {"model.onnx": "sha256:" + "ab" * 32}
    assert from_item(item).sha256 == card.sha256
    item["properties"]["rsdl:sha256"] = dict(card.sha256)  # of a card that was written before
    assert from_item(item).sha256 == card.sha256


def test_an_item_of_others_is_taken_for_the_task_it_names(card):
    item = to_item(card)
    for name in ("rsdl:task", "rsdl:inputs", "rsdl:tiling"):
        del item["properties"][name]
    for theirs, ours in (("semantic-segmentation", "segmentation"), ("scene-classification", "classification"),
                         ("regression", "regression"), ("super-resolution", "super-resolution")):  # fmt: skip
        item["properties"]["mlm:tasks"] = [theirs]
        assert from_item(item).task == ours


def test_numbers_need_no_classes_and_a_map_of_classes_does():
    item = to_item(CARDS["regression"])
    assert from_item(item).classes == ()
    item["properties"]["rsdl:task"] = "segmentation"
    with pytest.raises(ModelError, match="classification:classes"):
        from_item(item)


def test_an_incomplete_item_is_refused_by_name(card):
    item = to_item(card)
    del item["properties"]["mlm:output"]
    with pytest.raises(ModelError, match="mlm:output"):
        from_item(item)
    with pytest.raises(ModelError, match="somewhere is not JSON"):
        read_json("{", "somewhere")


@pytest.mark.parametrize(
    ("descriptions", "bands"),
    [
        (["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B9", "B11", "B12"], (11, 8, 3)),
        (["B03, central wavelength 560 nm", "B08 (NIR)", "B11"], (3, 2, 1)),
        (["green", "nir", "swir1", "red"], (3, 2, 1)),
        ([None, None, None], (1, 2, 3)),
    ],
)
def test_bands_are_found_by_description_else_in_order(descriptions, bands):
    assert match_bands(S2, descriptions, len(descriptions)) == bands


def test_bands_that_cannot_be_found_are_named():
    with pytest.raises(MismatchError, match=r"B11, B8, B3.*4: red, band 2"):
        match_bands(S2, ["red", None, None, None], 4)


def test_nodata_of_the_map(with_card):
    many = tuple(Class(i, str(i), "#000000") for i in range(300))
    assert with_card().nodata == 255
    assert with_card(classes=many).nodata == 65535
    assert math.isnan(CARDS["regression"].nodata)


RGB = Input("image", tuple(Band(name) for name in ("red", "green", "blue")))


@pytest.mark.parametrize(
    ("descriptions", "colours", "bands"),
    [
        (("", "", ""), ("blue", "green", "red"), (3, 2, 1)),
        (("", "", "", ""), ("red", "green", "blue", ""), (1, 2, 3)),
        (("", "red", "", ""), ("blue", "", "green", ""), (2, 3, 1)),  # a name, and colours where there is none
        (("Layer 1", "Layer 2", "Layer 3"), ("blue", "green", "red"), (3, 2, 1)),
        (("green", "blue", "red"), ("red", "green", "blue"), (3, 1, 2)),  # names come first
        (("", "", ""), ("", "", ""), (1, 2, 3)),
        (("", "", ""), ("gray", "", ""), (1, 2, 3)),
    ],
)
def test_bands_are_found_by_colour_before_their_order(descriptions, colours, bands):
    assert match_bands(RGB, descriptions, len(descriptions), colours) == bands


def test_colours_are_no_names_of_other_bands():
    assert match_bands(S2, [None, None, None], 3, ("red", "green", "blue")) == (1, 2, 3)
    with pytest.raises(MismatchError):
        match_bands(RGB, [None] * 4, 4, ("red", "green", "", ""))


def test_a_model_without_names_takes_a_image_of_three_bands():
    assert match_bands(replace(RGB, bands=channel_bands(3)), [None] * 3, 3, ("blue", "green", "red")) == (3, 2, 1)
    assert [band.name for band in channel_bands(4)] == [f"channel {i}" for i in (1, 2, 3, 4)]
    assert channel_bands(4)[0].aliases == ()


def test_what_an_output_is_said_to_be_is_kept_and_left_out_where_nothing_is(card):
    said = to_item(replace(card, output="logits"))
    assert said["properties"]["rsdl:output"] == "logits" and from_item(said).output == "logits"
    assert "rsdl:output" not in to_item(card)["properties"]
