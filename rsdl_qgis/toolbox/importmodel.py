"""rsdl:importmodel: a model from elsewhere, completed by what a person says, checked and installed."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ..engine.cards.given.bands import bands_of
from ..engine.cards.given.classes import classes_of
from ..engine.cards.given.scaling import steps_of
from ..engine.cards.model_file import carries_card
from ..engine.cards.names import check_model_name
from ..engine.cards.store import own_folder
from ..engine.errors import InputError
from ..engine.files.text import shortened
from ..engine.job.arguments import OPERATIONS
from ..engine.job.common import ALL_OUTPUTS, OUTPUT_NUMBER
from ..engine.networks import NETWORKS
from ..engine.tables.axes import AXES
from ..engine.tables.tasks import ALL_TASKS
from . import parameters as shared
from . import settings
from .algorithm import RsdlAlgorithm
from .models import describe
from .text import tr
from .worker.client import make_job, run_job

AUTO = "auto"  # of a choice: as the file says
ARGUMENTS = OPERATIONS["import_model"]
CHOICES = {
    "TASK": tuple(ALL_TASKS),
    "NETWORK": tuple(NETWORKS),
    "ACTIVATION": ARGUMENTS["activation"].kind.words,
    "LAYOUT": AXES,
}
TEXTS = {"BANDS": bands_of, "CLASSES": classes_of, "SCALING": steps_of}  # parameter -> what reads it
USUAL_SCALINGS = ("none", "/255", "/10000", "imagenet", "percentile 2 98", "dB")


class ImportModel(RsdlAlgorithm):
    """rsdl:importmodel: installs a model from elsewhere."""

    NAME = "importmodel"
    GROUP = "models"

    def title(self):
        return tr("Import model")

    def help(self):
        return tr(
            "Installs a model among yours, so that other algorithms can choose it by name: a model archive (.zip) or "
            "folder, an ONNX file with or without metadata, an Esri model (.emd, .dlpk), a STAC MLM item (.json), a "
            "file of another program (Keras, TensorFlow Lite, TorchScript, LightGBM, XGBoost), weights of one of this "
            "plugin's networks (.pth, .safetensors), or the address of one of these. A SavedModel of TensorFlow is "
            "converted in an environment of its own: run 'Set up environment' with the step 'tensorflow' once.\n\nWhat "
            "the files say is read and shown. What they do not say is asked for, in a message that names the "
            "parameter: look at the model's web page or code for it. What you give overrules the files; where it "
            "contradicts the network itself, the import is refused, and both sides are "
            "told.\n\nEvery import is checked by running a tile, and the report shows a picture of it: give a layer in "
            "'Layer to try it on' to see what the model makes of it. A model cannot run code of its own, and files "
            "that would (pickles of whole networks) are refused."
        )

    def tags(self):
        return tr("onnx,deepness,keras,tensorflow,pytorch,esri,arcgis,dlpk,stac,mlm,install,model,foreign").split(",")

    def initAlgorithm(self, configuration=None):
        for parameter in (*_source(), *_facts(), *_details()):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString("MODEL", tr("Name of the model")))
        self.addOutput(QgsProcessingOutputString("MODELS", tr("Names of all models, with commas between them")))

    def problem(self, parameters, context):
        for name, read in TEXTS.items():
            read(shared.text_of(self, parameters, name, context))
        output_index(shared.text_of(self, parameters, "OUTPUT_INDEX", context))
        name = shared.text_of(self, parameters, "NAME", context)
        if name:
            check_model_name(name)
        text = self._input_problem(parameters, context)
        text = text or shared.output_problem(shared.fixed_path(parameters.get("REPORT")), ("html", "htm"))
        if not text:
            settings.worker_python()
        return text

    def _input_problem(self, parameters, context) -> str:
        if not self.parameterAsString(parameters, "INPUT", context).strip():
            return tr("There is nothing to import. Choose a file or folder in INPUT, or give an address.")
        path = Path(self.parameterAsString(parameters, "INPUT", context).strip())
        if path.is_file() and carries_card(path) and not shared.text_of(self, parameters, "NAME", context):
            settings.store().check_free(path, self.parameterAsBoolean(parameters, "REPLACE", context))
        layer = self.parameterAsRasterLayer(parameters, "SAMPLE", context)
        if shared.is_given(parameters, "SAMPLE") and (layer is None or layer.providerType() != "gdal"):
            return tr("SAMPLE has to be a raster file. Choose another layer, or none.")
        return ""

    def prepareAlgorithm(self, parameters, context, feedback):
        self.refuse(parameters, context, feedback)
        layer = self.parameterAsRasterLayer(parameters, "SAMPLE", context)
        self._sample = layer.source() if layer else None
        return True

    def processAlgorithm(self, parameters, context, feedback):
        before = settings.store().list()
        report = self.parameterAsFileOutput(parameters, "REPORT", context) or None
        result = run_job(make_job("import_model", {**self._given(parameters, context), "report": report}), feedback)
        for installed in result["models"]:
            _tell(installed, before, feedback)
        names = ", ".join(installed["model"] for installed in result["models"])
        return {"MODEL": result["model"], "MODELS": names, **({"REPORT": report} if report else {})}

    def _given(self, parameters, context):
        """The arguments of the job that a person gives."""
        texts = {name: shared.text_of(self, parameters, name, context) for name in (*TEXTS, "NAME")}
        choices = {name: self.parameterAsString(parameters, name, context).strip() for name in CHOICES}
        whole = {"TILE_SIZE": shared.number(self, parameters, "TILE_SIZE", context)}
        whole["OUTPUT_INDEX"] = output_index(shared.text_of(self, parameters, "OUTPUT_INDEX", context))
        resolution = None
        if shared.is_given(parameters, "RESOLUTION"):
            resolution = self.parameterAsDouble(parameters, "RESOLUTION", context)
        given = {**texts, **{name: word for name, word in choices.items() if word != AUTO}, **whole}
        return {
            "input": self.parameterAsString(parameters, "INPUT", context).strip(),
            "sample": self._sample,
            **{name.lower(): value if value != "" else None for name, value in given.items()},
            "resolution": resolution,
            "nodata": shared.nodata_of(self, parameters, context),
            "replace": self.parameterAsBoolean(parameters, "REPLACE", context),
            "folders": settings.model_folders(),
        }


def output_index(text: str) -> int | str | None:
    """Which output of a network counts, by its number; all of them; None for an empty text. InputError for others."""
    if text in ("", ALL_OUTPUTS):
        return text or None
    if not (text.isascii() and text.isdecimal() and OUTPUT_NUMBER.holds(int(text))):
        problem = tr("OUTPUT_INDEX cannot be '{text}'.").format(text=shortened(text))
        raise InputError(problem, tr("Give the number of an output, from 0, or all."))
    return int(text)


def _tell(installed: dict, before: list, feedback) -> None:
    """Tell what an installed model is, where it lies, and which it hides of those that there were ``before``."""
    name = installed["model"]
    path, card = settings.store().find(installed["path"])
    feedback.pushInfo(describe(card))
    if path.parent != own_folder():
        feedback.pushInfo(tr("The same model is already installed: {path}.").format(path=path))
        return
    feedback.pushInfo(tr("Installed in {path}.").format(path=path))
    for known, hidden, _ in before:
        if known == name and hidden.parent != path.parent:
            feedback.pushInfo(
                tr("'{model}' is now the new model. {hidden} stays where it is, but is no longer used.").format(
                    model=name, hidden=hidden
                )
            )


def _source() -> list:
    """What is imported."""
    source = QgsProcessingParameterString("INPUT", tr("Model file, folder or address"))  # QGIS's own take no folders
    source.setMetadata({"widget_wrapper": {"class": "rsdl_qgis.gui.path_chooser.PathChooser"}})
    return [
        shared.described(
            source,
            tr(
                "A model archive (.zip, .dlpk), an .onnx file with the files beside it that hold its weights, an .emd, "
                "the .json of a STAC MLM item, a network of Keras (.h5, .keras), TensorFlow Lite (.tflite), PyTorch "
                "(TorchScript, .pt; torch.export, .pt2), LightGBM (.txt) or XGBoost (.json), a folder with one of "
                "these, the folder of "
                "a TensorFlow SavedModel (also as .zip, .tar, .tar.gz), or an address (http, https)."
            ),
        ),
        shared.described(
            QgsProcessingParameterRasterLayer("SAMPLE", tr("Layer to try it on"), None, True),
            tr(
                "The middle of this raster is run, and its picture is in the report. Default: a tile of made-up "
                "values, which shows that the model runs, but not that its scaling is right."
            ),
        ),
    ]


def _facts() -> list:
    """What most bare files do not say."""
    scaling = QgsProcessingParameterString("SCALING", tr("Scaling of values"), None, False, True)
    return [
        _choice(
            "TASK",
            tr("Task"),
            tr(
                "What the model does: segmentation (a class a pixel), regression (a number a pixel), classification (a "
                "class a picture), detection (objects), change (two dates), time-series, … Default: as the file says, "
                "or as its tensors suggest."
            ),
        ),
        _text(
            "BANDS",
            tr("Bands, in the network's order"),
            tr(
                "Names of the bands with commas between them, such as B2, B3, B4, B8 or red, green, blue. Rasters are "
                "matched by their band descriptions. Other names can follow in brackets: B4 (red). Default: as the "
                "file says; three bands are red, green and blue."
            ),
        ),
        _text(
            "CLASSES",
            tr("Classes, in the network's order"),
            tr(
                "Value, name and colour of each class, with commas between them: 0 water #419bdf, 1 trees #397d49. "
                "Names alone do, too. Or the path of a layer style (.qml), a colour map (.clr) or a table (.csv with "
                "value, name, color). Default: as the file says, or class 0, class 1, …"
            ),
        ),
        shared.described(
            shared.editable(scaling, f"words:{','.join(USUAL_SCALINGS)}", tr("as the file says")),
            tr(
                "How a raster's values are changed before the network sees them: none, /255 (8-bit images), /10000 "
                "(reflectance), 'mean 1, 2, 3 std 4, 5, 6' (one number a band, or one for all), 'min 0 max 3000', "
                "'percentile 2 98' (of the raster), dB (of backscatter), imagenet. Several steps are divided by |: "
                "'/255 | mean 0.5 std 0.2', '* 0.005 | log1p | mean … std … | * 5 | - 1 | sigmoid'. Steps: + - * / "
                "with a number, power, clip, range, standardise, percentile, log, log1p, log10, decibel, exp, sqrt, "
                "sigmoid, tanh. Default: as the file says; a bare file does not, and asks for it."
            ),
        ),
        shared.real(
            "RESOLUTION",
            tr("Pixel size (metres)"),
            tr(
                "The size of a pixel in the training images, in metres. Rasters with much larger or smaller pixels are "
                "refused, or resampled if you wish. Default: as the file says, else no raster's pixel size is checked."
            ),
            1e-6,
            1e7,
            None,
            advanced=False,
        ),
    ]


def _details() -> list:
    """What few files need, and how it is installed."""
    output = QgsProcessingParameterString("OUTPUT_INDEX", tr("Output of the network"), None, False, True)
    return [
        shared.number_of(
            ARGUMENTS["tile_size"],
            "TILE_SIZE",
            tr("Tile size (pixels)"),
            tr(
                "Side length of the tiles that the network was trained with, 8 to 8192 pixels; all its tiles will have "
                "it. Default: as the file says, else any size."
            ),
        ),
        shared.described(
            shared.editable(output, f"words:{ALL_OUTPUTS},0,1,2", tr("the first that fits")),
            tr(
                "Of a network with several outputs the number of the one that counts, from 0; or 'all', which installs "
                "a model for each output, named by the file and the output. Default: the first that is a map, or fits "
                "the task."
            ),
            advanced=True,
        ),
        _choice(
            "NETWORK",
            tr("Network of the weights"),
            tr(
                "The network that weights without one (.pth, .safetensors, .ckpt) belong to. Default: found by names "
                "and shapes of the weights; asked for where several fit."
            ),
            advanced=True,
        ),
        _choice(
            "ACTIVATION",
            tr("Activation"),
            tr(
                "What makes probabilities of the network's last numbers: softmax (exclusive classes), sigmoid (one "
                "class, or several at once), none (they are probabilities already), log-softmax (they are logarithms). "
                "Default: read from the network's last operator; asked for where that does not tell."
            ),
            advanced=True,
        ),
        _choice(
            "LAYOUT",
            tr("Layout of images"),
            tr(
                "The axes of the network's input: N batch, T dates, C bands, H height, W width. PyTorch's networks "
                "take NCHW, TensorFlow's NHWC. Default: by the shape of the input."
            ),
            advanced=True,
        ),
        shared.nodata(
            tr(
                "A stored value that is nodata in the model's rasters although files may not declare it, such as 0 for "
                "Sentinel-2. It is kept with the model. Any number. Default: only what the files declare."
            )
        ),
        _text("NAME", tr("Name"), tr("The name to install it under. Default: that in the file, else the file's.")),
        shared.described(
            QgsProcessingParameterBoolean("REPLACE", tr("Replace a model of the same name"), False),
            tr(
                "Yes: the new model takes the name. A model of yours with that name is deleted once the new one is "
                "installed; one of the plugin, or in a folder named in the settings, stays but is no longer used. "
                "No: a name that another model has is refused. Default: no."
            ),
        ),
        shared.described(
            QgsProcessingParameterFileDestination("REPORT", tr("Report"), tr("HTML files (*.html)"), None, True, True),
            tr("A page (.html) of what the model takes and gives, what was guessed, and a picture of the tile."),
        ),
    ]


def _choice(name: str, label: str, text: str, advanced: bool = False):
    return shared.choice(name, label, text, (AUTO, *CHOICES[name]), advanced)


def _text(name: str, label: str, text: str):
    """An optional text; it may have several lines."""
    return shared.described(QgsProcessingParameterString(name, label, None, False, True), text)
