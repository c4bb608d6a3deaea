"""Images as they are delivered that are no rasters on a map: their own geometry, or several scenes.

radar     images in the geometry of a radar, calibrated and brought to a map
scenes    several scenes as one image; opens whatever a layer is
"""
