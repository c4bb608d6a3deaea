"""The algorithms that predict, one a file."""
