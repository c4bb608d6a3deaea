"""The report of an accuracy assessment of maps, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..tables.metrics import MEANS_OVER_MAPS, METRICS, OF_MAPS, explained
from . import html as web
from .assessment.areas import area_sections
from .certainty import finding_errors
from .provenance import MOST_FILES, LayerFacts, files, making

MOST_IMAGES = 500  # rows of the table of images
MOST_MATRIX = 40  # most classes of a drawn confusion matrix
OF_CLASS = ("users_accuracy", "producers_accuracy", "f1", "iou")


@dataclass(frozen=True)
class MapFacts:
    """The compared layers and settings. ``tags``: of the first map, which may name its model; ``extent``: west, south,
    east, north, and ``mask``: of the area, None for none; ``unlabelled``, ``unmapped``: the class of pixels without a
    class in the reference, in the map; None: they are ignored;
    ``certainty``: the rasters beside the maps.
    """

    maps: Sequence[LayerFacts]
    references: Sequence[LayerFacts]
    tags: Mapping[str, str]
    extent: Sequence[float] | None = None
    mask: str | None = None
    certainty: Sequence[LayerFacts] = ()
    unlabelled: int | None = None
    unmapped: int | None = None


def assessment_page(result: Mapping[str, Any], facts: MapFacts) -> str:
    """The page; ``result``: of the job."""
    images = result["per_image"]
    title = f"Accuracy of {images[0]['map']}" if len(images) == 1 else f"Accuracy of {len(images)} maps"
    references = {image["reference"] for image in images}
    against = next(iter(references)) if len(references) == 1 else f"{len(references)} references"
    return web.page(title, f"against {against}", sections(result, facts))


def sections(result: Mapping[str, Any], facts: MapFacts) -> Iterator[str]:
    """The page's sections."""
    metrics, unit, classes = result["figures"], result["unit"], result["classes"]
    several = len(result["per_image"]) > 1
    yield web.tiles([*headline(result), (f"{unit} compared", web.thousands(metrics["pixels"]))])
    yield web.paragraph(result["drawn"], small=True)
    if several:
        yield web.paragraph(
            "of all maps together, and as means over the maps, with equal weight for each map:", small=True
        )
        yield web.tiles([(METRICS[name].heading, shown(name, metrics[name])) for name in MEANS_OVER_MAPS])
    yield from (web.note(text) for text in result["notes"])
    names = [item["label"] for item in classes]
    caption = web.paragraph(
        f"Each row is a class of the reference, each column a class of the map, in {unit}. The shading is the "
        "proportion of the row: blue where both agree, orange where they differ.",
        small=True,
    )
    if len(names) <= MOST_MATRIX:
        drawn = web.matrix(names, result["confusion"], "Reference", "Map")
        yield web.section("Confusion matrix", caption, drawn)
    else:
        text = f"{len(names)} classes are too many to draw; the table (CSV) has them all."
        yield web.section("Confusion matrix", web.paragraph(text))
    yield web.section("Classes", class_rows(result))
    yield from areas(result)
    if result["errors"]:
        measured = f"Measured on the {unit} that were compared, each of which counts alike."
        yield web.section("Uncertainty and errors", *finding_errors(result["errors"], measured))
    if several:
        yield web.section("Maps", image_rows(result["per_image"], metrics))
    yield web.section(
        "What the metrics mean", web.facts(explained((*OF_MAPS, *OF_CLASS, *(MEANS_OVER_MAPS if several else ()))))
    )
    yield web.section("How it was made", web.facts(provenance(result, facts)))


def areas(result: Mapping[str, Any]) -> Iterator[str]:
    """The areas of the classes where the reference is a sample, else why there are none."""
    found = result["areas"]
    if found is None:
        if result["no_areas"]:
            yield web.section("Area of each class", web.paragraph(result["no_areas"]))
        return
    low, high = found["intervals"]["overall_accuracy"]
    between = "" if low is None else f" ({web.percent(low)} to {web.percent(high)})"
    text = (
        "The reference is a sample that was drawn at random. The following figures count each point for the ground "
        "that it stands for, which the metrics above do not, and are those to report. Overall accuracy: "
        f"{web.percent(found['figures']['overall_accuracy'])}{between}. {found['drawn']}"
    )
    yield web.section("Estimates for the area", web.paragraph(text), *(web.note(note) for note in found["notes"]))
    yield from area_sections(found)


def headline(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The overall metrics with their 95 % intervals: (label, value) each."""
    for name, (low, high) in result["intervals"].items():
        between = f" ({shown(name, low)} to {shown(name, high)})" if low is not None else ""
        yield METRICS[name].heading + between, shown(name, result["figures"][name])


def shown(name: str, value: float | None) -> str:
    """The value of a metric as its form says: in percent or as a number."""
    if value is None:
        return "–"
    return web.percent(value) if METRICS[name].form == "percent" else web.decimal(value)


def class_rows(result: Mapping[str, Any]) -> str:
    """The table of classes, with 95 % intervals below the metrics."""
    metrics, unit, classes = result["figures"], result["unit"], result["classes"]
    header = ["Class", f"Reference ({unit})", f"Map ({unit})", "Correct"]
    header += [METRICS[name].heading for name in OF_CLASS]
    rows: list[list[web.Cell]] = [
        [
            item["label"],
            *(web.thousands(item[name]) for name in ("reference", "predicted", "hits")),
            *(web.between(item[name], item["intervals"][name], 4) for name in OF_CLASS),
        ]
        for item in classes
    ]
    correct = sum(item["hits"] for item in classes)
    totals = [web.thousands(metrics["pixels"])] * 2 + [web.thousands(correct)]
    means = [web.between(metrics[name], result["intervals"][name], 4) for name in ("macro_f1", "mean_iou")]
    return web.table(header, [*rows, ["all", *totals, "", "", *means]], sums=1)


def image_rows(images: Sequence[Mapping[str, Any]], metrics: Mapping[str, Any]) -> str:
    """The table of maps, with the means over them last."""
    rows = [
        [
            image["map"],
            image["reference"],
            web.thousands(image["compared"]),
            *(web.decimal(image.get(name)) for name in OF_MAPS),
        ]
        for image in images[:MOST_IMAGES]
    ]
    if len(images) > MOST_IMAGES:
        rows.append([f"… and {len(images) - MOST_IMAGES} more", *[""] * 7])
    means = [web.decimal(metrics[name]) for name in MEANS_OVER_MAPS]
    rows.append(["mean over maps", "", web.thousands(metrics["pixels"]), means[0], "", means[1], means[2], ""])
    header = ["Map", "Reference", "Compared", *(METRICS[name].heading for name in OF_MAPS)]
    return web.table(header, rows, texts=2, sums=1)


def provenance(result: Mapping[str, Any], facts: MapFacts) -> dict[str, str | Sequence[str]]:
    """Files, settings, excluded pixels, versions and time."""
    left_out, blocks = result["left_out"], result["blocks"]
    found: dict[str, str | Sequence[str]] = {"Maps": files(facts.maps), "References": files(facts.references)}
    if facts.certainty:
        found["Certainty"] = files(facts.certainty)
    if facts.tags.get("RSDL_MODEL"):
        first = "The map was made by" if len(facts.maps) == 1 else "The first map was made by"
        found[first] = f"model {facts.tags['RSDL_MODEL']}, {facts.tags.get('RSDL_TIME', 'time not known')}"
    found["Compared on"] = list(dict.fromkeys(image["grid"] for image in result["per_image"]))[:MOST_FILES]
    found["Area"] = area(facts)
    found["No class in the reference"] = rule(facts.unlabelled)
    found["No class in the map"] = rule(facts.unmapped)
    found[f"Left out ({result['unit']})"] = (
        f"{web.thousands(left_out['unlabelled'])} without a class in the reference, "
        f"{web.thousands(left_out['unmapped'])} with one but without a class in the map, "
        f"{web.thousands(left_out['unclear'])} with contradictory or empty labels"
    )
    found["Spatial blocks"] = f"{web.thousands(blocks['count'])} of {blocks['side']:.4g} {blocks['unit']}" + (
        f", {blocks['pixels'][0]} x {blocks['pixels'][1]} pixels" if blocks["pixels"] else ""
    )
    return found | making()


def area(facts: MapFacts) -> str:
    """A description of the assessed area."""
    parts = []
    if facts.extent is not None:
        numbers = ", ".join(f"{value:.8g}" for value in facts.extent)
        parts.append(f"the rectangle {numbers} (west, south, east, north)")
    if facts.mask is not None:
        parts.append(f"the polygons of {facts.mask}")
    return " and ".join(parts) or "all that map and reference share"


def rule(background: int | None) -> str:
    """How pixels without a class are treated."""
    return "is left out" if background is None else f"counts as class {background}"
