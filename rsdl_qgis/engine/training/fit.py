"""The training loop. It knows no network and no task: the caller logs, stops and keeps what it wants."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ..networks.layout import channels_last
from ..report import Report
from .samples import Augmentation, batches

Samples = Sequence[tuple[list[Tensor], Tensor]]


@dataclass(frozen=True)
class Settings:
    """How to train. ``average``: decay a step of the moving average of the weights, which is what is validated."""

    epochs: int = 40
    batch_size: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    warm_up: float = 0.05  # part of all steps
    clip_norm: float = 1.0
    average: float = 0.99
    seed: int = 0
    bfloat16: bool = field(default_factory=lambda: torch.backends.cpu.get_cpu_capability() != "AVX2")  # slow there
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Epoch:
    """What an epoch came to; ``network`` is the averaged one, in eval mode."""

    number: int
    loss: float
    score: float
    seconds: float
    network: nn.Module


def fit(
    network: nn.Module,
    train: Samples,
    loss: Callable[[Tensor, Tensor], Tensor],
    score: Callable[[nn.Module], float],
    settings: Settings,
    report: Report,
    checkpoint: Path | None = None,
) -> Iterator[Epoch]:
    """Train with AdamW, warm-up and cosine; yield after each epoch.

    ``score`` judges the averaged network, higher is better. With ``checkpoint`` the state is written there after
    each epoch (beside, then renamed) and a training that was stopped goes on from it; a finished one yields its last
    epoch again. Every epoch's order and variation come from the seed and the epoch's number, so that a resumed training
    sees what it would have seen.
    """
    network = channels_last(network)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.average), use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    steps = math.ceil(len(train) / settings.batch_size) * settings.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warm_up_cosine(step, steps, settings.warm_up))
    state = {"network": network, "average": average, "optimizer": optimizer, "schedule": schedule}
    first = _resume(state, checkpoint)
    if first == settings.epochs:
        yield Epoch(first - 1, math.nan, score(average.module), 0.0, average.module)
    for number in range(first, settings.epochs):
        started = time.perf_counter()
        network.train()
        torch.manual_seed(settings.seed * 100_003 + number)  # dropout
        total = seen = 0.0
        for images, labels in batches(train, settings.batch_size, settings.augmentation, settings.seed * 7919 + number):
            report.check()
            with torch.autocast("cpu", torch.bfloat16, enabled=settings.bfloat16):
                output = network(*images)
            value = with_auxiliary(loss, output, labels, getattr(network, "auxiliary_weight", 0.0))
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
            optimizer.step()
            schedule.step()
            average.update_parameters(network)
            total += value.item() * len(labels)
            seen += len(labels)
        average.eval()
        _save(state, number + 1, checkpoint)
        yield Epoch(number, total / seen, score(average.module), time.perf_counter() - started, average.module)


def with_auxiliary(
    loss: Callable[[Tensor, Tensor], Tensor], output: Tensor | tuple[Tensor, ...], labels: Tensor, weight: float
) -> Tensor:
    """The loss of a network's output: of its logits, and of each auxiliary head's, weighted, where it has them."""
    if isinstance(output, Tensor):
        return loss(output.float(), labels)
    logits, *auxiliary = output
    return loss(logits.float(), labels) + weight * torch.stack([loss(x.float(), labels) for x in auxiliary]).sum()


def warm_up_cosine(step: int, steps: int, warm_up: float) -> float:
    """The learning rate's factor at a step: linear up over the first part, then half a cosine to zero."""
    first = max(1, round(steps * warm_up))
    if step < first:
        return (step + 1) / first
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - first) / max(1, steps - first))))


def _save(state: dict[str, Any], epochs_done: int, path: Path | None) -> None:
    if path is None:
        return
    part = path.with_suffix(".part")
    torch.save({"epochs": epochs_done, **{name: item.state_dict() for name, item in state.items()}}, part)
    os.replace(part, path)


def _resume(state: dict[str, Any], path: Path | None) -> int:
    if path is None or not path.exists():
        return 0
    saved = torch.load(path, weights_only=True)
    for name, item in state.items():
        item.load_state_dict(saved[name])
    return saved["epochs"]
