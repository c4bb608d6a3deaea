"""Which bands of which files are a model's inputs."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from rsdl_qgis.engine.cards.card import Band, Input
from rsdl_qgis.engine.errors import MismatchError
from rsdl_qgis.engine.prediction.inputs import layers_of
from rsdl_qgis.engine.prediction.request import AskedRaster
from rsdl_qgis.engine.raster.source import Layer

RGB = Input("image", tuple(Band(name) for name in ("red", "green", "blue")))


@pytest.fixture
def picture(tmp_path):
    """A file with bands of some colour interpretations."""

    def picture(*kinds):
        path = str(tmp_path / "picture.tif")
        about = {"width": 8, "height": 8, "count": len(kinds), "dtype": "uint8", "crs": "EPSG:32634"}
        place = rasterio.Affine(10, 0, 5e5, 0, -10, 4e6)
        with rasterio.open(path, "w", driver="GTiff", transform=place, **about) as file:
            file.write(np.ones((len(kinds), 8, 8), "uint8"))
            file.colorinterp = kinds
            if kinds == (ColorInterp.palette,):
                file.write_colormap(1, {1: (10, 20, 30, 255)})
        return path

    return picture


def test_colours_decide_where_nothing_is_described(picture, with_card):
    path = picture(ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined)
    given = {"image": [AskedRaster(path)]}
    assert layers_of(given, with_card(inputs=(RGB,))) == {"image": [Layer(path, (3, 2, 1))]}


def test_a_palette_is_read_as_colours_by_a_model_of_images_alone(picture, with_card):
    path = picture(ColorInterp.palette)
    given = {"image": [AskedRaster(path, nodata=0)]}
    assert layers_of(given, with_card(inputs=(RGB,))) == {"image": [Layer(path, (1, 2, 3), 0, palette=True)]}
    codes = Input("image", (Band("land cover"),))
    assert layers_of(given, with_card(inputs=(codes,))) == {"image": [Layer(path, (1,), 0)]}
    with pytest.raises(MismatchError, match="holds the numbers of a palette"):
        layers_of({"image": [AskedRaster(path, (1, 1, 1))]}, with_card(inputs=(RGB,)))
    from_qgis = {"image": [AskedRaster(path, (3, 1, 2), palette=True)]}
    assert layers_of(from_qgis, with_card(inputs=(RGB,))) == {"image": [Layer(path, (3, 1, 2), palette=True)]}
