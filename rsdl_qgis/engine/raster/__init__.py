"""Rasters and vectors on disk: the only part of the engine that imports rasterio and pyogrio.

grid.py      where pixels are: Window, Grid
stored.py    how a file stores its pixels: in which order, and what its numbers stand for
layer.py     one raster file, read on its own grid or resampled to another
source.py    RasterSource: the named inputs of a job on one grid, with their validity
tiles.py     how a raster is cut into tiles
mosaic.py    Mosaic: tiles blended back into rows
sink.py      RasterSink: rows into a finished GeoTIFF
vectors.py   classes to polygons; polygons to read
labels.py    classes of rasters, polygons and points, at the pixels of a grid or at places
"""

import os

# GDAL's default block cache is 5 % of the machine's memory. It is read when GDAL first needs it; layer.py
# widens it for files whose blocks are as wide as the raster.
os.environ.setdefault("GDAL_CACHEMAX", "64")
