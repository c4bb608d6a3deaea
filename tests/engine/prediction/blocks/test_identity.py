"""What makes two predictions the same: words, files, model, scales; not where copies lie, nor who runs it."""

from __future__ import annotations

import os

import numpy as np

from rsdl_qgis.engine.prediction.blocks.identity import mark_of, read_files, words
from rsdl_qgis.engine.prediction.request import MapRequest
from rsdl_qgis.engine.radiometry.scaling import radiometry
from rsdl_qgis.engine.runtime.choice.record import Choice


def test_the_mark_is_of_words_files_scales_and_cut(card, model, make_raster, tmp_path):
    image = make_raster(np.ones((2, 4, 4), "uint8"))
    job = {"model": str(model), "output": str(tmp_path / "o.tif"), "inputs": {"image": [{"path": str(image)}]}}
    scales = {"image": radiometry(card.inputs[0], np.ma.masked_array(np.ones((1, 2, 2, 2))))}

    def mark(scales=scales, cut=(1, 2), windows=3, engine="onnx", **more):
        choice = Choice(engine, "cpu", "as asked for")
        return mark_of(MapRequest.of({**job, **more}), card, choice, scales, cut, [range(windows)])

    same = mark()
    assert mark(scheduler="tcp://there:1") == mark() == same
    others = [mark(threads=1), mark(engine="torch"), mark(cut=(1, 3)), mark(windows=4), mark(scales={})]
    os.utime(image, (1, 1))
    assert len({same, mark(), *others}) == 7


def test_a_copy_is_known_by_its_key(tmp_path):
    copies = [tmp_path / "a.tif", tmp_path / "b.tif"]
    for copy in copies:
        copy.write_bytes(b"x")
    found = [
        words({"inputs": {"image": [{"path": str(copy), "key": "k"}]}, "mask": str(copy), "mask_key": "m", "iou": 0.5})
        for copy in copies
    ]
    assert found[0] == found[1] and read_files(found[0]) == []
    assert [path for path, *_ in read_files({"inputs": {"image": [{"path": str(copies[0])}]}})] == [str(copies[0])]
