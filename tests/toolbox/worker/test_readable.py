"""Vector files whose paths QGIS or SQLite would take for something else."""

from pathlib import Path

import numpy as np
import pytest
from osgeo import ogr, osr

from rsdl_qgis.toolbox.worker.readable import readable

SQUARE = "POLYGON((500100 4599900,500200 4599900,500200 4600000,500100 4600000,500100 4599900))"
ODD = ("a%20b.gpkg", "a|b.gpkg", "a|layername=x.geojson", "x%41y/z|w.shp", "odd|folder/plain.gpkg")


def square(path: Path) -> str:
    """A file of one square, written under a plain name and renamed, with what lies beside it."""
    plain = path.parent.parent / f"plain{path.suffix}"
    path.parent.mkdir(exist_ok=True)
    driver = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}[path.suffix]
    file = ogr.GetDriverByName(driver).CreateDataSource(str(plain))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32634)
    layer = file.CreateLayer("square", reference, ogr.wkbPolygon)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt(SQUARE))
    layer.CreateFeature(feature)
    feature = layer = file = None
    for part in plain.parent.glob("plain.*"):
        part.rename(path.with_suffix(part.suffix))
    return str(path)


@pytest.mark.parametrize("name", ODD)
def test_a_mask_of_any_name(run, known_models, write_raster, read_raster, tmp_path, name):
    image = write_raster(tmp_path / "image.tif", [np.full((20, 30), 200), np.zeros((20, 30))])
    mask = square(tmp_path / "here" / name) if "/" not in name else square(tmp_path / name)
    results, _ = run(
        "semanticsegmentation",
        {"INPUT": image, "MODEL": "bright", "MASK": mask, "OUTPUT": str(tmp_path / "out.tif")},
    )
    mapped = read_raster(results["OUTPUT"]) != 255
    assert mapped.sum() == 100 and mapped[:10, 10:20].all()


def test_an_output_over_it_is_named_as_it_is(refusal, known_models, write_raster, tmp_path):
    image = write_raster(tmp_path / "image.tif", [np.full((20, 30), 200), np.zeros((20, 30))])
    mask = square(tmp_path / "here" / "a%20b.geojson")
    before = Path(mask).read_bytes()
    parameters = {"INPUT": image, "MODEL": "bright", "MASK": mask, "OUTPUT": str(tmp_path / "out.tif")}
    assert mask in refusal("semanticsegmentation", {**parameters, "POLYGONS": mask})
    assert Path(mask).read_bytes() == before


def test_other_values_stay(qgis_app, tmp_path):
    plain = square(tmp_path / "here" / "plain.gpkg")
    for value in (plain, str(tmp_path / "not|there.gpkg"), "memory:x", 5, None, f"{plain}|layername=square"):
        assert readable(value) == value
    odd = square(tmp_path / "there" / "a|b.gpkg")
    first, second = readable([odd, plain])
    assert second == plain and first != odd and Path(first).resolve() == Path(odd).resolve()
