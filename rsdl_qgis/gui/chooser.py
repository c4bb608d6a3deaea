"""A string parameter with a list to choose from, in which anything else can be typed, such as the path of a
model.
"""

from __future__ import annotations

from processing.gui.wrappers import WidgetWrapper
from qgis.gui import QgsGui
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from ..toolbox import settings
from ..toolbox.text import tr


class EditableChoice:
    """Makes the widget for a parameter that ``toolbox.parameters.editable`` declared.

    In the modeler that is QGIS's own for strings, where a value can come from an input, an output or an
    expression.
    """

    def __new__(cls, parameter, dialog, row=0, col=0, choices=""):
        if type(dialog).__name__ == "ModelerParametersDialog":
            return QgsGui.processingGuiRegistry().createModelerParameterWidget(
                dialog.model, dialog.childId, parameter, dialog.context
            )
        return _ChoiceWrapper(parameter, dialog, row, col, choices=choices)


class _ChoiceWrapper(WidgetWrapper):
    """The widget in the toolbox and in batch."""

    def createWidget(self, choices=""):
        kind, _, detail = choices.partition(":")
        self._combo = QComboBox()
        self._combo.setEditable(True)
        self._combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if kind == "models":
            self._combo.lineEdit().setPlaceholderText(tr("chosen from the rasters"))
            self._combo.addItem("", "")
            for name, title in installed_models(detail):
                self._combo.addItem(f"{name} - {title}", name)
        else:
            for name in settings.DEVICES:
                self._combo.addItem(name, name)
        self._combo.editTextChanged.connect(lambda _: self.widgetValueHasChanged.emit(self))
        return self._with_button() if kind == "models" else self._combo

    def _with_button(self) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        button = QToolButton()
        button.setText("…")
        button.setToolTip(tr("Choose a model file (.zip or .onnx)"))
        button.clicked.connect(self._choose_file)
        row.addWidget(self._combo, 1)
        row.addWidget(button)
        return widget

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._combo, tr("Model"), "", tr("Models (*.zip *.onnx)"))
        if path:
            self._combo.setEditText(path)

    def setValue(self, value):
        index = self._combo.findData(value or "")
        if index >= 0:
            self._combo.setCurrentIndex(index)
        else:
            self._combo.setEditText(str(value or ""))

    def value(self):
        text = self._combo.currentText().strip()
        index = self._combo.findText(text)
        return self._combo.itemData(index) if index >= 0 else text


def installed_models(tasks: str = "") -> list[tuple[str, str]]:
    """(name, title) of the installed models of these tasks (divided by commas; '' = all)."""
    wanted = {task for task in tasks.split(",") if task}
    return [
        (name, card.title) for name, _, card in settings.store().list() if not wanted or card.task in wanted
    ]
