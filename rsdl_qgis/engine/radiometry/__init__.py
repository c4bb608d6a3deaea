"""What the numbers of rasters mean, and how they are brought to what a network saw."""
