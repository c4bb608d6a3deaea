"""The job "pretrain": an encoder is trained by chips without labels, and becomes a model of features."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ...cards.card import ModelCard
from ...chips.splitting.splits import SplitNote
from ...feedback import Portion, Report
from ...job.outputs import kept, writing
from ...job.training import PRETRAINING, VARIED
from ...networks import build_network
from ...raster.atomic_file import Part
from ...reports.pretraining import pretraining_page
from ..loop.fit import Epoch, Settings
from ..loop.tensorboard import EVENTS, write_events
from ..loop.work_folder import run_epochs, work_folder
from ..model import card_for, write_model
from ..processes import group
from ..processes.devices import set_up_device
from ..processes.watch import over_processes
from ..request import TrainRequest
from ..samples.batches import Batches
from ..start.start import Started, network_to_build
from ..summary import sources_note, versions
from ..train import CUT, EVALUATED, settings_of, shared_chips
from .data import Unlabelled, open_unlabelled
from .request import PretrainRequest
from .vicreg import Expanded, loss_of_views, stacked_views, vicreg, vicreg_parts
from .views import views

TASK = "embedding"
METRIC = "minus the loss of the validation split"
PARTS = ("invariance", "variance", "covariance")  # of the loss


@over_processes
@writing("pretrain")
def run_pretrain(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Train an encoder without labels (VICReg, see ``vicreg``) and write it as the folder of a model of features.

    The chips' labels, if they have some, are not looked at. The last epoch is kept (``keep``: or the one with the least
    loss of the validation split). As the job "train" it resumes where it was stopped, and several processes do it
    together. The network has no last layer: every training starts from it as its base model, encoder to encoder.
    """
    start = time.perf_counter()
    asked = PretrainRequest.of(arguments)
    request = replace(asked.training, device=set_up_device(asked.training.device, asked.training.threads))
    name, options = network_to_build(request.network, request.options, None)
    with work_folder(request):
        folder, split = shared_chips(request, report)
        data = open_unlabelled(folder, request, name, options, report)
        report.log("info", f"{split.text} {data}")
        network, card = group.on_first(lambda: set_up(request, data, name, options))
        training = Pretraining(replace(asked, training=request), data)
        last, settings = training.run(network, card, Portion(report, CUT, EVALUATED))
        figures = training.parts_of_loss(network.eval())  # by all processes: the loss sums over them
        if not group.is_first():
            return {}
        about = told(request, settings, data, split, last, figures, time.perf_counter() - start)
        return finish(request, network.encoder, card, about, last, report)


def set_up(
    request: TrainRequest, data: Unlabelled, name: str, options: Mapping[str, Any]
) -> tuple[Expanded, ModelCard]:
    """A new encoder with its expander, and the card of the encoder without provenance."""
    torch.manual_seed(request.seed)
    encoder = build_network(name, {item.name: item.shape for item in data.inputs}, 0, **options)
    features = encoder.stage_widths[-1]
    card = card_for(
        encoder,
        name=request.model_name,
        title=request.title or request.model_name,
        architecture=name,
        inputs=data.inputs,
        task=TASK,
        options=options,
        size=data.side,
        resolution=data.folder.resolution,
    )
    tolerance = request.resolution_tolerance or card.resolution_tolerance
    card = replace(card, description=request.description, keywords=request.keywords, resolution_tolerance=tolerance)
    return Expanded(encoder, features), replace(card, values=tuple(f"f{i + 1}" for i in range(features)))


@dataclass(frozen=True)
class Pretraining:
    """How an encoder is trained on data without labels."""

    asked: PretrainRequest
    data: Unlabelled

    def run(self, network: nn.Module, card: ModelCard, report: Report) -> tuple[Epoch, Settings]:
        """Train; the network has the weights of the epoch that is kept."""
        request = self.asked.training
        samples, part = self.data.parts["train"], (group.rank(), group.count())
        batches = Batches(samples, even(len(samples), request.batch_size), None, request.seed, part=part)
        if len(samples) < request.batch_size:
            report.log("info", f"There are {len(samples)} training chips, so that is the batch size.")
        settings = settings_of(request, batches, METRIC, Started(()))
        last = run_epochs(
            request,
            network,
            card,
            batches,
            loss_of_views,
            partial(self.score, device=settings.device),
            settings,
            report,
            forward=self.forward,
            part="encoder",
        )
        return last, settings

    def forward(self, network: nn.Module, images: Sequence[Tensor], labels: Any) -> Tensor:
        """The features (2, N, F) of two views of images, which follow from PyTorch's seed."""
        return self._features(network, images, torch.Generator().manual_seed(int(torch.randint(2**31, ()))))

    def score(self, network: nn.Module, device: str) -> float:
        """Minus the mean loss of the validation split; the views are the same each time."""
        return -self._mean(network, device, lambda a, b: vicreg(a, b)[None])[0]

    def parts_of_loss(self, network: nn.Module) -> dict[str, float]:
        """The loss of the validation split, and its parts without their weights."""
        device = str(next(network.parameters()).device)
        values = self._mean(network, device, lambda a, b: torch.stack([vicreg(a, b), *vicreg_parts(a, b)]))
        return dict(zip(("loss", *PARTS), values))

    @torch.inference_mode()
    def _mean(self, network: nn.Module, device: str, measure: Any) -> list[float]:
        """The mean over the batches of the validation split of what is measured of the features of two views."""
        request, samples = self.asked.training, self.data.parts["valid"]
        batches = Batches(samples, even(len(samples), request.batch_size), None, request.seed)
        random, found = torch.Generator().manual_seed(request.seed), []
        for images, _ in batches.epoch(0):
            a, b = self._features(network, [image.to(device) for image in images], random).float()
            found.append(measure(a, b))
        values: list[float] = torch.stack(found).mean(0).tolist()
        return values

    def _features(self, network: nn.Module, images: Sequence[Tensor], random: torch.Generator) -> Tensor:
        a, b = (views(images, self.asked.views, random, self.data.inputs) for _ in range(2))
        return stacked_views(network, a, b)


def even(count: int, most: int) -> int:
    """The size of batches of about the same size, at most ``most``, that so many samples are divided into."""
    return -(-count // -(-count // most))


def told(
    request: TrainRequest,
    settings: Settings,
    data: Unlabelled,
    split: SplitNote,
    last: Epoch,
    figures: Mapping[str, float],
    seconds: float,
) -> dict[str, Any]:
    """What is known of a pretraining, as plain values, for the card's provenance and the report."""
    asked = {name: value for name, value in request.settings.items() if name in PRETRAINING}
    asked["augmentation"] = {name: value for name, value in asked["augmentation"].items() if name in VARIED}
    return {
        "method": "VICReg, arXiv:2105.04906",
        "labels": "none were used",
        "data": sources_note(data.folder),
        "samples": {name: len(samples) for name, samples in data.parts.items()},
        "chip_size": data.folder.size,
        "side": data.side,
        "split": split.text,
        "settings": {**asked, **{name: value for name, value in asdict(settings).items() if name in PRETRAINING}},
        "epochs": last.number + 1,
        "best_epoch": last.best[0] + 1,
        "losses": {"train": last.history[last.best[0]]["loss"], "valid": dict(figures)},
        "versions": versions(),
        "minutes": round(seconds / 60, 1),
    }


def finish(
    request: TrainRequest, encoder: nn.Module, card: ModelCard, about: Mapping[str, Any], last: Epoch, report: Report
) -> dict[str, Any]:
    """Write the model, its events and its report; returns the result of the job."""
    report.progress(EVALUATED, "Writing the model")
    card = write_model(encoder, replace(card, provenance=about), request.output, half_weights=False)
    with kept(lambda: [request.output]):
        write_events(request.output / EVENTS, last.history, METRIC)
        if request.report:
            part = Part(request.report)
            with part.guard():
                part.path.write_text(pretraining_page(card, about, last.history), encoding="utf-8")
            part.commit()
    report.progress(1.0, "Done")
    return {
        "model": card.name,
        "output": str(request.output),
        "report": str(request.report) if request.report else None,
        "epochs": about["epochs"],
        "best_epoch": about["best_epoch"],
        "features": card.channels,
        "main": about["losses"]["valid"]["loss"],
        "main_title": "loss of the validation split",
        "figures": {},
    }
