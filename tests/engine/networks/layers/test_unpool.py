"""Unpooling against torch's own, which cannot be exported, and in ONNX Runtime."""

from __future__ import annotations

import io
import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from rsdl_qgis.engine.networks.layers.unpool import max_pool, unpool


class RoundTrip(nn.Module):
    """Two levels of pooling and back, the values changed on the way."""

    def forward(self, x: Tensor) -> Tensor:
        once, outer = max_pool(x)
        twice, inner = max_pool(once)
        return unpool(unpool(twice * 2 + 1, inner, once), outer, x)


def image(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", [(2, 2), (8, 12), (7, 9)])
def test_equals_torchs_unpooling(size: tuple[int, int]) -> None:
    x = image(2, 3, *size)
    expected, indices = nn.MaxPool2d(2, return_indices=True)(x)
    pooled, places = max_pool(x)
    values = image(*pooled.shape)

    assert torch.equal(pooled, expected) and torch.equal(places, indices)
    assert torch.equal(unpool(values, places, x), nn.MaxUnpool2d(2)(values, indices, output_size=size))


def test_values_go_back_where_they_came_from() -> None:
    x = image(1, 2, 8, 8)
    back = unpool(*max_pool(x), x)

    windows = x.unflatten(2, (4, 2)).unflatten(4, (4, 2)).amax((3, 5))
    largest = x == windows.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(back, torch.where(largest, x, 0))


def test_of_equal_values_the_first_is_the_place() -> None:
    x = torch.ones(1, 1, 4, 4)
    expected = torch.zeros(1, 1, 4, 4)
    expected[..., ::2, ::2] = 1

    assert torch.equal(unpool(*max_pool(x), x), expected)


def test_gradient_flows_only_to_the_maxima() -> None:
    x = image(1, 1, 4, 4).requires_grad_()
    unpool(*max_pool(x), x).sum().backward()

    assert x.grad is not None and x.grad.sum() == 4 and x.grad.count_nonzero() == 4


def test_onnx_of_any_size_gives_the_same() -> None:
    file = io.BytesIO()
    names = {0: "n", 2: "h", 3: "w"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch's own exporter
        torch.onnx.export(
            RoundTrip().eval(),
            (image(1, 3, 8, 8),),
            file,
            dynamo=False,
            opset_version=18,
            input_names=["x"],
            output_names=["y"],
            dynamic_axes={"x": names, "y": names},
        )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])

    for shape in (1, 3, 8, 8), (3, 3, 16, 4), (2, 3, 10, 14):
        x = image(*shape)
        (y,) = session.run(None, {"x": x.numpy()})
        np.testing.assert_array_equal(y, RoundTrip()(x).numpy())
