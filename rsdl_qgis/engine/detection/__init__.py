"""Detections of objects: what they are, which overlap, which are one, and what becomes of them at tile borders."""
