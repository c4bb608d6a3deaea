"""The job "export_model": what cannot be exported is said first; then it is written, read again, and compared."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..cards.card import ModelCard
from ..cards.model_file import check_model, read_card
from ..cards.names import as_model_name, check_model_name
from ..cards.store import opened, unpack
from ..errors import InputError, ModelError, OutputError
from ..feedback import Portion, Report
from ..job.arguments import OPERATIONS, checked
from ..job.outputs import writing
from ..prediction.request import AskedRaster
from ..raster.atomic_file import Part
from ..reports.models.exported import Compared, exported_page
from ..tables.exports import EXPORT_FORMATS, ExportFormat
from .agreement import Agreement, Answers, answers, compared
from .archives import item_of, write_archive
from .tiles import Tiles, divided, tiles_of, wanted_rasters

REPORTS = (".html", ".htm")


@dataclass(frozen=True)
class Asked:
    """What a job asks for, checked as far as that needs no file."""

    format: str
    line: ExportFormat
    output: Path
    item: Path | None
    report: Path | None
    rasters: tuple[AskedRaster, ...]
    tiles: int
    name: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Asked:
        given = checked("export_model", arguments)
        given = {name: given.get(name, argument.default) for name, argument in OPERATIONS["export_model"].items()}
        line = EXPORT_FORMATS[given["format"]]
        output = Path(given["output"])
        item, report = (Path(given[name]) if given[name] else None for name in ("item", "report"))
        for path, endings in ((output, (line.ending,)), (item, (".json",)), (report, REPORTS)):
            if path is not None and path.suffix.lower() not in endings:
                raise OutputError(f"{path} does not end in {endings[0]}.", "Choose another name.")
        if item is not None and item.parent.absolute() != output.parent.absolute():
            raise OutputError(f"{item} is not beside {output}, which it describes.", "Write both into one folder.")
        if given["name"]:
            check_model_name(given["name"])
        if line.calibrated and not given["layers"]:
            raise InputError(
                "8-bit numbers are calibrated on tiles of a raster, and none is given.",
                "Give layers of the kind that the model is for (LAYERS).",
            )
        rasters = tuple(AskedRaster.of(spec) for spec in given["layers"] or ())
        return cls(given["format"], line, output, item, report, rasters, given["tiles"], given["name"] or "")


@writing("export_model")
def run_export(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Write the model that ``model`` names in a format; where it is, and how far it agrees with the original."""
    asked = Asked.of(arguments)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rsdl-export-")))
        path, card = stack.enter_context(opened(str(arguments["model"])))
        _check(asked, card, path)
        made = _named(card, asked)
        parts = {name: Part(file) for name, file in _files(asked).items()}
        stack.callback(_discard, parts.values())
        report.progress(0.05, "Reading tiles")
        count = asked.tiles * (2 if asked.line.calibrated else 1)
        tiles = tiles_of(card, path, asked.rasters, count, Portion(report, 0.05, 0.2), asked.line.exact)
        calibration, tiles = divided(tiles) if asked.line.calibrated else (tiles, tiles)
        report.progress(0.2, "Exporting")
        with parts["output"].guard():
            written = _written(asked, made, card, path, parts["output"].path, calibration, work, report)
        report.check()
        report.progress(0.6, "Comparing")
        agreed, pairs = _compared(asked, card, path, written, parts["output"].path, tiles, work, report)
        sizes = _size(path), parts["output"].path.stat().st_size
        _tell(report, asked, tiles, agreed, sizes)
        if "item" in parts:
            told = _with_agreement(written, asked, agreed, tiles)
            item = item_of(told, parts["output"].path, asked.output.name)
            with parts["item"].guard():
                parts["item"].path.write_text(json.dumps(item, indent=1, ensure_ascii=False), encoding="utf-8")
        if "report" in parts:
            about = Compared(
                asked.line.title, asked.output.name, tiles.text, tiles.real, agreed.text, agreed.loss, sizes
            )
            with parts["report"].guard():
                page = exported_page(card, about, _metrics(agreed), tiles.images, *pairs)
                parts["report"].path.write_text(page, encoding="utf-8")
        report.check()
        files = {name: str(part.commit()) for name, part in parts.items()}
    return {
        **files,
        "name": made.name,
        "same": agreed.share,
        "largest": agreed.largest,
        "mean": agreed.mean,
        "identical": agreed.identical,
        "tiles": tiles.text,
        "size": sizes[1],
        "original_size": sizes[0],
    }


def _check(asked: Asked, card: ModelCard, path: Path) -> None:
    """What cannot be exported, before work begins."""
    if path.is_dir():
        check_model(path, card)
    wanted = wanted_rasters(card)
    if asked.rasters and len(wanted) != len(asked.rasters):
        shown = ", ".join(wanted[:12]) + (", …" if len(wanted) > 12 else "")
        text = f"Model '{card.name}' takes {len(wanted)} layer(s), and {len(asked.rasters)} were given."
        raise InputError(text, f"Give, in this order: {shown}.")
    if asked.format == "deepness":
        from .deepness import check_deepness

        check_deepness(card)
    if asked.format == "torchscript":
        from .torchscript import check_weights

        check_weights(card, path)
    if asked.line.lite:
        from .tflite.process import LITERT
        from .tflite.program import check_tflite

        check_tflite(card, path)
        LITERT.python()


def _named(card: ModelCard, asked: Asked) -> ModelCard:
    name = asked.name or f"{as_model_name(card.name)[: 64 - len(asked.line.suffix)]}{asked.line.suffix}"
    if not asked.line.suffix and not asked.name:
        return card
    title = card.title if not asked.line.suffix else f"{card.title} ({asked.line.suffix[1:]})"
    return replace(card, name=name, title=title)


def _discard(parts: Iterable[Part]) -> None:
    for part in parts:
        part.discard()


def _files(asked: Asked) -> dict[str, Path]:
    files = {"output": asked.output, "item": asked.item, "report": asked.report}
    return {name: file for name, file in files.items() if file is not None}


def _written(
    asked: Asked, made: ModelCard, card: ModelCard, path: Path, target: Path, tiles: Tiles, work: Path, report: Report
) -> ModelCard:
    """Write the file, and give its card."""
    if asked.format == "zip":
        if asked.name and asked.name != card.name:
            raise InputError("An archive is the model as it is, and keeps its name.", "Leave NAME empty.")
        write_archive(card, path, target)
        return card
    if asked.format == "torchscript":
        from .torchscript import write_torchscript

        return write_torchscript(_with_origin(made, card, asked, ""), path, target)
    if asked.line.lite:
        from .tflite.job import write_tflite

        return write_tflite(_with_origin(made, card, asked, ""), path, target, asked.line.lite, work, report)
    from .graphs import graph_of, write_graph

    graph = graph_of(card, path, work)
    keys: dict[str, str] = {}
    if asked.format == "onnx-fp16":
        from .precision import in_half

        graph = in_half(graph)
    elif asked.format == "onnx-int8":
        from .precision import in_integers

        graph = in_integers(graph, card, tiles.arrays)
    elif asked.format == "deepness":
        from .deepness import for_deepness

        graph, made, keys = for_deepness(graph, made)
    write_graph(graph, _with_origin(made, card, asked, tiles.text), target, keys)
    return read_card(target)


def _with_origin(made: ModelCard, card: ModelCard, asked: Asked, calibrated_on: str) -> ModelCard:
    """The card of another model than the original, which it names."""
    if not asked.line.suffix:
        return made
    origin = {"model": card.name, "format": asked.format}
    origin |= {"calibrated_on": calibrated_on} if calibrated_on else {}
    return replace(made, provenance={**made.provenance, "exported": origin})


def _compared(
    asked: Asked,
    card: ModelCard,
    path: Path,
    written: ModelCard,
    target: Path,
    tiles: Tiles,
    work: Path,
    report: Report,
) -> tuple[Agreement, tuple[Any, Any]]:
    """The agreement with the original, and what both give for the first tile."""
    quiet = Report()
    onnx = not path.is_dir() or (path / "model.onnx").is_file()
    torch = asked.format == "torchscript" or bool(asked.line.lite) or not onnx
    own = "torch" if torch else "onnx"  # the file that is exported
    expected = answers(card, path, tiles.arrays, quiet, own)
    if asked.format == "torchscript":
        from .torchscript import torchscript_answers

        found: Answers = torchscript_answers(card, target, tiles.arrays)
    elif asked.line.lite:
        from .tflite.process import tflite_answers

        found = tflite_answers(card, target, tiles.arrays, work, report)
    elif asked.format == "zip":
        found = answers(card, unpack(target, work / "again"), tiles.arrays, quiet, own)
    else:
        renamed = [_renamed(arrays, card, written) for arrays in tiles.arrays]
        found = answers(written, target, renamed, quiet)
    side = float(card.tiling.size)
    try:
        agreed = compared(card, expected, found, side)
    except ValueError:
        raise ModelError(f"The exported file gives arrays of another shape than '{card.name}'.") from None
    return agreed, (expected[0], found[0])


def _renamed(arrays: Mapping[str, Any], card: ModelCard, written: ModelCard) -> dict[str, Any]:
    """A tile with its inputs called as the exported model calls them."""
    names = dict(zip(card.tensors, written.tensors))
    return {names[name]: array for name, array in arrays.items()}


def _with_agreement(card: ModelCard, asked: Asked, agreed: Agreement, tiles: Tiles) -> ModelCard:
    told = {"format": asked.format, "tiles": tiles.text, "agreement": agreed.text}
    return replace(card, provenance={**card.provenance, "exported": told})


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    onnx = path / "model.onnx"
    return (onnx if onnx.is_file() else path / "weights.safetensors").stat().st_size


def _tell(report: Report, asked: Asked, tiles: Tiles, agreed: Agreement, sizes: Sequence[int]) -> None:
    report.log("info", f"Compared with the original on {tiles.text}: {agreed.text} {agreed.loss}")
    report.log("info", f"{asked.line.title}: {sizes[1] / 1e6:.2f} MB; the original's network: {sizes[0] / 1e6:.2f} MB.")
    if not tiles.real and not agreed.identical:
        report.log(
            "warning",
            "No layers were given, so the comparison is on made-up values. Give layers (LAYERS) of the kind that the "
            "model is for to know how far it agrees there.",
        )


def _metrics(agreed: Agreement) -> list[tuple[str, str]]:
    from .agreement import percent_down

    share = "identical to the bit" if agreed.identical else percent_down(agreed.share)
    return [
        (f"same {agreed.counted}", share),
        (f"largest difference of {agreed.measured}", f"{agreed.largest:.3g}"),
        (f"mean difference of {agreed.measured}", f"{agreed.mean:.2g}"),
    ]
