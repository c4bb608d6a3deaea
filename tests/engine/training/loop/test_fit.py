"""The loop: it learns, stops, goes on as if it had not been stopped, and moves what it should and nothing else."""

from __future__ import annotations

import errno
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from rsdl_qgis.engine.errors import Cancelled, InputError, ModelError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.loop import progress
from rsdl_qgis.engine.training.loop.fit import (
    OPTIMIZERS,
    Settings,
    fit,
    in_one_pass,
    joined,
    mixed_precision,
    update_average,
    warm_up_cosine,
    with_auxiliary,
)
from rsdl_qgis.engine.training.samples.augment import Augmentation
from rsdl_qgis.engine.training.samples.batches import Batches
from rsdl_qgis.engine.training.start.freezing import stages_of

from ..processes.several import FORKED

HOW = Settings(epochs=6, batch_size=4, learning_rate=1e-2, average=0.5, precision="full")


def squares(n, seed=0):
    """Noisy pictures of one bright square, and where it is."""
    random = np.random.default_rng(seed)
    samples = []
    for _ in range(n):
        row, column = random.integers(2, 20, 2)
        labels = np.zeros((32, 32), "int64")
        labels[row : row + 10, column : column + 10] = 1
        image = labels * 2 + random.normal(0, 0.3, (1, 1, 32, 32))
        samples.append(([torch.from_numpy(image.astype("float32"))], torch.from_numpy(labels)))
    return samples


def unet(seed=0, **options):
    torch.manual_seed(seed)
    return build_network("unet", {"image": (1, 1)}, 2, **{"widths": (4, 8), "dropout": 0.2, **options})


def batches(how=HOW, n=12):
    return Batches(squares(n), how.batch_size, Augmentation(0.1, 0.1, 1.2, 0.01), how.seed)


def learnt(network):
    """Minus the loss on other pictures."""
    images, labels = (torch.stack(column) for column in zip(*((i[0], y) for i, y in squares(4, seed=99))))
    with torch.inference_mode():
        return -F.cross_entropy(network(images), labels).item()


def train(how=HOW, network=None, data=None, score=learnt, report=None, stop_after=None, **arguments):
    """The epochs of a training, each with its network's weights as they then were."""
    network, seen = network or unet(), []
    data = data or batches(how)
    for epoch in fit(network, data, F.cross_entropy, score, how, report or Report(), **arguments):
        seen.append((epoch, {name: value.clone() for name, value in epoch.network.state_dict().items()}))
        if len(seen) == stop_after:
            break
    return seen


def equal(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def plain(history):
    """What of a history does not depend on the machine's speed."""
    return [{name: r[name] for name in ("number", "loss", "score", "rate")} for r in history]


def test_it_learns_and_tells_what_it_came_to(training_seed, reached):
    seen = train(replace(HOW, epochs=16, seed=training_seed), unet(training_seed, widths=(8, 8, 16)))
    last = seen[-1][0]
    assert [epoch.number for epoch, _ in seen] == list(range(16))
    assert reached("fall of the loss", last.loss / seen[0][0].loss, below=0.4)
    assert reached("fall of the loss on other pictures", last.score / seen[0][0].score, below=0.4)
    assert [record["loss"] for record in last.history] == [epoch.loss for epoch, _ in seen]
    assert all(0 <= r["waited"] <= r["seconds"] for r in last.history)
    scores = [epoch.score for epoch, _ in seen]
    assert last.best == (int(np.argmax(scores)), max(scores))
    assert equal(last.best_state, seen[last.best[0]][1])
    assert 0 < last.rate < seen[1][0].rate == pytest.approx(1e-2, rel=0.1)
    assert not last.network.training


def test_the_same_seed_gives_the_same_weights_and_another_one_others():
    first, second, other = (train(how)[-1] for how in (HOW, HOW, replace(HOW, seed=1)))
    assert equal(first[1], second[1]) and plain(first[0].history) == plain(second[0].history)
    assert not equal(first[1], other[1])


@pytest.mark.parametrize("how", [HOW, replace(HOW, optimizer="sgd", average=0, accumulate=2, unfreeze_every=1)])
def test_a_training_that_was_stopped_goes_on_as_if_it_was_not(tmp_path, how):
    path = tmp_path / "state.pt"
    whole, weights = train(how)[-1]
    assert len(train(how, checkpoint=path, stop_after=2)) == 2

    class Fault(Exception):
        pass

    class Faulty(Report):
        checks = 0

        def check(self):
            self.checks += 1
            if self.checks == 5:
                raise Fault

    with pytest.raises(Fault):  # in the middle of epoch 3
        train(how, unet(seed=5), checkpoint=path, report=Faulty())
    rest = train(how, unet(seed=6), checkpoint=path)
    assert [epoch.number for epoch, _ in rest] == [3, 4, 5]
    last, resumed = rest[-1]
    assert equal(resumed, weights) and equal(last.best_state, whole.best_state)
    assert plain(last.history) == plain(whole.history) and last.best == whole.best
    assert os.listdir(tmp_path) == ["state.pt"]
    (again, same), *others = train(how, unet(seed=7), checkpoint=path)  # it had ended
    assert not others and again.number == 5 and equal(same, weights) and plain(again.history) == plain(whole.history)


class Deadly(Report):
    checks = 0

    def check(self):
        self.checks += 1
        if self.checks == 8:  # the second batch of epoch 2
            os.kill(os.getpid(), signal.SIGKILL)


def killed(path):
    torch.set_num_threads(1)
    train(report=Deadly(), checkpoint=path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows kills otherwise")
def test_a_training_that_was_killed_goes_on_as_if_it_was_not(tmp_path):
    path = tmp_path / "state.pt"
    worker = FORKED.Process(target=killed, args=(path,))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    whole, weights = train()[-1]
    rest = train(network=unet(seed=5), checkpoint=path)
    assert [epoch.number for epoch, _ in rest] == [2, 3, 4, 5]
    assert equal(rest[-1][1], weights) and plain(rest[-1][0].history) == plain(whole.history)


def test_a_training_that_asks_for_something_else_begins_anew(tmp_path):
    class Told(Report):
        said = ""

        def log(self, level, message):
            self.said += message

    path, told = tmp_path / "state.pt", Told()
    train(checkpoint=path, stop_after=2)
    quicker = replace(HOW, learning_rate=2e-2)
    seen = train(quicker, checkpoint=path, report=told, stop_after=1)
    assert seen[0][0].number == 0 and "(learning_rate was 0.01 and is 0.02), so this one starts again" in told.said
    assert train(quicker, unet(widths=(4, 4)), checkpoint=path, stop_after=1)[0][0].number == 0
    assert train(replace(quicker, metric="mean IoU"), unet(widths=(4, 4)), checkpoint=path)[0][0].number == 1
    path.write_bytes(b"spoiled")
    assert train(quicker, checkpoint=path, stop_after=1)[0][0].number == 0


def test_a_full_disk_ends_the_training_and_leaves_the_last_good_state(tmp_path, monkeypatch):
    path, save = tmp_path / "state.pt", torch.save
    weights = train()[-1][1]

    def nearly_full(state, file):
        if len(state["history"]) == 3:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(state, file)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", nearly_full)
        with pytest.raises(OutputError, match="the disk is full"):
            train(checkpoint=path)
    assert os.listdir(tmp_path) == ["state.pt"]
    rest = train(checkpoint=path)
    assert rest[0][0].number == 2 and equal(rest[-1][1], weights)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_frozen_weights_and_statistics_do_not_move_and_the_others_do(average):
    network = unet()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    how = replace(HOW, epochs=2, average=average, weight_decay=0.5)
    last = train(how, network, freeze="encoder")[-1][0]
    for state in (network.state_dict(), last.network.state_dict(), last.best_state):
        for name, value in state.items():
            assert torch.equal(value, before[name]) == name.startswith("encoder."), name


def test_a_stage_moves_from_the_epoch_on_in_which_it_is_thawed():
    how = replace(HOW, epochs=8, unfreeze_every=2)
    network = unet()
    states = [{n: v.clone() for n, v in network.state_dict().items()}]
    states += [state for _, state in train(how, network, freeze="backbone")]
    for number, stage in enumerate(reversed(stages_of(network))):
        moved = [any(not torch.equal(a[n], b[n]) for n in stage.parameters) for a, b in zip(states, states[1:])]
        assert moved == [epoch >= 2 * number for epoch in range(8)], stage.name


def test_the_average_is_that_of_weights_and_statistics():
    first, second = unet(), unet(1)
    second.encoder.levels[0][1].running_mean.fill_(4)
    second.encoder.levels[0][1].num_batches_tracked.fill_(7)
    update_average(first, second, 0.75)
    assert first.encoder.levels[0][1].running_mean.eq(1).all()
    assert first.encoder.levels[0][1].num_batches_tracked == 7
    expected = 0.75 * unet().decoder.head.weight + 0.25 * second.decoder.head.weight
    assert torch.allclose(first.decoder.head.weight, expected, atol=1e-7)


def test_without_an_average_the_network_itself_is_judged():
    network, judged = unet(), []
    seen = train(replace(HOW, average=0), network, score=lambda n: judged.append(n) or 0.0)
    assert all(epoch.network is network for epoch, _ in seen) and all(n is network for n in judged)
    network = unet()
    averaged = train(replace(HOW, average=0.999), network)[-1][0].network
    assert averaged is not network and not equal(averaged.state_dict(), network.state_dict())


def plain_network():
    """Without batch norm or dropout."""
    torch.manual_seed(0)
    layers = [torch.nn.Flatten(1, 2), torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Tanh(), torch.nn.Conv2d(4, 2, 1)]
    return torch.nn.Sequential(*layers)


def test_two_batches_of_four_a_step_are_as_one_of_eight():
    def weights(size, accumulate, n=16):
        data = Batches(squares(n), size, None, 0)
        how = replace(HOW, epochs=3, batch_size=size, accumulate=accumulate, average=0)
        return train(how, plain_network(), data, score=lambda network: 0.0)[-1][1]

    one, two = weights(8, 1), weights(4, 2)
    assert all(torch.allclose(one[name], two[name], atol=1e-6) for name in one)
    assert not all(torch.allclose(one[name], v, atol=1e-4) for name, v in weights(4, 1).items())
    assert [joined(step, 5, 2) for step in range(1, 6)] == [2, 2, 2, 2, 1]
    assert weights(4, 3).keys() == one.keys()  # the last step of an epoch has one batch


class OneBatch:
    def __len__(self):
        return 1

    def epoch(self, number):
        yield [torch.ones(2, 1, 8, 8)], torch.zeros(2, 8, 8).long()


def test_gradients_are_clipped_unless_told_otherwise():
    def moved(clip_norm):
        network = torch.nn.Conv2d(1, 2, 1)
        before = torch.cat([p.detach().flatten() for p in network.parameters()])
        how = Settings(epochs=1, batch_size=2, optimizer="sgd", learning_rate=1.0, momentum=0.0, weight_decay=0,
                       clip_norm=clip_norm, average=0, precision="full")  # fmt: skip
        enormous = lambda logits, labels: 1e6 * logits.square().mean()  # noqa: E731
        list(fit(network, OneBatch(), enormous, lambda network: 0.0, how, Report()))
        return (torch.cat([p.detach().flatten() for p in network.parameters()]) - before).norm().item()

    assert moved(1.0) == pytest.approx(1, rel=1e-3)
    assert moved(0.0) > 1e3


def test_steps_in_one_pass_are_those_of_adamw_in_many(monkeypatch, tmp_path):
    """Also after a checkpoint. In one pass weights and gradients must lie in memory in the same order."""
    how = replace(HOW, epochs=4)
    train(how, unet(dropout=0), stop_after=2, checkpoint=tmp_path / "checkpoint")
    *_, (_, quick) = train(how, unet(seed=1, dropout=0), checkpoint=tmp_path / "checkpoint")
    monkeypatch.setitem(OPTIMIZERS, "adamw", lambda groups, how: torch.optim.AdamW(groups, fused=False))
    *_, (_, slow) = train(how, unet(dropout=0))
    assert all(torch.allclose(quick[name], slow[name], atol=1e-5) for name in quick)
    assert [in_one_pass(device) for device in ("cpu", "cuda:1", "mps")] == [True, True, False]


@pytest.mark.parametrize("average", [0, 0.9])
def test_a_training_that_diverges_is_told_and_not_kept(tmp_path, average):
    def score(network):
        raise AssertionError("must not be judged")

    for rate, optimizer in ((1e30, "adamw"), (1e38, "sgd")):
        how = replace(HOW, learning_rate=rate, optimizer=optimizer, average=average, clip_norm=0)
        with pytest.raises(ModelError, match=r"diverged in epoch 1: .* Use a lower LEARNING_RATE than 1e\+3"):
            train(how, score=score, checkpoint=tmp_path / "state.pt")
    assert not list(tmp_path.iterdir())


def test_the_last_epoch_is_kept_where_that_is_asked_for():
    scores = iter([0.3, 0.9, 0.2])
    *_, (last, state) = train(replace(HOW, epochs=3, average=0, keep="last"), score=lambda _: next(scores))
    assert last.best == (2, 0.2)
    assert all(torch.equal(last.best_state[name], value) for name, value in state.items())


@pytest.mark.parametrize(("scores", "patience", "epochs", "best"), [
    ((1, 2, 2, 2, 2, 2), 3, 5, 1),
    ((1, 2, 1, 3, 1, 1), 2, 6, 3),
    ((3, 2, 1, 4, 5, 6), 3, 6, 5),
    ((3, 2, 1, 0, 0, 0), 0, 6, 0),
    ((float("nan"), 1, 1, 0, 0, 0), 2, 4, 1),
])  # fmt: skip
def test_it_ends_when_the_score_gets_no_better_also_across_a_stop(tmp_path, scores, patience, epochs, best):
    how, data = replace(HOW, patience=patience), Batches(squares(2), 2, None, 0)
    judge = iter(scores)
    seen = train(how, data=data, score=lambda network: float(next(judge)))
    assert len(seen) == epochs and seen[-1][0].best == (best, scores[best])
    judge = iter(scores)
    path = tmp_path / "state.pt"
    for _ in range(epochs):
        score = lambda network: float(next(judge))  # noqa: E731
        ((epoch, _),) = train(how, data=data, score=score, checkpoint=path, stop_after=1)
    assert epoch.number == epochs - 1 and epoch.best == (best, scores[best])
    ((again, _),) = train(how, data=data, checkpoint=path)
    assert again.number == epochs - 1 and equal(again.best_state, seen[best][1])


def test_training_can_be_cancelled():
    class Stopped(Report):
        def cancelled(self):
            return True

    with pytest.raises(Cancelled):
        train(report=Stopped())


def test_how_far_it_is_and_how_long_it_takes_is_told(monkeypatch):
    class Told(Report):
        def __init__(self):
            self.reported = []

        def progress(self, fraction, message=""):
            self.reported.append((fraction, message))

    monkeypatch.setattr(progress, "INTERVAL", 0)
    report = Told()
    train(replace(HOW, epochs=2, metric="mean IoU"), report=report, score=lambda network: 0.713)
    assert [fraction for fraction, _ in report.reported] == pytest.approx([i / 6 for i in range(1, 7)])
    first, last = report.reported[0][1], report.reported[-1][1]
    assert first.startswith("epoch 1 of 2, loss 0.") and "IoU" not in first and first.endswith(" s left")
    assert last.startswith("epoch 2 of 2, loss 0.") and last.endswith(", mean IoU 0.713, about 0 s left")


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"optimizer": "adam"}, r"no optimizer 'adam'\. Choose one of adamw, sgd"),
    ({"precision": "half"}, r"no precision 'half'\. Choose one of auto, full, mixed"),
])  # fmt: skip
def test_settings_that_cannot_be(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        train(replace(HOW, **wrong))


def test_mixed_precision_where_it_is_asked_for(monkeypatch):
    seen = []
    network = plain_network()
    network[3].register_forward_hook(lambda module, given, answer: seen.append(answer.dtype))
    train(replace(HOW, epochs=1, precision="mixed"), network, score=lambda network: 0.0)
    assert set(seen) == {torch.bfloat16} and all(p.dtype == torch.float32 for p in network.parameters())
    wide = {"avx512_f": True}  # alone, it computes in bfloat16 many times more slowly
    for capabilities, dtype in (({}, None), (wide, None), ({**wide, "avx512_bf16": True}, torch.bfloat16)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda c=capabilities: c)
        assert mixed_precision(replace(HOW, precision="auto")) is dtype
        assert mixed_precision(replace(HOW, precision="full")) is None


def test_lower_rates_move_deeper_layers_less(training_seed, reached):
    def moved(layer_decay):
        network = unet(training_seed, dropout=0.0)
        before = network.encoder.levels[0][0].weight.detach().clone()
        train(replace(HOW, epochs=1, average=0, layer_decay=layer_decay), network)
        return (network.encoder.levels[0][0].weight - before).norm().item()

    assert reached("movement", moved(0.3) / moved(1.0), below=0.1)


def test_auxiliary_heads_count_by_their_weight():
    logits, auxiliary = torch.tensor([[0.0, 0.0]]), torch.tensor([[2.0, 0.0]])
    labels = torch.tensor([0])
    alone, beside = (F.cross_entropy(x, labels) for x in (logits, auxiliary))
    both = with_auxiliary(F.cross_entropy, (logits, auxiliary, auxiliary), labels, 0.3)
    assert both.item() == pytest.approx((alone + 0.6 * beside).item())
    assert with_auxiliary(F.cross_entropy, logits, labels, 0.3) == alone


def test_warm_up_and_cosine():
    factors = [warm_up_cosine(step, 100, 0.1) for step in range(100)]
    assert factors[0] == pytest.approx(0.1) and max(factors) == factors[9] == 1.0
    assert factors[99] < 0.001 and all(a >= b for a, b in zip(factors[10:], factors[11:]))


def test_series_are_trained_too(training_seed, reached):
    random = torch.Generator().manual_seed(0)
    samples = []
    for i in range(8):
        series = torch.randn(6, 2, generator=random) + i % 2
        samples.append(([series, torch.rand(6, generator=random) > 0.2], torch.tensor(i % 2)))
    torch.manual_seed(training_seed)
    network = build_network("lstm", {"series": (6, 2)}, 2, hidden=8)
    seen = train(replace(HOW, epochs=24), network, Batches(samples, 4, None, 0), score=lambda network: 0.0)
    assert reached("fall of the loss", seen[-1][0].loss / seen[0][0].loss, below=0.8)
