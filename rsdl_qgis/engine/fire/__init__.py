"""Active fires on Landsat-8 and -9 by the published rules, without a network.

context      tests of a pixel against the background around it
detection    one map of the rules that a method names, row by row: the job "active_fire"
reflectance  rasters as the reflectances that the rules take
request      what the job asks for
rules        the conditions of Schroeder, Murphy, Kumar and Roy
"""
