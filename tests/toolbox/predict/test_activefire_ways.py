"""rsdl:activefire on real bands of Landsat-8 with fires put into them: by qgis_process, in a model, from the dialog.

Needs the data sets (RSDL_DATA).
"""

from __future__ import annotations

import os
from pathlib import Path

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
)

from ..qgis_versions import result_of
from ..test_dialog import layer_of, pressed_run, shown_classes

DATA = Path(os.environ.get("RSDL_DATA", "")) / "products" / "landsat8_l1"
pytestmark = pytest.mark.skipif(not os.environ.get("RSDL_DATA"), reason="needs the data sets in RSDL_DATA")

NUMBERS = range(1, 8)
FIRES = ((100, 50), (301, 402), (302, 402), (550, 600))  # row, column
BURNING = {5: 18_000, 6: 45_000, 7: 65_535}  # digital numbers
ELEVATION = 55


@pytest.fixture
def product(tmp_path):
    """The real bands, with fires, as a product: no metadata came with them, so these are made up."""
    folder = tmp_path / "product"
    folder.mkdir()
    for n in NUMBERS:
        file = gdal.Open(str(DATA / f"l8_B{n}.tif"))
        copy = gdal.GetDriverByName("GTiff").CreateCopy(str(folder / f"l8_B{n}.tif"), file)
        values = file.ReadAsArray()
        for row, column in FIRES if n in BURNING else ():
            values[row, column] = BURNING[n]
        copy.GetRasterBand(1).WriteArray(values)
        copy = None
    gains = [f"REFLECTANCE_MULT_BAND_{n} = 2.0000E-05\nREFLECTANCE_ADD_BAND_{n} = -0.100000" for n in NUMBERS]
    text = "\n".join(['SPACECRAFT_ID = "LANDSAT_8"', f"SUN_ELEVATION = {ELEVATION}", *gains])
    (folder / "l8_MTL.txt").write_text(text)
    return folder


def has_the_fires(path):
    """Those that were put in, and nothing else in a scene without fires."""
    found = gdal.Open(str(path)).ReadAsArray()
    assert found.shape == (603, 627)
    assert {tuple(map(int, place)) for place in np.argwhere(found == 1)} == set(FIRES)


def test_by_qgis_process(qgis_process, product, tmp_path):
    path = tmp_path / "fire.tif"
    status, said, errors = qgis_process("run", "rsdl:activefire", "--", f"PRODUCT={product}", f"OUTPUT={path}")
    assert status == 0, said + errors
    assert f"FIRE_PIXELS:\t{len(FIRES)}" in said
    has_the_fires(path)
    assert shown_classes(QgsRasterLayer(str(path), "map")) == ["active fire"]


def test_in_a_graphical_model(provider, product, tmp_path, feedback):
    fixed = QgsProcessingModelChildParameterSource.fromStaticValue
    step = QgsProcessingModelChildAlgorithm("rsdl:activefire")
    step.setChildId("step")
    given = {"INPUT": [str(product / f"l8_B{n}.tif") for n in NUMBERS], "VALUES": "dn", "SUN_ELEVATION": ELEVATION}
    for name, value in given.items():
        step.addParameterSources(name, [fixed(one) for one in (value if isinstance(value, list) else [value])])
    made = QgsProcessingModelOutput("map", "map")
    made.setChildId("step")
    made.setChildOutputName("OUTPUT")
    step.setModelOutputs({"map": made})
    model = QgsProcessingModelAlgorithm("fires", "tests")
    model.addChildAlgorithm(step)
    path, project = str(tmp_path / "fire.tif"), QgsProject()
    context = QgsProcessingContext()
    context.setProject(project)
    output = QgsProcessingOutputLayerDefinition(path, project)
    results, done = model.run({"step:map": output}, context, feedback, {}, False)
    assert done and result_of(results, "step:map") == path, feedback.text()
    has_the_fires(path)


def test_from_the_dialog(dialog, product, project, tmp_path):
    layers = [project.addMapLayer(QgsRasterLayer(str(product / f"l8_B{n}.tif"), f"l8_B{n}")) for n in NUMBERS]
    given = {"INPUT": [layer.id() for layer in layers], "VALUES": "dn", "SUN_ELEVATION": ELEVATION}
    path = str(tmp_path / "fire.tif")
    assert pressed_run(dialog("activefire", given), path)["FIRE_PIXELS"] == len(FIRES)
    assert shown_classes(layer_of(project, path)) == ["active fire"]
    has_the_fires(path)
