"""What algorithms share that work on the bands of one raster, such as features."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from ....engine.errors import RsdlError
from ... import parameters as shared
from ...results import styles
from ...results.style_files import keep_style
from ...saving import JobAlgorithm, saving_parameters
from ...text import tr
from ...worker import layers, vectors
from ...worker.client import make_job, run_job, temporary_folder
from ...worker.layers import PreparedRaster, RasterUse


class BandsAlgorithm(JobAlgorithm):
    """Runs a job on the bands of INPUT. A child says the constants, its parameters and its results."""

    GROUP = "predict"
    OPERATION = ""
    VECTORS: tuple[str, ...] = ()  # parameters that are vector layers

    def input_text(self) -> str:
        """The help of INPUT."""
        raise NotImplementedError

    def own_parameters(self) -> list:
        """The parameters that only this algorithm has."""
        raise NotImplementedError

    def outputs(self) -> list:
        """The parameters of its files, which the job knows by the same names in lower case."""
        raise NotImplementedError

    def numeric_outputs(self) -> list:
        """Declarations of numbers that it gives, which the job's result has by the same names in lower case."""
        return []

    def arguments(self, parameters, context) -> dict[str, Any]:
        """The arguments of the job that only this algorithm has."""
        raise NotImplementedError

    def looks(self, result: Mapping[str, Any], title: str) -> dict[str, tuple[str, styles.Style | None]]:
        """The title and style of each output."""
        raise NotImplementedError

    def initAlgorithm(self, configuration=None):
        given = shared.described(QgsProcessingParameterRasterLayer("INPUT", tr("Raster")), self.input_text())
        bands = shared.described(
            QgsProcessingParameterBand("BANDS", tr("Bands"), None, "INPUT", True, True),
            tr("Numbers of the bands that are used, from 1. Default: all."),
            advanced=True,
        )
        area = [shared.extent(tr("Area"), tr("Only this rectangle is used. Default: the whole raster."))]
        area.append(
            shared.mask(text=tr("Pixels whose centre lies outside these polygons are left out. Default: no mask."))
        )
        rest = [*area, bands, shared.nodata(), *self.outputs(), *saving_parameters()]
        for parameter in [given, *self.own_parameters(), *rest]:
            self.addParameter(parameter)
        for number in self.numeric_outputs():
            self.addOutput(number)

    def problem(self, parameters, context):
        text = vectors.mask_problem(self, parameters, context)
        for output in self.outputs():
            is_raster = isinstance(output, QgsProcessingParameterRasterDestination)
            formats = ("tif", "tiff") if is_raster else shared.VECTOR_FORMATS
            text = text or shared.output_problem(shared.fixed_path(parameters.get(output.name())), formats)
        for name in self.VECTORS:
            if not text and shared.is_given(parameters, name):
                text = self._vector_problem(parameters, name, context)
        self._use(parameters, context)
        return text or self.worker_problem(parameters)

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        use = self._use(parameters, context)
        self._title, self._warning = use.layer.name(), use.warning
        self._raster = PreparedRaster(use, shared.nodata_of(self, parameters, context))
        systems = vectors.systems([use.layer])
        self._area = vectors.extent(self, parameters, context, systems)
        self._box = self.parameterAsExtent(parameters, "EXTENT", context, use.layer.crs())
        self._layers = {"mask": vectors.mask(self, parameters, context, systems)}
        for name in self.VECTORS:
            layer = vectors.layer_of(self, parameters, name, context) if shared.is_given(parameters, name) else None
            self._layers[name.lower()] = (
                None if layer is None else vectors.PreparedVector(layer, context, systems, given=parameters[name])
            )
        return True

    def processAlgorithm(self, parameters, context, feedback):
        outputs = {
            output.name(): self.parameterAsOutputLayer(parameters, output.name(), context) or None
            for output in self.outputs()
            if parameters.get(output.name()) not in (None, "")
        }
        replaced = {path for path in outputs.values() if path and Path(path).exists()}
        if self._warning:
            feedback.pushWarning(self._warning)
        with temporary_folder() as folder:
            box = None if self._box.isNull() else self._box
            arguments = {"input": self._raster.spec(folder, box, None, feedback), **self._area}
            for name, layer in self._layers.items():
                arguments.update(vectors.arguments(name, layer, folder, feedback))
            arguments.update(self.arguments(parameters, context))
            job = make_job(self.OPERATION, {**arguments, **{name.lower(): path for name, path in outputs.items()}})
            if self.is_saved(parameters):
                return self.save(job, parameters, context, feedback)
            result = run_job(job, feedback, folder)
        for name, (title, style) in self.looks(result, self._title).items():
            path = outputs.get(name) or ""
            if path and style:
                keep_style(path, style, path in replaced, feedback)
            label = self.parameterDefinition(name).description()
            styles.show(context, path, label, title, self.displayName(), style)
        numbers = {output.name(): result[output.name().lower()] for output in self.numeric_outputs()}
        return {**{name: path for name, path in outputs.items() if path}, **numbers}

    def _use(self, parameters, context) -> RasterUse:
        """The raster and its bands; RsdlError where it has none of its own."""
        layer = self.parameterAsRasterLayer(parameters, "INPUT", context)
        if layers.needs_extent(layer):
            text = tr("INPUT: '{layer}' is a web map, and has no bands of its own. Choose another raster.")
            raise RsdlError(text.format(layer=layer.name()))
        chosen = shared.chosen_bands(self, parameters, "BANDS", context)
        known = [number for number, _ in layers.data_bands(layer)]
        missing = [number for number in chosen or () if number not in known]
        if missing:
            text = tr("BANDS names band {number}, which '{layer}' does not have.")
            raise RsdlError(text.format(number=missing[0], layer=layer.name()))
        return RasterUse("INPUT", layer, tuple(chosen or known))

    def _vector_problem(self, parameters, name, context) -> str:
        layer = vectors.layer_of(self, parameters, name, context)
        if layer is None or not layer.isValid():
            text = tr("{name}: '{value}' is not {kind} that QGIS can open.")
            return text.format(name=name, value=parameters[name], kind=tr("a vector layer"))
        if not vectors.chosen_have_geometry(self, parameters, name, context):
            return tr("{name}: '{layer}' has no features with a geometry. Draw or select some.").format(
                name=name, layer=layer.name()
            )
        return ""
