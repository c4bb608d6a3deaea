"""The training loop. It knows no network and no task: the caller logs, stops and keeps what it wants."""

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
from ..start.freezing import freezing, parameter_groups
from .checkpoint import ASKED, load_checkpoint, save_checkpoint
from .progress import Clock
from .sam import perturbed

Batch = tuple[list[Tensor], Any]  # images, and labels that have a length and can be moved to a device
UNRELATED = ("device", "metric")  # settings that may change when a training goes on
PRECISIONS = ("auto", "full", "mixed")


class Batched(Protocol):
    """What is trained on: so many batches an epoch, and the same ones for the same number of an epoch."""

    def __len__(self) -> int: ...

    def epoch(self, number: int) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class Settings:
    """How to train.

    ``warm_up``: part of all steps in which the rate rises. ``clip_norm``: largest norm of a step's gradient, 0 for any.
    ``accumulate``: batches a step. ``average``: decay a step of the moving average of the weights, which is what is
    validated; 0 for none. ``sharpness``: how far up its gradient the loss of a batch is taken (see ``sharpness.py``).
    ``patience``: epochs without a better score after which training ends, 0 for never.
    ``keep``: which epoch's weights are the model's, the "best" or the "last".
    ``precision``: "full", "mixed", or "auto", which is mixed where that is quicker. ``layer_decay``: the rate of a
    stage as a part of that of the next one towards the head. ``unfreeze_every``: epochs after which one more stage is
    thawed, 0 for never. ``batch_size`` and ``metric``, the title of the score, are for what is said.
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
    metric: str = "score"


def in_one_pass(device: str) -> bool:
    """Whether a step passes over the weights once, many times as quick; on Apple's GPUs an overflow might go unseen."""
    return not device.startswith("mps")


OPTIMIZERS: dict[str, Callable[[list[dict[str, Any]], Settings], torch.optim.Optimizer]] = {
    "adamw": lambda groups, settings: torch.optim.AdamW(groups, fused=in_one_pass(settings.device)),
    "sgd": lambda groups, settings: torch.optim.SGD(groups, momentum=settings.momentum),
}


@dataclass(frozen=True)
class Epoch:
    """What an epoch, counted from 0, came to.

    ``waited``: of its ``seconds`` those in which no batch was ready. ``rate``: the head's in the last step.
    ``network``: the averaged one, in eval mode. ``history``: number, loss, score, rate, seconds and waited of every
    epoch since the first, also of those before a resume. ``best``: number and score of the best epoch, of equal ones
    the first; ``best_state``: the averaged network's weights after it, on the CPU.
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
    """What a network gives for images, without a look at their labels."""
    return network(*images)


def given_loss(losses: Tensor, labels: Any) -> Tensor:
    """The loss of a ``forward`` that computed the loss itself: that."""
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
    """Train with warm-up and cosine; yield after each epoch.

    ``score`` judges the averaged network, higher is better. ``forward`` is what is computed of a batch, in mixed
    precision where that is used, and ``loss`` is taken of that and the labels in single precision. ``freeze``:
    "nothing", "encoder", "backbone" (all but the head) or a number of stages (see ``freezing``). With ``checkpoint``
    the state is written there after each epoch, and a training that was stopped goes on from it as if it had not been;
    one that had ended yields its last epoch again.
    Every epoch's batches, dropout and frozen stages come from the seed and the epoch's number.
    InputError for settings that cannot be, ModelError when the training diverges, OutputError when the state cannot be
    written (the last good one stays), DeviceError when the device has too little memory, Cancelled.
    """
    network = channels_last(network).to(settings.device)
    frozen = freezing(network, freeze, settings.unfreeze_every)
    state = initial_state(network, len(batches), settings, freeze)
    state.resume(checkpoint, report)
    clock = Clock(report, settings.epochs, len(batches), len(state.history), settings.metric)
    for number in range(len(state.history), settings.epochs):
        if state.stalled():
            break
        frozen.apply(number)
        torch.manual_seed(settings.seed * 100_003 + number)  # dropout
        total, seen = torch.zeros((), device=settings.device), 0
        for step, (images, labels) in enumerate(clock.timed(batches.epoch(number)), 1):
            report.check()
            with enough_memory(settings):
                moved, labels = [image.to(settings.device) for image in images], labels.to(settings.device)
                compute = partial(state.loss_of, loss, forward, moved, labels)
                value = state.accumulate_gradients(compute, joined(step, len(batches), settings.accumulate))
                if step % settings.accumulate == 0 or step == len(batches):
                    state.step()
            total += value.detach() * len(labels)
            seen += len(labels)
            if clock.due():
                clock.tell(number, step, finite(total, number, settings) / seen, state.history)
        state.check(number)
        mean = finite(total, number, settings) / seen
        state.keep({"number": number, "loss": mean, "score": score(state.average.eval()), **clock.times()})
        state.save(checkpoint)
        yield state.epoch()
    if len(state.history) == clock.first:
        frozen.apply(clock.first - 1)
        yield state.epoch()


@dataclass
class TrainingState:
    """All that moves while a training goes on, and is in its checkpoint. ``average`` is the network itself for none."""

    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    settings: Settings
    asked: Mapping[str, Any]
    steps: int  # of the optimizer, in all epochs
    done: int = 0  # of them
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
        """The loss of a batch, whose gradients join those gathered from all ``batches`` of a step."""
        if not self.settings.sharpness:
            value = compute()
            self.scaler.scale(value / batches).backward()
            return value
        seed = int(torch.randint(2**31, ()))  # what is drawn, such as dropout, is drawn alike both times
        torch.manual_seed(seed)
        value = compute()
        with perturbed(self.network, self.scaler.scale(value), self.settings.sharpness):
            torch.manual_seed(seed)
            self.scaler.scale(compute() / batches).backward()
        return value

    def step(self) -> None:
        """Move the weights along the gradients gathered, and the average after them."""
        factor = warm_up_cosine(self.done, self.steps, self.settings.warm_up)
        for group in self.optimizer.param_groups:
            group["lr"] = group["rate"] * factor
        self.scaler.unscale_(self.optimizer)
        if self.settings.clip_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.done += 1
        if self.average is not self.network:
            update_average(self.average, self.network, min(self.settings.average, self.done / (self.done + 9)))

    def check(self, number: int) -> None:
        """ModelError when the weights are no numbers any more."""
        if not all(bool(value.isfinite().all()) for value in self.average.state_dict().values()):
            raise diverged(number, self.settings)

    def keep(self, record: dict[str, Any]) -> None:
        """Take an epoch's record into the history, and its weights if they are the best."""
        rate = max(group["lr"] for group in self.optimizer.param_groups)
        self.history.append({**record, "rate": rate})
        score, best = record["score"], self.best[1]
        better = not self.best_state or score > best or (math.isnan(best) and not math.isnan(score))
        if better or self.settings.keep == "last":
            self.best = (record["number"], score)
            state = self.average.state_dict()
            self.best_state = {name: value.detach().to("cpu", copy=True) for name, value in state.items()}

    def stalled(self) -> bool:
        """Whether too many epochs were no better than one before."""
        return 0 < self.settings.patience <= len(self.history) - 1 - self.best[0]

    def epoch(self) -> Epoch:
        """The last epoch."""
        history = tuple(dict(record) for record in self.history)
        network = self.average.eval()
        return Epoch(**history[-1], network=network, history=history, best=self.best, best_state=self.best_state)

    def save(self, path: Path | None) -> None:
        """Write all of it."""
        if path is not None:
            plain = {name: getattr(self, name) for name in PLAIN}
            parts = {name: getattr(self, name).state_dict() for name in PARTS}
            save_checkpoint(path, {ASKED: dict(self.asked), **plain, **parts})

    def resume(self, path: Path | None, report: Report) -> None:
        """Go on from what was written for a training that asked for the same, if there is any."""
        saved = load_checkpoint(path, self.asked, report)
        if saved is None:
            return
        for name in PLAIN:
            setattr(self, name, saved[name])
        for name in PARTS:
            if saved[name]:  # of a scaler that scales nothing there is no state
                getattr(self, name).load_state_dict(saved[name])


PLAIN, PARTS = (
    ("done", "history", "best", "best_state"),
    ("network", "average", "optimizer", "scaler"),
)  # of a TrainingState


def initial_state(network: nn.Module, batches: int, settings: Settings, freeze: str | int) -> TrainingState:
    """A training before its first step. InputError for an optimizer or a precision that there is not."""
    if settings.optimizer not in OPTIMIZERS:
        raise InputError(f"There is no optimizer '{settings.optimizer}'.", f"Choose one of {', '.join(OPTIMIZERS)}.")
    if settings.precision not in PRECISIONS:
        raise InputError(f"There is no precision '{settings.precision}'.", f"Choose one of {', '.join(PRECISIONS)}.")
    groups = parameter_groups(network, settings.learning_rate, settings.weight_decay, settings.layer_decay)
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
    """The type that the network computes in where that is precise enough; None: single precision throughout."""
    kind = settings.device.partition(":")[0]
    quick = kind == "cuda" or (kind == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16", False))
    if settings.precision == "full" or (settings.precision == "auto" and not quick):
        return None
    older = kind == "cuda" and torch.cuda.get_device_capability(settings.device) < (8, 0)
    return torch.float16 if older or kind == "mps" else torch.bfloat16


def joined(step: int, steps: int, accumulate: int) -> int:
    """How many batches the gradients of a batch's group are gathered from; the last group may have fewer."""
    first = (step - 1) // accumulate * accumulate
    return min(accumulate, steps - first)


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the moving average of weights and buffers; whole numbers are the network's. What is equal stays equal."""
    pairs = list(zip(average.state_dict().values(), network.state_dict().values()))
    real = [(old, new) for old, new in pairs if old.is_floating_point()]
    torch._foreach_lerp_([old for old, _ in real], [new for _, new in real], 1 - decay)
    for old, new in pairs:
        if not old.is_floating_point():
            old.copy_(new)


def with_auxiliary(
    loss: Callable[[Tensor, Any], Tensor], output: Tensor | tuple[Tensor, ...], labels: Any, weight: float
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


def finite(total: Tensor, number: int, settings: Settings) -> float:
    """The value of a sum of losses; ModelError when it is no number any more."""
    value = total.item()
    if not math.isfinite(value):
        raise diverged(number, settings)
    return value


def diverged(number: int, settings: Settings) -> ModelError:
    return ModelError(
        f"The training diverged in epoch {number + 1}: the loss or the weights are no numbers any more.",
        f"Use a lower LEARNING_RATE than {settings.learning_rate:g}, and look for absurd values in images and labels.",
    )


@contextmanager
def enough_memory(settings: Settings) -> Iterator[None]:
    """DeviceError, with what to do, when the device's memory does not suffice."""
    try:
        yield
    except torch.OutOfMemoryError:
        raise DeviceError(
            f"{settings.device} has too little memory to train with batches of {settings.batch_size}.",
            "Use a smaller BATCH_SIZE and accumulate several batches per step (ACCUMULATE), or smaller chips.",
        ) from None
