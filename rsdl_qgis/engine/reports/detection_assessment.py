"""The report of an assessment of detections as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..tables.metrics import METRICS, OF_DETECTIONS, explained
from . import html as web
from .charts import BLUE, GREY, ORANGE, PURPLE, Bar, Curve, bar_chart, curve_chart, legend
from .provenance import LayerFacts, making

COLORS = (BLUE, ORANGE, PURPLE, "#2ca02c", "#d62728", "#17becf", "#8c564b", GREY)
MOST_BARS = 60  # classes that bars are drawn for
LEFT_OUT = {
    "outside": "detections outside of the area",
    "nameless": "detections without a class",
    "true_outside": "reference objects outside of the area, which count neither as hit nor as miss",
}
HIT = {
    "Hit": "a detection of the right class whose box and an object's share at least half of what both cover; each "
    "object is hit once, by the surest detection, and the others on it are false alarms.",
}


def detections_page(result: Mapping[str, Any], predicted: LayerFacts, reference: LayerFacts) -> str:
    """The page; ``result`` as the job gives it."""
    made = provenance(result, predicted, reference)
    return web.page(f"Accuracy of {predicted.title}", f"against {reference.title}", sections(result, made))


def sections(result: Mapping[str, Any], made: Mapping[str, str | Sequence[str]]) -> Iterator[str]:
    """The page's parts."""
    yield web.tiles(headline(result))
    figures = result["figures"]
    counts = [web.thousands(figures[name]) for name in ("objects", "hits", "misses", "false_alarms")]
    yield web.paragraph(
        "Of {} reference objects {} were found and {} missed; {} detections are false alarms.".format(*counts)
        + f" These are of the detections with a score of at least {result['confidence']:g}; the best F1, "
        f"{result['best']['f1']:.3f}, is reached with at least {result['best']['confidence']:g}."
    )
    yield from (web.note(text) for text in result["notes"])
    yield web.section("Precision and recall", *curves(result))
    yield web.section("Classes", *class_by_class(result["classes"]))
    yield web.section("What the metrics mean", web.facts({**HIT, **explained(OF_DETECTIONS)}))
    yield web.section("How it was made", web.facts(made))


def headline(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The overall metrics with their intervals: (label, value) each."""
    for name in OF_DETECTIONS:
        low, high = result["intervals"][name]
        between = f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else ""
        yield METRICS[name].heading + between, web.figure(result["figures"][name], 3)


def curves(result: Mapping[str, Any]) -> Iterator[str]:
    """A line a class."""
    named = [(item["name"], curve) for item, curve in zip(result["classes"], result["curves"]) if curve["recall"]]
    lines = [Curve(name, c["recall"], c["precision"], color) for (name, c), color in zip(named, COLORS)]
    yield web.paragraph("In the order of falling score, at an IoU of 0.5:", small=True)
    yield curve_chart(lines, ("recall", "precision"))
    if len(lines) > 1:
        yield legend([(line.label, line.color) for line in lines])


def class_by_class(classes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The bars of AP50 and the table of all metrics."""
    known = [(item["name"], item["ap50"], item["intervals"]["ap50"]) for item in classes if item["ap50"] is not None]
    bars = [Bar(name, value, web.figure(value, 3), low, high, BLUE) for name, value, (low, high) in known]
    if 1 < len(bars) <= MOST_BARS:
        yield web.paragraph("AP50 of each class:", small=True)
        yield bar_chart(bars, (0.0, 1.0))
    rows: list[list[web.Cell]] = [
        [
            item["name"],
            *(web.thousands(item[name]) for name in ("objects", "detections", "hits")),
            *(web.between(item[name], item["intervals"][name]) for name in OF_DETECTIONS),
        ]
        for item in classes
    ]
    yield web.table(
        ["Class", "Objects", "Detections", "Hits", *(METRICS[name].heading for name in OF_DETECTIONS)], rows
    )


def provenance(
    result: Mapping[str, Any], predicted: LayerFacts, reference: LayerFacts
) -> dict[str, str | Sequence[str]]:
    """Files, what was left out, versions and time."""
    out = result["left_out"]
    texts = [f"{web.thousands(out[name])} {text}" for name, text in LEFT_OUT.items() if out[name]]
    return {
        "Detections": str(predicted),
        "Reference objects": str(reference),
        "Left out": texts or "nothing",
        "Ignored": f"{web.thousands(result['ignored'])} reference objects; a detection on one is not counted",
        "Confidence intervals": result["drawn"],
        **making(),
    }
