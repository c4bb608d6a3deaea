"""The command ``rsdl`` and its sub-commands. Exit status: 0 done, 1 an error, 2 wrong usage, 3 cancelled."""

from __future__ import annotations

import click

from ..paths import plugin_version
from .diagnostics import diagnostics
from .models import models
from .predict import predict
from .run import run

STATUS = "Exit status: 0 done, 1 an error, 2 wrong usage, 3 cancelled (Ctrl-C, SIGTERM)."


@click.group(epilog=STATUS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(plugin_version(), "--version", prog_name="rsdl")
def main() -> None:
    """Deep learning on geospatial rasters: predict with a model, or run a job that QGIS saved.

    Results go to standard output; progress and messages to standard error.
    """


for command in (run, predict, models, diagnostics):
    main.add_command(command)
