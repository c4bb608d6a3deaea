"""TorchScript archives: what they give, and that what they could do to files is refused before they run."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.foreign import read_foreign
from rsdl_qgis.engine.interop.torchscript import forbidden_calls
from tests.engine.interop.running import run

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 3, 3, 2, 1), nn.BatchNorm2d(3)
        self.up = nn.ConvTranspose2d(3, 2, 2, 2)

    def forward(self, image):
        return self.up(self.norm(self.conv(image)).relu()).softmax(1)


class Writes(Small):
    def forward(self, image):
        torch.save(image, "written-by-a-model")
        return self.conv(image)


class Reads(Small):
    def forward(self, image):
        return self.conv(image) + torch.from_file("/etc/passwd", size=4).sum()


def saved(path, network, traced):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript's own deprecation
        made = torch.jit.trace(network, torch.zeros(1, 4, 32, 32)) if traced else torch.jit.script(network)
        made.save(str(path))
    return path


@pytest.mark.parametrize("traced", [True, False])
def test_an_archive_gives_the_same_at_any_size(tmp_path, rng, traced):
    torch.manual_seed(0)
    network = Small().eval()
    foreign = read_foreign(saved(tmp_path / "a.pt", network, traced))
    x = rng.normal(size=(2, 4, 48, 80)).astype(np.float32)
    with torch.no_grad():
        wanted = network(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(run(foreign, x)[0], wanted, atol=1e-5)
    assert foreign.size is None and foreign.layout == "NCHW"


@pytest.mark.parametrize(("network", "name"), [(Writes, "torch.save"), (Reads, "torch.from_file")])
def test_a_program_that_touches_files_is_refused_unrun(tmp_path, monkeypatch, network, name):
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "a.pt", network(), traced=False)
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(ModelError, match=name):
        read_foreign(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.pt"]


@pytest.mark.parametrize(
    "code",
    [
        "import os",
        "x = torch.save(a, b)",
        "x = ops.image.write_file(a, b)",
        "x = torch.ops.load_library(a)",
        "x = ((",
        "s = torch.save",
    ],
)
def test_forbidden_code(code):
    assert list(forbidden_calls(code))


def test_arithmetic_is_not_forbidden():
    assert not list(forbidden_calls("x = torch.add(torch.relu(a), ops.prim.NumToTensor(3), alpha=1)\nself.conv"))


def test_a_pickle_is_refused_with_what_to_do(tmp_path):
    torch.save(Small().state_dict(), tmp_path / "a.pt")
    with pytest.raises(ModelError, match="pickle") as error:
        read_foreign(tmp_path / "a.pt")
    assert "torch.jit.save" in error.value.hint
