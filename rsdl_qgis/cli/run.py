"""``rsdl run``: a job that was saved, as it is or in a bundle."""

from __future__ import annotations

import sys

import click

from ..engine.__main__ import read_job
from .execute import execute, telling


@click.command()
@click.argument("job")
@telling
def run(job: str, as_json: bool, quiet: bool) -> None:
    """Run JOB: a .json file."""
    sys.exit(execute(lambda report: read_job([job]), as_json, quiet))
