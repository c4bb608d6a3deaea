"""Check the border between QGIS and the worker (docs/design.md, 2): ``python3 -m tools.lint_imports``.

1. Imports go downwards: ``plugin → gui → toolbox → environment → process → engine → paths``.
2. ``qgis`` is imported in ``plugin.py``, ``gui/`` and ``toolbox/`` only.
3. From outside, only the torch-free modules of the engine are imported.
4. What QGIS loads needs nothing but ``qgis`` and the standard library, however deep the imports go.
5. ``rasterio`` and ``pyogrio`` are imported in ``engine/raster/`` only.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "rsdl_qgis"
LAYERS = ("plugin", "gui", "toolbox", "environment", "process", "engine", "paths")  # from the top down
QGIS_LAYERS = ("plugin", "gui", "toolbox")
QGIS_MODULES = ("qgis", "processing", "osgeo", "PyQt5", "PyQt6")
ENGINE_FOR_QGIS = (  # standard library only
    "arguments",
    "card",
    "dates",
    "errors",
    "file_names",
    "job_arguments",
    "locks",
    "metric_table",
    "names",
    "networks",
    "outputs",
    "report",
    "store",
    "task_table",
    "text",
)
RASTER_LIBRARIES = ("rasterio", "pyogrio")


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
    complaints = [f"{i.module}:{i.line}: {text}" for i in imports for text in faults(i)]
    return complaints + [f"{i.module}:{i.line}: {text}" for i, text in loaded_by_qgis(imports, modules)]


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
    if top in RASTER_LIBRARIES and not found.module.startswith(f"{PACKAGE}.engine.raster"):
        yield f"{top} is imported outside engine/raster"
    if top != PACKAGE or own is None:
        return
    other = layer(found.target)
    if other in LAYERS and LAYERS.index(other) < LAYERS.index(own):
        yield f"{own} imports {found.target}, which lies above it"
    inner = found.target.split(".")[2:3]
    if other == "engine" and own != "engine" and inner and inner[0] not in ENGINE_FOR_QGIS:
        yield f"{found.target} belongs to the worker; QGIS may use {', '.join(ENGINE_FOR_QGIS)} of the engine"


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
    waiting = [module for module in modules if layer(module) != "engine"]
    waiting += [f"{PACKAGE}.engine.{name}" for name in ENGINE_FOR_QGIS]
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
