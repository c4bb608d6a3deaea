"""A model card for people: what it takes and gives, how good it is, where it is from, what its limits are.

Standard library only, for the QGIS side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..tables.tasks import task_of
from .card import ModelCard
from .given.scaling import scaling_text

Rows = list[tuple[str, str]]
JUDGED = {"valid": "validation split", "test": "test split", "train": "training split"}
FEW = 100  # samples below which a training is called small
LICENCES = ("license", "licence")  # as people write it
FROM = {  # key of the provenance -> what it is called
    "source": "Source",
    "data": "Data",
    "split": "Split",
    "samples": "Samples",
    "start": "Start",
    "method": "Method",
    "labels": "Labels",
    "imported": "Imported",
    "exported": "Exported",
}


def sheet(card: ModelCard) -> dict[str, Rows]:
    """The sections in order: title -> (name, value) each."""
    return {
        "What it takes": list(_takes(card)),
        "What it gives": list(_gives(card)),
        "How good it is": list(_accuracy(card)),
        "Where it is from": list(_origin(card)),
        "Limits": [("", text) for text in _limits(card)],
    }


def sheet_lines(card: ModelCard, sections: tuple[str, ...] = ()) -> list[str]:
    """The sheet as lines of text; of all sections, or of some."""
    lines = []
    for title, rows in sheet(card).items():
        if sections and title not in sections:
            continue
        lines.append(f"{title}:")
        lines += [f"  {name}: {value}" if name else f"  {value}" for name, value in rows]
    return lines


def sheet_dict(card: ModelCard) -> dict[str, Any]:
    """The sheet as JSON has it: an object a section, a list of sentences of the last."""
    return {
        title.lower().replace(" ", "_"): dict(rows) if all(name for name, _ in rows) else [text for _, text in rows]
        for title, rows in sheet(card).items()
    }


def headline(card: ModelCard) -> tuple[str, float, float | None, float | None] | None:
    """The metric that stands for the rest, its value and interval; None where none was measured."""
    metrics = card.provenance.get("metrics")
    if not isinstance(metrics, Mapping):
        return None
    for name, value in metrics.items():
        found = _triple(value)
        if found[0] is not None:
            return str(name), found[0], found[1], found[2]
    return None


def _takes(card: ModelCard) -> Iterator[tuple[str, str]]:
    yield "Task", card.task
    yield "Network", card.network or "not stated"
    for item in card.inputs:
        name = item.role or item.name
        yield f"Bands of {name}", ", ".join(band.name for band in item.bands)
        if len(item.dates) > 1:
            shown = item.dates if len(item.dates) < 8 else (*item.dates[:2], "…", item.dates[-1])
            yield f"Dates of {name}", f"{len(item.dates)}: {', '.join(shown)}"
        yield f"Scaling of {name}", scaling_text(item.scaling)
        if item.level:
            yield f"Reflectance of {name}", f"at the {item.level}"
        if item.nodata is not None:
            yield f"Nodata of {name}", f"{item.nodata:g}"
    yield "Pixel size", _pixel_size(card)
    size = f"{card.tiling.size} px" + (", others too" if card.tiling.any_size else " only")
    if not task_of(card.task).series:
        yield "Tiles", size


def _pixel_size(card: ModelCard) -> str:
    if card.resolution is None:
        return "not known, so none is checked"
    low, high = card.resolution / card.resolution_tolerance, card.resolution * card.resolution_tolerance
    return f"{card.resolution:g} m ({low:.3g} to {high:.3g} m are taken)"


def _gives(card: ModelCard) -> Iterator[tuple[str, str]]:
    task = task_of(card.task)
    yield "Makes", task.makes
    if card.classes:
        yield "Classes", ", ".join(f"{c.value} {c.name}" for c in card.classes)
    elif task.features:
        yield "Features", str(card.channels)
    else:
        yield "Numbers", ", ".join(card.values) or "one a pixel"
        yield "Unit", card.unit or "not stated"
        if card.value_range:
            yield "Range in training", f"{card.value_range[0]:g} to {card.value_range[1]:g}"
    if card.threshold is not None:
        yield "Decision threshold", f"{card.threshold:g}"
    if card.thresholds:
        yield "Decision thresholds", ", ".join(f"{c.name} {t:g}" for c, t in zip(card.classes, card.thresholds))
    if card.temperature != 1:
        yield "Temperature of the probabilities", f"{card.temperature:g}"


def _accuracy(card: ModelCard) -> Iterator[tuple[str, str]]:
    metrics = card.provenance.get("metrics")
    if task_of(card.task).features:
        yield "", "What its features are worth shows in what is trained on them."
        return
    if not isinstance(metrics, Mapping) or not metrics:
        yield "", "Its files state no accuracy. Assess its maps with data of your own."
        return
    where = str(card.provenance.get("judged_on", ""))
    if where:
        yield "Measured on", JUDGED.get(where, where)
    for name, value in metrics.items():
        text = _measured(value)
        if text:
            yield str(name), text
    others = card.provenance.get("compared_with")
    first = headline(card)
    for name, values in others.items() if isinstance(others, Mapping) and first else ():
        value = values.get(first[0]) if isinstance(values, Mapping) and first else None
        if isinstance(value, (int, float)) and first:
            yield f"{first[0]} of: {name}", f"{value:.3f}"


def _origin(card: ModelCard) -> Iterator[tuple[str, str]]:
    if card.description:
        yield "About", card.description
    licence = next((str(card.provenance[key]) for key in LICENCES if card.provenance.get(key)), "")
    yield "Licence", licence or "not stated by its files"
    for key, title in FROM.items():
        text = _plain(card.provenance.get(key))
        if text:
            yield title, text
    versions = card.provenance.get("versions")
    if isinstance(versions, Mapping):
        yield "Versions", _plain(versions)


def _limits(card: ModelCard) -> Iterator[str]:
    if card.resolution:
        factor = f"{card.resolution_tolerance:g}"
        yield f"Rasters with pixels more than {factor} times larger or smaller than {card.resolution:g} m are refused."
    else:
        yield "It does not say which pixel size it is for: give it rasters like those that it was trained on."
    if card.classes and not task_of(card.task).boxes:
        yield "It knows its classes only, and gives one of them for whatever it sees."
    if card.value_range:
        yield f"Values beyond {card.value_range[0]:g} to {card.value_range[1]:g} did not occur in training."
    metrics = card.provenance.get("metrics")
    if not metrics and not task_of(card.task).features:
        yield "How good it is, is not known."
    elif card.provenance.get("judged_on") == "valid":
        yield "Its accuracy is of validation data, by which its best epoch was chosen: elsewhere it may be lower."
    samples = card.provenance.get("samples")
    count = samples.get("train") if isinstance(samples, Mapping) else None
    if isinstance(count, int) and count < FEW:
        yield f"It was trained on {count} samples only."
    if isinstance(card.provenance.get("exported"), Mapping):
        yield "It is an export in lower precision; its accuracy was measured for the original."


def _triple(value: Any) -> tuple[float | None, float | None, float | None]:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    numbers = [v if isinstance(v, (int, float)) and math.isfinite(v) else None for v in values]
    first, low, high = [*numbers, None, None, None][:3]
    return first, low, high


def _measured(value: Any) -> str:
    found, low, high = _triple(value)
    if found is None:
        return ""
    return f"{found:.3f}" + (f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else "")


def _plain(value: Any) -> str:
    """A value of the provenance as text; '' for none."""
    if value in (None, "", [], {}, ()):
        return ""
    if isinstance(value, Mapping):
        parts = [(str(key).replace("_", " "), _plain(item)) for key, item in value.items()]
        return "; ".join(f"{key}: {text}" for key, text in parts if text)
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_plain, value)))
    return str(value)
