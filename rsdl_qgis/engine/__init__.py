"""The engine: does the work; nothing here imports QGIS."""
