"""What all algorithms share that map rasters, most of them with a model: from layers to a job and its results."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingMultiStepFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterRasterDestination,
    QgsRasterLayer,
)

from ...engine.cards.card import Input, ModelCard, match_bands, palette_bands
from ...engine.errors import MismatchError, RsdlError
from ...engine.job.arguments import OPERATIONS
from ...engine.tables.tasks import task_of
from .. import parameters as shared
from ..products import order_of, product_parameter, product_text, quality_of, quality_parameters, with_products
from ..results import styles
from ..results.style_files import keep_style
from ..saving import JobAlgorithm, saving_parameters
from ..text import tr
from ..worker import layers, vectors
from ..worker.client import make_job, run_job, temporary_folder
from ..worker.layers import PreparedRaster, RasterUse
from .further import domain, further, uncertainty


@dataclass(frozen=True)
class Plan:
    """A model and the rasters for each of its inputs, one per date; ``notes`` and ``warnings`` are logged."""

    path: Path
    card: ModelCard
    inputs: Mapping[str, Sequence[RasterUse]]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def rasters(self) -> list[RasterUse]:
        """All rasters, the first one first: its grid is the result's, unless the job says otherwise."""
        return [use for uses in self.inputs.values() for use in uses]


class InferenceAlgorithm(JobAlgorithm):
    """Runs a model. A child declares its inputs and says in ``plan`` which model takes which layer."""

    GROUP = "predict"
    TASK = ""  # of the models, a line of the table of tasks
    TAKES_PRODUCTS = True  # beside each raster; and quality bands

    def plan(self, parameters, context) -> Plan:
        """The model to run and its inputs; RsdlError says what does not fit. Quick, on the main thread."""
        raise NotImplementedError

    def inputs(self) -> list:
        """The parameters that only this algorithm has."""
        raise NotImplementedError

    def options(self, parameters, context) -> dict[str, Any]:
        """The arguments of the job that only this algorithm has."""
        return {}

    def quality_parameters(self) -> list:
        """The parameters of which pixels are left out."""
        return quality_parameters() if self.TAKES_PRODUCTS else []

    def output_label(self) -> str:
        """The label of OUTPUT."""
        raise NotImplementedError

    def operation(self) -> str:
        """The worker's operation: that of the task."""
        return task_of(self.TASK).operation

    def running(self) -> list:
        """The parameters of how the network is run."""
        return shared.running()

    def arguments(self, arguments: Mapping[str, Any], parameters, context) -> dict[str, Any]:
        """The arguments of the job, from those that every map has. Not on the main thread."""
        return dict(arguments)

    def outputs(self) -> list:
        """The parameters of the files it makes, which the worker knows by the same names in lower case."""
        label = self.output_label()
        more = [domain()] if "domain" in OPERATIONS[task_of(self.TASK).operation] else []
        return [shared.class_raster(label), shared.probabilities(), uncertainty(), *more, shared.polygons()]

    def further(self) -> Mapping[str, Any]:
        """Advanced parameters that the operation takes."""
        return further(task_of(self.TASK).operation, [output.name() for output in self.outputs()])

    def looks(self, card: ModelCard, result: Mapping[str, Any]) -> dict[str, tuple[str, styles.Style | None]]:
        """The title and style of each output."""
        in_colours = styles.in_classes(result["classes"])
        distance = {"DOMAIN": self.look_of_domain(card)} if self.parameterDefinition("DOMAIN") else {}
        return {
            **distance,
            "OUTPUT": (card.title, in_colours),
            "PROBABILITIES": (
                tr("{model}: probabilities").format(model=card.title),
                styles.of_probabilities(result["classes"]),
            ),
            "UNCERTAINTY": (tr("{model}: uncertainty").format(model=card.title), styles.along_ramp(0.0, 1.0)),
            "POLYGONS": (tr("{model}: polygons").format(model=card.title), in_colours),
        }

    def look_of_domain(self, card: ModelCard) -> tuple[str, styles.Style | None]:
        """The title and style of the distance from the training data; 1, the limit, is in the middle of the ramp."""
        return tr("{model}: distance from the training data").format(model=card.title), styles.along_ramp(0.0, 2.0)

    def numeric_outputs(self, result: Mapping[str, Any], context) -> dict[str, Any]:
        """Outputs that only this algorithm has, from the worker's result."""
        return {}

    def initAlgorithm(self, configuration=None):
        more = [parameter for parameter, _ in self.further().values()]
        quality = self.quality_parameters()
        inputs = with_products(self.inputs()) if self.TAKES_PRODUCTS else self.inputs()
        for parameter in [*inputs, *self.outputs(), *self.running(), *quality, *more, *saving_parameters()]:
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("MODEL_NAME", tr("Name of the model used")))

    def problem(self, parameters, context):
        text = shared.running_problem(self, parameters, context) or vectors.mask_problem(self, parameters, context)
        for output in self.outputs():
            is_raster = isinstance(output, QgsProcessingParameterRasterDestination)
            formats = ("tif", "tiff") if is_raster else shared.VECTOR_FORMATS
            text = text or shared.output_problem(shared.fixed_path(parameters.get(output.name())), formats)
        if text:
            return text
        plan = self.plan(parameters, context)
        self._quality_of(plan, parameters, context)
        if self.parameterAsExtent(parameters, "EXTENT", context).isNull():
            for use in plan.rasters():
                if layers.needs_extent(use.layer):
                    return tr(
                        "The layer '{layer}' has no extent and pixel size of its own. Choose the area to map (EXTENT)."
                    ).format(layer=use.layer.name())
        return self.worker_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        self._plan = self.plan(parameters, context)
        nodata = shared.nodata_of(self, parameters, context)
        self._quality = self._quality_of(self._plan, parameters, context)
        self._rasters = {
            name: [PreparedRaster(use, nodata) for use in uses] for name, uses in self._plan.inputs.items()
        }
        systems = vectors.systems(use.layer for use in self._plan.rasters())
        self._mask = vectors.mask(self, parameters, context, systems)
        # The area as each layer sees it; layers may not be asked on another thread.
        self._area = vectors.extent(self, parameters, context, systems)
        self._extents = {
            name: [self.parameterAsExtent(parameters, "EXTENT", context, use.layer.crs()) for use in uses]
            for name, uses in self._plan.inputs.items()
        }
        return True

    def processAlgorithm(self, parameters, context, feedback):
        card = self._plan.card
        for note in self._plan.notes:
            feedback.pushInfo(note)
        for warning in (*self._plan.warnings, *(use.warning for use in self._plan.rasters() if use.warning)):
            feedback.pushWarning(warning)
        names = [output.name() for output in self.outputs()]
        outputs = {name: self._output(parameters, name, context) for name in names}
        replaced = {path for path in outputs.values() if path and Path(path).exists()}
        copies = sum(item.is_copied for items in self._rasters.values() for item in items)
        drawn = vectors.copied(*self._drawn())
        steps = QgsProcessingMultiStepFeedback(copies + drawn + 1, feedback)
        with temporary_folder() as folder:
            arguments = {
                "model": str(self._plan.path),
                **self._vectors(folder, steps),
                "inputs": self._specs(folder, steps, drawn),
                **self._area,
                "resample": self.parameterAsBoolean(parameters, "RESAMPLE", context),
                **self.options(parameters, context),
                "device": self.parameterAsString(parameters, "DEVICE", context).strip() or "auto",
                "engine": self.parameterAsEnumString(parameters, "ENGINE", context) or None,
                "scheduler": shared.text_of(self, parameters, "SCHEDULER", context) or None,
                **{name.lower(): read(self, parameters, name, context) for name, (_, read) in self.further().items()},
                **{
                    name.lower(): shared.number(self, parameters, name, context)
                    for name in ("TILE_SIZE", "OVERLAP", "BATCH_SIZE", "THREADS")
                },
                **{name.lower(): path for name, path in outputs.items()},
            }
            job = make_job(self.operation(), self.arguments(arguments, parameters, context))
            if self.is_saved(parameters):
                return self.save(job, parameters, context, steps)
            result = run_job(job, steps, folder)
        self._show(outputs, replaced, result, context, feedback)
        made = {name: path for name, path in outputs.items() if path}
        named = {"MODEL_NAME": card.name} if self.outputDefinition("MODEL_NAME") else {}
        return {**made, **named, **self.numeric_outputs(result, context)}

    def _quality_of(self, plan: Plan, parameters, context) -> list[dict[str, Any]]:
        """What of each raster's spec says which pixels are left out. RsdlError where nothing can tell."""
        rasters = [use.layer for use in plan.rasters()]
        if not self.TAKES_PRODUCTS:
            return [{}] * len(rasters)
        found = quality_of(self, parameters, context, rasters)
        order = order_of(self, parameters, context)
        return [{**order, **({} if one is None else {"quality": one})} for one in found]

    def _drawn(self) -> list[vectors.PreparedVector | None]:
        """The vector layers: the mask, and what only this algorithm has."""
        return [self._mask]

    def _vectors(self, folder: Path, steps: QgsProcessingMultiStepFeedback) -> vectors.Spec:
        """The vector layers in the job; what has to be copied is copied, a step each."""
        return vectors.arguments("mask", self._mask, folder, steps)

    def _specs(self, folder: Path, steps: QgsProcessingMultiStepFeedback, copied: int) -> dict[str, list[layers.Spec]]:
        """The rasters in the job; what has to be copied is copied, a step each after ``copied`` ones."""
        specs: dict[str, list[layers.Spec]] = {}
        steps.setCurrentStep(copied)
        for name, items in self._rasters.items():
            specs[name] = []
            for item, box in zip(items, self._extents[name]):
                extent = None if box.isNull() else box
                spec = item.spec(folder, extent, self._plan.card.resolution, steps)
                specs[name].append({**spec, **self._quality[sum(map(len, specs.values()))]})
                copied += item.is_copied
                steps.setCurrentStep(copied)
        return specs

    def _output(self, parameters, name, context) -> str | None:
        if parameters.get(name) in (None, ""):
            return None
        return self.parameterAsOutputLayer(parameters, name, context) or None

    def _show(
        self,
        outputs: Mapping[str, str | None],
        replaced: Collection[str],
        result: Mapping[str, Any],
        context,
        feedback,
    ) -> None:
        for name, (title, style) in self.looks(self._plan.card, result).items():
            path, label = outputs[name] or "", self.parameterDefinition(name).description()
            if path and style:
                keep_style(path, style, path in replaced, feedback)
            styles.show(context, path, label, title, self.displayName(), style)


def use_bands(name: str, layer: QgsRasterLayer, wanted: Input, chosen: Sequence[int] | None, option: str) -> RasterUse:
    """The layer with the bands that a model's input takes: the ``chosen`` ones, else by description, colour or count.

    A paletted layer gives its colours where these are what is taken. ``option``: the parameter in which bands are
    chosen. RsdlError if they do not fit.
    """
    found = layers.data_bands(layer)
    if chosen:
        return _chosen_bands(name, layer, wanted, chosen, option)
    if product_text(layer):
        try:
            return RasterUse(name, layer, layers.matched_bands(layer, wanted))
        except MismatchError as error:
            raise MismatchError(f"{product_parameter(layer)}: {error.message}", error.hint) from None
    shown = palette_bands(wanted) if layers.is_paletted(layer) else ()
    if shown:
        return RasterUse(name, layer, shown, palette=True)
    texts = [description for _, description in found]
    try:
        indexes = match_bands(wanted, texts, len(found), layers.colours(layer))
    except MismatchError as error:
        raise MismatchError(
            f"{name}: {error.message}",
            tr("Choose the bands by number in {option}, in that order.").format(option=option),
        ) from None
    warning = _order_warning(layer, wanted, texts, option)
    return RasterUse(name, layer, tuple(found[index - 1][0] for index in indexes), warning)


def _chosen_bands(name: str, layer: QgsRasterLayer, wanted: Input, chosen: Sequence[int], option: str) -> RasterUse:
    found = layers.data_bands(layer)
    missing = [number for number in chosen if number < 1 or number > max(layer.bandCount(), len(found))]
    if missing:
        raise RsdlError(
            tr("{option} names band {number}, but '{layer}' has {count} band(s).").format(
                option=option, number=missing[0], layer=layer.name(), count=len(found)
            ),
            tr("Choose bands from 1 to {count}.").format(count=len(found)),
        )
    if len(chosen) != len(wanted.bands):
        raise RsdlError(
            tr("{option} names {given} band(s), but the model takes {needed}: {bands}.").format(
                option=option,
                given=len(chosen),
                needed=len(wanted.bands),
                bands=", ".join(b.name for b in wanted.bands),
            ),
            tr("Choose them in that order."),
        )
    if len(chosen) > 1 and layers.is_paletted(layer):
        raise RsdlError(
            tr("The only band of '{layer}' holds palette indices, not brightness values.").format(layer=layer.name()),
            tr("Leave {option} empty to use the palette's colours.").format(option=option)
            if palette_bands(wanted)
            else tr("Convert the layer to RGB first (Raster > Conversion > PCT to RGB)."),
        )
    return RasterUse(name, layer, tuple(chosen))


def _order_warning(layer: QgsRasterLayer, wanted: Input, texts: Sequence[str], option: str) -> str:
    """The warning where bands are taken in order although they have names, since these are not the model's."""
    if len(wanted.bands) == 1 or not any(texts):
        return ""
    try:
        match_bands(wanted, [text or colour for text, colour in zip(texts, layers.colours(layer))], -1)
    except MismatchError:
        return tr(
            "The bands of '{layer}' have other names than the model's. They are taken in its order: {bands}. If that "
            "is wrong, give their numbers in that order in {option}."
        ).format(layer=layer.name(), bands=", ".join(band.name for band in wanted.bands), option=option)
    return ""
