"""Polygon layers whose polygons share their borders."""
