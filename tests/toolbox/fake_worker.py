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


def garble():
    """What no worker should say."""
    print("[" * 100_000, "null", '"abc"', "[1, 2]", '{"event": []}', '{"event": {"a": 1}}', "\x00\x1b[0m", sep="\n")
    for fraction in ("x", None, [], {}, True, -1, 7, 1e400, float("nan")):
        say("progress", fraction=fraction, message=[fraction])
    for level in ([], {}, 3, "odd"):
        say("log", level=level, message={"a": level})
    say("log")
    say("progress")


stop = threading.Event()
if os.environ.get("RSDL_SILENT"):  # never reads and never says anything that is an event
    while True:
        print("noise" if os.environ["RSDL_SILENT"] == "noise" else "", flush=True)
        time.sleep(0.001 if os.environ["RSDL_SILENT"] == "noise" else 1)
job = json.loads(sys.stdin.readline())
say("hello", version=job["arguments"].get("speaks", job["version"]))
threading.Thread(target=watch, daemon=True).start()
operation, arguments = job["operation"], job["arguments"]
if "pid" in arguments:
    Path(arguments["pid"]).write_text(str(os.getpid()))
if arguments.get("output"):
    part = Path(arguments["output"])
    part.with_name(f".{part.name}.{os.getpid()}.part.tif").write_text("half")
(Path(os.environ["RSDL_TEMPORARY"]) / "scratch").write_text("scratch")

if operation in (
    "train",
    "train_classifier",
    "distil",
    "pretrain",
    "export_chips",
):  # says what it was asked, makes what it is asked for
    from rsdl_qgis.engine.job.arguments import checked

    asked = Path(os.environ["RSDL_ASKED"])
    asked.write_text(json.dumps(job))
    checked(operation, arguments)  # as the worker does
    output = Path(arguments["output"])
    best = output.with_name(output.name + ".training") / "best"
    if os.environ.get("RSDL_STOP"):  # in mid-training: 'cancelled', or 'killed'
        best.mkdir(parents=True)
        (best / "weights.safetensors").write_text("best so far")
        (best.parent / f".checkpoint.pt.{os.getpid()}.part").write_text("half")
        (output.parent / f".{output.name}.{os.getpid()}.part").mkdir()
        (output.parent / f".{output.name}.{os.getpid()}.part" / "model.json").write_text("half")
        say("progress", fraction=0.5, message="epoch 2 of 4")
        if os.environ["RSDL_STOP"] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        stop.wait()
        time.sleep(60)
    output.mkdir(exist_ok=True)
    figures = json.loads(os.environ.get("RSDL_FIGURES", "{}"))
    copies = [spec["path"] for s in arguments.get("sources") or () for specs in s["inputs"].values() for spec in specs]
    labels = [spec["path"].split("|")[0] for spec in arguments.get("labels") or ()]
    there = all(Path(path).exists() for path in copies + labels)
    if arguments.get("report"):
        Path(arguments["report"]).write_text("a report")
    say("log", level="info", message="Epoch 1 of 4: loss 0.5, score 0.5 (1 s).")
    main = next(iter(figures.values()), None)
    say("result", output=str(output), figures=figures, main=main, epochs=4, best_epoch=3, chips=12, there=there)
elif operation == "work":
    say("progress", fraction=0.5, message="half way")
    say("log", level="warning", message="a warning")
    print("not JSON", flush=True)
    say("result", answer=42, environment=dict(os.environ), path=sys.path)
elif operation == "garble":
    garble()
    say("progress", fraction=0.5, message="half way")
    sys.stdout.write("x" * 60_000_000 + "\n")
    say("result", answer=1)
    say("result", answer=2)
    garble()
elif operation == "linger":  # does not end
    say("result", answer=42)
    time.sleep(60)
elif operation == "odd error":
    say("error", kind=["a"], message=["no", "text"], hint={"a": 1})
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
