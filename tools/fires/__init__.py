"""Made-up Landsat-8 scenes with active fires, and the truth: ``python -m tools.fires DIR``.

``spectra.py`` is what surfaces, clouds and smoke reflect and how warm they are, ``emission.py`` what burns and what a
sensor sees of it, ``scene.py`` puts them together, ``__main__.py`` writes products as they are delivered: bands in
files, with quality and ``MTL.txt``. Same seed, same scene. Needs numpy and rasterio only.
"""
