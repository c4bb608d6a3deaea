"""From rasters and a model to maps, objects, and classes of scenes and series."""
