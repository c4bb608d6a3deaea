"""How far a trained model can be believed, as a part of its report: its calibration, and the domain of its data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import html as web
from .charts import BLUE, GREY, ORANGE, Curve, curve_chart, legend
from .text import SPLITS


def calibrated(found: Mapping[str, Any], part: str) -> Iterator[str]:
    """How reliable probabilities are before and after temperature scaling: figures and the reliability diagram."""
    temperature, before, after = found["temperature"], found["before"], found["after"]
    yield web.tiles(
        [
            ("expected calibration error", web.percent(after["error"])),
            ("before temperature scaling", web.percent(before["error"])),
            ("temperature", f"{temperature:g}"),
        ]
    )
    yield web.paragraph(tendency(temperature))
    yield web.paragraph(
        f"Measured on the {SPLITS[part][0]} split. The line shows how often the likeliest class is right, or a label "
        "holds, by its probability; on the diagonal probabilities are right. The expected calibration error is the "
        "mean distance from it (Guo et al. 2017, 15 bins).",
        small=True,
    )
    curves = [
        Curve("right", [0, 1], [0, 1], GREY),
        Curve("before", before["probability"], before["frequency"], ORANGE),
        Curve("after", after["probability"], after["frequency"], BLUE),
    ]
    yield curve_chart(curves, ("probability", "how often it is so"))
    yield legend([("right", GREY), ("before temperature scaling", ORANGE), ("of this model", BLUE)])


def finding_errors(found: Mapping[str, Mapping[str, Any]], measured: str) -> Iterator[str]:
    """How well uncertainty finds errors: AUROC, and the risk-coverage curve of each measure.

    ``found``: by measure; ``measured``: on what, in a sentence.
    """
    best = next(iter(found.values()))["best_area"]
    tiles = []
    for measure, figures in found.items():
        auroc = figures["auroc"]
        tiles.append((f"AUROC of errors, {measure}", "none" if auroc is None else f"{auroc:.3f}"))
        tiles.append((f"area under risk-coverage, {measure}", f"{figures['area']:.4f}"))
    yield web.tiles(tiles)
    yield web.paragraph(
        f"{measured} AUROC: the chance that a wrong prediction is more uncertain than a "
        "right one; 0.5 is a guess, 1 is best (Hendrycks and Gimpel 2017). The curve shows the fraction that is wrong "
        "(risk) if only the most certain predictions are kept (coverage); the smaller the area under it, the better "
        f"(Geifman and El-Yaniv 2017). If all errors were the most uncertain predictions, it would be {best:.4f}.",
        small=True,
    )
    colours = dict(zip(found, (BLUE, ORANGE)))
    curves = [
        Curve(measure, figures["coverage"], figures["risk"], colours[measure]) for measure, figures in found.items()
    ]
    yield curve_chart(curves, ("coverage", "risk"))
    yield legend(list(colours.items()))


def near_training(found: Mapping[str, Any], part: str) -> Iterator[str]:
    """How the domain of the training data was described, and how much of the held-out samples is beyond it."""
    if found["beyond"] is not None:
        yield web.tiles([(f"of the {SPLITS[part][0]} split beyond the limit", web.percent(found["beyond"]))])
    yield web.paragraph(
        f"The card keeps the distribution of {found['statistics']} statistics of blocks of {found['block']} x "
        f"{found['block']} pixels of the training split: mean, spread and roughness of each band, and correlations "
        f"between bands. Within the limit of the Mahalanobis distance lie {web.percent(found['within'])} of the "
        "validation split's blocks. Predictions warn where much of a raster lies beyond it, and map the distance "
        "(DOMAIN). A share that is much larger than the rest says that these samples differ from those trained on."
    )


def tendency(temperature: float) -> str:
    """What the temperature says of the network, in a sentence."""
    if temperature == 1:
        return "The probabilities are those of the network as it is: its temperature is 1."
    way = "too sure of itself" if temperature > 1 else "less sure of itself than it could be"
    return (
        f"The network by itself was {way}. Its logits are divided by {temperature:g}, the temperature that fits the "
        "validation samples best; the model applies it wherever it runs. The likeliest class stays the same."
    )
