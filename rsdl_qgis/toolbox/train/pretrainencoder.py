"""Self-supervised pretraining: an encoder is trained by images without labels, for trainings that start from it."""

from __future__ import annotations

from pathlib import Path

from ...engine.job.training import PRETRAINING, VIEWS
from .. import parameters as shared
from ..text import tr
from . import checks, data, option_table
from .base import CUTTING, ModelMaker, chips_alone, is_asked, resolved_split
from .job import PreparedData
from .options import Offer

FORM = "unlabelled"
OPTIONS = (
    *("CHIP_SIZE", "CHIP_OVERLAP", "SIDE", "SPLIT", "VALIDATION", "BLOCK_SIZE", "NETWORK", "EPOCHS", "OPTIONS"),
    *("LEARNING_RATE", "BATCH_SIZE", "WEIGHT_DECAY", "AVERAGE", "RESOLUTION_TOLERANCE"),
)
COMPUTING = ("PRECISION", "SEED", "DEVICE", "THREADS")
OWN_DEFAULTS = {"VALIDATION": "valid", "LEARNING_RATE": "", "BATCH_SIZE": "", "WEIGHT_DECAY": ""}  # other than usual


class PretrainEncoder(ModelMaker):
    """rsdl:pretrainencoder: a start for trainings from images without labels."""

    NAME = "pretrainencoder"
    OPERATION = "pretrain"

    def title(self):
        return tr("Pretrain encoder")

    def help(self):
        return tr(
            "Trains an encoder on images without labels (self-supervised pretraining), from which trainings with few "
            "labels can start. The encoder learns to give the same features for two views of a chip, which are "
            "cropped, turned and brightened differently, and features that vary from chip to chip (VICReg; Bardes, "
            "Ponce, LeCun 2022, arXiv:2105.04906).\n\nIt can help with very few labels, of many images of bands for "
            "which there are no published weights; it can also make no difference, or harm with more labels. "
            "docs/notes/self-supervised.md has what was measured. So compare with a training from scratch. For "
            "photographs and other bands that published weights know, these are the better start (PRETRAINED; see "
            "docs/starts.md and docs/learning-curves.md).\n\nChoose the model as BASE_MODEL of a training on the same "
            "bands: of scenes with the same network, of maps with unet-encoder, which has it as its encoder. "
            "'Embed image' and 'Find similar places' take its features without any training. It has no classes, so "
            "it predicts nothing by itself.\n\nThe model goes to your models unless you choose a folder. The last "
            "epoch is kept. Cancelling loses nothing: the same settings resume from there."
        )

    def shortHelpString(self):
        return self.help()

    def tags(self):
        return tr("deep learning,self-supervised,unsupervised,pretraining,encoder,VICReg,unlabelled,model").split(",")

    def initAlgorithm(self, configuration=None):
        defaults = {name: PRETRAINING[key or name.lower()].default for name, key in OWN_DEFAULTS.items()}
        offer = Offer(("encoders",), PRETRAINING["network"].default, defaults=defaults)
        network, *learning = option_table.basic("network", OPTIONS, offer)
        network.setHelp(
            tr(
                "The network to train: one that can be the encoder of unet-encoder, by its name in the list; "
                "docs/networks.md has size, cost and paper of each. Default: {network}."
            ).format(network=offer.network)
        )
        chips = shared.described(
            data.chips_parameter(),
            tr(
                "Instead of rasters: a chip folder, as 'Export chips' makes it, with or without labels, which are not "
                "used; or a folder of images, which may be in a folder for each class."
            ),
        )
        bands = tr("Numbers, from 1, of the bands to use, in order, such as 11,8,3. Default: all.")
        advanced = option_table.advanced(OPTIONS, offer)
        for parameter in advanced:
            if parameter.name() in (texts := _texts()):
                parameter.setHelp(texts[parameter.name()])
        strength = shared.choice(
            "AUGMENTATION",
            tr("Strength"),
            tr(
                "How much the two views of a chip differ: crops of at least a half of its side, quarter turns, flips, "
                "brightness and noise. light: less. strong: more. Default: standard."
            ),
            VIEWS,
            advanced=False,
        )
        for parameter in [
            *data.image_parameters(FORM),
            chips,
            data.extent_parameter(),
            network,
            *learning,
            *data.advanced_parameters(bands, places=False),
            *advanced,
            shared.advanced(option_table.groups()["augmentation"].title, strength),
            *option_table.advanced(COMPUTING, offer),
        ]:
            self.addParameter(parameter)
        self.add_outputs()

    def problem(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        if not chips and not self._has_images(parameters):
            return tr("There is nothing to train on. Choose IMAGES, or a chip folder in CHIPS.")
        if chips:
            given = [name for name in (*data.own_names(FORM), *CUTTING) if is_asked(parameters, name)]
            text = chips_alone(given) or checks.chip_folder_problem(chips)
        else:
            images = data.chosen_images(self, parameters, context, FORM)
            text = checks.area_problem(self, parameters, context, images)
        text = text or self._settings_problem(parameters, context, chips)
        text = text or shared.device_problem(self, parameters, context)
        text = text or self.outputs_problem(parameters, context)
        return text or self.worker_problem(parameters)

    def _settings_problem(self, parameters, context, chips: str) -> str:
        from ...engine.networks import ENCODERS

        said = self._said(parameters, context)
        if said["network"] not in ENCODERS:
            text = tr("NETWORK cannot be '{name}' here. Choose one of {known}.")
            return text.format(name=said["network"], known=", ".join(ENCODERS))
        return checks.split_problem({**said, "test": 0.0}, chips) or checks.chip_size_problem(said)

    def _said(self, parameters, context):
        """The options, as the job says them."""
        said = option_table.values((*OPTIONS, *COMPUTING), self, parameters, context)
        return {**said, "network": said["network"] or PRETRAINING["network"].default}

    def _has_images(self, parameters) -> bool:
        return any(shared.is_given(parameters, name) for name in data.image_names(FORM))

    def arguments(self, parameters, context):
        said = self._said(parameters, context)
        chips = shared.text_of(self, parameters, "CHIPS", context)
        return {
            **said,
            "augmentation": self.parameterAsEnumString(parameters, "AUGMENTATION", context),
            "split": resolved_split(said["split"], chips),
            "chips": chips or None,
        }

    def prepared(self, parameters, context, feedback):
        images = data.chosen_images(self, parameters, context, FORM)
        if images is None:
            return None
        for warning in images.warnings:
            feedback.pushWarning(warning)
        return Unlabelled(self, parameters, context, feedback, images, [])

    def default_name(self, parameters, context):
        chips = shared.text_of(self, parameters, "CHIPS", context)
        name = self._said(parameters, context)["network"]
        if chips:
            return f"{Path(chips).name}-{name}-encoder"
        return f"{data.chosen_images(self, parameters, context, FORM).layers()[0].name()}-{name}-encoder"


def _texts() -> dict[str, str]:
    """The help of parameters that mean something else than in other trainings."""
    return {
        "SIDE": tr(
            "Side length of the squares that chips are resized to for the network. Default: their own, at most 224 for "
            "most networks."
        ),
        "VALIDATION": tr(
            "Share of the chips that is held out from training, in %, of which the report tells the loss. A chip "
            "folder that has a validation split keeps its own. Default: 10."
        ),
    }


class Unlabelled(PreparedData):
    """Rasters made ready for a job that takes no labels."""

    def arguments(self, folder, steps):
        given = super().arguments(folder, steps)
        return {name: value for name, value in given.items() if name not in ("labels", "colors")}
