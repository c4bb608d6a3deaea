"""A training in its work folder, from which it resumes, with the best model so far."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ...cards.card import WEIGHTS_FILE, ModelCard
from ...chips.folder import ChipFolder
from ...errors import Cancelled, OutputError
from ...feedback import Report
from ...networks import card_network
from ..model import write_weights
from ..processes.group import is_first
from ..request import TrainRequest
from ..samples.batches import Batches
from ..start.lora import merge_lora
from .fit import Epoch, Settings, fit, network_output
from .tensorboard import EVENTS, EventWriter

Forward = Callable[[nn.Module, Sequence[Tensor], Any], Any]
NEWER: Mapping[str, Any] = {"nodata": None, "level": "", "steps": ()}  # fields of inputs and their scaling
CHECKPOINT, BEST, ASKED = "checkpoint.pt", "best", "asked.txt"
TARGETS = "answers"  # folder of a teacher's predictions
FEATURES = "features"  # folder of what a frozen network gives its last layer
BEFORE = "best-before"  # the best model of a stopped training that another one replaced


@contextmanager
def work_folder(request: TrainRequest) -> Iterator[None]:
    """The folder ``request.work`` during a training: removed on success, otherwise kept if it has anything to resume.

    OutputError where it cannot be made, or is another folder. No other training uses it: the job locks its output.
    Of several processes the first one does this.
    """
    if not is_first():
        yield
        return
    if request.work.is_dir() and any(request.work.iterdir()) and not (request.work / ASKED).is_file():
        problem = f"{request.work} is needed for the training, and exists with other content."
        raise OutputError(problem, "Choose another output, or move that folder.")
    try:
        request.work.mkdir(parents=True, exist_ok=True)
        (request.work / ASKED).touch()
    except OSError as error:
        raise _not_writable(request, error) from None
    try:
        yield
    except BaseException:
        if not any((request.work / name).exists() for name in (CHECKPOINT, BEFORE)):
            shutil.rmtree(request.work, ignore_errors=True)
        raise
    shutil.rmtree(request.work, ignore_errors=True)


def prepare_resume(request: TrainRequest, chips: ChipFolder, report: Report) -> None:
    """Log whether a stopped training resumes; if it had other settings or chips, only its best model is kept."""
    asked = fingerprint(request, chips)
    checkpoint, stored = request.work / CHECKPOINT, request.work / ASKED
    try:
        other = stored.read_text(encoding="utf-8") != asked or not request.resume
        if other:
            _set_aside(request, report)
        elif checkpoint.is_file():
            report.log("info", "The training that was stopped here resumes.")
        stored.write_text(asked, encoding="utf-8")
    except OSError as error:
        raise _not_writable(request, error) from None


def fingerprint(request: TrainRequest, chips: ChipFolder) -> str:
    """The SHA-256 of all that changes the weights: settings and chips."""
    parts: list[Any] = [*chips.inputs, *chips.classes, *chips.chips]
    data = [asdict(item, dict_factory=_as_before) for item in parts], chips.note.get("request")
    found = (json.dumps(item, sort_keys=True, default=str) for item in data)
    return hashlib.sha256(f"[{', '.join((request.asked, *found))}]".encode()).hexdigest()


def _as_before(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields without those that earlier versions did not have, where they are as these took them to be."""
    return {name: value for name, value in fields if name not in NEWER or value != NEWER[name]}


def _set_aside(request: TrainRequest, report: Report) -> None:
    """Remove what another training left in the work folder, except its best model."""
    checkpoint, best, before = (request.work / name for name in (CHECKPOINT, BEST, BEFORE))
    for name in (TARGETS, FEATURES):
        shutil.rmtree(request.work / name, ignore_errors=True)
    if not checkpoint.is_file():
        return
    checkpoint.unlink()
    text = "Settings or data differ from the training that was stopped here, so this one starts again."
    if (best / WEIGHTS_FILE).is_file():
        shutil.rmtree(before, ignore_errors=True)
        best.replace(before)
        text += f" The best model of the previous one is in {before} until this one ends."
    report.log("warning", text)


def run_epochs(
    request: TrainRequest,
    network: nn.Module,
    card: ModelCard,
    batches: Batches,
    loss: Callable[[Tensor, Any], Tensor],
    score: Callable[[nn.Module], float],
    settings: Settings,
    report: Report,
    finish: Callable[[nn.Module], object] = lambda network: None,
    forward: Forward = network_output,
    part: str = "",
) -> Epoch:
    """Train in the work folder; returns the last epoch, and ``network`` has the weights of the best.

    ``score``: of a network on the validation split, higher is better. ``finish``: changes a trained network before it
    is saved. ``forward``: as in ``fit``. ``part``: the submodule of the network that the model is, where that is not
    all of it. Each epoch is logged and written to TensorBoard events. The message of
    Cancelled says where the best model so far is.
    """
    checkpoint, best, kept = request.work / CHECKPOINT, request.work / BEST, -1
    epochs = fit(network, batches, loss, score, settings, report, checkpoint, request.frozen, forward)
    try:
        for epoch in with_events(epochs, request.work / EVENTS, settings.metric) if is_first() else epochs:
            if not is_first():
                continue
            report.log("info", epoch_line(epoch, settings))
            if epoch.best[0] != kept:
                kept = epoch.best[0]
                so_far = _with(card, epoch.best_state, part)
                finish(so_far)
                write_weights(so_far, card, best)
    except Cancelled as error:
        if not (best / WEIGHTS_FILE).is_file():
            raise
        message = f"{error.message} The best model so far is in {best} and can be used as it is."
        raise Cancelled(message, "Start the same training again to resume it.") from None
    merge_lora(network)
    network.load_state_dict(epoch.best_state)
    finish(network.eval())
    return epoch


def with_events(epochs: Iterable[Epoch], folder: Path, metric: str) -> Iterator[Epoch]:
    """The epochs, each written to the event files of a folder."""
    with ExitStack() as open_files:
        writer: EventWriter | None = None
        for epoch in epochs:
            writer = writer or open_files.enter_context(EventWriter(folder, epoch.number, metric))
            writer.epoch(epoch.history[-1])
            yield epoch


def epoch_line(epoch: Epoch, settings: Settings) -> str:
    """'Epoch 3 of 40: loss 0.4120, score 0.7130, the best so far (12 s).'"""
    mark = ", the best so far" if epoch.best[0] == epoch.number and settings.keep == "best" else ""
    results = f"loss {epoch.loss:.4f}, score {epoch.score:.4f}{mark}"
    return f"Epoch {epoch.number + 1} of {settings.epochs}: {results} ({epoch.seconds:.0f} s)."


def _with(card: ModelCard, state: Mapping[str, Tensor], part: str) -> nn.Module:
    """A new network of the card with these weights: those of a submodule, where ``part`` names one."""
    network, prefix = card_network(card), f"{part}." if part else ""
    network.load_state_dict({name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)})
    return network


def _not_writable(request: TrainRequest, error: OSError) -> OutputError:
    problem = f"{request.work} cannot be written to: {error.strerror}."
    return OutputError(problem, "Choose another output, or free some space.")
