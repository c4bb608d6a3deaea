"""STAC Items beside results: what a result is, where it lies, and how it was made, as catalogues read it."""
