"""A made-up flood as Sentinel-1 and Sentinel-2 would see it, with the truth: ``python -m tools.scene DIR``.

``landscape.py`` is the ground and the water on it, ``sensors.py`` what two satellites measure of it,
``__main__.py`` writes both as products of the kind people download. Same seed, same scene. Needs numpy and
rasterio only.
"""
