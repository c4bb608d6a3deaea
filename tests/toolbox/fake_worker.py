"""Stands in for the engine: does what the job's operation says, in the protocol of the real one."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def watch():
    sys.stdin.read()
    stop.set()


stop = threading.Event()
job = json.loads(sys.stdin.readline())
say("hello", version=job["arguments"].get("speaks", job["version"]))
threading.Thread(target=watch, daemon=True).start()
operation, arguments = job["operation"], job["arguments"]
Path(arguments["pid"]).write_text(str(os.getpid()))
if arguments.get("output"):
    part = Path(arguments["output"])
    part.with_name(f".{part.name}.{os.getpid()}.part.tif").write_text("half")
(Path(os.environ["RSDL_TEMPORARY"]) / "scratch").write_text("scratch")

if operation == "work":
    say("progress", fraction=0.5, message="half way")
    say("log", level="warning", message="a warning")
    print("not JSON", flush=True)
    say("result", answer=42, environment=dict(os.environ), path=sys.path)
elif operation == "fail":
    say("error", kind="input_error", message="The raster is bad.", hint="Take another.")
    sys.exit(1)
elif operation == "die":
    print("last words", file=sys.stderr, flush=True)
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGKILL)
elif operation == "leave":
    print("no result from me", file=sys.stderr, flush=True)
    sys.exit(7)
elif operation == "polite":  # stops when asked
    say("progress", fraction=0.1, message="started")
    stop.wait()
    say("error", kind="cancelled", message="The job was cancelled.", hint="")
    sys.exit(3)
elif operation == "stubborn":  # does not, and has a child
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(arguments["child"]).write_text(str(child.pid))
    say("progress", fraction=0.1, message="started")
    while True:
        time.sleep(1)
