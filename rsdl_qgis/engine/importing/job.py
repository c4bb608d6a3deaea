"""The job "import_model": a model from elsewhere is read, completed, checked by running a tile, and installed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..assessment.outputs import written
from ..cards.card import CARD_FILE, ONNX_FILE, ModelCard, Scaling
from ..cards.model_file import check_model, sha256
from ..cards.names import as_model_name, check_model_name
from ..cards.onnx.header import OnnxFile, Tensor, read_onnx_file
from ..cards.stac_mlm import from_item, to_item
from ..cards.store import Store, default_folders
from ..errors import OutputError
from ..feedback import Portion, Report
from ..job.arguments import OPERATIONS, checked
from ..job.common import ALL_OUTPUTS
from ..job.outputs import writing
from ..reports.imported_model import Imported, imported_page
from ..runtime.onnx_arrays import fed
from ..runtime.onnx_engine import shapes_for
from ..runtime.onnx_form import ImageForm
from ..tables.tasks import task_of
from .check import Outcome
from .check import checked as run_a_tile
from .completed import completed, known_facts
from .facts import Facts
from .guess import guessed_card
from .heads import heads_of, listed, usable_outputs
from .source import Source, opened_source

FILES, TENSORS, GUESSED = "its files", "its tensors", "guessed"  # where a fact is from
REPORT = {"report": (".html", ".htm")}


@dataclass(frozen=True)
class Settled:
    """A model that is ready to be installed. ``rows``: (what, value, where from); ``notes``: what is not certain."""

    source: Source
    card: ModelCard
    rows: list[tuple[str, str, str]]
    notes: tuple[str, ...]
    outcome: Outcome


@writing("import_model")
def run_import(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Install the model that ``input`` names, or one for each of its outputs: all of them, or none.

    The name, the path and what the tile gave of the first, and as ``models`` of each.
    """
    given = checked("import_model", arguments)
    given = {name: given.get(name, argument.default) for name, argument in OPERATIONS["import_model"].items()}
    every = given["output_index"] == ALL_OUTPUTS
    facts = Facts.of({**given, "output_index": None if every else given["output_index"]})
    if facts.name:
        check_model_name(facts.name)
    with written(given, REPORT, report) as (write, files), tempfile.TemporaryDirectory(prefix="rsdl-import-") as folder:
        source = opened_source(given["input"], Path(folder), Portion(report, 0.0, 0.5), facts)
        store = Store(default_folders(given["folders"] or ()))
        heads = heads_of(source, facts) if every else [(source, facts)]
        part = 0.4 / len(heads)
        models = [
            _settled(*head, store, given, Portion(report, 0.5 + i * part, 0.5 + (i + 1) * part))
            for i, head in enumerate(heads)
        ]
        report.check()
        installed: list[dict[str, str]] = []
        for model in models:
            installed.append(_installed(model, store, given["replace"], installed))
        write({"report": lambda: imported_page([_shown(model) for model in models])})
    if len(installed) > 1:
        names = ", ".join(model["model"] for model in installed)
        report.log("info", f"The network has {len(installed)} outputs; a model is installed for each: {names}.")
    return {**installed[0], "models": installed, **files}


def _settled(source: Source, facts: Facts, store: Store, given: Mapping[str, Any], report: Report) -> Settled:
    """The model of a source with its card in its folder, after a tile was run; what is known of it is told."""
    card, notes = settled_card(source, facts)
    for note in notes:
        report.log("warning", note)
    made = _written(source, card, facts)
    store.check_name(made, source.folder, given["replace"])
    outcome = run_a_tile(made, source.folder, report, given["sample"])
    rows = known_facts(made, facts.stated, _found(source), _origins(source, made), source.turned)
    for title, value, origin in rows:
        report.log("info", f"{title}: {value} ({origin})." if origin else f"{title}: {value}.")
    report.log("info", outcome.text)
    if outcome.warning:
        report.log("warning", outcome.warning)
    return Settled(source, made, rows, notes, outcome)


def _installed(model: Settled, store: Store, gives_way: bool, before: list[dict[str, str]]) -> dict[str, str]:
    """The name and path of a model that is now installed; ``gives_way``: another of its name. OutputError where that
    fails, with those ``before`` it.
    """
    source = model.source
    try:
        if source.file and model.card == source.card:
            path, card = store.install(source.file, gives_way)
        else:
            path, card = store.install_folder(source.folder, gives_way)
    except OSError as error:
        text = f"The model '{model.card.name}' cannot be installed: {error.strerror or error}."
        done = f" Installed before it: {', '.join(each['model'] for each in before)}." if before else ""
        raise OutputError(text + done, "Free disk space, or check the permissions of the folder.") from None
    return {"model": as_model_name(card.name), "path": str(path), "tile": model.outcome.text}


def _shown(model: Settled) -> Imported:
    notes, outcome = model.notes, model.outcome
    told = (*notes, outcome.warning) if outcome.warning else notes
    return Imported(model.card, model.rows, told, outcome.text, outcome.images, outcome.map, outcome.objects)


def settled_card(source: Source, facts: Facts) -> tuple[ModelCard, tuple[str, ...]]:
    """The card of a source: what its files say, what a person says over it, and first guesses for the rest, which are
    told.
    """
    onnx = source.folder / ONNX_FILE
    file = read_onnx_file(onnx) if onnx.is_file() else None
    if source.card is not None:
        card = completed(source.card, file, facts.over(source.facts))
        notes = source.notes
    else:
        card, guessed = guessed_card(source.name, read_onnx_file(onnx), facts.over(source.facts), _probe(onnx))
        notes = (*source.notes, *guessed)
    if not source.own and file is not None and facts.output_index is None and not task_of(card.task).boxes:
        count = len(usable_outputs(file))
        if count > 1:
            told = f"Its network has {count} outputs ({listed(file)}), and this model is one of them. "
            notes = (*notes, told + f"OUTPUT_INDEX {ALL_OUTPUTS} installs a model for each.")
    return (replace(card, name=facts.name, title=facts.name if card.title == card.name else card.title)
            if facts.name else card), notes  # fmt: skip


def _probe(path: Path) -> Any:
    """What gives the shapes of a file's outputs for an empty image."""
    file: OnnxFile = read_onnx_file(path)

    def probe(form: ImageForm, shape: tuple[int, int], side: tuple[int, int]) -> tuple[Tensor, ...]:
        series = "height" not in form.axes
        array = np.zeros((1, *shape) if series else (1, *shape, *side), np.float32)
        batch = file.inputs[0].shape[0] if file.inputs[0].shape and "batch" in form.axes else None
        return shapes_for(path, [(file.inputs[0].name, fed(array, form, None, batch or 1))])

    return probe


def _written(source: Source, card: ModelCard, facts: Facts) -> ModelCard:
    """The card as the model's folder has it: an own one that nothing changes stays as it is."""
    if source.own and card == source.card:
        check_model(source.folder, card)
        return card
    onnx = source.folder / ONNX_FILE
    hashes = {**card.sha256, **({ONNX_FILE: sha256(onnx)} if onnx.is_file() else {})}
    given = ["scaling" if name == "steps" else name for name in facts.stated]
    imported = {"given": given, **({"address": source.origin} if source.origin else {})}
    card = replace(card, sha256=hashes, provenance={**card.provenance, "imported": imported})
    item = to_item(card)
    card = from_item(item, f"The card of '{card.name}'")  # what cannot be in a card is told before anything is run
    (source.folder / CARD_FILE).write_text(json.dumps(item, indent=1, ensure_ascii=False), encoding="utf-8")
    return card


def _found(source: Source) -> str:
    return "its card" if source.own else FILES if source.card is not None else GUESSED


def _origins(source: Source, card: ModelCard) -> dict[str, str]:
    """Where single facts are from, that are not from where most are."""
    if source.own:
        return {}
    origins = {} if source.card is not None else dict.fromkeys(source.facts.stated, FILES)
    if source.of_keys:  # which say how many bands there are, and not which
        origins["bands"] = GUESSED
    if source.card is None and not card.tiling.any_size:
        origins["tile_size"] = TENSORS
    if source.card is None and card.inputs[0].scaling == Scaling():
        origins["steps"] = TENSORS  # of whole numbers: any other is asked for
    if card.resolution is None:
        origins["resolution"] = ""
    return origins
