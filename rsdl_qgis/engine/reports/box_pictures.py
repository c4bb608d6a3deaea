"""Images with the boxes of a detector's hits, misses and false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..boxes.oriented import corners_of, is_upright
from ..cards.card import Input
from ..raster.thumbnail import jpeg
from .sample_pictures import Images, data_uri, pixels_of

WIDEST = 360  # longer side of a picture in pixels
LINE = 2  # line width in pixels
COLORS = {"hit": (38, 166, 91), "miss": (240, 160, 0), "alarm": (220, 30, 60)}
TITLES = {"hit": "hits", "miss": "misses", "alarm": "false alarms"}


def object_pictures(images: Images, inputs: Sequence[Input], boxes: Mapping[str, NDArray]) -> dict[str, str]:
    """A sample as a data URI, ``objects``: the image with boxes (n, 4), or their corners (n, 4, 2), in the colours of
    ``COLORS``, by key, drawn in order. ``images``: (T, C, H, W) per input, as from a chip folder."""
    height, width = next(iter(images.values())).shape[-2:]
    pixels = pixels_of(images, inputs, widest=WIDEST)
    scale = np.array([pixels.shape[1] / width, pixels.shape[0] / height])
    for what, corners in boxes.items():
        quads = corners if corners.ndim == 3 else corners_of(corners)
        for quad in quads * scale:
            if is_upright(quad):
                draw_box(pixels, np.round([*quad.min(0), *quad.max(0)]).astype(int).tolist(), COLORS[what])
            else:
                draw_quad(pixels, quad, COLORS[what])
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


def draw_quad(pixels: NDArray[np.uint8], corners: NDArray, color: tuple[int, int, int]) -> None:
    """Draw the outline of a turned box with corners (4, 2) as x, y in place, ``LINE`` pixels wide."""
    for start, end in zip(corners, np.roll(corners, -1, 0)):
        steps = int(np.ceil(2 * np.abs(end - start).max())) + 1
        places = np.floor(np.linspace(start, end, steps) - (LINE - 1) / 2).astype(int)
        for step in np.ndindex(LINE, LINE):
            x, y = (places + np.array(step)).T
            there = (x >= 0) & (y >= 0) & (x < pixels.shape[1]) & (y < pixels.shape[0])
            pixels[y[there], x[there]] = color
