"""Cloud-optimised GeoTIFFs: overviews, and the order of what is in the file."""
