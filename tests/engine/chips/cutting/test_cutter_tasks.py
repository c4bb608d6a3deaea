"""Scenes, series and numbers cut into chips."""

from __future__ import annotations

import numpy as np
import pytest
from affine import Affine

from rsdl_qgis.engine.errors import InputError

from ...training.layers import NORTH_UP, Log, box, line, noise, point, raster, source, vector
from .cut_chips import cut_up, place, put_together


class TestScenes:
    def test_each_polygon_is_a_chip_masked_outside(self, tmp_path, scene):
        spec, values = scene
        triangle = box(10, 10, 30, 30)
        triangle["coordinates"][0].pop(2)
        shapes = [(triangle, "Farm"), (box(40, 5, 60, 15), "city"), (box(40, 5, 50, 15), None)]
        shapes.append((box(82, 0, 92, 9), "city"))
        mostly_outside = (box(88, 20, 98, 30), "city")
        labels = [vector(tmp_path / "l.geojson", [*shapes, mostly_outside])]
        folder = cut_up(tmp_path, [source(spec)], labels, "classification")
        assert folder.labels == "class" and [c.label for c in folder.chips] == ["Farm", "city", "city"]
        assert [int(folder.label(c)) for c in folder.chips] == [1, 0, 0] and [c.value for c in folder.classes] == [1, 2]
        image = folder.images(folder.chips[0])["image"][0]
        assert image.shape == (2, 20, 20) and 150 < image[0].count() < 250
        assert (folder.size, folder.largest) == (20, 20)  # of sides 20, 20 and 10
        assert (image.data == values[:, 10:30, 10:30])[~image.mask].all()
        whole = cut_up(tmp_path / "b", [source(spec)], labels, "classification", only_inside=False)
        assert whole.images(whole.chips[0])["image"].count() == 800

    def test_points_are_windows_around_them_and_fields_may_name_several_labels(self, tmp_path, scene):
        spec, values = scene
        shapes = [(point(30.5, 30.5), "trees; water"), (point(2, 2), "water,"), (point(50, 50), "")]
        labels = [vector(tmp_path / "l.geojson", [*shapes, (point(60, 60), None)])]
        folder = cut_up(tmp_path, [source(spec)], labels, "classification", multilabel=True, chip_size=16)
        assert folder.labels == "classes" and [c.name for c in folder.classes] == ["trees", "water"]
        assert [folder.label(c).tolist() for c in folder.chips] == [[1, 1], [0, 1], [0, 0]]
        image = folder.images(folder.chips[0])["image"][0]
        assert (image.data == values[:, 22:38, 22:38]).all() and (folder.size, folder.largest) == (16, 16)
        assert folder.images(folder.chips[1])["image"][0, 0].count() == 10 * 10

    @pytest.mark.parametrize("labels", ["raster", "lines"])
    def test_what_tells_no_class_of_a_scene(self, tmp_path, scene, labels):
        given = raster(tmp_path / "classes.tif", noise((1, 70, 90)))
        if labels == "lines":
            given = vector(tmp_path / "l.geojson", [(line((0, 0), (9, 9)), 1), (line((0, 9), (9, 0)), 2)])
        with pytest.raises(InputError, match="cannot label scenes"):
            cut_up(tmp_path, [source(scene[0])], [given], "classification")


class TestSeries:
    def dates(self, tmp_path, count=3):
        values = noise((count, 2, 70, 90), "int16")
        values[0, :, :10, :10] = -1
        values[:, :, 60:, 80:] = -1
        specs = [raster(tmp_path / f"{i}.tif", v, nodata=-1) for i, v in enumerate(values)]
        return [{**spec, "date": f"2020-0{i + 1}"} for i, spec in enumerate(specs)], values

    def test_points_are_single_pixels_with_all_their_dates(self, tmp_path):
        specs, values = self.dates(tmp_path)
        shapes = [(point(3.5, 3.5), "a"), (point(3.2, 3.9), "a"), (point(40.5, 20.5), "b"), (point(85, 65), "b"),
                  (point(50.5, 50.5), "a"), (point(50.6, 50.5), "b")]  # fmt: skip
        labels = [vector(tmp_path / "l.geojson", shapes)]
        folder = cut_up(tmp_path, [source(*specs)], labels, "time-series", chip_size=None)
        assert folder.inputs[0].dates == ("2020-01", "2020-02", "2020-03")
        assert [(place(c), c.label is not None) for c in folder.chips] == [((3, 3), True), ((20, 40), True)]
        first, second = (folder.images(chip)["image"] for chip in folder.chips)
        assert first.shape == (3, 2, 1, 1) and first.mask[0].all() and not first.mask[1:].any()
        assert (second.data[..., 0, 0] == values[:, :, 20, 40]).all()
        assert [folder.label(chip).tolist() for chip in folder.chips] == [[[0]], [[1]]]

    def test_polygons_are_small_windows_around_what_is_labelled(self, tmp_path):
        specs, _ = self.dates(tmp_path)
        labels = [vector(tmp_path / "l.geojson", [(box(3, 3, 50, 9), "a"), (box(70, 40, 75, 42), "b")])]
        folder = cut_up(tmp_path, [source(*specs)], labels, "time-series", chip_size=None)
        found = put_together(folder, (70, 90))
        assert (found == 1).sum() == 47 * 6 and (found == 2).sum() == 10
        shapes = [folder.images(chip)["image"].shape for chip in folder.chips]
        assert all(max(shape[2:]) <= 32 for shape in shapes) and (3, 2, 2, 5) in shapes


class TestNumbers:
    def test_a_field_of_numbers(self, tmp_path, scene):
        shapes = [(box(0, 0, 9, 9), 1.5), (box(20, 20, 30, 30), -2.0), (box(25, 25, 35, 35), 4.0), (point(1, 1), 9.0)]
        log = Log()
        labels = [vector(tmp_path / "l.geojson", shapes, field="height")]
        folder = cut_up(tmp_path, [source(scene[0])], labels, "regression", log, unit="m")
        found = put_together(folder, (70, 90))
        assert folder.labels == "number" and folder.classes == () and folder.unit == "m"
        assert found[0, 0] == 1.5 and found[22, 22] == -2 and found[27, 27] == 1 and found[33, 33] == 4
        assert "warning: l: 1 features have no usable geometry; left out." in log.said

    def test_a_raster_of_numbers_on_another_grid(self, tmp_path, scene):
        rows, cols = np.mgrid[0:35, 0:45]
        values = (rows * 2.0 + cols).astype("float32")[None]
        values[0, :5] = np.nan
        spec = raster(tmp_path / "n.tif", values, transform=NORTH_UP @ Affine.scale(2))
        folder = cut_up(tmp_path, [source(scene[0])], [spec], "regression")
        found = put_together(folder, (70, 90))
        assert (found[:8] == -1).all()
        np.testing.assert_allclose(found[31, 41], (31.5 / 2 - 0.5) * 2 + 41.5 / 2 - 0.5, atol=0.1)
