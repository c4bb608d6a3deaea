"""Spatially separated training, validation and test splits of chips."""
