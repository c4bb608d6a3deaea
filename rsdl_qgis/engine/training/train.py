"""The job "train": chips, network, training, evaluation, model folder and report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..cards.card import Input, ModelCard
from ..cards.store import Store
from ..chips.cutting.cutter import Check
from ..chips.folder import ChipFolder
from ..chips.prepare import prepare_chips
from ..chips.splitting.splits import SplitNote
from ..errors import InputError
from ..feedback import Portion, Report, Unlogged
from ..job.outputs import kept, writing
from ..networks import build_network, network_for
from ..runtime.devices import torch_device
from ..runtime.published.files import published_line
from ..tables.tasks import TASKS, task_of
from .at_once import METHODS as AT_ONCE
from .at_once import learn_at_once
from .evaluate.box_samples import quick_ap50
from .evaluate.models import evaluated
from .evaluate.samples import quick_score, samples_a_batch
from .loop.consistency import check_crops, consistency_forward
from .loop.detector import own_losses
from .loop.fit import Epoch, Settings, given_loss
from .loop.losses import balanced_weights, build_loss
from .loop.work_folder import FEATURES, prepare_resume, run_epochs, work_folder
from .model import card_for, write_model
from .processes import group
from .processes.devices import set_up_device
from .processes.watch import over_processes
from .request import GENTLE, HEAD_OPTIONS, NEW_START, NO_CLASS, ON_FEATURES, TrainRequest
from .samples.batches import Batches
from .samples.chips import balanced_draws
from .samples.data import Data, open_data, sides_multiple
from .samples.features import FeatureBatches, Features, LastLayer, write_features
from .samples.units import InUnits, fold
from .start.freezing import freezing, stages_of
from .start.lora import add_lora
from .start.named_bands import told
from .start.start import Started, network_to_build, options_line, outlined_start, start
from .start.weights import start_inputs
from .summary import Trained, model_note, summary, write_report

Addition = Callable[[ModelCard], Mapping[str, Any]]
CUT, TRAINED, EVALUATED = 0.08, 0.9, 0.97  # fraction of the progress when each is done


@over_processes
@writing("train")
def run_train(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Train a network as ``arguments`` say and write its model folder; returns the metrics it reached.

    Chips, checkpoint and the best model so far lie in ``<output>.training`` until the model is written. A training that
    was stopped resumes from there when the same job is started again. Several processes train together; the first one
    alone makes chips, evaluates and writes.
    """
    start_time = time.perf_counter()
    request = TrainRequest.of(arguments)
    base = Store().find(request.base_model)[1] if request.base_model else None
    name, options = network_to_build(network_of(request, base), request.options, base, request.pretrained)
    options = {key: value for key, value in options.items() if key not in HEAD_OPTIONS}  # of a base model
    request = replace(request, device=set_up_device(request.device, request.threads))
    with work_folder(request):
        folder, split = shared_chips(request, report, partial(check_start, request, name, options, report))
        options = told(name, options, folder.inputs, request.options)
        if request.consistency:
            check_crops(folder.size, sides_multiple(request, name, options, folder.inputs))
        known = base.inputs if base else start_inputs(request.pretrained, name, options, folder.inputs)
        data = open_data(folder, request, name, options, known, report)
        report.log("info", f"{split.text} {data}")
        if request.method == "knn":
            options = {**options, "examples": len(data.parts["train"]), "neighbours": request.neighbours}
        network, started, card = group.on_first(lambda: set_up(request, data, name, options, base, report))
        if data.units and base and task_of(base.task).numbers and not task_of(base.task).features:
            fold(network, data.units.inverse)  # its outputs have units; training is on standardised ones
        if request.method == "lora":
            started = adapted(request, network, started, report)
        last, settings = train(request, data, network, card, started, Portion(report, CUT, TRAINED))
        if not group.is_first():
            return {}
        found = evaluated(request, data, network, card, Portion(report, TRAINED, EVALUATED))
        trained = Trained(request, settings, data, split, started, last, found, time.perf_counter() - start_time)
        return finish(trained, network, report)


def shared_chips(request: TrainRequest, report: Report, fits: Check | None = None) -> tuple[ChipFolder, SplitNote]:
    """The chips of a training, and how they are split; its work folder is ready for them.

    ``fits``: as of ``prepare_chips``. The first of several processes makes them. InputError where another one does not
    see them.
    """

    def made() -> tuple[ChipFolder, SplitNote]:
        chips = prepare_chips(request.data, request.work / "chips", Portion(report, 0, CUT), fits)
        prepare_resume(request, chips[0], report)
        return chips

    folder, split = group.on_first(made)
    if not folder.path.is_dir():
        problem = f"{folder.path} is not there for process {group.rank()}, on {platform.node()}."
        raise InputError(problem, "Put output and chips on storage that all machines see under the same path.")
    return folder, split


def finish(
    trained: Trained,
    network: nn.Module,
    report: Report,
    addition: Addition | None = None,
    note: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the model, its report and events; returns the result of the job.

    ``addition``: makes, from the written card, more content for report and result. ``note``: more provenance for the
    card.
    """
    request, last, found = trained.request, trained.last, trained.evaluated
    report.progress(EVALUATED, "Writing the model")
    card = write_model(network, replace(found.card, provenance={**model_note(trained), **(note or {})}), request.output)
    with kept(lambda: [request.output]):
        about = summary(trained, card, network)
        extra = addition(card) if addition else {}
        write_report({**about, **extra}, request, last)
    report.progress(1.0, "Done")
    title, value = found.evaluation.main
    return {
        "model": card.name,
        "output": str(request.output),
        "report": str(request.report) if request.report else None,
        "epochs": last.number + 1,
        "best_epoch": last.best[0] + 1,
        "main": value,
        "main_title": title,
        "figures": found.evaluation.values(),
        **extra,
    }


def network_of(request: TrainRequest, base: ModelCard | None) -> str:
    """The name of the network to train: as requested, else by the start (``network_for``)."""
    if request.network:
        return request.network
    published = published_line(request.pretrained) if request.pretrained else None
    start = base.network if base else published.network if published else ""
    return network_for(start, TASKS[request.task].networks, TASKS[request.task].network)


def set_up(
    request: TrainRequest, data: Data, name: str, options: Mapping[str, Any], base: ModelCard | None, report: Report
) -> tuple[nn.Module, Started, ModelCard]:
    """The network with its starting weights, and its card without thresholds and provenance.

    ``base``: the base model, whose resolution tolerance is the default.
    """
    torch.manual_seed(request.seed)
    network = build_network(name, {i.name: i.shape for i in data.inputs}, len(data.classes) or 1, **options)
    started = start(network, data.inputs, data.classes, request.base_model, request.pretrained, report)
    if line := options_line(request.pretrained, options, request.options):
        started = replace(started, lines=(*started.lines, line))
    for line in started.lines:
        report.log("info", line)
    check_frozen(request, network, started)
    warn_random(request, network, started, report)
    card = card_for(
        network,
        name=request.model_name,
        title=request.title or request.model_name,
        architecture=name,
        inputs=data.inputs,
        task=request.task,
        classes=data.classes,
        options=options,
        size=data.side,
        activation="sigmoid" if data.kind == "labels" else "",
        resolution=data.folder.resolution,
        background=background_of(data, request),
        unit=data.folder.unit,
        value_range=(data.units.low, data.units.high) if data.units else None,
    )
    tolerance = request.resolution_tolerance or (base or card).resolution_tolerance
    card = replace(card, description=request.description, keywords=request.keywords, resolution_tolerance=tolerance)
    return network, started, card


def check_start(
    request: TrainRequest, name: str, options: Mapping[str, Any], report: Report, inputs: Sequence[Input]
) -> None:
    """ModelError or InputError where what the network starts with cannot be its start, before chips are cut."""
    options = told(name, options, inputs, request.options)
    unlogged = Unlogged(report, 0, 0)
    network, started = outlined_start(name, options, inputs, request.base_model, request.pretrained, unlogged)
    check_frozen(request, network, started)


def adapted(request: TrainRequest, network: nn.Module, started: Started, report: Report) -> Started:
    """The start of a network, whose layers are prepared for low-rank adaptation."""
    torch.manual_seed(request.seed)
    learned, frozen = add_lora(network, request.lora_rank, request.lora_alpha, started.new_stages)
    line = f"LoRA of rank {request.lora_rank}: {learned:,} parameters are trained, {frozen:,} are frozen."
    report.log("info", line)
    return replace(started, lines=(*started.lines, line))


def check_frozen(request: TrainRequest, network: nn.Module, started: Started) -> None:
    """InputError where a stage with random weights only would be frozen."""
    if request.freeze == "nothing" or request.unfreeze_every:
        return
    stages = [stage.name for stage in freezing(network, request.frozen).at(0)]
    random = [name for name in stages if name in started.new_stages]
    if random:
        raise InputError(
            f"FREEZE={request.freeze} would freeze {', '.join(random)} with random weights: the start has none for it.",
            "Choose FREEZE=encoder, or start from weights of the same network.",
        )


def warn_random(request: TrainRequest, network: nn.Module, started: Started, report: Report) -> None:
    """Says what keeps its random weights where the last layer alone is trained."""
    if request.method not in ON_FEATURES:
        return
    random = [stage.name for stage in stages_of(network) if stage.part != "head" and stage.name in started.new_stages]
    if random:
        text = f"METHOD={request.method} leaves {', '.join(random)} with random weights: the start has none for it"
        report.log("warning", f"{text}, as for bands that it does not know. METHOD=finetune trains it.")


def background_of(data: Data, request: TrainRequest) -> int | None:
    """The value of the background class, which is not vectorised. InputError where the requested one does not exist."""
    wanted, values = request.background, {item.name: item.value for item in data.classes}
    if data.kind != "classes":
        return None
    if not wanted:
        return 0 if 0 in values.values() else None
    if wanted in values:
        return values[wanted]
    found = [value for value in values.values() if str(value) == wanted]
    if not found and wanted != NO_CLASS:
        problem = f"There is no class '{wanted}' to be the background (BACKGROUND)."
        raise InputError(problem, f"There are {', '.join(values)}; '{NO_CLASS}': no class is.")
    return found[0] if found else None


def train(
    request: TrainRequest, data: Data, network: nn.Module, card: ModelCard, started: Started, report: Report
) -> tuple[Epoch, Settings]:
    """Train on the training split, choose the best epoch on the validation split; the network has its weights."""
    counts, samples = data.counts["train"], data.parts["train"]
    weights = balanced_weights(counts.sum(0)) if request.class_weights == "balanced" and data.classes else None
    balanced = request.sampling == "balanced" and data.classes
    draws = balanced_draws(sampling_counts(counts, data)).tolist() if balanced else None
    size = min(request.batch_size, len(samples))
    if size < request.batch_size:
        report.log("info", f"There are {size} training samples, so that is the batch size.")
    window = data.folder.size if TASKS[request.task].cropped else None
    part = (group.rank(), group.count())
    if request.method in ON_FEATURES:
        data = on_features(request, data, network, report)
        batches: Batches = FeatureBatches(data.parts["train"], size, None, request.seed, draws, None, part)
    else:
        batches = Batches(samples, size, request.augmentation, request.seed, draws, window, part)
    settings = settings_of(request, batches, TASKS[request.task].kinds[data.kind].metric, started)
    if request.method in AT_ONCE:
        return learn_at_once(request.method, network, data, settings.device, report), replace(settings, epochs=1)
    if data.kind == "boxes":
        return train_detector(request, data, network, card, batches, settings, report), settings
    loss = build_loss(request.losses(data.kind), data.kind, weights)
    return train_with_loss(request, data, network, card, batches, loss, settings, report), settings


def sampling_counts(counts: NDArray[np.float64], data: Data) -> NDArray[np.float64]:
    """The counts (samples, classes) of balanced sampling; for detection images without objects are a further class."""
    return np.column_stack([counts, counts.sum(1) == 0]) if data.kind == "boxes" else counts


def train_detector(
    request: TrainRequest,
    data: Data,
    network: nn.Module,
    card: ModelCard,
    batches: Batches,
    settings: Settings,
    report: Report,
) -> Epoch:
    """Train a detector by its own losses; the score is the AP50 of the validation split."""

    def score(averaged: nn.Module) -> float:
        return quick_ap50(averaged, data.parts["valid"], len(data.classes), settings.device, report)

    return run_epochs(request, network, card, batches, given_loss, score, settings, report, forward=own_losses)


def train_with_loss(
    request: TrainRequest,
    data: Data,
    network: nn.Module,
    card: ModelCard,
    batches: Batches,
    loss: Callable[[Tensor, Tensor], Tensor],
    settings: Settings,
    report: Report,
) -> Epoch:
    """Train by a loss; the score is that of the validation split. Regression targets are standardised."""
    units = data.units

    def score(averaged: nn.Module) -> float:
        scored = LastLayer(averaged) if request.method == "linear" else averaged
        scored = InUnits(scored, units) if units else scored
        return quick_score(scored, data.parts["valid"], data.kind, len(data.classes), settings.device, report=report)

    def standard_loss(output: Tensor, labels: Tensor) -> Tensor:
        return loss(output, units.standard(labels) if units else labels)

    given: dict[str, Any] = {"finish": partial(fold, units=units)} if units else {}
    if request.method == "linear":
        layer_of = cache(LastLayer)  # several processes train a copy of the network
        given["forward"] = lambda trained, features, labels: layer_of(trained)(*features)
    if not request.consistency:
        return run_epochs(request, network, card, batches, standard_loss, score, settings, report, **given)
    given["forward"] = consistency_forward(standard_loss, request.consistency, batches.multiple, data.kind)
    return run_epochs(request, network, card, batches, given_loss, score, settings, report, **given)


def on_features(request: TrainRequest, data: Data, network: nn.Module, report: Report) -> Data:
    """The data with the features of a network in place of images; computed by the first of several processes."""
    folder, device = request.work / FEATURES, torch_device(request.device)

    def write() -> None:
        folder.mkdir(exist_ok=True)
        for name in ("train", "valid"):
            samples = data.parts[name]
            write_features(folder / f"{name}.npy", network, samples, samples_a_batch(samples), device, report)

    group.on_first(write)
    parts = {name: Features(folder / f"{name}.npy", data.parts[name]) for name in ("train", "valid")}
    return replace(data, parts={**data.parts, **parts})


def settings_of(request: TrainRequest, batches: Batches, metric: str, started: Started) -> Settings:
    """The settings of the training loop."""
    fresh = request.base_model is None and request.pretrained is None
    layer_decay = request.layer_decay_used
    return Settings(
        epochs=request.epochs_of(len(batches)),
        batch_size=batches.size,
        optimizer=request.optimizer,
        learning_rate=request.learning_rate or (NEW_START if fresh else GENTLE),
        weight_decay=request.weight_decay,
        accumulate=request.accumulate,
        average=request.average,
        sharpness=request.sharpness,
        patience=request.patience,
        keep=request.keep,
        seed=request.seed,
        precision=request.precision,
        device=torch_device(request.device),
        layer_decay=layer_decay,
        unfreeze_every=request.unfreeze_every,
        head_epochs=request.head_epochs,
        new_stages=started.new_stages if request.head_epochs or layer_decay != 1 else (),
        metric=metric,
    )
