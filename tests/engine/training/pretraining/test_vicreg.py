"""The loss of two views: least where they agree, and features vary and differ."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.pretraining.vicreg import EXPANDED, Expanded, vicreg, vicreg_parts


def features(n=64, f=8, seed=0):
    return torch.randn(n, f, generator=torch.Generator().manual_seed(seed))


def test_it_is_the_sum_of_the_papers_three_parts():
    a, b = features(seed=1), features(seed=2) * 0.5
    invariance = F.mse_loss(a, b)
    variance = sum(F.relu(1 - (x.var(0) + 1e-4).sqrt()).mean() for x in (a, b)) / 2
    covariance = 0.0
    for x in (a, b):
        found = torch.cov(x.T)
        covariance += float((found - found.diag().diag()).square().sum()) / 8
    torch.testing.assert_close(torch.stack(vicreg_parts(a, b)), torch.tensor([invariance, variance, covariance]))
    torch.testing.assert_close(vicreg(a, b), 25 * invariance + 25 * variance + covariance)


def test_features_that_are_all_alike_or_repeat_one_another_cost():
    white = torch.linalg.qr(features() - features().mean(0))[0] * 64**0.5
    assert vicreg(white, white) < 0.5
    assert vicreg(torch.ones(64, 8), torch.ones(64, 8)) > 20
    repeated = white[:, :1].expand(-1, 8)
    assert vicreg(repeated, repeated) > 10 and vicreg(white, white.flip(0)) > 20


def test_its_gradient_is_finite_where_features_do_not_vary():
    x = torch.ones(4, 8, requires_grad=True)
    vicreg(x, x + 0).backward()
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("name", ["resnet18", "mobilenet-v2"])
def test_an_expander_stands_behind_an_encoder(name):
    encoder = build_network(name, {"image": (1, 2)}, 0)
    network = Expanded(encoder, encoder.stage_widths[-1])
    assert network(torch.randn(2, 1, 2, 32, 32)).shape == (2, EXPANDED)
    assert {key.split(".")[0] for key in network.state_dict()} == {"encoder", "expander"}
