"""Esri's model definitions (.emd): what they say of bands, classes, tiles and task. Their Python is never run.

A definition names its network's file and the Python that prepares images and reads results. A network in ONNX or
TorchScript runs; of a PyTorch checkpoint (a pickle) and of other programs' files the reason is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cards.card import Band, Class
from ..cards.given.bands import band_of
from ..cards.given.classes import colour_of, coloured
from ..cards.steps import Step
from ..errors import ModelError
from ..files.json import parsed
from ..files.text import one_line, shortened
from .facts import Facts

LARGEST = 4 << 20  # bytes of a definition
TASKS = {  # ModelType, in lower case and without blanks -> task
    "imageclassification": "segmentation",  # Esri's word for classes of pixels
    "pixelclassification": "segmentation",
    "objectclassification": "classification",
    "featureclassification": "classification",
    "objectdetection": "detection",
    "instancedetection": "detection",
    "imagetranslation": "super-resolution",
    "superresolution": "super-resolution",
    "changedetection": "change",
    "pixelregression": "regression",
}
ENDINGS = (".onnx", ".pt", ".pth", ".pt2", ".tflite", ".h5", ".keras")  # of networks, by preference
RGB = ("red", "green", "blue")


def read_definition(path: Path) -> tuple[Facts, Path, tuple[str, ...]]:
    """(the facts, the network's file, what is to be told) of a definition; ModelError where it cannot be used."""
    data = path.read_bytes()[: LARGEST + 1]
    if len(data) > LARGEST:
        raise ModelError(f"{path.name} is of more than {LARGEST} bytes, which is no model definition.")
    try:
        emd = parsed(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ModelError(f"{path.name} is no model definition in JSON: {shortened(str(error))}.") from None
    if not isinstance(emd, dict):
        raise ModelError(f"{path.name} is no model definition: it is no JSON object.")
    network, notes = _network(path, emd), []
    function = emd.get("InferenceFunction")
    if function:
        notes.append(
            f"{path.name} names {shortened(str(function))}, Python that prepares its images and reads its results. It "
            "is not run: check SCALING, and what the tile gives."
        )
    return facts_of(emd, path.stem), network, tuple(notes)


def facts_of(emd: Mapping[str, Any], stem: str) -> Facts:
    """The facts of a definition."""
    kind = str(emd.get("ModelType") or "").lower().replace(" ", "").replace("_", "")
    height, width = (emd.get(key) for key in ("ImageHeight", "ImageWidth"))
    side = height if isinstance(height, int) and height == width and height > 0 else None
    name = one_line(str(emd.get("ModelName") or stem)) or stem
    least = emd.get("MinCellSize")
    size = emd.get("CellSize") or (least.get("x") if isinstance(least, dict) else None)
    threshold: Any = emd.get("Threshold", emd.get("threshold"))
    return Facts(
        title=name[:1000],
        network=one_line(str(emd.get("ModelConfiguration") or emd.get("Framework") or ""))[:255] or None,
        description=one_line(str(emd.get("Description") or ""))[:100_000] or None,
        task=TASKS.get(kind),
        bands=_bands(emd),
        classes=_classes(emd),
        steps=_steps(emd),
        resolution=_positive(size),
        tile_size=side,
        threshold=threshold if _is_number(threshold) and 0 <= threshold <= 1 else None,
    )


def _network(path: Path, emd: Mapping[str, Any]) -> Path:
    """The network's file beside the definition; ModelError where it cannot be run."""
    named = str(emd.get("ModelFile") or "")
    place = named.replace("\\", "/").removeprefix("./")
    if place and (place.startswith("/") or ":" in place or ".." in place.split("/") or "\0" in place):
        text = f"{path.name} wants to read its network from '{shortened(named)}', outside its own folder."
        raise ModelError(f"{text} That is not done.", "Put the network beside the definition.")
    found = [file for file in (path.parent / place, *sorted(path.parent.iterdir())) if file.is_file()]
    for ending in ENDINGS:
        usable = [file for file in found if file.suffix.lower() == ending]
        inside = [file for file in usable if file.resolve().is_relative_to(path.parent.resolve())]
        if inside:
            return inside[0]
    framework = shortened(str(emd.get("Framework") or "its framework"))
    what = f"its network '{shortened(named)}' ({framework})" if named else f"a network of {framework}"
    raise ModelError(
        f"{path.name} has {what}, which cannot be run here: it has neither ONNX nor TorchScript beside it.",
        "Export the network to ONNX where it was trained (torch.onnx.export), and put it beside the definition.",
    )


def _bands(emd: Mapping[str, Any]) -> tuple[Band, ...]:
    """The bands: those that are extracted, by their names where the definition has such."""
    extracted = emd.get("ExtractBands")
    names = emd.get("BandNames") or emd.get("Bands")
    if not isinstance(extracted, list) or not all(isinstance(n, int) and 0 <= n < 10_000 for n in extracted):
        return ()
    names = names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []
    if extracted and max(extracted) < len(names):
        return tuple(band_of(one_line(names[n])) for n in extracted)
    if extracted == [0, 1, 2]:
        return tuple(Band(name, (f"band {n + 1}",)) for n, name in zip(extracted, RGB))
    return tuple(Band(f"band {n + 1}") for n in extracted)


def _classes(emd: Mapping[str, Any]) -> tuple[Class, ...]:
    named, colours = [], []
    items = emd.get("Classes")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict) or not isinstance(item.get("Value"), int):
            return ()
        name = one_line(str(item.get("Name") or "")).strip() or f"class {item['Value']}"
        named.append((item["Value"], name[:1000]))
        colours.append(colour_of(item.get("Color")))
    return coloured(named, colours)


def _steps(emd: Mapping[str, Any]) -> tuple[Step, ...] | None:
    """The scaling, where the definition has statistics that its framework applies."""
    statistics = emd.get("NormalizationStats") or emd.get("ImageStats")
    if not isinstance(statistics, dict):
        return None
    keys = {str(key).lower(): value for key, value in statistics.items()}
    mean, std = (_numbers(keys.get(f"band_{name}_values") or keys.get(name)) for name in ("mean", "std"))
    fit = mean and len(mean) == len(std) and min(std) > 0
    return (Step("standardise", (mean, std)),) if fit else None


def _positive(value: Any) -> float | None:
    return float(value) if _is_number(value) and value > 0 else None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numbers(values: object) -> tuple[float, ...]:
    """Numbers in a list, () where it is none."""
    return tuple(map(float, values)) if isinstance(values, list) and all(map(_is_number, values)) else ()
