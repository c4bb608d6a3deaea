"""A scaling in words: ``/255``, ``mean 0.4, 0.5, 0.6 std 0.2, 0.2, 0.2``, ``* 0.005 | log1p | … | sigmoid``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...errors import InputError
from ...files.json import parsed
from ...files.text import shortened
from ..card import Scaling
from ..steps import STEPS, Step, step_problems, steps_text

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
BETWEEN = re.compile(r"\||→|->|;|\n|\bthen\b")
SIGNS = {"/": "divide", "÷": "divide", "*": "multiply", "×": "multiply", "+": "add", "-": "subtract", "−": "subtract"}
NAMES: Mapping[str, str] = {  # other names of steps
    "ln": "log", "db": "decibel", "minmax": "range", "zscore": "standardise", "standardize": "standardise",
    "meanstd": "standardise", "percentiles": "percentile", "scale": "multiply", "times": "multiply", "pow": "power",
    "offset": "add", "rescale": "range", "normalise": "range", "normalize": "range",
}  # fmt: skip
KEYS = {"mean": 0, "means": 0, "std": 1, "stddev": 1, "sd": 1, "min": 0, "max": 1, "low": 0, "high": 1}
KEYED = re.compile(rf"\b({'|'.join(KEYS)})\b\s*[=:]?\s*([^a-zA-Z]*(?:[eE][-+]?\d[^a-zA-Z]*)*)")
PAIRED = {"mean": "standardise", "std": "standardise", "min": "range", "max": "range"}
ALONE = {"mean": "subtract", "std": "divide"}
IMAGENET = "/ 255 | mean 0.485, 0.456, 0.406 std 0.229, 0.224, 0.225"
BYTE = 255.0
LONGEST = 200_000  # characters
HINT = (
    "Give none, /255, /10000, 'mean 1, 2, 3 std 4, 5, 6' (a number a band, or one for all), 'min 0 max 10000', "
    "'percentile 2 98', dB, or several steps with | between them, each one of + - * / with a number, "
    f"{', '.join(name for name in STEPS if name not in SIGNS.values())}."
)


def steps_of(text: str) -> tuple[Step, ...]:
    """The steps that a text names, () for none; InputError, which names SCALING, for what is not understood."""
    text = text.strip()
    if len(text) > LONGEST:
        raise InputError(f"SCALING has {len(text)} characters, and {LONGEST} at most.", HINT)
    if text.startswith(("[", "{")):
        return _from_json(text)
    if text.lower() in ("", "none"):
        return ()
    if text.lower() == "imagenet":
        text = IMAGENET
    return tuple(_step(part) for part in _joined([part.strip() for part in BETWEEN.split(text) if part.strip()]))


def scaling_of(steps: Sequence[Step], bands: int) -> Scaling:
    """The scaling of an input of so many bands; InputError where a step has another number of values.

    Division by 255, a last mean and deviation, percentiles and dB are what the card has words for; for these, rasters
    are compared with what was in training.
    """
    for problem in step_problems(steps, bands):
        uneven = any(len(row) not in (1, bands) for step in steps for row in step.values)
        raise InputError(f"SCALING: {problem}.", f"Give one for all bands, or {bands}." if uneven else HINT)
    names = [step.name for step in steps]
    mean: tuple[tuple[float, ...], ...] = ()
    std: tuple[tuple[float, ...], ...] = ()
    if names and names[-1] == "standardise":
        mean, std = ((tuple(_row(steps[-1], i, bands)),) for i in (0, 1))
        names = names[:-1]
    if not names:
        return Scaling(mean=mean, std=std)
    if names == ["divide"] and steps[0].values == ((BYTE,),):
        return Scaling(divisor=BYTE, mean=mean, std=std)
    if names == ["decibel"]:
        return Scaling(decibel=True, mean=mean, std=std)
    if names in (["percentile"], ["percentile", "clip"]) and all(len(row) == 1 for s in steps[:2] for row in s.values):
        clip = (steps[1].value(0, 0), steps[1].value(1, 0)) if names[-1] == "clip" else None
        return Scaling("robust", low=steps[0].value(0, 0), high=steps[0].value(1, 0), clip=clip, mean=mean, std=std)
    return Scaling("steps", steps=tuple(steps))


def scaling_text(scaling: Scaling) -> str:
    """A scaling as ``steps_of`` reads it; percentiles that dates share are told as those of one."""
    steps: list[Step] = list(scaling.steps)
    if scaling.decibel:
        steps.append(Step("decibel"))
    if scaling.method == "robust":
        steps.append(Step("percentile", ((scaling.low,), (scaling.high,))))
    elif scaling.divisor != 1:
        steps.append(Step("divide", ((scaling.divisor,),)))
    if scaling.clip:
        steps.append(Step("clip", ((scaling.clip[0],), (scaling.clip[1],))))
    if scaling.mean or scaling.std:
        mean, std = scaling.mean or ((0.0,),), scaling.std or ((1.0,),)
        steps.append(Step("standardise", (mean[0], std[0])))
    return steps_text(steps) or "none"


def _joined(parts: Sequence[str]) -> list[str]:
    """Parts of which 'mean …' and 'std …', or 'min …' and 'max …', one after the other are one."""
    found: list[str] = []
    for part in parts:
        last = found[-1].lower() if found else ""
        pair = (("mean", "std"), ("mean", "sd"), ("min", "max"), ("low", "high"))
        if any(last.startswith(a) and part.lower().startswith(b) and b not in last for a, b in pair):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _step(part: str) -> Step:
    if part[0] in SIGNS:
        return _made(SIGNS[part[0]], part[1:], part)
    lower = part.lower()
    name = re.match(r"[a-z_]+1?0?p?(?:\s*[/-]\s*[a-z]+)?", lower)
    if not name:
        raise InputError(f"SCALING: '{shortened(part)}' is no step.", HINT)
    word = re.sub(r"[\s/_-]", "", name[0])
    word = NAMES.get(word, word)
    if word in STEPS:
        rest = lower[name.end() :]
        return _made(word, re.sub(r"^\s*by\b", "", rest), part)
    keys = [key for key, _ in KEYED.findall(lower)]
    pairs = {PAIRED.get(key.removesuffix("s").removesuffix("dev"), "range") for key in keys}
    if len(keys) == 2 and len(pairs) == 1:
        return _made(pairs.pop(), lower, part)
    if len(keys) == 1 and keys[0].removesuffix("s") in ALONE:
        return _made(ALONE[keys[0].removesuffix("s")], lower.replace(keys[0], "", 1), part)
    raise InputError(f"SCALING: '{shortened(part)}' is no step.", HINT)


def _made(name: str, rest: str, part: str) -> Step:
    """The step with the numbers in the rest of a part."""
    wanted = STEPS[name]
    if name == "percentile":
        rest = re.sub(r"(?<=\d)\s*[-–]\s*(?=\d)", " ", rest)
    keyed = sorted((KEYS[key], _numbers(numbers)) for key, numbers in KEYED.findall(rest))
    rows = [numbers for _, numbers in keyed] if len(keyed) == 2 else [_numbers(row) for row in rest.split("/")]
    if len(rows) == 1 and len(wanted) == 2 and len(rows[0]) == 2:
        rows = [(rows[0][0],), (rows[0][1],)]
    rows = [row for row in rows if row] if not wanted else rows
    if len(rows) != len(wanted) or not all(rows):
        needs = " and ".join(wanted) or "no number"
        raise InputError(f"SCALING: '{shortened(part)}' needs {needs}.", HINT)
    return Step(name, tuple(rows))


def _numbers(text: str) -> tuple[float, ...]:
    """The numbers in a text; InputError where there is something else."""
    if rest := re.sub(r"[\s,()\[\]{}=:%]|\bto\b|\band\b", "", NUMBER.sub("", text)):
        raise InputError(f"SCALING: '{shortened(rest)}' in '{shortened(text.strip())}' is no number.", HINT)
    return tuple(float(number) for number in NUMBER.findall(text))


def _from_json(text: str) -> tuple[Step, ...]:
    try:
        items = parsed(text)
        return tuple(Step(item["name"], tuple(map(_as_row, item.get("values", ())))) for item in items)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError("SCALING is no list of steps in JSON.", HINT) from None


def _as_row(value: object) -> tuple[float, ...]:
    return tuple(float(v) for v in value) if isinstance(value, list) else (float(value),)  # type: ignore[arg-type]


def _row(step: Step, parameter: int, bands: int) -> list[float]:
    return [step.value(parameter, band) for band in range(bands)]
