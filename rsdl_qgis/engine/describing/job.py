"""The jobs "describe_model" and "list_models"."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..assessment.outputs import written
from ..cards.card import ModelCard
from ..cards.sheet import sheet_dict
from ..cards.store import Store, default_folders, opened
from ..errors import RsdlError
from ..feedback import Portion, Report
from ..importing.check import Outcome
from ..importing.check import checked as run_a_tile
from ..job.arguments import checked
from ..job.outputs import writing
from ..prediction.request import AskedRaster
from ..reports.models.described import Page, list_page, model_page
from .fit import answer_text, fits_of

REPORT = {"report": (".html", ".htm")}
PICTURES = {"picture.png": b"\x89PNG\r\n\x1a\n", "picture.jpg": b"\xff\xd8\xff"}  # in a model's folder -> its beginning
LARGEST_PICTURE = 2 << 20  # bytes


@writing("describe_model")
def run_describe_model(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """What a model takes and gives, how good it is, and whether it fits a layer; ``report``: a page of it.

    ``sheet``: the sections; ``fits``: whether the layer fits, None without one; ``reasons``: why.
    """
    given = checked("describe_model", arguments)
    with written(given, REPORT, report) as (write, files), opened(given["model"]) as (path, card):
        fits = fits_of(card, AskedRaster.of(given["layer"])) if given.get("layer") else []
        answer = answer_text(card, fits) if fits else ""
        if answer:
            report.log("info", answer)
        sample = given["layer"]["path"] if fits and fits[0].fits else None
        if files:
            report.progress(0.3, "Making a picture")
            picture = _picture(path)
            outcome = None if picture else _outcome(card, path, sample, Portion(report, 0.3, 0.9))
            write({"report": lambda: model_page(Page(card, _rows(fits), answer, picture, outcome))})
    reasons = [{"role": r, "aspect": a, "fits": f, "reason": t} for r, a, f, t in _rows(fits)]
    return {
        "sheet": sheet_dict(card),
        "fits": any(fit.fits for fit in fits) if fits else None,
        "answer": answer,
        "reasons": reasons,
        **files,
    }


@writing("list_models")
def run_list_models(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """A page of the installed models."""
    given = checked("list_models", arguments)
    with written(given, REPORT, report) as (write, files):
        listing = Store(default_folders(given.get("folders") or ())).scan()
        problems = [problem.text for problem in listing.problems]
        write({"report": lambda: list_page(listing.models, problems)})
    return {"count": len(listing.models), **files}


def _rows(fits: list[Any]) -> list[tuple[str, str, bool | None, str]]:
    return [(fit.role, finding.aspect, finding.fits, finding.text) for fit in fits for finding in fit.findings]


def _outcome(card: ModelCard, path: Path, sample: str | None, report: Report) -> Outcome | str:
    """What the model makes of a tile, or why that cannot be shown."""
    for layer in (sample, None) if sample else (None,):
        with suppress(RsdlError):
            return run_a_tile(card, path, report, layer)
    try:
        return run_a_tile(card, path, report)
    except RsdlError as error:
        return str(error)


def _picture(path: Path) -> str:
    """The picture of a result in a model's folder as a data URI; '' for none."""
    for name, beginning in PICTURES.items():
        file = path / name
        if path.is_dir() and file.is_file() and file.stat().st_size <= LARGEST_PICTURE:
            data = file.read_bytes()
            if data.startswith(beginning):
                kind = "png" if name.endswith("png") else "jpeg"
                return f"data:image/{kind};base64,{b64encode(data).decode()}"
    return ""
