"""Parameters that are given and have no effect with the others as they are: each is named in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingParameterField, QgsRasterLayer, QgsVectorLayer

from .parameters import in_words, is_given
from .text import tr

BESIDE: Mapping[str, tuple[str, ...]] = {  # a parameter -> those of which it needs one, where the algorithm has any
    **dict.fromkeys(("SIMPLIFY", "MIN_AREA", "FILL_HOLES", "REGULARIZE"), ("POLYGONS",)),
    "NECK": ("SEPARATE_OBJECTS",),
    **dict.fromkeys(("DISTANCE", "LEAST", "WITH_EXAMPLES"), ("PLACES",)),
    "UNCERTAINTY_MEASURE": ("UNCERTAINTY",),
    "CERTAINTY_KIND": ("CERTAINTY",),
    "PROBABILITIES_BAND": ("PROBABILITIES",),
    "STRATA_BAND": ("STRATA",),
}
OF_ALL = {"METHOD": ("finetune", "lora")}  # trainings of the whole network
IN_STEPS = {"METHOD": (*OF_ALL["METHOD"], "linear")}
MODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {  # a parameter -> those of which one has to have such a value
    "BACKGROUND": {"UNLABELLED": ("background",), "UNMAPPED": ("background",)},
    "LORA_RANK": {"METHOD": ("lora",)},
    "LORA_ALPHA": {"METHOD": ("lora",)},
    "NEIGHBOURS": {"METHOD": ("knn",)},
    "FREEZE_STAGES": {"FREEZE": ("stages",)},
    **dict.fromkeys(("EPOCHS", "LEARNING_RATE", "WEIGHT_DECAY", "OPTIMIZER", "PATIENCE", "SHARPNESS"), IN_STEPS),
    **dict.fromkeys(("AUGMENTATION", "LAYER_DECAY"), OF_ALL),
}
ASSESSING = "UNMAPPED"  # BACKGROUND is another thing where this is none of the parameters
PRODUCT, ORDER, BAND = "PRODUCT", "ORDER", "_BAND"


def idle(algorithm: QgsProcessingAlgorithm, parameters: Mapping[str, Any], context) -> list[str]:
    """A sentence for each parameter that was given a value of its own and has no effect."""
    parameters = in_words(algorithm, dict(parameters))
    names = [item.name() for item in algorithm.parameterDefinitions()]
    chosen = [name for name in names if _is_set(algorithm, parameters, name)]
    return [why for name in chosen for why in _reasons(algorithm, parameters, context, name, names)][: len(chosen)]


def _reasons(algorithm, parameters: Mapping[str, Any], context, name: str, names: list[str]) -> Iterator[str]:
    """Why a parameter has no effect."""
    needed = [other for other in BESIDE.get(name, ()) if other in names]
    if name == ORDER:
        needed = [other for other in names if PRODUCT in other]
    if needed and not any(is_given(parameters, other) for other in needed):
        yield tr("{name} has no effect: it is for {others}, and that is empty.").format(
            name=name, others=tr(" or ").join(needed)
        )
    modes = {other: words for other, words in MODES.get(name, {}).items() if other in names}
    if modes and (name != "BACKGROUND" or ASSESSING in names):
        values = {other: algorithm.parameterAsEnumString(parameters, other, context) for other in modes}
        if not any(values[other] in words for other, words in modes.items()):
            wanted = tr(" or ").join(f"{other}={word}" for other, words in modes.items() for word in words)
            yield tr("{name} has no effect: it is for {wanted}.").format(name=name, wanted=wanted)
    parent, kind = _parent_of(algorithm, name, names)
    if parent and is_given(parameters, parent):
        layers = algorithm.parameterAsLayerList(parameters, parent, context) or []
        if layers and not any(isinstance(layer, kind) for layer in layers):
            text = (
                tr("{name} has no effect: it is a field of features, and {parent} is a raster.")
                if kind is QgsVectorLayer
                else tr("{name} has no effect: it is the band of a raster, and {parent} is none.")
            )
            yield text.format(name=name, parent=parent)


def _parent_of(algorithm, name: str, names: list[str]) -> tuple[str, type]:
    """The layers that a field or a band is of, and of which kind they have to be; '' for other parameters."""
    definition = algorithm.parameterDefinition(name)
    if isinstance(definition, QgsProcessingParameterField):
        return definition.parentLayerParameterName(), QgsVectorLayer
    layer = name[: -len(BAND)] if name.endswith(BAND) else ""
    return (layer if layer in names else ""), QgsRasterLayer


def _is_set(algorithm, parameters: Mapping[str, Any], name: str) -> bool:
    """Whether a parameter has a value other than its default one."""
    if not is_given(parameters, name):
        return False
    value, usual = parameters[name], algorithm.parameterDefinition(name).defaultValue()
    if usual is None:
        return True
    try:
        return float(value) != float(usual)
    except (TypeError, ValueError):
        return str(value).lower() != str(usual).lower()
