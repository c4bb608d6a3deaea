"""A uv that installs nothing but empty modules: what it is to do is in FAKE_UV, a JSON object.

``fail``: {command: what it prints before it fails}; ``hang``: a command that never ends; ``log``: a file of all
commands; ``packages``: what ``pip compile`` finds. The commands are venv, install, compile and dry-run.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

MODULES = {
    "numpy": "def array(values, kind): return values",
    "onnxruntime": (
        "class InferenceSession:\n"
        "    def __init__(self, model, providers): assert model\n"
        "    def run(self, names, feeds): return [[max(v, 0) for v in feeds['x']]]\n"
    ),
    "tensorflow": (
        "__version__ = '2.21.0'\n"
        "class relu(list):\n"
        "    def __init__(self, values): super().__init__(max(v, 0) for v in values)\n"
        "    def numpy(self): return self\n"
        "    def tolist(self): return list(self)\n"
        "class nn: relu = relu\n"
    ),
    "torch": (
        "def tensor(values): return values\n"
        "class relu(list):\n"
        "    def __init__(self, values): super().__init__(max(v, 0) for v in values)\n"
        "    def tolist(self): return list(self)\n"
    ),
}


def main() -> None:
    told = json.loads(os.environ.get("FAKE_UV", "{}"))
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print("uv 0.13.9")
        return
    command = "dry-run" if "--dry-run" in arguments else arguments[1] if arguments[0] == "pip" else arguments[0]
    files = [Path(a).read_text() for a in arguments if a.endswith("requirements.txt") and os.path.isfile(a)]
    shown = {name: os.environ.get(name) for name in ("UV_DEFAULT_INDEX", "HTTPS_PROXY", "SSL_CERT_FILE")}
    with open(told.get("log", os.devnull), "a", encoding="utf-8") as log:
        log.write(json.dumps({"command": command, "arguments": arguments, "files": files, "env": shown}) + "\n")
    hang(told, command)
    failing = told.get("fail", {}).get(command)
    if failing and (told.get("hashes_only") is None or "--require-hashes" in arguments):
        print(failing, file=sys.stderr)
        sys.exit(1)
    {"venv": venv, "install": install, "compile": compile_, "dry-run": lambda *_: None}[command](arguments, told, files)


def hang(told, command):
    if told.get("hang") != command:
        return
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(told["pids"]).write_text(f"{os.getpid()} {child.pid}")
    print("hanging", flush=True)
    time.sleep(60)


def venv(arguments, told, files):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", arguments[-1]], check=True)


def install(arguments, told, files):
    python = Path(arguments[arguments.index("--python") + 1])
    folder = next(python.parent.parent.glob("lib/python*/site-packages"))
    names = re.findall(r"^([\w.-]+)==([^\s;\\]+)", "\n".join([*files, *arguments]), re.MULTILINE)
    for name, version in names:
        if name.lower() in told.get("without", ()):
            continue
        if re.search(rf"^{name}=={version} ; platform_machine != ", "\n".join(files), re.MULTILINE):
            continue  # of other computers
        module = {"tensorboardx": "tensorboardX", "onnxruntime-gpu": "onnxruntime"}.get(name.lower(), name)
        module = module.replace("tensorflow-cpu", "tensorflow")
        (folder / f"{module.replace('-', '_')}.py").write_text(MODULES.get(module, ""))
        info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def compile_(arguments, told, files):
    for name, size in told.get("packages", {"torch": 200_000_000}).items():
        print(f'[[packages]]\nname = "{name}"\nwheels = [{{ url = "https://x/{name}.whl", size = {size} }}]\n')


if __name__ == "__main__":
    main()
