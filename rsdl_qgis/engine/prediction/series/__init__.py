"""Maps from series of rasters, pixel by pixel."""
