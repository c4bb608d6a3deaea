"""The job "distil": knowledge distillation of a large model (teacher) into a small network (student).

The student is trained on the teacher's soft targets, so the images need no labels. Hinton, Vinyals, Dean (2015),
arXiv:1503.02531.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..cards.card import ONNX_FILE, ModelCard
from ..cards.stac_mlm import stated
from ..evaluation.results import Evaluation
from ..feedback import Portion, Report
from ..job.outputs import writing
from ..networks import NETWORKS, card_network
from ..runtime.engine_choice import median_seconds
from ..runtime.onnx_export import example_inputs
from ..runtime.sessions import open_runtime
from ..tables.tasks import TASKS
from .distil_data import LOSSES, open_distillation, shared_multiple, target_kind
from .evaluate.models import evaluated
from .evaluate.samples import evaluate, open_run
from .loop.consistency import check_crops
from .loop.losses import build_loss
from .loop.work_folder import TARGETS, work_folder
from .processes import group
from .processes.devices import set_up_device
from .processes.watch import over_processes
from .request import DistilRequest, TrainRequest
from .samples.batches import Batches
from .start.named_bands import told
from .start.start import network_to_build
from .summary import Trained
from .train import CUT, TRAINED, finish, set_up, settings_of, shared_chips, train_with_loss

PREDICTED = 0.15  # of the progress, when the teacher's predictions are complete
TIMED = 5  # runs, of which the median time is reported


@over_processes
@writing("distil")
def run_distil(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Train a student network on a teacher's predictions and write its model folder; returns the metrics of both.

    ``teacher``: a model; ``temperature`` softens its probabilities. The other arguments are those of the job "train".
    Labels are used for evaluation only; without labels the student is evaluated by its agreement with the teacher.
    Several processes train as in the job "train".
    """
    start = time.perf_counter()
    asked = DistilRequest.of(arguments)
    request = replace(asked.training, device=set_up_device(asked.training.device, asked.training.threads))
    name = request.network or TASKS[request.task].network
    student = network_to_build(name, request.options, None, request.pretrained)
    with work_folder(request):
        return _distilled(replace(asked, training=request), student, report, start)


def _distilled(
    asked: DistilRequest, student: tuple[str, Mapping[str, Any]], report: Report, start: float
) -> dict[str, Any]:
    """``run_distil`` after its checks; ``start``: when it started (seconds)."""
    request, path, teacher, (name, options) = asked.training, asked.path, asked.teacher, student
    folder, split = shared_chips(request, report)
    options = told(name, options, folder.inputs, request.options)
    if request.consistency:
        check_crops(folder.size, shared_multiple(request, name, options, folder.inputs, teacher))
    run = open_run(teacher, path, request.device, request.threads)
    targets, predicting = request.work / TARGETS, Portion(report, CUT, PREDICTED)
    data, training = group.in_turn(
        lambda: open_distillation(folder, request, name, options, teacher, run, targets, predicting)
    )
    report.log("info", f"{split.text} {data}")
    network, started, card = group.on_first(lambda: set_up(request, data, name, options, None, report))
    window = folder.size if TASKS[request.task].dense else None
    size = min(request.batch_size, len(training))
    part = (group.rank(), group.count())
    batches = Batches(training, size, request.augmentation, request.seed, None, window, part)
    settings = settings_of(request, batches, TASKS[request.task].kinds[data.kind].metric, started)
    names, kind = LOSSES[target_kind(teacher)]
    loss = build_loss(names, kind, temperature=asked.temperature)
    last = train_with_loss(request, data, network, card, batches, loss, settings, Portion(report, PREDICTED, TRAINED))
    if not group.is_first():
        return {}
    found = evaluated(request, data, network, card, Portion(report, TRAINED, 0.95))
    threshold = teacher.thresholds or teacher.threshold
    compare = Portion(report, 0.95, 0.97)
    known = evaluate(run, data.parts[data.held_out], data.kind, data.classes, threshold, report=compare)
    trained = Trained(request, settings, data, split, started, last, found, time.perf_counter() - start, False)

    def addition(written: ModelCard) -> dict[str, Any]:
        return {"distillation": compared((path, teacher, known), (request.output, written, found.evaluation), request)}

    note = {"name": teacher.name, "sha256": stated(teacher.sha256), "temperature": asked.temperature}
    return finish(trained, network, report, addition, {"teacher": note})


def compared(
    teacher: tuple[Path, ModelCard, Evaluation], student: tuple[Path, ModelCard, Evaluation], request: TrainRequest
) -> dict[str, Any]:
    """Of both models: parameters, bytes, milliseconds per sample, metrics; ``kept``: ratio of the main metrics."""
    about = {}
    for role, (path, card, found) in (("teacher", teacher), ("student", student)):
        about[role] = {
            "name": card.name,
            "parameters": parameters_of(path, card),
            "bytes": sum((path / name).stat().st_size for name in card.sha256 if (path / name).is_file()),
            "milliseconds": round(1000 * seconds_of(path, card, request), 2),
            "figures": found.values(),
        }
    before, after = (found.main[1] for _, _, found in (teacher, student))
    return {**about, "kept": after / before if before and after is not None and before > 0 else None}


def parameters_of(path: Path, card: ModelCard) -> int:
    """The number of parameters of a model; of one in another format the number of values of its ONNX initialisers."""
    if card.network in NETWORKS:
        network = card_network(card)
        return sum(p.numel() for p in network.parameters())
    import onnx

    file = path / ONNX_FILE if path.is_dir() else path
    return sum(math.prod(item.dims) for item in onnx.load(str(file)).graph.initializer)


def seconds_of(path: Path, card: ModelCard, request: TrainRequest) -> float:
    """The median inference time in seconds for one tile, or one series, with the engine that the card names."""
    runtime = open_runtime(card, path, request.device, request.threads)
    inputs = {name: tensor.numpy() for name, tensor in example_inputs(card, 1, card.tiling.size).items()}
    return median_seconds({"run": lambda: runtime(inputs)}, TIMED)["run"]
