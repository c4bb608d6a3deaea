"""Class maps and their polygons as people need them: small patches gone, borders simple, walls straight."""
