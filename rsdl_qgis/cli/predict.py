"""``rsdl predict``: a model, its rasters, and where the result goes, as a job."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from ..engine.cards.card import ModelCard
from ..engine.cards.store import Store
from ..engine.job.arguments import OPERATIONS
from ..engine.job.layers import BANDS, NODATA, QUALITY
from ..engine.products.table import is_product
from ..engine.tables.orders import NAMES, NEWEST
from ..engine.tables.quality import WORDS
from ..engine.tables.tasks import task_of
from ..paths import plugin_version
from .execute import execute, telling
from .options import WrongUsage, job_arguments, of_kind, predicting_options

OF_QUALITY = {"words": "--quality", "path": "--quality-raster", "values": "--quality-values"}


@click.command()
@click.argument("model")
@click.argument("rasters", metavar="INPUT...", nargs=-1, required=True)
@click.argument("output")
@click.option(
    "--bands",
    multiple=True,
    metavar="[NAME=]NUMBERS",
    help="Bands of the rasters to use, from 1, such as 11,8,3; of one input of a model with several: s2=11,8,3. "
    "Else found by their descriptions.",
)
@click.option("--nodata", metavar="NUMBER", help="A stored number that is nodata, besides what the files say.")
@click.option(
    "--quality",
    metavar="WORDS",
    help=f"Leave out what the quality band of the rasters marks: {', '.join(WORDS)}, divided by commas.",
)
@click.option(
    "--quality-raster", metavar="FILE", help="The quality band, where the rasters are no products that have one."
)
@click.option("--quality-values", metavar="NUMBERS", help="Numbers of the quality band that are left out, too.")
@click.option(
    "--order",
    type=click.Choice(NAMES),
    help=f"Order of the scenes of a mosaic: of each pixel the first valid one counts. Default: {NEWEST}.",
)
@predicting_options
@telling
def predict(
    model: str,
    rasters: tuple[str, ...],
    output: str,
    bands: tuple[str, ...],
    nodata: str | None,
    quality: str | None,
    quality_raster: str | None,
    quality_values: str | None,
    order: str | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Predict with MODEL from one or more INPUT rasters to OUTPUT.

    MODEL is the name of an installed model, or the path of a model folder, a .zip or an .onnx. 'rsdl models MODEL'
    says which rasters it takes and in which order; NAME=FILE says which raster an INPUT is. An OUTPUT that is there is
    replaced. An INPUT may also be a product: its folder or archive, a STAC Item, or files divided by ';'.

    Examples:

    \b
      rsdl predict forest image.tif forest.tif
      rsdl predict flood-s2 before.tif after.tif flood.tif --polygons flood.gpkg
      rsdl predict flood-s2 s2_after=after.tif s2_before=before.tif flood.tif
    """
    left_out = {"words": quality, "path": quality_raster, "values": quality_values}
    job = partial(predict_job, model, rasters, output, bands, nodata, given, left_out, order)
    sys.exit(execute(lambda _: job(), as_json, quiet))


def predict_job(
    model: str,
    rasters: Sequence[str],
    output: str,
    bands: Sequence[str],
    nodata: str | None,
    given: Mapping[str, Any],
    left_out: Mapping[str, str | None] = MappingProxyType({}),
    order: str | None = None,
) -> dict[str, Any]:
    """The job that a command line asks for. WrongUsage, and ModelError where there is no such model.

    ``left_out``: of every raster, by the arguments of "quality"; ``order``: of the scenes of every mosaic.
    """
    _, card = Store().find(model)
    task = task_of(card.task)
    if not task.operation:
        raise WrongUsage(f"Model '{card.name}' is for {card.task}, which is not known here.")
    spec = {} if nodata is None else {"nodata": of_kind(NODATA, nodata, "--nodata")}
    spec |= _quality(left_out)
    if order:
        if not any(is_product(text) for raster in rasters for text in (raster, raster.partition("=")[2])):
            problem = "--order is given, and no INPUT is a product of which there may be several scenes."
            raise WrongUsage(problem, "Leave it out.")
        spec["order"] = order
    inputs = _series(rasters, bands, spec) if task.series else _images(card, rasters, bands, spec)
    arguments = {"model": model, **inputs, "output": output, **job_arguments(task.operation, given)}
    return {"version": plugin_version(), "operation": task.operation, "arguments": arguments}


def _quality(given: Mapping[str, str | None]) -> dict[str, Any]:
    """Which pixels of a raster are left out, as in its spec."""
    texts = {name: text for name, text in given.items() if text is not None}
    quality = {name: of_kind(QUALITY[name].kind, text, OF_QUALITY[name]) for name, text in texts.items()}
    if [*quality] == ["path"]:
        raise WrongUsage("--quality-raster does not say what is left out.", "Give --quality or --quality-values.")
    return {"quality": quality} if quality else {}


def places(card: ModelCard) -> Iterator[tuple[str, int, str]]:
    """(input, date, name) of each raster that a model takes, in order; the name is as in NAME=FILE."""
    for item in card.inputs:
        for i, date in enumerate(item.dates):
            yield item.name, i, item.name if len(item.dates) == 1 else f"{item.name}_{date}"


def _images(
    card: ModelCard, rasters: Sequence[str], bands: Sequence[str], spec: Mapping[str, Any]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    names = [name for _, _, name in places(card)]
    chosen = _bands(bands, [item.name for item in card.inputs])
    files = _in_order(rasters, names, card.name)
    inputs: dict[str, list[dict[str, Any]]] = {item.name: [] for item in card.inputs}
    for (item, _, _), file in zip(places(card), files):
        inputs[item].append({"path": file, **({"bands": chosen[item]} if item in chosen else {}), **spec})
    return {"inputs": inputs}


def _series(rasters: Sequence[str], bands: Sequence[str], spec: Mapping[str, Any]) -> dict[str, Any]:
    if len(bands) > 1:
        raise WrongUsage("--bands is given more than once, and the rasters of a series have the same.", "Give it once.")
    layers = [{"path": file, "name": Path(file).stem, **spec} for file in rasters]
    kind = OPERATIONS["predict_series"]["bands"].kind
    return {"layers": layers, **({"bands": of_kind(kind, bands[0], "--bands")} if bands else {})}


def _in_order(rasters: Sequence[str], names: Sequence[str], model: str) -> list[str]:
    """The files of a model's rasters, in its order."""
    wanted = f"Give, in this order: {', '.join(names)}."
    named = [raster.partition("=")[::2] for raster in rasters if raster.partition("=")[0] in names]
    if named and len(named) < len(rasters):
        raise WrongUsage(
            "Some INPUTs say which raster they are, and others do not.", f"Give all as NAME=FILE. {wanted}"
        )
    if named:
        found = dict(named)
        twice = next((name for i, (name, _) in enumerate(named) if name in dict(named[:i])), None)
        missing = next((name for name in names if name not in found), None)
        if twice or missing:
            raise WrongUsage(f"INPUT '{twice or missing}' is {'given twice' if twice else 'missing'}.", wanted)
        return [found[name] for name in names]
    if len(rasters) != len(names):
        raise WrongUsage(f"Model '{model}' takes {len(names)} raster(s), and {len(rasters)} were given.", wanted)
    return list(rasters)


def _bands(given: Sequence[str], inputs: Sequence[str]) -> dict[str, list[int]]:
    """The bands of each input for which they are chosen."""
    found = {}
    for text in given:
        name, is_named, numbers = text.rpartition("=")
        if not is_named and len(inputs) > 1:
            example = f"--bands {inputs[0]}={text}"
            raise WrongUsage(f"--bands {text} does not say of which input: {', '.join(inputs)}.", f"Such as {example}.")
        name = name or inputs[0]
        if name not in inputs:
            raise WrongUsage(f"--bands {text}: the model has no input '{name}'.", f"It has {', '.join(inputs)}.")
        if name in found:
            raise WrongUsage(f"--bands is given twice for {name}.", "Give it once for each input.")
        found[name] = of_kind(BANDS, numbers, "--bands")
    return found
