"""Predictions in blocks: each is finished by itself, here or on another machine, kept in a file, and joined in order."""
