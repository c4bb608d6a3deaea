"""The report of an assessment as a page."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from ..paths import plugin_version
from . import webpage as web
from .metric_table import MEANS_OVER_MAPS, OF_MAPS, explained
from .raster.class_tables import raster_tags

LIBRARIES = ("numpy", "rasterio", "pyogrio")
MOST_IMAGES = 500  # rows of the table of images
MOST_FILES = 20
MOST_MATRIX = 40  # classes that a matrix is drawn for
OF_CLASSES = ("users_accuracy", "producers_accuracy", "f1", "iou")


def assessment_page(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """The page; ``result`` as the job gives it."""
    images = result["per_image"]
    title = f"Accuracy of {images[0]['map']}" if len(images) == 1 else f"Accuracy of {len(images)} maps"
    references = {image["reference"] for image in images}
    against = next(iter(references)) if len(references) == 1 else f"{len(references)} references"
    return web.page(title, f"against {against}", sections(result, arguments))


def sections(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    figures, unit, classes = result["figures"], result["unit"], result["classes"]
    several = len(result["per_image"]) > 1
    yield web.tiles(
        [
            ("overall accuracy", web.percent(figures["overall_accuracy"])),
            ("kappa", web.figure(figures["kappa"])),
            ("mean IoU", web.figure(figures["mean_iou"])),
            ("frequency-weighted IoU", web.figure(figures["fw_iou"])),
            ("macro F1", web.figure(figures["macro_f1"])),
            (f"{unit} compared", web.thousands(figures["pixels"])),
        ]
    )
    if several:
        yield web.paragraph(
            "of all maps together, and as means over the maps, in which each map counts alike:", small=True
        )
        yield web.tiles(
            [
                ("accuracy, mean over maps", web.percent(figures["image_accuracy"])),
                ("mean IoU, mean over maps", web.figure(figures["image_mean_iou"])),
                ("frequency-weighted IoU, mean over maps", web.figure(figures["image_fw_iou"])),
            ]
        )
    yield from (web.note(text) for text in result["notes"])
    names = [item["label"] for item in classes]
    caption = web.paragraph(
        f"Each row is a class of the reference, each column a class of the map, in {unit}. The shading is the share of "
        "the row: blue where both agree, orange where they do not.",
        small=True,
    )
    if len(names) <= MOST_MATRIX:
        drawn = web.matrix(names, result["confusion"], "Reference", "Map")
        yield web.section("Confusion matrix", caption, drawn)
    else:
        text = f"{len(names)} classes are too many to draw; the table (CSV) has them all."
        yield web.section("Confusion matrix", web.paragraph(text))
    yield web.section("Classes", class_rows(classes, figures, unit))
    if several:
        yield web.section("Maps", image_rows(result["per_image"], figures))
    yield web.section(
        "What the figures mean", web.facts(explained((*OF_MAPS, *OF_CLASSES, *(MEANS_OVER_MAPS if several else ()))))
    )
    yield web.section("How it was made", web.facts(provenance(result, arguments)))


def class_rows(classes: Sequence[Mapping[str, Any]], figures: Mapping[str, Any], unit: str) -> str:
    """The table of classes."""
    header = ["Class", f"Reference ({unit})", f"Map ({unit})", "Correct"]
    header += ["User's accuracy", "Producer's accuracy", "F1", "IoU"]
    rows = [
        [
            item["label"],
            *(web.thousands(item[name]) for name in ("reference", "predicted", "hits")),
            *(web.figure(item[name]) for name in ("users_accuracy", "producers_accuracy", "f1", "iou")),
        ]
        for item in classes
    ]
    correct = sum(item["hits"] for item in classes)
    totals = [web.thousands(figures["pixels"])] * 2 + [web.thousands(correct)]
    rows.append(["all", *totals, "", "", web.figure(figures["macro_f1"]), web.figure(figures["mean_iou"])])
    return web.table(header, rows, sums=1)


def image_rows(images: Sequence[Mapping[str, Any]], figures: Mapping[str, Any]) -> str:
    """The table of maps, with the means last."""
    names = ("overall_accuracy", "kappa", "mean_iou", "fw_iou", "macro_f1")
    rows = [
        [
            image["map"],
            image["reference"],
            web.thousands(image["compared"]),
            *(web.figure(image.get(name)) for name in names),
        ]
        for image in images[:MOST_IMAGES]
    ]
    if len(images) > MOST_IMAGES:
        rows.append([f"… and {len(images) - MOST_IMAGES} more", *[""] * 7])
    means = [web.figure(figures[name]) for name in ("image_accuracy", "image_mean_iou", "image_fw_iou")]
    rows.append(["mean over maps", "", web.thousands(figures["pixels"]), means[0], "", means[1], means[2], ""])
    header = ["Map", "Reference", "Compared", "Accuracy", "Kappa", "Mean IoU", "FW IoU", "Macro F1"]
    return web.table(header, rows, texts=2, sums=1)


def provenance(result: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """Files, settings, what was left out, versions and time."""
    left_out, images, maps = result["left_out"], result["per_image"], arguments["predicted"]
    found: dict[str, str | Sequence[str]] = {"Maps": files(maps), "References": files(arguments["reference"])}
    made = raster_tags(maps[0]["path"]) if not maps[0].get("vector") else {}
    if made.get("RSDL_MODEL"):
        first = "The map was made by" if len(maps) == 1 else "The first map was made by"
        found[first] = f"model {made['RSDL_MODEL']}, {made.get('RSDL_TIME', 'time not known')}"
    grids = dict.fromkeys(image["grid"] for image in images)
    found["Compared on"] = list(grids)[:MOST_FILES]
    found["Area"] = area(arguments)
    found["Ground without a label"] = rule(arguments, "unlabelled")
    found["Ground without a class in the map"] = rule(arguments, "unmapped")
    found[f"Left out ({result['unit']})"] = (
        f"{web.thousands(left_out['unlabelled'])} without a label, {web.thousands(left_out['unmapped'])} labelled but "
        f"without a class in the map, {web.thousands(left_out['unclear'])} with contradictory or empty labels"
    )
    return found | making()


def making() -> dict[str, str]:
    """Versions and time."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return {
        "Made with": f"RSDL {plugin_version()}, Python {platform.python_version()}, {versions}",
        "Time": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def files(specs: Sequence[Mapping[str, Any]]) -> list[str]:
    """The layers of one side, a line each."""
    more = [f"… {len(specs)} in all"] if len(specs) > MOST_FILES else []
    return [described(spec) for spec in specs[:MOST_FILES]] + more


def described(spec: Mapping[str, Any]) -> str:
    """A layer's file, its size and date, and the band or field."""
    path = str(spec["path"])
    file = Path(path.split("|")[0])
    text = path
    title = spec.get("title")
    if title and title not in (file.name, file.stem):
        text = f"{title}: {path}"
    if file.is_file():
        facts = file.stat()
        changed = datetime.fromtimestamp(facts.st_mtime, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        text += f" ({size(facts.st_size)}, {changed})"
    if spec.get("vector"):
        return text + (f", field {spec['field']}" if spec.get("field") else "")
    return text + f", band {(spec.get('bands') or [1])[0]}"


def size(number: int) -> str:
    """'1.2 MB'."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} bytes"


def area(arguments: Mapping[str, Any]) -> str:
    parts = []
    if arguments.get("extent"):
        numbers = ", ".join(f"{value:.8g}" for value in arguments["extent"])
        parts.append(f"the rectangle {numbers} (west, south, east, north)")
    if arguments.get("mask"):
        parts.append(f"the polygons of {arguments['mask']}")
    return " and ".join(parts) or "all that map and reference share"


def rule(arguments: Mapping[str, Any], name: str) -> str:
    if arguments.get(name) == "background":
        return f"counts as class {int(arguments.get('background') or 0)}"
    return "is left out"
