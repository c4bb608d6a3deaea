"""The stages of a network from input to output, as it declares them: for freezing and transferring weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flow:
    """A class attribute ``flow``: the stages of a network's encoder, decoder and head, from its input to its output.

    Each is a regular expression that names parameters, or modules with all their parameters, relative to the class.
    Where it has a group, that is a number, and there is a stage for each: the lowest first, or the highest with a group
    called ``last_first``. The number of a layer of an ``nn.Sequential`` counts the poolings up to it, and the layers
    with the attribute ``halves``. One that names a module with a ``flow`` of its own stands for that one's stages. A
    parameter that several name belongs to the last of them. Layers that depend on the number of classes are the head.
    """

    encoder: tuple[str, ...] = ()
    decoder: tuple[str, ...] = ()
    head: tuple[str, ...] = ()


USUAL = Flow(("encoder",), ("decoder",), ("head",))  # of a network that declares none
