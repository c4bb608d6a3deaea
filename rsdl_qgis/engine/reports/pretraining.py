"""The report of a training without labels as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ..cards.card import ModelCard
from ..networks import NETWORKS
from . import html as web
from .charts import ORANGE, PURPLE, line_chart
from .text import number, plain, whole

COLLAPSED = 0.5  # lack of variance from which on features hardly differ between images
MEANINGS = {
    "Loss": "25 times the invariance, plus 25 times the variance, plus the covariance; less is better.",
    "Invariance": "the mean squared difference of the features of two views of an image.",
    "Variance": "by how much the standard deviation of a feature lacks 1; near 1 all images have the same features.",
    "Covariance": "how much features repeat one another: the squared covariances of each with the others.",
}


def pretraining_page(card: ModelCard, about: Mapping[str, Any], epochs: Sequence[Mapping[str, Any]]) -> str:
    """The page, one self-contained file. ``about``: of ``training.pretraining.job.told``; ``epochs``: their history."""
    today = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    subtitle = f"Report of a training without labels: {NETWORKS[card.network].title}, {today}"
    return web.page(card.title, subtitle, sections(card, about, epochs))


def sections(card: ModelCard, about: Mapping[str, Any], epochs: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The page's sections."""
    losses, samples = about["losses"]["valid"], about["samples"]
    yield web.tiles((name.capitalize(), number(value)) for name, value in losses.items())
    yield web.paragraph(
        f"The encoder gives {whole(card.channels)} features of an image. It was trained on {whole(samples['train'])} "
        f"chips; the figures are of {whole(samples['valid'])} others. Labels were not used. These figures do not tell "
        "how much a training gains that starts from here: compare one that does with one from scratch."
    )
    if losses["variance"] > COLLAPSED:
        yield web.note(
            "The features hardly differ between images (variance). Train for more epochs, with larger batches, or on "
            "images that differ more."
        )
    if len(epochs) > 1:
        loss, score, rate = ([epoch.get(name) for epoch in epochs] for name in ("loss", "score", "rate"))
        kept = about["best_epoch"]
        of_validation = [None if value is None else -value for value in score]
        charts = (
            line_chart("Loss on the training samples", loss, color=ORANGE),
            line_chart("Loss on the validation samples", of_validation, kept - 1),
            line_chart("Learning rate", rate, color=PURPLE, size=(230, 220)),
        )
        yield web.section("Training curves", web.beside(*charts), web.paragraph(f"Epoch {kept} was kept."))
    yield web.section("Training data", web.paragraph(about["split"]), web.bullets(about["data"].get("rasters") or ()))
    yield web.section("Figures", web.facts(MEANINGS))
    tables = [
        web.table((name, "Value"), [[key.replace("_", " "), plain(value)] for key, value in values.items()], texts=2)
        for name, values in (("Setting", about["settings"]), ("Software", about["versions"]))
    ]
    yield web.section("Settings and versions", web.beside(*tables))
