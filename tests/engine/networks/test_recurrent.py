"""RNN and LSTM against torch's own on the valid dates alone: padding and gaps never change the answer."""

from __future__ import annotations

import io
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.networks.recurrent import LSTM, RNN, ToFront, backwards

VARIANTS = {
    "rnn": (RNN, {}),
    "rnn, 2 layers": (RNN, {"layers": 2}),
    "lstm": (LSTM, {}),
    "bilstm": (LSTM, {"bidirectional": True}),
    "bilstm, 3 layers": (LSTM, {"bidirectional": True, "layers": 3}),
    "rnn, every date": (RNN, {"every_date": True}),
    "bilstm, 2 layers, every date": (LSTM, {"bidirectional": True, "layers": 2, "every_date": True}),
}
CALENDAR = [name for name in VARIANTS if "every date" in name]
every_variant = pytest.mark.parametrize("variant", VARIANTS)
of_ends = pytest.mark.parametrize("variant", [name for name in VARIANTS if name not in CALENDAR])
on_a_calendar = pytest.mark.parametrize("variant", CALENDAR)


def build(variant, inputs=None):
    torch.manual_seed(0)
    network, options = VARIANTS[variant]
    return network(inputs or {"image": (9, 4)}, 3, hidden=6, **options).eval()


def series(n=5, dates=9):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, dates, 4, generator=generator)
    valid = torch.rand(n, dates, generator=generator) < 0.6
    valid[:, 2] = True
    return x, valid


def torchs_own(network):
    """torch's recurrent layer with the same weights, all layers and directions in one."""
    cell, body = (nn.LSTM if isinstance(network, LSTM) else nn.RNN), network.recurrence
    own = cell(4, 6, len(body.forth), batch_first=True, bidirectional=len(body.back) > 0)
    for cells, suffix in ((body.forth, ""), (body.back, "_reverse")):
        for layer, source in enumerate(cells):
            for name, value in source.named_parameters():
                own.get_parameter(name.replace("l0", f"l{layer}{suffix}")).data.copy_(value)
    return own


@of_ends
@torch.inference_mode()
def test_equals_torchs_own_over_the_valid_dates_alone(variant):
    network = build(variant)
    own, (x, valid) = torchs_own(network), series()
    expected = []
    for sequence, there in zip(x, valid):
        out = own(sequence[there][None])[0][0]  # (valid dates, directions * 6)
        expected.append(network.head(torch.cat([out[-1, :6], out[0, 6:]])))

    torch.testing.assert_close(network(x, valid), torch.stack(expected), rtol=0, atol=1e-6)


@on_a_calendar
@torch.inference_mode()
def test_reads_the_states_at_every_date_as_torchs_own_has_them(variant):
    network = build(variant)
    own, (x, valid) = torchs_own(network), series()
    valid[0] = True
    expected = []
    for sequence, there in zip(x, valid):
        out = own(sequence[there][None])[0][0]  # (valid dates, directions * 6)
        forth, back = torch.zeros(9, 6), torch.zeros(9, out.shape[1] - 6)
        for date in range(9):
            before, after = int(there[: date + 1].sum()), int(there[:date].sum())
            forth[date] = out[before - 1, :6] if before else 0
            back[date] = out[after, 6:] if after < len(out) else 0
        expected.append(network.head(torch.cat([forth, back], 1).flatten()))
    torch.testing.assert_close(network(x, valid), torch.stack(expected), rtol=0, atol=1e-6)


@on_a_calendar
@torch.inference_mode()
def test_on_a_calendar_shorter_sequences_are_continued_and_longer_ones_refused(variant):
    network, (x, valid) = build(variant), series()
    short = network(x[:, :7], valid[:, :7])
    valid[:, 7:] = False
    torch.testing.assert_close(network(x, valid), short, rtol=0, atol=1e-6)
    more = torch.cat([x, x], 1)
    torch.testing.assert_close(network(more, torch.cat([valid, valid & False], 1)), short, rtol=0, atol=1e-6)
    with pytest.raises(ModelError, match="built for 9 dates"):
        network(more, torch.cat([valid, valid], 1))


@on_a_calendar
def test_onnx_of_any_number_of_sequences_gives_the_same(variant):
    compare_onnx(build(variant), ((5, 9), (1, 9), (8, 4)))


@every_variant
@torch.inference_mode()
def test_what_stands_at_a_masked_date_never_counts(variant):
    network, (x, valid) = build(variant), series()
    answer = network(x, valid)

    for garbage in (1e3 * torch.randn_like(x), torch.full_like(x, torch.nan), torch.full_like(x, torch.inf)):
        assert torch.equal(network(torch.where(valid[..., None], x, garbage), valid), answer)
    assert torch.equal(network(x, valid.float()), answer)
    assert not torch.allclose(network(x + 0.1, valid), answer)


@of_ends
@pytest.mark.parametrize("at", [0, 4, 9])
@torch.inference_mode()
def test_padding_never_counts_wherever_it_stands(variant, at):
    network, (x, valid) = build(variant), series()
    padded = torch.cat([x[:, :at], torch.full((5, 3, 4), 1e3), x[:, at:]], 1)
    there = torch.cat([valid[:, :at], torch.zeros(5, 3, dtype=torch.bool), valid[:, at:]], 1)

    torch.testing.assert_close(network(padded, there), network(x, valid), rtol=0, atol=1e-6)


@every_variant
@torch.inference_mode()
def test_no_valid_date_gives_the_answer_of_the_state_0(variant):
    network, (x, valid) = build(variant), series()
    valid[1] = False
    logits = network(x, valid)

    assert torch.equal(logits[1], network.head.bias)
    assert not torch.allclose(logits[0], network.head.bias)


@every_variant
@torch.inference_mode()
def test_the_order_of_the_dates_counts(variant):
    network, (x, valid) = build(variant), series()
    assert (network(x, valid) - network(x.flip(1), valid.flip(1))).abs().max() > 1e-3


@torch.inference_mode()
def test_every_date_reaches_both_ends_of_a_bidirectional_one():
    network, (x, _) = build("bilstm"), series()
    valid = torch.ones(5, 9, dtype=torch.bool)
    forth, back = network.recurrence(x, valid).split(6, 1)
    for date in (0, 8):
        changed = x.clone()
        changed[:, date] += 1
        ends = network.recurrence(changed, valid).split(6, 1)
        assert not torch.allclose(ends[0], forth, atol=1e-5) and not torch.allclose(ends[1], back, atol=1e-5)


@torch.inference_mode()
def test_inputs_are_joined_band_by_band():
    x, valid = series()
    two, one = build("lstm", {"s1": (9, 1), "s2": (9, 3)}), build("lstm")
    assert torch.equal(two(x[..., :1], x[..., 1:], valid), one(x, valid))


@every_variant
def test_dropout_acts_in_training_only(variant):
    network, (x, valid) = build(variant), series()
    assert torch.equal(network(x, valid), network(x, valid))
    network.train()
    assert not torch.allclose(network(x, valid), network(x, valid))


@every_variant
@torch.inference_mode()
def test_states_stay_in_single_precision_under_autocast(variant):
    network, (x, valid) = build(variant), series()
    with torch.autocast("cpu", torch.bfloat16):
        states = network.recurrence(x.bfloat16(), valid)

    assert torch.equal(states, network.recurrence(x.bfloat16().float(), valid))


@every_variant
def test_no_gradient_comes_from_a_masked_date(variant):
    network, (x, valid) = build(variant), series()
    x.requires_grad_()
    network(x, valid).square().sum().backward()

    assert x.grad is not None
    assert x.grad[~valid].count_nonzero() == 0 and (x.grad[valid] != 0).any(1).all()


@of_ends
def test_onnx_of_any_number_of_sequences_and_dates_gives_the_same(variant):
    compare_onnx(build(variant), ((5, 9), (1, 3), (8, 20)))


def compare_onnx(network, sizes):
    file, free = io.BytesIO(), {0: "n", 1: "t"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own exporter, about itself and about batches of recurrent cells
        torch.onnx.export(
            network,
            series(),
            file,
            dynamo=False,
            opset_version=18,
            input_names=["x", "valid"],
            output_names=["y"],
            dynamic_axes={"x": free, "valid": free, "y": {0: "n"}},
        )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])

    for n, dates in sizes:
        x, valid = series(n, dates)
        valid[0] = False
        (y,) = session.run(None, {"x": x.numpy(), "valid": valid.numpy()})
        np.testing.assert_allclose(y, network(x, valid).detach().numpy(), rtol=0, atol=1e-5)


def test_valid_dates_come_to_the_front_and_turn_there():
    x = torch.arange(5.0).reshape(1, 5, 1)
    front, count = ToFront()(x, torch.tensor([[False, True, False, True, True]]))

    assert front.flatten().tolist() == [1, 3, 4, 0, 0] and count.tolist() == [3]
    assert backwards(front, count).flatten().tolist()[:3] == [4, 3, 1]
    assert backwards(backwards(front, count), count).flatten().tolist()[:3] == [1, 3, 4]
