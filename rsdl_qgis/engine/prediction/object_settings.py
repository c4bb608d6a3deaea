"""The thresholds of object detection."""

from __future__ import annotations

from dataclasses import dataclass

from ..cards.card import ModelCard
from ..errors import InputError
from .request import ObjectRequest

CONFIDENCE, IOU = 0.25, 0.5  # where neither the job nor the model's card says


@dataclass(frozen=True)
class Settings:
    """What counts as an object.

    ``confidence``: confidence threshold; ``iou``: IoU threshold of suppression, within a class; ``suppression``: nms,
    soft or union; ``smallest`` and ``largest``: length of the longer side in metres.
    """

    confidence: float = CONFIDENCE
    iou: float = IOU
    suppression: str = "nms"
    smallest: float | None = None
    largest: float | None = None

    @classmethod
    def of(cls, request: ObjectRequest, card: ModelCard) -> Settings:
        """The settings of a job; the card's thresholds where it gives none. InputError for impossible sizes."""
        usual = CONFIDENCE if card.threshold is None else card.threshold
        confidence = usual if request.confidence is None else request.confidence
        overlap = IOU if card.iou is None else card.iou
        iou = overlap if request.iou is None else request.iou
        smallest, largest = request.min_size, request.max_size
        if smallest is not None and largest is not None and smallest > largest:
            problem = f"The smallest size, {smallest:g} m, is above the largest, {largest:g} m."
            raise InputError(problem, "Exchange MIN_SIZE and MAX_SIZE.")
        return cls(confidence, iou, request.suppression, smallest, largest)

    def described(self, card: ModelCard) -> str:
        """The settings in a sentence, for the log."""
        names = ", ".join(item.name for item in card.classes[:10]) + (" …" if len(card.classes) > 10 else "")
        return (
            f"Objects of {names} from a confidence of {self.confidence:g}; suppression {self.suppression} at IoU "
            f"{self.iou:g}."
        )
