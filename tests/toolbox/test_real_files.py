"""Shipped models on real files, by qgis_process, in a graphical model, in a batch and from the dialog.

Needs the data sets (RSDL_DATA).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from .qgis_versions import result_of
from .test_dialog import layer_of, pressed_run, shown_classes

DATA = Path(os.environ.get("RSDL_DATA", ""))
MODELS = Path(__file__).parents[2] / "models"
pytestmark = pytest.mark.skipif(not os.environ.get("RSDL_DATA"), reason="needs the data sets in RSDL_DATA")

HARBOUR, BEACH = (str(DATA / "ucmerced" / kind / f"{kind}00.webp") for kind in ("harbor", "beach"))
TAIZHOU = {name.upper(): str(DATA / "landsat_change" / "taizhou" / f"{name}.tif") for name in ("before", "after")}
NAIP = {"BEFORE": str(DATA / "naip" / "20090818.tif"), "AFTER": str(DATA / "naip" / "20200831.tif")}
SINOP = [str(DATA / "matogrosso" / f"sinop_{name}_2013-09_2014-08_23dates.tif") for name in ("NDVI", "EVI")]
TOWN = "206325,210165,3597000,3600840 [EPSG:32651]"  # 128 x 128 pixels of Taizhou, with labels of both kinds
FIELDS = "-55.60,-55.50,-11.70,-11.60 [EPSG:4326]"
FOREST = "-55.40,-55.30,-11.65,-11.55 [EPSG:4326]"
FARM = "487000,488280,5207000,5208280 [EPSG:26914]"


def numbers(path, like=None) -> np.ndarray:
    """Band 1, or all bands; of a raster cut to the area of another one on the same grid."""
    file = gdal.Open(str(path))
    if like is None:
        return file.ReadAsArray()
    part = gdal.Open(str(like))
    left, pixel, _, top, _, _ = file.GetGeoTransform()
    x, _, _, y, _, _ = part.GetGeoTransform()
    column, row = round((x - left) / pixel), round((top - y) / pixel)
    return file.ReadAsArray(column, row, part.RasterXSize, part.RasterYSize)


def scene_is(kind):
    def check(path):
        (scene,) = QgsVectorLayer(path, "scenes", "ogr").getFeatures()
        probabilities = [scene[name] for name in names_of("scenes-ucmerced")]
        assert scene["class"] == kind and scene["score"] > 0.9
        assert sum(probabilities) == pytest.approx(1, abs=1e-3) and scene[kind] == max(probabilities)

    return check


def agrees_with_labels(path):
    """Those of Taizhou, on which the model was not trained."""
    found, labels = numbers(path), numbers(DATA / "landsat_change" / "taizhou" / "label.tif", path)
    for kind in (0, 1):
        assert np.mean(found[labels == kind] == kind) > 0.9


def little_is_changed(path):
    """On the grid of the image before; that of the image after lies a metre beside it."""
    found = numbers(path)
    assert gdal.Open(path).GetGeoTransform()[0] % 5 == 0 and set(np.unique(found)) <= {0, 1}
    assert 0 < np.mean(found) < 0.1


def crops_are_where_fields_are(path):
    """Forest is green all year, and soy fields, which are bare for a while, are not; numbers of 55,536 and more are
    negative."""
    found, greenness = numbers(path), numbers(SINOP[0], path).astype("int64")
    least = np.where(greenness >= 55_536, greenness - 65_536, greenness).min(0) / 1e4
    names = np.array(names_of("crops-matogrosso"))[found]
    soy = np.char.startswith(names, "Soy")
    assert min(soy.mean(), (names == "Forest").mean()) > 0.05 and len(np.unique(names)) > 3
    assert least[soy].mean() + 0.1 < least[names == "Forest"].mean()


def is_a_difference_in(image):
    def check(path):
        """What the made-up model 'height' gives: the first of its bands less the second."""
        bands = numbers(image, path).astype("float32")
        np.testing.assert_allclose(numbers(path), bands[3] - bands[0], atol=1e-3)

    return check


@dataclass(frozen=True)
class Case:
    """An algorithm with its parameters; ``check`` looks at the file it makes."""

    algorithm: str
    parameters: dict[str, Any]
    check: Callable[[str], None]

    @property
    def model(self) -> str:
        return self.parameters["MODEL"]

    @property
    def suffix(self) -> str:
        return ".gpkg" if self.algorithm == "sceneclassification" else ".tif"


def scene(path, kind):
    return Case("sceneclassification", {"INPUT": path, "MODEL": "scenes-ucmerced", "SIZE": 256}, scene_is(kind))


def crops(area):
    given = {"LAYERS": SINOP, "LAYOUT": "variables", "SCALE": 0.0001, "MODEL": "crops-matogrosso", "EXTENT": area}
    return Case("timeseriesclassification", given, crops_are_where_fields_are)


def greenness(image):
    given = {"INPUT": image, "MODEL": "height", "BANDS": [4, 1], "EXTENT": FARM}
    return Case("pixelregression", given, is_a_difference_in(image))


LANDSAT = Case("changedetection", {**TAIZHOU, "MODEL": "change-landsat", "EXTENT": TOWN}, agrees_with_labels)
# NAIP has no band in the short-wave infrared: red stands for it, as this is about two grids and not about floods
AERIAL = Case(
    "changedetection", {**NAIP, "MODEL": "change-flood", "BANDS": [1, 4, 2], "EXTENT": FARM}, little_is_changed
)
BATCHES = (
    (scene(HARBOUR, "harbor"), scene(BEACH, "beach")),
    (LANDSAT, AERIAL),
    (crops(FIELDS), crops(FOREST)),
    (greenness(NAIP["AFTER"]), greenness(NAIP["BEFORE"])),
)
CASES = (BATCHES[0][0], LANDSAT, AERIAL, BATCHES[2][0], BATCHES[3][0])
SHIPPED = (BATCHES[0][0], LANDSAT, BATCHES[2][0])
# The harbour's algorithm is run by qgis_process in test_headless.py, that of Landsat's images is the aerial ones'.
BY_COMMAND = CASES[2:]


def name_of(case) -> str:
    return f"{case.algorithm}-{case.model}"


def names_of(model) -> list[str]:
    """The class names of a shipped model; of the made-up one, which gives numbers, none."""
    if model == "height":
        return []
    item = json.loads((MODELS / model / "model.json").read_text(encoding="utf-8"))
    return [one["name"] for one in item["properties"]["mlm:output"][0]["classification:classes"]]


@pytest.fixture(scope="module")
def environment(models, profile, tmp_path_factory):
    """The plugin with its own models and a made-up one of numbers, as none is shipped."""
    home = tmp_path_factory.mktemp("user")
    shutil.copytree(models / "height", home / "models" / "height")
    return {**profile, "RSDL_HOME": str(home)}


@pytest.fixture
def own_models(home, models):
    """The same models for what runs in this process."""
    shutil.copytree(models / "height", home / "models" / "height")


def opened(path):
    return QgsVectorLayer(path, "map", "ogr") if path.endswith(".gpkg") else QgsRasterLayer(path, "map")


def tells_its_classes(case, layer):
    """A file by itself, without the style that QGIS gives it when an algorithm has made it."""
    names = names_of(case.model)
    assert layer.isValid()
    if isinstance(layer, QgsVectorLayer):
        assert set(names) <= set(layer.fields().names())
    elif names:
        assert shown_classes(layer)[: len(names)] == names
    else:
        assert gdal.Open(layer.source()).GetRasterBand(1).GetUnitType() == "m"


def is_styled(case, layer):
    names = names_of(case.model)
    tells_its_classes(case, layer)
    if isinstance(layer, QgsVectorLayer):
        assert shown_classes(layer)[:-1] == names and layer.labelsEnabled()
    elif names:
        assert shown_classes(layer) == names
    else:
        assert layer.renderer().type() == "singlebandpseudocolor"


def words(parameters):
    """Parameters as qgis_process takes them: a list by repeating its name."""
    for name, value in parameters.items():
        for one in value if isinstance(value, list) else [value]:
            yield f"{name}={one}"


@pytest.mark.parametrize("case", BY_COMMAND, ids=name_of)
def test_by_qgis_process(case, qgis_process, tmp_path):
    path = str(tmp_path / f"map{case.suffix}")
    status, said, errors = qgis_process(
        "run", f"rsdl:{case.algorithm}", "--", *words(case.parameters), "THREADS=1", f"OUTPUT={path}"
    )
    assert status == 0, said + errors
    assert f"MODEL_NAME:\t{case.model}" in said
    tells_its_classes(case, opened(path))
    case.check(path)


def one_step(case):
    """A graphical model of one step, whose result is the model's."""
    fixed = QgsProcessingModelChildParameterSource.fromStaticValue
    step = QgsProcessingModelChildAlgorithm(f"rsdl:{case.algorithm}")
    step.setChildId("step")
    for name, value in case.parameters.items():
        step.addParameterSources(name, [fixed(one) for one in (value if isinstance(value, list) else [value])])
    made = QgsProcessingModelOutput("map", "map")
    made.setChildId("step")
    made.setChildOutputName("OUTPUT")
    step.setModelOutputs({"map": made})
    model = QgsProcessingModelAlgorithm("real", "tests")
    model.addChildAlgorithm(step)
    return model


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_in_a_graphical_model(case, provider, own_models, tmp_path, feedback):
    path, project = str(tmp_path / f"map{case.suffix}"), QgsProject()
    context = QgsProcessingContext()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition(path, project)
    results, done = one_step(case).run({"step:map": output}, context, feedback, {}, False)
    assert done and result_of(results, "step:map") == path, feedback.text()
    layer = opened(path)
    context.layersToLoadOnCompletion()[path].postProcessor().postProcessLayer(layer, context, feedback)
    is_styled(case, layer)
    case.check(path)


@pytest.mark.parametrize("rows", BATCHES, ids=lambda rows: rows[0].algorithm)
def test_in_a_batch(rows, batch, own_models, project, tmp_path):
    paths = [str(tmp_path / f"map{number}{case.suffix}") for number, case in enumerate(rows)]
    results = batch(rows[0].algorithm, [{**case.parameters, "OUTPUT": path} for case, path in zip(rows, paths)])
    assert [(one["OUTPUT"], one["MODEL_NAME"]) for one in results] == [(p, c.model) for p, c in zip(paths, rows)]
    for case, path in zip(rows, paths):
        is_styled(case, layer_of(project, path))
        case.check(path)


def in_project(project, value):
    """Files as layers of the project, which a dialog shows by their names; all else as it is."""
    if isinstance(value, list):
        return [in_project(project, one) for one in value]
    if not str(value).startswith(str(DATA)):
        return value
    path = Path(value)
    return project.addMapLayer(QgsRasterLayer(str(path), f"{path.parent.name} {path.stem}")).id()


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: case.algorithm)
def test_from_the_dialog(case, dialog, own_models, project, tmp_path):
    given = {name: in_project(project, value) for name, value in case.parameters.items()}
    path = str(tmp_path / f"map{case.suffix}")
    assert pressed_run(dialog(case.algorithm, given), path)["MODEL_NAME"] == case.model
    is_styled(case, layer_of(project, path))
    case.check(path)
