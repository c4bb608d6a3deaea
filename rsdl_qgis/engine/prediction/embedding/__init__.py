"""Features of patches, polygons and places, as a raster or a vector layer."""
