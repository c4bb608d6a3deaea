"""Weights in networks of other bands, classes and parts: what is kept, what is adapted, what is new."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network
from rsdl_qgis.engine.published.addresses import PUBLISHED
from rsdl_qgis.engine.training.start.transfer import adapt_bands, channels_of, match_channels, take_over

from ...networks import samples
from ...networks.samples import images, is_series, series, side

RGB = PUBLISHED["resnet18"].inputs
B2, B3, B4, B8, B12 = (Band(name) for name in ("B2", "B3", "B4", "B8", "B12"))
SENTINEL = (Input("s2", (B2, B3, B4, B8, B12)),)
SMALL = {
    "unet": {"widths": (6, 8, 10)},
    "ombrianet": {"widths": (6, 8, 10), "stem": 2},
    "resnet18": {"width": 4},
    "siamese-resnet50": {"width": 4},
    "siamese-resnet-unet": {"width": 4},
    "unet-encoder": {"encoder": "resnet18", "encoder_options": {"width": 4}, "widths": (6, 6, 8, 8, 10)},
    "densenet121": {"blocks": (1, 1, 1, 1), "growth": 4},
    "fc-ef": {"widths": (6, 8)},
    "fc-ef-res": {"widths": (8, 8, 10)},
    "vit-small": {"size": 16, "patch": 4, "width": 12, "layers": 1, "heads": 2, "mlp": 8},
}


def build(name, bands=3, classes=2, dates=1, seed=0, **options):
    """A small network whose batch-norm statistics and biases are not the defaults."""
    torch.manual_seed(seed)
    network = build_network(name, {"image": (dates, bands)}, classes, **{**SMALL[name], **options})
    state = network.state_dict()
    for value in state.values():
        if value.is_floating_point():
            value += torch.rand_like(value) * 0.1
    network.load_state_dict(state)
    return network.eval()


def dense(*sizes):
    return nn.Sequential(*(nn.Linear(n, m) for n, m in zip(sizes, sizes[1:])))


def equal(network, state, names=None):
    own = network.state_dict()
    return all(torch.equal(own[name], state[name]) for name in (names or state))


@pytest.mark.parametrize("name", ["unet", "ombrianet", "resnet18", "densenet121", "vit-small", "fc-ef-res"])
def test_equal_networks_take_everything(name):
    dates = 2 if name == "fc-ef-res" else 1
    old, new = (build(name, dates=dates, seed=seed) for seed in (1, 2))
    moved = take_over(new, old.state_dict())
    assert equal(new, old.state_dict())
    assert moved.kept == tuple(old.state_dict()) and (moved.adapted, moved.new, moved.unused) == ((), (), ())
    assert moved.taken == moved.values["kept"] == sum(v.numel() for v in old.state_dict().values())


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("unet", "encoder.levels.0.0.weight"),
        ("ombrianet", "encoders.image_0.stem.weight"),
        ("resnet18", "conv1.weight"),
        ("densenet121", "features.conv0.weight"),
        ("vit-small", "conv_proj.weight"),
    ],
)
@pytest.mark.parametrize("bands", [1, 2, 5, 13])
def test_repeated_bands_answer_as_before(name, first, bands):
    """The same image in every band gives the answer that it gave in the three."""
    old, new = build(name, seed=1), build(name, bands, seed=2)
    moved = take_over(new, old.state_dict())
    assert moved.adapted == (first,) and not moved.new and not moved.unused
    assert equal(new, old.state_dict(), [key for key in old.state_dict() if key != first])
    assert dict(moved.bands) == {f"band {i + 1}": "the mean" for i in range(bands)}
    size = 16 if name == "vit-small" else 64
    image = torch.randn(2, 1, 1, size, size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        before, after = (net(image.expand(-1, -1, n, -1, -1)) for net, n in ((old, 3), (new, bands)))
    assert (before - after).abs().max() < 1e-4 * before.abs().max()


def test_the_response_keeps_its_scale():
    """Bands that go together, as those of images do: the spread of the first layer's answer stays about as it was."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.rand(64, 3, 3, 3, generator=generator) + 0.2
    every = (0, 1, 2)
    for bands, origins in ((1, [every]), (5, [(2,), (1,), (0,), every, every]), (2, [(0,), (2,)]), (12, [every] * 12)):
        common = torch.randn(4, 1, 40, 40, generator=generator)
        images = [common + 0.3 * torch.randn(4, n, 40, 40, generator=generator) for n in (3, bands)]
        weights = (weight, adapt_bands(weight, origins))
        before, after = (torch.conv2d(image, w).std() for image, w in zip(images, weights))
        assert 0.85 < after / before < 1.15


@pytest.mark.parametrize("name", ["resnet18", "unet"])
def test_bands_of_the_same_name_keep_their_weights(name):
    old, new = build(name, seed=1), build(name, 5, seed=2)
    moved = take_over(new, old.state_dict(), RGB, SENTINEL)
    (first,) = moved.adapted
    before, after = old.state_dict()[first], new.state_dict()[first] / (3 / 5)
    for column, origin in enumerate((2, 1, 0)):  # B2, B3, B4 are blue, green, red
        assert torch.allclose(after[:, column], before[:, origin], rtol=1e-6)
    for column in (3, 4):
        assert torch.allclose(after[:, column], before.mean(1), atol=1e-6)
    assert torch.allclose(new.state_dict()[first].sum(1), before.sum(1), atol=1e-5)
    assert moved.bands == (("B2", "blue"), ("B3", "green"), ("B4", "red"), ("B8", "the mean"), ("B12", "the mean"))
    assert "B2 from blue, B3 from green, B4 from red, B8 from the mean" in str(moved)


def test_without_names_on_both_sides_bands_are_repeated():
    for source, target in (((), SENTINEL), (RGB, ()), (SENTINEL, SENTINEL)):  # the last: not the weights' three bands
        new = build("resnet18", 5)
        moved = take_over(new, build("resnet18", seed=1).state_dict(), source, target)
        assert {of for _, of in moved.bands} == {"the mean"}
        assert torch.equal(new.conv1.weight[:, 0], new.conv1.weight[:, 4])


@pytest.mark.parametrize(
    ("name", "dates", "options", "count"),
    [
        ("resnet18", 1, {}, 1),
        ("unet-encoder", 1, {}, 2),  # the image goes into two layers, as in the next
        ("fc-ef-res", 2, {}, 2),
        ("unet", 1, {"widths": (3, 8)}, 1),  # the second layer takes three channels too, but not the image's
    ],
)
def test_bands_in_another_order_give_the_same_answer(name, dates, options, count):
    """As many bands as before: only the order of the weights of every layer that sees the image changes."""
    target = (Input("image", (B2, B3, B4), tuple("ab"[:dates])),)
    source = (Input("image", RGB[0].bands, tuple("ab"[:dates])),)
    old, new = (build(name, dates=dates, seed=seed, **options) for seed in (1, 2))
    moved = take_over(new, old.state_dict(), source, target)
    assert len(moved.adapted) == count
    image = torch.randn(2, dates, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.allclose(new(image.flip(2)), old(image), atol=1e-5)
        assert not torch.allclose(new(image), old(image), atol=1e-3)


def test_as_many_bands_of_other_names_are_taken_in_order_and_said():
    old, new = build("resnet18", seed=1), build("resnet18", seed=2)
    moved = take_over(new, old.state_dict(), RGB, (Input("s1", (Band("VV"), Band("VH"), Band("ratio"))),))
    assert equal(new, old.state_dict()) and not moved.adapted
    assert moved.bands == (("VV", "red"), ("VH", "green"), ("ratio", "blue")) and "VV from red" in str(moved)


def series_of(name, dates, *bands):
    return Input(name, tuple(Band(band) for band in bands), tuple(map(str, range(dates))))


@pytest.mark.parametrize(
    ("source", "target", "origins"),
    [
        ([series_of("a", 1, "red", "nir")], [series_of("a", 1, "Red edge", "RED")], [(0, 1), (0,)]),
        ([series_of("a", 1, "B2", "B8A")], [series_of("a", 1, "B02", "b-8a", "B8")], [(0,), (1,), (0, 1)]),
        (  # each date's own, and for one without a name that date's mean; the last date stands for a later one
            [series_of("a", 2, "B3", "B4")],
            [series_of("a", 3, "B4", "B8")],
            [(1,), (0, 1), (3,), (2, 3), (3,), (2, 3)],
        ),
        (  # a name that two inputs have
            [series_of("a", 2, "VV"), series_of("b", 2, "VV")],
            [series_of("b", 2, "VV"), series_of("c", 2, "VV")],
            [(2,), (3,), (0,), (1,)],
        ),
        ([series_of("a", 1, "x", "y")], [series_of("a", 1, "p", "q")], [(0,), (1,)]),
        ([series_of("a", 1, "x", "y")], [], [(0, 1)] * 3),  # three unknown channels
        ([], [series_of("a", 1, "x")], [(0, 1, 2)]),
    ],
)
def test_channels_by_name_and_date(source, target, origins):
    count = sum(len(item.dates) * len(item.bands) for item in source) or 3
    assert match_channels(channels_of(source, count), channels_of(target, len(origins))) == origins


def test_a_first_layer_of_one_date_or_of_all_dates_stacked():
    inputs = [series_of("a", 2, "x", "y"), series_of("b", 2, "z")]
    stacked, one_date = channels_of(inputs, 6), channels_of(inputs, 3)
    assert [(c.input, c.date, c.band.name) for c in stacked] == [
        ("a", 0, "x"),
        ("a", 0, "y"),
        ("a", 1, "x"),
        ("a", 1, "y"),
        ("b", 0, "z"),
        ("b", 1, "z"),
    ]
    assert [(c.input, c.band.name) for c in one_date] == [("a", "x"), ("a", "y"), ("b", "z")]
    assert {c.band for c in channels_of(inputs, 4)} == {None}


def test_dates_stacked_as_bands_take_their_own_dates_weights():
    old, new = build("fc-ef", 2, dates=2, seed=1), build("fc-ef", 3, dates=2, seed=2)
    source, target = [series_of("x", 2, "B3", "B4")], [series_of("x", 2, "B4", "B3", "B8")]
    moved = take_over(new, old.state_dict(), source, target)
    before, after = old.state_dict()[moved.adapted[0]], new.state_dict()[moved.adapted[0]] / (4 / 6)
    for column, origin in enumerate(([1], [0], [0, 1], [3], [2], [2, 3])):
        assert torch.allclose(after[:, column], before[:, origin].mean(1), atol=1e-6)


def of_the_table(name, bands, classes, seed):
    """(a small network of the table, one image or sequence for it with the same values in every band)"""
    pixels, options = (0, {}) if is_series(name) else side(name)
    inputs = {"image": (8 if is_series(name) else NETWORKS[name].dates or 1, bands)}
    network = samples.build(name, inputs, classes, seed, **options).eval()
    one = {"image": (inputs["image"][0], 1)}
    first, *rest = series(one) if is_series(name) else images(one, 2, pixels, pixels)
    return network, [first.expand(-1, -1, bands, *first.shape[3:]), *rest]


def is_adapted(name):
    """Whether a network's first layer is adapted to other bands; those of DOFA and Clay are made from wavelengths."""
    return not name.startswith(("dofa-", "clay-"))


@pytest.mark.parametrize("name", list(filter(is_adapted, NETWORKS)))
def test_every_network_answers_as_before_with_repeated_bands(name):
    (old, three), (new, five) = of_the_table(name, 3, 2, 1), of_the_table(name, 5, 2, 2)
    dates = NETWORKS[name].dates or 1
    moved = take_over(new, old.state_dict(), [series_of("a", dates, *"xyz")], [series_of("b", dates, *"pqrst")])
    assert not moved.new and not moved.unused and moved.adapted
    with torch.inference_mode():
        for before, after in zip(*([x] if torch.is_tensor(x) else x for x in (old(*three), new(*five)))):
            assert (before - after).abs().max() < 1e-3 * before.abs().max()


@pytest.mark.parametrize("name", list(NETWORKS))
def test_in_every_network_only_first_layers_and_heads_change(name):
    (old, _), (new, _) = of_the_table(name, 3, 2, 1), of_the_table(name, 5, 7, 2)
    before = {key: value.clone() for key, value in new.state_dict().items()}
    moved = take_over(new, old.state_dict())
    differing = {key for key, value in old.state_dict().items() if value.shape != before[key].shape}
    assert {*moved.adapted, *moved.new} == differing and set(moved.kept) == set(before) - differing
    assert all(before[key].shape[1] % 5 == 0 for key in moved.adapted)
    assert moved.new and equal(new, before, moved.new) and equal(new, old.state_dict(), moved.kept)


HEADS = {
    "unet": ("decoder.head.weight", "decoder.head.bias"),
    "ombrianet": ("decoder.head.weight", "decoder.head.bias"),  # a transposed convolution
    "resnet18": ("fc.weight", "fc.bias"),
    "densenet121": ("classifier.weight", "classifier.bias"),
    "vit-small": ("heads.head.weight", "heads.head.bias"),
}


@pytest.mark.parametrize("name", list(HEADS))
def test_heads_are_new_when_classes_differ(name):
    old, new = build(name, classes=4, seed=1), build(name, 5, classes=3, seed=2)
    made = {key: value.clone() for key, value in new.state_dict().items()}
    moved = take_over(new, old.state_dict())
    assert moved.new == HEADS[name] and equal(new, made, HEADS[name])
    assert len(moved.adapted) == 1
    assert equal(new, old.state_dict(), [key for key in made if key not in (*HEADS[name], *moved.adapted)])
    assert moved.values["new"] == sum(made[key].numel() for key in HEADS[name])
    assert f"new: {HEADS[name][0]}, {HEADS[name][1]} ({moved.values['new']:,} values)" in str(moved)


def test_a_transposed_head_is_no_first_layer_even_if_classes_and_bands_are_as_many():
    moved = take_over(build("ombrianet", 5, classes=5), build("ombrianet", 3, classes=3).state_dict())
    assert moved.new == HEADS["ombrianet"] and moved.adapted == ("encoders.image_0.stem.weight",)


@pytest.mark.parametrize("name", list(HEADS))
def test_a_head_keeps_the_rows_of_classes_that_both_have(name):
    old, new = build(name, classes=4, seed=1), build(name, classes=3, seed=2)
    made = {key: value.clone() for key, value in new.state_dict().items()}
    moved = take_over(
        new,
        old.state_dict(),
        source_classes=("crop", "forest", "water", "city"),
        target_classes=("Water", "snow", "crop"),
    )
    assert moved.adapted == HEADS[name] and not moved.new
    for key in HEADS[name]:
        axis = 1 if name == "ombrianet" and key.endswith("weight") else 0
        got, before, fresh = (x.movedim(axis, 0) for x in (new.state_dict()[key], old.state_dict()[key], made[key]))
        assert torch.equal(got[0], before[2]) and torch.equal(got[2], before[0]) and torch.equal(got[1], fresh[1])


@pytest.mark.parametrize("classes", [("a", "b", "c"), ("a", "b")])
def test_a_head_without_a_common_class_is_new(classes):
    moved = take_over(
        build("unet", classes=3), build("unet").state_dict(), source_classes=("x", "y"), target_classes=classes
    )
    assert moved.new == HEADS["unet"]


def test_several_outputs_a_class_go_together():
    old, new = dense(3, 5, 8), dense(3, 5, 12)
    moved = take_over(new, old.state_dict(), source_classes=("rest", "car"), target_classes=("rest", "ship", "car"))
    assert moved.adapted == ("1.weight", "1.bias")
    assert torch.equal(new[1].bias[:4], old[1].bias[:4]) and torch.equal(new[1].bias[8:], old[1].bias[4:])


@pytest.mark.parametrize("name", ["siamese-resnet-unet", "unet-encoder"])
def test_a_classifiers_weights_become_an_encoders(name):
    dates = 2 if name == "siamese-resnet-unet" else 1
    options = {"encoder": "resnet18"} if dates == 2 else {}
    old, new = build("resnet18", classes=9, seed=1), build(name, 5, dates=dates, seed=2, **options)
    target = (Input("s2", SENTINEL[0].bands, ("before", "after")[:dates]),)
    moved = take_over(new, old.state_dict(), RGB, target, into={"": "encoder."})
    assert moved.unused == ("fc.weight", "fc.bias") and moved.adapted == ("encoder.conv1.weight",)
    assert equal(
        new.encoder, old.state_dict(), [k for k in old.state_dict() if k[:5] not in ("conv1", "fc.we", "fc.bi")]
    )
    assert torch.allclose(new.encoder.conv1.weight[:, 0] * 5 / 3, old.conv1.weight[:, 2])
    assert {key.split(".")[0] for key in moved.new} == set(dict(new.named_children())) - {"encoder"} - {"narrow"}


def test_one_call_an_encoder_where_each_has_its_own_bands():
    old = build("resnet18", seed=1).state_dict()
    pair = nn.ModuleDict({"s1": build("resnet18", 2, seed=2), "s2": build("resnet18", 5, seed=3)})
    for sensor, bands in (("s1", (Band("VV"), Band("VH"))), ("s2", SENTINEL[0].bands)):
        take_over(pair[sensor], old, RGB, (Input(sensor, bands),))
    assert torch.allclose(pair["s1"].conv1.weight, old["conv1.weight"].mean(1, keepdim=True) * 3 / 2)
    assert torch.allclose(pair["s2"].conv1.weight[:, 1], old["conv1.weight"][:, 1] * 3 / 5)


def test_the_longest_prefix_counts_and_names_beside_all_prefixes_are_unused():
    old, new = build("unet", seed=1), build("unet", seed=2)
    moved = take_over(new, old.state_dict(), into={"encoder.": "encoder.", "encoder.levels.2.": "nowhere."})
    assert {key.rsplit(".", 2)[0] for key in moved.kept} == {"encoder.levels.0", "encoder.levels.1"}
    assert all(key.startswith(("encoder.levels.2.", "decoder.")) for key in moved.unused)
    assert not equal(new, old.state_dict(), ["decoder.head.weight"])


def test_two_weights_for_one_place_are_refused():
    with pytest.raises(ModelError, match=r"Two of the weights.*levels\.1\.0\.weight"):
        take_over(build("unet").encoder, build("unet").encoder.state_dict(), into={"levels.0.": "levels.1.", "": ""})


def test_positions_of_a_vit_are_resized():
    old, new = build("vit-small", seed=1), build("vit-small", seed=2, size=24)
    places = old.state_dict()["encoder.pos_embedding"]
    places[:, 1:] = torch.arange(4.0).repeat(4)[None, :, None]  # a ramp from left to right
    moved = take_over(new, old.state_dict())
    assert moved.adapted == ("encoder.pos_embedding",) and not moved.new
    got = new.state_dict()["encoder.pos_embedding"]
    assert torch.equal(got[:, 0], places[:, 0])
    rows = got[0, 1:, 0].reshape(6, 6)
    assert torch.allclose(rows, rows[:1].expand(6, 6), atol=1e-4) and (rows[0].diff() > 0).all()


@pytest.mark.parametrize(
    "pair",
    [
        lambda: (build("unet"), build("unet", widths=(6, 8, 12))),
        lambda: (build("resnet18"), build("resnet18", width=6)),
        lambda: (build("densenet121"), build("densenet121", growth=5)),
        lambda: (dense(3, 8, 6, 2), dense(3, 8, 7, 2)),
    ],
)
def test_other_widths_are_refused_and_leave_the_network_as_it_was(pair):
    old, new = pair()
    before = {key: value.clone() for key, value in new.state_dict().items()}
    with pytest.raises(ModelError, match=r"of other widths: \S+ is \(.*\) and should be \(") as caught:
        take_over(new, old.state_dict())
    assert equal(new, before) and len(str(caught.value)) < 600
    if isinstance(new, nn.Sequential):  # the layers around the wider one are told apart from a first layer and a head
        assert "2.weight" in str(caught.value)


def test_other_widths_are_left_out_where_that_is_wanted():
    old, new = build("unet", seed=1), build("unet", widths=(6, 8, 12), seed=2)
    before = {key: value.clone() for key, value in new.state_dict().items()}
    moved = take_over(new, old.state_dict(), strict=False)
    assert equal(new, old.state_dict(), moved.kept) and equal(new, before, moved.new)
    assert moved.new and not moved.adapted and set(moved.kept) | set(moved.new) == set(before)


def test_weights_of_something_else_are_refused():
    with pytest.raises(ModelError, match=r"None of the weights.*conv1\.weight.*encoder\.levels"):
        take_over(build("unet"), build("resnet18").state_dict())


def test_what_only_one_side_has_is_listed():
    old, new = build("resnet18", seed=1).state_dict(), build("resnet18", seed=2)
    old = {key: value for key, value in old.items() if key != "fc.bias" and not key.endswith("num_batches_tracked")}
    moved = take_over(new, {**old, "aux.weight": torch.zeros(1)})
    assert moved.new == ("fc.bias",) and moved.unused == ("aux.weight",)
    assert "new: fc.bias" in str(moved) and "not used: aux.weight" in str(moved)


def test_half_precision_becomes_the_networks():
    old, new = build("resnet18", seed=1), build("resnet18", 5, seed=2)
    take_over(new, {key: value.half() for key, value in old.state_dict().items()})
    assert {value.dtype for value in new.state_dict().values()} == {torch.float32, torch.int64}
    assert torch.allclose(new.conv1.weight.sum(1), old.conv1.weight.sum(1), atol=1e-2)


@pytest.mark.parametrize("layer", [nn.LSTM(3, 4, batch_first=True, bidirectional=True), nn.GRU(3, 4)])
def test_recurrent_layers_take_other_bands_in_both_directions(layer):
    torch.manual_seed(0)
    old, new = (nn.Sequential(type(layer)(n, 4, bidirectional=layer.bidirectional)) for n in (3, 5))
    moved = take_over(new, old.state_dict())
    assert len(moved.adapted) == (2 if layer.bidirectional else 1) and not moved.new
    steps = torch.randn(7, 2, 1)
    assert torch.allclose(old(steps.expand(-1, -1, 3))[0], new(steps.expand(-1, -1, 5))[0], atol=1e-5)


@pytest.mark.parametrize("encoders", [{"s2_1": "s2_0"}, {"s2_0": "s2_1", "s2_1": "s2_0"}])
def test_encoders_of_dates_are_taken_over_by_name(tmp_path, encoders):
    torch.manual_seed(0)
    bands = 3
    old = build_network("ombrianet", {"s2": (2, bands)}, 2, **SMALL["ombrianet"])
    new = build_network("ombrianet", {"s1": (2, 1), "s2": (len(encoders), bands)}, 2, **SMALL["ombrianet"])
    save_file({k: v.half() if v.ndim > 1 else v for k, v in old.state_dict().items()}, tmp_path / "weights.safetensors")
    before = {key: value.clone() for key, value in new.state_dict().items()}
    places = {f"encoders.{old_name}.": f"encoders.{new_name}." for old_name, new_name in encoders.items()}
    weights = load_file(tmp_path / "weights.safetensors")
    copied = take_over(new, weights, into={"decoder.": "decoder.", **places}, strict=False).taken
    expected = dict(before)
    for name, value in old.state_dict().items():
        part, _, rest = name.partition(".")
        encoder, _, inner = rest.partition(".")
        if part == "encoders" and encoder in encoders:
            expected[f"encoders.{encoders[encoder]}.{inner}"] = value
        elif part == "decoder" and before[name].shape == value.shape:
            expected[name] = value
    taken = [name for name in expected if expected[name] is not before[name]]
    assert copied == sum(expected[name].numel() for name in taken) > 0
    assert any(name.startswith("decoder.levels") for name in before if name not in taken)
    for name, value in new.state_dict().items():
        want = expected[name].half().float() if name in taken and value.ndim > 1 else expected[name]
        assert torch.equal(value, want), name
