"""``python -m rsdl_qgis.cli``, where the command ``rsdl`` is not installed."""

from .main import main

main(prog_name="rsdl")
