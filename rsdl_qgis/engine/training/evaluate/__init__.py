"""Evaluation of trained networks on held-out samples."""
