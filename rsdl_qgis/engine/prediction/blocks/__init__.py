"""Predictions in blocks: each is made by itself, here or elsewhere, kept in a file, and joined in order."""
