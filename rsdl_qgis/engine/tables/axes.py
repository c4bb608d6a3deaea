"""The axes of images as networks take them. Standard library only."""

from __future__ import annotations

AXIS = {"N": "batch", "T": "time", "C": "bands", "H": "height", "W": "width"}
AXES = ("NTCHW", "NCHW", "NTHWC", "NHWC", "CHW", "HWC")  # by the letters in ``AXIS``
