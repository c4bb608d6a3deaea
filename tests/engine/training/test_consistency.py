"""Crops and wholes: what a training adds so that maps from tiles agree."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from rsdl_qgis.engine.card import WEIGHTS_FILE
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.report import Report
from rsdl_qgis.engine.training.consistency import check_crops, consistent, disagreement, draw_crop
from rsdl_qgis.engine.training.losses import build_loss
from rsdl_qgis.engine.training.run import run_train

from .test_run import arguments

SIDE, MULTIPLE = 32, 8


class Surroundings(nn.Module):
    """A map of each pixel's value and, as far as ``share`` says, of the picture's mean: it changes with the crop."""

    def __init__(self, share=0.5):
        super().__init__()
        self.share = nn.Parameter(torch.tensor(share))

    def forward(self, x):
        value = x[:, 0] + self.share * x[:, 0].mean((-2, -1), keepdim=True)
        return torch.cat([-value, value], 1)


def batch():
    random = torch.Generator().manual_seed(0)
    images = torch.randn((4, 1, 1, SIDE, SIDE), generator=random) + torch.linspace(-2, 2, SIDE)  # brighter to the right
    return [images], (images[:, 0, 0] > 0).long()


@pytest.mark.parametrize("kind", ["classes", "numbers"])
def test_disagreement_is_nothing_for_equal_maps_and_the_same_both_ways(kind):
    a, b = torch.randn((2, 3, 2, 4, 4), generator=torch.Generator().manual_seed(1))
    assert disagreement(a, a, kind) == 0
    assert disagreement(a, b, kind) > 0
    assert disagreement(a, b, kind) == pytest.approx(disagreement(b, a, kind).item())


def test_disagreement_of_classes_is_the_divergence_both_ways():
    p, q = torch.tensor([0.9, 0.1]), torch.tensor([0.6, 0.4])
    both = (p * (p / q).log() + q * (q / p).log()).sum().item()
    assert disagreement(p.log().view(1, 2, 1, 1), q.log().view(1, 2, 1, 1), "classes").item() == pytest.approx(both)


@pytest.mark.parametrize(("side", "multiple"), [(256, 32), (32, 8), (16, 8), (96, 32), (7, 1)])
def test_crops_are_smaller_parts_that_the_network_takes(side, multiple):
    torch.manual_seed(0)
    sizes, places = set(), set()
    for _ in range(200):
        rows, columns = draw_crop(side, multiple)
        size = rows.stop - rows.start
        assert size == columns.stop - columns.start
        assert side / 2 <= size < side and size % multiple == rows.start % multiple == columns.start % multiple == 0
        assert min(rows.start, columns.start) >= 0 and max(rows.stop, columns.stop) <= side
        sizes.add(size)
        places.add((rows.start, columns.start))
    assert len(places) > 1 and len(sizes) == len([s for s in range(multiple, side, multiple) if s >= side / 2])


def test_the_loss_is_that_of_wholes_and_crops_and_their_disagreement():
    network, (images, labels) = Surroundings(), batch()
    loss = build_loss(["cross_entropy"], "classes")
    torch.manual_seed(5)
    value = consistent(loss, 3.0, MULTIPLE, "classes")(network, images, labels)
    torch.manual_seed(5)
    cut = draw_crop(SIDE, MULTIPLE)
    whole, part = network(*images), network(images[0][(..., *cut)])
    expected = (loss(whole, labels) + loss(part, labels[(..., *cut)])) / 2
    expected = expected + 3 * disagreement(whole[(..., *cut)], part, "classes")
    assert value.item() == pytest.approx(expected.item())


def test_it_teaches_a_network_to_leave_out_what_changes_with_the_crop():
    images, labels = batch()
    shares = {}
    for weight in (0.0, 50.0):
        network, loss = Surroundings(), build_loss(["cross_entropy"], "classes")
        forward, optimizer = consistent(loss, weight, MULTIPLE, "classes"), torch.optim.SGD(network.parameters(), 0.02)
        torch.manual_seed(0)
        for _ in range(40):
            optimizer.zero_grad()
            forward(network, images, labels).backward()
            optimizer.step()
        shares[weight] = abs(network.share.item())
    assert shares[50.0] < 0.1 < shares[0.0]


def test_auxiliary_heads_learn_from_crops_too():
    torch.manual_seed(0)
    network = build_network("unetpp", {"image": (1, 1)}, 2, widths=[4, 4, 8], deep_supervision=True).train()
    images, labels = batch()
    consistent(build_loss(["cross_entropy", "dice"], "classes"), 1.0, 16, "classes")(network, images, labels).backward()
    heads = [p for name, p in network.named_parameters() if "head" in name]
    assert heads and all(p.grad is not None and p.grad.abs().sum() > 0 for p in heads)


@pytest.mark.parametrize("task", ["segmentation", "regression", "change"])
def test_a_training_takes_it_into_account(tmp_path, task):
    found = []
    for weight in (0.0, 2.0, 2.0):
        output = tmp_path / f"{len(found)}"
        run_train(arguments(tmp_path, task, consistency=weight, output=str(output), epochs=1), Report())
        found.append(load_file(output / WEIGHTS_FILE))
    first, second, again = found
    assert any(not torch.equal(first[name], second[name]) for name in first)
    assert all(torch.equal(again[name], second[name]) for name in second)  # the crops come from the seed


def test_what_cannot_be_cropped_is_told(tmp_path):
    check_crops(64, 32)
    check_crops(40, 32)  # is continued to 64
    with pytest.raises(InputError, match="at least 64 px"):
        check_crops(32, 32)
    with pytest.raises(InputError, match="CONSISTENCY is for maps"):
        run_train(arguments(tmp_path, "classification", consistency=1.0), Report())
    tall = {"network": "unet", "options": {"widths": [4, 8], "coarsen": 64}}
    with pytest.raises(InputError, match="cannot be cropped"):
        run_train(arguments(tmp_path / "maps", consistency=1.0, **tall), Report())
    assert not (tmp_path / "maps" / "model").exists()
