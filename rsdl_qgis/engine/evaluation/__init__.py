"""Metrics of arrays (maps, scenes, labels, boxes), their confidence intervals, and the decision rule."""
