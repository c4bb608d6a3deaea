"""Chips: images with labels, from which networks are trained."""
