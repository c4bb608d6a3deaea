"""Galileo against its authors' outputs; its bands by name, its windows and its patches."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Tiling
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.galileo import GROUPS, VARIANTS, Galileo, GalileoEncoder, GalileoMap, published_names
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.tables.earth_bands import MOMENTS

FOLDER = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign", "galileo-nano")
CASES = ("t1_p4", "t1_p8", "t1_p4_ndvi", "t1_p4_20m", "t3_p4_ndvi", "t3_p2_ndvi", "t1_p1_ndvi")
BANDS = ("VV", "VH", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12", "NDVI")
SMALL = {"width": 32, "layers": 1, "heads": 4}


@pytest.fixture(scope="module")
def published():
    if not FOLDER.is_dir():
        pytest.skip("needs the data sets (RSDL_DATA)")
    return torch.load(FOLDER / "encoder.pt", map_location="cpu", weights_only=True)


@pytest.fixture(scope="module")
def golden():
    return np.load(FOLDER / "golden.npz")


def loaded(encoder, published):
    state = {name.removeprefix("encoder."): value for name, value in published_names(published).items()}
    own = encoder.state_dict()
    encoder.load_state_dict(own | {name: value for name, value in state.items() if name in own})
    assert set(own) <= set(state)


@pytest.mark.parametrize("case", CASES)
def test_published_weights_give_the_authors_outputs(published, golden, case):
    images = torch.from_numpy(golden[f"{case}/space_time_x"]).permute(0, 3, 4, 1, 2)  # (N, T, C, H, W)
    hidden = golden[f"{case}/space_time_mask"].ravel()
    groups = [name for name, mask in zip(GROUPS, hidden) if not mask]
    patch, resolution = (golden[f"{case}/{key}"].item() for key in ("patch_size", "resolution"))
    encoder = GalileoEncoder(VARIANTS["nano"], images.shape[3], int(patch), resolution, groups).eval()
    loaded(encoder, published)
    seen = {name: images[:, :, [BANDS.index(band) for band in GROUPS[name]]] for name in groups}
    with torch.inference_mode():
        tokens = encoder(seen, torch.from_numpy(golden[f"{case}/months"]).long())
    assert np.abs(tokens.flatten(1, 3).mean(1).numpy() - golden[f"{case}/mean"]).max() < 1e-4
    assert np.abs(tokens.mean(3).flatten(1, 2).numpy() - golden[f"{case}/per_patch"]).max() < 1e-4


def test_a_network_on_raw_values_gives_the_authors_output(published, golden):
    """Sentinel-2 alone, scaled as a training scales it: scaling and NDVI are the authors' inside."""
    case, bands = "t1_p4_ndvi", golden["s2_bands"].tolist()
    raw = golden[f"{case}/s2"].transpose(0, 3, 4, 1, 2).astype(np.float32)
    mean, std = (np.array([MOMENTS[band][i] for band in bands], np.float32)[:, None, None] for i in (0, 1))
    answers = []
    for month in golden[f"{case}/months"][:, 0].tolist():
        network = Galileo({"s2": (1, 10)}, 128, bands=bands, months=[month + 1]).eval()
        loaded(network.encoder, published)
        torch.nn.init.eye_(network.head.weight)
        torch.nn.init.zeros_(network.head.bias)
        with torch.inference_mode():
            answers.append(network(torch.from_numpy((raw - mean) / std)).numpy()[len(answers)])
    assert np.abs(np.stack(answers) - golden[f"{case}/mean"]).max() < 1e-4


@pytest.mark.parametrize("name", ["galileo-nano", "galileo-nano-map"])
def test_export_of_all_that_it_takes_agrees(tmp_path, name):
    names = [*BANDS[:-1], "EVI"]
    torch.manual_seed(0)
    options = {"size": 8, "patch": 2, "bands": names, "months": [4, 9], **SMALL}
    network = build_network(name, {"s2": (2, 13)}, 2, **options).eval()
    assert len(network.groups.whole) == 6 and network.groups.ndvi and network.groups.other == (12,)
    item = Input("s2", tuple(map(Band, names)), ("a", "b"))
    classes = (Class(0, "a", "#000000"), Class(1, "b", "#000000"))
    task = "segmentation" if name.endswith("map") else "classification"
    tiling = Tiling(size=8, multiple=8, any_size=name.endswith("map"))
    card = ModelCard("a", "A", (item,), classes, task, name, tiling=tiling)
    export_onnx(network, card, tmp_path / "network.onnx", half_weights=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    image = torch.randn(3, 2, 13, 8, 8, generator=torch.Generator().manual_seed(1))
    (got,) = session.run(None, {"s2": image.numpy()})
    with torch.inference_mode():
        assert np.abs(got - network(image).softmax(1).numpy()).max() < 1e-4


def test_a_map_sees_its_windows_each_by_itself():
    torch.manual_seed(0)
    network = build_network("galileo-nano-map", {"image": (1, 4)}, 3, size=8, patch=2, **SMALL).eval()
    image = torch.randn(2, 1, 4, 16, 24, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        whole = network(image)
        window = network(image[..., 8:16, 16:24])
    assert whole.shape == (2, 3, 16, 24) and torch.allclose(whole[..., 8:16, 16:24], window, atol=1e-5)


def test_a_maps_pixels_lie_where_they_were():
    """A head that copies a patch's own kernel gives each pixel its value back."""
    network = GalileoMap({"image": (1, 1)}, 1, size=8, patch=4, width=32, layers=1, heads=4)
    network.encoded = lambda inputs: (
        inputs[0][:, 0, 0].unflatten(2, (2, 4)).unflatten(1, (2, 4)).permute(0, 1, 3, 2, 4).flatten(3)
    )
    network.head = torch.nn.Identity()
    image = torch.arange(8.0 * 16).reshape(1, 1, 1, 8, 16)
    assert torch.equal(network(image)[0, 0], image[0, 0, 0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"patch": 9, "size": 18}, "patches of 9 px"),
        ({"patch": 4, "size": 18}, "18 px cannot be cut into patches of 4 px"),
        ({"variant": "base"}, r"no Galileo 'base'.*nano, tiny"),
    ],
)
def test_what_it_does_not_take(options, words):
    with pytest.raises(ModelError, match=words):
        build_network("galileo-nano", {"image": (1, 3)}, 2, **options)
    with pytest.raises(ModelError, match="at most 24 dates"):
        build_network("galileo-nano", {"image": (25, 3)}, 2)
