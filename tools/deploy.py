"""Links the plugin into QGIS: ``python3 -m tools.deploy --profile default``, or with a plugins folder
instead.

QGIS wants metadata.txt, models and i18n inside the plugin's folder; in the repository they lie beside it.
So the plugin's folder is a real one that holds a link to each of them; where links are not allowed they are
copied.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
NAME = "rsdl_qgis"
BESIDE = ("metadata.txt", "LICENSE", "models", "i18n")


def deploy(plugins: Path) -> Path:
    """Makes ``plugins/rsdl_qgis`` anew and returns it."""
    target = plugins / NAME
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)  # removes links, not what they point to
    target.mkdir(parents=True)
    inside = [path for path in (REPOSITORY / NAME).iterdir() if path.name != "__pycache__"]
    beside = [REPOSITORY / name for name in BESIDE if (REPOSITORY / name).exists()]
    for path in [*inside, *beside]:
        try:
            (target / path.name).symlink_to(path, target_is_directory=path.is_dir())
        except OSError:  # Windows without the right to make links
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, target / path.name)
    return target


def plugins_folders(profile: str) -> list[Path]:
    """The plugins folder of a profile, of QGIS 3 and 4 where both have been started; QGIS 3's if none has."""
    if sys.platform == "win32":
        base = Path(os.environ["APPDATA"])
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    roots = [base / "QGIS" / version for version in ("QGIS3", "QGIS4")]
    used = [root for root in roots if root.is_dir()] or roots[:1]
    return [root / "profiles" / profile / "python" / "plugins" for root in used]


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools.deploy", description="Links the plugin into QGIS.")
    parser.add_argument("--profile", default="default", help="the QGIS profile (default: default)")
    parser.add_argument("folder", nargs="?", type=Path, help="a plugins folder, instead of a profile's")
    options = parser.parse_args()
    for plugins in [options.folder] if options.folder else plugins_folders(options.profile):
        print(deploy(plugins))


if __name__ == "__main__":
    main()
