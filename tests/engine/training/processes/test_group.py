"""Three processes, each with a part of every batch, come to what one comes to with whole batches."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import pytest
import torch

from rsdl_qgis.engine.errors import DeviceError, InputError
from rsdl_qgis.engine.networks import NETWORKS
from rsdl_qgis.engine.training.processes.devices import own_device
from rsdl_qgis.engine.training.processes.group import divided, divisor, own
from rsdl_qgis.engine.training.samples.batches import Batches

from ...networks.samples import build
from ...networks.small import ALIKE, SMALL
from .cases import DETECTOR, GOES_ON, LAST_OF_TWO, STOPPED, TRAININGS, come_to, squares, trained, unet
from .several import ended, started

PROCESSES = 3  # of which some have more samples of a batch; the last batch has fewer samples than there are processes
TOLERANCE = 1e-5  # of weights that move by a hundredth and more


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """What the cases came to in three processes, and, of a training that was stopped in them, in one."""
    file = tmp_path_factory.mktemp("together") / "found.pt"
    trained(checkpoint=file.with_name("one.pt"), is_stopped=True)
    for status, _, told in ended(
        started(PROCESSES, Path(__file__).with_name("cases.py"), file, *TRAININGS, DETECTOR, STOPPED, GOES_ON)
    ):
        assert status == 0, told
    return {**torch.load(file), "several, then one": trained(checkpoint=file.with_name("several.pt"))}


@pytest.mark.parametrize("case", [*TRAININGS, DETECTOR])
def test_several_come_to_what_one_comes_to(case, together):
    alone = come_to(case)
    assert alone.keys() == together[case].keys()
    for name, value in alone.items():
        # Of a batch that all have whole, the variance is estimated as of three times as many values.
        bound = 1e-3 if case == LAST_OF_TWO and name.endswith("running_var") else TOLERANCE
        torch.testing.assert_close(together[case][name], value, rtol=bound, atol=bound, msg=f"{name}: {{}}".format)


@pytest.mark.parametrize("case", [GOES_ON, "several, then one"])
def test_a_stopped_training_goes_on_in_another_number_of_processes(case, together):
    alone = trained()
    for name, value in alone.items():
        torch.testing.assert_close(
            together[case][name], value, rtol=TOLERANCE, atol=TOLERANCE, msg=f"{name}: {{}}".format
        )
    assert len(together[STOPPED]["losses"]) == 1


def test_the_weights_move_by_far_more_than_the_tolerance(together):
    before = unet().state_dict()
    moved = [(together["SGD"][f"weights {name}"] - value).abs().max() for name, value in before.items()]
    assert max(moved) > 1000 * TOLERANCE


def test_the_parts_of_all_processes_are_the_batch_in_its_order():
    whole = Batches(squares(11), 4, None, 0)
    parts = [Batches(squares(11), 4, None, 0, part=(i, 3)) for i in range(3)]
    assert {len(part) for part in parts} == {len(whole)}
    for batch, *shares in zip(whole.epoch(1), *(part.epoch(1) for part in parts)):
        labels = torch.cat([labels for _, labels in shares])
        assert torch.equal(labels, batch[1])


def test_a_batch_of_fewer_samples_than_processes_is_everyones():
    assert [divided([1, 2], i, 3) for i in range(3)] == [[1, 2]] * 3
    assert [divided([1, 2, 3, 4, 5], i, 2) for i in range(2)] == [[1, 2], [3, 4, 5]]


def test_batches_that_cannot_be_divided_are_refused():
    with pytest.raises(InputError, match="Batches of 2 cannot be divided among 3 processes"):
        Batches(squares(4), 2, None, 0, part=(0, 3))


def test_one_process_shares_nothing():
    items, total = [1, 2], torch.tensor(5)
    assert own(items) is items and divisor(total) == 5 and divisor(total * 0) == 1


def test_each_process_has_a_cuda_device_of_its_own():
    assert [own_device("auto", "cuda:0", i, 2, 4) for i in range(2)] == ["cuda:0", "cuda:1"]
    assert own_device("cuda:3", "cuda:3", 0, 1, 4) == "cuda:3"  # one process on each of several computers
    for asked, device, devices, problem in (
        ("cuda:1", "cuda:1", 4, "cuda:1 is one device, and 2 processes"),
        ("cuda", "cuda", 1, "which has 1 CUDA device"),
        ("mps", "mps", 0, "cannot train on mps"),
    ):
        with pytest.raises(DeviceError, match=problem):
            own_device(asked, device, 0, 2, devices)


@pytest.mark.parametrize("name", sorted(set(SMALL) - ALIKE))
def test_networks_can_be_given_to_other_processes(name):
    dates = NETWORKS[name].dates or (2 if NETWORKS[name].task in ("change", "time-series") else 1)
    network = build(name, {"image": (dates, 3)})
    same = pickle.loads(pickle.dumps(network))
    saved = [io.BytesIO() for _ in range(2)]
    for file, item in zip(saved, (network, same)):
        torch.save(item.state_dict(), file)
    assert saved[0].getvalue() == saved[1].getvalue()
