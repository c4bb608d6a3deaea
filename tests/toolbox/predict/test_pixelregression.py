"""rsdl:pixelregression, through the real worker."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from osgeo import gdal
from qgis.core import QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject, QgsRasterLayer

SURFACE = np.add.outer(np.arange(40) * 0.25, np.arange(50)) - 30  # -30 .. 28.75
GROUND = np.full_like(SURFACE, 10)
HEIGHT = SURFACE - GROUND
NAMES = ("surface", "ground")


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [SURFACE, GROUND], descriptions=NAMES)


def test_gives_numbers(run, known_models, image, tmp_path, read_raster):
    parameters = {"INPUT": image, "MODEL": "height", "OUTPUT": str(tmp_path / "out.tif")}
    results, _ = run("pixelregression", {**parameters, "TILE_SIZE": 32, "OVERLAP": 8})
    np.testing.assert_array_equal(read_raster(results["OUTPUT"]), HEIGHT.astype("float32"))
    figures = (results["MINIMUM"], results["MAXIMUM"], results["MEAN"])
    assert figures == pytest.approx((HEIGHT.min(), HEIGHT.max(), HEIGHT.mean()))
    assert results["MODEL_NAME"] == "height" and "PROBABILITIES" not in results


def test_what_is_written_passes_gdals_own_check_with_overviews(run, known_models, tmp_path, write_raster):
    """Rasters of numbers, with nodata, larger than a block: as cloud-optimised GeoTIFFs whose overviews are means."""
    checker = pytest.importorskip("osgeo_utils.samples.validate_cloud_optimized_geotiff")
    surface = np.add.outer(np.arange(600.0), np.arange(700.0)) % 97
    surface[:200, :300] = -9999
    image = write_raster(tmp_path / "large.tif", [surface, surface * 0 + 10], descriptions=NAMES, nodata=-9999)
    results, _ = run("pixelregression", {"INPUT": image, "MODEL": "height", "OUTPUT": str(tmp_path / "out.tif")})
    assert checker.validate(results["OUTPUT"], full_check=True)[:2] == ([], [])
    file = gdal.Open(results["OUTPUT"])  # a band is gone with its file
    band = file.GetRasterBand(1)
    assert band.GetOverviewCount() == 1
    height, overview = band.ReadAsArray(), band.GetOverview(0).ReadAsArray()
    assert np.isnan(overview[:100, :150]).all()
    np.testing.assert_allclose(overview[100:], height.reshape(300, 2, 350, 2).mean((1, 3))[100:], rtol=1e-6)


def test_finds_bands_and_the_model_and_keeps_nodata(run, known_models, tmp_path, write_raster, read_raster):
    surface = SURFACE.copy()
    surface[:, :5] = -9999
    swapped = write_raster(tmp_path / "s.tif", [GROUND, surface], descriptions=NAMES[::-1], nodata=-9999)
    plain = write_raster(tmp_path / "n.tif", [GROUND, GROUND, surface], nodata=-9999)
    for path, choice in ((swapped, {}), (plain, {"MODEL": "height", "BANDS": [3, 1]})):
        results, _ = run("pixelregression", {"INPUT": path, **choice, "OUTPUT": str(tmp_path / "out.tif")})
        made = read_raster(results["OUTPUT"])
        assert results["MODEL_NAME"] == "height" and np.isnan(made[:, :5]).all()
        np.testing.assert_allclose(made[:, 5:], HEIGHT[:, 5:])


def test_extent_limits_the_map(run, known_models, image, tmp_path, read_raster):
    extent = "500100,500300,4599700,4599900 [EPSG:32634]"
    parameters = {"INPUT": image, "MODEL": "height", "EXTENT": extent, "OUTPUT": str(tmp_path / "out.tif")}
    results, _ = run("pixelregression", parameters)
    np.testing.assert_allclose(read_raster(results["OUTPUT"]), HEIGHT[10:30, 10:30])


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("pixelregression", {"MODEL": "bright"}, ["'bright' is for segmentation", "'Semantic segmentation'"]),
        ("semanticsegmentation", {"MODEL": "height"}, ["'height' is for regression", "'Pixel regression'"]),
        ("pixelregression", {"MODEL": "nothing"}, ["no model 'nothing'", "height"]),
        ("pixelregression", {"BANDS": [1]}, ["1 band", "surface, ground"]),
        ("pixelregression", {"OUTPUT": "out.gpkg"}, [".tif"]),
        ("pixelregression", {"DEVICE": "gpu"}, ["gpu", "cuda:N"]),
    ],
)
def test_refuses_with_a_sentence(refusal, known_models, image, tmp_path, name, changes, words):
    parameters = {"INPUT": image, "MODEL": "height", "OUTPUT": str(tmp_path / "out.tif"), **changes}
    text = refusal(name, parameters)
    assert all(word in text for word in words), text


@pytest.fixture
def shown(run, known_models, image, tmp_path, feedback):
    """Maps the image with a model as QGIS does that loads the result: the layer with its style."""

    def shown(model):
        project = QgsProject()
        context = QgsProcessingContext()
        context.setProject(project)
        output = QgsProcessingOutputLayerDefinition(str(tmp_path / "o.tif"), project)
        results, _ = run("pixelregression", {"INPUT": image, "MODEL": str(model), "OUTPUT": output}, context=context)
        details = context.layersToLoadOnCompletion()[results["OUTPUT"]]
        layer = QgsRasterLayer(results["OUTPUT"], details.name)
        details.postProcessor().postProcessLayer(layer, context, feedback)
        return layer

    return shown


@pytest.fixture
def height_from_0_to_8(known_models, tmp_path):
    """The model 'height', as if numbers from 0 to 8 had been its training."""
    folder = tmp_path / "ranged"
    shutil.copytree(known_models / "height", folder)
    item = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    item["properties"]["rsdl:value_range"] = [0.0, 8.0]
    (folder / "model.json").write_text(json.dumps(item), encoding="utf-8")
    return folder


def ends_of(layer):
    return layer.renderer().classificationMin(), layer.renderer().classificationMax()


def test_result_is_styled_along_a_ramp(shown):
    layer = shown("height")
    assert layer.name() == "Test height (m)"
    renderer = layer.renderer()
    low, high = ends_of(layer)
    reach = HEIGHT.mean() + np.array([-2, 2]) * HEIGHT.std()
    assert (low, high) == pytest.approx(tuple(reach.clip(HEIGHT.min(), HEIGHT.max())))
    colors = [renderer.shader().shade(value)[1:4] for value in (low, (low + high) / 2, high)]
    assert colors == [(0x44, 0x01, 0x54), (0x21, 0x91, 0x8C), (0xFD, 0xE7, 0x25)]
    picture = renderer.block(1, layer.extent(), 50, 40)
    assert picture.isValid() and len({picture.color(20, column) for column in range(50)}) > 20
    assert renderer.shader().rasterShaderFunction().legendSettings().suffix() == " m"


def test_the_ramp_spans_what_the_model_was_trained_on(shown, height_from_0_to_8):
    """Maps of a model are comparable; what lies beyond has the colours of the ends, and is not left out."""
    layer = shown(height_from_0_to_8)
    assert ends_of(layer) == (0, 8) and HEIGHT.min() < 0 and HEIGHT.max() > 8
    shader = layer.renderer().shader()
    assert shader.shade(float(HEIGHT.min())) == shader.shade(0.0)
    assert shader.shade(float(HEIGHT.max())) == shader.shade(8.0) != shader.shade(0.0)


def test_an_all_nodata_result_is_shown_without_a_style(run, known_models, tmp_path, write_raster):
    path = write_raster(tmp_path / "n.tif", [SURFACE * 0, GROUND * 0], descriptions=NAMES, nodata=0)
    results, _ = run("pixelregression", {"INPUT": path, "MODEL": "height", "OUTPUT": str(tmp_path / "out.tif")})
    assert "MEAN" not in results


def test_the_model_says_what_it_gives(run, known_models):
    results, _ = run("describemodel", {"MODEL": "height"})
    assert "Predicts continuous values; unit: m" in results["DESCRIPTION"] and "Classes" not in results["DESCRIPTION"]
