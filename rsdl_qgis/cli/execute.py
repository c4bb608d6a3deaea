"""Runs a job in this process, as the worker does, and tells about it: to people, or as the worker's events."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TextIO

import click

from ..engine.__main__ import EventReport, carried_out, own_stdout, share_memory, wait_calmly
from ..engine.job import ranks
from ..paths import plugin_version

CANCELLED = 3
BAR = 24  # characters
TRAIN = "environment_error"  # the kind of error of a library that is not installed

F = Callable[..., Any]


def telling(command: F) -> F:
    """The options of how a command tells about its job."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Write the worker's events as JSON lines.")
    quiet = click.option("-q", "--quiet", is_flag=True, help="Write no progress and no notes, only warnings.")
    return as_json(quiet(command))


def execute(read: Callable[[EventReport], Mapping[str, Any]], as_json: bool = False, quiet: bool = False) -> int:
    """Run the job that ``read`` gives, and tell its outcome; the exit status.

    ``as_json``: the worker's events, one JSON object a line on standard output; else the result goes there in lines of
    text, and progress, log and errors to standard error. Ctrl-C and SIGTERM cancel, and the job tidies up; a second
    one ends it at once.
    """
    wait_calmly()
    share_memory()
    stop = threading.Event()
    stream = own_stdout()
    report = EventReport(stream, stop) if as_json else TextReport(stream, stop, quiet)
    report.event("hello", version=plugin_version(), python=sys.version.split()[0])
    try:
        with cancelled_by_signals(stop):
            return carried_out(lambda: read(report), report)
    except KeyboardInterrupt:
        return CANCELLED


class TextReport(EventReport):
    """Tells people: a bar where standard error is a terminal, a line a message, and the result."""

    def __init__(self, stream: TextIO, stop: threading.Event, quiet: bool = False):
        super().__init__(stream, stop)
        self._quiet = quiet
        self._is_terminal = sys.stderr.isatty()

    def event(self, event: str, **fields: Any) -> None:
        """Show an event, of the first of several processes; a reader of the result that is gone cancels."""
        if not ranks.is_first():
            return
        with self.lock:
            try:
                getattr(self, f"_{event}")(**fields)
            except (BrokenPipeError, ValueError):
                self.stop.set()

    def _hello(self, **fields: Any) -> None:
        pass

    def _progress(self, fraction: float, message: str = "") -> None:
        if self._is_terminal and not self._quiet:
            done = round(BAR * min(max(fraction, 0.0), 1.0))
            bar = f"[{'#' * done}{'-' * (BAR - done)}] {100 * fraction:3.0f} %  {message[:60]}"
            click.echo(f"\r{bar}\033[K", err=True, nl=False)

    def _log(self, level: str, message: str) -> None:
        if level != "info":
            self._line(f"{level.capitalize()}: {message}")
        elif not self._quiet:
            self._line(message)

    def _error(self, kind: str, message: str, hint: str) -> None:
        if kind == TRAIN:
            hint = 'Install it: pip install "rsdl-qgis[train]" has all that training needs.'
        self._line(f"Cancelled: {message}" if kind == "cancelled" else f"Error: {message}")
        if hint:
            self._line(hint)

    def _result(self, **fields: Any) -> None:
        self._line("")
        print(*lines_of(fields), sep="\n", file=self.stream, flush=True)

    def _line(self, text: str) -> None:
        """A line in place of the bar."""
        clear = "\r\033[K" if self._is_terminal and not self._quiet else ""
        click.echo(f"{clear}{text}", err=True, nl=bool(text))


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """A result in lines: 'name: value'; objects in a list have a line each, and what is deeper is JSON."""
    lines = []
    for name, value in result.items():
        if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            lines += [f"{name}: {', '.join(f'{key} {_text(part)}' for key, part in item.items())}" for item in value]
        elif isinstance(value, Mapping):
            lines += [f"{name}.{key}: {_text(part)}" for key, part in value.items()]
        elif value is not None:
            lines.append(f"{name}: {_text(value)}")
    return lines


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@contextmanager
def cancelled_by_signals(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C, and SIGTERM as cluster schedulers send it, cancel; the next one interrupts."""

    def cancel(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, cancel) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
