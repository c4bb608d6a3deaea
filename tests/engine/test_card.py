"""The model card: there and back, valid for others, and bands found by what rasters call them."""

from __future__ import annotations

import json

import pytest

from rsdl_qgis.engine.card import Band, Input, ModelCard, match_bands, read_json
from rsdl_qgis.engine.errors import MismatchError, ModelError
from rsdl_qgis.engine.store import Store, default_folders

S2 = Input("s2", (Band("B11", ("SWIR1",)), Band("B8", ("B08", "NIR")), Band("B3", ("B03", "green"))), role="Sentinel-2")


def shipped() -> list[ModelCard]:
    return [card for _, _, card in Store(default_folders()).list()]


def test_a_card_survives_json(card):
    assert ModelCard.from_json(json.loads(json.dumps(card.to_json()))) == card


def test_the_faster_engine_is_in_the_card_and_older_cards_mean_onnx(with_card):
    item = with_card(engine="torch").to_json()
    assert ModelCard.from_json(json.loads(json.dumps(item))).engine == "torch"
    del item["properties"]["rsdl:engine"]
    assert ModelCard.from_json(item).engine == "onnx"


def test_cards_are_valid_for_the_mlm_package(card):
    pystac = pytest.importorskip("pystac")
    from stac_model.schema import MLModelProperties

    for each in [card, *shipped()]:
        item = json.loads(json.dumps(each.to_json()))
        properties = MLModelProperties.model_validate(item["properties"])
        assert properties.name == each.name
        assert [len(value.bands) for value in properties.input] == [len(value.bands) for value in each.inputs]
        assert [c.to_dict()["name"] for c in properties.output[0].classes] == [c.name for c in each.classes]
        assert pystac.Item.from_dict(item).assets["model"].extra_fields["mlm:artifact_type"] == "onnx"


def test_an_incomplete_item_is_refused_by_name(card):
    item = card.to_json()
    del item["properties"]["mlm:output"]
    with pytest.raises(ModelError, match="mlm:output"):
        ModelCard.from_json(item)
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


def test_nodata_of_the_class_raster(with_card):
    from rsdl_qgis.engine.card import Class

    many = tuple(Class(i, str(i), "#000000") for i in range(300))
    assert with_card().nodata == 255
    assert with_card(classes=many).nodata == 65535
