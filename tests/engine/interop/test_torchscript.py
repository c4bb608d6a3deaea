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


class Named(nn.Module):
    """Its output in a dictionary, as torchvision's networks of maps give it."""

    def __init__(self, aux=False):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.head, self.aux = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 4, 1)
        self.with_aux = aux

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        features = self.body(image)
        size = image.shape[-2:]
        found: dict[str, torch.Tensor] = {}
        found["out"] = nn.functional.interpolate(self.head(features), size=size, mode="bilinear", align_corners=False)
        if self.with_aux:
            found["aux"] = self.aux(features)
        return found


class Attentive(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 32, 32)
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
        self.encoder, self.head = nn.TransformerEncoder(layer, 2), nn.Linear(16, 5)

    def forward(self, image):
        return self.head(self.encoder(self.patches(image).flatten(2).transpose(1, 2)).mean(1))


def compared(path, network, rng, side):
    x = rng.normal(size=(1, 3, side, side)).astype(np.float32)
    foreign = read_foreign(path)
    with torch.no_grad():
        wanted = network(torch.from_numpy(x))
    wanted = list(wanted.values()) if isinstance(wanted, dict) else [wanted]
    for found, expected in zip(run(foreign, x), wanted, strict=True):
        np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)
    return foreign


@pytest.mark.parametrize(("network", "outputs"), [(Named, 1), (lambda: Named(True), 2), (Attentive, 1)])
def test_a_program_that_onnx_has_no_words_for_is_unrolled(tmp_path, rng, network, outputs):
    torch.manual_seed(0)
    network = network().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript's own deprecation
        torch.jit.script(network).save(str(tmp_path / "a.pt"))
    foreign = compared(tmp_path / "a.pt", network, rng, 256)
    assert foreign.size == (256, 256) and len(foreign.model.graph.output) == outputs
    assert "single images of 256 x 256 px" in foreign.notes[0]


def test_a_traced_dictionary_of_one_takes_any_size(tmp_path, rng):
    torch.manual_seed(0)
    network = Named().eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript's own deprecation
        torch.jit.trace(network, torch.zeros(1, 3, 64, 64), strict=False).save(str(tmp_path / "a.pt"))
    assert compared(tmp_path / "a.pt", network, rng, 96).size is None
