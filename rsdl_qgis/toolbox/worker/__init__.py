"""QGIS's layers and outputs in the jobs of the worker, and the worker itself."""
