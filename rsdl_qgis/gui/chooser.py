"""A string parameter with a list to choose from, in which anything else can be typed, such as the path of a model."""

from __future__ import annotations

from html import escape

from processing.gui.wrappers import WidgetWrapper
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolButton, QWidget

from ..engine.networks import ENCODERS as UNET_ENCODERS
from ..engine.networks import NETWORKS
from ..engine.published.card import ENCODERS
from ..engine.tables.devices import DEVICES
from ..toolbox import settings
from ..toolbox.text import tr

# What can be chosen from the disk too: tooltip, title, and kinds of files ('' = folders).
FILES = {
    "models": lambda: (tr("Choose a model file (.zip or .onnx)"), tr("Model"), tr("Models (*.zip *.onnx)")),
    "bases": lambda: (tr("Choose a model folder"), tr("Model"), ""),
    "weights": lambda: (tr("Choose a weights file"), tr("Weights"), tr("Weights (*.pth *.pt *.safetensors)")),
}
FILES["encoders"] = FILES["models"]
LISTS = ("models", "encoders", "bases")  # kinds that list models
PUBLISHED = ("imagenet",)  # besides the names of single networks, which the worker knows


class EditableChoice:
    """Makes the widget for a parameter that ``toolbox.parameters.editable`` declared.

    In the modeler that is QGIS's own for strings, where a value can come from an input, an output or an
    expression.
    """

    def __new__(cls, parameter, dialog, row=0, col=0, choices="", empty=""):
        if type(dialog).__name__ == "ModelerParametersDialog":
            return QgsGui.processingGuiRegistry().createModelerParameterWidget(
                dialog.model, dialog.childId, parameter, dialog.context
            )
        return _ChoiceWrapper(parameter, dialog, row, col, choices=choices, empty=empty)


class _ChoiceWrapper(WidgetWrapper):
    """The widget in the toolbox and in batch."""

    def createWidget(self, choices="", empty=""):
        kind, _, detail = choices.partition(":")
        self._combo = QComboBox()
        self._combo.setEditable(True)
        self._combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._combo.setMaxVisibleItems(30)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.lineEdit().setPlaceholderText(
            empty or (tr("chosen automatically") if kind in ("models", "encoders") else "")
        )
        if kind != "devices":
            self._combo.addItem("", "")
        for name, title in offered(kind, detail):
            self._combo.addItem(f"{name} - {title}" if title else name, name)
            self._tell(title)
        for name, title in fetchable_models(detail) if kind in LISTS else ():
            self._combo.addItem(f"{name} - {title}", name)
            self._tell(tr("It is downloaded when it is chosen."))
        for text in unusable_models() if kind in LISTS else ():
            self._combo.addItem(text)
            self._tell(text)
            self._combo.model().item(self._combo.count() - 1).setEnabled(False)
        text = self._combo.lineEdit()
        self._combo.currentIndexChanged.connect(lambda _: text.setCursorPosition(0))  # a name stands before its title
        if kind in LISTS:
            self._combo.activated.connect(self._fetch)
        self._combo.editTextChanged.connect(lambda _: self.widgetValueHasChanged.emit(self))
        return self._with_button(kind) if kind in FILES else self._combo

    def _tell(self, text: str) -> None:
        """Give the last item a tip, as plain text: Qt would take a file's words for HTML."""
        self._combo.setItemData(self._combo.count() - 1, escape(text), Qt.ItemDataRole.ToolTipRole)

    def _fetch(self, index: int) -> None:
        """Offer to download a model that is not there, when it is chosen."""
        name = self._combo.itemData(index)
        entry = next((entry for entry in settings.fetchable() if entry.name == name), None) if name else None
        if entry is None:
            return
        offer_download(name)
        if all(entry.name != name for entry in settings.fetchable()):
            self._combo.setItemText(index, f"{name} - {entry.title}")

    def _with_button(self, kind: str) -> QWidget:
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        button = QToolButton()
        button.setText("…")
        tip, title, files = FILES[kind]()
        button.setToolTip(tip)
        button.clicked.connect(lambda: self._choose_file(title, files))
        row.addWidget(self._combo, 1)
        row.addWidget(button)
        return widget

    def _choose_file(self, title: str, files: str) -> None:
        if files:
            path, _ = QFileDialog.getOpenFileName(self._combo, title, "", files)
        else:
            path = QFileDialog.getExistingDirectory(self._combo, title)
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


def offered(kind: str, detail: str) -> list[tuple[str, str]]:
    """(name, title) of what a list offers. ``detail``: tasks of models or networks, or the words themselves."""
    if kind in LISTS:
        published = ENCODERS if kind == "encoders" else ()
        return [*installed_models(detail), *((name, tr("published weights")) for name in published)]
    if kind == "networks":
        return networks(detail)
    if kind == "fetchable":
        return fetchable_models(detail)
    words = {"devices": DEVICES, "weights": PUBLISHED}.get(kind) or detail.split(",")
    return [(word, "") for word in words]


def fetchable_models(tasks: str = "") -> list[tuple[str, str]]:
    """(name, title) of models of these tasks that can be downloaded, and are not."""
    wanted = {task for task in tasks.split(",") if task}
    return [
        (entry.name, tr("{title} (not downloaded, {size} MB)").format(title=entry.title, size=entry.megabytes))
        for entry in settings.fetchable()
        if not wanted or not entry.task or entry.task in wanted
    ]


def offer_download(name: str) -> None:
    """Opens the dialog that downloads a model."""
    import processing

    processing.execAlgorithmDialog("rsdl:fetchmodel", {"MODEL": name})


def unusable_models() -> list[str]:
    """A line for each model in the folders that cannot be read."""
    return [
        tr("Not usable: {problem}").format(problem=problem.text)
        for problem in settings.store().scan().problems
        if not problem.hidden
    ]


def networks(groups: str) -> list[tuple[str, str]]:
    """(name, title) of the networks for these tasks (divided by commas), task by task; of "encoders", U-Net's."""
    return [
        (name, line.title)
        for group in groups.split(",")
        for name, line in NETWORKS.items()
        if (name in UNET_ENCODERS if group == "encoders" else line.task == group)
    ]


def installed_models(tasks: str = "") -> list[tuple[str, str]]:
    """(name, title) of the installed models of these tasks (divided by commas; '' = all)."""
    wanted = {task for task in tasks.split(",") if task}
    return [(name, card.title) for name, _, card in settings.store().list() if not wanted or card.task in wanted]
