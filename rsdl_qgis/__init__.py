"""Deep learning on rasters, from the QGIS Processing toolbox."""


def classFactory(iface):
    """The plugin, for QGIS; ``iface`` is None under qgis_process."""
    from .plugin import Plugin

    return Plugin(iface)
