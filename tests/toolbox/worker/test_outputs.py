"""Results never take the place of what is read, however a layer is given; nor of what is open in the project."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from osgeo import ogr, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsRasterLayer,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)

from rsdl_qgis.engine.job.outputs import OPERATIONS
from rsdl_qgis.toolbox.provider import ALGORITHMS
from rsdl_qgis.toolbox.results import styles
from rsdl_qgis.toolbox.worker import outputs

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}
SQUARE = "POLYGON((500000 4600000,500040 4600000,500040 4599960,500000 4599960,500000 4600000))"
READ = "one of the files to be read"


def vector(path, layer="layer", text="mine", driver=None):
    """A file with one polygon, class and score; ``layer`` is added where the file is there."""
    path = str(path)
    known = ogr.GetDriverByName(driver or DRIVERS[path.rsplit(".", 1)[1]])
    file = ogr.Open(path, 1) if os.path.exists(path) else known.CreateDataSource(path)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32634)
    made = file.CreateLayer(layer, reference, ogr.wkbPolygon)
    made.CreateField(ogr.FieldDefn("class", ogr.OFTString))
    made.CreateField(ogr.FieldDefn("score", ogr.OFTReal))
    feature = ogr.Feature(made.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt(SQUARE))
    feature.SetField("class", text)
    feature.SetField("score", 0.5)
    made.CreateFeature(feature)
    return path


@pytest.fixture
def image(tmp_path, write_raster):
    return write_raster(tmp_path / "image.tif", [[[0, 100]] * 2] * 2, descriptions=("red", "nir"))


@pytest.fixture
def segment(provider, project, known_models, image, tmp_path):
    """The refusal of a segmentation with these parameters, in a project."""
    given = {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "o.tif")}

    def segment(**parameters):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById("rsdl:semanticsegmentation")
        context = QgsProcessingContext()
        context.setProject(project)
        sound, text = algorithm.checkParameterValues({**given, **parameters}, context)
        assert not sound
        return text

    return segment


@pytest.mark.parametrize("ending", list(DRIVERS))
def test_polygons_never_take_the_place_of_the_mask(segment, tmp_path, ending, project, monkeypatch):
    path = vector(tmp_path / f"m.{ending}")
    layer = QgsVectorLayer(path, "mask")
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"link.{ending}").symlink_to(path)
    definition = QgsProcessingOutputLayerDefinition(path)
    for mask, output in (
        (path, path),
        (layer, path),
        (path, f"m.{ending}"),
        (layer, f"../{tmp_path.name}/m.{ending}"),
        (f"m.{ending}", str(tmp_path / f"link.{ending}")),
        (layer, definition),
    ):
        assert READ in segment(MASK=mask, POLYGONS=output)
    project.addMapLayer(layer)
    for mask in ("mask", layer.id()):
        assert READ in segment(MASK=mask, POLYGONS=path)


def test_nor_of_what_a_layer_is_made_of_or_joined_with(segment, tmp_path, project, write_raster):
    layer, joined = QgsVectorLayer(vector(tmp_path / "m.shp"), "m"), QgsVectorLayer(vector(tmp_path / "j.geojson"), "j")
    project.addMapLayers([layer, joined])
    virtual = QgsVectorLayer("?query=select * from m", "v", "virtual")
    assert virtual.isValid() and READ in segment(MASK=virtual, POLYGONS=str(tmp_path / "m.shp"))
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(joined)
    join.setJoinFieldName("class")
    join.setTargetFieldName("class")
    layer.addJoin(join)
    assert READ in segment(MASK=layer, POLYGONS=str(tmp_path / "j.geojson"))
    part = write_raster(tmp_path / "part.tif", [[[0, 100]] * 2] * 2, descriptions=("red", "nir"))
    from osgeo import gdal

    gdal.BuildVRT(str(tmp_path / "v.vrt"), [part]).FlushCache()
    assert READ in segment(INPUT=str(tmp_path / "v.vrt"), OUTPUT=part)


def test_scenes_and_their_class_raster(refusal, known_models, tmp_path, write_raster):
    image = write_raster(tmp_path / "i.tif", [[[0, 100]] * 2], descriptions=["tone"])
    path = vector(tmp_path / "f.fgb")
    given = {"INPUT": image, "MODEL": "tones", "FEATURES": QgsProcessingFeatureSourceDefinition(path)}
    assert READ in refusal("sceneclassification", {**given, "OUTPUT": path})
    assert READ in refusal("sceneclassification", {**given, "OUTPUT": str(tmp_path / "o.gpkg"), "RASTER": image})


@pytest.mark.parametrize("side", ["PREDICTED", "REFERENCE", "MASK"])
def test_the_layer_of_matches(refusal, tmp_path, side, worker_python):
    files = {name: vector(tmp_path / f"{name}.geojson") for name in ("PREDICTED", "REFERENCE", "MASK")}
    assert READ in refusal("assessdetections", {**files, "MATCHES": files[side]})


def test_a_table_that_is_read(refusal, tmp_path, worker_python):
    path = vector(tmp_path / "p.geojson")
    (tmp_path / "t.csv").write_text("class,id\nmine,1\n")
    given = {"PREDICTED": path, "REFERENCE": str(tmp_path / "t.csv"), "TABLE": str(tmp_path / "t.csv")}
    fields = {"JOIN_FIELD": "class", "PREDICTED_FIELD": "class", "REFERENCE_FIELD": "class"}
    assert READ in refusal("assessscenes", {**given, **fields})


def test_a_model_never_takes_the_place_of_the_one_that_it_starts_from(refusal, known_models, tmp_path, image):
    labels = vector(tmp_path / "l.gpkg")
    base = tmp_path / "mine"
    shutil.copytree(known_models / "bright", base)
    (base / "weights.safetensors").touch()
    given = {"RASTERS": [image], "LABELS": [labels], "UNLABELLED": "background", "BASE_MODEL": str(base)}
    assert "which would be replaced, and is read" in refusal("trainsegmentation", {**given, "OUTPUT": str(base)})
    given |= {"OUTPUT": str(tmp_path / "new")}
    assert "may not be written to" in refusal("trainsegmentation", {**given, "REPORT": str(read_only(tmp_path))})


def read_only(folder):
    path = folder / "kept.html"
    path.touch()
    path.chmod(0o400)
    return path


def test_nothing_is_written_into_chips_that_are_read(refusal, tmp_path, worker_python):
    chips = tmp_path / "chips"
    (chips / "images").mkdir(parents=True)
    given = {"CHIPS": str(chips), "OUTPUT": str(tmp_path / "m")}
    for name, path in (("OUTPUT", chips / "m"), ("REPORT", chips / "r.html")):
        assert "which is read" in refusal("trainsegmentation", {**given, name: str(path)})


def test_chips_are_not_cut_over_what_they_are_cut_from(refusal, tmp_path, image, worker_python):
    inside = tmp_path / "chips"
    inside.mkdir()
    (inside / "chips.json").touch()
    shutil.copy(image, inside / "i.tif")
    text = refusal("exportchips", {"RASTERS": [str(inside / "i.tif")], "OUTPUT": str(inside)})
    assert "which would be replaced" in text


def test_two_results_are_two_files(segment, tmp_path):
    assert "Two results" in segment(PROBABILITIES=f"{tmp_path}/./o.tif")


def test_a_package_with_other_layers_stays(segment, tmp_path):
    path = vector(tmp_path / "mine.gpkg", "precious")
    assert "precious" in segment(POLYGONS=path)
    vector(tmp_path / "o.gpkg", "o")
    assert "precious" in segment(POLYGONS=vector(tmp_path / "o.gpkg", "precious"))


def test_what_is_open_in_the_project_is_not_replaced_under_it(segment, tmp_path, project):
    path = vector(tmp_path / "o.gpkg", "o")
    layer = QgsVectorLayer(path, "my layer")
    project.addMapLayer(layer)
    text = segment(POLYGONS=path)
    assert "my layer" in text and ("open in the project" in text or "open in another" in text)
    edited = QgsVectorLayer(vector(tmp_path / "e.geojson"), "edited")
    project.addMapLayer(edited)
    edited.startEditing()
    assert "'edited'" in segment(POLYGONS=str(tmp_path / "e.geojson"))
    edited.rollBack()


def test_a_layer_that_is_none_is_refused_in_a_sentence(refusal, known_models, image, tmp_path, project):
    path = vector(tmp_path / "m.geojson")
    broken = QgsVectorLayer(str(tmp_path / "nowhere.gpkg"), "broken")
    project.addMapLayer(broken)
    given = {"PREDICTED": path, "REFERENCE": path}
    for value in (image, broken.id(), broken):
        text = refusal("assessdetections", {**given, "PREDICTED": value})
        assert "PREDICTED" in text or "Detections" in text
    gone = QgsRasterLayer(str(tmp_path / "nowhere.tif"), "gone")
    project.addMapLayer(gone)
    for value in (path, gone.id()):
        refusal("semanticsegmentation", {"INPUT": value, "MODEL": "bright", "OUTPUT": str(tmp_path / "o.tif")})


def test_every_algorithms_results_are_known_to_the_worker(provider):
    """What a killed worker leaves is looked for by the names of the job's arguments."""
    known = {name for writes in OPERATIONS.values() for name in (*writes.files, *writes.folders)}
    for algorithm in ALGORITHMS:
        made = algorithm().create()
        names = {item.name().lower() for item in made.destinationParameterDefinitions()}
        names = {{"places": "output"}.get(name, name) for name in names}  # as the job of embedimage calls them
        assert names - {"save_job", "bundle"} <= known  # bundles are not written by a worker


def test_results_with_odd_names_are_written(run, known_models, image, tmp_path, feedback):
    folder = tmp_path / "b%20c"
    folder.mkdir()
    for name in ("p", "a;b", "a|b", "a?b", "gpkg_flood", "sqlite_a", "layer_styles"):
        files = {"OUTPUT": str(folder / "o.tif"), "POLYGONS": str(folder / f"{name}.gpkg")}
        made, _ = run("semanticsegmentation", {"INPUT": image, "MODEL": "bright", **files}, feedback)
        assert Path(made["POLYGONS"]).is_file() and Path(made["OUTPUT"]).is_file()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_post_processors_live_until_they_have_run(qgis_app):
    context, layer = QgsProcessingContext(), QgsVectorLayer("Polygon?field=value:int", "m", "memory")
    for number in range(150):
        path = f"/x/{number}.gpkg"
        context.addLayerToLoadOnCompletion(path, QgsProcessingContext.LayerDetails("", None, ""))
        styles.show(context, path, "", "n", "g", styles.in_classes([]))
    stylers = [context.layerToLoadOnCompletionDetails(f"/x/{number}.gpkg").postProcessor() for number in range(150)]
    assert all(type(styler).__name__ == "_Styler" for styler in stylers)
    for styler in stylers:
        styler.postProcessLayer(layer, context, None)
        styler.postProcessLayer(None, context, None)
    styles.show(context, "/x/0.gpkg", "", "n", "g", styles.in_classes([]))
    assert not {id(styler) for styler in stylers} & {id(styler) for styler in styles._alive}
    assert context.layerToLoadOnCompletionDetails("/x/0.gpkg").postProcessor() is styles._alive[-1]


def test_sources_of_a_table_of_text(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    layer = QgsVectorLayer(f"file://{tmp_path}/t.csv?type=csv", "t", "delimitedtext")
    assert str(tmp_path / "t.csv") in outputs.sources_of(layer)


@pytest.mark.parametrize("name", ["n" * 300, "a\nb", "a\x01b"])
def test_names_that_cannot_be_written_are_refused_in_a_sentence(segment, refusal, tmp_path, image, worker_python, name):
    words = "too long" if len(name) > 200 else "control character"
    assert words in segment(OUTPUT=str(tmp_path / f"{name}.tif"))
    assert words in refusal("exportchips", {"RASTERS": [image], "OUTPUT": str(tmp_path / name)})
