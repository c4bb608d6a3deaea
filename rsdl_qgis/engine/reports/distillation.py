"""The section of a training report that compares a student with its teacher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import html as web
from .charts import BLUE, Bar, bar_chart
from .text import COMMON, capital, file_size, found, number, whole


def distilled(pair: Mapping[str, Any], main: str) -> Iterator[str]:
    """Student and teacher: size, metrics, inference time."""
    teacher, student = pair["teacher"], pair["student"]
    smaller = web.percent(student["parameters"] / teacher["parameters"], 1)
    if pair["kept"] is None:
        yield web.paragraph(
            f"The student has {smaller} of the teacher's parameters. The teacher's {main} is not above zero, so there "
            "is no fraction of it to keep."
        )
    else:
        kept = web.percent(pair["kept"], 1)
        yield web.paragraph(f"The student keeps {kept} of the teacher's {main} with {smaller} of its parameters.")
    values = [found(item["figures"], main) for item in (teacher, student)]
    names = [f"{role}: {item['name']}" for role, item in (("teacher", teacher), ("student", student))]
    bars = [
        Bar(name, value, number(value), color=color)
        for name, value, color in zip(names, values, (COMMON, BLUE))
        if value is not None
    ]
    if bars:
        yield web.paragraph(f"{capital(main)}:", small=True)
        yield bar_chart(bars, (0.0, 1.0) if all(0 <= bar.value <= 1 for bar in bars) else None)
    titles = list(dict.fromkeys([*teacher["figures"], *student["figures"]]))
    rows = [
        [title, *(number(found(item["figures"], title)) for item in (teacher, student)), share(student, teacher, title)]
        for title in titles
    ]
    for name, title, shown in (
        ("parameters", "Parameters", whole),
        ("bytes", "Size of the weights", file_size),
        ("milliseconds", "Inference time per tile", lambda v: f"{number(v)} ms"),
    ):
        if teacher.get(name) is not None and student.get(name) is not None:
            kept = web.percent(student[name] / teacher[name], 1) if teacher[name] else "–"
            rows.append([title, shown(teacher[name]), shown(student[name]), kept])
    yield web.table(["", capital(names[0]), capital(names[1]), "Student / teacher"], rows)


def share(student: Mapping[str, Any], teacher: Mapping[str, Any], title: str) -> str:
    """The student's metric in percent of the teacher's; a dash where one is missing."""
    own, other = found(student["figures"], title), found(teacher["figures"], title)
    return web.percent(own / other, 1) if own is not None and other else "–"
