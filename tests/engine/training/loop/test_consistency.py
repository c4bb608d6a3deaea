"""Crops and wholes: what a training adds so that maps from tiles agree."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from rsdl_qgis.engine.cards.card import WEIGHTS_FILE
from rsdl_qgis.engine.cards.store import read_card
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.distil import run_distil
from rsdl_qgis.engine.training.loop.consistency import (
    check_crops,
    consistency_forward,
    disagreement,
    draw_crop,
    valid_pixels,
)
from rsdl_qgis.engine.training.loop.fit import with_auxiliary
from rsdl_qgis.engine.training.loop.losses import build_loss
from rsdl_qgis.engine.training.train import run_train

from ..chip_folders import make_folder
from ..test_train import arguments

SIDE, MULTIPLE = 32, 8
EVERYWHERE = torch.ones((3, 4, 4), dtype=torch.bool)


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
    assert disagreement(a, a, EVERYWHERE, kind) == 0
    assert disagreement(a, b, EVERYWHERE, kind) > 0
    assert disagreement(a, b, EVERYWHERE, kind) == pytest.approx(disagreement(b, a, EVERYWHERE, kind).item())


def test_disagreement_of_classes_is_the_divergence_both_ways_and_of_numbers_the_mean_square():
    p, q = torch.tensor([0.9, 0.1]), torch.tensor([0.6, 0.4])
    both = (p * (p / q).log() + q * (q / p).log()).sum().item()
    one = torch.ones((1, 1, 1), dtype=torch.bool)
    apart = disagreement(p.log().view(1, 2, 1, 1), q.log().view(1, 2, 1, 1), one, "classes")
    assert apart.item() == pytest.approx(both)
    numbers = torch.tensor([1.0, 2.0]).view(1, 1, 1, 2), torch.tensor([4.0, 2.0]).view(1, 1, 1, 2)
    assert disagreement(*numbers, torch.ones((1, 1, 2), dtype=torch.bool), "numbers").item() == pytest.approx(4.5)


def test_what_is_not_valid_need_not_agree():
    images = [torch.zeros((2, 1, 1, SIDE, SIDE)), torch.zeros((2, 2, 3, SIDE, SIDE))]
    apart = torch.randn((2, 2, 2, SIDE, SIDE), generator=torch.Generator().manual_seed(3))
    assert disagreement(*apart, valid_pixels(images), "classes") == 0
    images[0][0, 0, 0, 3, 4] = images[1][1, 1, 2, 5, 6] = 0.1  # one pixel each, in one band of one input
    assert valid_pixels(images).nonzero().tolist() == [[0, 3, 4], [1, 5, 6]]
    maps = torch.randn((2, 2, 2, SIDE, SIDE), generator=torch.Generator().manual_seed(2)).requires_grad_()
    disagreement(*maps, valid_pixels(images), "classes").backward()
    assert maps.grad[0].abs().sum(1).nonzero().tolist() == [[0, 3, 4], [1, 5, 6]]


@pytest.mark.parametrize(("side", "multiple"), [(256, 32), (32, 8), (24, 8), (96, 32), (7, 1)])
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
    assert len(places) > 1 and len(sizes) == len([s for s in range(2 * multiple, side, multiple) if s >= side / 2])


@pytest.mark.parametrize("blank", [0, SIDE // 2])
def test_the_loss_is_that_of_wholes_and_crops_and_their_disagreement(blank):
    network, (images, labels) = Surroundings(), batch()
    images[0][..., :blank] = 0  # not valid
    loss = build_loss(["cross_entropy"], "classes")
    torch.manual_seed(5)
    value = consistency_forward(loss, 3.0, MULTIPLE, "classes")(network, images, labels)
    torch.manual_seed(5)
    cut = draw_crop(SIDE, MULTIPLE)
    whole, part = network(*images), network(images[0][(..., *cut)])
    expected = (loss(whole, labels) + loss(part, labels[(..., *cut)])) / 2
    valid = torch.ones((4, SIDE, SIDE), dtype=torch.bool)
    valid[..., :blank] = False
    valid = valid[(..., *cut)]
    assert valid.any() and valid.all() == (not blank)
    expected = expected + 3 * disagreement(whole[(..., *cut)], part, valid, "classes")
    assert value.item() == pytest.approx(expected.item())


def test_it_teaches_a_network_to_leave_out_what_changes_with_the_crop(training_seed, reached):
    images, labels = batch()
    shares = {}
    for weight in (0.0, 50.0):
        network, loss = Surroundings(), build_loss(["cross_entropy"], "classes")
        forward, optimizer = (
            consistency_forward(loss, weight, MULTIPLE, "classes"),
            torch.optim.SGD(network.parameters(), 0.02),
        )
        torch.manual_seed(training_seed)
        for _ in range(40):
            optimizer.zero_grad()
            forward(network, images, labels).backward()
            optimizer.step()
        shares[weight] = abs(network.share.item())
    assert reached("share with it", shares[50.0], below=0.1) and reached("share without", shares[0.0], above=0.1)


def test_auxiliary_heads_learn_from_crops_too():
    torch.manual_seed(0)
    network = build_network("unetpp", {"image": (1, 1)}, 2, widths=[4, 4, 8], deep_supervision=True).train()
    random = torch.Generator().manual_seed(0)
    images = torch.randn((4, 1, 1, 64, 64), generator=random)
    labels, loss = (images[:, 0, 0] > 0).long(), build_loss(["cross_entropy", "dice"], "classes")
    torch.manual_seed(5)
    value = consistency_forward(loss, 0.0, 16, "classes")(network, [images], labels)
    torch.manual_seed(5)
    cut = draw_crop(64, 16)
    whole, part = network(images), network(images[(..., *cut)])
    assert len(part) > 1 and network.auxiliary_weight > 0
    weight = network.auxiliary_weight
    both = with_auxiliary(loss, whole, labels, weight) + with_auxiliary(loss, part, labels[(..., *cut)], weight)
    assert value.item() == pytest.approx(both.item() / 2, rel=1e-4)


@pytest.mark.parametrize("task", ["segmentation", "regression", "change"])
def test_a_training_takes_the_weight_into_account(tmp_path, task):
    make_folder(tmp_path / "chips", task, side=48)
    found = []
    for weight in (0.0, 2.0, 50.0, 2.0):
        output = tmp_path / f"{len(found)}"
        run_train(arguments(tmp_path, task, consistency=weight, output=str(output), epochs=1), Report())
        found.append(load_file(output / WEIGHTS_FILE))
    without, some, much, again = found
    for one, other in ((without, some), (some, much)):
        assert any(not torch.equal(one[name], other[name]) for name in one)
    assert all(torch.equal(again[name], some[name]) for name in some)  # the crops come from the seed
    assert read_card(tmp_path / "1").provenance["settings"]["consistency"] == 2.0


def test_numbers_are_learned_in_their_units(tmp_path, training_seed, reached):
    make_folder(tmp_path / "chips", "regression", counts=(12, 6, 0), side=48)
    how = {"epochs": 30, "batch_size": 2, "learning_rate": 0.01, "seed": training_seed}
    result = run_train(arguments(tmp_path, "regression", consistency=1.0, **how), Report())
    assert reached("R2", result["main"], above=0.5)


def test_a_student_learns_it_too(tmp_path):
    make_folder(tmp_path / "chips", side=48)
    run_train(arguments(tmp_path, epochs=15, learning_rate=0.01), Report())
    make_folder(tmp_path / "images", labels="none", side=48)
    asked = {"teacher": str(tmp_path / "model"), "chips": str(tmp_path / "images"), "epochs": 1, "threads": 1,
             "network": "unet", "options": {"widths": [2, 4]}, "batch_size": 4}  # fmt: skip
    found = []
    for weight in (0.0, 2.0):
        output = tmp_path / f"student{weight}"
        run_distil({**asked, "consistency": weight, "output": str(output)}, Report())
        found.append(load_file(output / WEIGHTS_FILE))
    assert any(not torch.equal(found[0][name], found[1][name]) for name in found[0])
    with pytest.raises(InputError, match="too small"):
        run_distil({**asked, "consistency": 1.0, "options": {"widths": [2, 4], "coarsen": 16},
                    "output": str(tmp_path / "none")}, Report())  # fmt: skip


def test_what_cannot_be_cropped_is_told(tmp_path):
    check_crops(96, 32)
    with pytest.raises(InputError, match="at least 96 px"):
        check_crops(95, 32)
    with pytest.raises(InputError, match="CONSISTENCY is for maps"):
        run_train(arguments(tmp_path, "classification", consistency=1.0), Report())
    tall = {"network": "unet", "options": {"widths": [4, 8], "coarsen": 64}}
    (tmp_path / "maps").mkdir()
    with pytest.raises(InputError, match="too small"):
        run_train(arguments(tmp_path / "maps", consistency=1.0, **tall), Report())
    assert not (tmp_path / "maps" / "model").exists()
