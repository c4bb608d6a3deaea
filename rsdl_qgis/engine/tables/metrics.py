"""The metrics: what each is called, what it means, how its values are shown. Standard library only.

Reports, tables, model cards and QGIS's outputs and help all take their words from here. The formulas are in the modules
that compute them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..files.text import translatable

OF_SCENES = ("overall_accuracy", "kappa", "macro_f1")  # of one class a scene or series
OF_MAPS = ("overall_accuracy", "kappa", "mean_iou", "fw_iou", "macro_f1")
OF_LABELS = ("mean_f1", "mean_ap")  # of several labels a scene
OF_NUMBERS = ("r2", "rmse", "mae", "bias")
OF_CERTAINTY = ("auroc_of_errors", "area_under_risk_coverage")
MEANS_OVER_MAPS = ("image_accuracy", "image_mean_iou", "image_fw_iou")
OF_DETECTIONS = ("ap50", "ap", "precision", "recall", "f1")
OVER_SAMPLES = ", mean over samples"  # ends the title of a metric of each sample by itself, averaged
BETTER = {"lower": " Lower is better.", "zero": " Best is 0."}  # what a meaning ends with; higher is not said


@dataclass(frozen=True)
class Metric:
    """A metric by its ``id``, which is its key in results and tables, and in capitals the name of an output in QGIS.

    ``title``: in reports, model cards and the results of a training. ``label``: of the output in QGIS, with the range;
    '' where it is no output. ``meaning``: what follows the title and a colon. ``better``: higher, lower or zero.
    ``form``: how a value is shown: as a number, in percent, or with the unit of the reference. Label and meaning are
    in English and collected for translation.
    """

    id: str
    title: str
    label: str
    meaning: str
    better: str = "higher"
    form: str = "number"

    @property
    def heading(self) -> str:
        """The title as a line or a column begins: 'Mean IoU', but 'mAP'."""
        return self.title if self.title[1:2].isupper() else self.title[:1].upper() + self.title[1:]

    @property
    def explanation(self) -> str:
        """The meaning, and what is better where that is not the higher value."""
        return self.meaning + BETTER.get(self.better, "")


METRICS = {
    metric.id: metric
    for metric in (
        Metric(
            "overall_accuracy",
            "overall accuracy",
            translatable("Overall accuracy, or pixel accuracy (0 to 1)"),
            translatable(
                "the share of the compared pixels, features or samples whose class is right; for maps also called "
                "pixel accuracy."
            ),
            form="percent",
        ),
        Metric(
            "kappa",
            "kappa",
            translatable("Kappa (-1 to 1)"),
            translatable(
                "Cohen's kappa: agreement beyond what the same numbers of each class would give by chance; 1 is full "
                "agreement, 0 is chance."
            ),
        ),
        Metric(
            "mean_iou",
            "mean IoU",
            translatable("Mean IoU (0 to 1)"),
            translatable(
                "the mean of the IoU over the classes of the reference; each class counts alike, however rare it is."
            ),
        ),
        Metric(
            "fw_iou",
            "frequency-weighted IoU",
            translatable("Frequency-weighted IoU (0 to 1)"),
            translatable(
                "the mean of the IoU over the classes, weighted by the share of the reference that each class has."
            ),
        ),
        Metric(
            "macro_f1",
            "macro F1",
            translatable("Macro F1, the mean F1 of the classes (0 to 1)"),
            translatable(
                "the mean of F1 over the classes, or labels, that the prediction or the reference has; each counts "
                "alike."
            ),
        ),
        Metric(
            "micro_f1",
            "micro F1",
            translatable("Micro F1, of all labels together (0 to 1)"),
            translatable("the F1 of all labels of all samples together; frequent labels weigh most."),
        ),
        Metric(
            "mean_f1",
            "mean F1 per picture",
            translatable("Mean F1 per image, of several labels (0 to 1)"),
            translatable(
                "the F1 of each image's set of labels, averaged over the images (sample F1); 1 where neither "
                "prediction nor reference has a label."
            ),
        ),
        Metric(
            "sample_f1",
            "mean F1 per feature",
            translatable("Mean F1 per feature, of several labels (0 to 1)"),
            translatable(
                "the F1 of each feature's set of labels, averaged over the features (sample F1); 1 where neither "
                "prediction nor reference has a label."
            ),
        ),
        Metric(
            "mean_ap",
            "mAP",
            translatable("Mean average precision (mAP), of several labels (0 to 1)"),
            translatable("the mean of the average precision over the labels that the reference has."),
        ),
        Metric(
            "average_precision",
            "AP",
            "",
            translatable(
                "average precision: samples are ranked by the probability of the label, and the precision at the rank "
                "of each sample that has it is averaged; it depends on no threshold."
            ),
        ),
        Metric(
            "ap50",
            "AP50",
            translatable("Average precision at an IoU of 0.5, AP50 (0 to 1)"),
            translatable(
                "average precision: the area under the curve of precision over recall, whatever the confidence; a "
                "detection is a hit if the IoU of its box with the object's is at least 0.5. The mean of the classes, "
                "read at 101 values of recall as in COCO's evaluation."
            ),
        ),
        Metric(
            "ap",
            "AP50:95",
            translatable("Mean AP at IoUs of 0.5 to 0.95, AP50:95 (0 to 1)"),
            translatable(
                "the mean of the average precision at ten IoUs, 0.5 to 0.95: it also measures how well the boxes fit."
            ),
        ),
        Metric(
            "precision",
            "precision",
            translatable("Precision (0 to 1)"),
            translatable(
                "of what is predicted as a class, the share that is right; for maps also called user's accuracy."
            ),
        ),
        Metric(
            "recall",
            "recall",
            translatable("Recall (0 to 1)"),
            translatable(
                "of what is a class in the reference, the share that is predicted as it; for maps also called "
                "producer's accuracy."
            ),
        ),
        Metric(
            "users_accuracy",
            "user's accuracy",
            "",
            translatable("precision: of what is predicted as a class, the share that is that class in the reference."),
        ),
        Metric(
            "producers_accuracy",
            "producer's accuracy",
            "",
            translatable("recall: of what is a class in the reference, the share that is predicted as it."),
        ),
        Metric(
            "f1",
            "F1",
            translatable("F1 of precision and recall (0 to 1)"),
            translatable("the harmonic mean of precision and recall."),
        ),
        Metric(
            "iou",
            "IoU",
            "",
            translatable(
                "intersection over union: what both prediction and reference give a class, divided by what at least "
                "one of them gives it."
            ),
        ),
        Metric(
            "r2",
            "R2",
            translatable("R2, the share of the variance that is explained (at most 1)"),
            translatable(
                "the share of the reference's variance that the model explains: 1 is perfect, 0 no better than the "
                "mean."
            ),
        ),
        Metric(
            "rmse",
            "RMSE",
            translatable("Root mean square error, in units of the labels"),
            translatable("root of the mean squared error, in the unit of the values; large errors weigh most."),
            "lower",
            "unit",
        ),
        Metric(
            "mae",
            "MAE",
            translatable("Mean absolute error, in units of the labels"),
            translatable("mean of the absolute error, in the unit of the values."),
            "lower",
            "unit",
        ),
        Metric(
            "bias",
            "bias",
            translatable("Bias (prediction minus label), in units of the labels"),
            translatable(
                "mean of prediction minus reference: above 0 the model overestimates, below 0 it underestimates."
            ),
            "zero",
            "unit",
        ),
        Metric(
            "image_accuracy",
            "overall accuracy, mean over maps",
            translatable("Overall accuracy, mean over maps (0 to 1)"),
            translatable("the overall accuracy of each map by itself, averaged, so that each map counts alike."),
            form="percent",
        ),
        Metric(
            "image_mean_iou",
            "mean IoU, mean over maps",
            translatable("Mean IoU, mean over maps (0 to 1)"),
            translatable("the mean IoU of each map by itself, averaged, so that each map counts alike."),
        ),
        Metric(
            "image_fw_iou",
            "frequency-weighted IoU, mean over maps",
            translatable("Frequency-weighted IoU, mean over maps (0 to 1)"),
            translatable("the frequency-weighted IoU of each map by itself, averaged, so that each map counts alike."),
        ),
        Metric(
            "auroc_of_errors",
            "AUROC of errors",
            translatable("AUROC of errors, by the map's uncertainty (0 to 1)"),
            translatable(
                "the chance that what is wrong is more uncertain than what is right; 0.5 is no better than a guess."
            ),
        ),
        Metric(
            "area_under_risk_coverage",
            "area under the risk-coverage curve",
            translatable("Area under the risk-coverage curve (0 to 1)"),
            translatable(
                "the share that is wrong among the most certain places, averaged over how many of them are kept."
            ),
            "lower",
        ),
    )
}
_BY_TITLE = {metric.title.casefold(): metric for metric in METRICS.values()}


def metric_of(title: str) -> Metric | None:
    """The metric of a title in any case; None where it is none of the table."""
    return _BY_TITLE.get(title.casefold())


def explained(ids: Sequence[str]) -> dict[str, str]:
    """Heading -> explanation of some metrics, as a report lists them."""
    return {METRICS[name].heading: METRICS[name].explanation for name in ids}
