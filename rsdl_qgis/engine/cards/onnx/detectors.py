"""The output layouts of detectors of other programs, from an ONNX file's tensors and metadata.

Standard library only, for the QGIS side. K is a number of boxes or cells, C of classes, M of mask coefficients:

===================  =============================================================================================
kind                 outputs
===================  =============================================================================================
boxes-scores         boxes (N, K, 4) and scores (N, K, C): this plugin's own, YOLO-NAS, RetinaNet with decoded boxes;
                     oriented boxes of this plugin are (N, K, 5)
boxes-labels-scores  boxes (K, 4), labels (K,), scores (K,), in any order: torchvision's Faster R-CNN, RetinaNet, SSD
cells                (N, 4 + C [+ 1 | + M], K) or turned: YOLO v8, v9, v11; + 1 oriented boxes, + M instance masks
objectness           (N, K, 5 + C [+ M]): YOLO v5, v6, v7, YOLOX
end-to-end           (N, K, 6 [+ 1 | + M]), suppressed already: YOLO v10 and exports with suppression inside
===================  =============================================================================================

Instance masks come with a further output, their prototypes (N, M, h, w).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...errors import ModelError
from ..card import Class, Input, ModelCard, Scaling, Tiling, channel_bands
from ..card_schema import MOST_BANDS, MOST_CLASSES, ULTRALYTICS, check_count
from ..given.classes import coloured
from .graph import head_of
from .header import OnnxFile, Tensor
from .keys import OUTPUT_KEY, as_number, keys_of, value_of

MOST_FINAL = 1000  # boxes that a detector with suppression inside gives
STRIDES = ((8, 16, 32), (8, 16, 32, 64))  # of YOLO's cells
ANCHORS = (1, 3)  # boxes a cell
OF_ORIENTED = 5  # numbers of an oriented box: x, y, width, height, angle
OVERLAP = 0.2  # of a tile, where the file does not say
YOLO_V6 = "yolo_v6"  # whose objectness says nothing
DEEPNESS_TYPES = {  # of Deepness' key det_type, lower case: the kind
    "yolo_v5_or_v7_default": "objectness",
    YOLO_V6: "objectness",
    "yolo_v9": "cells",
    "yolo_ultralytics": "cells",
    "yolo_ultralytics_segmentation": "cells",
    "yolo_ultralytics_obb": "cells",
}
ULTRALYTICS_TASKS = ("detect", "segment", "obb")


@dataclass(frozen=True)
class Layout:
    """What a detector's outputs are.

    ``kind``: of the table above; ``classes``: how many, None where the outputs leave it open; ``turned``: cells as
    rows; ``oriented``: with an angle; ``masks``: coefficients of instance masks, 0 without; ``normalised``: boxes are
    fractions of the image's sides, from 0 to 1, None where the file does not say; ``logits``: scores are such;
    ``by_class``: a score is that of its class alone, whatever the objectness is.
    """

    kind: str
    classes: int | None
    turned: bool = False
    oriented: bool = False
    masks: int = 0
    normalised: bool | None = None
    logits: bool = False
    by_class: bool = False


@dataclass(frozen=True)
class _Hints:
    """What metadata say: a ``kind`` of layout, '' for none, and ``oriented`` and ``by_class`` as of a layout."""

    kind: str = ""
    oriented: bool = False
    by_class: bool = False

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> _Hints:
        stated = str(value_of(metadata.get("det_type", ""))).lower()
        ended = str(value_of(metadata.get("end2end", ""))).lower() == "true" or _suppresses(metadata)
        kind = "end-to-end" if ended else "cells" if is_detr(metadata) else DEEPNESS_TYPES.get(stated, "")
        return cls(kind, metadata.get("task") == "obb" or stated.endswith("obb"), stated == YOLO_V6)


def has_ultralytics_keys(metadata: Mapping[str, str]) -> bool:
    """Whether these are the metadata that YOLOv5 and Ultralytics write."""
    return "names" in metadata and "stride" in metadata


def looks_like_a_detector(file: OnnxFile) -> bool:
    """Whether an ONNX file without any metadata can be a detector: its outputs are of one of the kinds."""
    try:
        return len(file.inputs) == 1 and layout_of(file, None).classes is not None
    except ModelError:
        return False


def detector_card(name: str, file: OnnxFile) -> ModelCard:
    """The card of a detector with the keys of Ultralytics or YOLOv5, or none; ModelError says what is not clear."""
    metadata = file.metadata
    task = metadata.get("task", "detect")
    if task not in ULTRALYTICS_TASKS:
        raise ModelError(
            f"'{name}' is an Ultralytics model for the task '{task}'.",
            f"Models for {', '.join(ULTRALYTICS_TASKS)} can be used.",
        )
    keys = keys_of(metadata, ULTRALYTICS, "names", f"'{name}'", {"imgsz": _side})
    names = {int(key): label for key, label in keys["names"].items()}
    classes = named_classes(name, names, layout_of(file, len(names) or None))
    channels, side = image_of(name, file, keys.get("imgsz"))
    source = "Ultralytics metadata" if names else "shape of its tensors"
    tiling = tiling_of(file, side, keys.get("stride", STRIDES[0][-1]))
    return foreign_card(name, channels, classes, tiling, source, output=keys.get(OUTPUT_KEY, ""))


def foreign_card(
    name: str, channels: int, classes: tuple[Class, ...], tiling: Tiling, source: str, **others: Any
) -> ModelCard:
    """The card of a detector that takes one image; values are divided by 255 unless ``others`` say otherwise."""
    scaling = others.pop("scaling", Scaling(divisor=255.0))
    return ModelCard(
        name=name,
        title=name,
        task="detection",
        network="foreign detector",
        description="A detector of another program.",
        inputs=(Input("image", channel_bands(channels), scaling=scaling),),
        classes=classes,
        tiling=tiling,
        activation="identity",
        axes="NCHW",
        provenance={"source": source},
        **others,
    )


def is_detr(metadata: Mapping[str, str]) -> bool:
    """Whether Ultralytics' metadata describe an RT-DETR: boxes from 0 to 1 and scores in rows, not suppressed."""
    return "rt-detr" in metadata.get("description", "").lower()


def image_of(name: str, file: OnnxFile, stated: int | None) -> tuple[int, int]:
    """Bands and side in pixels of the image that a detector takes; ``stated``: its side by the metadata. ModelError if
    unclear.
    """
    image = file.inputs[0].image if len(file.inputs) == 1 else None
    if image is None or image[0] is None:
        shapes = [tensor.shape for tensor in file.inputs]
        raise ModelError(f"'{name}' has inputs of shape {shapes}; a detector takes one (N, C, H, W) image.")
    channels, height, width = image[0], image[1], image[2]
    check_count(channels, MOST_BANDS, "bands", f"'{name}'")
    if height != width:
        raise ModelError(f"'{name}' takes images of {width} x {height} pixels; only square ones can be used.")
    if height is not None and stated is not None and stated != height:
        raise ModelError(f"'{name}' says its images are {stated} pixels, but its input tensor is {height} x {width}.")
    return channels, height or stated or 640


def tiling_of(file: OnnxFile, side: int, stride: int, overlap: int | None = None) -> Tiling:
    """How a raster is cut for a detector."""
    fixed = file.inputs[0].image is not None and file.inputs[0].image[2] is not None
    return Tiling(
        size=side,
        overlap=round(side * OVERLAP) if overlap is None else overlap,
        multiple=side if fixed else stride,
        any_size=not fixed,
    )


def named_classes(name: str, names: Mapping[int, str], layout: Layout) -> tuple[Class, ...]:
    """The classes by the label that the network gives; ModelError where it is not known how many there are."""
    if not names and layout.classes is None:
        raise ModelError(
            f"'{name}' does not say what its classes are.",
            "Export it with metadata (names), or write a model card for it.",
        )
    check_count(layout.classes, MOST_CLASSES, "classes", f"'{name}'")
    found = dict(names) or {i: f"class {i}" for i in range(layout.classes or 0)}
    return coloured(sorted(found.items()))


def layout_of(file: OnnxFile, classes: int | None) -> Layout:
    """The layout of a detector's outputs; ``classes``: how many, None where that is not known.

    ModelError where no layout fits, or more than one.
    """
    several = _boxes_apart(file)
    if several is not None:
        return several
    main = [tensor for tensor in file.outputs if len(tensor.shape) == 3]
    if not main:
        raise ModelError(f"{_described(file.outputs)} are not the outputs of a detector that is known.", _KNOWN)
    prototypes = [tensor for tensor in file.outputs if len(tensor.shape) == 4]
    masks = (prototypes[0].shape[1] or 0) if prototypes else 0
    hints = _Hints.of(file.metadata)
    found = _candidates(main[0], classes, masks, hints.oriented)
    found = [layout for layout in found if layout.kind == hints.kind] if hints.kind else found
    whole = head_of(file.path, main[0].name)
    inside = whole.bounded and whole.high == 1  # of DETR, whose boxes and scores all are; a label is not
    found = [layout for layout in found if layout.kind != "end-to-end"] if inside else found
    if len(found) > 1:
        image = file.inputs[0].image if file.inputs else None
        found = _by_cells(found, main[0], (image or (None, None, None))[1:])
    if len(found) == 1:
        normalised = True if inside or is_detr(file.metadata) else None
        return replace(found[0], normalised=normalised, by_class=hints.by_class)
    counted = f"{classes} classes" if classes else "its classes not known"
    problem = "may mean several things" if found else "fits no layout that is known"
    raise ModelError(f"An output of shape {main[0].shape} with {counted} {problem}.", _KNOWN)


_KNOWN = (
    "Known are YOLO's (N, 4 + classes, cells), (N, cells, 5 + classes) and (N, boxes, 6), and boxes with scores or "
    "with labels and scores; export the model with its class names as metadata."
)


def _boxes_apart(file: OnnxFile) -> Layout | None:
    """The layout of outputs of which one is boxes alone."""
    outputs = file.outputs
    named = {tensor.name.lower(): tensor for tensor in outputs}
    boxes = named.get("boxes") or next((t for t in outputs if len(t.shape) in (2, 3) and t.shape[-1] == 4), None)
    others = [tensor for tensor in outputs if tensor is not boxes]
    if boxes is None:
        return None
    whole = head_of(file.path, boxes.name)
    normalised = True if whole.bounded and whole.high == 1 else None
    if len(others) == 1 and len(others[0].shape) == 3:
        logits = head_of(file.path, others[0].name).kind == "free"
        oriented = boxes.shape[-1] == OF_ORIENTED
        return Layout("boxes-scores", others[0].shape[2], oriented=oriented, normalised=normalised, logits=logits)
    if len(others) == 2 and all(len(tensor.shape) <= 2 for tensor in others):
        return Layout("boxes-labels-scores", None, normalised=normalised)
    return None


def _candidates(tensor: Tensor, classes: int | None, masks: int, oriented: bool) -> list[Layout]:
    """The layouts that an output (N, rows, columns) may have."""
    _, rows, columns = tensor.shape
    extra = masks + oriented
    found = []
    if columns is not None and columns == 6 + extra:
        found.append(Layout("end-to-end", classes, False, oriented, masks))
    if classes is not None:
        if rows == 4 + classes + extra:
            found.append(Layout("cells", classes, False, oriented, masks))
        if columns == 4 + classes + extra:
            found.append(Layout("cells", classes, True, oriented, masks))
        if columns == 5 + classes + masks and not oriented:
            found.append(Layout("objectness", classes, masks=masks))
        return found
    if rows is not None and rows > 4 + extra and (columns is None or columns > rows):
        return [*found, Layout("cells", rows - 4 - extra, False, oriented, masks)]
    if columns is not None and columns > 5 + masks and (rows is None or rows > columns):
        found.append(Layout("objectness", columns - 5 - masks, masks=masks))
    return found


def _by_cells(found: Sequence[Layout], tensor: Tensor, image: Sequence[int | None]) -> list[Layout]:
    """Of several layouts those that go with the number of cells that YOLO has for such an image, or has not."""
    boxes = tensor.shape[1]
    height, width = image if len(image) == 2 else (None, None)
    final = [layout for layout in found if layout.kind == "end-to-end"]
    raw = [layout for layout in found if layout.kind != "end-to-end"]
    if boxes is not None and height and width:
        counts = {
            anchors * sum((height // s) * (width // s) for s in strides) for strides in STRIDES for anchors in ANCHORS
        }
        if boxes in counts:
            return raw
    return final if boxes is not None and boxes <= MOST_FINAL else list(found)


def _described(outputs: Sequence[Tensor]) -> str:
    return ", ".join(f"{tensor.name} {tensor.shape}" for tensor in outputs)


def _suppresses(metadata: Mapping[str, str]) -> bool:
    """Whether an Ultralytics export has suppression inside."""
    arguments = value_of(metadata.get("args", ""))
    return isinstance(arguments, dict) and bool(arguments.get("nms"))


def _side(value: Any) -> Any:
    """The side of the images from [640, 640] or 640; '' for a text that is neither."""
    value = as_number(value[0] if isinstance(value, (list, tuple)) and value else value)
    return "" if isinstance(value, str) else value
