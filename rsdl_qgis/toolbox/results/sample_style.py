"""How the points of an assessment sample look, and the form in which a person answers what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.core import (
    QgsEditorWidgetSetup,
    QgsMarkerSymbol,
    QgsRuleBasedRenderer,
    QgsSymbol,
    QgsVectorLayer,
)

from ...engine.files.text import one_line
from ..text import tr
from .styles import Style

REFERENCE, SHOWN = "reference", ("id", "reference")  # the others would tell what the map says
OPEN, DONE = "#f0a000", "#26a65b"


def of_sample(classes: Sequence[Mapping[str, Any]]) -> Style:
    """Points with and without an answer, and a form with a list of the classes. It does not show the map's class:
    whoever answers is not to know it.
    """

    def style(layer: QgsVectorLayer) -> None:
        layer.setRenderer(answer_renderer())
        make_form(layer, classes)

    return style


def answer_renderer() -> QgsRuleBasedRenderer:
    """Points without an answer stand out."""
    root = QgsRuleBasedRenderer.Rule(None)
    for condition, label, color in (
        (f'"{REFERENCE}" IS NULL', tr("to be answered"), OPEN),
        (f'"{REFERENCE}" IS NOT NULL', tr("answered"), DONE),
    ):
        root.appendChild(QgsRuleBasedRenderer.Rule(marker(color), 0, 0, condition, label))
    return QgsRuleBasedRenderer(root)


def marker(color: str) -> QgsSymbol:
    """A ring, so that what is below is seen."""
    look = {"name": "circle", "color": "0,0,0,0", "outline_color": color, "outline_width": "0.6", "size": "4"}
    return QgsMarkerSymbol.createSimple(look)


def make_form(layer: QgsVectorLayer, classes: Sequence[Mapping[str, Any]]) -> None:
    """'reference' as a list of the classes; of the other fields the id alone, which cannot be changed."""
    named = [{f"{item['value']} {one_line(item['name'])}".strip(): str(item["value"])} for item in classes]
    form = layer.editFormConfig()
    for i, field in enumerate(layer.fields()):
        if field.name() == REFERENCE:
            layer.setEditorWidgetSetup(i, QgsEditorWidgetSetup("ValueMap", {"map": named}))
            layer.setFieldAlias(i, tr("What is there"))
            continue
        form.setReadOnly(i, True)
        if field.name() not in SHOWN:
            layer.setEditorWidgetSetup(i, QgsEditorWidgetSetup("Hidden", {}))
    layer.setEditFormConfig(form)
