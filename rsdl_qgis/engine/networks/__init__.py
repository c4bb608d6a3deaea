"""Networks by their names in the table (``table.py``), which is read without torch; one is loaded when it is built.

Constructor contract: ``network(inputs, classes, **options)`` with ``inputs`` mapping an input's name to
``(dates, channels)``. Forward contract: one tensor ``(N, T, C, H, W)`` an input, in that order, to logits:

=================  ==================================================================================================
task               what ``forward`` gives
=================  ==================================================================================================
classification     ``(N, classes)``
segmentation       ``(N, classes, H, W)``
change             ``(N, classes, H, W)``; every input has two dates, before and after
time-series        ``(N, classes)``; it takes ``(N, T, C)`` an input and, last, ``valid (N, T)``, true where a date is
detection          ``boxes (N, K, 4)`` as x1, y1, x2, y2 in pixels and ``logits (N, K, classes)``, before suppression;
                   ``loss(images, targets)`` gives the named losses of training. Of a network that the table
                   calls ``oriented``, boxes are (N, K, 5): x, y, width, height in pixels, angle in radians
=================  ==================================================================================================

In training mode a network with auxiliary heads gives ``(logits, *auxiliary logits)``, and gives
their weight in the loss in ``auxiliary_weight``. Sensors on one grid are stacked as bands, unless a network says
otherwise. Its class attribute ``flow`` (see ``stages.py``) says which parameters are encoder, decoder and head.

Every network that makes a map (segmentation, change) has, beside its own, the option ``coarsen``: the factor by which
it works at a coarser resolution than its images (see ``downscale.py``). Every network of series has ``members``: the
size of an ensemble of it (see ``ensemble.py``). Every classifier of scenes has ``examples``, how many are kept,
and ``neighbours``, how many of these decide, where it decides by nearest neighbours (see ``neighbours.py``).

Those of ``ENCODERS`` can be built for no class (0): without a last layer they give the features of images (N, F), F
being the last of their ``stage_widths``. The network of a model of features is built so (``card_network``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from ..job.memory import ran_out
from ..tables.kinds import shown
from ..tables.tasks import task_of
from .table import CHANGE, COMMON_OPTIONS, ENCODERS, NETWORKS, SEGMENTATION, TIME_SERIES, Network, constructor

if TYPE_CHECKING:
    from ..cards.card import ModelCard

__all__ = [
    "CHANGE",
    "ENCODERS",
    "NETWORKS",
    "SEGMENTATION",
    "TIME_SERIES",
    "Network",
    "build_network",
    "card_network",
    "check_options",
    "multiple_of_sides",
    "network_for",
    "option_names",
]

NEIGHBOURS = 5  # that decide, by default
AS_IT_IS = "Leave OPTIONS empty for its usual form."


def build_network(name: str, inputs: Mapping[str, tuple[int, int]], classes: int, **options: Any) -> Any:
    """A new network (``torch.nn.Module``) by its name in the table.

    ModelError when there is no such name, or the network takes no such inputs, classes or options; and later, from the
    network itself, when it is given images of other dates, bands or sides than it takes.
    """
    from .checks import check_request, guard, multiple_of
    from .downscale import coarsen  # loads torch
    from .ensemble import Ensemble
    from .neighbours import with_neighbours

    network_class = constructor(name)
    line = NETWORKS[name]
    check_request(line, network_class, inputs, classes, options, least=0 if name in ENCODERS else 1)
    own = {key: value for key, value in options.items() if key not in COMMON_OPTIONS}
    build = partial(network_class, inputs, classes, **{**line.options, **own})
    members = options.get("members", 1)
    try:
        network = Ensemble(build, members) if members > 1 else build()
        if "examples" in options:
            with_neighbours(network, classes, options["examples"], options.get("neighbours", NEIGHBOURS))
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        if ran_out(error):
            raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(f"{line.title} cannot be built with the options {shown(own)}: {reason}.", AS_IT_IS) from error
    if (factor := options.get("coarsen", 1)) > 1:
        coarsen(network, factor, multiple_of(network, line))
    guard(network, line, inputs, options)
    return network


def card_network(card: ModelCard) -> Any:
    """A new network of the table, as the card of a model with its weights says; of features without a last layer."""
    outputs = 0 if task_of(card.task).features else card.channels
    return build_network(card.network, {item.name: item.shape for item in card.inputs}, outputs, **card.options)


def check_options(name: str, options: Mapping[str, Any]) -> None:
    """ModelError where a network of the table has no such options, before its inputs and classes are known."""
    from .checks import check_options as check

    check(NETWORKS[name], constructor(name), options)


def multiple_of_sides(name: str, inputs: Mapping[str, tuple[int, int]], options: Mapping[str, Any]) -> int:
    """The number that height and width of an image have to be a multiple of, for a network of any size built so."""
    import torch

    from .checks import multiple_of

    with torch.device("meta"):  # without weights
        return multiple_of(build_network(name, inputs, 2, **options), NETWORKS[name])


def network_for(start: str, groups: Sequence[str], usual: str) -> str:
    """The network that is trained from the weights of the network ``start``, where none is chosen: itself, if it is of
    one of the ``groups``, else the first of these that can have it as its encoder, else ``usual``.
    """
    if start in NETWORKS and NETWORKS[start].task in groups:
        return start
    lines = [(name, line) for group in groups for name, line in NETWORKS.items() if line.task == group]
    return next((name for name, line in lines if start in line.choices.get("encoder", ())), usual)


def option_names(name: str) -> set[str]:
    """The options that a network of the table can be built with; loads torch."""
    from .checks import options_of

    return options_of(NETWORKS[name], constructor(name))
