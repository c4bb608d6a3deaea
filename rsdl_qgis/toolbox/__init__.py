"""What QGIS shows: the Processing provider and its algorithms."""
