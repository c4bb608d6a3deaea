"""Satellite products as they are delivered: which files their bands are, and what their numbers stand for.

files      what a product is given as: a folder, an archive, a list of files
product    Product and its bands
table      the families of products, and which one something is
sentinel1, sentinel2, landsat, planet, stac, plain      one family each
backscatter      what the annotation of radar images says of their numbers
landsat_level1    the metadata of Landsat, and what the rules for active fire need of it
collection    several scenes as one image
sheets     images of all bands each, which are the scenes of one
quality    what the quality bands of a product mark
matching   which of a product's bands a model takes, and in which unit

Standard library only: QGIS's side looks at products before a job is made.
"""
