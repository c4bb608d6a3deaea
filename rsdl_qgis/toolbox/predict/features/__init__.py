"""Algorithms on rasters of features, or of any bands."""
