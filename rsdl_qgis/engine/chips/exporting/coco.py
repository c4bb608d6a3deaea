"""COCO: images by split, and a JSON file of their objects for each.

Lin et al. (ECCV 2014). Categories are numbered from 1. An object that is difficult is a crowd, which evaluations leave
out. Objects of maps have their outline as a polygon, boxes that are turned their four corners; others have none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...feedback import Report
from ..folder import ChipFolder
from .images import parts, write_file, write_image
from .objects import Outlined, log_unlabelled, object_classes, objects_of


def write_coco(chips: ChipFolder, output: Path, report: Report) -> None:
    """Write chips of objects or of a map. OutputError where that fails."""
    log_unlabelled(chips, "coco", report)
    categories = [
        {"id": number, "name": item.name, "supercategory": ""}
        for number, item in enumerate(object_classes(chips), start=1)
    ]
    for split, own in parts(chips, report):
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number, chip in enumerate(own, start=1):
            report.check()
            picture = write_image(chips, chip, output / split)
            about = {"file_name": picture.path.name, "width": picture.width, "height": picture.height}
            images.append({"id": number, **about})
            for found in objects_of(chips, chip):
                annotations.append({"id": len(annotations) + 1, "image_id": number, **_annotation(found)})
        about = {"info": {}, "licenses": [], "images": images, "annotations": annotations, "categories": categories}
        text = json.dumps(about, ensure_ascii=False)
        write_file(output / "annotations" / f"instances_{split}.json", text + "\n")


def _annotation(found: Outlined) -> dict[str, Any]:
    x1, y1, x2, y2 = found.corners
    return {
        "category_id": found.index + 1,
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": found.area,
        "iscrowd": int(found.difficult),
        "segmentation": [[value for corner in found.ring for value in corner]] if found.ring else [],
    }
