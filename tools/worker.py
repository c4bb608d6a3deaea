"""One job in a worker of its own, as QGIS starts it, without QGIS."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def run_job(
    operation: str, arguments: Mapping[str, Any], file: Path, say: Callable[[str], object] = print
) -> dict[str, Any]:
    """The result of a job, which is kept in ``file`` and runs in the repository's folder.

    What the worker tells goes to ``say``; SystemExit where it fails.
    """
    file.write_text(json.dumps({"operation": operation, "arguments": arguments}, indent=1) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "rsdl_qgis.engine", str(file.resolve())]
    result, failure = None, "nothing was said"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as worker:
        for event in map(json.loads, worker.stdout or ()):
            if event["event"] == "log":
                say(event["message"])
            elif event["event"] == "error":
                failure = " ".join(filter(None, (event["message"], event["hint"])))
            elif event["event"] == "result":
                result = {key: value for key, value in event.items() if key != "event"}
    if worker.returncode or result is None:
        raise SystemExit(f"The worker failed with {file}: {failure}")
    return result
