"""The engine that a model runs with: the one that was asked for, the one that was chosen before, or the fastest one.

Engines give slightly different probabilities, so that a choice, once made, stays until the model, the libraries or the
processor change; and one with a lower precision is chosen only where it makes the same map (``AGREED``).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ...cards.card import ONNX_FILE, WEIGHTS_FILE, ModelCard
from ...errors import DeviceError, ModelError
from ...feedback import Report
from ...tables.devices import kind_of
from ..devices import TORCH_DEVICES, available_cores, choose_device, has_bf16, named_device, providers
from ..network import Arrays
from ..sessions import BF16, BY_CARD, choose_engine, open_network, runtime_name
from .agreement import agreement
from .record import Choice, keep, kept
from .trial import Trial, Tried, Way, tried

AUTO = "auto"
AGREED = 0.999  # least share of equal pixels
CLEARLY = 1.1  # another engine has to gain more than this factor
BATCHES = 4  # that every engine runs, the first to warm up
START = 8.0  # seconds: a process, its libraries and networks
SHARE = 0.05  # of a job's time that a trial may take
PATIENCE = 4  # a trial that takes so many times as long as expected is ended,
LEAST_PATIENCE = 120.0  # though not before so many seconds: a cold disk takes long to give the libraries


def known_choice(card: ModelCard, path: Path, device: str, engine: str = AUTO) -> Choice | None:
    """The engine and device that need no trial: as asked for by name or ``card``, else as chosen here before.

    None where neither is so: then the card's engine runs, unless ``chosen_by_trial`` finds a faster one.
    """
    if engine == AUTO:
        choice = kept(path, card, device)
        return choice if choice and _is_there(card, path, choice) else None
    return Choice(engine, device, "as the card says" if engine == BY_CARD else "as asked for")


def settled_choice(card: ModelCard, path: Path, device: str, engine: str = AUTO) -> Choice:
    """The engine by name and the device with which every part of a job is to run, wherever the parts run.

    As ``known_choice``, else the card's engine. It is given on as the arguments ``engine`` and ``device``: with an
    engine by name no computer looks for another one.
    """
    return named_choice(card, path, device, known_choice(card, path, device, engine))


def named_choice(card: ModelCard, path: Path, device: str, choice: Choice | None) -> Choice:
    """A choice of an engine by its name: the card's one, where none is chosen."""
    if choice is not None and choice.engine != BY_CARD:
        return choice
    engine, _ = choose_engine(card, path, named_device(device))
    return Choice(engine, device, "as the card says")


def ways_of(card: ModelCard, path: Path, device: str) -> list[Way]:
    """The ways to run a model on a device, the usual one first.

    A device by name is kept to. For ``auto`` on a CPU, OpenVINO is a way too, where it is installed; the other devices
    of ONNX Runtime are for those who ask for them. Lower precision only where the card allows it.
    """
    chosen = choose_device(device)
    usual = Way(*choose_engine(card, path, chosen), chosen)
    lower = card.half_precision and chosen in ("cpu", "openvino") and has_bf16()
    onnx, others = path / ONNX_FILE if path.is_dir() else path, providers()
    found = [usual]
    if onnx.is_file() and kind_of(chosen) in ("cpu", *others):
        found.append(Way("onnx", onnx, chosen))
    if path.is_dir() and (path / WEIGHTS_FILE).is_file() and kind_of(chosen) in TORCH_DEVICES and find_spec("torch"):
        found += [Way(name, path / WEIGHTS_FILE, chosen) for name in ("torch", *(["torch" + BF16] if lower else []))]
    fits = chosen == "openvino" or (device.lower() == AUTO and chosen == "cpu")
    if onnx.is_file() and "openvino" in others and fits:
        found += [Way(name, onnx, "openvino") for name in ("onnx", *(["onnx" + BF16] if lower else []))]
    return list(dict.fromkeys(found))


def trial_seconds(one: float, ways: int) -> float:
    """How long a trial of so many ways takes about, for ``one`` second a batch."""
    return START + ways * BATCHES * one


def pays(total: float, one: float, ways: int) -> bool:
    """Whether a job of ``total`` seconds is long enough for a trial of so many ways."""
    return ways > 1 and trial_seconds(one, ways) <= SHARE * total


def chosen_by_trial(
    card: ModelCard,
    path: Path,
    device: str,
    batches: Sequence[Arrays],
    one: float,
    report: Report,
    threads: int | None = None,
    streams: int = 1,
) -> Choice | None:
    """Try the ways of a model on some of a job's batches, keep and log what was chosen; None for the usual one.

    ``one``: seconds of a batch, by which a trial that hangs is known. Raises Cancelled.
    """
    ways = ways_of(card, path, device)
    trial = Trial(card, ways, threads or available_cores(), streams)
    report.progress(0.0, "Trying which engine is fastest")
    limit = max(LEAST_PATIENCE, PATIENCE * trial_seconds(one, len(ways)))
    found = tried(trial, batches, limit, report)
    if found and found[0].problem:
        report.log("warning", f"No engine was chosen: {_told(found[0])}.")
        return None
    best = best_of(found) if found else Tried(ways[0].engine, ways[0].device)
    is_usual = (best.engine, best.device) == (ways[0].engine, ways[0].device)
    why = "; ".join(map(_told, found)) if found else "a trial of the other engines failed"
    choice = Choice(best.engine, device if is_usual else best.device, why)
    place = keep(path, card, device, choice)
    until = f" It stays so until the model, the libraries or the processor change ({place})." if place else ""
    report.log("info", f"'{card.name}' runs fastest with {_named(best)}: {why}.{until}")
    return None if is_usual else choice


def warn_unlike_cpu(card: ModelCard, path: Path, device: str, engine: str, batch: Arrays, report: Report) -> None:
    """Compare a device that few have tried with the CPU, on a batch, and warn where the map is not the same."""
    ways = (("cpu", "onnx"), (device, engine))
    by_cpu, by_device = (open_network(card, path, place, engine=name).run(batch) for place, name in ways)
    share = agreement(card, by_cpu, by_device)
    if share < AGREED:
        text = f"On {device} '{card.name}' gives other results than on the CPU: {100 * (1 - share):.1f} % differ."
        report.log("warning", f"{text} Use DEVICE=cpu, or compare the two maps.")


def best_of(found: Sequence[Tried]) -> Tried:
    """The fastest way: another than the first has to be clearly faster, and to agree with it."""
    usual = found[0]
    others = [item for item in found[1:] if not item.problem and item.agreement >= AGREED]
    best = min(others, key=lambda item: item.seconds, default=usual)
    return best if best.seconds * CLEARLY < usual.seconds else usual


def _is_there(card: ModelCard, path: Path, choice: Choice) -> bool:
    """Whether the device is still here, and the file that the engine runs."""
    try:
        choose_engine(card, path, choose_device(choice.device), choice.engine)
    except (DeviceError, ModelError):
        return False
    return True


def _told(item: Tried) -> str:
    """'PyTorch in bfloat16 0.31 s a batch, 99.98 % equal'."""
    if item.problem:
        return f"{_named(item)} cannot be used ({item.problem})"
    return f"{_named(item)} {item.seconds:.2g} s a batch, {100 * item.agreement:.6g} % equal"


def _named(item: Tried) -> str:
    return f"{runtime_name(item.engine)} on {item.device}"
