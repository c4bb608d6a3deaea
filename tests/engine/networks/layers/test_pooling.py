"""Adaptive average pooling against torch's own, and exported with free sizes."""

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn.functional import adaptive_avg_pool2d

from rsdl_qgis.engine.networks.layers.pooling import AdaptiveAveragePool

SIZES = [(1, 1), (1, 5), (7, 7), (6, 13), (14, 3), (20, 21)]


def a_map(height, width):
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(height * 100 + width))


@pytest.mark.parametrize("cells", [1, 6, 7])
@pytest.mark.parametrize("size", SIZES)
def test_equals_torch(cells, size):
    assert torch.allclose(AdaptiveAveragePool(cells)(a_map(*size)), adaptive_avg_pool2d(a_map(*size), cells), atol=1e-6)


def test_keeps_the_type():
    assert AdaptiveAveragePool(2)(a_map(4, 4).double()).dtype == torch.float64


def test_a_map_of_as_many_cells_stays_as_it_is():
    assert torch.equal(AdaptiveAveragePool(7)(a_map(7, 7)), a_map(7, 7))


def test_exported_takes_any_size(tmp_path):
    path = tmp_path / "pool.onnx"
    free = {0: "batch", 2: "height", 3: "width"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        torch.onnx.export(
            AdaptiveAveragePool(6),
            (a_map(9, 9),),
            str(path),
            input_names=["x"],
            opset_version=18,
            dynamo=False,
            dynamic_axes={"x": free},
        )
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for size in SIZES:
        (pooled,) = session.run(None, {"x": a_map(*size).numpy()})
        np.testing.assert_allclose(pooled, adaptive_avg_pool2d(a_map(*size), 6).numpy(), atol=1e-6)
