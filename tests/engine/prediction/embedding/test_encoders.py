"""The job "embed_image" with published weights of named bands, against their authors' outputs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from rsdl_qgis.engine.cards.stac_mlm import from_item, to_item
from rsdl_qgis.engine.cards.store import Store
from rsdl_qgis.engine.errors import InputError, MismatchError, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.published.card import ENCODERS, NAMED, Sight, encoder_card, found_encoder, whole_bands
from rsdl_qgis.engine.runtime.features import last_layer

FOLDER = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign")
FILES = {"galileo-nano": "galileo-nano/encoder.pt", "presto": "presto/default_model.pt"}


@pytest.fixture
def embed(tmp_path, monkeypatch):
    """Embeds images (C, H, W), one a date, of named bands; the features (F, rows, columns)."""
    if not FOLDER.is_dir():
        pytest.skip("needs the data sets (RSDL_DATA)")
    monkeypatch.setenv("RSDL_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    for name, file in FILES.items():
        shutil.copy(FOLDER / file, tmp_path / "weights" / PUBLISHED[name].file)

    def embed(model, images, names, transform=(10, 0, 500_000, 0, -10, 4_600_000), crs="EPSG:32634", **arguments):
        paths = [str(tmp_path / f"image{i}.tif") for i in range(len(images))]
        for path, image in zip(paths, images):
            count, height, width = image.shape
            with rasterio.open(path, "w", driver="GTiff", width=width, height=height, count=count, crs=crs,
                               dtype=image.dtype, transform=rasterio.Affine(*transform)) as file:  # fmt: skip
                file.write(image)
                file.descriptions = tuple(names)
        report = Report()
        report.log = lambda level, text: embed.said.append(f"{level}: {text}")
        job = {"model": model, "inputs": {"image": [{"path": path} for path in paths]}, "device": "cpu", "threads": 1}
        output = str(tmp_path / "features.tif")
        OPERATIONS["embed_image"]({**job, "output": output, **arguments}, report)
        with rasterio.open(output) as file:
            return file.read()

    embed.said = []
    return embed


@pytest.mark.parametrize("case", ["t1_p4_ndvi", "t1_p4_20m", "t3_p4_ndvi"])
def test_galileo_gives_the_authors_outputs(embed, case):
    """Bands in another order and under other names, with one that it does not know; NDVI it computes itself."""
    golden = np.load(FOLDER / "galileo-nano" / "golden.npz")
    names = [f"{name} of the scene" for name in golden["s2_bands"].tolist()][::-1]
    pixel = golden[f"{case}/resolution"].item()
    for image, months, mean in zip(golden[f"{case}/s2"], golden[f"{case}/months"], golden[f"{case}/mean"]):
        dates = [image[:, :, date].transpose(2, 0, 1)[::-1] for date in range(image.shape[2])]
        dates = [np.concatenate([bands, bands[:1] * 0 + 7]) for bands in dates]
        years = ", ".join(f"{2020 + i}-{month + 1:02}-15" for i, month in enumerate(months.tolist()))
        place = (pixel, 0, 500_000, 0, -pixel, 4_600_000)
        (found,) = embed("galileo-nano", dates, [*names, "fog"], place, dates=years).transpose(1, 2, 0)
        assert np.abs(found[0] - mean).max() < 1e-4


@pytest.mark.parametrize("case", ["random_all", "random_t1", "random_t24", "real_s2only"])
def test_presto_gives_the_authors_outputs(embed, case):
    """A pixel a raster, of which two are enough, whose place is looked up; bands that are hidden are not there."""
    golden = np.load(FOLDER / "presto" / "golden.npz")
    hidden = golden[f"{case}/mask"][0, 0].astype(bool)
    assert (golden[f"{case}/mask"] == hidden).all() and (golden[f"{case}/dynamic_world"] == 9).all()
    raw = golden[f"{case}/x"].astype(np.float64) * golden["divide"] - golden["add"]
    names = [name for name, gone in zip(golden["bands"].tolist(), hidden) if not gone]
    for series, (lat, lon), month, wanted in zip(
        raw[:2, ..., ~hidden], golden[f"{case}/latlons"].tolist(), golden[f"{case}/month"], golden[f"{case}/embedding"]
    ):
        dates = [values.astype(np.float32)[:, None, None] for values in series]
        first = f"2018-{month + 1:02}-01" + ("/P1M" if len(dates) > 1 else "")
        place = (1e-4, 0, lon - 5e-5, 0, -1e-4, lat + 5e-5)
        found = embed("presto", dates, names, place, "EPSG:4326", size=1, dates=first)[:, 0, 0]
        assert np.abs(found - wanted).max() < 1e-4


def test_presto_sees_each_pixel_by_itself_and_means_them(embed):
    values = np.random.default_rng(0).integers(100, 3000, (4, 6, 8)).astype("uint16")
    names = ("B2", "B3", "B4", "B8")
    single = embed("presto", [values], names, dates="2020-07-01")
    assert single.shape == (128, 6, 8)
    patches = embed("presto", [values], names, size=2, dates="2020-07-01")
    assert np.abs(patches - single.reshape(128, 3, 2, 4, 2).mean((2, 4))).max() < 1e-4


def test_dates_are_said_in_names_or_missing(embed):
    values = np.random.default_rng(0).integers(100, 3000, (3, 16, 16)).astype("uint16")
    names = ("blue", "green", "red")
    january = embed("galileo-nano", [values], names)
    assert any("dates of the rasters are not known" in text for text in embed.said)
    assert np.abs(january - embed("galileo-nano", [values], names, dates="2020-01-20")).max() == 0
    assert np.abs(january - embed("galileo-nano", [values], names, dates="2020-07-20")).max() > 1e-3
    with pytest.raises(InputError, match="not in the order of their dates"):
        embed("galileo-nano", [values] * 2, names, dates="2020-07-20, 2020-01-20")


def test_bands_that_it_does_not_know(embed):
    values = np.zeros((2, 16, 16), np.uint8)
    with pytest.raises(MismatchError, match="none that is whole: B2, band 2"):
        embed("galileo-nano", [values], ("B2", ""))


@pytest.mark.parametrize("name", [name for name in ENCODERS if name not in NAMED])
def test_every_encoder_ends_in_a_layer_that_is_given_features(name):
    card = encoder_card(name)
    assert from_item(to_item(card)).options == json.loads(json.dumps(dict(card.options)))
    with torch.device("meta"):
        shapes = {item.name: item.shape for item in card.inputs}
        network = build_network(card.network, shapes, card.channels, **card.options)
    assert last_layer(network, card).in_features > 100


def test_bands_by_name_and_the_size_of_a_patch():
    names = ("elevation", "slope", "NIR", "B2", "B5", "green", "red", "B4")
    assert whole_bands("galileo-nano", names) == [2, 3, 5, 6]
    assert whole_bands("presto", names) == [0, 1, 2, 3, 5, 6]
    card = encoder_card("galileo-nano", Sight(names, ("2020-05-01",), 100, 10.0))
    assert [band.name for band in card.inputs[0].bands] == ["NIR", "B2", "green", "red"]
    assert card.options["months"] == [5] and card.options["size"] == card.tiling.size == 48
    assert card.options["resolution"] == pytest.approx(1000 / 48)
    assert encoder_card("galileo-nano", Sight(names, ("image",))).tiling.size == 16


def test_a_name_beside_that_of_published_weights_is_told():
    with pytest.raises(ModelError, match=r"There is no model 'efficientnet_lite0'. Did you mean efficientnet-lite0"):
        found_encoder("efficientnet_lite0", Store([]))
