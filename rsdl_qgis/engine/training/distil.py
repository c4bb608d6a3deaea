"""The job "distil": a small network learns to say what a large model says of images (Hinton, Vinyals, Dean 2015,
arXiv:1503.02531), which need no labels.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cards.card import ONNX_FILE, ModelCard
from ..cards.stac_mlm import stated
from ..chips.prepare import prepare_chips
from ..evaluation.results import Evaluation
from ..feedback import Portion, Report
from ..job.outputs import writing
from ..networks import NETWORKS, build_network
from ..runtime.engine_choice import median_seconds
from ..runtime.onnx_export import example_inputs
from ..runtime.sessions import open_runtime
from ..tables.tasks import TASKS
from .answers import LOSSES, answers_of, open_lessons, shared_multiple
from .evaluate.models import evaluated
from .evaluate.samples import evaluate, open_run
from .loop.consistency import check_crops
from .loop.losses import build_loss
from .loop.work_folder import ANSWERS, go_on, work_folder
from .request import DistilRequest, TrainRequest
from .samples.batches import Batches
from .start.start import network_to_build
from .summary import Trained
from .train import CUT, TRAINED, begin, finish, learn_by, settings_of, use_device

TAUGHT = 0.15  # of the progress, when the teacher has said what it thinks of the images
TIMED = 5  # runs of which the median is told


@writing("distil")
def run_distil(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Train a small network by a model's answers and write its model folder; the metrics of both.

    ``teacher``: a model; ``temperature`` softens its answers. The rest as of the job "train", whose labels are only
    to compare by: without any, the student is evaluated by how it agrees with the teacher.
    """
    began = time.perf_counter()
    asked = DistilRequest.of(arguments)
    request = asked.training
    student = network_to_build(request.network or TASKS[request.task].network, request.options, None)
    use_device(request)
    with work_folder(request):
        return _taught(asked, student, report, began)


def _taught(
    asked: DistilRequest, student: tuple[str, Mapping[str, Any]], report: Report, began: float
) -> dict[str, Any]:
    """As ``run_distil``, what can be checked at once being checked."""
    request, path, teacher, (name, options) = asked.training, asked.path, asked.teacher, student
    folder, split = prepare_chips(request.data, request.work / "chips", Portion(report, 0, CUT))
    go_on(request, folder, report)
    if request.consistency:
        check_crops(folder.size, shared_multiple(request, name, options, folder.inputs, teacher))
    run = open_run(teacher, path, request.device, request.threads)
    answered = request.work / ANSWERS
    data, lessons = open_lessons(folder, request, name, options, teacher, run, answered, Portion(report, CUT, TAUGHT))
    report.log("info", f"{split.text} {data}")
    network, begun, card = begin(request, data, name, options, None, report)
    window = folder.size if TASKS[request.task].dense else None
    size = min(request.batch_size, len(lessons))
    batches = Batches(lessons, size, request.augmentation, request.seed, None, window)
    settings = settings_of(request, batches, TASKS[request.task].kinds[data.kind].metric)
    names, kind = LOSSES[answers_of(teacher)]
    loss = build_loss(names, kind, temperature=asked.temperature)
    taught = Portion(report, TAUGHT, TRAINED)
    last = learn_by(request, data, network, card, batches, loss, settings, taught)
    found = evaluated(request, data, network, card, Portion(report, TRAINED, 0.95))
    threshold = teacher.thresholds or teacher.threshold
    compare = Portion(report, 0.95, 0.97)
    known = evaluate(run, data.parts[data.held_out], data.kind, data.classes, threshold, report=compare)
    trained = Trained(request, settings, data, split, begun, last, found, time.perf_counter() - began, False)

    def told(written: ModelCard) -> dict[str, Any]:
        return {"distillation": compared((path, teacher, known), (request.output, written, found.evaluation), request)}

    note = {"name": teacher.name, "sha256": stated(teacher.sha256), "temperature": asked.temperature}
    return finish(trained, network, report, told, {"teacher": note})


def compared(
    teacher: tuple[Path, ModelCard, Evaluation], student: tuple[Path, ModelCard, Evaluation], request: TrainRequest
) -> dict[str, Any]:
    """Both models: parameters, bytes, milliseconds for one sample, metrics; and what share of the main one is kept."""
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
    """How many parameters a model has; of one in another format the values of its constants."""
    if card.network in NETWORKS:
        network = build_network(card.network, {i.name: i.shape for i in card.inputs}, card.channels, **card.options)
        return sum(p.numel() for p in network.parameters())
    import onnx

    file = path / ONNX_FILE if path.is_dir() else path
    return sum(math.prod(item.dims) for item in onnx.load(str(file)).graph.initializer)


def seconds_of(path: Path, card: ModelCard, request: TrainRequest) -> float:
    """The median seconds a model takes for one image of its size, or one series, by the engine its card names."""
    runtime = open_runtime(card, path, request.device, request.threads)
    inputs = {name: tensor.numpy() for name, tensor in example_inputs(card, 1, card.tiling.size).items()}
    return median_seconds({"run": lambda: runtime(inputs)}, TIMED)["run"]
