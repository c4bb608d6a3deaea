"""What the algorithms of accuracy assessment share: layers, area, one job, its report, and metrics as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterField,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterVectorDestination,
    QgsVectorLayer,
)

from .. import compat
from .. import parameters as shared
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker import layers, vectors
from ..worker.client import make_job, run_job, temporary_folder

SIDES = ("PREDICTED", "REFERENCE")
HTML, CSV = ("html", "htm"), ("csv",)


@dataclass(frozen=True)
class SideLayer:
    """A layer of one side, made ready on the main thread: where it is, and ``rest``, what else the job says of it.

    ``source`` is None for a reference that is a field of the predicted layer.
    """

    source: layers.PreparedRaster | vectors.PreparedVector | None
    rest: Mapping[str, Any]

    @property
    def is_copied(self) -> bool:
        """Whether the layer has to be written for the worker."""
        return self.source is not None and self.source.is_copied

    def spec(self, folder: Path, feedback) -> dict[str, Any]:
        """The layer in a job, on any thread."""
        if self.source is None:
            return {**self.rest}
        if isinstance(self.source, layers.PreparedRaster):
            return {**self.rest, **self.source.spec(folder, None, None, feedback)}
        return {**self.rest, **self.source.spec(folder, feedback)}


class Assessment(JobAlgorithm):
    """Assess predictions against a reference. A child says the class's constants and the methods that raise here."""

    GROUP = "assess"
    OPERATION = ""
    FORMATS: Mapping[str, Sequence[str]] = {}  # output -> endings that its file may have
    METRICS: Mapping[str, Callable[[], str]] = {}  # output, in lower case in the job's result -> its label
    INTERVALS: Sequence[str] = ()  # those of METRICS that have a confidence interval
    IN_AREA = True  # whether there are EXTENT and MASK

    def own_parameters(self) -> list:
        """All parameters, in the order in which they are shown."""
        raise NotImplementedError

    def layers_problem(self, parameters, context) -> str:
        """What is wrong with the layers and their fields, in a sentence; '' if nothing."""
        raise NotImplementedError

    def sides(self, parameters, context) -> dict[str, list[SideLayer]]:
        """The layers of each side."""
        raise NotImplementedError

    def systems(self, parameters, context) -> list[QgsCoordinateReferenceSystem]:
        """The coordinate systems in which the mask is needed."""
        raise NotImplementedError

    def arguments(self, parameters, context, specs: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
        """The job's arguments besides the area and the outputs; ``specs``: the layers of each side in a job."""
        raise NotImplementedError

    def summary(self, result: Mapping[str, Any]) -> str:
        """The main metrics in a line."""
        raise NotImplementedError

    def finish(
        self, result: Mapping[str, Any], outputs: Mapping[str, str | None], replaced: set[str], context, feedback
    ) -> None:
        """What is done with the outputs that were written; ``replaced``: those that were there before."""

    def initAlgorithm(self, configuration=None):
        for parameter in [*self.own_parameters(), *saving_parameters()]:
            self.addParameter(parameter)
        for name, label in self.METRICS.items():
            self.addOutput(QgsProcessingOutputNumber(name, label()))
        for name in self.INTERVALS:
            metric = self.METRICS[name]()
            for end, text in (
                ("LOW", tr("{metric}: lower end of the 95 % confidence interval")),
                ("HIGH", tr("{metric}: upper end of the 95 % confidence interval")),
            ):
                self.addOutput(QgsProcessingOutputNumber(f"{name}_{end}", text.format(metric=metric)))

    def problem(self, parameters, context):
        text = vectors.mask_problem(self, parameters, context) if self.IN_AREA else ""
        for name, formats in self.FORMATS.items():
            text = text or shared.output_problem(shared.fixed_path(parameters.get(name)), formats)
        text = text or self.layers_problem(parameters, context)
        return text or self.worker_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        self._sides = self.sides(parameters, context)
        self._mask, self._extent = None, {}
        if self.IN_AREA:
            self._mask = vectors.mask(self, parameters, context, self.systems(parameters, context))
            self._extent = vectors.extent(self, parameters, context, ())
        return True

    def processAlgorithm(self, parameters, context, feedback):
        outputs = {name: self._output(parameters, name, context) for name in self.FORMATS}
        replaced = {name for name, path in outputs.items() if path and Path(path).exists()}
        prepared = [layer for found in self._sides.values() for layer in found]
        done = vectors.copied(self._mask)
        steps = QgsProcessingMultiStepFeedback(done + sum(layer.is_copied for layer in prepared) + 1, feedback)
        with temporary_folder() as folder:
            area = {**self._extent, **(vectors.arguments("mask", self._mask, folder, steps) if self.IN_AREA else {})}
            specs: dict[str, list[dict[str, Any]]] = {}
            for name, found in self._sides.items():
                specs[name] = []
                for layer in found:
                    steps.setCurrentStep(done)
                    specs[name].append(layer.spec(folder, steps))
                    done += layer.is_copied
            steps.setCurrentStep(done)
            files = {name.lower(): path for name, path in outputs.items()}
            arguments = {**self.arguments(parameters, context, specs), **area, **files}
            job = make_job(self.OPERATION, arguments)
            if self.is_saved(parameters):
                return self.save(job, parameters, context, steps)
            result = run_job(job, steps, folder)
        feedback.pushInfo(self.summary(result))
        feedback.pushInfo(result["drawn"])
        self.finish(result, outputs, replaced, context, feedback)
        return {**{name: path for name, path in outputs.items() if path}, **self._numbers(result)}

    def _numbers(self, result: Mapping[str, Any]) -> dict[str, Any]:
        """The metrics and the ends of their intervals; None where there is none."""
        numbers = {name: result["figures"][name.lower()] for name in self.METRICS}
        for name in self.INTERVALS:
            ends = result["intervals"].get(name.lower(), (None, None))
            numbers |= {f"{name}_LOW": ends[0], f"{name}_HIGH": ends[1]}
        return numbers

    def _output(self, parameters, name, context) -> str | None:
        if parameters.get(name) in (None, ""):
            return None
        if isinstance(self.parameterDefinition(name), QgsProcessingParameterVectorDestination):
            return self.parameterAsOutputLayer(parameters, name, context) or None
        return self.parameterAsFileOutput(parameters, name, context) or None


def field(name, label, parent, text, default=None, several=False, advanced=False):
    """A field, or several, of a layer; optional."""
    # name, label, default, parent, type, several, optional
    parameter = QgsProcessingParameterField(name, label, default, parent, compat.ANY_FIELD, several, True)
    return shared.described(parameter, text, advanced)


def missing_field(layer: QgsVectorLayer, name: str) -> str:
    """A sentence if a layer has no such field; '' otherwise."""
    fields = layer.fields().names()
    if name in fields:
        return ""
    return tr("'{layer}' has no field '{field}'. It has: {fields}.").format(
        layer=layer.name(), field=name, fields=", ".join(fields) or "-"
    )


def area() -> list:
    """EXTENT and MASK of maps."""
    return [
        shared.extent(
            tr("Area to assess"), tr("Only this rectangle is assessed. Default: all that both layers cover.")
        ),
        shared.mask(
            tr("Mask polygons"),
            tr("Only what lies in these polygons is assessed. Any coordinate system. Default: no mask."),
        ),
    ]


def report(text: str):
    """REPORT: a page."""
    return _file("REPORT", tr("Report"), tr("HTML files (*.html)"), text, True)


def table(text: str, name: str = "TABLE", label: str = ""):
    """TABLE, or another name: a table."""
    return _file(name, label or tr("Table of classes"), tr("CSV files (*.csv)"), text, False)


def _file(name: str, label: str, kind: str, text: str, made: bool):
    return shared.described(QgsProcessingParameterFileDestination(name, label, kind, None, True, made), text)


def shown(value: float | None) -> str:
    """A metric in a line of text."""
    return "-" if value is None else f"{value:.4f}"
