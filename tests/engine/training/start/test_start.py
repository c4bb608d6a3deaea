"""What a training starts with: what is equal to the start, what was adapted, what is new, and what is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from rsdl_qgis.engine.cards.card import CARD_FILE, WEIGHTS_FILE, Band, Class, Input, ModelCard
from rsdl_qgis.engine.cards.stac_mlm import from_item, to_item
from rsdl_qgis.engine.errors import InputError, ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.training.start import weights as weights_module
from rsdl_qgis.engine.training.start.start import best_source, network_to_build, options_line, start
from rsdl_qgis.engine.training.start.weights import Encoder
from rsdl_qgis.paths import plugin_file

from ...networks.samples import build

FLOOD = plugin_file("models") / "flood-s2"
SWIR, NIR, GREEN = Band("B11", ("SWIR1",)), Band("B8", ("NIR",)), Band("B3", ("green",))
RGB = tuple(Band(name) for name in ("red", "green", "blue"))
BEFORE_AFTER = ("before", "after")


def image(*bands, dates=("image",), name="image"):
    return Input(name, bands, dates)


def classes(*names):
    return tuple(Class(i, name, "#000000") for i, name in enumerate(names))


def base(folder, network, inputs, names, seed=1, task=None, **options):
    """A model folder of a network with weights of its own."""
    torch.manual_seed(seed)
    built = build_network(network, {i.name: i.shape for i in inputs}, len(names) or 1, **options)
    for value in built.state_dict().values():  # nothing is as a new network has it
        if value.is_floating_point():
            value += 0.1 * torch.rand_like(value)
    card = ModelCard(
        name="base", title="Base", inputs=tuple(inputs), classes=classes(*names), network=network, options=options,
        task=task or NETWORKS[network].task,
    )  # fmt: skip
    folder.mkdir()
    (folder / CARD_FILE).write_text(json.dumps(to_item(card)), encoding="utf-8")
    save_file(built.state_dict(), folder / WEIGHTS_FILE)
    return card


def begin(network, inputs, names, base_model=None, pretrained=None, **options):
    torch.manual_seed(0)
    built = build_network(network, {i.name: i.shape for i in inputs}, len(names) or 1, **options)
    new = {name: value.clone() for name, value in built.state_dict().items()}
    begun = start(built, inputs, classes(*names), str(base_model) if base_model else None, pretrained)
    assert begun.loaded + begun.adapted + begun.new == sum(p.numel() for p in built.parameters())
    return built, begun, new


def equal_under(network, state, places):
    """Whether the network has the weights, under other names; the names of those it has."""
    own, found = network.state_dict(), []
    for name, value in state.items():
        for before, after in places.items():
            if name.startswith(before) and after + name[len(before) :] in own:
                place = after + name[len(before) :]
                if own[place].shape == value.shape and torch.equal(own[place], value.to(own[place].dtype)):
                    found.append(place)
    return found


UNET = {"widths": (4, 8)}


def test_from_scratch_all_is_new():
    network, begun, new = begin("unet", [image(*RGB)], ("a", "b"), **UNET)
    count = sum(p.numel() for p in network.parameters())
    assert (begun.loaded, begun.adapted, begun.new) == (0, 0, count)
    assert begun.lines == (f"Started from scratch: {count:,} new parameters.",)
    assert all(torch.equal(value, new[name]) for name, value in network.state_dict().items())


def test_the_same_network_has_all_of_the_models_weights(tmp_path):
    base(tmp_path / "base", "unet", [image(*RGB)], ("a", "b"), **UNET)
    network, begun, _ = begin("unet", [image(*RGB)], ("a", "b"), tmp_path / "base", **UNET)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())
    assert begun.new == begun.adapted == 0
    assert begun.lines[0].startswith(f"Started from the model 'base' (U-Net): {begun.loaded:,} parameters loaded, 0 ")
    assert begun.lines[1:] == ("Classes kept: a, b.",)
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "base")
    packed, _, _ = begin("unet", [image(*RGB)], ("a", "b"), tmp_path / "packed.zip", **UNET)
    assert all(torch.equal(value, state[name]) for name, value in packed.state_dict().items())


def test_other_bands_and_classes_are_adapted_by_their_names(tmp_path):
    base(tmp_path / "base", "unet", [image(SWIR, NIR, GREEN)], ("water", "land"), **UNET)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    inputs, names = [image(Band("nir"), Band("green"))], ("cloud", "Land", "water")
    network, begun, new = begin("unet", inputs, names, tmp_path / "base", **UNET)
    first = "encoder.levels.0.0.weight"
    assert torch.allclose(network.state_dict()[first], state[first][:, [1, 2]] * 3 / 2)
    head, old = network.decoder.head.weight, state["decoder.head.weight"]
    assert torch.equal(head[1], old[1]) and torch.equal(head[2], old[0])
    assert torch.equal(head[0], new["decoder.head.weight"][0])
    assert torch.equal(network.decoder.head.bias[[1, 2]], state["decoder.head.bias"][[1, 0]])
    assert begun.adapted == network.state_dict()[first].numel() + head.numel() + 3 and begun.new == 0
    assert "Bands: green from B3, nir from B8." in begun.lines and "Classes kept: Land, water." in begun.lines


@pytest.mark.parametrize(
    ("names", "order"), [(("b", "a"), (1, 0)), (("x", "a"), (None, 0)), (("x", "y"), (None, None))]
)
def test_as_many_classes_are_not_the_same_classes(tmp_path, names, order):
    base(tmp_path / "base", "unet", [image(*RGB)], ("a", "b"), **UNET)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    network, begun, new = begin("unet", [image(*RGB)], names, tmp_path / "base", **UNET)
    for row, source in enumerate(order):
        expected = new["decoder.head.weight"][row] if source is None else state["decoder.head.weight"][source]
        assert torch.equal(network.decoder.head.weight[row], expected)
    head = network.decoder.head.weight.numel() + 2
    assert (begun.adapted, begun.new) == ((0, head) if order == (None, None) else (head, 0))
    assert ("New, wholly or in part: decoder.head." in begun.lines) == (order == (None, None))


def test_numbers_go_on_as_numbers(tmp_path):
    base(tmp_path / "base", "unet", [image(*RGB)], (), task="regression", **UNET)
    network, begun, _ = begin("unet", [image(*RGB)], (), tmp_path / "base", **UNET)
    assert torch.equal(network.decoder.head.weight, load_file(tmp_path / "base" / WEIGHTS_FILE)["decoder.head.weight"])
    assert begun.new == begun.adapted == 0
    _, begun, _ = begin("unet", [image(*RGB)], ("a", "b"), tmp_path / "base", **UNET)
    assert begun.lines[-1] == "New, wholly or in part: decoder.head."


SMALL_RESNET = {"encoder": "resnet18", "encoder_options": {"width": 4}, "widths": (4,) * 5}


@pytest.mark.parametrize(("network", "options", "prefix"), [
    ("unet-encoder", SMALL_RESNET, "encoder."),
    ("siamese-resnet-unet", {"encoder": "resnet18", "width": 4}, "encoder."),
    ("changenet", {"depth": 18, "width": 4, "features": 4}, "encoder."),
    ("faster-rcnn-small", {"body_width": 4, "width": 8, "units": 8}, "backbone.body."),
    ("resnet18", {"width": 4}, ""),
])  # fmt: skip
def test_a_classifiers_encoder_goes_where_the_encoder_is(tmp_path, network, options, prefix):
    base(tmp_path / "base", "resnet18", [image(*RGB)], tuple("abcde"), width=4)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    dates = BEFORE_AFTER if NETWORKS[network].dates == 2 else ("image",)
    built, begun, new = begin(network, [image(*RGB, dates=dates)], ("x", "y"), tmp_path / "base", **options)
    body = {name: value for name, value in state.items() if not name.startswith("fc.")}
    assert len(equal_under(built, body, {"": prefix})) == len(body)
    loaded = sum(p.numel() for n, p in built.named_parameters() if n.startswith(prefix) and n[len(prefix) :] in body)
    assert (begun.loaded, begun.adapted) == (loaded, 0) and begun.new > 0
    others = [name for name in new if not name.startswith(prefix) or name.startswith("fc.")]
    assert others and all(torch.equal(built.state_dict()[name], new[name]) for name in others)


def test_an_encoder_goes_back_into_a_classifier_and_into_another_network(tmp_path):
    base(tmp_path / "base", "unet-encoder", [image(*RGB)], ("a", "b"), **SMALL_RESNET)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    count = sum(name.startswith("encoder.") for name in state)
    siamese = ("siamese-resnet50", {"depth": 18, "width": 4}, "encoder.")
    for network, options, prefix in (("resnet18", {"width": 4}, ""), siamese):
        dates = BEFORE_AFTER if prefix else ("image",)
        built, _, _ = begin(network, [image(*RGB, dates=dates)], ("x", "y"), tmp_path / "base", **options)
        assert len(equal_under(built, state, {"encoder.": prefix})) == count


def test_what_takes_the_image_beside_the_encoder_is_adapted_too(tmp_path):
    base(tmp_path / "base", "unet-encoder", [image(*RGB)], ("a", "b"), **SMALL_RESNET)
    _, begun, _ = begin("unet-encoder", [image(*RGB, NIR)], ("a", "b"), tmp_path / "base", **SMALL_RESNET)
    assert begun.new == 0 and begun.adapted == 4 * 4 * 49 + 4 * 4 * 9  # the encoder's first layer and the skip's


def test_one_encoder_goes_to_every_date_and_the_last_date_stands_for_others(tmp_path):
    options = {"widths": (4, 8), "stem": 2}
    base(tmp_path / "base", "ombrianet", [image(SWIR, NIR, dates=BEFORE_AFTER, name="s2")], ("a", "b"), **options)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    inputs = [image(SWIR, NIR, dates=("2019", "2020", "2021"), name="x"), image(Band("VV"), name="s1")]
    network, begun, _ = begin("ombrianet", inputs, ("a", "b"), tmp_path / "base", **options)
    count = sum(name.startswith("encoders.s2_1.") for name in state)
    for date in range(3):
        assert len(equal_under(network, state, {"encoders.s2_1.": f"encoders.x_{date}."})) == count
    assert "Encoder encoders.s1_0 from encoders.s2_1." in begun.lines
    stem = network.encoders["s1_0"].stem.weight
    assert torch.allclose(stem, state["encoders.s2_1.stem.weight"].mean(1, keepdim=True) * 2)
    two = [image(SWIR, NIR, dates=("2019", "2020"), name="x")]
    _, begun, _ = begin("ombrianet", two, ("a", "b"), tmp_path / "base", **options)
    assert {"Encoder encoders.x_0 from encoders.s2_0.", "Encoder encoders.x_1 from encoders.s2_1."} <= {*begun.lines}
    assert begun.new == 0


def test_the_likest_encoder():
    radar, optical = image(Band("VV"), name="s1"), image(GREEN, NIR, name="s2")
    sources = [
        Encoder(f"{item.name}_{date}", (replace(item, dates=(BEFORE_AFTER[date],)),), date, 2)
        for item in (radar, optical)
        for date in range(2)
    ]

    def of(*bands, dates, name="image", date=0, count=1):
        return best_source(sources, Encoder("x", (image(*bands, name=name, dates=dates),), date, count)).root

    assert of(Band("green"), dates=("image",)) == "s2_1"  # by its bands, else the last date
    assert of(Band("green"), dates=("before",)) == "s2_0"  # by the date's name
    assert of(Band("green"), dates=("1990",), date=0, count=2) == "s2_0"  # by its place
    assert of(Band("HH"), dates=("after",), name="s1") == "s1_1"  # by the input's name


def test_a_shipped_model_for_other_classes_of_one_date():
    state = load_file(FLOOD / WEIGHTS_FILE)
    inputs, names = [image(SWIR, NIR, GREEN)], ("other", "burned")
    card = from_item(json.loads((FLOOD / CARD_FILE).read_text(encoding="utf-8")))
    count = sum(name.startswith("encoders.s2_1.") for name in state)
    for network, prefix in ((None, "encoders.image_0."), ("unet", "encoder.")):
        name, options = network_to_build(network, {}, card)
        assert name == (network or "ombrianet") and options == card.options
        built, begun, new = begin(name, inputs, names, FLOOD, **options)
        assert len(equal_under(built, state, {"encoders.s2_1.": prefix})) == count
        assert torch.equal(built.decoder.head.weight, new["decoder.head.weight"])
        assert begun.loaded > 0.6 * (begun.loaded + begun.new) and begun.adapted == 0
        assert any(line.endswith(f"{prefix[:-1]} from encoders.s2_1.") for line in begun.lines)


def test_dates_that_are_stacked_take_the_encoder_of_the_last_date_with_all_its_bands():
    state = load_file(FLOOD / WEIGHTS_FILE)
    card = from_item(json.loads((FLOOD / CARD_FILE).read_text(encoding="utf-8")))
    inputs = [image(GREEN, SWIR, dates=BEFORE_AFTER)]
    built, _, _ = begin("unet", inputs, ("not flooded", "flooded"), FLOOD, **card.options)
    of_green_and_swir = state["encoders.s2_1.stem.weight"].float()[:, [2, 0, 2, 0]]
    assert torch.allclose(built.encoder.stem.weight, of_green_and_swir * 3 / 4)


def test_time_series_of_another_length(tmp_path):
    base(tmp_path / "base", "tempcnn", [image(*RGB, dates=tuple("abcdef"))], ("a", "b"), hidden=8, dense=4)
    state = load_file(tmp_path / "base" / WEIGHTS_FILE)
    inputs = [image(*RGB, dates=tuple("abcd"))]
    built, begun, _ = begin("tempcnn", inputs, ("a", "b"), tmp_path / "base", hidden=8, dense=4)
    assert "dense.0.weight" not in equal_under(built, state, {"": ""}) and begun.new == 4 * 8 * 4
    assert len(equal_under(built, state, {"convs.": "convs."})) == sum(name.startswith("convs.") for name in state)


@pytest.mark.parametrize(("network", "options", "sentence"), [
    ("unetpp", UNET, r"network has nothing in common with the model 'base' \(U-Net\)\. Choose that network"),
    ("resnet18", {"width": 4}, "nothing in common"),
    ("unet", {"widths": (4, 7)}, r"other widths than that of the model 'base' \(U-Net\): encoder\.levels\.1\.0\.weight "
     r"is \(7, 4, 3, 3\), and there \(8, 4, 3, 3\)"),
    ("unet", {"widths": (4, 8, 96)}, r"nothing in common with the model 'base' \(U-Net\) but 1\.\d\d% of the encoder"),
])  # fmt: skip
def test_networks_with_nothing_in_common_are_told_apart(tmp_path, network, options, sentence):
    base(tmp_path / "base", "unet", [image(*RGB)], ("a", "b"), **UNET)
    with pytest.raises(ModelError, match=sentence):
        begin(network, [image(*RGB)], ("a", "b"), tmp_path / "base", **options)


def test_models_that_cannot_be_trained_further(tmp_path, model):
    base(tmp_path / "base", "unet", [image(*RGB)], ("a", "b"), **UNET)
    (tmp_path / "base" / WEIGHTS_FILE).unlink()
    with pytest.raises(ModelError, match=r"'base' has no weights\.safetensors: it can be used, but not fine-tuned"):
        begin("unet", [image(*RGB)], ("a", "b"), tmp_path / "base", **UNET)
    with pytest.raises(ModelError, match="'bright' is of an unknown network"):  # an .onnx
        begin("unet", [image(*RGB)], ("a", "b"), model, **UNET)
    with pytest.raises(ModelError, match="There is no model 'none'"):
        begin("unet", [image(*RGB)], ("a", "b"), "none", **UNET)
    with pytest.raises(InputError, match="from a model or from published weights, not from both"):
        begin("unet", [image(*RGB)], ("a", "b"), "flood-s2", "imagenet", **UNET)


def card_of(network, **options):
    return ModelCard("base", "Base", (image(*RGB),), classes("a"), network=network, options=options)


@pytest.mark.parametrize(("network", "options", "base_card", "pretrained", "built"), [
    ("unet", {"widths": [4]}, None, None, ("unet", {"widths": [4]})),
    (None, {"dropout": 0.3}, card_of("unet", widths=[4], dropout=0.1), None, ("unet", {"widths": [4], "dropout": 0.3})),
    ("unet", {}, card_of("unet-light"), None, ("unet", {"widths": (16, 32, 64, 128, 256)})),
    ("unet-light", {}, card_of("unet", stem=2), None, ("unet-light", {"stem": 2})),
    ("unet-light", {}, card_of("unet", widths=[4]), None, ("unet-light", {})),
    ("unet-encoder", {}, card_of("resnet18", width=4), None,
     ("unet-encoder", {"encoder": "resnet18", "encoder_options": {"width": 4}})),
    ("unet-encoder", {"widths": [4]}, None, "resnet18",
     ("unet-encoder", {"encoder": "resnet18", "encoder_options": {}, "widths": [4]})),
    ("unet-encoder", {}, None, "resnet50-v2", ("unet-encoder", {"encoder": "resnet50", "encoder_options": {}})),
    ("changenet", {}, None, "resnet18", ("changenet", {"depth": 18})),
    ("siamese-resnet50", {}, card_of("resnet50", width=8), None, ("siamese-resnet50", {"width": 8})),
    ("unet-encoder", {}, None, "imagenet", ("unet-encoder", {})),
    ("vit-b16", {"size": 128}, None, "prithvi-eo-1-100m", ("vit-b16", {"size": 128, "pool": "mean"})),
    ("vit-b16", {"pool": "token"}, None, "prithvi-eo-1-100m", ("vit-b16", {"pool": "token"})),
    ("faster-rcnn", {}, None, "faster-rcnn", ("faster-rcnn", {"norm_eps": 0.0, "frozen_norm": True})),
    ("faster-rcnn-small", {}, None, "faster-rcnn",
     ("faster-rcnn-small", {"norm_eps": 0.0, "frozen_norm": True})),
    ("vgg16", {}, None, "vgg16", ("vgg16", {})),
])  # fmt: skip
def test_which_network_is_built(network, options, base_card, pretrained, built):
    assert network_to_build(network, options, base_card, pretrained) == built


def test_options_of_published_weights_are_told():
    taken = {"size": 128, "pool": "mean"}
    assert options_line("prithvi-eo-1-100m", taken, {"size": 128}) == "Options of the weights: pool=mean."
    inner = {"encoder": "vit-b16", "encoder_options": {"pool": "mean"}}
    assert options_line("prithvi-eo-1-100m", inner, {}) == "Options of the weights: pool=mean."
    assert not options_line("prithvi-eo-1-100m", {"pool": "mean"}, {"pool": "mean"})
    assert not options_line("resnet18", {}, {}) and not options_line(None, {}, {})


@pytest.mark.parametrize(
    ("network", "options", "words"),
    [
        ("lstm", {"members": 0}, "LSTM cannot have 0 members. Give a whole number up to 50"),
        ("lstm", {"members": 1000}, "LSTM cannot have 1000 members"),
        ("unet", {"members": 2}, "U-Net has no option 'members'. It has: "),
        ("unet", {"coarsen": "two"}, "U-Net cannot be coarsened by two"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_read(network, options, words):
    with pytest.raises(ModelError, match=words):
        network_to_build(network, options, None)


def test_an_ensemble_goes_on_from_one_of_as_many():
    three = replace(card_of("lstm"), options={"members": 3})
    assert network_to_build(None, {}, three)[1]["members"] == 3
    for options, base_card in (({"members": 5}, three), ({"members": 1}, three), ({"members": 2}, card_of("lstm"))):
        with pytest.raises(ModelError, match=r"has . member\(s\), and . are asked for\. Leave members out"):
            network_to_build("lstm", options, base_card)


def test_no_network_to_build():
    with pytest.raises(ModelError, match="'base' is of an unknown network"):
        network_to_build(None, {}, card_of(""))
    with pytest.raises(ModelError, match=r"There is no network 'alexnat'\. Choose one of the networks unet, "):
        network_to_build("alexnat", {}, None)


def test_published_weights_go_into_the_encoder_and_their_bands_where_they_belong(monkeypatch):
    torch.manual_seed(1)
    published = build_network("resnet18", {"image": (1, 3)}, 1000).state_dict()
    asked = []
    monkeypatch.setattr(weights_module, "published_weights", lambda name, report: asked.append(name) or published)
    inputs = [image(Band("blue"), Band("red"), NIR)]
    for name in ("imagenet", "resnet18", "ImageNet"):
        built, begun, _ = begin("unet-encoder", inputs, ("a", "b"), pretrained=name, encoder="resnet18")
        body = {n: v for n, v in published.items() if not n.startswith(("fc.", "conv1."))}
        assert len(equal_under(built, body, {"": "encoder."})) == len(body)
        assert torch.allclose(built.encoder.conv1.weight[:, :2], published["conv1.weight"][:, [2, 0]])
        assert begun.lines[0].startswith("Started from the published weights 'resnet18' (ResNet-18): ")
    assert asked == ["resnet18"] * 3
    with pytest.raises(ModelError, match=r"other widths than that of the published weights 'resnet18'"):
        begin("unet-encoder", inputs, ("a", "b"), pretrained="resnet18", encoder="resnet50")


def test_the_report_says_whose_scaling_the_inputs_have(monkeypatch):
    published = build_network("resnet18", {"image": (1, 3)}, 1000).state_dict()
    monkeypatch.setattr(weights_module, "published_weights", lambda name, report: published)
    ours = replace(image(*RGB), scaling=PUBLISHED["resnet18"].inputs[0].scaling)
    for item, words in ((ours, "as in the weights' own training"), (image(*RGB), "by the training chips")):
        _, begun, _ = begin("resnet18", [item], ("a", "b"), pretrained="resnet18")
        assert begun.lines[-1] == f"Scaling: {item.name} {words}."


@pytest.mark.parametrize("prefix", ["", "module.", "net.backbone.", "encoder."])
def test_a_file_of_weights_is_of_the_network_or_of_its_encoder(tmp_path, prefix):
    source = build("resnet18", {"image": (1, 3)}, 5, seed=3).state_dict()
    torch.save({prefix + name: value for name, value in source.items()}, tmp_path / "own.pth")
    file = str(tmp_path / "own.pth")
    built, begun, _ = begin("unet-encoder", [image(*RGB)], ("a", "b"), pretrained=file, **SMALL_RESNET)
    body = {name: value for name, value in source.items() if not name.startswith("fc.")}
    assert len(equal_under(built, body, {"": "encoder."})) == len(body)
    assert begun.lines[0].startswith("Started from the weights in own.pth: ")
    whole = build("unet", {"image": (1, 3)}, 2, seed=3)
    torch.save({f"model.{name}": value for name, value in whole.state_dict().items()}, tmp_path / "own.pth")
    built, begun, _ = begin("unet", [image(*RGB)], ("a", "b"), pretrained=file, widths=(8,) * 5)
    assert begun.new == begun.adapted == 0
