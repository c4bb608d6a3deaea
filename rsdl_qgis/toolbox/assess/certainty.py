"""What an assessment of maps asks for about their certainty: a raster beside each map, and what it says."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterMultipleLayers

from ...engine.job.common import CERTAINTY
from .. import compat
from .. import parameters as shared
from ..text import tr
from ..worker import layers
from ..worker.layers import PreparedRaster, RasterUse
from ..worker.render import is_image
from .base import SideLayer


def certainty_parameters() -> list:
    """CERTAINTY and CERTAINTY_KIND."""
    rasters = QgsProcessingParameterMultipleLayers("CERTAINTY", tr("Certainty of the map"), compat.RASTERS, None, True)
    return [
        shared.described(
            rasters,
            tr(
                "The UNCERTAINTY or the PROBABILITIES that were written beside the map, one raster for each map, in "
                "the same order. The report then has the AUROC of errors and the risk-coverage curve: whether the map "
                "is uncertain where it is wrong. Any grid and coordinate system. Default: none."
            ),
            advanced=True,
        ),
        shared.choice(
            "CERTAINTY_KIND",
            tr("What the certainty says"),
            tr(
                "uncertainty: one band from 0 (sure) to 1; confidence: one band from 0 to 1 (sure), as the probability "
                "of the class; probabilities: a band for each class, or one band for the class that is not background. "
                "auto (default): uncertainty of one band, probabilities of several."
            ),
            CERTAINTY.words,
        ),
    ]


def certainty_problem(algorithm, parameters, context, maps: int) -> str:
    """What is wrong with CERTAINTY beside so many maps, in a sentence; '' if nothing."""
    found = shared.layer_list(algorithm, parameters, "CERTAINTY", context)
    if found and len(found) != maps:
        return tr(
            "CERTAINTY has {layers} layers, and PREDICTED {maps} maps. Give one for each map, in the same order."
        ).format(layers=len(found), maps=maps)
    for layer in found:
        if is_image(layer.dataProvider()) or layers.needs_extent(layer):
            return tr("{name}: '{layer}' is an image, not a map of classes. Choose another layer.").format(
                name="CERTAINTY", layer=layer.name()
            )
    return ""


def certainty_sides(algorithm, parameters, context) -> list[SideLayer]:
    """The rasters of CERTAINTY for the job, with all of their bands."""
    found = shared.layer_list(algorithm, parameters, "CERTAINTY", context)
    return [SideLayer(PreparedRaster(_all_bands(layer)), {"title": layer.name()}) for layer in found]


def _all_bands(layer) -> RasterUse:
    return RasterUse("CERTAINTY", layer, tuple(number for number, _ in layers.data_bands(layer)))
