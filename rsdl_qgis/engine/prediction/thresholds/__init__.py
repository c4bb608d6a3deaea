"""Maps of two classes by a threshold of a band or a spectral index."""
