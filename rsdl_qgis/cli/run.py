"""``rsdl run``: a job that was saved, as it is or in a bundle."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ..engine.__main__ import EventReport, read_job
from ..engine.bundles.read import Places, opened_bundle, placed
from ..engine.cards.archive import is_zip
from ..engine.errors import OutputError
from .execute import execute, telling
from .options import WrongUsage


@click.command()
@click.argument("job")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FROM=TO",
    help="Read and write what the job has below FROM below TO, such as /data=/mnt/data. May be given several times; "
    "the first that fits counts.",
)
@click.option("--output", metavar="FOLDER", help="Write all results into this folder.")
@click.option(
    "--unpack",
    metavar="FOLDER",
    help="Unpack a bundle into this new folder, and keep it: the same command resumes what was stopped.",
)
@telling
def run(job: str, maps: tuple[str, ...], output: str | None, unpack: str | None, as_json: bool, quiet: bool) -> None:
    """Run JOB: a .json file, or a .zip bundle that QGIS saved (SAVE_JOB).

    Results go where the job says, those without a place of their own to the current folder. A bundle says which files
    are written: --output keeps them in one folder.
    """
    with ExitStack() as stack:
        status = execute(lambda report: _opened(stack, job, maps, output, unpack, report), as_json, quiet)
    sys.exit(status)


def _opened(
    stack: ExitStack, job: str, maps: Sequence[str], output: str | None, unpack: str | None, report: EventReport
) -> Mapping[str, Any]:
    """The job with its paths as they are here; ``stack`` keeps it open."""
    places = Places([_map(text) for text in maps], output)
    if output is not None and not Path(output).is_dir():
        raise OutputError(f"There is no folder {output} to write results to.", "Make it, or choose another.")
    if not (Path(job).suffix.lower() == ".zip" or is_zip(Path(job))):
        if unpack is not None:
            raise WrongUsage(f"--unpack is for bundles, and {job} is none.", "Leave it out.")
        return placed(read_job([job]), places)
    keep = None if unpack is None else Path(unpack)
    return stack.enter_context(opened_bundle(Path(job), places, report, lambda file: read_job([str(file)]), keep))


def _map(text: str) -> tuple[str, str]:
    old, is_map, new = text.partition("=")
    if not is_map or not old or not new:
        raise WrongUsage(f"--map {text} is not FROM=TO.", "Such as --map /data=/mnt/data.")
    return old, new
