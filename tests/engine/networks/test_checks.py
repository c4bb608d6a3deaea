"""What a network cannot be built for, or given, ends in a sentence: not in torch's own error, nor a wrong answer."""

from __future__ import annotations

import copy

import pytest
import torch

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks import NETWORKS, build_network, network_for

from .samples import build, images, is_series, series, side

PAIR = {"s1": (2, 1), "s2": (2, 3)}


@pytest.mark.parametrize(
    ("name", "inputs", "classes", "options", "said"),
    [
        ("u-net", {"image": (1, 3)}, 2, {}, "no network"),
        ("unet", {}, 2, {}, "0 inputs"),
        ("lenet5", {"image": (1, 3)}, 0, {}, "0 classes"),
        ("vgg16", {"image": (1, 3)}, -1, {}, "-1 classes"),
        ("unet", {"image": (1, 0)}, 2, {}, "0 bands"),
        ("lstm", {"image": (0, 3)}, 2, {}, "0 dates"),
        ("fc-ef", {"image": (3, 3)}, 2, {}, "takes 2 dates"),
        ("ombrianet", {"a.b": (1, 3)}, 2, {}, "full stop"),
        ("unet", {"image": (1, 3)}, 2, {"depth": 4}, "no option 'depth'"),
        ("vit-small", {"image": (1, 3)}, 2, {"patches": 4}, "no option 'patches'"),
        ("unet", {"image": (1, 3)}, 2, {"widths": ["a"]}, r"'widths' of U-Net\[0\] cannot be 'a'"),
        ("unet", {"image": (1, 3)}, 2, {"widths": []}, "has 0 members"),
        ("unet", {"image": (1, 3)}, 2, {"widths": 16}, "'widths' of U-Net cannot be 16"),
        ("unet", {"image": (1, 3)}, 2, {"dropout": float("nan")}, "'dropout' of U-Net cannot be"),
        ("unet", {"image": (1, 3)}, 2, {"stem": None}, "'stem' of U-Net cannot be null"),
        ("vgg16", {"image": (1, 3)}, 2, {"batch_norm": "yes"}, "'batch_norm' of VGG-16 cannot be 'yes'"),
        ("tempcnn", {"image": (5, 3)}, 2, {"kernel": 10**30}, "'kernel' of Temporal CNN cannot be"),
    ],
)
def test_a_network_that_cannot_be_built(name, inputs, classes, options, said):
    with pytest.raises(ModelError, match=said):
        build_network(name, inputs, classes, **options)


@pytest.mark.parametrize("name", [name for name in NETWORKS if not is_series(name)])
class TestImages:
    def given(self, name, **changes):
        pixels, options = side(name)
        inputs = {"s1": (NETWORKS[name].dates or 2, 1), "s2": (NETWORKS[name].dates or 2, 3)}
        network = build(name, inputs, **options).eval()
        return network, images(inputs, 2, pixels, pixels)

    def test_an_input_is_missing(self, name):
        network, given = self.given(name)
        with pytest.raises(ModelError, match="s1, s2: 2 tensors, and was given 1"):
            network(given[0])

    def test_too_many_dates(self, name):
        network, (first, second) = self.given(name)
        with pytest.raises(ModelError, match="of 's2'"):
            network(first, torch.cat([second, second], 1))

    def test_other_bands(self, name):
        network, (first, second) = self.given(name)
        with pytest.raises(ModelError, match=r"3 band\(s\) of 's2'"):
            network(first, second[:, :, :2])

    def test_a_side_it_does_not_take(self, name):
        network, given = self.given(name)
        line = NETWORKS[name]
        wrong = given[0].shape[-1] - 1 if line.multiple > 1 or not line.any_size else (line.smallest or 1) - 1
        with pytest.raises(ModelError, match="px"):
            network(*(x[..., :wrong] for x in given))

    def test_a_copy_is_guarded_too(self, name):
        network, given = self.given(name)
        with pytest.raises(ModelError):
            copy.deepcopy(network)(given[0])


@pytest.mark.parametrize("name", [name for name in NETWORKS if is_series(name)])
@pytest.mark.parametrize("change", ["no mask", "bands", "dates", "mask"])
def test_series_that_do_not_fit(name, change):
    network = build(name, {"a": (5, 2), "b": (5, 1)}).eval()
    a, b, valid = series({"a": (5, 2), "b": (5, 1)})
    given = {
        "no mask": (a, b),
        "bands": (a[..., :1], b, valid),
        "dates": (a[:, :0], b[:, :0], valid[:, :0]),
        "mask": (a, b, valid[:, :3]),
    }[change]
    with pytest.raises(ModelError, match="takes"):
        network(*given)


@pytest.mark.parametrize("name", ["yolo-n", "faster-rcnn-small"])
@pytest.mark.parametrize("labels", [None, 2, -1])
def test_targets_that_do_not_fit(name, labels):
    network = build(name, {"image": (1, 3)})
    box = {"boxes": torch.tensor([[4.0, 4, 20, 20]]), "labels": torch.tensor([labels or 0])}
    targets = [box] if labels is None else [box, box]
    with pytest.raises(ModelError, match="targets" if labels is None else "class"):
        network.loss(images({"image": (1, 3)}), targets)


@pytest.mark.parametrize(
    ("start", "groups", "network"),
    [
        ("", ("segmentation",), "unet-light"),
        ("unet", ("segmentation",), "unet"),
        ("unet-10c", ("segmentation",), "unet-10c"),
        ("resnet18", ("segmentation",), "unet-encoder"),
        ("resnet18", ("change", "segmentation"), "siamese-resnet-unet"),
        ("vgg16", ("change", "segmentation"), "unet-encoder"),
        ("lstm", ("segmentation",), "unet-light"),
        ("nothing-known", ("segmentation",), "unet-light"),
    ],
)
def test_the_network_that_is_trained_from_the_weights_of_another(start, groups, network):
    assert network_for(start, groups, "unet-light") == network
