"""SegNet: its VGG16, and that the decoder puts values back where they came from."""

from __future__ import annotations

import pytest
import torch

from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.networks.segnet import SegNet
from rsdl_qgis.engine.networks.vgg import VGG

WIDTHS = (4, 6, 8, 10, 12)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return SegNet({"image": (1, 3)}, 2, WIDTHS)


def test_its_size_is_vgg16s_twice():
    with torch.device("meta"):
        network = build_network("segnet", {"image": (1, 3)}, 2)
    encoder = sum(p.numel() for p in network.encoder.parameters())
    assert encoder == 14_723_136  # the 138,365,992 of VGG16 with batch norm less its classifier
    assert sum(p.numel() for p in network.parameters()) == 29_444_162


def test_the_weights_of_vgg16_with_batch_norm_load_by_name(network):
    vgg = VGG({"image": (1, 3)}, 5, 16, batch_norm=True, widths=WIDTHS, hidden=4)
    published = {f"encoder.{name}": value for name, value in vgg.state_dict().items() if name.startswith("features.")}
    missing, unexpected = network.load_state_dict(published, strict=False)
    assert not unexpected and all(name.startswith("decoder.") for name in missing)
    image = torch.randn(2, 3, 32, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        deepest, _ = network.eval().encoder(image)
        assert torch.equal(deepest, vgg.eval().features(image))


def test_each_decoder_stage_gets_the_values_below_at_the_places_of_its_own_maxima(network):
    network.eval()
    inside, outside = {}, {}
    for i, stage in enumerate(network.decoder):
        stage.register_forward_pre_hook(lambda _, given, i=i: inside.update({i: given[0]}))
        stage.register_forward_hook(lambda _, given, out, i=i: outside.update({i: out}))
    image = torch.randn(2, 1, 3, 64, 32, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        network(image)
        deepest, pooled = network.encoder(image[:, 0])
    for i in range(5):
        values = outside[i + 1] if i < 4 else deepest  # (N, C, h, w)
        _, before = pooled[i]
        expected = torch.zeros_like(before)
        for n, c, y, x in torch.cartesian_prod(*(torch.arange(size) for size in values.shape)).tolist():
            window = before[n, c, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
            best = int(window.reshape(-1).argmax())
            expected[n, c, 2 * y + best // 2, 2 * x + best % 2] = values[n, c, y, x]
        assert torch.equal(inside[i], expected) and expected.any()


def test_the_decoder_mirrors_the_encoder(network):
    shapes = [[tuple(m.weight.shape[:2]) for m in s if isinstance(m, torch.nn.Conv2d)] for s in network.decoder]
    assert shapes == [
        [(4, 4), (2, 4)],
        [(6, 6), (4, 6)],
        [(8, 8), (8, 8), (6, 8)],
        [(10, 10), (10, 10), (8, 10)],
        [(12, 12), (12, 12), (10, 12)],
    ]
    assert isinstance(network.decoder[0][-1], torch.nn.Conv2d)  # logits may be negative
