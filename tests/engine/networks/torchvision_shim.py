"""torchvision's networks of pure torch, where its compiled operators or Pillow are missing.

``pip install --no-deps torchvision==0.28.0`` brings the Python code. Its import asks for two operators, to say what
shape they give, and for Pillow's names; both are declared here, empty. What needs them to compute (NMS, RoIAlign,
pictures) does not work; the networks do. A whole torchvision is imported as it is.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import torch

OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
PILLOW = ("Image", "ImageColor", "ImageDraw", "ImageEnhance", "ImageFont", "ImageOps")


def import_torchvision() -> ModuleType:
    """The package torchvision; skips the test, or the module that calls this at import, where it is not installed."""
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed: pip install --no-deps torchvision", allow_module_level=True)
    return _imported()


@cache
def _imported() -> ModuleType:
    _declare_missing_operators()
    with _pillow_or_its_names():
        import torchvision
    return torchvision


@cache  # operators last as long as their library lives
def _declare_missing_operators() -> torch.library.Library | None:
    try:
        torch.ops.load_library(_compiled())
    except OSError:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in OPERATORS:
            library.define(operator)
        return library
    return None


def _compiled() -> str:
    """The file of torchvision's compiled operators; OSError where there is none."""
    folders = importlib.util.find_spec("torchvision").submodule_search_locations
    found = importlib.machinery.PathFinder.find_spec("_C", folders)
    if found is None:
        raise OSError("torchvision has no compiled operators")
    return found.origin


@contextmanager
def _pillow_or_its_names():
    """Pillow's names stand in ``sys.modules`` while torchvision is imported, and no longer."""
    if importlib.util.find_spec("PIL"):
        yield
        return
    package = _EmptyModule("PIL")
    modules = {"PIL": package, **{f"PIL.{name}": _EmptyModule(f"PIL.{name}") for name in PILLOW}}
    for name in PILLOW:
        setattr(package, name, modules[f"PIL.{name}"])
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name in modules:
            del sys.modules[name]


class _EmptyModule(ModuleType):
    """Every public name in it is an empty class."""

    __version__ = "10.0.0"
    __path__: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        setattr(self, name, type(name, (), {}))
        return getattr(self, name)
