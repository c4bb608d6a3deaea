"""Chips cut from rasters and labels."""
