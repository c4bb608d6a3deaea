"""The algorithms of accuracy assessment, one a file."""
