"""Write ``docs/networks.md`` from the table of networks: ``python -m tools.network_docs``, in the worker's Python."""

from __future__ import annotations

import inspect
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from rsdl_qgis.engine import networks
from rsdl_qgis.engine.networks import NETWORKS, Network, build_network
from rsdl_qgis.engine.tables.tasks import task_of

PAGE = Path(__file__).parent.parent / "docs" / "networks.md"
TASKS = {  # task -> heading, number of classes in its table
    "classification": ("Classification of scenes", 1000),
    "segmentation": ("Segmentation", 2),
    "change": ("Change between two dates", 2),
    "time-series": ("Time series of a pixel", 9),
    "detection": ("Detection of objects", 90),
}
CLASSES = {"lenet5": 10}  # where the paper's number is not the task's
SENTINEL2 = ("B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12")  # of networks that go by names of bands
Shape = Sequence[int]
DIFFERS = "Differs from the paper:"
AS_PAPER = "As in the paper."
HEAD = """\
# The networks

Made from the table in `rsdl_qgis/engine/networks/table.py` by `python -m tools.network_docs`; do not edit.

Every network takes any number of bands and classes. Size, parameters and multiply-adds are for the numbers in the
tables: one date where no other number stands before the bands, and the default size in pixels. Parameters are the
trainable ones, auxiliary heads included. Multiply-adds are those of convolutions and matrix products for one sample,
without auxiliary heads; those of the detectors are extrapolated from two smaller sizes. Height and width of an image
must be a multiple of the first number stated and at least the second; "fixed" networks take only the size that they
are built for.

Every network that makes a map (segmentation, change) also has the option `coarsen`: with 2 it sees the means of 2 × 2
pixels, and its map is enlarged again. It costs a quarter, and height and width must be multiples of twice the number.

Every network of series also has the option `members`: that many networks with their own initial weights are trained
side by side, and the mean of their outputs is used (an ensemble, arXiv:1612.01474). It costs that many times the work.

Presto, Galileo and TerraMind go by the names of bands ([weights to start from](starts.md)); their numbers are for the
ten of Sentinel-2 at 10 and 20 m.

The names `unet-10c` and `unet-3c`, which models and jobs may have, stand for `unet`.
"""


def main() -> int:
    PAGE.write_text(page(NETWORKS), encoding="utf-8")
    print(PAGE)
    return 0


def page(table: Mapping[str, Network]) -> str:
    """The whole page."""
    parts = [HEAD]
    for task, (heading, classes) in TASKS.items():
        lines = {name: line for name, line in table.items() if line.task == task}
        parts.append(f"## {heading}\n\n" + "\n".join(rows(task, lines, classes)) + "\n")
        parts.append("\n".join(notes(lines)) + "\n")
    return "\n".join(parts)


def rows(task: str, lines: Mapping[str, Network], classes: int) -> Iterator[str]:
    """The table of a task."""
    size = "dates" if task_of(task).series else "size | multiple of, at least"
    header = f"| name | network | paper | bands | classes | {size} | parameters | multiply-adds |"
    yield header
    yield "|---|---|---" + "|--:" * (header.count("|") - 4) + "|"
    for name, line in lines.items():
        count = CLASSES.get(name, classes)
        least = f"{line.multiple}, {line.smallest or line.multiple}" if line.any_size else "fixed"
        network = build(name, line, count)
        cells = (
            f"`{name}`",
            line.title,
            link(line.paper),
            f"{line.dates} × {line.bands}" if line.dates else line.bands,
            count,
            line.size if task_of(task).series else f"{line.size} | {least}",
            f"{sum(p.numel() for p in network.parameters()):,}",
            quantity(multiply_adds(network, line)),
        )
        yield f"| {' | '.join(map(str, cells))} |"


def notes(lines: Mapping[str, Network]) -> Iterator[str]:
    """For each network of a task, its choices and what differs from the paper; once for all lines of a class."""
    yield "Options to choose from, and what differs from the paper:\n"
    by_class: dict[str, list[str]] = {}
    for name, line in lines.items():
        by_class.setdefault(line.target, []).append(name)
    for target, names in by_class.items():
        choices = dict(choice for name in names for choice in lines[name].choices.items())
        said = [f"`{key}`: {', '.join(map(str, values))} (the first by default)." for key, values in choices.items()]
        yield f"- {', '.join(f'`{name}`' for name in names)}: {' '.join([*said, differences(target)])}"


def differences(target: str) -> str:
    """What the docstring of a network's class says about its paper; ValueError when it says nothing."""
    module, _, attribute = target.partition(":")
    text = inspect.getdoc(getattr(import_module(f"{networks.__name__}.{module}"), attribute)) or ""
    found = [part for paragraph in text.split("\n\n") for part in paragraph.split(DIFFERS)[1:]]
    if not found and AS_PAPER not in text:
        raise ValueError(f"The docstring of {target} has neither '{DIFFERS} …' nor '{AS_PAPER}'.")
    plain = (" ".join(re.split(r"\n\s*forward:", part)[0].split()) for part in found)
    return " ".join(part[:1].upper() + part[1:] for part in plain) or AS_PAPER


def link(paper: str) -> str:
    """A DOI or arXiv number as a link."""
    place = paper.replace("arXiv:", "arxiv.org/abs/") if paper.startswith("arXiv:") else f"doi.org/{paper}"
    return f"[{paper}](https://{place})"


def quantity(count: float) -> str:
    """A number with three digits and its unit: 4.09 G."""
    for factor, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= factor:
            value = count / factor
            return f"{value:.{max(0, 3 - len(str(int(value))))}f}{unit}"
    return f"{count:.0f}"


def build(name: str, line: Network, classes: int) -> nn.Module:
    """The network as the page describes it, in eval mode; where that suffices, of shapes without values."""
    named = {"bands": list(SENTINEL2)} if "bands" in networks.option_names(name) else {}
    with torch.device(_device(line)):
        network: nn.Module = build_network(name, {"image": (_dates(line), line.bands)}, classes, **named)
    return network.eval()


def multiply_adds(network: nn.Module, line: Network) -> float:
    """Multiply-adds of one sample at the default size, counted without computing where the network allows it.

    What a detector does depends on what it sees. It is computed at two small sizes: its work is a constant, the boxes
    it looks at, and a part that grows with the area.
    """
    if task_of(line.task).series:
        return _count(network, torch.zeros(1, line.size, line.bands), torch.ones(1, line.size, dtype=torch.bool))
    if line.task != "detection":
        return _count(network, _image(line, line.size))
    small, large = 2 * line.multiple, 4 * line.multiple
    at_small, at_large = (_count(network, _image(line, side)) for side in (small, large))
    return at_small + (at_large - at_small) * (line.size**2 - small**2) / (large**2 - small**2)


def _device(line: Network) -> str:
    return "cpu" if line.task in ("time-series", "detection") else "meta"


def _dates(line: Network) -> int:
    return line.size if line.task == "time-series" else line.dates or 1


def _image(line: Network, side: int) -> Tensor:
    return torch.zeros(1, _dates(line), line.bands, side, side, device=_device(line))


def _count(network: nn.Module, *inputs: Tensor) -> float:
    mapping = {torch.ops.aten.mkldnn_rnn_layer: _recurrent_layer}  # what an LSTM is on some CPUs, and else is not
    with FlopCounterMode(display=False, custom_mapping=mapping) as counter, torch.inference_mode():
        network(*inputs)
    return counter.get_total_flops() / 2  # it counts a multiplication and an addition as two


def _recurrent_layer(x: Shape, weight_in: Shape, weight_state: Shape, *_: object, **__: object) -> int:
    """Twice the multiply-adds of a layer over a sequence x (T, N, channels)."""
    return 2 * x[0] * x[1] * (math.prod(weight_in) + math.prod(weight_state))


if __name__ == "__main__":
    sys.exit(main())
