"""Layers and functions that several networks use."""
