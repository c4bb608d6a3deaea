"""Regions of equal pixels drawn as polygons, a strip of rows at a time."""
