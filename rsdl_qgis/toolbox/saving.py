"""Algorithms that run a job, and can save it for another computer instead."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingException, QgsProcessingParameterFileDestination

from ..engine.errors import Cancelled, RsdlError
from ..engine.files.names import family
from ..engine.job.outputs import outputs_of
from ..environment import check
from ..paths import user_folder
from . import compat, settings
from . import parameters as shared
from .algorithm import RsdlAlgorithm
from .environment import FeedbackReport
from .text import tr

INPUTS = ("paths", "copies")


class JobAlgorithm(RsdlAlgorithm):
    """An algorithm that makes a job. A child adds ``saving_parameters()``, and where SAVE_JOB is given, it ends with
    ``save`` in place of running the job.
    """

    def is_saved(self, parameters) -> bool:
        """Whether the job is saved, and not run."""
        return shared.is_given(parameters, "SAVE_JOB")

    def worker_problem(self, parameters) -> str:
        """What is wrong with where the job is saved, in a sentence; RsdlError where it is to be run, and there is no
        worker for it, which a job that is saved does not need.
        """
        if self.is_saved(parameters):
            return shared.output_problem(shared.fixed_path(parameters["SAVE_JOB"]), ("zip",))
        self.find_worker()
        return ""

    def find_worker(self) -> None:
        """RsdlError where there is no worker for the job."""
        settings.worker_python()

    def save(self, job: Mapping[str, Any], parameters, context, feedback) -> dict[str, Any]:
        """Save a job as SAVE_JOB: the algorithm's results. What QGIS copied for the job has to be there still."""
        from ..engine.bundles.write import Wishes, write_bundle  # not when QGIS starts

        target = Path(self.parameterAsFileOutput(parameters, "SAVE_JOB", context)).absolute()
        copies = self.parameterAsEnumString(parameters, "SAVE_INPUTS", context) == "copies"
        wishes = Wishes(copies, shared.is_temporary, _is_placeless, _parts, _libraries(feedback))
        try:
            write_bundle(job, target, wishes, FeedbackReport(feedback))
        except Cancelled:
            raise QgsProcessingException(tr("The job was cancelled.")) from None
        except RsdlError as error:
            raise QgsProcessingException(str(error)) from None
        unmade = {path for paths in outputs_of(job["operation"], job["arguments"]) for path in paths}
        loading = context.layersToLoadOnCompletion()
        context.setLayersToLoadOnCompletion({path: how for path, how in loading.items() if path not in unmade})
        text = tr("The job is saved and was not run. On the other computer: rsdl run {file}")
        feedback.pushInfo(text.format(file=target.name))
        return {"SAVE_JOB": str(target)}


def saving_parameters(group: str = "") -> list:
    """SAVE_JOB and SAVE_INPUTS; ``group``: before their labels, where the advanced parameters are in groups."""
    file = QgsProcessingParameterFileDestination(
        "SAVE_JOB", tr("Save job instead of running it"), tr("Job bundles (*.zip)"), None, True, False
    )
    text = tr(
        "A file (.zip) that the job is saved to, in place of running it: no result is made here. 'rsdl run' runs it on "
        "another computer, such as a cluster, with the same result. It holds the job, the model, the versions of the "
        "libraries and what QGIS copied for the job. Results without a file of their own go to the folder in which it "
        "is run."
    )
    inputs = shared.choice(
        "SAVE_INPUTS",
        tr("Data in the saved job"),
        tr(
            "paths: the saved job names the files of the layers; where they lie elsewhere on the other computer, 'rsdl "
            "run --map' says so. copies: the files are copied into it. Default: paths."
        ),
        INPUTS,
    )
    inputs.setFlags(inputs.flags() | compat.OPTIONAL)  # models that were made before it was there stay sound
    found = [shared.described(file, text, advanced=True), inputs]
    return [shared.advanced(group, parameter) for parameter in found] if group else found


def _is_placeless(path: str) -> bool:
    """Whether an output goes to QGIS's temporary files or the user's own models, which are of this computer alone."""
    return shared.is_temporary(path) or Path(path).absolute().is_relative_to(user_folder())


def _parts(file: str) -> list[str]:
    """All files that a layer's file consists of, as GDAL knows them: headers, world files, tiles."""
    from osgeo import gdal

    try:
        found = gdal.OpenEx(file, gdal.OF_RASTER | gdal.OF_VECTOR)
        names = found.GetFileList() or () if found is not None else ()
    except RuntimeError:  # no layer, such as weights
        names = ()
    return [*family(file), *names]


def _libraries(feedback) -> dict[str, str]:
    """Versions of the worker's libraries; none where it cannot be asked."""
    try:
        return dict(check(settings.worker_python().path))
    except RsdlError as error:
        feedback.pushInfo(tr("The saved job does not state versions of libraries: {reason}").format(reason=error))
        return {}
