"""TerraMind against a second writing of its formulas, from a file of the published names and shapes."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from rsdl_qgis.engine.cards.card import Band, Class, Input
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.terramind import MODALITIES, TerraMind, published_names
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.training.start import weights as weights_module
from rsdl_qgis.engine.training.start.named_bands import told
from rsdl_qgis.engine.training.start.start import network_to_build, start

SMALL = {"width": 24, "layers": 2, "heads": 3}
COUNTS = {"sen2l2a": 12, "sen2l1c": 13, "sen2rgb": 3, "sen1grd": 2, "sen1rtc": 2, "dem": 1}
CLASSES = (Class(0, "a", "#000000"), Class(1, "b", "#000000"))


def file_of(width=24, layers=2):
    """Names and shapes as published, with some of what only the training needs."""
    torch.manual_seed(3)
    hidden = int(2 * (4 * width) / 3)
    shapes = {"encoder_norm.weight": (width,), "mask_token": (1, 1, width), "decoder_norm.weight": (width,),
              "encoder_embeddings.tok_dem@224.token_emb.weight": (7, width), "decoder.0.norm1.weight": (width,),
              "encoder_embeddings.caption.mod_emb": (1, 1, width)}  # fmt: skip
    for kind, count in COUNTS.items():
        embedding = f"encoder_embeddings.untok_{kind}@224."
        shapes |= {f"{embedding}proj.weight": (width, 256 * count), f"{embedding}mod_emb": (1, 1, width)}
        shapes[f"{embedding}pos_emb"] = (1, 196, width)
    for i in range(layers):
        block = f"encoder.{i}."
        shapes |= {f"{block}norm1.weight": (width,), f"{block}norm2.weight": (width,)}
        shapes |= {f"{block}attn.qkv.weight": (3 * width, width), f"{block}attn.proj.weight": (width, width)}
        shapes |= {f"{block}mlp.fc{n}.weight": (hidden, width) for n in (1, 3)}
        shapes[f"{block}mlp.fc2.weight"] = (width, hidden)
    state = {name: torch.randn(shape) * (0.3 if len(shape) > 1 else 0.5) for name, shape in shapes.items()}
    zeros = [f"encoder.{i}.norm{n}" for i in range(layers) for n in (1, 2)]
    return {**state, **{f"{name}.bias": torch.zeros(width) for name in (*zeros, "encoder_norm")}}


def codes_of(side, width):
    """Code of each patch, row by row: of the row, then of the column."""
    count = width // 4
    rows = []
    for row in range(side):
        for column in range(side):
            angles = [torch.tensor([at / 10000 ** (i / count) for i in range(count)]) for at in (row, column)]
            rows.append(torch.cat([f(angle) for angle in angles for f in (torch.sin, torch.cos)]))
    return torch.stack(rows).double()


def by_formula(state, images):
    """The features (N, patches, width) of images by modality, all its bands, in double precision."""
    given = {name: value.double() for name, value in state.items()}
    codes, tokens = codes_of(14, 24), []
    for kind, image in images.items():
        n, bands, height, width = image.shape
        rows, columns = height // 16, width // 16
        cut = image.double().reshape(n, bands, rows, 16, columns, 16)
        flat = cut.permute(0, 2, 4, 3, 5, 1).reshape(n, rows * columns, -1)  # row and column of a pixel, band
        at = codes
        if (rows, columns) != (14, 14):
            at = F.interpolate(codes.T.reshape(1, 24, 14, 14), (rows, columns), mode="bicubic", align_corners=False)
            at = at.flatten(2)[0].T
        embedding = f"encoder_embeddings.untok_{kind}@224."
        tokens.append(flat @ given[f"{embedding}proj.weight"].T + given[f"{embedding}mod_emb"] + at)
    x = torch.cat(tokens, 1)

    def norm(x, name):
        return F.layer_norm(x, (24,), given[f"{name}.weight"], given[f"{name}.bias"], 1e-6)

    for i in range(2):
        block = f"encoder.{i}."
        parts = (norm(x, f"{block}norm1") @ given[f"{block}attn.qkv.weight"].T).chunk(3, 2)
        q, k, v = (part.unflatten(2, (3, -1)).transpose(1, 2) for part in parts)
        weights = (q @ k.mT / 8**0.5).softmax(-1)
        x = x + (weights @ v).transpose(1, 2).flatten(2) @ given[f"{block}attn.proj.weight"].T
        one, two, three = (given[f"{block}mlp.fc{n}.weight"].T for n in (1, 2, 3))
        y = norm(x, f"{block}norm2")
        x = x + (F.silu(y @ one) * (y @ three)) @ two
    return norm(x, "encoder_norm").chunk(len(images), 1)


def of_file(inputs, **options):
    network = TerraMind(inputs, 2, **SMALL, **options).eval()
    given = {key: value for key, value in published_names(file_of()).items() if key in network.state_dict()}
    assert set(given) == {name for name in network.state_dict() if not name.startswith("head.")}
    network.load_state_dict({**network.state_dict(), **given})
    return network


@pytest.mark.parametrize(
    ("kinds", "options", "size"),
    [
        (["sen2l2a"], {"optical": "l2a"}, (224, 224)),
        (["sen2l1c"], {}, (64, 32)),
        (["sen2rgb"], {}, (32, 32)),
        (["sen2l2a", "sen1grd"], {}, (32, 48)),
        (["sen1rtc"], {"radar": "rtc"}, (32, 32)),
        (["dem"], {}, (32, 32)),
    ],
)
def test_a_file_computes_what_the_formulas_say(kinds, options, size):
    torch.manual_seed(1)
    images = {kind: torch.randn(2, COUNTS[kind], *size) for kind in kinds}
    bands = [band for kind in kinds for band in MODALITIES[kind]]
    network = of_file({kind: (1, COUNTS[kind]) for kind in kinds}, bands=bands, **options)
    with torch.inference_mode():
        found = network.encoded(torch.cat(list(images.values()), 1)[:, None])
        expected = torch.stack(by_formula(file_of(), images)).mean(0)
        logits = network(*(image[:, None] for image in images.values()))
        assert torch.allclose(logits, network.head(found.mean((2, 3))))
    assert (found.flatten(2).mT - expected).abs().max() < 1e-5 and expected.std() > 0.2


def test_bands_in_another_order_and_bands_that_lack():
    """Bands that lack are as if they were 0, as their authors drop their weights."""
    torch.manual_seed(1)
    whole = torch.zeros(1, 12, 32, 32)
    some = torch.randn(1, 3, 32, 32)
    for channel, band in enumerate(("B8", "B2", "B11")):
        whole[:, MODALITIES["sen2l2a"].index(band)] = some[:, channel]
    network = of_file({"image": (1, 3)}, bands=("NIR", "B02_10m", "SWIR 1"))
    with torch.inference_mode():
        found = network.encoded(some[:, None]).flatten(2).mT
    assert (found - by_formula(file_of(), {"sen2l2a": whole})[0]).abs().max() < 1e-5


def test_dates_are_seen_each_by_itself():
    torch.manual_seed(1)
    network = of_file({"image": (2, 2)}, bands=("VV", "VH"))
    one = of_file({"image": (1, 2)}, bands=("VV", "VH"))
    images = torch.randn(2, 2, 2, 32, 32)
    with torch.inference_mode():
        alone = (one.encoded(images[:, :1]) + one.encoded(images[:, 1:])) / 2
        assert torch.allclose(network.encoded(images), alone, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "bands", "kinds"),
    [
        ("terramind-b16", ("B4", "B3", "B2"), {"sen2l2a"}),  # of reflectance, as the start is
        ("terramind-b16-rgb", ("red", "green", "blue"), {"sen2rgb"}),
        ("terramind-b16-s1-rtc", ("VH", "VV"), {"sen1rtc"}),
    ],
)
def test_a_training_starts_with_the_layer_of_the_weights(monkeypatch, name, bands, kinds):
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(file_of()))
    inputs = [Input("image", tuple(map(Band, bands)))]
    built, options = network_to_build("terramind-b16", SMALL, None, name)
    network = build_network(built, {"image": (1, len(bands))}, 2, **told(built, options, inputs, SMALL))
    assert set(network.embeddings) == kinds
    begun = start(network, inputs, CLASSES, None, name)
    assert begun.new == sum(p.numel() for p in network.head.parameters()) and not begun.adapted


def test_it_is_an_encoder_with_further_bands(monkeypatch):
    monkeypatch.setattr(weights_module, "published_weights", lambda *_: published_names(file_of()))
    inputs = [Input("image", tuple(map(Band, ("B2", "B8", "height"))), ("2020-05-01", "2020-06-01"))]
    asked = {"encoder_options": SMALL, "widths": [4] * 5}
    name, options = network_to_build("unet-encoder", asked, None, "terramind-b16")
    network = build_network(name, {"image": (2, 3)}, 2, **told(name, options, inputs, asked)).eval()
    begun = start(network, inputs, CLASSES, None, "terramind-b16")
    own = {n for n in network.encoder.state_dict() if not n.startswith(("pyramid", "other_embed"))}
    assert "embeddings.sen2l2a.proj.weight" in own and begun.loaded == sum(
        value.numel() for key, value in published_names(file_of()).items() if key in own
    )
    with torch.inference_mode():
        assert network(torch.randn(1, 2, 3, 64, 32)).shape == (1, 2, 64, 32)


def test_the_shapes_of_the_published_file():
    with torch.device("meta"):
        network = build_network("terramind-b16", {"image": (1, 12)}, 2, **PUBLISHED["terramind-b16"].options)
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    assert shapes["embeddings.sen2l2a.proj.weight"] == (768, 12, 16, 16)
    assert shapes["encoder.11.mlp.fc1.weight"] == (2048, 768) and "encoder.12.norm1.weight" not in shapes


def test_what_does_not_fit():
    with pytest.raises(ModelError, match="band B10 is none of those of TerraMind's 'l2a'"):
        TerraMind({"image": (1, 2)}, 2, bands=("B2", "B10"), optical="l2a", **SMALL)
    with pytest.raises(ModelError, match="no optical 'l3'"):
        TerraMind({"image": (1, 2)}, 2, bands=("B2", "B3"), optical="l3", **SMALL)
    with pytest.raises(ModelError, match="as many dates of all inputs"):
        TerraMind({"a": (1, 2), "b": (2, 2)}, 2, **SMALL)
