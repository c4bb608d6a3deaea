"""``rsdl diagnostics``: what a bug report needs."""

from __future__ import annotations

import sys

import click

from ..paths import plugin_version
from .execute import execute, telling


@click.command()
@telling
def diagnostics(as_json: bool, quiet: bool) -> None:
    """Tell versions, devices and models, and whether a network runs: for a bug report."""
    job = {"version": plugin_version(), "operation": "describe", "arguments": {}}
    sys.exit(execute(lambda report: job, as_json, quiet))
