"""Presto against its authors' outputs; its bands by name, its months and what it does not see."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.presto import GROUPS, Presto, PrestoEncoder, on_sphere, published_names
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.tables.earth_bands import MOMENTS

FOLDER = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign", "presto")
CASES = ("random_all", "random_s2only", "random_gaps_dw", "random_t1", "random_t24", "real", "real_s2only")
SENTINEL2 = ("B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12")
SMALL = {"width": 32, "depth": 1, "heads": 4}


@pytest.fixture(scope="module")
def published():
    if not FOLDER.is_dir():
        pytest.skip("needs the data sets (RSDL_DATA)")
    return torch.load(FOLDER / "default_model.pt", map_location="cpu", weights_only=True)


@pytest.fixture(scope="module")
def golden():
    return np.load(FOLDER / "golden.npz")


def small(bands=SENTINEL2, dates=3, **options):
    torch.manual_seed(0)
    return build_network("presto", {"s2": (dates, len(bands))}, 2, bands=list(bands), **{**SMALL, **options}).eval()


def series(bands=SENTINEL2, dates=3):
    x = torch.randn(2, dates, len(bands), generator=torch.Generator().manual_seed(1))
    return x, torch.ones(2, dates, dtype=torch.bool)


@pytest.mark.parametrize("case", CASES)
def test_published_weights_give_the_authors_outputs(published, golden, case):
    encoder = PrestoEncoder().eval()
    state = {name.removeprefix("encoder."): value for name, value in published_names(published).items()}
    encoder.load_state_dict(state)
    given = {
        key: torch.from_numpy(golden[f"{case}/{key}"]) for key in ("x", "mask", "dynamic_world", "latlons", "month")
    }
    places = {name: [list(golden["bands"]).index(band) for band in bands] for name, bands in GROUPS.items()}
    images = {name: given["x"][..., place] for name, place in places.items()}
    seen = {name: given["mask"][..., place].amax(2) == 0 for name, place in places.items()}
    months = (given["month"][:, None] + torch.arange(given["x"].shape[1])) % 12
    with torch.inference_mode():
        answer = encoder(images, seen, months, on_sphere(given["latlons"]), given["dynamic_world"])
    assert np.abs(answer.numpy() - golden[f"{case}/embedding"]).max() < 1e-4


def test_a_network_on_raw_values_gives_the_authors_output(published, golden):
    """Sentinel-2 alone, scaled as a training scales it: units, NDVI, months and place are brought back inside."""
    raw = golden["real/raw"][..., [list(golden["real/raw_bands"]).index(band) for band in SENTINEL2]].astype(np.float32)
    mean, std = (np.array([MOMENTS[band][i] for band in SENTINEL2], np.float32) for i in (0, 1))
    months = [(int(golden["real_s2only/month"][0]) + date) % 12 + 1 for date in range(12)]
    latlon = golden["real_s2only/latlons"][0].tolist()
    network = Presto({"s2": (12, 10)}, 128, bands=SENTINEL2, months=months, latlon=latlon).eval()
    own = network.encoder.state_dict()
    network.encoder.load_state_dict(own | {k[8:]: v for k, v in published_names(published).items() if k[8:] in own})
    torch.nn.init.eye_(network.head.weight)
    torch.nn.init.zeros_(network.head.bias)
    scaled = torch.from_numpy((raw[:1] - mean) / std)
    with torch.inference_mode():
        answer = network(scaled, torch.ones(1, 12, dtype=torch.bool))
    assert np.abs(answer.numpy() - golden["real_s2only/embedding"][:1]).max() < 1e-4


def test_export_of_all_that_it_takes_agrees(tmp_path):
    names = ["VV", "VH", *SENTINEL2, "temperature_2m", "total_precipitation", "elevation", "slope", "EVI"]
    network = small(names, 4, latlon=[-12.5, -55.5])
    assert len(network.groups.whole) == 8 and network.groups.ndvi and network.groups.other == (16,)
    x, valid = series(names, 4)
    valid[0, 2:] = False
    item = Input("s2", tuple(map(Band, names)), tuple("abcd"))
    card = ModelCard("a", "A", (item,), (Class(0, "a", "#000000"), Class(1, "b", "#000000")), "time-series", "presto")
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    for rows in (slice(0, 2), slice(0, 1)):
        (got,) = session.run(None, {"s2": x[rows].numpy(), "valid": valid[rows].numpy()})
        with torch.inference_mode():
            assert np.abs(got - network(x[rows], valid[rows]).softmax(1).numpy()).max() < 1e-4


def test_bands_are_found_by_name_in_any_order():
    names = ("B8", "blue", "B03_10m", "red", "EVI")
    network = small(names)
    assert network.groups.whole == {"S2_RGB": (1, 2, 3), "S2_NIR_10m": (0,)}
    assert network.groups.other == (4,) and network.groups.ndvi == (0, 3)
    x, valid = series(names)
    order = [3, 0, 4, 2, 1]
    other = small([names[i] for i in order])
    other.load_state_dict(network.state_dict())
    with torch.inference_mode():
        assert torch.allclose(network(x, valid), other(x[..., order], valid), atol=1e-6)


def test_a_group_of_which_a_band_lacks_is_further_bands():
    network = small(("B2", "B3", "B11"))
    assert not network.groups.whole and network.groups.other == (0, 1, 2) and network.groups.ndvi is None


def test_what_is_not_valid_is_not_seen():
    network = small()
    x, valid = series()
    valid[:, 1] = False
    with torch.inference_mode():
        before = network(x, valid)
        x[:, 1] = torch.nan
        assert torch.equal(before, network(x, valid))
        assert torch.isfinite(network(x, torch.zeros_like(valid))).all()


def test_months_and_place_matter():
    x, valid = series()
    state = small(latlon=[10.0, 20.0]).state_dict()
    answers = []
    for months, latlon in (((1, 2, 3), (10.0, 20.0)), ((7, 8, 9), (10.0, 20.0)), ((1, 2, 3), (-50.0, -20.0))):
        network = small(months=list(months), latlon=list(latlon))
        network.load_state_dict(state)
        with torch.inference_mode():
            answers.append(network(x, valid))
    assert not torch.allclose(answers[0], answers[1], atol=1e-4)
    assert not torch.allclose(answers[0], answers[2], atol=1e-4)


@pytest.mark.parametrize(
    ("dates", "options", "words"),
    [
        (25, {}, "at most 24 dates"),
        (3, {"months": [1, 2]}, "3 dates, and the months are 1, 2"),
        (3, {"months": [1, 2, 13]}, "1, 2, 13"),
        (3, {"bands": ["B2"]}, "10 bands, and 1 names"),
        (3, {"latlon": [1000.0, 3.0]}, "latlon"),
    ],
)
def test_what_it_does_not_take(dates, options, words):
    with pytest.raises(ModelError, match=words):
        small(dates=dates, **options) if "bands" not in options else build_network(
            "presto", {"s2": (dates, 10)}, 2, **options
        )
