"""Weights that others publish, fetched once and kept, and read without running their code."""
