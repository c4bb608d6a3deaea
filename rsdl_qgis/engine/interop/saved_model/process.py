"""TensorFlow in a process of its own: where its Python is, and one conversion."""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404: TensorFlow's Python runs a module of this package
import sys
import time
from pathlib import Path

from ....paths import PACKAGE, python_in, user_folder
from ...errors import ModelError
from ...feedback import Report
from ...files.text import shortened

LIMIT = 900.0  # seconds
MEMORY = 24 << 30  # bytes of addresses, of which TensorFlow reserves more than it uses
TOLD = 2000  # bytes of what it printed
HIDDEN = ("PYTHON", "LD_PRELOAD")
_START = """\
import runpy, sys
sys.path.append(sys.argv.pop(1))
runpy.run_module("rsdl_qgis.engine.interop.saved_model.convert", run_name="__main__")
"""


def tensorflow_python() -> Path:
    """The Python that has TensorFlow: ``RSDL_TENSORFLOW``, else that of the managed environment. ModelError, which
    says how to get it, where there is none.
    """
    given = os.environ.get("RSDL_TENSORFLOW")
    place = Path(given) if given else user_folder() / "tensorflow"
    python = python_in(place) if place.is_dir() else place
    if not python.is_file():
        raise ModelError(
            "A SavedModel is converted by TensorFlow, in an environment of its own, which is not there: "
            "0.35 GB to download, 1.5 GB on disk.",
            "Run 'Set up environment' with the step 'tensorflow', then import the model again; it can be removed then.",
        )
    return python


def converted(folder: Path, target: Path, report: Report) -> None:
    """Write the SavedModel in ``folder`` as ONNX into ``target``; ModelError with what TensorFlow says, Cancelled."""
    command = [str(tensorflow_python()), "-I", "-c", _START, str(PACKAGE.parent), str(folder), str(target)]
    report.progress(0.1, "Converting by TensorFlow")
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(HIDDEN)}
    with (target / "printed.txt").open("wb") as printed:
        code = _run([*command, str(MEMORY)], {**env, "TMPDIR": str(target)}, printed, report)
    if code == 0 and (target / "facts.json").is_file():
        return
    raise _problem(target, code)


def _run(command: list[str], env: dict[str, str], printed: object, report: Report) -> int | None:
    """The exit status; None where it took too long."""
    with subprocess.Popen(  # nosec B603: no shell; the program is the environment's Python
        command,
        stdin=subprocess.DEVNULL,
        stdout=printed,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        env=env,
        cwd=env["TMPDIR"],
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0,
    ) as process:
        ends = time.monotonic() + LIMIT
        try:
            while process.poll() is None:
                if time.monotonic() > ends:
                    return None
                report.check()
                time.sleep(0.1)
        finally:
            process.kill()
        return process.returncode


def _problem(target: Path, code: int | None) -> ModelError:
    try:
        said = json.loads((target / "error.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = None
    again = "Export it to ONNX where it was trained (tf2onnx)."
    if said and said["known"]:
        return ModelError(said["message"], said["hint"] or again)
    if said:
        return ModelError(f"TensorFlow cannot convert it: {shortened(said['message'], 300)}.", again)
    if code is None:
        return ModelError(f"Its conversion took more than {LIMIT / 60:.0f} minutes, and was stopped.", again)
    lines = (target / "printed.txt").read_bytes()[-TOLD:].decode("utf-8", "replace").strip().splitlines() or ["?"]
    return ModelError(f"TensorFlow ended (status {code}): {shortened(lines[-1], 300)}.", again)
