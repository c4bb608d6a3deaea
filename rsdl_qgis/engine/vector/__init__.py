"""Vector files: classes, geometries and attributes in, features and polygons out."""
