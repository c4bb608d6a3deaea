"""Boxes around objects: overlap, suppression, and what tile borders cut."""
