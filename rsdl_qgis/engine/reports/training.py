"""The report of a training as a page: evaluation, data, training curves, methods and settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ..tables.metrics import OVER_SAMPLES, metric_of
from ..tables.tasks import TASKS
from . import charts
from . import html as web
from .box_pictures import COLORS as BOX_COLORS
from .box_pictures import TITLES as BOX_TITLES
from .certainty import calibrated, finding_errors, near_training
from .charts import BLUE, GREY, ORANGE, PURPLE, Bar, Curve, bar_chart, curve_chart, legend, line_chart, share_bar
from .distillation import distilled
from .sample_pictures import WRONG, hexadecimal, pale
from .split_map import split_map
from .text import (
    COMMON,
    SPLITS,
    capital,
    cell,
    count_of,
    duration,
    file_size,
    found,
    interval,
    listed,
    number,
    plain,
    triple,
    whole,
    with_unit,
)

MOST_MATRIX = 40  # most classes of a drawn confusion matrix
MOST_CONFUSED = 12  # pairs of confused classes listed where there are more classes
MOST_BARS = 60  # most classes in a bar chart
MOST_CURVES = 12  # most classes with precision-recall curves
FEW = 30  # samples below which metrics are uncertain
PICTURES = {
    "objects": "Image",
    "before": "Before",
    "image": "Image",
    "reference": "Reference",
    "prediction": "Prediction",
    "error": "Errors",
}


def training_page(result: Mapping[str, Any]) -> str:
    """The page, one self-contained file. ``result``: plain values from ``training.summary.summary``."""
    model = result["model"]
    made = TASKS[model["task"]].makes
    today = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    subtitle = f"Report of the training of a model for {made}: {model['network_title']}, {today}"
    return web.page(model["title"] or model["name"], subtitle, sections(result))


def sections(result: Mapping[str, Any]) -> Iterator[str]:
    """The page's sections, evaluation first."""
    evaluation, data, pictures = result["evaluation"], result["data"], result.get("pictures") or {}
    yield web.tiles(headline(result))
    yield web.paragraph(main_result(result))
    yield from (web.note(text) for text in warnings(result))
    yield web.section("Evaluation", *compared(result))
    if result.get("distillation"):
        yield web.section("Teacher and student", *distilled(result["distillation"], main_title(result)))
    if evaluation.get("classes"):
        yield web.section("Metrics of each class", *class_by_class(result))
    if evaluation.get("curves"):
        yield web.section("Precision and recall", *precision_and_recall(result))
    if result.get("calibration"):
        yield web.section("Calibration", *calibrated(result["calibration"], evaluation["part"]))
        errors = result["calibration"]["errors"]
        yield web.section(
            "Uncertainty and errors", *finding_errors(errors, f"Measured on the {SPLITS[evaluation['part']][0]} split.")
        )
    if result.get("domain"):
        yield web.section("Domain of the training data", *near_training(result["domain"], evaluation["part"]))
    if evaluation.get("scatter"):
        yield web.section("Reference and prediction", *scattered(evaluation["scatter"], unit_of(data)))
    if any(pictures.get(name) for name in ("best", "worst")):
        yield web.section("Samples", *samples(pictures, data))
    if result.get("candidates"):
        yield web.section("Choice of parameters", *choice(result))
    if result["epochs"]:
        yield web.section("Training curves", *curves(result))
    yield web.section("Training data", *trained_on(result))
    if result["epochs"]:
        yield web.section("Starting weights", *starting_weights(result["start"]))
    yield web.section("Evaluation method", *method(result))
    yield web.section("Network, settings and versions", *making(result))


def headline(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The metrics over all samples together, the main metric first: (label, value) each."""
    metrics, main = result["evaluation"]["figures"], main_title(result)
    together = [title for title in metrics if not title.endswith(OVER_SAMPLES)]
    for title in sorted(together, key=lambda title: title != main):
        value, low, high = triple(metrics[title])
        between = interval(low, high)
        yield f"{title} ({between})" if between else title, with_unit(title, value, unit_of(result["data"]))


def main_result(result: Mapping[str, Any]) -> str:
    """The main metric, its interval, and that of the baselines."""
    evaluation, data, main = result["evaluation"], result["data"], main_title(result)
    value, low, high = triple(evaluation["figures"].get(main))
    part = evaluation["part"]
    of = f"the {count_of(data['samples'].get(part), part, result['model']['task'])}"
    text = f"On {of} the {main} of the model is {number(value)}"
    text += f" (95 % interval {interval(low, high)})." if interval(low, high) else "."
    others = [(item["name"], found(item["figures"], main)) for item in result["comparison"]]
    named = [f"{number(v)} for “{name}”" for name, v in others if v is not None]
    if named:
        text += f" For comparison, on the same samples: {listed(named)}."
    return text


def warnings(result: Mapping[str, Any]) -> Iterator[str]:
    """What limits the reliability of the metrics."""
    evaluation, main, epochs = result["evaluation"], main_title(result), result["epochs"]
    samples_of = result["data"]["samples"]
    value, low, _ = triple(evaluation["figures"].get(main))
    if evaluation["part"] == "valid" and not keeps_last(result):
        yield (
            "There was no test split. The metrics are of the validation samples, which were also used to choose the "
            "epoch, so they are slightly optimistic. Use a test split for unbiased metrics."
        )
    count = samples_of.get(evaluation["part"]) or 0
    if count < FEW:
        yield f"Only {count} samples were used for the evaluation, so the metrics are uncertain."
    for item in result["comparison"]:
        other = found(item["figures"], main)
        if other is None or value is None or other < (value if low is None else low):
            continue
        than = "the model's value" if low is None else "the model's interval"
        yield (
            f"“{item['name']}” reaches {number(other)}, which is not below {than}: the samples do not show that the "
            "model is better."
        )
    if low is None and value is not None:
        reason = evaluation.get("intervals") or "The samples are of too few places."
        yield f"There are no confidence intervals. {reason}"
    absent = [item["name"] for item in evaluation.get("classes") or () if not item.get("support")]
    if absent:
        yield f"No sample of the evaluation has {listed(absent[:8])}, so its accuracy is unknown."
    if epochs and result["metric"]["best_epoch"] == len(epochs) > 1 and not keeps_last(result):
        yield "The last epoch was the best: with more epochs the model may improve."


def compared(result: Mapping[str, Any]) -> Iterator[str]:
    """The metrics of the model, of its base model and of the baselines."""
    metrics, main = result["evaluation"]["figures"], main_title(result)
    value, low, high = triple(metrics.get(main))
    others = [(item["name"], found(item["figures"], main)) for item in result["comparison"]]
    bars = [Bar("this model", value, number(value), low, high, BLUE)] if value is not None else []
    bars += [Bar(name, other, number(other), color=COMMON) for name, other in others if other is not None]
    if len(bars) > 1:
        ends = (0.0, 1.0) if all(0 <= bar.value <= 1 for bar in bars) else None
        whisker = ", with the 95 % interval" if low is not None else ""
        yield web.paragraph(f"{capital(main)} on the same samples{whisker}:", small=True)
        yield bar_chart(bars, ends)
    if result["start"]["loaded"] and not any(item["name"].startswith("start") for item in result["comparison"]):
        yield web.paragraph("The base model is not compared, since its classes, inputs or bands differ.", small=True)
    titles = list(dict.fromkeys([*metrics, *(title for item in result["comparison"] for title in item["figures"])]))
    unit = unit_of(result["data"])
    rows: list[list[web.Cell]] = [["This model", *(cell(metrics.get(t), with_unit, t, unit) for t in titles)]]
    for item in result["comparison"]:
        values = (found(item["figures"], t) for t in titles)
        rows.append([item["name"], *(with_unit(t, v, unit) for t, v in zip(titles, values))])
    yield web.table(["", *titles], rows)


def class_by_class(result: Mapping[str, Any]) -> Iterator[str]:
    """The chart and table of the classes, and their confusion matrix."""
    evaluation, task = result["evaluation"], result["model"]["task"]
    colors = {item["name"]: item["color"] for item in result["data"]["classes"]}
    classes = evaluation["classes"]
    titles = list(dict.fromkeys(title for item in classes for title in item["figures"]))
    shown = class_metric(titles, main_title(result))
    if shown and 1 < len(classes) <= MOST_BARS:
        some = any(triple(item["figures"].get(shown))[1] is not None for item in classes)
        yield web.paragraph(f"{shown} of each class{', with its 95 % interval' if some else ''}:", small=True)
        yield bar_chart(list(class_bars(classes, shown, colors)), (0.0, 1.0))
    others = {f"{shown}: {item['name']}": item["classes"] for item in result["comparison"] if item.get("classes")}
    rows: list[list[web.Cell]] = [
        [
            item["name"],
            whole(item.get("support")),
            *(cell(item["figures"].get(title)) for title in titles),
            *(number(other[i].get(shown)) for other in others.values()),
        ]
        for i, item in enumerate(classes)
    ]
    what = TASKS[task].counted
    yield web.table(["Class", f"Reference ({what})", *titles, *others], rows)
    if evaluation.get("confusion"):
        yield from confusion(evaluation["names"], evaluation["confusion"], what)


def class_bars(classes: Iterable[Mapping[str, Any]], title: str, colors: Mapping[str, str]) -> Iterator[Bar]:
    for item in classes:
        value, low, high = triple(item["figures"].get(title))
        if value is not None:
            yield Bar(item["name"], value, number(value), low, high, colors.get(item["name"], GREY))


def class_metric(titles: Sequence[str], main: str) -> str | None:
    """The metric of which the main metric is the mean over classes, else the first."""
    for title in titles:
        if title.casefold() in main.casefold().split():
            return title
    return titles[0] if titles else None


def confusion(names: Sequence[str], counts: Sequence[Sequence[float]], what: str) -> Iterator[str]:
    """The confusion matrix, or the most confused pairs of many classes."""
    table = [[round(count) for count in row] for row in counts]
    if len(names) <= MOST_MATRIX:
        yield web.paragraph(
            f"Each row is a class of the reference, each column a class of the prediction, in {what}. The shading is "
            "the proportion of the row: blue where both agree, orange where they differ.",
            small=True,
        )
        yield web.matrix(names, table, "Reference", "Prediction")
        return
    confused = [(n, i, j) for i, row in enumerate(table) for j, n in enumerate(row) if i != j and n]
    yield web.paragraph(f"{len(names)} classes are too many for a matrix. The most confused classes:")
    rows = [
        [names[i], names[j], web.thousands(n), web.percent(n / sum(table[i]), 1)]
        for n, i, j in sorted(confused, reverse=True)[:MOST_CONFUSED]
    ]
    yield web.table(["Reference", "Prediction", what.capitalize(), "Percentage of the reference"], rows, texts=2)


def precision_and_recall(result: Mapping[str, Any]) -> Iterator[str]:
    """The precision-recall curves of a detector."""
    evaluation = result["evaluation"]
    colors = {item["name"]: item["color"] for item in result["data"]["classes"]}
    lines = [
        Curve(name, curve["recall"], curve["precision"], colors.get(name, BLUE))
        for name, curve in zip(evaluation["names"], evaluation["curves"])
        if curve["recall"]
    ]
    yield web.paragraph(
        "Each curve shows precision and recall of a class as the confidence threshold decreases, at an IoU threshold "
        "of 0.5.",
        small=True,
    )
    yield curve_chart(lines[:MOST_CURVES], ("recall", "precision"))
    if len(lines) > 1:
        yield legend([(line.label, line.color) for line in lines[:MOST_CURVES]])


def scattered(points: Mapping[str, Sequence[float]], unit: str) -> Iterator[str]:
    """The scatter plot of predictions over references."""
    of = f" ({unit})" if unit else ""
    yield web.paragraph("Each point is a pixel; on the dashed line the prediction equals the reference.", small=True)
    yield charts.scatter_chart(points["reference"], points["predicted"], (f"reference{of}", f"prediction{of}"))


def samples(pictures: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    """The samples with the worst and the best metrics, as pictures."""
    kinds = {kind for name in ("worst", "best") for item in pictures.get(name) or () for kind in item}
    if "reference" in kinds and data["classes"]:
        yield legend([(item["name"], item["color"]) for item in data["classes"]])
        first = data["classes"][0]
        right = f"correct, in the pale colour of the class (this: {first['name']})"
        yield legend([("errors: wrong", hexadecimal(WRONG)), (right, hexadecimal(pale(first["color"])))])
        yield web.paragraph("Unlabelled pixels are white; grey stripes are nodata.", small=True)
    elif "reference" in kinds:
        yield web.paragraph(
            "Reference and prediction: from dark violet (low) to yellow (high). Errors: blue where the prediction is "
            "too low, red where it is too high, saturated from a quarter of the range of the reference on. Grey "
            "stripes are nodata.",
            small=True,
        )
    if "objects" in kinds:
        yield legend([(title, hexadecimal(BOX_COLORS[what])) for what, title in BOX_TITLES.items()])
    for name, title in (("worst", "Worst"), ("best", "Best")):
        items = pictures.get(name) or ()
        if items:
            yield web.subsection(title)
            yield "".join(web.sample(item["title"], titled_pictures(item)) for item in items)


def titled_pictures(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The pictures of a sample with their titles, from the image to the errors."""
    titles = {**PICTURES, "image": "After" if item.get("before") else PICTURES["image"]}
    return [(title, item[kind]) for kind, title in titles.items() if item.get(kind)]


def curves(result: Mapping[str, Any]) -> Iterator[str]:
    """Loss, score and learning rate over the epochs."""
    epochs, metric = result["epochs"], result["metric"]
    best = metric["best_epoch"]
    if len(epochs) > 1:
        loss, score, rate = ([epoch.get(name) for epoch in epochs] for name in ("loss", "score", "rate"))
        charts = [line_chart("Loss on the training samples", loss, color=ORANGE)]
        charts.append(line_chart(f"{capital(metric['title'])} on the validation samples", score, best - 1))
        if any(value is not None for value in rate):
            charts.append(line_chart("Learning rate", rate, color=PURPLE, size=(230, 220)))
        yield web.beside(*charts)
    seconds = sum(epoch.get("seconds") or 0 for epoch in epochs)
    waited = sum(epoch.get("waited") or 0 for epoch in epochs)
    text = "There was one epoch"
    if len(epochs) > 1:
        text = f"Of {len(epochs)} epochs, epoch {best} was the best and was kept"
        text = f"The last of {len(epochs)} epochs was kept, as requested" if keeps_last(result) else text
    text += f": {metric['title']} {number(metric['best'])} on the validation samples."
    if seconds:
        took = "The epochs" if len(epochs) > 1 else "It"
        text += f" {took} took {duration(seconds)}, {web.percent(waited / seconds, 1)} of it waiting for data."
    yield web.paragraph(text)


def choice(result: Mapping[str, Any]) -> Iterator[str]:
    """The parameters that were tried for a classifier, and how they scored."""
    tried, title = result["candidates"], result["metric"]["title"]
    names = list(tried[0]["parameters"])
    yield web.paragraph(
        f"{capital(title)} on a sample of the validation pixels; the best, in the first row, was taken."
    )
    rows: list[list[web.Cell]] = [
        [*(number(item["parameters"][name]) for name in names), number(item["score"])]
        for item in sorted(tried, key=lambda item: -item["score"])
    ]
    yield web.table([*names, title], rows)


def kept_by(result: Mapping[str, Any]) -> str:
    """How the epoch of the model was chosen."""
    if keeps_last(result):
        return "the last epoch was kept, regardless of its score"
    return "the epoch with the best score on the validation samples was kept"


def keeps_last(result: Mapping[str, Any]) -> bool:
    """Whether the last epoch was kept, regardless of its score."""
    return bool(result["settings"].get("keep") == "last")


def trained_on(result: Mapping[str, Any]) -> Iterator[str]:
    """The data: samples, split, map of the chips, and class frequencies."""
    data, task = result["data"], result["model"]["task"]
    parts = [count_of(count, part, task) for part, count in data["samples"].items() if count]
    facts: dict[str, str | Sequence[str]] = {"Samples": f"{listed(parts)}, from {whole(data['chips'])} chips"}
    facts["Split"] = data["split"]
    if data.get("gap_dropped"):
        facts["Left out"] = (
            f"{whole(data['gap_dropped'])} chips that touch a chip of another split, so that splits are not neighbours"
        )
    if data.get("unlabelled") is not None:
        share = web.percent(data["unlabelled"], 1)
        facts["Unlabelled"] = f"{share} of the chips' pixels, including invalid ones and overlaps; they were ignored"
    yield web.facts(facts)
    if data["sources"]:
        yield web.subsection("Map of the split")
        yield split_map(data["sources"])
    if data["classes"]:
        what = TASKS[task].counted
        yield web.subsection("Class frequencies")
        yield web.paragraph(f"Percentage of each split, and number of {what}.", small=True)
        yield balance(data["classes"], data["samples"])


def balance(classes: Sequence[Mapping[str, Any]], parts: Mapping[str, int]) -> str:
    """The table of the classes' proportions of each split."""
    shown = [part for part in SPLITS if parts.get(part)]
    sums = {part: sum(item.get(part) or 0 for item in classes) or 1 for part in shown}
    rows = [
        (
            (item["name"], item["color"]),
            [share_of(item.get(part) or 0, sums[part]) for part in shown],
        )
        for item in classes
    ]
    looks = [SPLITS[part] for part in shown]
    return charts.share_table(["Class", *(capital(title) for title, _ in looks)], rows, [color for _, color in looks])


def share_of(count: float, total: float) -> tuple[float, str]:
    return count / total, f"{web.percent(count / total, 1)} ({whole(count)})"


def starting_weights(start: Mapping[str, Any]) -> Iterator[str]:
    """The origin of the starting weights, and which parameters were trained."""
    yield web.paragraph(f"Start: {start['title']}.")
    if start["lines"]:
        yield web.bullets(start["lines"])
    if start["loaded"] or start["adapted"]:
        yield web.paragraph("Parameters by origin:", small=True)
        yield share_bar(
            [("loaded", start["loaded"], BLUE), ("adapted", start["adapted"], "#8fb3dc"), ("new", start["new"], ORANGE)]
        )
    yield web.paragraph("Parameters trained and frozen:", small=True)
    yield share_bar([("trained", start["trained"], ORANGE), ("frozen", start["frozen"], BLUE)])


def method(result: Mapping[str, Any]) -> Iterator[str]:
    """How the metrics were computed, and their definitions."""
    evaluation, settings = result["evaluation"], result["settings"]
    part = evaluation["part"]
    lines = [f"Split of the samples: {result['data']['split'].rstrip('.')}."]
    if result["epochs"]:
        lines.append(f"The network was trained on the training samples; {kept_by(result)}.")
    else:
        lines.append(result["fitted"])
    if part == "test":
        lines.append("The metrics are of the test samples, which were used for neither.")
    elif keeps_last(result):
        lines.append("The metrics are of the validation samples.")
    else:
        lines.append("The metrics are of the same samples, so they are slightly optimistic.")
    threshold = evaluation.get("threshold")
    if isinstance(threshold, (int, float)) and evaluation.get("curves"):
        lines.append(
            f"Precision, recall and F1 are at a confidence threshold of {threshold:g}, which has the best F1 on the "
            "validation samples, and an IoU threshold of 0.5. Average precision needs no confidence threshold."
        )
        if result["model"].get("oriented"):
            lines.append("The IoU is that of turned boxes: of the rectangles with their angles (rotated IoU).")
    elif isinstance(threshold, (int, float)):
        lines.append(
            f"A pixel is classified as “{evaluation['names'][1]}” from a probability of {threshold:g} on, the best "
            "threshold on the validation samples; the curve over the epochs is for a threshold of 0.5."
        )
    lines.append(
        "The 95 % confidence intervals are by bootstrap: whole places of the evaluated samples were repeatedly drawn "
        "with replacement, and the metric computed for each draw. They show how much the metrics depend on the "
        "evaluated places, not how accurate the model is in other areas, at other dates or with another sensor."
    )
    if settings.get("seed") is not None:
        lines.append(f"All random numbers follow from the seed {settings['seed']}.")
    yield web.bullets(lines)
    yield web.facts(dict(meanings(result)))


def meanings(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The definitions of the metrics on the page."""
    evaluation = result["evaluation"]
    titles = [*evaluation["figures"], *(title for item in evaluation.get("classes") or () for title in item["figures"])]
    for title in dict.fromkeys(titles):
        metric = metric_of(title)
        if metric:
            yield metric.heading, metric.explanation
    if any(title.endswith(OVER_SAMPLES) for title in titles):
        yield "Mean over samples", "the mean of each sample's own metric, with equal weight for each sample."


def making(result: Mapping[str, Any]) -> Iterator[str]:
    """The network, settings, versions and hashes."""
    model = result["model"]
    options = ", ".join(f"{name} {plain(value)}" for name, value in model["options"].items())
    sized = f"{whole(model['parameters'])} parameters, " if model["parameters"] else ""
    yield web.facts(
        {
            "Model": f"{model['name']}, {model['path']}",
            "Network" if result["epochs"] else "Method": model["network_title"] + (f" ({options})" if options else ""),
            "Size": sized + file_size(model["bytes"]),
            "Time": duration(result["seconds"]) + " in all",
        }
    )
    settings = {name.replace("_", " "): value for name, value in result["settings"].items()}
    yield web.beside(
        named_table(("Setting", "Value"), settings),
        named_table(("Software", "Version"), result["versions"]) + named_table(("File", "SHA-256"), result["hashes"]),
    )


def named_table(header: Sequence[str], values: Mapping[str, Any]) -> str:
    return web.table(header, [[name, plain(value)] for name, value in values.items()], texts=2) if values else ""


def main_title(result: Mapping[str, Any]) -> str:
    """The title of the main metric, as it is in the evaluation."""
    metrics, title = result["evaluation"]["figures"], result["metric"]["title"]
    return next((known for known in metrics if known.casefold() == title.casefold()), title)


def unit_of(data: Mapping[str, Any]) -> str:
    return str(data.get("unit") or "")
