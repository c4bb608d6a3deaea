"""The report and tables of an assessment: checked before long work, written at its end, and none left if it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import OutputError
from ..feedback import Report
from ..raster.atomic_file import Part

Write = Callable[[Mapping[str, Callable[[], str]]], None]


@contextmanager
def written(
    arguments: Mapping[str, Any], outputs: Mapping[str, tuple[str, ...]], report: Report
) -> Iterator[tuple[Write, dict[str, str]]]:
    """(a function that writes the texts, the files asked for: name -> path). The files appear together at the end.

    ``outputs``: name of an argument -> endings its file may have. OutputError where a file cannot be written.
    """
    parts = output_parts(arguments, outputs)

    def write(texts: Mapping[str, Callable[[], str]]) -> None:
        report.progress(1.0, "Writing the report")
        for name, part in parts.items():
            with part.guard():
                part.path.write_text(texts[name](), encoding="utf-8", newline="")

    try:
        yield write, {name: str(part.target) for name, part in parts.items()}
        report.check()
        for part in parts.values():
            part.commit()
    except BaseException:
        for part in parts.values():
            part.discard()
        raise


def output_parts(arguments: Mapping[str, Any], outputs: Mapping[str, tuple[str, ...]]) -> dict[str, Part]:
    """The files to be written. OutputError where one cannot be."""
    parts: dict[str, Part] = {}
    for name, endings in outputs.items():
        if not arguments.get(name):
            continue
        target = Path(arguments[name])
        if target.suffix.lower() not in endings:
            raise OutputError(f"{target} does not end in {endings[0]}.", "Choose another name.")
        parts[name] = Part(target)
    return parts
