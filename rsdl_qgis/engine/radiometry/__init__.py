"""From the stored numbers of rasters to the scaled inputs of networks."""
