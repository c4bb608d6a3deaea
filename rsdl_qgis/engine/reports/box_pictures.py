"""Images with the boxes of a detector's hits, misses and false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..cards.card import Input
from ..raster.thumbnail import jpeg
from .sample_pictures import Images, data_uri, pixels_of

WIDEST = 360  # longer side of a picture in pixels
LINE = 2  # line width in pixels
COLORS = {"hit": (38, 166, 91), "miss": (240, 160, 0), "alarm": (220, 30, 60)}
TITLES = {"hit": "hits", "miss": "misses", "alarm": "false alarms"}


def object_pictures(images: Images, inputs: Sequence[Input], boxes: Mapping[str, NDArray]) -> dict[str, str]:
    """A sample as a data URI, ``objects``: the image with boxes (n, 4) in the colours of ``COLORS``, by key, drawn in
    order. ``images``: (T, C, H, W) per input, as from a chip folder."""
    height, width = next(iter(images.values())).shape[-2:]
    pixels = pixels_of(images, inputs, widest=WIDEST)
    scale = np.array([pixels.shape[1] / width, pixels.shape[0] / height] * 2)
    for what, corners in boxes.items():
        for corner in np.round(corners * scale).astype(int):
            draw_box(pixels, corner, COLORS[what])
    return {"objects": data_uri(jpeg(pixels))}


def draw_box(pixels: NDArray[np.uint8], corners: Sequence[int], color: tuple[int, int, int]) -> None:
    """Draw the outline of a box in place, ``LINE`` pixels wide inside the box, and at least as large."""
    left, top, right, bottom = corners
    right, bottom = max(right, left + LINE), max(bottom, top + LINE)
    for rows, columns in (
        ((top, top + LINE), (left, right)),
        ((bottom - LINE, bottom), (left, right)),
        ((top, bottom), (left, left + LINE)),
        ((top, bottom), (right - LINE, right)),
    ):
        pixels[max(rows[0], 0) : max(rows[1], 0), max(columns[0], 0) : max(columns[1], 0)] = color
