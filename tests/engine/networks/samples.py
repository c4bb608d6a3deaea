"""For the sweep: inputs of any task, and a handful of samples that a network can learn by heart."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from rsdl_qgis.engine.networks import NETWORKS, build_network

from .small import SMALL


def is_series(name):
    return NETWORKS[name].task == "time-series"


def build(name, inputs, classes=2, seed=0, **options):
    """A small network of the table, the same for the same seed."""
    torch.manual_seed(seed)
    return build_network(name, inputs, classes, **{**SMALL.get(name, {}), **options})


def sizes(name):
    """(options, height, width) to sweep: the smallest image, and one that is larger and not square where it may be."""
    line = NETWORKS[name]
    least = line.smallest or line.multiple
    if not line.any_size:
        return [({"size": side}, side, side) for side in (least, 2 * least)]
    step = line.multiple * -(-16 // line.multiple)  # at least 16 px more
    return [({}, least, least), ({}, least + step, least + 2 * step)]


def side(name, least=32):
    """A side of ``least`` px, or the next that the network takes, and the options to build it for that."""
    line = NETWORKS[name]
    pixels = line.multiple * -(-max(least, line.smallest) // line.multiple)
    return pixels, {} if line.any_size else {"size": pixels}


def images(inputs, n=2, height=64, width=64, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(n, *shape, height, width, generator=generator) for shape in inputs.values()]


def series(inputs, n=2, dates=None, seed=1):
    """Sequences of ``dates``, a third of them missing, and last which are valid."""
    generator = torch.Generator().manual_seed(seed)
    dates = dates or next(iter(inputs.values()))[0]
    valid = torch.rand(n, dates, generator=generator) > 1 / 3
    valid[:, 0] = True
    return [*(torch.randn(n, dates, bands, generator=generator) for _, bands in inputs.values()), valid]


def training_loss(name, network, given, target):
    """The loss as in training: auxiliary heads by their weight, a detector's own losses added."""
    if NETWORKS[name].task == "detection":
        return sum(network.loss(given, target).values())
    answer = network(*given)
    logits, *auxiliary = answer if isinstance(answer, tuple) else (answer,)
    return F.cross_entropy(logits, target) + sum(
        network.auxiliary_weight * F.cross_entropy(x, target) for x in auxiliary
    )


def handful(name):
    """(inputs, options, given, target): a few samples of two classes, 32 px or the next that the network takes."""
    line = NETWORKS[name]
    if is_series(name):
        inputs = {"series": (8, 2)}
        given = series(inputs, n=8)
        given[0] += torch.arange(8).remainder(2)[:, None, None] * 1.0
        return inputs, {}, given, torch.arange(8).remainder(2)
    pixels, options = side(name, 64 if line.task == "detection" else 32)
    inputs = {"image": (line.dates or 1, 2)}
    (image,) = images(inputs, 4, pixels, pixels)
    if line.task == "classification":
        return inputs, options, [image], torch.tensor([0, 1, 0, 1])
    image *= 0.3
    truth = torch.zeros(4, pixels, pixels, dtype=torch.long)
    boxes = []
    for i, (x, y, width, height) in enumerate(((0, 0, 16, 16), (8, 0, 16, 24), (0, 16, 32, 16), (8, 8, 24, 16))):
        boxes.append(torch.tensor([[x, y, x + width, y + height]]).float())
        truth[i, y : y + height, x : x + width] = 1
    image[:, -1] += 2 * truth[:, None]  # what is new shows on the last date
    if line.task == "detection":
        turned = [torch.cat([(b[:, :2] + b[:, 2:]) / 2, b[:, 2:] - b[:, :2], torch.zeros(1, 1)], 1) for b in boxes]
        labels = [torch.tensor([i % 2]) for i in range(4)]
        target = [{"boxes": b, "oriented": t, "labels": n} for b, t, n in zip(boxes, turned, labels)]
        return inputs, options, [image], target
    return inputs, options, [image], truth
