"""Links the plugin into a QGIS plugins folder: ``python3 tools/deploy.py <profile>/python/plugins``.

QGIS wants metadata.txt, models and i18n inside the plugin's folder; in the repository they lie beside it. So the
plugin's folder is a real one that holds a link to each of them; where links are not allowed they are copied.
"""

from __future__ import annotations

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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(deploy(Path(sys.argv[1])))
