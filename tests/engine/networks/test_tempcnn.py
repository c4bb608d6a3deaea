"""Temporal CNN: the paper's where no date is missing, and masked convolutions by plain loops where one is."""

from __future__ import annotations

import io
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.tempcnn import MaskedConv, TempCNN

DATES = 9


def build(inputs=None):
    torch.manual_seed(0)
    network = TempCNN(inputs or {"image": (DATES, 4)}, 3, hidden=6, dense=8).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):  # away from their defaults
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.normal_(module.bias, 0, 0.2)
    return network


def series(n=5, dates=DATES):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, dates, 4, generator=generator)
    return x, torch.rand(n, dates, generator=generator) < 0.4


@torch.inference_mode()
def test_is_the_papers_network_where_no_date_is_missing():
    network, (x, _) = build(), series()
    expected = x.transpose(1, 2)
    for layer in network.convs:
        expected = F.relu(layer.norm(F.conv1d(expected, layer.conv.weight, padding=2)))
    expected = network.head(F.relu(network.dense[1](network.dense[0](expected.flatten(1)))))

    torch.testing.assert_close(network(x, torch.ones(5, DATES)), expected, rtol=0, atol=1e-6)


def test_has_the_papers_layers():
    network = TempCNN({"image": (23, 4)}, 2)
    shapes = [tuple(p.shape) for name, p in network.named_parameters() if name.endswith("weight") and p.ndim > 1]
    assert shapes == [(64, 4, 5), (64, 64, 5), (64, 64, 5), (256, 64 * 23), (2, 256)]
    assert [m.p for m in network.modules() if isinstance(m, nn.Dropout)] == [0.5] * 4


@torch.inference_mode()
def test_a_masked_convolution_by_plain_loops():
    torch.manual_seed(0)
    layer = MaskedConv(2, 3, 5, 0.0).eval()
    nn.init.constant_(layer.norm.bias, 0.5)  # must not be written where nothing is known
    known = torch.tensor([1, 0, 0, 0, 0, 0, 0, 1, 1.0])
    x = torch.randn(2, 9) * known
    expected, reached = torch.zeros(3, 9), torch.zeros(9)
    for date in range(9):
        window = [d for d in range(date - 2, date + 3) if 0 <= d < 9]
        there = [d for d in window if known[d]]
        if there:
            total = sum(layer.conv.weight[:, :, d - date + 2] @ x[:, d] for d in there)
            expected[:, date] = total * len(window) / len(there) / (1 + 1e-5) ** 0.5 + 0.5
            reached[date] = 1
    out, after = layer(x[None], known[None, None])

    torch.testing.assert_close(out[0], expected.relu())
    assert torch.equal(after[0, 0], reached) and reached.tolist() == [1, 1, 1, 0, 0, 1, 1, 1, 1]


@torch.inference_mode()
def test_what_stands_at_a_masked_date_never_counts():
    network, (x, valid) = build(), series()
    answer = network(x, valid)

    for garbage in (1e3 * torch.randn_like(x), torch.full_like(x, torch.nan), torch.full_like(x, torch.inf)):
        assert torch.equal(network(torch.where(valid[..., None], x, garbage), valid), answer)
    assert torch.equal(network(x, valid.float()), answer)
    assert not torch.allclose(network(x + 0.1, valid), answer)


@torch.inference_mode()
def test_a_shorter_sequence_is_one_whose_last_dates_are_missing():
    network, (x, valid) = build(), series()
    valid[:, 5:] = False
    answer = network(x[:, :5], valid[:, :5])

    assert torch.equal(network(x, valid), answer)
    longer = torch.cat([x, torch.full((5, 4, 4), 1e3)], 1)
    assert torch.equal(network(longer, F.pad(valid, (0, 4))), answer)


def test_a_date_behind_the_calendar_is_an_error():
    x, valid = series(dates=DATES + 1)
    valid[2, DATES] = True
    with pytest.raises(ModelError, match="built for 9 dates, and there are 10"):
        build()(x, valid)


@torch.inference_mode()
def test_the_place_of_a_date_counts():
    network, (x, _) = build(), series()
    valid = torch.zeros(5, DATES)
    valid[:, 3] = 1
    assert (network(x, valid) - network(x.roll(2, 1), valid.roll(2, 1))).abs().max() > 1e-3


@torch.inference_mode()
def test_no_valid_date_gives_finite_logits():
    network, (x, valid) = build(), series()
    assert network(x, torch.zeros_like(valid)).isfinite().all()


@torch.inference_mode()
def test_batch_norm_learns_from_known_dates_only():
    torch.manual_seed(0)
    layer = MaskedConv(2, 3, 1, 0.0).train()  # a window of one date: what is known stays what was given
    known = (torch.rand(4, 1, 9) < 0.5).float()
    x = torch.randn(4, 2, 9) * known
    layer(x, known)
    values = layer.conv(x).transpose(1, 2)[known[:, 0] > 0]

    torch.testing.assert_close(layer.norm.running_mean, 0.1 * values.mean(0))
    torch.testing.assert_close(layer.norm.running_var, 0.9 + 0.1 * values.var(0))


def test_training_and_padding_give_the_same_gradients():
    network, (x, valid) = build(), series()
    for module in network.modules():
        module.training = not isinstance(module, nn.Dropout)
    gradients = []
    for garbage in (0.0, 1e3):
        network.zero_grad()
        network(torch.where(valid[..., None], x, garbage), valid).square().sum().backward()
        gradients.append([p.grad.clone() for p in network.parameters()])

    assert all(torch.equal(a, b) for a, b in zip(*gradients))


@pytest.mark.parametrize("dates", [0, 1, 9])
def test_it_trains_on_one_sequence_even_without_a_date(dates):
    network, (x, _) = build().train(), series(1)
    network(x, torch.arange(DATES)[None] < dates).sum().backward()

    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert all(b.isfinite().all() for b in network.buffers())


@torch.inference_mode()
def test_inputs_are_joined_band_by_band():
    x, valid = series()
    two = build({"s1": (DATES, 1), "s2": (DATES, 3)})
    assert torch.equal(two(x[..., :1], x[..., 1:], valid), build()(x, valid))


def test_onnx_of_any_number_of_sequences_gives_the_same():
    network, file = build(), io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch's own exporter
        torch.onnx.export(
            network,
            series(),
            file,
            dynamo=False,
            opset_version=18,
            input_names=["x", "valid"],
            output_names=["y"],
            dynamic_axes={"x": {0: "n", 1: "t"}, "valid": {0: "n", 1: "t"}, "y": {0: "n"}},
        )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])

    for n, dates in ((5, DATES), (1, 4), (7, DATES)):
        x, valid = series(n, dates)
        (y,) = session.run(None, {"x": x.numpy(), "valid": valid.numpy()})
        np.testing.assert_allclose(y, network(x, valid).detach().numpy(), rtol=0, atol=1e-5)
