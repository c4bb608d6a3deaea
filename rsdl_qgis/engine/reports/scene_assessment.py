"""The report of an accuracy assessment of scenes, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..tables.metrics import METRICS, explained
from . import html as web
from .charts import BLUE, Bar, bar_chart
from .map_assessment import MOST_MATRIX, headline
from .provenance import LayerFacts, making

MOST_BARS = 60  # most classes in a bar chart
LEFT_OUT = {
    "unclassified": "features without a class in the prediction",
    "unmatched": "features without a feature of the reference",
    "unlabelled": "features without a class in the reference",
    "unclear": "features with references that contradict one another",
}
OF_ONE = (
    "overall_accuracy",
    "kappa",
    "users_accuracy",
    "producers_accuracy",
    "f1",
    "macro_f1",
    "iou",
    "mean_iou",
    "fw_iou",
)
OF_SEVERAL = ("sample_f1", "micro_f1", "macro_f1", "precision", "recall", "f1", "average_precision", "mean_ap")


def scenes_page(result: Mapping[str, Any], predicted: LayerFacts, reference: LayerFacts, same: bool) -> str:
    """The page; ``result``: of the job. ``same``: the reference is a field of the predicted layer."""
    against = f"the field {', '.join(reference.fields)}" if same else reference.title
    made = provenance(result, predicted, reference)
    return web.page(f"Accuracy of {predicted.title}", f"against {against}", sections(result, made))


def sections(result: Mapping[str, Any], made: Mapping[str, str | Sequence[str]]) -> Iterator[str]:
    metrics, several, classes = result["figures"], result["multilabel"], result["classes"]
    yield web.tiles([*headline(result), ("Features compared", web.thousands(metrics["features"]))])
    yield from (web.note(text) for text in result["notes"])
    if not several:
        yield web.section("Confusion matrix", *matrix(result))
    yield web.section("Labels" if several else "Classes", *class_by_class(classes, several))
    yield web.section("What the metrics mean", web.facts(explained(OF_SEVERAL if several else OF_ONE)))
    yield web.section("How it was made", web.facts(made))


def matrix(result: Mapping[str, Any]) -> Iterator[str]:
    names = [item["label"] for item in result["classes"]]
    if len(names) > MOST_MATRIX:
        yield web.paragraph(f"{len(names)} classes are too many to draw; the table (CSV) has them all.")
        return
    yield web.paragraph(
        "Each row is a class of the reference, each column a class of the prediction, in features. The shading is the "
        "proportion of the row: blue where both agree, orange where they differ.",
        small=True,
    )
    yield web.matrix(names, result["confusion"], "Reference", "Prediction")


def class_by_class(classes: Sequence[Mapping[str, Any]], several: bool) -> Iterator[str]:
    """The bar chart of F1 and the table of all metrics."""
    known = [(item["label"], item["f1"], item["intervals"]["f1"]) for item in classes if item["f1"] is not None]
    bars = [Bar(label, value, web.decimal(value, 3), low, high, BLUE) for label, value, (low, high) in known]
    if 1 < len(bars) <= MOST_BARS:
        between = ", with its 95 % interval" if any(bar.low is not None for bar in bars) else ""
        yield web.paragraph(f"F1 of each {'label' if several else 'class'}{between}:", small=True)
        yield bar_chart(bars, (0.0, 1.0))
    names = list(classes[0]["intervals"])
    header = [
        "Label" if several else "Class",
        "Reference",
        "Prediction",
        "Correct",
        *(METRICS[name].heading for name in names),
    ]
    rows: list[list[web.Cell]] = [
        [
            item["label"],
            *(web.thousands(item[name]) for name in ("reference", "predicted", "hits")),
            *(web.between(item[name], item["intervals"][name]) for name in names),
        ]
        for item in classes
    ]
    yield web.table(header, rows)


def provenance(
    result: Mapping[str, Any], predicted: LayerFacts, reference: LayerFacts
) -> dict[str, str | Sequence[str]]:
    """Files, matching of features, excluded features, versions and time."""
    out = result["left_out"]
    return {
        "Prediction": str(predicted),
        "Reference": str(reference),
        "Features were": result["how"],
        "Left out": [f"{web.thousands(out[name])} {text}" for name, text in LEFT_OUT.items() if out[name]] or "nothing",
        "Confidence intervals": result["drawn"],
        **making(),
    }
