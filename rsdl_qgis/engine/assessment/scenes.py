"""Accuracy assessment of classified scenes: features with a class, or with several labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..feedback import Portion, Report
from ..job.outputs import writing
from ..reports.provenance import LayerFacts
from ..reports.scene_assessment import scenes_page
from .outputs import written
from .requests import ScenesRequest
from .scene_labels import LabelFields
from .scene_metrics import assessed, scene_table
from .scene_pairs import Side, paired, sides_of

OUTPUTS = {"report": (".html", ".htm"), "table": (".csv",)}


@writing("assess_scenes")
def run_assess_scenes(arguments: Mapping[str, Any], report: Report) -> dict[str, Any]:
    """Compare the classes of features with a reference: metrics, and a report and a table where paths are given.

    ``predicted``, ``reference``: a layer each, with ``path``, ``title``, ``crs``, ``field`` (a name, or with
    ``multilabel`` several: one a label) and ``join`` (the field of ids that both have; of the reference: where it bears
    another name). A reference without ``path`` is a field of the predicted layer; without ``join`` features go together
    by place (see ``scene_pairs.by_place``). ``multilabel``: features have several labels, in a text with ';' between
    them. ``report`` html, ``table`` csv. The result: ``SceneAssessment.plain``.
    """
    with written(arguments, OUTPUTS, report) as (write, made):
        predicted, reference, fields = sides_of(ScenesRequest.of(arguments))
        found = paired(predicted, reference, fields, Portion(report, 0.0, 0.5))
        used = [*predicted.labels.fields, *([] if reference else fields.fields), predicted.join]
        several = predicted.labels.several
        result = assessed(found, several, predicted.table, used, Portion(report, 0.5, 1.0)).plain()
        own, true = facts_of(predicted, predicted.labels), facts_of(reference or predicted, fields)
        write(
            {
                "report": lambda: scenes_page(result, own, true, reference is None),
                "table": lambda: scene_table(result),
            }
        )
    return {**result, **made}


def facts_of(side: Side, fields: LabelFields) -> LayerFacts:
    """A layer, for the report."""
    return LayerFacts(side.table.path, side.title, fields=fields.fields)
