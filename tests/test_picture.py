"""The demo's picture and project, from a scene and a map. Runs in QGIS's Python."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtGui import QColor, QImage

from tools import picture

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    scene = [os.environ["RSDL_PYTHON"], "-m", "tools.scene", folder, "--size", "250"]
    subprocess.run(scene, cwd=ROOT, check=True)
    shutil.copy(folder / "truth.tif", folder / "flood.tif")
    subprocess.run([sys.executable, "-m", "tools.picture", folder], cwd=ROOT, check=True)
    return folder


def colors(image, row, column):
    """Share of each colour in a panel."""
    left = picture.GAP + column * (picture.PANEL + picture.GAP)
    top = picture.TITLE + row * (picture.TITLE + picture.PANEL)
    inside = range(3, picture.PANEL - 3, 4)
    found = [image.pixelColor(left + x, top + y).name() for y in inside for x in inside]
    return {color: found.count(color) / len(found) for color in set(found)}


def test_truth_and_map_show_their_classes(folder):
    image = QImage(str(folder / "flood.png"))
    truth, result = colors(image, 0, 2), colors(image, 1, 2)
    assert truth == result
    for _, _, color in picture.CLASSES:
        assert truth[QColor(color).name()] > 0.1
    assert truth[picture.NO_DATA] > 0.01


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_images_are_stretched_to_be_seen(folder, row, column):
    found = colors(QImage(str(folder / "flood.png")), row, column)
    brightness = [QColor(color).value() for color, share in found.items() if color != picture.NO_DATA]
    assert max(brightness) - min(brightness) > 150


def test_project_holds_the_styled_layers_by_relative_paths(folder, tmp_path, qgis_app):
    moved = tmp_path / "elsewhere"
    shutil.copytree(folder, moved)
    project = QgsProject()
    assert project.read(str(moved / "flood.qgz"))
    layers = {layer.name(): layer for layer in project.mapLayers().values()}
    assert len(layers) == 6
    assert all(layer.isValid() and layer.source().startswith(str(moved)) for layer in layers.values())
    names = [entry.label for entry in layers["Flood map"].renderer().classes()]
    assert names == [name for _, name, _ in picture.CLASSES]
    visible = [node.name() for node in project.layerTreeRoot().findLayers() if node.isVisible()]
    assert visible == ["Flood map", "Sentinel-2 after"]
