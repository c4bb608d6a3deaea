"""The command ``rsdl``: the engine without QGIS. Nothing is imported before a command needs it."""
