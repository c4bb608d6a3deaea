"""The training loop, independent of network and task. The caller logs, stops and saves."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ...errors import DeviceError, InputError, ModelError
from ...feedback import Report
from ...networks.memory_format import channels_last
from ..processes import group
from ..processes.norms import sharing_statistics
from ..start.freezing import freezing, parameter_groups
from ..start.lora import merged_state
from .checkpoint import ASKED, load_checkpoint, save_checkpoint
from .new_norms import new_norms, warmed
from .progress import Clock
from .sam import perturbed

Batch = tuple[list[Tensor], Any]  # images, and labels with a length and ``to(device)``
APART = 7_919_000_003  # between the seeds of two processes' dropout
UNRELATED = ("device", "metric")  # settings that may change when a training resumes
PRECISIONS = ("auto", "full", "mixed")


class Batched(Protocol):
    """The training batches: their number per epoch, and the batches of an epoch, the same for the same number."""

    def __len__(self) -> int: ...

    def epoch(self, number: int) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class Settings:
    """The settings of a training.

    ``warm_up``: fraction of all steps in which the learning rate rises. ``clip_norm``: largest gradient norm of a step,
    0: no clipping. ``accumulate``: batches per step (gradient accumulation). ``average``: decay per step of the
    exponential moving average (EMA) of the weights, which is what is validated and kept; 0: none. ``sharpness``: radius
    rho of sharpness-aware minimisation (``sam.py``); 0: none. ``patience``: epochs without a better score after which
    training stops early; 0: never. ``keep``: the epoch whose weights are kept, "best" or "last". ``precision``: "full",
    "mixed", or "auto", which is mixed where that is faster. ``layer_decay``: learning rate of a stage relative to the
    next stage towards the head. ``unfreeze_every``: epochs after which one more stage is unfrozen; 0: never.
    ``head_epochs``: first epochs in which only the head is trained, with ``new_stages``, those with random weights.
    ``batch_size`` and ``metric`` (title of the score) are for messages.
    """

    epochs: int = 40
    batch_size: int = 8
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    momentum: float = 0.9  # of SGD
    warm_up: float = 0.05
    clip_norm: float = 1.0
    accumulate: int = 1
    average: float = 0.99
    sharpness: float = 0.0
    patience: int = 0
    keep: str = "best"
    seed: int = 0
    precision: str = "auto"
    device: str = "cpu"
    layer_decay: float = 1.0
    unfreeze_every: int = 0
    head_epochs: int = 0
    new_stages: tuple[str, ...] = ()
    metric: str = "score"


def in_one_pass(device: str) -> bool:
    """Whether to use the fused optimizer, which is much faster; on Apple's GPUs it might miss an overflow."""
    return not device.startswith("mps")


OPTIMIZERS: dict[str, Callable[[list[dict[str, Any]], Settings], torch.optim.Optimizer]] = {
    "adamw": lambda groups, settings: torch.optim.AdamW(groups, fused=in_one_pass(settings.device)),
    "sgd": lambda groups, settings: torch.optim.SGD(groups, momentum=settings.momentum),
}


@dataclass(frozen=True)
class Epoch:
    """The results of an epoch, counted from 0.

    ``waited``: seconds without a batch ready, of all its ``seconds``. ``rate``: the head's learning rate in the last
    step. ``network``: the averaged network, in evaluation mode. ``history``: number, loss, score, rate, seconds and
    waited of every epoch since the first, also before a resume. ``best``: number and score of the best epoch (of equal
    ones the first); ``best_state``: the averaged network's weights after it, on the CPU, merged where it has LoRA.
    """

    number: int
    loss: float
    score: float
    rate: float
    seconds: float
    waited: float
    network: nn.Module
    history: tuple[Mapping[str, Any], ...]
    best: tuple[int, float]
    best_state: dict[str, Tensor]


def network_output(network: nn.Module, images: Sequence[Tensor], labels: Any) -> Any:
    """The output of a network for images; the default ``forward`` of ``fit``."""
    return network(*images)


def given_loss(losses: Tensor, labels: Any) -> Tensor:
    """The ``loss`` of ``fit`` for a ``forward`` that computes the loss itself."""
    return losses


def fit(
    network: nn.Module,
    batches: Batched,
    loss: Callable[[Tensor, Any], Tensor],
    score: Callable[[nn.Module], float],
    settings: Settings,
    report: Report,
    checkpoint: Path | None = None,
    freeze: str | int = "nothing",
    forward: Callable[[nn.Module, Sequence[Tensor], Any], Any] = network_output,
) -> Iterator[Epoch]:
    """Train with linear warm-up and cosine decay of the learning rate; yield after each epoch.

    ``score``: of the averaged network, higher is better. ``forward``: computes the output of a batch, in mixed
    precision where that is used; ``loss``: of that output and the labels, in single precision. ``freeze``: "nothing",
    "encoder", "backbone" (all but the head) or a number of stages (see ``freezing``). ``checkpoint``: a file written
    after each epoch, from which a stopped training resumes with the same result as without the stop; a finished one
    yields its last epoch again. Batches, dropout and frozen stages of an epoch follow from the seed and its number.
    In several processes all call this with their parts of the batches: the weights are those of one process with whole
    batches, but for rounding and dropout; a checkpoint of either goes on in the other. ``network`` itself then stays.
    Cosine schedule: Loshchilov, Hutter (ICLR 2017), arXiv:1608.03983, without restarts.
    InputError for invalid settings, ModelError when the training diverges, OutputError when the checkpoint cannot be
    written (the previous one stays), DeviceError when the device has too little memory, Cancelled.
    """
    network = sharing_statistics(channels_last(network).to(settings.device), settings.device)
    frozen = freezing(network, freeze, settings.unfreeze_every, settings.head_epochs, settings.new_stages)
    norms = new_norms(network)
    state = initial_state(network, len(batches), settings, freeze)
    state.resume(checkpoint, report)
    clock = Clock(report, settings.epochs, len(batches), len(state.history), settings.metric)
    for number in range(len(state.history), settings.epochs):
        if state.stalled():
            break
        frozen.apply(number)
        torch.manual_seed(settings.seed * 100_003 + number + group.rank() * APART)  # dropout
        total, seen = torch.zeros((), device=settings.device), 0
        parts: list[tuple[Tensor, int]] = []
        for step, (images, labels) in enumerate(clock.timed(batches.epoch(number)), 1):
            report.check()
            norms.at(state.done)
            with enough_memory(settings):
                moved, labels = [image.to(settings.device) for image in images], labels.to(settings.device)
                compute = partial(state.loss_of, loss, forward, moved, labels)
                value = state.accumulate_gradients(compute, joined(step, len(batches), settings.accumulate))
                if step % settings.accumulate == 0 or step == len(batches):
                    state.step()
            total += value.detach() * len(labels)
            seen += len(labels)
            parts.append((value.detach(), len(labels)))
            if clock.due():
                clock.report_step(number, step, finite(total, number, settings) / seen, state.history)
        state.check(number)
        if group.count() > 1:
            total, seen = group.total_loss(parts)
        mean = finite(total, number, settings) / seen
        state.keep({"number": number, "loss": mean, "score": score(state.average.eval()), **clock.times()})
        state.save(checkpoint)
        yield state.epoch()
    if len(state.history) == clock.first:
        frozen.apply(clock.first - 1)
        yield state.epoch()


@dataclass
class TrainingState:
    """What changes during a training and is in its checkpoint. ``average`` is the network itself without averaging."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    settings: Settings
    asked: Mapping[str, Any]
    steps: int  # of the optimizer, in all epochs
    done: int = 0  # steps so far
    history: list[dict[str, Any]] = field(default_factory=list)
    best: tuple[int, float] = (-1, -math.inf)
    best_state: dict[str, Tensor] = field(default_factory=dict)

    @property
    def auxiliary_weight(self) -> float:
        return getattr(self.network, "auxiliary_weight", 0.0)

    def autocast(self) -> torch.autocast:
        kind, dtype = self.settings.device.partition(":")[0], mixed_precision(self.settings)
        return torch.autocast(kind, dtype, enabled=dtype is not None)

    def loss_of(
        self,
        loss: Callable[[Tensor, Any], Tensor],
        forward: Callable[[nn.Module, Sequence[Tensor], Any], Any],
        images: Sequence[Tensor],
        labels: Any,
    ) -> Tensor:
        """The loss of a batch."""
        with self.autocast():
            output = forward(self.network, images, labels)
        return with_auxiliary(loss, output, labels, self.auxiliary_weight)

    def accumulate_gradients(self, compute: Callable[[], Tensor], batches: int) -> Tensor:
        """The loss of a batch; its gradients are added to those of the ``batches`` of a step."""
        if not self.settings.sharpness:
            value = compute()
            self.scaler.scale(value / batches).backward()
            return value
        seed = int(torch.randint(2**31, ()))  # the same dropout in both passes
        torch.manual_seed(seed)
        value = compute()
        with perturbed(self.network, self.scaler.scale(value), self.settings.sharpness):
            torch.manual_seed(seed)
            self.scaler.scale(compute() / batches).backward()
        return value

    def step(self) -> None:
        """Update the weights by the accumulated gradients, then their average."""
        factor = warm_up_cosine(self.done, self.steps, self.settings.warm_up)
        for params in self.optimizer.param_groups:
            params["lr"] = params["rate"] * factor
        group.average_gradients(self.network)
        self.scaler.unscale_(self.optimizer)
        if self.settings.clip_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.done += 1
        if self.average is not self.network:
            update_average(self.average, self.network, warmed(self.settings.average, self.done))

    def check(self, number: int) -> None:
        """ModelError when weights are not finite."""
        if not all(bool(value.isfinite().all()) for value in self.average.state_dict().values()):
            raise diverged(number, self.settings)

    def keep(self, record: dict[str, Any]) -> None:
        """Add an epoch's record to the history; keep its weights if they are the best."""
        rate = max(group["lr"] for group in self.optimizer.param_groups)
        self.history.append({**record, "rate": rate})
        score, best = record["score"], self.best[1]
        better = not self.best_state or score > best or (math.isnan(best) and not math.isnan(score))
        if better or self.settings.keep == "last":
            self.best = (record["number"], score)
            state = merged_state(self.average)
            self.best_state = {name: value.detach().to("cpu", copy=True) for name, value in state.items()}

    def stalled(self) -> bool:
        """Whether to stop early: no better score for ``patience`` epochs."""
        return 0 < self.settings.patience <= len(self.history) - 1 - self.best[0]

    def epoch(self) -> Epoch:
        """The results of the last epoch."""
        history = tuple(dict(record) for record in self.history)
        network = self.average.eval()
        return Epoch(**history[-1], network=network, history=history, best=self.best, best_state=self.best_state)

    def save(self, path: Path | None) -> None:
        """Write the checkpoint."""
        if path is not None and group.is_first():
            plain = {name: getattr(self, name) for name in PLAIN}
            parts = {name: getattr(self, name).state_dict() for name in PARTS}
            save_checkpoint(path, {ASKED: dict(self.asked), **plain, **parts})

    def resume(self, path: Path | None, report: Report) -> None:
        """Load the checkpoint of a training with the same settings, if there is one."""
        saved = group.on_first(lambda: load_checkpoint(path, self.asked, report))
        if saved is None:
            return
        for name in PLAIN:
            setattr(self, name, saved[name])
        for name in PARTS:
            if saved[name]:  # a disabled scaler has no state
                getattr(self, name).load_state_dict(saved[name])


PLAIN, PARTS = (
    ("done", "history", "best", "best_state"),
    ("network", "average", "optimizer", "scaler"),
)  # attributes of TrainingState


def initial_state(network: nn.Module, batches: int, settings: Settings, freeze: str | int) -> TrainingState:
    """The state before the first step. InputError for an unknown optimizer or precision."""
    if settings.optimizer not in OPTIMIZERS:
        raise InputError(f"There is no optimizer '{settings.optimizer}'.", f"Choose one of {', '.join(OPTIMIZERS)}.")
    if settings.precision not in PRECISIONS:
        raise InputError(f"There is no precision '{settings.precision}'.", f"Choose one of {', '.join(PRECISIONS)}.")
    rate, gentle = settings.learning_rate, (settings.layer_decay, settings.new_stages)
    groups = parameter_groups(network, rate, settings.weight_decay, *gentle)
    groups = [{**group, "rate": group["lr"]} for group in groups]
    related = {name: value for name, value in asdict(settings).items() if name not in UNRELATED}
    shapes = {name: list(value.shape) for name, value in network.state_dict().items()}
    scaled = mixed_precision(settings) == torch.float16
    return TrainingState(
        network=network,
        average=copy.deepcopy(network).requires_grad_(False) if settings.average else network,
        optimizer=OPTIMIZERS[settings.optimizer](groups, settings),
        scaler=torch.amp.GradScaler(settings.device.partition(":")[0], enabled=scaled),
        settings=settings,
        asked={**related, "freeze": freeze, "batches": batches, "network": shapes},
        steps=math.ceil(batches / settings.accumulate) * settings.epochs,
    )


def mixed_precision(settings: Settings) -> torch.dtype | None:
    """The lower-precision type of mixed precision; None: single precision throughout."""
    kind = settings.device.partition(":")[0]
    quick = kind == "cuda" or (kind == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16", False))
    if settings.precision == "full" or (settings.precision == "auto" and not quick):
        return None
    older = kind == "cuda" and torch.cuda.get_device_capability(settings.device) < (8, 0)
    return torch.float16 if older or kind == "mps" else torch.bfloat16


def joined(step: int, steps: int, accumulate: int) -> int:
    """How many batches are accumulated in the group of a step's batch; the last group may have fewer."""
    first = (step - 1) // accumulate * accumulate
    return min(accumulate, steps - first)


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Update the exponential moving average of weights and buffers; integers are copied. Equal values stay equal."""
    pairs = list(zip(average.state_dict().values(), network.state_dict().values()))
    real = [(old, new) for old, new in pairs if old.is_floating_point()]
    torch._foreach_lerp_([old for old, _ in real], [new for _, new in real], 1 - decay)
    for old, new in pairs:
        if not old.is_floating_point():
            old.copy_(new)


def with_auxiliary(
    loss: Callable[[Tensor, Any], Tensor], output: Tensor | tuple[Tensor, ...], labels: Any, weight: float
) -> Tensor:
    """The loss of a network's logits, plus ``weight`` times the loss of each auxiliary head."""
    if isinstance(output, Tensor):
        return loss(output.float(), labels)
    logits, *auxiliary = output
    return loss(logits.float(), labels) + weight * torch.stack([loss(x.float(), labels) for x in auxiliary]).sum()


def warm_up_cosine(step: int, steps: int, warm_up: float) -> float:
    """The learning rate's factor at a step: linear warm-up over the first steps, then half a cosine to zero."""
    first = max(1, round(steps * warm_up))
    if step < first:
        return (step + 1) / first
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - first) / max(1, steps - first))))


def finite(total: Tensor, number: int, settings: Settings) -> float:
    """The value of a sum of losses; ModelError when it is not finite."""
    value = total.item()
    if not math.isfinite(value):
        raise diverged(number, settings)
    return value


def diverged(number: int, settings: Settings) -> ModelError:
    return ModelError(
        f"The training diverged in epoch {number + 1}: the loss or the weights are not finite any more.",
        f"Use a lower LEARNING_RATE than {settings.learning_rate:g}, and look for absurd values in images and labels.",
    )


@contextmanager
def enough_memory(settings: Settings) -> Iterator[None]:
    """DeviceError, with a remedy, when the device runs out of memory."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise DeviceError(
            f"{settings.device} has too little memory to train with batches of {settings.batch_size}.",
            "Use a smaller BATCH_SIZE and accumulate several batches per step (ACCUMULATE), or smaller chips.",
        ) from None
