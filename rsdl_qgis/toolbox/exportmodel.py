"""rsdl:exportmodel: a model in a format for other programs and people, and how far it agrees with the original."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ..engine.cards.names import check_model_name
from ..engine.job.arguments import OPERATIONS
from ..engine.tables.exports import EXPORT_FORMATS
from . import compat, settings
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .predict.base import use_bands
from .text import tr
from .worker.client import make_job, run_job, temporary_folder
from .worker.layers import PreparedRaster, needs_extent

ARGUMENTS = OPERATIONS["export_model"]
NUMBERS = {"SAME": "same", "LARGEST": "largest", "MEAN": "mean"}  # output -> what the job calls it


class ExportModel(RsdlAlgorithm):
    """rsdl:exportmodel: writes a model as one file."""

    NAME = "exportmodel"
    GROUP = "models"

    def title(self):
        return tr("Export model")

    def help(self):
        return tr(
            "Writes a model as one file, for another computer or another program, and compares what it gives with what "
            "the original gives, on tiles of layers of yours.\n\nzip: the model as it is, for 'Import model'. onnx: "
            "its network in single precision with the model card inside, which many programs run. onnx-fp16: half the "
            "size. onnx-int8: a quarter of the size, and faster on most processors; its numbers are calibrated on "
            "tiles of the layers. torchscript: for PyTorch. deepness: ONNX as the plugin Deepness takes it, for models "
            "of one image whose values are scaled linearly. tflite, tflite-fp16, tflite-int8: TensorFlow Lite with the "
            "model card inside, for phones and small computers, with weights in single or half precision or 8 bits. "
            "LiteRT writes it in an environment of its own: run 'Set up environment' with the step 'tflite' once."
            "\n\nThe report says which share of pixels (images, series, objects) keeps its class, by how much "
            "probabilities differ, and what that means for the accuracy."
        )

    def tags(self):
        text = tr("onnx,int8,quantization,quantisation,half precision,fp16,torchscript,deepness,tflite,stac,mlm,share")
        return text.split(",")

    def initAlgorithm(self, configuration=None):
        model = shared.model(
            tr("Model"),
            tr("Name of an installed model, or path of a model folder, a .zip archive of one, or an .onnx file."),
            tasks="",
            empty=tr("choose a model"),
        )
        model.setFlags(model.flags() & ~compat.OPTIONAL)
        for parameter in (model, *_how(), *_where()):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("MODEL_NAME", tr("Name of the exported model")))
        self.addOutput(QgsProcessingOutputNumber("SAME", tr("Share that keeps its class")))
        self.addOutput(QgsProcessingOutputNumber("LARGEST", tr("Largest difference")))
        self.addOutput(QgsProcessingOutputNumber("MEAN", tr("Mean difference")))
        self.addOutput(QgsProcessingOutputBoolean("IDENTICAL", tr("Identical to the bit")))

    def problem(self, parameters, context):
        _, card = settings.store().find(shared.text_of(self, parameters, "MODEL", context))
        line = EXPORT_FORMATS[self.parameterAsString(parameters, "FORMAT", context)]
        name = shared.text_of(self, parameters, "NAME", context)
        if name:
            check_model_name(name)
        text = shared.output_problem(shared.fixed_path(parameters.get("OUTPUT")), (line.ending[1:],))
        text = text or shared.output_problem(shared.fixed_path(parameters.get("ITEM")), ("json",))
        text = text or shared.output_problem(shared.fixed_path(parameters.get("REPORT")), ("html", "htm"))
        if text:
            return text
        self._uses(card, parameters, context)
        if line.calibrated and not shared.is_given(parameters, "LAYERS"):
            return tr("8-bit numbers are calibrated on tiles. Give layers of the kind that the model is for (LAYERS).")
        (settings.training_python if line.train else settings.worker_python)()
        return ""

    def _uses(self, card, parameters, context):
        """The layers with the bands that the model takes; RsdlError where they do not fit."""
        found = shared.layer_list(self, parameters, "LAYERS", context)
        for layer in found:
            if layer.type() != compat.RASTER_LAYER or needs_extent(layer):
                raise ValueError(tr("LAYERS: '{layer}' is no raster file.").format(layer=layer.name()))
        places = [item for item in card.inputs for _ in item.dates]
        if found and len(found) != len(places):
            wanted = ", ".join(f"{item.role or item.name} {date}" for item in card.inputs for date in item.dates)
            text = tr("'{model}' takes {count} layers, in this order: {wanted}. {given} were given.")
            raise ValueError(text.format(model=card.name, count=len(places), wanted=wanted, given=len(found)))
        return [use_bands("LAYERS", layer, item, None, "LAYERS") for layer, item in zip(found, places)]

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        self._path, card = settings.store().find(shared.text_of(self, parameters, "MODEL", context))
        self._rasters = [PreparedRaster(use) for use in self._uses(card, parameters, context)]
        return True

    def processAlgorithm(self, parameters, context, feedback):
        chosen = self.parameterAsString(parameters, "FORMAT", context)
        output = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        if shared.is_temporary(output):
            output = str(Path(output).with_suffix(EXPORT_FORMATS[chosen].ending))
        with temporary_folder() as folder:
            specs = [raster.spec(folder, None, None, feedback) for raster in self._rasters]
            given = {
                "model": str(self._path),
                "format": chosen,
                "output": output,
                "layers": specs or None,
                "tiles": shared.number(self, parameters, "TILES", context),
                "name": shared.text_of(self, parameters, "NAME", context) or None,
                "item": self.parameterAsFileOutput(parameters, "ITEM", context) or None,
                "report": self.parameterAsFileOutput(parameters, "REPORT", context) or None,
            }
            result = run_job(make_job("export_model", given), feedback, folder)
        files = {name.upper(): result[name] for name in ("output", "item", "report") if result.get(name)}
        numbers = {name: result[key] for name, key in NUMBERS.items()}
        return {**files, **numbers, "MODEL_NAME": result["name"], "IDENTICAL": result["identical"]}


def _how() -> list:
    """The format, and what it is compared on."""
    return [
        shared.choice(
            "FORMAT",
            tr("Format"),
            tr(
                "What is written: zip (a model archive), onnx (single precision), onnx-fp16 (half precision), "
                "onnx-int8 (8-bit integers), torchscript (for PyTorch), deepness (ONNX for the plugin Deepness), "
                "tflite, tflite-fp16, tflite-int8 (TensorFlow Lite). All but zip need the environment's step 'train', "
                "and those of TensorFlow Lite the step 'tflite' too."
            ),
            tuple(EXPORT_FORMATS),
            advanced=False,
        ),
        shared.several_layers(
            "LAYERS",
            tr("Layers to compare on"),
            compat.RASTERS,
            tr(
                "Rasters of the kind that the model is for: one for each date of each of its inputs, in the order in "
                "which 'Describe model' names them. Tiles of them are run by the original and by the exported model. "
                "Required for onnx-int8. Default: tiles of made-up values, which say less."
            ),
        ),
        shared.number_of(
            ARGUMENTS["tiles"],
            "TILES",
            tr("Tiles"),
            tr("How many tiles are compared, 1 to 256; onnx-int8 is calibrated on as many others."),
        ),
        shared.described(
            QgsProcessingParameterString("NAME", tr("Name"), None, False, True),
            tr("The name that the model has in the file. Default: as now, with -fp16 or -int8 for these."),
            advanced=True,
        ),
    ]


def _where() -> list:
    """What is written."""
    kinds = tr("Model archives (*.zip);;ONNX (*.onnx);;TorchScript (*.pt);;TensorFlow Lite (*.tflite)")
    return [
        shared.described(
            QgsProcessingParameterFileDestination("OUTPUT", tr("Exported model"), kinds),
            tr("The file: .zip, .onnx, .pt or .tflite, as the format is."),
        ),
        shared.described(
            QgsProcessingParameterFileDestination(
                "ITEM", tr("STAC MLM item"), tr("STAC items (*.json)"), None, True, False
            ),
            tr(
                "A STAC item of the Machine Learning Model extension (.json) that describes the exported file, with "
                "its hash; in the same folder. Only created if requested."
            ),
        ),
        shared.described(
            QgsProcessingParameterFileDestination("REPORT", tr("Report"), tr("HTML files (*.html)"), None, True, True),
            tr("A page (.html) of how far the exported model agrees with the original."),
        ),
    ]
