"""Products in place of raster layers: the parameters, and a layer that stands for a product.

A product is text: a folder, an archive, a STAC Item, or several files or layers divided by ';'. The worker reads it by
that text; here it is looked at, and a layer of its first band says where it lies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsRasterLayer,
)

from ..engine.errors import RsdlError
from ..engine.files.names import DIVIDER, divided
from ..engine.products.product import Product
from ..engine.products.quality import Quality, flagged
from ..engine.products.stac import ENDINGS, is_address, read_item
from ..engine.products.table import MAIN, is_product, product_at, read_product
from ..engine.tables.orders import NAMES as ORDERS
from ..engine.tables.quality import WORDS
from . import compat
from . import parameters as shared
from .text import tr

KEY = "rsdl/product"  # of the layer that stands for a product: its text
GIVEN = "rsdl/given"  # of it: the parameter in which the product was given
QUALITY = ("QUALITY", "QUALITY_RASTERS", "QUALITY_VALUES")  # the parameters of several rasters
OPENERS = ("/vsi", "<")  # beginnings of what GDAL opens and is no path
NET = "/vsicurl"
WAITING = {"GDAL_HTTP_CONNECTTIMEOUT": "10", "GDAL_HTTP_TIMEOUT": "15"}  # seconds that a server has to answer in


def named(raster: str) -> str:
    """The parameter of a product in place of a raster: INPUT -> PRODUCT, BEFORE -> BEFORE_PRODUCT."""
    return "PRODUCT" if raster == "INPUT" else f"{raster}_PRODUCT"


def several_named(rasters: str) -> str:
    """The parameter of products beside one of several rasters: LAYERS -> LAYERS_PRODUCTS."""
    return f"{rasters}_PRODUCTS"


def several_products(rasters: str, label: str) -> QgsProcessingParameterDefinition:
    """The parameter of products beside the one called ``rasters``, which takes several layers."""
    text = tr(
        "In place of {rasters} or after them, images as they were delivered, each the folder, archive or metadata file "
        "of a product (Sentinel-1 GRD, Sentinel-2, Landsat, PlanetScope), a STAC Item, or the files of one image "
        "divided by ';'. Bands are found by their names, numbers become reflectance, and dates are read as the "
        "product's metadata say. Default: none."
    ).format(rasters=rasters)
    parameter = QgsProcessingParameterMultipleLayers(
        several_named(rasters), tr("{rasters}: products").format(rasters=label), compat.FILES, None, True
    )
    return shared.described(parameter, text)


def with_products(parameters: Iterable[QgsProcessingParameterDefinition]) -> Iterator[QgsProcessingParameterDefinition]:
    """The parameters with one of a product after each of a raster layer, which is then optional."""
    for parameter in parameters:
        yield parameter
        if isinstance(parameter, QgsProcessingParameterRasterLayer):
            parameter.setFlags(parameter.flags() | compat.OPTIONAL)
            yield _product(parameter)


def _product(raster: QgsProcessingParameterDefinition) -> QgsProcessingParameterDefinition:
    label = tr("{raster}: product or files").format(raster=raster.description())
    text = tr(
        "In place of {raster}, an image as it was delivered: the folder or archive of a product (Sentinel-1 GRD, "
        "Sentinel-2, Landsat, PlanetScope), a STAC Item (a file or an address), or files or layers of one band "
        "each, divided by ';'. A folder of products or of GeoTIFFs with all bands each, or several divided by ';', "
        "become one image (ORDER). Bands are found by their names, and numbers become reflectance as the product's "
        "metadata say. An address of a raster (https://…) works, too. Default: none."
    ).format(raster=raster.name())
    parameter = QgsProcessingParameterString(named(raster.name()), label, None, False, True)
    parameter.setMetadata({"widget_wrapper": {"class": "rsdl_qgis.gui.product_chooser.ProductChooser"}})
    return shared.described(parameter, text)


def quality_parameters(several: bool = False) -> list[QgsProcessingParameterDefinition]:
    """QUALITY and what it is told by; of ``several`` rasters a quality band for each."""
    words = QgsProcessingParameterEnum("QUALITY", tr("Pixels to leave out"), list(WORDS), True, None, True, True)
    if several:
        layer = QgsProcessingParameterMultipleLayers("QUALITY_RASTERS", tr("Quality bands"), compat.RASTERS, None, True)
    else:
        layer = QgsProcessingParameterRasterLayer("QUALITY_RASTER", tr("Quality band"), None, True)
    values = QgsProcessingParameterString("QUALITY_VALUES", tr("Values to leave out"), None, False, True)
    texts = (
        tr(
            "What the quality band marks and is not to be used: such pixels become nodata. Words: {words}; several "
            "are divided by commas. Which of them there are depends on the band: the scene classification (SCL) of "
            "Sentinel-2 L2A, QA_PIXEL and BQA of Landsat, Fmask, the usable data mask of PlanetScope. Default: none."
        ).format(words=", ".join(WORDS)),
        tr(
            "The quality band of a raster, or any raster whose values say what is not to be mapped; of two dates it "
            "counts for both. Its name says what its numbers mean, as in the product (…_SCL_20m.jp2, …_QA_PIXEL.TIF). "
            "Default: that of the product."
        )
        if not several
        else tr(
            "The quality band of each raster, in the same order, or one for all: as of a product, or any raster whose "
            "values say what is not to be used. Default: those of the products."
        ),
        tr(
            "Values of the quality band that are not to be used, such as 1,2,255, in place of words or in addition. "
            "Default: none."
        ),
    )
    described = [shared.described(one, text, advanced=True) for one, text in zip((words, layer, values), texts)]
    return [*described, _order()]


def _order() -> QgsProcessingParameterDefinition:
    """ORDER, of the scenes of a product."""
    text = tr(
        "Where one product is several scenes (a folder of products, products divided by ';', a STAC item collection) "
        "they are one image, and of each pixel the first valid scene counts, in this order: newest, oldest, clearest "
        "(least cloudy by its metadata) or given (as listed). What QUALITY leaves out comes from the next scene. "
        "Default: newest."
    )
    choice = QgsProcessingParameterEnum("ORDER", tr("Order of scenes"), list(ORDERS), False, ORDERS[0], True, True)
    return shared.described(choice, text, advanced=True)


def order_of(algorithm, parameters: Mapping[str, Any], context) -> dict[str, str]:
    """What of a raster's spec says which scene of it counts."""
    order = algorithm.parameterAsEnumString(parameters, "ORDER", context)
    return {"order": order} if order and order != ORDERS[0] else {}


def given_raster(algorithm, parameters: Mapping[str, Any], name: str, context) -> QgsRasterLayer | None:
    """The layer that is given for a raster parameter, or that stands for the product beside it; None for neither.

    RsdlError where both are given, or what is given cannot be used.
    """
    text = shared.text_of(algorithm, parameters, named(name), context)
    value = parameters.get(name)
    if value in (None, ""):
        return product_layer(named(name), text, context) if text else None
    if text:
        raise RsdlError(
            tr("{raster} and {product} are both given.").format(raster=name, product=named(name)),
            tr("Leave one of them empty."),
        )
    layer = algorithm.parameterAsRasterLayer(parameters, name, context)
    if layer is None or not layer.isValid():
        raise RsdlError(tr("{name}: '{value}' is not a raster that QGIS can open.").format(name=name, value=value))
    return layer


def given_rasters(algorithm, parameters: Mapping[str, Any], name: str, context) -> list[QgsRasterLayer]:
    """The layers that are given for a parameter of several rasters, then those that stand for products beside it.

    RsdlError where one cannot be used.
    """
    found = shared.layer_list(algorithm, parameters, name, context)
    for layer in found:
        if not isinstance(layer, QgsRasterLayer):
            raise RsdlError(tr("{name}: '{layer}' is not a raster.").format(name=name, layer=layer.name()))
    beside = several_named(name)
    given = parameters.get(beside) if shared.is_given(parameters, beside) else None
    texts = given if isinstance(given, (list, tuple)) else [given] if given else []
    return [*found, *(product_layer(beside, str(text), context) for text in texts if text)]


def product_layer(name: str, text: str, context: QgsProcessingContext) -> QgsRasterLayer:
    """The layer that stands for what PRODUCT says: of a product its first band, else the one raster itself."""
    source = _source(text, context)
    try:
        product = product_at(source)
    except RsdlError as error:
        raise RsdlError(f"{name}: {error.message}", error.hint) from None
    if product is None and not (os.path.exists(source) or source.startswith(OPENERS) or ":" in source):
        raise RsdlError(tr("{name}: there is no file or folder {path}.").format(name=name, path=source or text))
    path = _opened(source) if product is None else product.bands[0].path
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    options.skipCrsValidation = True  # it would ask the person
    with _patience():
        layer = QgsRasterLayer(path, os.path.basename(source.rstrip("/")) or source, "gdal", options)
    if not layer.isValid():
        raise _unreadable(name, source, path)
    if product is not None:
        layer.setCustomProperty(KEY, _whole(source, product))
        layer.setCustomProperty(GIVEN, name)
    return layer


@contextmanager
def _patience() -> Iterator[None]:
    """A server that does not answer is not waited for without end; what a person has set counts."""
    from osgeo import gdal

    own = {option: value for option, value in WAITING.items() if gdal.GetConfigOption(option) is None}
    for option, value in own.items():
        gdal.SetConfigOption(option, value)
    try:
        yield
    finally:
        for option in own:
            gdal.SetConfigOption(option, None)


def _unreadable(name: str, source: str, path: str) -> RsdlError:
    """What is wrong with what QGIS cannot open."""
    if path.startswith(NET):
        return RsdlError(
            tr("{name}: {address} does not answer, or is no raster.").format(name=name, address=source),
            tr("Check the address, the connection and the proxy."),
        )
    if path != source and not path.startswith("/vsi") and "://" not in path and not os.path.exists(path):
        return RsdlError(
            tr("{name}: {product} names the file {path}, which is not there.").format(
                name=name, product=os.path.basename(source), path=path
            ),
            tr("Download the whole product."),
        )
    try:
        if os.path.isdir(source):
            read_product(source)
        elif source.lower().endswith(ENDINGS):
            read_item(source)
    except RsdlError as error:
        return RsdlError(f"{name}: {error.message}", error.hint)
    return RsdlError(tr("{name}: '{value}' is not a raster that QGIS can open.").format(name=name, value=path))


def _whole(source: str, product: Product) -> str:
    """The folder of a product that is given by its metadata file: with it go its bands where a job is saved."""
    folder = os.path.dirname(source)
    if not (os.path.isfile(source) and MAIN.fullmatch(os.path.basename(source))):
        return source
    try:
        return folder if read_product(folder).bands == product.bands else source
    except RsdlError:  # the folder holds several products
        return source


def product_text(layer: QgsRasterLayer) -> str:
    """The product that a layer stands for, '' where it is a raster of its own."""
    return str(layer.customProperty(KEY, ""))


def product_parameter(layer: QgsRasterLayer) -> str:
    """The parameter in which the product was given that a layer stands for."""
    return str(layer.customProperty(GIVEN, ""))


def product_of(layer: QgsRasterLayer) -> Product | None:
    """The product that a layer stands for, None where it is a raster of its own."""
    text = product_text(layer)
    return product_at(text) if text else None


def quality_of(
    algorithm, parameters: Mapping[str, Any], context, rasters: Sequence[QgsRasterLayer]
) -> list[dict[str, Any] | None]:
    """The quality in a job of each raster. RsdlError where no quality band says what is to be left out."""
    words, values = _chosen(algorithm, parameters, context)
    layer = algorithm.parameterAsRasterLayer(parameters, "QUALITY_RASTER", context)
    given = shared.is_given(parameters, "QUALITY_RASTER")
    if not words and not values:
        if given:
            raise RsdlError(
                tr("QUALITY_RASTER is given, and neither QUALITY nor QUALITY_VALUES say what is to be left out."),
                tr("Choose what, or leave QUALITY_RASTER empty."),
            )
        return [None] * len(rasters)
    if given and (layer is None or not layer.isValid()):
        raise RsdlError(tr("QUALITY_RASTER is not a raster that QGIS can open."))
    path = "" if layer is None else _source(layer.source().split("|")[0], context)
    quality, spec = Quality(words, path, values), _spec(words, path, values)
    known = [bool(path or product_text(raster)) for raster in rasters]
    for raster, own in zip(rasters, known):
        if own or not any(known):  # rasters beside products, such as radar images, have no quality band
            flagged(quality, product_of(raster))
    return [spec if own else None for own in known]


def reading_of(
    algorithm, parameters: Mapping[str, Any], context, rasters: Sequence[QgsRasterLayer]
) -> list[dict[str, Any]]:
    """What of the spec of each of several rasters says which pixels are left out, and which scene of a mosaic counts.

    RsdlError as of ``_qualities_of``.
    """
    order = order_of(algorithm, parameters, context)
    found = _qualities_of(algorithm, parameters, context, rasters)
    return [
        {**({} if one is None else {"quality": one}), **(order if product_text(raster) else {})}
        for raster, one in zip(rasters, found)
    ]


def _qualities_of(
    algorithm, parameters: Mapping[str, Any], context, rasters: Sequence[QgsRasterLayer]
) -> list[dict[str, Any] | None]:
    """The quality in a job of each of several rasters: by QUALITY_RASTERS, else by its product's quality band.

    RsdlError where nothing says what is to be left out.
    """
    words, values = _chosen(algorithm, parameters, context)
    layers = shared.layer_list(algorithm, parameters, "QUALITY_RASTERS", context)
    if not layers and not words and not values:
        return [None] * len(rasters)
    if not (words or values):
        raise RsdlError(
            tr("QUALITY_RASTERS is given, and neither QUALITY nor QUALITY_VALUES say what is to be left out."),
            tr("Choose what, or leave QUALITY_RASTERS empty."),
        )
    if layers and len(layers) not in (1, len(rasters)):
        raise RsdlError(
            tr("QUALITY_RASTERS has {given} layers, and there are {count} rasters.").format(
                given=len(layers), count=len(rasters)
            ),
            tr("Give one for each raster, in the same order, or one for all."),
        )
    paths = [_source(layer.source().split("|")[0], context) for layer in layers] or [""]
    paths = paths * len(rasters) if len(paths) == 1 else paths
    for path, raster in zip(paths, rasters):
        flagged(Quality(words, path, values), product_of(raster))
    return [_spec(words, path, values) for path in paths]


def _chosen(algorithm, parameters: Mapping[str, Any], context) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Words and values of what is left out."""
    words = tuple(word for word in algorithm.parameterAsEnumStrings(parameters, "QUALITY", context) if word)
    return words, _values(shared.text_of(algorithm, parameters, "QUALITY_VALUES", context))


def _spec(words: Sequence[str], path: str, values: Sequence[int]) -> dict[str, Any]:
    spec = {"words": list(words), "path": path, "values": list(values)}
    return {key: value for key, value in spec.items() if value}


def _values(text: str) -> tuple[int, ...]:
    words = [word for word in text.replace(";", ",").replace(" ", ",").split(",") if word]
    try:
        return tuple(int(word) for word in words)
    except ValueError:
        raise RsdlError(
            tr("QUALITY_VALUES: '{text}' is no list of whole numbers.").format(text=text),
            tr("Divide them by commas, such as 1,2,255."),
        ) from None


def _source(text: str, context: QgsProcessingContext) -> str:
    """A product's text with paths in full, and layers of the project by their files."""
    return DIVIDER.join(_one(part, context) for part in divided(text))


def _one(text: str, context: QgsProcessingContext) -> str:
    text = os.path.expanduser(text.strip())
    if os.path.exists(text):
        return os.path.abspath(text)
    if text.startswith(OPENERS) or "://" in text:
        return text
    layer = QgsProcessingUtils.mapLayerFromString(text, context, False)
    return text if layer is None else os.path.abspath(layer.source().split("|")[0])


def _opened(source: str) -> str:
    """What GDAL opens of one raster: also of an address as people know it."""
    if is_product(source) or not is_address(source):
        return source
    return f"{NET}/{source}"
