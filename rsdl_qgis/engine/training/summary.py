"""The record of a finished training: complete for its report, short for the model's card."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ...paths import plugin_version
from ..cards.card import ModelCard
from ..chips.folder import ChipFolder
from ..chips.splitting.splits import SplitNote
from ..networks import NETWORKS
from ..radiometry.domain import BLOCK
from ..raster.atomic_file import Part
from ..reports.training import training_page
from ..tables.tasks import TASKS
from .evaluate.models import Evaluated
from .loop.fit import Epoch, Settings
from .loop.tensorboard import EVENTS, write_events
from .request import TrainRequest
from .samples.data import Data
from .start.freezing import counts as parameter_counts
from .start.start import Started

MOST_TITLES = 10  # rasters that a card names


@dataclass(frozen=True)
class Trained:
    """A training that has ended."""

    request: TrainRequest
    settings: Settings
    data: Data
    split: SplitNote
    started: Started
    last: Epoch
    evaluated: Evaluated
    seconds: float
    by_labels: bool = True  # False: by a teacher's predictions


def summary(trained: Trained, card: ModelCard, network: nn.Module) -> dict[str, Any]:
    """The content of the report (``reports.training.training_page``), as plain values."""
    request, last, found = trained.request, trained.last, trained.evaluated
    learned, frozen = parameter_counts(network)
    origins = {name: getattr(trained.started, name) for name in ("loaded", "adapted", "new")}
    return {
        "model": {
            "name": card.name,
            "title": card.title,
            "task": request.task,
            "network": card.network,
            "network_title": NETWORKS[card.network].title,
            "options": dict(card.options),
            "oriented": NETWORKS[card.network].oriented,
            "parameters": sum(p.numel() for p in network.parameters()),
            "bytes": sum((request.output / name).stat().st_size for name in card.sha256),
            "path": str(request.output),
        },
        "data": data_summary(trained.data, trained.split, trained.by_labels),
        "start": {
            "title": request.start_name or "from scratch",
            "lines": list(trained.started.lines),
            **origins,
            "frozen": frozen,
            "trained": learned,
        },
        "epochs": [dict(record) for record in last.history],
        "metric": {"title": trained.settings.metric, "best_epoch": last.best[0] + 1, "best": last.best[1]},
        "evaluation": {"part": found.part, "threshold": card.threshold, **found.evaluation.plain()},
        "comparison": [
            {"name": name, "figures": other.values(), "classes": other.class_values()}
            for name, other in found.comparison
        ],
        "pictures": dict(found.pictures),
        "calibration": found.calibration.plain() if found.calibration else None,
        "domain": domain_summary(found),
        "settings": settings_summary(trained),
        "versions": versions(),
        "hashes": dict(card.sha256),
        "seconds": trained.seconds,
    }


def model_note(trained: Trained) -> dict[str, Any]:
    """The training in short, for the model's card: data, settings, metrics with their 95 % intervals."""
    found, folder = trained.evaluated, trained.data.folder
    plain = found.evaluation.plain()
    return {
        "data": sources_note(folder),
        "samples": {name: len(samples) for name, samples in trained.data.parts.items()},
        "chip_size": folder.size,
        "largest_chip": folder.largest,
        "split": trained.split.text,
        "start": list(trained.started.lines),
        "settings": settings_summary(trained),
        "best_epoch": trained.last.best[0] + 1,
        "judged_on": found.part,
        "metrics": plain["figures"],
        "class_metrics": {item["name"]: item["figures"] for item in plain["classes"]},
        **({"calibration": found.calibration.note} if found.calibration else {}),
        **({"beyond_domain": found.beyond} if found.beyond is not None else {}),
        "compared_with": {name: other.values() for name, other in found.comparison},
        "versions": versions(),
        "minutes": round(sum(record["seconds"] for record in trained.last.history) / 60, 1),
    }


def domain_summary(found: Evaluated) -> dict[str, Any] | None:
    """How the training data are described in the card; None where they are not."""
    domain = found.card.domain
    if domain is None:
        return None
    return {"statistics": len(domain.mean), "block": BLOCK, "within": domain.within, "beyond": found.beyond}


def sources_note(folder: ChipFolder) -> dict[str, Any]:
    """Where the chips come from: their folder's note, and the titles of the rasters, ``MOST_TITLES`` at most."""
    titles = [source.title for source in folder.sources.values()]
    more = [f"and {len(titles) - MOST_TITLES} more"] if len(titles) > MOST_TITLES else []
    return {**folder.note, "rasters": [*titles[:MOST_TITLES], *more]}


def data_summary(data: Data, split: SplitNote, by_labels: bool = True) -> dict[str, Any]:
    """The training data: samples, split, sources, and labels of each class."""
    folder = data.folder
    sources: dict[str, dict[str, Any]] = {}
    for chip in folder.chips:
        known = folder.sources.get(chip.source)
        title, crs = (known.title, known.crs) if known else (chip.source, None)
        about: dict[str, Any] = {"title": title, "crs": crs, "chips": []}
        place = {"name": chip.name, "bounds": chip.bounds, "split": chip.split}
        sources.setdefault(chip.source, about)["chips"].append(place)
    classes = [
        {"name": item.name, "color": item.color, **{part: int(c[:, i].sum()) for part, c in data.counts.items()}}
        for i, item in enumerate(folder.classes)
    ]
    return {
        "chips": len(folder.chips),
        "samples": {name: len(samples) for name, samples in data.parts.items()},
        "split": split.text,
        "gap_dropped": split.dropped,
        "sources": list(sources.values()),
        "classes": classes,
        "unlabelled": unlabelled_fraction(data) if by_labels and TASKS[folder.task].dense else None,
        "unit": folder.unit,
    }


def unlabelled_fraction(data: Data) -> float:
    """The fraction (0 to 1) of the chips' pixels that have no label or no valid image value."""
    parts = [chip for name in data.parts for chip in data.folder.part(name)]
    pixels = sum(data.folder.label(chip).size for chip in parts)
    return 1 - float(sum(counts.sum() for counts in data.counts.values())) / pixels


def settings_summary(trained: Trained) -> dict[str, Any]:
    """The settings used, defaults included, without the user's local folders."""
    request = trained.request
    asked = request.settings
    asked |= {name: request.start_name for name in ("base_model", "pretrained") if asked[name]}
    used = {name: value for name, value in asdict(trained.settings).items() if name != "metric"}
    return {**asked, **used, "loss": list(request.losses(trained.data.kind))}


def versions() -> dict[str, str]:
    """Versions of the software and platform of the training."""
    return {
        "rsdl_qgis": plugin_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def write_report(about: Mapping[str, Any], request: TrainRequest, last: Epoch) -> None:
    """Write TensorBoard events into the model folder; where a report was asked for, its page with events beside it."""
    write_events(request.output / EVENTS, last.history, about["metric"]["title"])
    if request.report is None:
        return
    page = Path(request.report)
    write_events(page.with_name(f"{page.stem}.{EVENTS}"), last.history, about["metric"]["title"])
    part = Part(page)
    with part.guard():
        part.path.write_text(training_page(about), encoding="utf-8")
    part.commit()
