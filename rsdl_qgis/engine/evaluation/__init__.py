"""Metrics and their confidence intervals, of arrays: maps, scenes, labels, boxes."""
