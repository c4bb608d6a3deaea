"""Check what may import what (docs/design.md, 2 and 3): ``python3 -m tools.lint_imports``.

1. Imports go downwards: ``plugin → gui → toolbox → environment → process → engine → paths``; in the engine, a folder
   imports only from those below it (``ENGINE_FOLDERS``), ``jobs`` and ``__main__`` from all. The command line (``cli``)
   stands beside QGIS's side: it imports from the engine and ``paths``, and nothing imports from it.
2. ``qgis`` is imported in ``plugin.py``, ``gui/`` and ``toolbox/`` only.
3. From outside, only the engine's folders and modules of the standard library are imported.
4. What QGIS loads needs nothing but ``qgis`` and the standard library, however deep the imports go.
5. ``rasterio`` and ``pyogrio`` are imported in ``engine/raster/`` and ``engine/vector/`` only.
6. No modules import one another in a circle, nor do folders side by side.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = "rsdl_qgis"
LAYERS = ("plugin", "gui", "toolbox", "environment", "process", "engine", "paths")  # from the top down
QGIS_LAYERS = ("plugin", "gui", "toolbox")
CLI, BELOW_CLI = "cli", ("engine", "paths")
WITHOUT_QGIS = ("engine", CLI)
QGIS_MODULES = ("qgis", "processing", "osgeo", "PyQt5", "PyQt6")
ENGINE_TOP = ("__main__", "jobs")  # above the engine's folders; its other modules lie below them
ENGINE_FOLDERS = (  # from the top down
    *("repeating", "describing", "exporting", "fetching", "importing", "training", "interop", "assessment", "reports"),
    *("chips", "fire", "prediction", "stac", "runtime", "vector", "radiometry", "boxes", "raster"),
    *("networks", "evaluation", "runs", "bundles", "products", "published", "cards", "job", "tables", "files"),
)
FOLDERS_FOR_QGIS = ("bundles", "products", "published", "cards", "job", "tables", "files")  # standard library only
MODULES_FOR_QGIS = ("networks", "dates", "errors", "feedback")  # so are these
RASTER_LIBRARIES = ("rasterio", "pyogrio")
RASTER_FOLDERS = ("raster", "vector")


@dataclass(frozen=True)
class Import:
    """``module`` names ``target`` (dotted) in line ``line``; ``loaded``: as soon as the module itself is."""

    module: str
    line: int
    target: str
    loaded: bool


def main() -> int:
    complaints = check(Path(__file__).parent.parent)
    print(*complaints, sep="\n", end="\n" if complaints else "")
    return 1 if complaints else 0


def check(root: Path) -> list[str]:
    """Every import below ``root``/rsdl_qgis that crosses the border, as 'module:line: what is wrong'."""
    modules = dict(find_modules(root))
    imports = [found for module, path in modules.items() for found in imports_of(module, path, modules)]
    found = [(i, text) for i in imports for text in faults(i)] + list(loaded_by_qgis(imports, modules))
    return [f"{i.module}:{i.line}: {text}" for i, text in found] + list(circles(imports, modules))


def find_modules(root: Path) -> Iterator[tuple[str, Path]]:
    """(dotted name, file) of each module of the package."""
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(module: str, path: Path, modules: dict[str, Path]) -> Iterator[Import]:
    """The imports of a module, relative ones made absolute."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node, loaded in walk(ast.parse(path.read_text(encoding="utf-8")), True):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        else:
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            targets = [f"{base}.{a.name}" if f"{base}.{a.name}" in modules else base for a in node.names]
        for target in dict.fromkeys(targets):
            yield Import(module, node.lineno, target, loaded)


def walk(node: ast.AST, loaded: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The import statements below a node, and whether each runs when the module is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child, loaded
        function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        types_only = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        yield from walk(child, loaded and not function and not types_only)


def faults(found: Import) -> Iterator[str]:
    """What is wrong with one import (rules 1, 2, 3 and 5)."""
    own, top = layer(found.module), found.target.split(".")[0]
    if top in QGIS_MODULES and own not in QGIS_LAYERS:
        yield f"{top} is imported outside {', '.join(QGIS_LAYERS)}"
    if top in RASTER_LIBRARIES and engine_folder(found.module) not in RASTER_FOLDERS:
        yield f"{top} is imported outside engine/{' and engine/'.join(RASTER_FOLDERS)}"
    if top != PACKAGE or own is None:
        return
    other = layer(found.target)
    if own == CLI or other == CLI:
        if own != other and other not in (None, *BELOW_CLI):
            yield f"{own} imports {found.target}; the command line is for itself, on {' and '.join(BELOW_CLI)}"
        return
    if other in LAYERS and LAYERS.index(other) < LAYERS.index(own):
        yield f"{own} imports {found.target}, which lies above it"
    if other == "engine" and own != "engine" and not for_qgis(found.target):
        allowed = ", ".join((*FOLDERS_FOR_QGIS, *MODULES_FOR_QGIS))
        yield f"{found.target} belongs to the worker; QGIS may use {allowed} of the engine"
    if own == other == "engine" and height(found.target) < height(found.module):
        yield f"{engine_folder(found.module) or 'the engine'} imports {found.target}, which lies above it"


def for_qgis(module: str) -> bool:
    """Whether QGIS's side may import a module of the engine."""
    inner = module.split(".", 2)[2:]
    return not inner or inner[0] in MODULES_FOR_QGIS or inner[0].split(".")[0] in FOLDERS_FOR_QGIS


def engine_folder(module: str) -> str | None:
    """The engine's folder that a module is in; None for modules beside them and outside."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "engine" and parts[2] in ENGINE_FOLDERS else None


def height(module: str) -> int:
    """The place of a module of the engine in its order, from the top down."""
    if folder := engine_folder(module):
        return ENGINE_FOLDERS.index(folder)
    return -1 if module.split(".")[2:3] and module.split(".")[2] in ENGINE_TOP else len(ENGINE_FOLDERS)


def circles(imports: list[Import], modules: dict[str, Path]) -> Iterator[str]:
    """Modules that import one another in a circle, and folders side by side that do (rule 6)."""
    own = [(i.module, i.target) for i in imports if i.target in modules and i.module != i.target]
    graph = {module: {b for a, b in own if a == module} for module in modules}
    folders: dict[str, set[str]] = {}
    for a, b in own:
        for left, right in beside(a, b, modules):
            folders.setdefault(left, set()).add(right)
    for found in (graph, folders):
        try:
            TopologicalSorter(found).prepare()
        except CycleError as error:
            circle = error.args[1]
            yield f"{circle[0]}:1: imports in a circle: {' ← '.join(circle)}"


def beside(module: str, target: str, modules: dict[str, Path]) -> Iterator[tuple[str, str]]:
    """The folders of the engine that lie side by side, of a module and of what it imports."""
    a, b = ([*m.split(".")] if modules[m].name == "__init__.py" else m.split(".")[:-1] for m in (module, target))
    common = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), None)
    if common is not None and common > 1:
        yield ".".join(a[: common + 1]), ".".join(b[: common + 1])


def layer(module: str) -> str | None:
    """The layer a module of the package is in; None for the package itself and for others."""
    parts = module.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else None


def loaded_by_qgis(imports: list[Import], modules: dict[str, Path]) -> Iterator[tuple[Import, str]]:
    """Imports of third-party libraries in what QGIS loads (rule 4)."""
    at_load: dict[str, list[Import]] = {}
    for found in imports:
        if found.loaded:
            at_load.setdefault(found.module, []).append(found)
    waiting = [module for module in modules if layer(module) not in WITHOUT_QGIS]
    waiting += [module for module in modules if layer(module) == "engine" and for_qgis(module)]
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        if "." in module:
            waiting.append(module.rpartition(".")[0])  # a package is loaded before its modules
        for found in at_load.get(module, ()):
            top = found.target.split(".")[0]
            if top == PACKAGE:
                waiting.append(found.target)
            elif top not in sys.stdlib_module_names and top not in QGIS_MODULES:
                yield found, f"{top} would be loaded into QGIS"


if __name__ == "__main__":
    sys.exit(main())
