"""Networks in whole numbers, as ONNX Runtime's quantisation writes them: read as the network that they were."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
import rasterio
from onnx import helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import CONV, KEYS, ONE, SOFT, TWO, write
from tests.engine.runtime.test_foreign_networks import Listening

SIGMOID = ("Sigmoid", ["u"], ["y"])
WEAK = 0.2  # of the weights: steps of a logit are not lost in 8 bits


class Tiles(CalibrationDataReader):
    def __init__(self):
        self.left = [{"x": np.linspace(0, 1, 1024, dtype="f4").reshape(1, 1, 32, 32)}]

    def get_next(self):
        return self.left.pop() if self.left else None


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


def quantised(path, last, weights, layout, keys):
    whole = write(path.with_name("float.onnx"), [CONV, last], ("n", len(weights[0]), 32, 32),
                  tuple(WEAK * array for array in weights), keys={})  # fmt: skip
    kinds = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    quantize_static(str(whole), str(path), Tiles(), quant_format=layout, **kinds)
    model = onnx.load(path)
    helper.set_model_props(model, {key: json.dumps(value) for key, value in keys.items()})
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("keys", [KEYS, {}])
@pytest.mark.parametrize("layout", [QuantFormat.QDQ, QuantFormat.QOperator])
@pytest.mark.parametrize(("last", "weights"), [(SIGMOID, ONE), (SOFT, TWO)])
def test_eight_bits(tmp_path, make_raster, last, weights, layout, keys):
    values = np.random.default_rng(0).integers(0, 255, (1, 70, 50)).astype("uint8")
    file = quantised(tmp_path / "m.onnx", last, weights, layout, keys)
    model = run_import({"input": str(file), **({} if keys else {"scaling": "/255"})}, Listening())["model"]
    job = {"model": model, "inputs": {"image": [{"path": str(make_raster(values))}]}, "output": str(tmp_path / "m.tif")}
    with rasterio.open(run_predict({**job, "device": "cpu", "threads": 1}, Listening())["output"]) as raster:
        found = raster.read(1)
    clear = np.abs(values[0] / 255 - 0.5) > 0.05
    assert np.array_equal(found[clear], values[0][clear] > 127)
