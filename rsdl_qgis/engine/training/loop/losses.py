"""Loss functions by name, and their sums.

Every loss takes float32 logits and labels and returns a scalar. The labels depend on their ``kind``:

========  ========================  =================================================  =========================
kind      logits                    labels                                             unlabelled
========  ========================  =================================================  =========================
classes   (N, K, H, W) or (N, K)    (N, H, W) or (N,) class numbers                    IGNORE
labels    (N, K) or (N, K, H, W)    of the same shape, 0 or 1: several may hold        NaN
numbers   (N, 1, H, W) or (N, 1)    (N, H, W) or (N,)                                  NaN
soft      (N, K, H, W) or (N, K)    of the same shape: a teacher's probabilities       all K are 0
========  ========================  =================================================  =========================

What is unlabelled does not contribute to the value or the gradient; where nothing is labelled, both are 0.
In several processes the mean of their values is that of the whole batch; lovasz, and dice of scenes, are then of each
process's part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from ...chips.folder import IGNORE
from ...errors import InputError
from ..processes.group import divisor

FOCUS = 2.0  # gamma of the focal loss
LEAST_WEIGHT, LARGEST_WEIGHT = 0.1, 10.0  # of a class, before the mean is made 1


def cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean cross-entropy over labelled pixels or samples; with class ``weights`` (K,) the weighted mean."""
    labels = labels.long()
    total = F.cross_entropy(logits, labels, weight=weights, ignore_index=IGNORE, reduction="sum")
    return total / _amount(labels, weights)


def focal(logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean focal loss, (1 - p)^2 times the cross-entropy, over labelled pixels or samples; as weighted mean if given.

    Lin, Goyal, Girshick, He, Dollár (ICCV 2017), doi:10.1109/ICCV.2017.324. Differs from the paper: softmax over K
    classes instead of a sigmoid, class weights instead of its alpha, the mean instead of the sum over foreground.
    """
    labels = labels.long()
    known = labels != IGNORE
    true = logits.log_softmax(1).gather(1, labels.masked_fill(~known, 0).unsqueeze(1)).squeeze(1)
    each = -((-torch.expm1(true)) ** FOCUS) * true * known
    if weights is not None:
        each = each * weights[labels.masked_fill(~known, 0)]
    return each.sum() / _amount(labels, weights)


def dice(logits: Tensor, labels: Tensor) -> Tensor:
    """1 - mean soft Dice over images and classes; a class absent from an image's labels does not count there.

    The mean is over images; the scenes (N, K) of a batch count as one image of N pixels.
    Milletari, Navab, Ahmadi (3DV 2016), doi:10.1109/3DV.2016.79. Differs from the paper: all classes instead of the
    foreground, sums instead of sums of squares in the divisor, and 1 added to both sides of the fraction.
    """
    if logits.ndim == 2:
        logits, labels = logits.T.unsqueeze(0), labels.unsqueeze(0)
    logits, labels = logits.flatten(2), labels.flatten(1).unsqueeze(1)
    probability = logits.softmax(1) * (labels != IGNORE)
    target = labels == torch.arange(logits.shape[1], device=labels.device).reshape(1, -1, 1)
    size = target.sum(2)  # (N, K)
    score = (2 * (probability * target).sum(2) + 1) / (probability.sum(2) + size + 1)
    present = size > 0
    return ((1 - score) * present).sum() / divisor(present.sum())


def lovasz(logits: Tensor, labels: Tensor) -> Tensor:
    """Lovász-softmax, a surrogate of 1 - mean IoU, over all labelled pixels of the batch and the classes they have.

    Berman, Triki, Blaschko (CVPR 2018), doi:10.1109/CVPR.2018.00464.
    """
    count = logits.shape[1]
    labels = labels.reshape(-1)
    known = labels != IGNORE
    probability = logits.softmax(1).movedim(1, 0).reshape(count, -1)[:, known]  # (K, pixels)
    labels = labels[known]
    present = torch.bincount(labels, minlength=count).nonzero()[:, 0].tolist()
    if not present:
        return _nothing(logits)
    terms: list[Tensor] = []
    for c in present:
        members = labels == c
        errors = (members.float() - probability[c]).abs()
        if count > 2 or not terms:  # of two classes p0 = 1 - p1: both have the same errors, in the same order
            order = _worst_first(errors.detach())
        terms.append(errors @ _slopes(members, order))
    return torch.stack(terms).mean()


def bce(logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean binary cross-entropy over all known labels; with class ``weights`` (K,) the weighted mean."""
    known = ~labels.isnan()
    each = F.binary_cross_entropy_with_logits(logits, labels.nan_to_num().to(logits.dtype), reduction="none")
    counted = known.to(logits.dtype)
    if weights is not None:
        counted = counted * weights.reshape(-1, *[1] * (logits.ndim - 2))
    return (each * counted).sum() / divisor(counted.sum())


def huber(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean Huber loss over known pixels: half the square up to a difference of 1, linear beyond.

    Huber (1964), doi:10.1214/aoms/1177703732.
    """
    return _mean_over_known(F.huber_loss, logits, labels)


def mse(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error over known pixels."""
    return _mean_over_known(F.mse_loss, logits, labels)


def distillation(logits: Tensor, labels: Tensor, temperature: float = 1.0) -> Tensor:
    """Mean Kullback-Leibler divergence of the student's softened probabilities from the teacher's.

    Softened: softmax of the logits divided by ``temperature``; of the teacher's probabilities p^(1/temperature),
    normalised to sum to 1. Multiplied by temperature², which keeps the size of the gradients. Hinton, Vinyals, Dean
    (2015), arXiv:1503.02531.
    """
    known = labels.sum(1) > 0  # (N, H, W) or (N,)
    teacher = labels.to(logits.dtype) ** (1 / temperature)
    teacher = teacher / teacher.sum(1, keepdim=True).masked_fill(~known.unsqueeze(1), 1)
    student = (logits / temperature).log_softmax(1)
    each = F.kl_div(student, teacher, reduction="none").sum(1) * known
    return temperature**2 * each.sum() / divisor(known.sum())


@dataclass(frozen=True)
class Loss:
    """A selectable loss: its kind of labels, and whether it takes class weights."""

    function: Callable[..., Tensor]
    kind: str
    weighted: bool = False


LOSSES = {
    "cross_entropy": Loss(cross_entropy, "classes", weighted=True),
    "focal": Loss(focal, "classes", weighted=True),
    "dice": Loss(dice, "classes"),
    "lovasz": Loss(lovasz, "classes"),
    "bce": Loss(bce, "labels", weighted=True),
    "huber": Loss(huber, "numbers"),
    "mse": Loss(mse, "numbers"),
    "distillation": Loss(distillation, "soft"),
}


def build_loss(
    names: Sequence[str], kind: str, class_weights: Sequence[float] | None = None, temperature: float = 1.0
) -> Callable[[Tensor, Tensor], Tensor]:
    """The sum of the named losses for a kind of labels (see above), as a function of logits and labels.

    ``class_weights``: one per class, for cross_entropy, focal and bce; dice and lovasz weight all classes equally.
    ``temperature``: of distillation. InputError for an unknown loss, or one for another kind of labels.
    """
    fitting = [name for name, loss in LOSSES.items() if loss.kind == kind]
    for name in names:
        if name not in LOSSES:
            raise InputError(f"There is no loss '{name}'.", f"Choose of {', '.join(fitting)}.")
        if name not in fitting:
            problem = f"The loss '{name}' is for {LOSSES[name].kind}, and the labels are {kind}."
            raise InputError(problem, f"Choose of {', '.join(fitting)}.")
    if not names:
        raise InputError("No loss is named.", f"Choose of {', '.join(fitting)}.")
    if not temperature > 0:
        raise InputError(f"The temperature cannot be {temperature}.", "Choose a number above 0, such as 2.")
    weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)

    def loss(logits: Tensor, labels: Tensor) -> Tensor:
        given = None if weights is None else weights.to(logits.device)
        return torch.stack([_term(LOSSES[name], given, temperature)(logits, labels) for name in names]).sum()

    return loss


def balanced_weights(counts: ArrayLike) -> tuple[float, ...]:
    """Class weights against class imbalance: inversely proportional to the ``counts`` (K,) of labels, with mean 1.

    Clipped to 0.1 and 10 times the weight of a class of mean frequency before normalisation. A class without labels has
    weight 1 and does not count in the mean.
    """
    found = np.asarray(counts, np.float64)
    present = found > 0
    weights = np.ones(len(found))
    if present.any():
        mean = found[present].mean()
        clipped = np.clip(mean / found[present], LEAST_WEIGHT, LARGEST_WEIGHT)
        weights[present] = clipped / clipped.mean()
    return tuple(float(weight) for weight in weights)


def _term(loss: Loss, weights: Tensor | None, temperature: float) -> Callable[[Tensor, Tensor], Tensor]:
    if loss.weighted:
        return partial(loss.function, weights=weights)
    return partial(loss.function, temperature=temperature) if loss.kind == "soft" else loss.function


def _amount(labels: Tensor, weights: Tensor | None) -> Tensor:
    """The divisor of a sum over labels: the number of known labels, or the sum of their class weights."""
    known = labels != IGNORE
    if weights is None:
        return divisor(known.sum())
    return divisor((weights[labels.masked_fill(~known, 0)] * known).sum())


def _nothing(logits: Tensor) -> Tensor:
    """0, with a gradient of zeros."""
    return (logits * 0).sum()


def _worst_first(errors: Tensor) -> Tensor:
    """The indices that sort non-negative errors (pixels,) in descending order."""
    bits = errors.float().view(torch.int32)  # the same order; integers are sorted five times faster
    return (-bits).argsort()


def _slopes(members: Tensor, order: Tensor) -> Tensor:
    """The gradient of the Lovász extension of a class's Jaccard loss with respect to each pixel's error.

    ``members`` (pixels,): whether a pixel is of the class; ``order``: pixels by decreasing error.
    """
    hits = members[order].cumsum(0).double()  # float32 loses differences of neighbouring Jaccard losses
    size, places = hits[-1], torch.arange(1, len(hits) + 1, device=hits.device)
    loss = 1 - (size - hits) / (size + places - hits)
    slopes = torch.diff(loss, prepend=loss.new_zeros(1)).float()
    return torch.empty_like(slopes).scatter_(0, order, slopes)


def _mean_over_known(function: Callable[..., Tensor], logits: Tensor, labels: Tensor) -> Tensor:
    numbers = logits.squeeze(1) if logits.ndim == labels.ndim + 1 else logits
    if numbers.shape != labels.shape:
        raise ValueError(f"Logits {tuple(logits.shape)} are not one number for each of {tuple(labels.shape)} labels.")
    known = labels.isfinite()
    target = labels.masked_fill(~known, 0).to(numbers.dtype)
    return (function(numbers, target, reduction="none") * known).sum() / divisor(known.sum())
