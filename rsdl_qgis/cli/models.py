"""``rsdl models``: the models that are installed, and what each takes and gives."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ..engine.cards.card import ModelCard
from ..engine.cards.sheet import sheet_lines
from ..engine.cards.stac_mlm import to_item
from ..engine.cards.store import Store
from ..engine.errors import RsdlError
from .predict import places


@click.command()
@click.argument("model", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write JSON: a list, or the model's card.")
def models(model: str | None, as_json: bool) -> None:
    """List the installed models, or say what MODEL takes and gives.

    Models are looked for in your own folder of models, then among those that come with rsdl.
    """
    if model is None:
        return _list(as_json)
    try:
        path, card = Store().find(model)
    except RsdlError as error:
        click.echo(f"Error: {error.message}\n{error.hint}".rstrip(), err=True)
        sys.exit(error.status)
    click.echo(json.dumps(to_item(card), ensure_ascii=False) if as_json else "\n".join([*described(card), str(path)]))
    return None


def _list(as_json: bool) -> None:
    listing = Store().scan()
    for problem in listing.problems:
        click.echo(f"Warning: {problem.text}", err=True)
    if as_json:
        found: list[dict[str, Any]] = [
            {"name": name, "task": card.task, "title": card.title, "path": str(path)}
            for name, path, card in listing.models
        ]
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    widths = [max((len(name) for name, _, _ in listing.models), default=0)]
    widths += [max((len(card.task) for _, _, card in listing.models), default=0)]
    for name, _, card in listing.models:
        click.echo(f"{name:{widths[0]}}  {card.task:{widths[1]}}  {card.title}")


def described(card: ModelCard) -> list[str]:
    """A model card in lines."""
    lines = [f"{card.name}: {card.title}", *([card.description] if card.description else [])]
    lines += [f"Task: {card.task}; network: {card.network or '-'}"]
    bands = {
        item.name: f"{item.role or item.name}: {', '.join(band.name for band in item.bands)}" for item in card.inputs
    }
    lines += [f"INPUT {name}  {bands[item]}" for item, _, name in places(card)]
    if card.resolution:
        lines.append(f"Resolution: {card.resolution:g} m per pixel")
    classes = ", ".join(f"{c.value} {c.name}" for c in card.classes)
    lines.append(f"Classes: {classes}" if classes else f"Gives numbers; unit: {card.unit or '-'}")
    lines += sheet_lines(card, ("How good it is", "Where it is from", "Limits"))
    return lines
