"""The job "import_model": a model from elsewhere is read, completed, checked by running a tile, and installed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..assessment.outputs import written
from ..cards.card import CARD_FILE, ONNX_FILE, ModelCard
from ..cards.model_file import check_model, sha256
from ..cards.names import as_model_name, check_model_name
from ..cards.onnx.header import OnnxFile, Tensor, read_onnx_file
from ..cards.stac_mlm import from_item, to_item
from ..cards.store import Store, default_folders
from ..errors import OutputError
from ..feedback import Portion, Report
from ..job.arguments import OPERATIONS, checked
from ..job.outputs import writing
from ..reports.imported_model import imported_page
from ..runtime.onnx_arrays import fed
from ..runtime.onnx_engine import shapes_for
from ..runtime.onnx_form import ImageForm
from .check import Outcome
from .check import checked as run_a_tile
from .completed import completed, known_facts
from .facts import Facts
from .guess import guessed_card
from .source import Source, opened_source

REPORT = {"report": (".html", ".htm")}


@writing("import_model")
def run_import(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Install the model that ``input`` names; its name, where it is, and what the tile gave."""
    given = checked("import_model", arguments)
    given = {name: given.get(name, argument.default) for name, argument in OPERATIONS["import_model"].items()}
    facts = Facts.of(given)
    if facts.name:
        check_model_name(facts.name)
    with written(given, REPORT, report) as (write, files), tempfile.TemporaryDirectory(prefix="rsdl-import-") as folder:
        source = opened_source(given["input"], Path(folder), Portion(report, 0.0, 0.5), facts)
        card, notes = settled_card(source, facts)
        for note in notes:
            report.log("warning", note)
        made = _written(source, card, facts)
        store = Store(default_folders(given["folders"] or ()))
        store.check_name(made, source.folder, given["replace"])
        outcome = run_a_tile(made, source.folder, Portion(report, 0.5, 0.9), given["sample"])
        rows = known_facts(made, facts.stated, _found(source))
        for title, value, origin in rows:
            report.log("info", f"{title}: {value} ({origin}).")
        report.log("info", outcome.text)
        if outcome.warning:
            report.log("warning", outcome.warning)
        report.check()
        try:
            if source.file and made == source.card:
                path, installed = store.install(source.file, given["replace"])
            else:
                path, installed = store.install_folder(source.folder, given["replace"])
        except OSError as error:
            text = f"The model cannot be installed: {error.strerror or error}."
            raise OutputError(text, "Free disk space, or check the permissions of the folder.") from None
        write({"report": lambda: _page(made, rows, notes, outcome)})
    return {"model": as_model_name(installed.name), "path": str(path), "tile": outcome.text, **files}


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
    return "its card" if source.own else "its files" if source.card is not None or source.facts.stated else "guessed"


def _page(card: ModelCard, rows: list[tuple[str, str, str]], notes: tuple[str, ...], outcome: Outcome) -> str:
    told = [*notes, *([outcome.warning] if outcome.warning else [])]
    return imported_page(card, rows, told, outcome.text, outcome.images, outcome.map, outcome.objects)
