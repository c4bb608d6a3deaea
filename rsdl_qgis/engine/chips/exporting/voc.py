"""Pascal VOC: an XML file for each image, and the names of the images of each split.

Everingham et al. (IJCV 2010), doi:10.1007/s11263-009-0275-4. Differs from it: corners are in pixels from 0, as most
programs write them, and images are PNG or GeoTIFF, which lose nothing.
"""

from __future__ import annotations

from pathlib import Path

from ...feedback import Report
from ...files.xml import Element, SubElement, xml_text
from ..folder import ChipFolder
from .images import Picture, parts, write_file, write_image
from .objects import Outlined, object_classes, objects_of

IMAGES = "JPEGImages"


def write_voc(chips: ChipFolder, output: Path, report: Report) -> None:
    """Write chips of objects. OutputError where that fails."""
    names = [item.name for item in object_classes(chips)]
    for split, own in parts(chips, report):
        for chip in own:
            report.check()
            picture = write_image(chips, chip, output / IMAGES)
            text = xml_text(_annotation(picture, objects_of(chips, chip), names))
            write_file(output / "Annotations" / f"{chip.name}.xml", text)
        write_file(output / "ImageSets" / "Main" / f"{split}.txt", "".join(f"{chip.name}\n" for chip in own))


def _annotation(picture: Picture, objects: list[Outlined], names: list[str]) -> Element:
    root = Element("annotation")
    SubElement(root, "folder").text = IMAGES
    SubElement(root, "filename").text = picture.path.name
    size = SubElement(root, "size")
    for side, value in (("width", picture.width), ("height", picture.height), ("depth", picture.bands)):
        SubElement(size, side).text = str(value)
    SubElement(root, "segmented").text = "0"
    for found in objects:
        item = SubElement(root, "object")
        about = {"name": names[found.index], "pose": "Unspecified", "truncated": "0"}
        for tag, text in {**about, "difficult": str(int(found.difficult))}.items():
            SubElement(item, tag).text = text
        box = SubElement(item, "bndbox")
        for side, corner in zip(("xmin", "ymin", "xmax", "ymax"), found.corners):
            SubElement(box, side).text = f"{corner:.10g}"
    return root
