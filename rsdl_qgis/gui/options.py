"""The plugin's page in QGIS's options: the worker's Python, extra model folders, the default device."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QPlainTextEdit, QPushButton

from ..engine.errors import RsdlError
from ..engine.tables.devices import DEVICES, NAMES
from ..environment import find_python
from ..paths import PACKAGE
from ..toolbox import settings
from ..toolbox.text import tr


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page each time the options are opened."""

    def __init__(self):
        super().__init__()
        self.setTitle(tr("RSDL"))
        self.setIcon(QIcon(str(PACKAGE / "icons" / "rsdl.svg")))

    def createWidget(self, parent):
        return OptionsPage(parent)


class OptionsPage(QgsOptionsPageWidget):
    """Shows the settings and keeps them when the options are accepted."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.python = QgsFileWidget()
        self.python.setFilePath(settings.python_setting())
        self.python.setToolTip(
            tr(
                "Python interpreter that has the libraries, or the folder of its environment. Empty: the environment "
                "that 'Set up environment' installs."
            )
        )
        self.models = QPlainTextEdit("\n".join(settings.model_folders()))
        self.models.setToolTip(tr("Folders that contain model folders or .onnx files, one per line."))
        self.models.setMaximumHeight(90)
        self.manifests = QPlainTextEdit("\n".join(settings.own_manifests()))
        self.manifests.setToolTip(
            tr(
                "Lists of models that can be downloaded: the address (http, https), file or folder of each manifest, "
                "one per line. Their models are offered as 'not downloaded'."
            )
        )
        self.manifests.setMaximumHeight(90)
        self.device = QComboBox()
        self.device.setEditable(True)
        self.device.addItems(DEVICES)
        self.device.setEditText(settings.default_device())
        self.device.setToolTip(tr("Default of the parameter DEVICE: {names}.").format(names=NAMES))
        self.state = QLabel()
        self.state.setWordWrap(True)
        button = QPushButton(tr("Set up environment…"))
        button.clicked.connect(open_setup)
        form = QFormLayout(self)
        form.addRow(tr("Python for networks"), self.python)
        form.addRow("", self.state)
        form.addRow("", button)
        form.addRow(tr("Additional model folders"), self.models)
        form.addRow(tr("Lists of models to download"), self.manifests)
        form.addRow(tr("Default device"), self.device)
        self.python.fileChanged.connect(self._show_state)
        self._show_state()

    def apply(self):
        settings.save(
            self.python.filePath(), self.models.toPlainText(), self.device.currentText(), self.manifests.toPlainText()
        )
        provider = QgsApplication.processingRegistry().providerById("rsdl")
        if provider is not None:
            provider.refreshAlgorithms()  # the default of DEVICE

    def _show_state(self, _path: str = "") -> None:
        try:
            python = find_python(self.python.filePath().strip())
            self.state.setText(tr("In use: {python}").format(python=python.path))
        except RsdlError as error:
            self.state.setText(str(error))


def open_setup() -> None:
    """Opens the dialog that sets the environment up."""
    import processing

    processing.execAlgorithmDialog("rsdl:setupenvironment")
