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
from rsdl_qgis.engine.networks import NETWORKS, build_network, swin
from rsdl_qgis.engine.networks.vit import published_names
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.runtime.published.files import published_line
from rsdl_qgis.engine.tables.earth_bands import MOMENTS
from rsdl_qgis.engine.training.start import weights as weights_module
from rsdl_qgis.engine.training.start.named_bands import told
from rsdl_qgis.engine.training.start.start import network_to_build, start
from rsdl_qgis.engine.training.start.weights import start_inputs

FOREIGN = Path(os.environ.get("RSDL_DATA", "../shared/data"), "foreign")
ELSEWHERE = [name for name, line in PUBLISHED.items() if line.url]
HASHES_UNKNOWN = {"clay-v1.5"}  # no page was found that has it: its address must be of one revision
SENTINEL2 = ["ssl4eo-s12-resnet18-moco", "ssl4eo-s12-resnet50-moco-rgb", "satlas-resnet50"]
FILES = {"presto": FOREIGN / "presto" / "default_model.pt", "galileo-nano": FOREIGN / "galileo-nano" / "encoder.pt"}
CLASSES = tuple(Class(i, str(i), "#000000") for i in range(2))


def image(*names, dates=("image",)):
    return Input("image", tuple(Band(name) for name in names), dates)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_address_is_of_one_revision_and_a_file_is_named_by_its_hash(name):
    line = PUBLISHED[name]
    if line.gated:  # a page, from which nothing is fetched
        assert line.url.startswith("https://") and not line.url.endswith(".pth")
    else:
        revision = "main|" if line.whole else ""  # with the whole hash any change is told
        assert re.fullmatch(rf"https://[a-z.]+/\S+/(?:{revision}[0-9a-f]{{40}})/\S+\.(?:pth?|ckpt)", line.url)
    assert line.network in NETWORKS
    if name in HASHES_UNKNOWN:
        assert line.sha256 == line.whole == ""
    else:
        assert re.fullmatch("[0-9a-f]{8}", line.sha256)
    assert (
        line.url.endswith(line.file) or line.whole or line.gated
    )  # the whole hash is known where the address does not have it


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
    std = (0.3558,) * 3 + (0.816,) * 6 if name == "satlas-resnet50" else (1.0,) * len(known.bands)
    assert item.scaling.divisor == 10_000 and item.scaling.std == (std,)


def transformer_file(width, layers, bands, dates=0, frames=1):
    """The names and shapes of timm's files, ``encoder.`` before them where they have patches in time."""
    prefix, places = ("encoder.", frames * 196) if dates else ("", 196)
    shapes = {
        "cls_token": (1, 1, width), "pos_embed": (1, 1 + places, width), "patch_embed.proj.bias": (width,),
        "patch_embed.proj.weight": (width, bands, *([dates] if dates else []), 16, 16),
        "norm.weight": (width,), "norm.bias": (width,),
    }  # fmt: skip
    for i in range(layers):
        for part, (rows, columns) in {
            "attn.qkv": (3 * width, width), "attn.proj": (width, width),
            "mlp.fc1": (4 * width, width), "mlp.fc2": (width, 4 * width),
        }.items():  # fmt: skip
            shapes[f"blocks.{i}.{part}.weight"], shapes[f"blocks.{i}.{part}.bias"] = (rows, columns), (rows,)
        shapes |= {f"blocks.{i}.norm{n}.{kind}": (width,) for n in (1, 2) for kind in ("weight", "bias")}
    state = {prefix + name: 0.1 * torch.randn(shape) for name, shape in shapes.items()}
    return state | ({"decoder.mask_token": torch.zeros(1, 1, 8)} if dates else {})


def attended(state, images, layers, heads, prefix="", frames=1):
    """The last norm's tokens by the formulas of the paper, in double precision."""
    given = {name.removeprefix(prefix): value.double() for name, value in state.items()}
    kernel = given["patch_embed.proj.weight"]
    patches = images.double().unfold(2, 16, 16).unfold(3, 16, 16).permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)
    x = patches @ kernel.flatten(1).T + given["patch_embed.proj.bias"]
    x = torch.cat([given["cls_token"].expand(len(x), -1, -1), x], 1) + given["pos_embed"][:, :197]

    def norm(x, name):
        scaled = (x - x.mean(-1, keepdim=True)) / (x.var(-1, correction=0, keepdim=True) + 1e-6).sqrt()
        return scaled * given[f"{name}.weight"] + given[f"{name}.bias"]

    def dense(x, name):
        return x @ given[f"{name}.weight"].T + given[f"{name}.bias"]

    for i in range(layers):
        q, k, v = (
            part.unflatten(2, (heads, -1))
            for part in dense(norm(x, f"blocks.{i}.norm1"), f"blocks.{i}.attn.qkv").chunk(3, 2)
        )
        weights = (torch.einsum("nqhd,nkhd->nhqk", q, k) / q.shape[-1] ** 0.5).softmax(-1)
        x = x + dense(torch.einsum("nhqk,nkhd->nqhd", weights, v).flatten(2), f"blocks.{i}.attn.proj")
        hidden = dense(norm(x, f"blocks.{i}.norm2"), f"blocks.{i}.mlp.fc1")
        x = x + dense(hidden * (1 + torch.erf(hidden / 2**0.5)) / 2, f"blocks.{i}.mlp.fc2")
    return norm(x, "norm")


@pytest.mark.parametrize(
    ("name", "dates", "frames"),
    [("ssl4eo-s12-vit-s16-dino", 0, 1), ("prithvi-eo-1-100m", 1, 3), ("prithvi-eo-2-300m", 1, 4)],
)
def test_a_transformers_file_computes_what_the_paper_says(name, dates, frames, monkeypatch):
    """Narrow and of two layers; the class token or the mean of the patches is what the head is given."""
    line, (known,) = PUBLISHED[name], PUBLISHED[name].inputs
    torch.manual_seed(2)
    state = transformer_file(24, 2, len(known.bands), dates, frames)
    options = {"width": 24, "layers": 2, "heads": 3, "mlp": 96, **line.options}
    network = build_network(line.network, {"image": known.shape}, 2, **options).eval()
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(state))
    begun = start(network, [known], CLASSES, None, name)
    assert begun.new == sum(p.numel() for p in network.heads.parameters()) and not begun.adapted
    images = torch.randn(1, len(known.bands), 224, 224)
    seen = []
    network.heads.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.inference_mode():
        network(images[:, None])
    tokens = attended(state, images, 2, 3, "encoder." if dates else "")
    expected = tokens[:, 1:].mean(1) if line.options else tokens[:, 0]
    assert (seen[0] - expected).abs().max() < 1e-4 and expected.abs().max() > 0.1


@pytest.mark.parametrize("name", ["ssl4eo-s12-vit-s16-dino", "prithvi-eo-1-100m"])
def test_a_transformers_file_is_the_encoder_of_a_map(name, monkeypatch):
    """All of it but the pyramid, with the mean of its bands for one that it does not know."""
    line, (known,) = PUBLISHED[name], PUBLISHED[name].inputs
    torch.manual_seed(2)
    dated = name.startswith("prithvi")
    state = transformer_file(24, 2, len(known.bands), int(dated), 3)
    network, options = network_to_build("unet-encoder", {"widths": [4] * 5}, None, name)
    options["encoder_options"] |= {"width": 24, "layers": 2, "heads": 3, "mlp": 96}
    assert options["encoder"] == line.network
    built = build_network(network, {"image": (1, 4)}, 2, **options)
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(state))
    begun = start(built, [image("B4", "B3", "B8A", "fog")], CLASSES, None, name)
    own, published = built.encoder.state_dict(), published_names(state)
    assert all(
        torch.equal(own[key], value) for key, value in published.items() if key in own and key != "conv_proj.weight"
    )
    assert {key for key in own if not key.startswith("pyramid.")} == {key for key in published if key in own}
    kernel, bands = published["conv_proj.weight"], [band.name for band in known.bands]
    origins = [
        kernel[:, bands.index("B4")],
        kernel[:, bands.index("B3")],
        kernel[:, bands.index("B8A")],
        kernel.mean(1),
    ]
    assert torch.allclose(own["conv_proj.weight"], torch.stack(origins, 1) * len(bands) / 4, atol=1e-6)
    fresh = [p for n, p in built.named_parameters() if not n.startswith("encoder.") or ".pyramid." in n]
    assert begun.new == sum(p.numel() for p in fresh)


@pytest.mark.parametrize("name", ["satlas-swin-v2-t", "satlas-swin-v2-b-rgb", "satlas-aerial-swin-v2-b"])
def test_swins_file_of_satlas_starts_scenes_and_maps(name, monkeypatch):
    """With torchvision's names and tables, as published; narrow."""
    line, (known,) = PUBLISHED[name], PUBLISHED[name].inputs
    torch.manual_seed(2)
    options = {"width": 8, "layers": [1, 2, 1, 1], "heads": [1, 2, 2, 4], "window": 4}
    file = build_network(line.network, {"image": known.shape}, 1000, **options).state_dict()
    file |= {"features.1.0.attn.relative_coords_table": torch.zeros(1), "head.weight": torch.ones(1000, 64)}
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: swin.published_names(file))
    given = [known]
    scenes = build_network(line.network, {"image": known.shape}, 2, **options)
    begun = start(scenes, given, CLASSES, None, name)
    assert begun.new == sum(p.numel() for p in scenes.head.parameters()) and not begun.adapted
    network, built = network_to_build("unet-encoder", {"widths": [4] * 5}, None, name)
    maps = build_network(network, {"image": known.shape}, 2, **{**built, "encoder_options": options})
    start(maps, given, CLASSES, None, name)
    own = maps.encoder.state_dict()
    assert all(torch.equal(file[key], value) for key, value in own.items() if not key.startswith("pyramid."))


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
