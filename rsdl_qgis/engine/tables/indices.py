"""Spectral indices by name, and expressions of bands. Standard library only.

An expression has band names, numbers, ``+ - * / **``, brackets and the functions of ``FUNCTIONS``. A band is a common
name (``green``, ``nir``), one that the raster's bands are described by (``B8``, ``VV``), or ``band3`` for the third
one. With two dates, ``before_`` before a name takes it from the first; ``after_``, or nothing, from the second.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ..errors import InputError

FUNCTIONS = {"abs": 1, "sqrt": 1, "log": 1, "exp": 1, "minimum": 2, "maximum": 2}  # name -> number of arguments
OPERATORS: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
LONGEST, MOST_NODES = 1000, 200  # letters, and parts, of an expression
DATES = ("before", "after")


@dataclass(frozen=True)
class Index:
    """A spectral index: what is above its threshold, and what is looked for on which side.

    ``classes``: names of 0 and 1. ``above``: whether class 1 is what lies above. ``bounds``: values beyond them, which
    negative reflectances give, are set to them.
    """

    title: str
    formula: str
    classes: tuple[str, str]
    color: str
    above: bool
    bounds: tuple[float, float] | None
    source: str


def _difference(first: str, second: str) -> str:
    return f"({first} - {second}) / ({first} + {second})"


def _normalised(title: str, bands: tuple[str, str], named: str, color: str, above: bool, source: str) -> Index:
    return Index(title, _difference(*bands), (f"not {named}", named), color, above, (-1.0, 1.0), source)


WATER, PLANTS, BURNED, SNOW, BUILT = "#1f6fd6", "#1b7837", "#b2182b", "#7fd3e8", "#8c510a"
ONE_DATE: Mapping[str, Index] = {
    "NDVI": _normalised(
        "normalised difference vegetation index", ("nir", "red"), "vegetation", PLANTS, True,
        "Rouse et al. 1974, NASA SP-351",
    ),
    "NDWI": _normalised(
        "normalised difference water index", ("green", "nir"), "water", WATER, True,
        "McFeeters 1996, doi:10.1080/01431169608948714",
    ),
    "MNDWI": _normalised(
        "modified normalised difference water index", ("green", "swir1"), "water", WATER, True,
        "Xu 2006, doi:10.1080/01431160600589179",
    ),
    "NDMI": _normalised(
        "normalised difference moisture index", ("nir", "swir1"), "moist", WATER, True,
        "Gao 1996, doi:10.1016/S0034-4257(96)00067-3",
    ),
    "NBR": _normalised(
        "normalised burn ratio", ("nir", "swir2"), "burned", BURNED, False,
        "Key, Benson 2006, RMRS-GTR-164-CD",
    ),
    "NDSI": _normalised(
        "normalised difference snow index", ("green", "swir1"), "snow", SNOW, True,
        "Hall et al. 1995, doi:10.1016/0034-4257(95)00137-P",
    ),
    "NDBI": _normalised(
        "normalised difference built-up index", ("swir1", "nir"), "built-up", BUILT, True,
        "Zha et al. 2003, doi:10.1080/01431160304987",
    ),
}  # fmt: skip


def _dated(formula: str, date: str) -> str:
    return re.sub(r"[a-z]+\d?", lambda found: f"{date}_{found.group()}", formula)


def _fall(name: str, index: Index) -> Index:
    """The difference before - after; of water and snow after - before, so that what came lies above."""
    came = index.above and index.color in (WATER, SNOW, BUILT)
    first, second = ("after", "before") if came else ("before", "after")
    formula = f"{_dated(index.formula, first)} - {_dated(index.formula, second)}"
    named = {"NDVI": "loss of vegetation", "NBR": "burned", "NDMI": "moister"}.get(name, f"new {index.classes[1]}")
    none = "no" if came or name == "NDVI" else "not"
    color = BURNED if name == "NDVI" else index.color
    title = f"{index.title}, {first} minus {second}"
    return Index(title, formula, (f"{none} {named}", named), color, True, (-2.0, 2.0), index.source)


_NBR = {date: _dated(ONE_DATE["NBR"].formula, date) for date in DATES}
INDICES: Mapping[str, Index] = {
    **ONE_DATE,
    **{f"d{name}": _fall(name, index) for name, index in ONE_DATE.items()},
    "RBR": Index(
        "relativised burn ratio", f"({_NBR['before']} - {_NBR['after']}) / ({_NBR['before']} + 1.001)",
        ("not burned", "burned"), BURNED, True, None, "Parks et al. 2014, doi:10.3390/rs6031827",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Operand:
    """A band in an expression: its name, and the date that it is of."""

    name: str
    date: str = "after"


@dataclass(frozen=True)
class Expression:
    """An expression that was read. ``operands``: its bands, each once, in the order in which they come."""

    text: str
    tree: ast.expr
    operands: tuple[Operand, ...]

    def of(self, date: str) -> tuple[str, ...]:
        """The names of the bands of a date."""
        return tuple(operand.name for operand in self.operands if operand.date == date)

    def value(self, bands: Mapping[Operand, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """What it comes to; ``functions``: those of ``FUNCTIONS``."""

        def of(node: ast.expr) -> Any:
            if isinstance(node, ast.Constant):
                return node.value
            if isinstance(node, ast.Name):
                return bands[operand_of(node.id)]
            if isinstance(node, ast.UnaryOp):
                return OPERATORS[type(node.op)](of(node.operand))
            if isinstance(node, ast.BinOp):
                return OPERATORS[type(node.op)](of(node.left), of(node.right))
            call = cast(ast.Call, node)  # nothing else was let in
            return functions[ast.unparse(call.func)](*map(of, call.args))

        return of(self.tree)


def named_index(text: str) -> Index | None:
    """The index of that name, whatever its capitals; None where there is none."""
    return next((index for name, index in INDICES.items() if name.lower() == text.strip().lower()), None)


def parsed(text: str) -> Expression:
    """The expression of an index's name, or of a text. InputError says what is wrong with it."""
    index = named_index(text)
    written = index.formula if index else text.strip()
    if not written or len(written) > LONGEST:
        raise InputError(f"An expression has 1 to {LONGEST} letters.", _examples())
    try:
        tree = ast.parse(written, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"'{text}' is no expression of bands, nor the name of an index.", _examples()) from None
    nodes = list(ast.walk(tree))
    if len(nodes) > MOST_NODES:
        raise InputError(f"The expression has {len(nodes)} parts, and {MOST_NODES} can be.", "Write a shorter one.")
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = sorted((n for n in nodes if isinstance(n, ast.Name) and id(n) not in called), key=_place)
    for node in nodes:
        _check(node)
    operands = tuple(dict.fromkeys(operand_of(node.id) for node in names))
    if not operands:
        raise InputError(f"'{text}' names no band.", _examples())
    return Expression(written, tree, operands)


def operand_of(name: str) -> Operand:
    """The band of a name, with its date where one stands before it."""
    date, _, rest = name.partition("_")
    return Operand(rest, date) if rest and date in DATES else Operand(name)


def check_dates(text: str, expression: Expression, has_before: bool) -> None:
    """InputError where there is one date and the expression needs two, or two and it needs one."""
    if expression.of("before") and not has_before:
        raise InputError(f"{text} compares two dates, and there is one image.", "Give the image before (BEFORE).")
    if has_before and not expression.of("before"):
        hint = f"Choose d{text}, or leave BEFORE empty." if f"d{text}" in INDICES else "Leave BEFORE empty."
        raise InputError(f"{text} takes nothing from the image before.", hint)


def _place(node: ast.Name) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _check(node: ast.AST) -> None:
    """InputError for what an expression may not have."""
    if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, (int, float))):
        raise InputError(f"{node.value!r} is no number.", _examples())
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else "?"
        if name not in FUNCTIONS or len(node.args) != FUNCTIONS[name] or node.keywords:
            known = ", ".join(f"{key} ({count})" for key, count in FUNCTIONS.items())
            raise InputError(f"There is no function '{name}' of so many values.", f"There are {known}.")
    known_nodes = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.Call, ast.Load, *OPERATORS)
    if not isinstance(node, known_nodes):
        raise InputError(
            "The expression has more than bands, numbers, + - * / **, brackets and functions.", _examples()
        )


def _examples() -> str:
    return f"Give {', '.join(INDICES)}, or an expression such as (B3 - B11) / (B3 + B11) or band1."
