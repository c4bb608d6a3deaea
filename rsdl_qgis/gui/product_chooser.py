"""The widget of PRODUCT: a text, and a button that fills it with files, a folder, layers or a group of them."""

from __future__ import annotations

from qgis.core import QgsLayerTreeGroup, QgsProject, QgsRasterLayer
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QListWidget,
    QMenu,
    QVBoxLayout,
)

from ..engine.files.names import DIVIDER
from ..toolbox.text import tr
from .path_chooser import PathChooser, PathWrapper


class _ProductWrapper(PathWrapper):
    """The widget in the toolbox and in batch."""

    def placeholder(self):
        return tr("folder, archive, address, or files divided by ;")

    def tip(self):
        return tr("Choose a product, files or layers")

    def fill(self, menu):
        menu.addAction(tr("Folder…")).triggered.connect(self._choose_folder)
        menu.addAction(tr("Files or archive…")).triggered.connect(self._choose_files)
        menu.addAction(tr("Layers of the project…")).triggered.connect(self._choose_layers)
        groups = menu.addMenu(tr("Group of layers"))
        groups.aboutToShow.connect(lambda: self._offer_groups(groups))

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._text, tr("Folder of a product"))
        if path:
            self._text.setText(path)

    def _choose_files(self) -> None:
        kinds = tr("Products and rasters (*.zip *.tar *.tar.gz *.tif *.tiff *.jp2 *.xml *.txt *.json);;All files (*)")
        paths, _ = QFileDialog.getOpenFileNames(self._text, tr("Files of an image"), "", kinds)
        if paths:
            self._text.setText(DIVIDER.join(paths))

    def _choose_layers(self) -> None:
        dialog = LayersDialog(self._text)
        if dialog.exec():
            self._text.setText(DIVIDER.join(dialog.sources()))

    def _offer_groups(self, menu: QMenu) -> None:
        """The groups of the project, each with the files of its layers."""
        menu.clear()
        for name, found in layer_groups().items():
            menu.addAction(name).triggered.connect(lambda _, texts=found: self._text.setText(DIVIDER.join(texts)))
        menu.setEnabled(True)


class ProductChooser(PathChooser):
    """Makes the widget for a parameter that ``toolbox.products`` declared."""

    WRAPPER = _ProductWrapper


class LayersDialog(QDialog):
    """Raster layers of the project, of which several can be chosen."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.setWindowTitle(tr("Layers of one image"))
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self._sources = [(layer.name(), source_of(layer)) for layer in QgsProject.instance().mapLayers().values()
                         if isinstance(layer, QgsRasterLayer)]  # fmt: skip
        self._sources.sort()
        self.list.addItems([name for name, _ in self._sources])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addWidget(buttons)

    def sources(self) -> list[str]:
        """The files of the chosen layers, in the order of the list."""
        return [self._sources[index.row()][1] for index in sorted(self.list.selectedIndexes())]


def source_of(layer: QgsRasterLayer) -> str:
    """What a layer is read from."""
    return layer.source().split("|")[0]


def layer_groups() -> dict[str, list[str]]:
    """The files of the raster layers in each group of the project's layer tree, in order."""
    found: dict[str, list[str]] = {}
    waiting = [QgsProject.instance().layerTreeRoot()]
    while waiting:
        group = waiting.pop()
        waiting += [child for child in group.children() if isinstance(child, QgsLayerTreeGroup)]
        layers = [node.layer() for node in group.findLayers()]
        sources = [source_of(layer) for layer in layers if isinstance(layer, QgsRasterLayer)]
        if group.name() and sources:
            found[group.name()] = sources
    return found
