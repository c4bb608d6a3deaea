"""Rasters on disk: reading them on one grid, and writing them. No other folder but ``vector`` imports rasterio.

atomic_file    files that take their name when they are complete
class_tables   what a raster says of its classes: names, colours
fills          numbers that are nodata though no nodata is declared
geotiff        a small array as a GeoTIFF
grid           where pixels are: Window, Grid
layer          one raster file, read on its own grid or resampled to another
metadata       tags, descriptions, scale and offset of a file
mosaic         Mosaic: tiles blended back into rows
number_raster  the numbers of one band, at the pixels of another grid
stack          a product's files as one layer, without what its quality bands mark
source         RasterSource: the named inputs of a job on one grid, with their validity
stored         how a file stores its pixels: in which order, and what its numbers stand for
thumbnail      small JPEG and PNG images
tiles          how a raster is cut into tiles
writer         RasterSink: rows into a finished GeoTIFF
"""

import os

# GDAL's default block cache is 5 % of the machine's memory. This one, in MB, holds the blocks that two rows of tiles
# share in most rasters. It is read when GDAL first needs it; ``layer`` widens it for files whose blocks are as wide as
# the raster.
os.environ.setdefault("GDAL_CACHEMAX", "80")
# A server that does not answer ends a job with a sentence (seconds), not never.
for _name, _seconds in (("GDAL_HTTP_CONNECTTIMEOUT", "15"), ("GDAL_HTTP_TIMEOUT", "60"), ("GDAL_HTTP_MAX_RETRY", "2")):
    os.environ.setdefault(_name, _seconds)
