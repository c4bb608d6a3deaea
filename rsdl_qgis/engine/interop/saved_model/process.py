"""TensorFlow in a process of its own: one conversion."""

from __future__ import annotations

from pathlib import Path

from ...feedback import Report
from ..elsewhere import Environment

MEMORY = 24 << 30  # bytes of addresses, of which TensorFlow reserves more than it uses
MODULE = "rsdl_qgis.engine.interop.saved_model.convert"
TENSORFLOW = Environment(
    "tensorflow",
    "RSDL_TENSORFLOW",
    "TensorFlow",
    "A SavedModel is converted by TensorFlow, in an environment of its own, which is not there: 0.35 GB to download, "
    "1.5 GB on disk.",
    "Run 'Set up environment' with the step 'tensorflow', then import the model again; it can be removed then.",
    "Export it to ONNX where it was trained (tf2onnx).",
)


def converted(folder: Path, target: Path, report: Report) -> None:
    """Write the SavedModel in ``folder`` as ONNX into ``target``; ModelError with what TensorFlow says, Cancelled."""
    report.progress(0.1, "Converting by TensorFlow")
    TENSORFLOW.run(MODULE, [str(folder), str(target), str(MEMORY)], target / "facts.json", report, "cannot convert it")
