"""The report of an accuracy assessment of detections, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..tables.metrics import METRICS, OF_DETECTIONS, explained
from . import html as web
from .charts import BLUE, GREY, ORANGE, PURPLE, Bar, Curve, bar_chart, curve_chart, legend
from .provenance import LayerFacts, making

COLORS = (BLUE, ORANGE, PURPLE, "#2ca02c", "#d62728", "#17becf", "#8c564b", GREY)
MOST_BARS = 60  # most classes in a bar chart
LEFT_OUT = {
    "outside": "detections outside of the area",
    "nameless": "detections without a class",
    "true_outside": "reference objects outside of the area, which count neither as hit nor as miss",
}
HIT = {
    "Hit": "a detection of the correct class whose box has an IoU of at least 0.5 with an object's box; each object is "
    "hit once, by the detection with the highest score, and other detections of it are false alarms.",
}


def detections_page(result: Mapping[str, Any], predicted: LayerFacts, reference: LayerFacts) -> str:
    """The page; ``result``: of the job."""
    made = provenance(result, predicted, reference)
    return web.page(f"Accuracy of {predicted.title}", f"against {reference.title}", sections(result, made))


def sections(result: Mapping[str, Any], made: Mapping[str, str | Sequence[str]]) -> Iterator[str]:
    """The page's sections."""
    yield web.tiles(headline(result))
    metrics = result["figures"]
    counts = [web.thousands(metrics[name]) for name in ("objects", "hits", "misses", "false_alarms")]
    yield web.paragraph(
        "Of {} reference objects {} were found and {} missed; {} detections are false alarms.".format(*counts)
        + f" The confidence threshold is {result['confidence']:g}; the best F1, {result['best']['f1']:.3f}, is reached "
        f"at a threshold of {result['best']['confidence']:g}."
    )
    yield from (web.note(text) for text in result["notes"])
    yield web.section("Precision and recall", *curves(result))
    yield web.section("Classes", *class_by_class(result["classes"]))
    yield web.section("What the metrics mean", web.facts({**HIT, **explained(OF_DETECTIONS)}))
    yield web.section("How it was made", web.facts(made))


def headline(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The overall metrics with their 95 % intervals: (label, value) each."""
    for name in OF_DETECTIONS:
        low, high = result["intervals"][name]
        between = f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else ""
        yield METRICS[name].heading + between, web.decimal(result["figures"][name], 3)


def curves(result: Mapping[str, Any]) -> Iterator[str]:
    """The precision-recall curve of each class."""
    named = [(item["name"], curve) for item, curve in zip(result["classes"], result["curves"]) if curve["recall"]]
    lines = [Curve(name, c["recall"], c["precision"], color) for (name, c), color in zip(named, COLORS)]
    yield web.paragraph("By decreasing score, at an IoU threshold of 0.5:", small=True)
    yield curve_chart(lines, ("recall", "precision"))
    if len(lines) > 1:
        yield legend([(line.label, line.color) for line in lines])


def class_by_class(classes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The bar chart of AP50 and the table of all metrics."""
    known = [(item["name"], item["ap50"], item["intervals"]["ap50"]) for item in classes if item["ap50"] is not None]
    bars = [Bar(name, value, web.decimal(value, 3), low, high, BLUE) for name, value, (low, high) in known]
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
    """Files, excluded objects, versions and time."""
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
