"""Losses: each against its definition as a loop over pixels; what is not labelled has no part in them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.training.loop.losses import IGNORE, LOSSES, balanced_weights, build_loss

CLASSES = 3
WEIGHTS = (0.5, 2.0, 0.5)
SHAPES = [(2, CLASSES, 4, 5), (7, CLASSES)]


def of_classes(shape, seed=0):
    """Logits, and labels of which some are not known."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, shape).astype(np.float32)
    labels = random.integers(0, shape[1], (shape[0], *shape[2:]))
    labels[random.random(labels.shape) < 0.3] = IGNORE
    labels.flat[:4] = 0, 1, IGNORE, 1
    return logits, labels


def pixels(logits, labels):
    """(probabilities, class) of each labelled pixel of one image or of a batch."""
    flat = np.moveaxis(logits, 1, -1).reshape(-1, logits.shape[1])
    for row, label in zip(flat.astype(float), labels.ravel()):
        if label != IGNORE:
            exponents = [math.exp(value - max(row)) for value in row]
            yield [value / sum(exponents) for value in exponents], int(label)


def plain_cross_entropy(logits, labels, weights=None):
    weights = weights or [1] * logits.shape[1]
    found = list(pixels(logits, labels))
    return sum(-weights[c] * math.log(p[c]) for p, c in found) / sum(weights[c] for _, c in found)


def plain_focal(logits, labels, weights=None):
    weights = weights or [1] * logits.shape[1]
    found = list(pixels(logits, labels))
    return sum(-weights[c] * (1 - p[c]) ** 2 * math.log(p[c]) for p, c in found) / sum(weights[c] for _, c in found)


def plain_dice(logits, labels):
    images = [(logits, labels)] if logits.ndim == 2 else [(logits[i : i + 1], labels[i]) for i in range(len(logits))]
    losses = []
    for image, truth in images:
        found = list(pixels(image, truth))
        for k in range(logits.shape[1]):
            size = sum(c == k for _, c in found)
            if size:
                common, given = sum(p[k] for p, c in found if c == k), sum(p[k] for p, _ in found)
                losses.append(1 - (2 * common + 1) / (size + given + 1))
    return sum(losses) / len(losses)


def plain_lovasz(logits, labels):
    """The Lovász extension: errors in falling order, each times what its pixel adds to the Jaccard loss of a set."""
    found = list(pixels(logits, labels))
    losses = []
    for k in range(logits.shape[1]):
        members = {i for i, (_, c) in enumerate(found) if c == k}
        if not members:
            continue
        errors = [1 - p[k] if c == k else p[k] for p, c in found]
        total, before, wrong = 0.0, 0.0, set()
        for i in sorted(range(len(errors)), key=lambda i: -errors[i]):
            wrong.add(i)
            jaccard_loss = len(wrong) / len(members | wrong)
            total, before = total + errors[i] * (jaccard_loss - before), jaccard_loss
        losses.append(total)
    return sum(losses) / len(losses)


PLAIN = {"cross_entropy": plain_cross_entropy, "focal": plain_focal, "dice": plain_dice, "lovasz": plain_lovasz}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("shape", [*SHAPES, (2, 2, 4, 5)])
@pytest.mark.parametrize("seed", range(3))
def test_losses_of_classes_are_their_definition(name, shape, seed):
    logits, labels = of_classes(shape, seed)
    loss = build_loss([name], "classes")(torch.from_numpy(logits), torch.from_numpy(labels))
    assert loss.item() == pytest.approx(PLAIN[name](logits, labels), rel=1e-5)


@pytest.mark.parametrize("name", ["cross_entropy", "focal"])
@pytest.mark.parametrize("shape", SHAPES)
def test_class_weights_weigh_the_mean(name, shape):
    logits, labels = of_classes(shape)
    loss = build_loss([name], "classes", WEIGHTS)(torch.from_numpy(logits), torch.from_numpy(labels))
    assert loss.item() == pytest.approx(PLAIN[name](logits, labels, WEIGHTS), rel=1e-5)
    assert loss.item() != pytest.approx(PLAIN[name](logits, labels), rel=1e-2)


def test_a_set_of_wrong_pixels_costs_its_jaccard_loss():
    """On corners, where every pixel is quite right or quite wrong, Lovász-softmax is 1 - mean IoU."""
    labels = torch.tensor([[[0, 0, 0, 1], [1, 1, 2, 2]]])
    given = torch.tensor([[[0, 0, 1, 1], [1, 2, 2, 0]]])
    logits = torch.nn.functional.one_hot(given, 3).movedim(-1, 1) * 200.0
    ious = [2 / 4, 2 / 4, 1 / 3]
    assert build_loss(["lovasz"], "classes")(logits, labels).item() == pytest.approx(1 - sum(ious) / 3)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("shape", SHAPES)
def test_binary_cross_entropy_is_its_definition(shape, weights):
    random = np.random.default_rng(0)
    logits, labels = random.normal(0, 2, shape).astype(np.float32), random.integers(0, 2, shape).astype(np.float32)
    labels[random.random(shape) < 0.3] = np.nan
    total = count = 0.0
    for index in np.ndindex(shape):
        if not np.isnan(labels[index]):
            p, weight = 1 / (1 + math.exp(-logits[index])), (weights or [1] * CLASSES)[index[1]]
            total -= weight * math.log(p if labels[index] else 1 - p)
            count += weight
    loss = build_loss(["bce"], "labels", weights)(torch.from_numpy(logits), torch.from_numpy(labels))
    assert loss.item() == pytest.approx(total / count, rel=1e-5)


@pytest.mark.parametrize("name", ["huber", "mse"])
@pytest.mark.parametrize("shape", [(2, 1, 4, 5), (7, 1)])
def test_losses_of_numbers_are_their_definition(name, shape):
    random = np.random.default_rng(0)
    numbers = random.normal(0, 2, shape).astype(np.float32)
    labels = random.normal(0, 2, (shape[0], *shape[2:])).astype(np.float32)
    labels[random.random(labels.shape) < 0.3] = np.nan
    each = []
    for number, label in zip(numbers.ravel(), labels.ravel()):
        if not np.isnan(label):
            away = abs(float(number) - float(label))
            each.append(away**2 if name == "mse" else away**2 / 2 if away < 1 else away - 0.5)
    loss = build_loss([name], "numbers")(torch.from_numpy(numbers), torch.from_numpy(labels))
    assert loss.item() == pytest.approx(sum(each) / len(each), rel=1e-5)
    with pytest.raises(ValueError, match="not one number for each"):
        build_loss([name], "numbers")(torch.zeros(2, 3, 4, 5), torch.zeros(2, 4, 5))


@pytest.mark.parametrize("temperature", [1.0, 3.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_distillation_is_the_divergence_of_softened_probabilities(shape, temperature):
    random = np.random.default_rng(0)
    student, teacher = (torch.from_numpy(random.normal(0, 2, shape)) for _ in range(2))
    probabilities = teacher.softmax(1)
    unknown = torch.from_numpy(random.random((shape[0], *shape[2:])) < 0.3)
    flat = [torch.movedim(x / temperature, 1, -1).reshape(-1, CLASSES).softmax(1).tolist() for x in (student, teacher)]
    each = [
        sum(t * math.log(t / s) for s, t in zip(*rows))
        for *rows, skip in zip(*flat, unknown.flatten().tolist())
        if not skip
    ]
    labels = probabilities.masked_fill(unknown.unsqueeze(1), 0)
    loss = build_loss(["distillation"], "soft", temperature=temperature)(student, labels)
    assert loss.item() == pytest.approx(temperature**2 * sum(each) / len(each), rel=1e-6)
    same = build_loss(["distillation"], "soft", temperature=temperature)(teacher, labels)
    assert same.item() == pytest.approx(0, abs=1e-12)


def problem(name, shape):
    """Logits and labels for a loss, and which of the logits are where the label is not known."""
    kind = LOSSES[name].kind
    logits, labels = (torch.from_numpy(x) for x in of_classes(shape))
    unknown = (labels == IGNORE).unsqueeze(1).expand(shape)
    if kind == "labels":
        labels = torch.where(unknown, torch.nan, (logits > 0).float())
    elif kind == "soft":
        labels = torch.where(unknown, 0, logits.roll(1, 0).softmax(1))
    elif kind == "numbers":
        labels = torch.where(labels == IGNORE, torch.nan, labels.float())
        logits, unknown = logits[:, :1], unknown[:, :1]
    return kind, logits, labels, unknown


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_known_changes_nothing(name, shape):
    kind, logits, labels, unknown = problem(name, shape)
    spoiled = torch.where(unknown, torch.randn(logits.shape, generator=torch.Generator().manual_seed(1)) * 9, logits)
    loss = build_loss([name], kind)
    found = []
    for given in (logits, spoiled):
        given = given.clone().requires_grad_()
        value = loss(given, labels)
        value.backward()
        assert given.grad.isfinite().all() and (given.grad[unknown] == 0).all()
        found.append((value.item(), given.grad[~unknown]))
    assert unknown.any() and found[0][0] == found[1][0] > 0
    assert torch.equal(found[0][1], found[1][1]) and found[0][1].any()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_batch_without_any_label_gives_zero_and_gradients_of_zero(name, weights, shape):
    kind, logits, labels, _ = problem(name, shape)
    nothing = {"classes": IGNORE, "labels": torch.nan, "numbers": torch.nan, "soft": 0}[kind]
    logits.requires_grad_()
    loss = build_loss([name], kind, weights)(logits, torch.full_like(labels, nothing))
    loss.backward()
    assert loss.item() == 0 and (logits.grad == 0).all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_gradients_are_finite_for_extreme_logits(name, shape):
    kind, logits, labels, _ = problem(name, shape)
    logits = (logits * 1e4).requires_grad_()
    loss = build_loss([name], kind, temperature=4.0)(logits, labels)
    loss.backward()
    assert loss.isfinite() and logits.grad.isfinite().all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_against_the_gradient_lessens_the_loss(name, shape):
    kind, logits, labels, _ = problem(name, shape)
    logits.requires_grad_()
    loss = build_loss([name], kind)
    before = loss(logits, labels)
    before.backward()
    with torch.no_grad():
        assert loss(logits - 1e-2 * logits.grad, labels) < before


def test_losses_are_summed():
    logits, labels = (torch.from_numpy(x) for x in of_classes(SHAPES[0]))
    names = ["cross_entropy", "dice", "lovasz"]
    alone = sum(build_loss([name], "classes", WEIGHTS)(logits, labels).item() for name in names)
    assert build_loss(names, "classes", WEIGHTS)(logits, labels).item() == pytest.approx(alone)


def test_what_is_no_loss_or_does_not_fit_the_labels_is_refused():
    with pytest.raises(InputError, match=r"no loss 'crossentropy'.*cross_entropy, focal, dice, lovasz"):
        build_loss(["crossentropy"], "classes")
    with pytest.raises(InputError, match=r"'dice' is for classes, and the labels are numbers.*huber, mse"):
        build_loss(["huber", "dice"], "numbers")
    with pytest.raises(InputError, match="No loss is named"):
        build_loss([], "labels")
    with pytest.raises(InputError, match="temperature cannot be 0"):
        build_loss(["distillation"], "soft", temperature=0)


def test_balanced_weights_are_inverse_frequencies():
    weights = balanced_weights([100, 300, 600])
    assert np.mean(weights) == pytest.approx(1)
    assert weights[0] == pytest.approx(3 * weights[1]) and weights[1] == pytest.approx(2 * weights[2])
    assert balanced_weights([5, 5]) == (1, 1)


def test_balanced_weights_are_clipped_and_an_absent_class_has_no_part():
    rare, common = balanced_weights([1, 10_000_000])
    assert rare / common == pytest.approx(10 / 0.5, rel=1e-4)  # 10 times a class of mean frequency, and twice the mean
    assert balanced_weights([100, 0, 300])[1] == 1
    assert np.mean(np.delete(balanced_weights([100, 0, 300]), 1)) == pytest.approx(1)
    assert balanced_weights([0, 0]) == (1, 1)
