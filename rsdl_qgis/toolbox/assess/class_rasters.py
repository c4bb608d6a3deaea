"""Class rasters of the algorithms about samples: parameters, what is wrong with them, how a job names them."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterNumber, QgsProcessingParameterRasterLayer, QgsRasterLayer

from .. import compat
from .. import parameters as shared
from ..text import tr
from ..worker import layers
from ..worker.layers import PreparedRaster, RasterUse
from ..worker.render import is_image
from .base import SideLayer

LARGEST_BAND = 2**31 - 1


def class_raster(name: str, label: str, text: str, optional: bool = False):
    """A raster of classes."""
    return shared.described(QgsProcessingParameterRasterLayer(name, label, None, optional), text)


def band(name: str, label: str):
    """<name>_BAND: the band of such a raster."""
    # name, label, type, default, optional, least, largest
    parameter = QgsProcessingParameterNumber(f"{name}_BAND", label, compat.INTEGER, 1, True, 1, LARGEST_BAND)
    text = tr("Number of the band with the classes, from 1. Default: 1.")
    return shared.described(parameter, text, advanced=True)


def raster_problem(name: str, layer: QgsRasterLayer | None, number: int) -> str:
    """What is wrong with a raster as a map of classes, in a sentence; '' if nothing."""
    if layer is None:
        return ""
    if is_image(layer.dataProvider()) or layers.needs_extent(layer):
        return tr("{name}: '{layer}' is an image, not a map of classes. Choose another layer.").format(
            name=name, layer=layer.name()
        )
    if number > layer.bandCount():
        return tr("{option} is {band}, but '{layer}' has {count} band(s).").format(
            option=f"{name}_BAND", band=number, layer=layer.name(), count=layer.bandCount()
        )
    return ""


def prepared(name: str, layer: QgsRasterLayer, number: int, nodata: float | None) -> SideLayer:
    """The raster for a job, with the names of its classes."""
    raster = PreparedRaster(RasterUse(name, layer, (number,)), nodata)
    return SideLayer(raster, {"title": layer.name(), "names": layers.renderer_names(layer)})
