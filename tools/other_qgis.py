"""QGIS's half of the tests in another QGIS: ``make test-qgis QGIS=3.44``, or ``python3 -m tools.other_qgis 3.44``.

A Debian of its own with that QGIS and its Python is made in ``build/qgis-3.44/root``, once, and entered with chroot.

The worker is the one of ``make test``, in its own tree: this machine's, which lies at ``/host`` in the other Debian, to
be read only. Its Python would not always start beside another release's libraries, and torch without CUDA is not there
for every Python. So nothing but QGIS and its Python differs, and the two programs share no library, as they never do.

All is mounted in a mount namespace, which ends with its programs, however they end: nothing stays mounted, and
``make clean`` is safe. The repository is mounted to be read only; tests write into ``build/qgis-3.44/scratch``.
"""

from __future__ import annotations

import argparse
import ast
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rsdl_qgis.environment import python_in

ROOT = Path(__file__).resolve().parent.parent
BUILD = (ROOT / "build").resolve()
SETTINGS = ROOT / ".qgis-settings"  # pytest-qgis writes them there
WORKER = python_in(BUILD / "worker")
SUITES = {"3.40": "bookworm", "3.44": "trixie"}  # Debian's, in whose backports that QGIS is
PACKAGES = ("qgis", "python3-qgis", "python3-venv", "make", "fonts-dejavu-core")
STEPS = ("make", "test")
PASSED_ON = ("RSDL_DATA", "DEBIAN_MIRROR", "http_proxy", "https_proxy", "no_proxy")
OF_THE_MACHINE = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
QUICKLY = 'DPkg::Options:: "--force-unsafe-io";\n'  # a crash leaves an unfinished folder, which is made again
NO_SERVICES = "#!/bin/sh\nexit 101\n"  # to whoever asks whether a service may be started
IN_ITS_OWN_TREE = '#!/bin/sh\nexec chroot /host env --chdir="$PWD" {python} "$@"\n'


def main() -> int:
    usage = "python3 -m tools.other_qgis VERSION [-- ARGUMENTS OF PYTEST]"
    parser = argparse.ArgumentParser(usage=usage, description=(__doc__ or "").split(":")[0])
    parser.add_argument("version", choices=SUITES, help="of QGIS")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)  # this program, called by itself
    own, arguments = divided(sys.argv[1:])
    options = parser.parse_args(own)
    if not shutil.which("unshare"):
        raise SystemExit("Another QGIS is tried on Linux only, with unshare of the package util-linux.")
    if os.geteuid():
        become_root()
    os.environ["PATH"] += f":{SYSTEM_PATH}"  # for some who are root it lacks the folders of root's programs
    signal.signal(signal.SIGINT, lambda *_: None)  # what runs has got it, too, and ends by itself
    folder = BUILD / f"qgis-{options.version}"
    if options.step == "make":
        return make_root(folder, options.version)
    if options.step == "test":
        return run_tests(folder, arguments)
    return next(filter(None, (in_namespace(options.version, step, arguments) for step in STEPS)), 0)


def divided(words: list[str]) -> tuple[list[str], list[str]]:
    """What stands before and after the first ``--``."""
    end = words.index("--") if "--" in words else len(words)
    return words[:end], words[end + 1 :]


def become_root() -> None:
    """Goes on as root, with this person's settings for the network."""
    if not shutil.which("sudo"):
        raise SystemExit("Another QGIS is installed into a folder and mounted: run this as root, or install sudo.")
    settings = [f"{name}={value}" for name, value in passed_on().items()]
    os.execvp("sudo", ["sudo", "env", *settings, sys.executable, "-B", "-m", "tools.other_qgis", *sys.argv[1:]])


def passed_on() -> dict[str, str]:
    """What programs in the other Debian get of this machine's environment, and pip's configuration as variables."""
    names = [name for name in os.environ if name.lower() in PASSED_ON or name in PASSED_ON]
    pip = pip_variables(output(WORKER, "-m", "pip", "config", "list"))
    return {**{name: os.environ[name] for name in names}, **pip}


def pip_variables(listed: str) -> dict[str, str]:
    """``pip config list`` as environment variables; what is for other commands than ``install`` is left out."""
    variables = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in ("global", "install", ":env:"):
            variables[f"PIP_{name.upper().replace('-', '_')}"] = str(ast.literal_eval(value))
    return variables


def in_namespace(version: str, step: str, arguments: list[str]) -> int:
    """Runs a step where its mounts and programs end with it, also when this program is ended; its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    namespace = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = [sys.executable, "-B", "-m", "tools.other_qgis", version, "--step", step, "--", *arguments]
    with subprocess.Popen([*namespace, *command], cwd=ROOT) as process:
        try:
            return process.wait()
        finally:
            process.kill()


def make_root(folder: Path, version: str) -> int:
    """The Debian with QGIS, unless it is there."""
    root, unfinished = folder / "root", folder / "unfinished"
    if root.is_dir():
        return 0
    if unfinished.exists():
        shutil.rmtree(unfinished)
    install_debootstrap()
    mirror, suite = debian_mirror(), SUITES[version]
    print(f"Installing QGIS {version} of Debian's {suite}-backports into {root}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    options = ("--variant=minbase", "--force-check-gpg", "--include=ca-certificates")
    run("debootstrap", *options, suite, unfinished, mirror)
    mount_machine(unfinished)
    for path in filter(is_shared, OF_THE_MACHINE):
        share(Path(path), unfinished)
    install_qgis(unfinished, suite, mirror)
    found = output("chroot", unfinished, "dpkg-query", "--show", "--showformat=${source:Upstream-Version}", "qgis")
    if not found.startswith(f"{version}."):
        raise SystemExit(f"Debian's {suite}-backports have QGIS {found}, not {version}: correct tools/other_qgis.py.")
    unfinished.rename(root)
    return 0


def debian_mirror() -> str:
    """The address that this machine's apt has Debian from; DEBIAN_MIRROR names another."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    listed = ""
    if shutil.which("apt-get"):
        listed = output("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages")
    found = mirror_in(listed)
    if not found:
        raise SystemExit("apt knows no archive of Debian: run apt-get update, or give DEBIAN_MIRROR=http://…/debian")
    return found


def mirror_in(listed: str) -> str:
    """The first archive of Debian among lines of origin, label and address; '' where there is none."""
    lines = (line.split("|") for line in listed.splitlines())
    return next((address for origin, label, address in lines if (origin, label) == ("Debian", "Debian")), "")


def install_debootstrap() -> None:
    if shutil.which("debootstrap"):
        return
    if not shutil.which("apt-get"):
        raise SystemExit("Install debootstrap and Debian's archive keyring, then try again.")
    print("Installing debootstrap", flush=True)
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", "debootstrap", "debian-archive-keyring")


def install_qgis(root: Path, suite: str, mirror: str) -> None:
    """QGIS from the suite's backports, with this machine's settings for apt's downloads."""
    apt = root / "etc" / "apt"
    (apt / "sources.list.d" / "backports.list").write_text(f"deb {mirror} {suite}-backports main\n")
    downloads = output("apt-config", "dump", "Acquire::http", "Acquire::https")
    (apt / "apt.conf.d" / "90machine").write_text(downloads + QUICKLY)
    write_program(root / "usr" / "sbin" / "policy-rc.d", NO_SERVICES)
    settings = {**passed_on(), "PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    run("chroot", root, "apt-get", "update", "-q", env=settings)
    install = ("apt-get", "install", "-q", "-y", "--no-install-recommends", "-t", f"{suite}-backports")
    run("chroot", root, *install, *PACKAGES, env=settings)
    run("chroot", root, "apt-get", "clean")


def run_tests(folder: Path, arguments: list[str]) -> int:
    """pytest's exit status."""
    root, scratch = folder / "root", folder / "scratch"
    if scratch.exists():
        shutil.rmtree(scratch)
    for name in ("home", "tmp", "runtime", "settings"):
        (scratch / name).mkdir(parents=True, mode=0o700)
    settings = settings_of_tests(scratch)
    mount_machine(root)
    for path in filter(is_shared, (*OF_THE_MACHINE, *passed_on().values(), str(ROOT))):
        share(Path(path), root)
    share(scratch, root, writable=True)
    make_settings_folder()
    share(scratch / "settings", root, at=SETTINGS, writable=True)
    write_program(root / settings["RSDL_PYTHON"].lstrip("/"), IN_ITS_OWN_TREE.format(python=shlex.quote(str(WORKER))))
    python = "/opt/tests/bin/python"
    if not (root / python.lstrip("/")).exists():
        run("chroot", root, "python3", "-m", "venv", "--system-site-packages", "/opt/tests", env=settings)
    requirements = ROOT / "tools" / "requirements" / "qgis-test.txt"
    run("chroot", root, python, "-m", "pip", "install", "--quiet", "-r", requirements, env=settings)
    tests = ("tests", "--ignore=tests/engine", "--ignore=tests/tools", "--ignore=tests/cli", "--ignore=tests/robust")
    pytest = (python, "-m", "pytest", "-o", f"cache_dir={scratch / 'cache'}")
    return run_as_first(("chroot", root, "env", f"--chdir={ROOT}", *pytest, *tests, *arguments), settings)


def settings_of_tests(scratch: Path) -> dict[str, str]:
    """The environment of the tests in the other Debian."""
    return {
        **passed_on(),
        "PATH": SYSTEM_PATH,
        "LANG": "C.UTF-8",
        "HOME": str(scratch / "home"),
        "TMPDIR": str(scratch / "tmp"),
        "XDG_RUNTIME_DIR": str(scratch / "runtime"),
        "PYTHONPYCACHEPREFIX": str(scratch / "pycache"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
        "QT_QPA_PLATFORM": "offscreen",
        "RSDL_PYTHON": "/usr/local/bin/rsdl-worker",
    }


def is_shared(text: str) -> bool:
    """Whether this is a file or folder of the machine: those that settings name are found inside as well."""
    return text.startswith("/") and Path(text).exists()


def mount_machine(root: Path) -> None:
    """This machine's tree at ``host``, to be read only, and what its kernel gives."""
    (root / "host").mkdir(exist_ok=True)
    run("mount", "--rbind", "/", root / "host")
    run("mount", "-o", "remount,bind,ro", root / "host")
    for name in ("dev", "proc", "sys"):
        run("mount", "--rbind", f"/{name}", root / name)


def make_settings_folder() -> None:
    """As its owner would make it: there must be a folder to mount another one on."""
    if not SETTINGS.exists():
        SETTINGS.mkdir()
        os.chown(SETTINGS, ROOT.stat().st_uid, ROOT.stat().st_gid)


def share(path: Path, root: Path, at: Path | None = None, writable: bool = False) -> None:
    """Mounts a file or folder where it is, or ``at`` another place, inside as well, and for the worker."""
    for tree in (root, root / "host"):
        target = tree / (at or path).relative_to("/")
        make_mount_point(target, path)
        run("mount", "--bind", path.resolve(), target)
        if not writable:
            run("mount", "-o", "remount,bind,ro", target)


def make_mount_point(target: Path, like: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.mkdir() if like.is_dir() else target.touch()


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def run_as_first(command: tuple[str | Path, ...], settings: Mapping[str, str]) -> int:
    """Exit status of a program; this one, the first of its namespace, also takes leave of all that others left."""
    first = os.posix_spawnp(command[0], [str(part) for part in command], settings)
    while True:
        ended, status = os.wait()
        if ended == first:
            return os.waitstatus_to_exitcode(status)


def output(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True).stdout


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Runs a program; SystemExit with its exit status where it fails."""
    status = subprocess.run([str(part) for part in command], env=env, check=False).returncode
    if status:
        print(f"{command[0]} failed: {' '.join(map(str, command))}", file=sys.stderr)
        raise SystemExit(status)


if __name__ == "__main__":
    sys.exit(main())
