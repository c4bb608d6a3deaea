"""What QGIS 3.22 and 4 keep in different places, most of them enums: the new place first."""

from __future__ import annotations

from qgis import core
from qgis.core import (
    Qgis,
    QgsColorRampShader,
    QgsCoordinateReferenceSystem,
    QgsFields,
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterField,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsRaster,
    QgsRasterInterface,
    QgsSymbolLayer,
    QgsUnitTypes,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant
from qgis.PyQt.QtXml import QDomDocument


def _first(*places):
    """The first of the places that this QGIS has."""
    for place in places[:-1]:
        try:
            return place()
        except AttributeError:
            continue
    return places[-1]()


ADVANCED = _first(
    lambda: Qgis.ProcessingParameterFlag.Advanced, lambda: QgsProcessingParameterDefinition.Flag.FlagAdvanced
)
HIDDEN = _first(lambda: Qgis.ProcessingParameterFlag.Hidden, lambda: QgsProcessingParameterDefinition.Flag.FlagHidden)
OPTIONAL = _first(
    lambda: Qgis.ProcessingParameterFlag.Optional, lambda: QgsProcessingParameterDefinition.Flag.FlagOptional
)
POLYGONS = _first(lambda: Qgis.ProcessingSourceType.VectorPolygon, lambda: QgsProcessing.SourceType.TypeVectorPolygon)
POINTS = _first(lambda: Qgis.ProcessingSourceType.VectorPoint, lambda: QgsProcessing.SourceType.TypeVectorPoint)
VECTORS = _first(lambda: Qgis.ProcessingSourceType.Vector, lambda: QgsProcessing.SourceType.TypeVector)
RASTERS = _first(lambda: Qgis.ProcessingSourceType.Raster, lambda: QgsProcessing.SourceType.TypeRaster)
FILES = _first(lambda: Qgis.ProcessingSourceType.File, lambda: QgsProcessing.SourceType.TypeFile)
MAP_LAYER = _first(lambda: Qgis.ProcessingSourceType.MapLayer, lambda: QgsProcessing.SourceType.TypeMapLayer)
POLYGON_GEOMETRY = _first(lambda: Qgis.GeometryType.Polygon, lambda: QgsWkbTypes.GeometryType.PolygonGeometry)
POINT_GEOMETRY = _first(lambda: Qgis.GeometryType.Point, lambda: QgsWkbTypes.GeometryType.PointGeometry)
DOUBLE = _first(lambda: Qgis.ProcessingNumberParameterType.Double, lambda: QgsProcessingParameterNumber.Type.Double)
INTEGER = _first(lambda: Qgis.ProcessingNumberParameterType.Integer, lambda: QgsProcessingParameterNumber.Type.Integer)
FILL_COLOR = _first(lambda: QgsSymbolLayer.Property.FillColor, lambda: QgsSymbolLayer.Property.PropertyFillColor)
FOLDER = _first(lambda: Qgis.ProcessingFileParameterBehavior.Folder, lambda: QgsProcessingParameterFile.Behavior.Folder)
ANY_FIELD = _first(lambda: Qgis.ProcessingFieldParameterDataType.Any, lambda: QgsProcessingParameterField.DataType.Any)
OF_PROVIDER = _first(lambda: Qgis.FieldOrigin.Provider, lambda: QgsFields.FieldOrigin.OriginProvider)
# A field's type is QVariant's up to QGIS 3.36, and QMetaType's since; the numbers are the same.
_FIELD_TYPES = QMetaType.Type if Qgis.QGIS_VERSION_INT >= 33800 else QVariant.Type
TEXT_FIELD, WHOLE_FIELD = _FIELD_TYPES(10), _FIELD_TYPES(4)
PLAIN_FIELDS = (1, 2, 4, 6, 10, 14, 15, 16)  # bool, int, int64, double, text, date, time, date and time
UNSIGNED_FIELDS, BINARY_FIELD = (3, 5), 12
ANY_GEOMETRY = _first(lambda: Qgis.WkbType.Unknown, lambda: QgsWkbTypes.Type.Unknown)
METERS = _first(lambda: Qgis.DistanceUnit.Meters, lambda: QgsUnitTypes.DistanceUnit.DistanceMeters)
DEGREES = _first(lambda: Qgis.DistanceUnit.Degrees, lambda: QgsUnitTypes.DistanceUnit.DistanceDegrees)
ALPHA_BAND = _first(lambda: Qgis.RasterColorInterpretation.AlphaBand, lambda: QgsRaster.ColorInterpretation.AlphaBand)
PALETTE = _first(
    lambda: Qgis.RasterColorInterpretation.PaletteIndex, lambda: QgsRaster.ColorInterpretation.PaletteIndex
)
SHOWN = _first(  # what a band shows: red, green, blue
    lambda: {
        Qgis.RasterColorInterpretation.RedBand: "red",
        Qgis.RasterColorInterpretation.GreenBand: "green",
        Qgis.RasterColorInterpretation.BlueBand: "blue",
    },
    lambda: {
        QgsRaster.ColorInterpretation.RedBand: "red",
        QgsRaster.ColorInterpretation.GreenBand: "green",
        QgsRaster.ColorInterpretation.BlueBand: "blue",
    },
)
HAS_SIZE = _first(lambda: Qgis.RasterInterfaceCapability.Size, lambda: QgsRasterInterface.Capability.Size)
RASTER_LAYER = _first(lambda: Qgis.LayerType.Raster, lambda: QgsMapLayer.LayerType.RasterLayer)
LINEAR_RAMP = _first(lambda: Qgis.ShaderInterpolationMethod.Linear, lambda: QgsColorRampShader.Type.Interpolated)
CONTINUOUS_RAMP = _first(
    lambda: Qgis.ShaderClassificationMethod.Continuous, lambda: QgsColorRampShader.ClassificationMode.Continuous
)
WKT = _first(
    lambda: Qgis.CrsWktVariant.PreferredGdal,
    lambda: QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED_GDAL,
)


def sld_style(layer: QgsMapLayer) -> QDomDocument:
    """A layer's style as a Styled Layer Descriptor: by another method since QGIS 3.44."""
    if hasattr(layer, "exportSldStyleV3"):
        return layer.exportSldStyleV3(core.QgsSldExportContext())
    document = QDomDocument()
    layer.exportSldStyle(document, "")
    return document


def integer(value) -> int:
    """The number of an enum's member: PyQt 5 has numbers, PyQt 6 enums."""
    return int(getattr(value, "value", value))
