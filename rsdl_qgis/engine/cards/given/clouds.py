"""Which classes of a model are clouds, shadows and the like: by their names, or as a person says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...errors import InputError
from ...tables.quality import WORDS
from ..card import Class, ModelCard

PATTERNS = (  # of a class's name in small letters, and the word that it stands for; the first counts
    (r"\b(no|non|not|without|free|clear|cloudless)\b|cloud-?free", ""),
    (r"shadow", "shadow"),
    (r"cirrus|(thin|semi|transparent).*cloud|cloud.*(thin|semi)", "cirrus"),
    (r"cloud", "cloud"),
    (r"\b(snow|ice)\b", "snow"),
    (r"\bwater\b", "water"),
    (r"saturated", "saturated"),
)


def word_of(name: str) -> str:
    """The word that the name of a class stands for, '' where it says none."""
    text = name.lower().replace("_", " ")
    return next((word for pattern, word in PATTERNS if re.search(pattern, text)), "")


def classes_of_words(
    card: ModelCard, words: Sequence[str] = (), said: Mapping[str, Sequence[str]] | None = None
) -> dict[str, tuple[int, ...]]:
    """The values of the classes of a model that are mapped as each word, in the order of ``WORDS``.

    ``words``: those that are wanted, all that are known where it is empty; ``said``: by word, names or values of
    classes, which count in place of what their names say. InputError where that cannot be.
    """
    found: dict[str, list[int]] = {}
    if said:
        for word, texts in said.items():
            found[word] = [_named(card, text).value for text in texts]
        values = [value for some in found.values() for value in some]
        if len(set(values)) < len(values):
            raise InputError("CLASSES names a class twice.", "Name each once.")
    else:
        for item in card.classes:
            if word := word_of(item.name):
                found.setdefault(word, []).append(item.value)
    listed = ", ".join(item.name for item in card.classes)
    missing = [word for word in words if word not in found]
    if missing or not found:
        what = missing[0] if missing else "cloud"
        raise InputError(
            f"No class of model '{card.name}' is known to be {what}: it has {listed}.",
            f"Say in CLASSES which it is, such as: {what}={card.classes[-1].name}.",
        )
    return {word: tuple(found[word]) for word in WORDS if word in (words or found)}


def words_said(text: str) -> dict[str, list[str]]:
    """'cloud=thick cloud, thin cloud; shadow=3' by words. InputError where it is none."""
    found: dict[str, list[str]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        word, is_said, names = part.partition("=")
        classes = [name for name in map(str.strip, names.split(",")) if name]
        if not is_said or word.strip() not in WORDS or not classes:
            raise InputError(
                f"CLASSES: '{part}' does not say which classes are {', '.join(WORDS[:-1])} or {WORDS[-1]}.",
                "Give them as: cloud=thick cloud, thin cloud; shadow=cloud shadow.",
            )
        found.setdefault(word.strip(), []).extend(classes)
    return found


def _named(card: ModelCard, text: str) -> Class:
    """The class of that name or value."""
    for item in card.classes:
        if text.lower() == item.name.lower() or text == str(item.value):
            return item
    listed = ", ".join(f"{item.value} {item.name}" for item in card.classes)
    raise InputError(f"CLASSES: model '{card.name}' has no class '{text}'.", f"It has {listed}.")
