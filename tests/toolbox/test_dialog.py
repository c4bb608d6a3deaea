"""The algorithms from their dialogs: filled in, run by the button, their results open with their styles.

``RSDL_SCREENSHOTS=folder`` keeps pictures of the dialogs, those that the documentation shows (``make screenshots``).
Those of ``test_real_files.py`` take the place of some where the data sets are there.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from qgis.core import (
    QgsFeature,
    QgsGeometry,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QLineEdit

from .waiting import wait_until

DARK_TO_LIGHT = np.where(np.arange(64) >= 24, 150.0, 50.0) * np.ones((48, 1))
pytestmark = pytest.mark.usefixtures("known_models")


@pytest.fixture
def add(project, tmp_path, write_raster):
    """Writes a raster and adds it to the project: its layer."""

    def add(name, bands, descriptions):
        layer = QgsRasterLayer(write_raster(tmp_path / f"{name}.tif", bands, descriptions=descriptions), name)
        assert project.addMapLayer(layer)
        return layer

    return add


def pressed_run(window, output) -> dict:
    """What the algorithm gives when an output is set and the button is pressed."""
    finished = []
    window.algorithmFinished.connect(lambda good, results: finished.append((good, results)))
    keep(window, window.algorithm().name())
    window.setParameters({**window.createProcessingParameters(), "OUTPUT": str(output)})
    window.runButton().click()
    wait_until(lambda: finished)
    good, results = finished[0]
    assert good, "the algorithm failed"
    return results


def keep(window, name) -> None:
    """A picture of the window, where one is asked for, with texts from their beginning; it is not empty."""
    for field in window.findChildren(QLineEdit):
        field.setCursorPosition(0)
    picture = window.grab()
    assert picture.width() > 500 and picture.height() > 400
    folder = os.environ.get("RSDL_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        assert picture.save(str(Path(folder) / f"{name}.png"))


def layer_of(project, path):
    """The layer of the project that shows a file."""
    (layer,) = [one for one in project.mapLayers().values() if one.source().split("|")[0] == str(path)]
    return layer


def shown_classes(layer) -> list[str]:
    """The names in the layer's legend."""
    renderer = layer.renderer()
    if isinstance(layer, QgsVectorLayer):
        return [category.label() for category in renderer.categories()]
    return [item.label for item in renderer.classes()]


def test_scene_classification(dialog, project, add, tmp_path):
    image, output = add("harbour", [DARK_TO_LIGHT], ["tone"]), tmp_path / "scenes.gpkg"
    window = dialog("sceneclassification", {"INPUT": image.id(), "MODEL": "tones", "SIZE": 8})
    results = pressed_run(window, output)
    assert results["MODEL_NAME"] == "tones"
    layer = layer_of(project, output)
    assert {"dark area", "light"} <= set(shown_classes(layer)) and layer.labelsEnabled()
    assert {feature["class"] for feature in layer.getFeatures()} == {"dark area", "light"}


def test_change_detection(dialog, project, add, tmp_path):
    bands = [DARK_TO_LIGHT * 0 + 10, DARK_TO_LIGHT]
    before = add("before", [bands[0]] * 2, ["red", "nir"])
    after = add("after", [bands[1]] * 2, ["red", "nir"])
    output = tmp_path / "changes.tif"
    parameters = {"BEFORE": before.id(), "AFTER": after.id(), "MODEL": "grown", "BANDS": [1]}
    pressed_run(dialog("changedetection", parameters), output)
    assert len(shown_classes(layer_of(project, output))) == 2


def test_time_series_classification(dialog, project, add, tmp_path):
    dates = ("2016-09-13", "2016-10-16", "2016-11-17")
    values = [DARK_TO_LIGHT / 100 * step for step in (1, 2, 3)]
    series = [add(f"modis {date}", [band, band], ["NDVI", "EVI"]) for date, band in zip(dates, values)]
    output = tmp_path / "crops.tif"
    parameters = {"LAYERS": [layer.id() for layer in series], "MODEL": "peak"}
    pressed_run(dialog("timeseriesclassification", parameters), output)
    assert "2013-11-17" in shown_classes(layer_of(project, output))


def test_pixel_regression(dialog, project, add, tmp_path):
    image, output = add("surface", [DARK_TO_LIGHT, DARK_TO_LIGHT / 2], ["surface", "ground"]), tmp_path / "height.tif"
    parameters = {"INPUT": image.id(), "MODEL": "height"}
    pressed_run(dialog("pixelregression", parameters), output)
    layer = layer_of(project, output)
    assert layer.isValid() and layer.renderer().type() == "singlebandpseudocolor"


def test_object_detection(dialog, project, add, tmp_path):
    marks = np.zeros((3, 48, 64))
    marks[:, 20, 30] = 90, 6, 4  # mark, width, height
    image, output = add("apron", list(marks), ["mark", "width", "height"]), tmp_path / "objects.gpkg"
    window = dialog("objectdetection", {"INPUT": image.id(), "MODEL": "markers"})
    assert pressed_run(window, output)["OBJECTS"] == 1
    layer = layer_of(project, output)
    assert "car" in shown_classes(layer) and layer.labelsEnabled()
    assert [feature["class"] for feature in layer.getFeatures()] == ["car"]


def test_training(dialog, project, add, tmp_path):
    """A person's own polygons to a model, and the model to a map."""
    rows, cols = np.indices((96, 96)) // 16
    light = (rows + cols) % 2
    noise = np.random.default_rng(0).normal(0, 8, (96, 96))
    image = add("scene", [60 + 100 * light + noise], ["tone"])
    parcels = project.addMapLayer(QgsVectorLayer("Polygon?crs=EPSG:32634&field=kind:string", "parcels", "memory"))
    for row in range(6):
        for col in range(6):
            feature = QgsFeature(parcels.fields())
            x, y = 500_000 + 160 * col, 4_600_000 - 160 * row
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(x + 20, y - 140, x + 140, y - 20)))
            feature["kind"] = ("meadow", "roof")[(row + col) % 2]
            parcels.dataProvider().addFeature(feature)
    output, report = tmp_path / "roofs", tmp_path / "roofs.html"
    learning = {"NETWORK": "unet-light", "OPTIONS": '{"widths": [8, 16]}', "EPOCHS": 25, "LEARNING_RATE": 0.01}
    window = dialog(
        "trainsegmentation",
        {
            "RASTERS": [image.id()],
            "LABELS": [parcels.id()],
            "CLASS_FIELD": "kind",
            "CHIP_SIZE": 32,
            "AUGMENTATION": "none",
            "REPORT": str(report),
            **learning,
        },
    )
    results = pressed_run(window, output)
    assert results["OVERALL_ACCURACY"] > 0.9 and report.is_file()
    mapped = tmp_path / "map.tif"
    pressed_run(dialog("semanticsegmentation", {"INPUT": image.id(), "MODEL": str(output)}), mapped)
    layer = layer_of(project, mapped)
    assert shown_classes(layer) == ["meadow", "roof"]
    provider = layer.dataProvider()
    found = provider.block(1, provider.extent(), 96, 96)
    values = {item.label: item.value for item in layer.renderer().classes()}
    guess = np.array([[found.value(row, col) for col in range(96)] for row in range(96)])
    assert np.mean((guess == values["roof"]) == light) > 0.9


def test_batches(batch, project, add, tmp_path):
    """Two rows each, of other inputs: two results, each of its own row."""
    tone, dark = (
        add(name, [values], ["tone"]).id() for name, values in (("a", DARK_TO_LIGHT), ("b", DARK_TO_LIGHT * 0))
    )
    heights = [add(f"h{n}", [DARK_TO_LIGHT * n, DARK_TO_LIGHT], ["surface", "ground"]).id() for n in (1, 2)]
    flat = add("flat", [DARK_TO_LIGHT * 0 + 10] * 2, ["red", "nir"]).id()
    afters = [
        add(f"after{n}", [values] * 2, ["red", "nir"]).id()
        for n, values in enumerate((DARK_TO_LIGHT, np.ones((48, 64)) * 10))
    ]
    series = [
        [
            add(f"m{n} 2016-{month:02}-13", [DARK_TO_LIGHT / 100 * n * month] * 2, ["NDVI", "EVI"]).id()
            for month in (9, 10)
        ]
        for n in (1, 2)
    ]
    rows = {
        "sceneclassification": [{"INPUT": layer, "MODEL": "tones", "SIZE": 8} for layer in (tone, dark)],
        "pixelregression": [{"INPUT": layer, "MODEL": "height"} for layer in heights],
        "changedetection": [{"BEFORE": flat, "AFTER": after, "MODEL": "grown", "BANDS": [1]} for after in afters],
        "timeseriesclassification": [{"LAYERS": layers, "MODEL": "peak"} for layers in series],
    }
    for name, given in rows.items():
        kind = "gpkg" if name == "sceneclassification" else "tif"
        outputs = [str(tmp_path / f"{name}{n}.{kind}") for n in range(len(given))]
        results = batch(name, [{**row, "OUTPUT": output} for row, output in zip(given, outputs)])
        assert [one["OUTPUT"] for one in results] == outputs, name
        assert len({Path(output).read_bytes() for output in outputs}) == 2, name
        assert all(layer_of(project, output).isValid() for output in outputs), name
