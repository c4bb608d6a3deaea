"""Probabilities beside the rows of a class map, as its polygons are drawn."""
