"""The widget of a path that may be a file, a folder or an address: a text, and a button that chooses."""

from __future__ import annotations

from processing.gui.wrappers import WidgetWrapper
from qgis.gui import QgsGui
from qgis.PyQt.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from ..toolbox.text import tr


class PathWrapper(WidgetWrapper):
    """The widget in the toolbox and in batch. A child says what the button offers, and what the empty text shows."""

    def createWidget(self):
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        self._text = QLineEdit()
        self._text.setPlaceholderText(self.placeholder())
        self._text.textChanged.connect(lambda _: self.widgetValueHasChanged.emit(self))
        button = QToolButton()
        button.setText("…")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(self.tip())
        menu = QMenu(button)
        self.fill(menu)
        button.setMenu(menu)
        row.addWidget(self._text, 1)
        row.addWidget(button)
        return widget

    def placeholder(self) -> str:
        """What is shown where nothing is given."""
        return tr("file, folder or address")

    def tip(self) -> str:
        """The tip of the button."""
        return tr("Choose a file or a folder")

    def fill(self, menu: QMenu) -> None:
        """Add what the button offers."""
        menu.addAction(tr("File…")).triggered.connect(self._choose_file)
        menu.addAction(tr("Folder…")).triggered.connect(self._choose_folder)

    def setValue(self, value):
        self._text.setText(str(value or ""))

    def value(self):
        return self._text.text().strip()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._text, tr("Choose a file"))
        if path:
            self._text.setText(path)

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._text, tr("Choose a folder"))
        if path:
            self._text.setText(path)


class PathChooser:
    """Makes the widget of a string parameter that is a path; QGIS's own for strings in the modeler."""

    WRAPPER: type[PathWrapper] = PathWrapper

    def __new__(cls, parameter, dialog, row=0, col=0, **_):
        if type(dialog).__name__ == "ModelerParametersDialog":
            return QgsGui.processingGuiRegistry().createModelerParameterWidget(
                dialog.model, dialog.childId, parameter, dialog.context
            )
        return cls.WRAPPER(parameter, dialog, row, col)
