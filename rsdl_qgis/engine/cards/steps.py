"""The steps of a scaling that is a formula: ``* 0.005 | log1p | … | sigmoid``. Standard library only.

A step is applied to each band by itself, one after the other; ``radiometry.steps`` does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST_STEPS = 32
STEPS: Mapping[str, tuple[str, ...]] = {  # name -> its parameters; x is a raster's value, or what the last step gave
    "add": ("number",),  # x + number
    "subtract": ("number",),  # x - number
    "multiply": ("factor",),  # x * factor
    "divide": ("divisor",),  # x / divisor
    "power": ("exponent",),  # x ** exponent
    "clip": ("low", "high"),  # not below low, not above high
    "range": ("low", "high"),  # (x - low) / (high - low)
    "standardise": ("mean", "std"),  # (x - mean) / std
    "percentile": ("low", "high"),  # as range, between percentiles of the raster's own valid pixels of that band
    "log": (),  # natural logarithm
    "log1p": (),  # log(1 + x)
    "log10": (),
    "decibel": (),  # 10 log10(x)
    "exp": (),
    "sqrt": (),
    "sigmoid": (),  # 1 / (1 + exp(-x))
    "tanh": (),
}


@dataclass(frozen=True)
class Step:
    """A step by its name in ``STEPS``; ``values``: for each parameter one number for all bands, or one a band."""

    name: str
    values: tuple[tuple[float, ...], ...] = ()

    def value(self, parameter: int, band: int) -> float:
        """The number of a parameter for a band, both from 0."""
        row = self.values[parameter]
        return row[band] if len(row) > 1 else row[0]


def step_problems(steps: Sequence[Step], bands: int) -> Iterator[str]:
    """What is wrong with steps for so many bands, after 'step 2 (log) '."""
    if len(steps) > MOST_STEPS:
        yield f"are {len(steps)}; at most {MOST_STEPS} can be used"
    for i, step in enumerate(steps, 1):
        names = STEPS[step.name]
        where = f"step {i} ({step.name})"
        if len(step.values) != len(names):
            yield f"{where} has {len(step.values)} parameter(s), and needs {len(names)}: {', '.join(names) or 'none'}"
            continue
        if wrong := next((row for row in step.values if len(row) not in (1, bands)), None):
            yield f"{where} has {len(wrong)} numbers, and the input {bands} band(s)"
            continue
        for band in range(bands):
            if problem := _number_problem(step, band):
                yield f"{where} {problem}"
                break


def _number_problem(step: Step, band: int) -> str:
    numbers = [step.value(i, band) for i in range(len(step.values))]
    if step.name == "divide" and numbers[0] == 0:
        return "divides by 0"
    if step.name == "multiply" and numbers[0] == 0:
        return "multiplies by 0, after which all values are the same"
    if step.name == "standardise" and numbers[1] <= 0:
        return f"has a standard deviation of {numbers[1]:g}, which must be above 0"
    if step.name in ("clip", "range", "percentile") and numbers[0] >= numbers[1]:
        return f"goes from {numbers[0]:g} to {numbers[1]:g}: low must be below high"
    if step.name == "percentile" and (numbers[0] < 0 or numbers[1] > 100):
        return f"takes percentiles {numbers[0]:g} and {numbers[1]:g}, which lie from 0 to 100"
    return ""


def steps_text(steps: Sequence[Step]) -> str:
    """'divide 10000 | log1p | subtract 1, 2, 3', as a person writes it and ``given.scaling`` reads it."""
    return " | ".join(" ".join([step.name, " / ".join(map(_row, step.values))]).strip() for step in steps)


def _row(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:.10g}" for number in numbers)
