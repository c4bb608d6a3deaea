"""Archives of torch.export: read as JSON and plain numbers, equal to the network; pickles and unknown calls refused."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

from rsdl_qgis.engine.errors import ModelError
from rsdl_qgis.engine.interop.foreign import read_foreign
from tests.engine.interop.running import run

pytestmark = pytest.mark.filterwarnings("ignore")  # torch.export's own deprecations


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(4, 8, 3, padding="same"), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.deep = nn.Sequential(nn.Conv2d(8, 8, 3, 2, 1), nn.GroupNorm(2, 8), nn.GELU(), nn.Dropout(0.2))
        self.up, self.head = nn.ConvTranspose2d(8, 4, 2, 2), nn.Conv2d(12, 3, 1)

    def forward(self, image):
        first = self.down(image)
        deep = self.up(self.deep(first))
        low, high = F.avg_pool2d(deep, 2).chunk(2, 1)
        other = F.interpolate(torch.cat([high, low], 1), size=deep.shape[-2:], mode="bilinear")
        return self.head(torch.cat([first, F.leaky_relu(other - 0.5 * deep)], 1)).softmax(1)


class Scene(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, 8, 4, 4), nn.LayerNorm(8)
        self.mixed, self.head = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 5)

    def forward(self, image):
        tokens = self.patches(image).flatten(2).transpose(1, 2)
        tokens = tokens + self.mixed(self.norm(tokens), self.norm(tokens), self.norm(tokens), need_weights=False)[0]
        return self.head(tokens.mean(1)).sigmoid()


def saved(path, network, *shape, free=(0, 2, 3)):
    torch.manual_seed(0)
    sizes = (dict.fromkeys(free, Dim.AUTO),) if free else None
    made = torch.export.export(network.eval(), (torch.zeros(shape),), dynamic_shapes=sizes)
    torch.export.save(made, str(path))
    return path


def agrees(path, network, x):
    with torch.no_grad():
        wanted = network(torch.from_numpy(x)).numpy()
    (found,) = run(read_foreign(path), x)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_unet_takes_any_size(tmp_path, rng):
    network = UNet().eval()
    network.down[1].running_mean.uniform_(-1, 1)
    path = saved(tmp_path / "a.pt2", network, 2, 4, 16, 16)
    agrees(path, network, rng.normal(size=(3, 4, 24, 40)).astype(np.float32))


def test_a_transformer_of_one_size(tmp_path, rng):
    network = Scene().eval()
    path = saved(tmp_path / "a.pt2", network, 1, 3, 16, 16, free=())
    agrees(path, network, rng.normal(size=(1, 3, 16, 16)).astype(np.float32))
    assert read_foreign(path).size == (16, 16)


class Comparing(nn.Module):
    """Functions of core ATen that the others do not call."""

    def __init__(self):
        super().__init__()
        self.pool, self.share = nn.MaxPool2d(2), nn.Parameter(torch.tensor([0.3, -0.2, 0.5]).view(1, 3, 1, 1))

    def forward(self, image):
        share = self.share.expand(1, 3, image.shape[2] // 2, image.shape[3] // 2)
        x = self.pool(image)
        x = torch.where(x > share, 1 - x, x.sin().round() + torch.stack(share.unbind(1), 1))
        y = torch.baddbmm(x[:, 0], x[:, 1], x[:, 2], alpha=0.5)[:, None].repeat(1, 2, 1, 1)
        return y * torch.where(x[:, :1] != 0, 2.0, 1.0)


@pytest.mark.parametrize(("network", "bands"), [(UNet, 4), (Scene, 3), (Comparing, 3)])
def test_graphs_that_were_decomposed(tmp_path, rng, network, bands):
    torch.manual_seed(0)
    network = network().eval()
    made = torch.export.export(network, (torch.zeros(1, bands, 16, 16),)).run_decompositions()
    torch.export.save(made, str(tmp_path / "a.pt2"))
    agrees(tmp_path / "a.pt2", network, rng.normal(size=(1, bands, 16, 16)).astype(np.float32))


def changed(path, member, change):
    """The archive with one JSON text changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (n for n in members if n.endswith(member))
    members[name] = json.dumps(change(json.loads(members[name]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for n, data in members.items():
            archive.writestr(n, data)
    return path


def refused(path):
    with pytest.raises(ModelError) as error:
        read_foreign(path)
    return str(error.value)


@pytest.mark.parametrize("target", ["torch.save", "torch.ops.aten.from_file.default", "os.system", "builtins.eval"])
def test_other_calls_are_named_and_not_made(tmp_path, target):
    def change(model):
        model["graph_module"]["graph"]["nodes"][0]["target"] = target
        return model

    path = changed(saved(tmp_path / "a.pt2", UNet(), 2, 4, 16, 16), "models/model.json", change)
    assert f"calls {target}, which is not known" in refused(path)


def test_weights_in_pickles_and_of_other_sizes_are_refused(tmp_path):
    def pickled(config):
        config["config"]["head.bias"]["use_pickle"] = True
        return config

    def larger(config):
        config["config"]["head.bias"]["tensor_meta"]["sizes"] = [{"as_int": 1 << 30}]
        return config

    path = saved(tmp_path / "a.pt2", UNet(), 2, 4, 16, 16)
    assert "have 12 bytes" in refused(changed(path, "weights_config.json", larger))
    assert "pickle" in refused(changed(path, "weights_config.json", pickled))


def test_other_archives_are_refused(tmp_path):
    (tmp_path / "a.pt2").write_bytes(b"none")
    assert "no archive" in refused(tmp_path / "a.pt2")
    with zipfile.ZipFile(tmp_path / "b.pt2", "w") as archive:
        archive.writestr("serialized_exported_program.json", "{}")
    assert "PyTorch 2.9" in refused(tmp_path / "b.pt2")
