"""Classifiers of features that are not trained in steps: they follow from the features of the training split."""

from __future__ import annotations

import time

import torch
from torch import Tensor, nn

from ..errors import InputError
from ..feedback import Report
from ..networks.neighbours import Neighbours
from .evaluate.samples import quick_score
from .loop.fit import Epoch
from .request import several_labels
from .samples.data import Data
from .samples.features import LastLayer

METHODS = ("prototype", "knn")
LEAST = 0.01  # of the usual deviation: features that differ less are not made larger than that


def learn_at_once(method: str, network: nn.Module, data: Data, device: str, report: Report) -> Epoch:
    """Set the last layer of a network by the features in ``data``; the result as that of one epoch.

    InputError for samples of several labels, and where a class has no sample.
    """
    if data.kind != "classes":
        raise several_labels(method)
    started = time.perf_counter()
    samples = data.parts["train"]
    features = torch.stack([samples[i][0][0] for i in range(len(samples))])
    labels = torch.stack([samples[i][1] for i in range(len(samples))]).long()
    layer = LastLayer(network).layer
    if isinstance(layer, Neighbours):
        layer.keep(*standard(features), features, labels)
    else:
        set_prototypes(layer, features, labels, [item.name for item in data.classes])
    network.eval()
    with torch.inference_mode():
        loss = float(nn.functional.cross_entropy(layer(features.to(layer_device(layer))).cpu(), labels))
    last = LastLayer(network)
    score = quick_score(last, data.parts["valid"], data.kind, len(data.classes), device, report=report)
    seconds = time.perf_counter() - started
    record = {"number": 0, "loss": loss, "score": score, "rate": 0.0, "seconds": seconds, "waited": 0.0}
    report.log("info", f"METHOD={method}: loss {loss:.4f}, score {score:.4f} ({seconds:.0f} s).")
    state = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
    return Epoch(**record, network=network, history=(record,), best=(0, score), best_state=state)


def standard(features: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of features (N, F), and 1 / their deviation, which is taken to be a part of the usual one at least."""
    deviation = features.std(0, unbiased=False)
    least = LEAST * float(deviation.mean()) or 1.0
    return features.mean(0), 1 / deviation.clamp(min=least)


@torch.no_grad()
def set_prototypes(layer: nn.Linear, features: Tensor, labels: Tensor, names: list[str]) -> None:
    """Make a linear layer the classifier by the nearest mean: Snell, Swersky, Zemel (NeurIPS 2017), arXiv:1703.05175.

    With standardized features z and the mean c of a class, -|z - c|² is 2 c z - |c|² and a number that is the same for
    all classes; it is divided by the root of the number of features, and the temperature of the model does the rest.
    InputError for a class without a sample.
    """
    mean, factor = standard(features)
    scaled = (features - mean) * factor
    missing = [name for i, name in enumerate(names) if not (labels == i).any()]
    if missing:
        problem = f"The training split has no sample of '{missing[0]}', so the class has no prototype."
        raise InputError(problem, "Add samples of it, or change SPLIT or SEED.")
    centres = torch.stack([scaled[labels == i].mean(0) for i in range(len(names))])
    scale = features.shape[1] ** 0.5
    weight = 2 * centres * factor / scale
    layer.weight.copy_(weight)
    layer.bias.copy_(-(centres**2).sum(1) / scale - weight @ mean)


def layer_device(layer: nn.Module) -> torch.device:
    return next(layer.parameters()).device
