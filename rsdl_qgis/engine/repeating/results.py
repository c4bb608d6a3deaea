"""The run that a result carries, wherever its format keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ..errors import InputError
from ..raster.metadata import read_metadata
from ..runs import RESULT, RUN
from ..runs.record import TELL, run_in
from ..runs.sidecar import read_sidecar
from ..vector.attributes import open_table
from ..vector.polygons import source_of


def metadata_of(path: str) -> Mapping[str, str]:
    """The metadata of a raster or vector layer. InputError where it is none."""
    if beside := read_sidecar(source_of(path)[0]):
        return beside
    with suppress(InputError):
        return read_metadata(path).tags
    return open_table(path, empty=True).metadata


def is_raster(path: str) -> bool:
    """Whether a result is a raster; else it is a vector layer."""
    try:
        return bool(read_metadata(path).dtypes)
    except InputError:
        return False


def run_of_result(path: str) -> tuple[dict[str, Any], str]:
    """The run of a result, and which of the run's results it is. InputError where it does not say."""
    metadata = metadata_of(path)
    run = run_in(metadata, path)
    name = metadata.get(RESULT, "")
    if name not in run["arguments"]:
        raise InputError(f"{path} does not say which of the results of its run it is.", TELL)
    return run, name


def is_of_run(path: str, other: str) -> bool:
    """Whether two results are of the very same run."""
    try:
        first = metadata_of(path).get(RUN)
        return first is not None and first == metadata_of(other).get(RUN)
    except InputError:
        return False
