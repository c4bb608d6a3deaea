"""The algorithms that train and prepare training data, one a file."""
