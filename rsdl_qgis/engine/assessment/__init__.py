"""Accuracy assessment: maps, scenes and detections against references."""
