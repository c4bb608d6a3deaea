"""Classes of whole scenes: cells, polygons and windows around points."""
