"""Rasters and labels cut into chips: every labelled pixel once, with its class, its values and their validity."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from rsdl_qgis.engine.chips.cutting.request import CutRequest
from rsdl_qgis.engine.chips.folder import IGNORE
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.raster.source import Layer, RasterSource

from ...training.layers import NORTH_UP, Log, box, line, noise, point, raster, source, vector
from .cut_chips import cut_up, place, put_together


class TestLabels:
    @pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326", "EPSG:32635"])
    def test_polygons_in_any_crs_label_their_pixels_once(self, tmp_path, scene, crs):
        spec, _ = scene
        shapes = [(box(5, 8, 40, 30, crs=crs), "Water"), (box(50, 20, 83, 66, crs=crs), "forest")]
        folder = cut_up(tmp_path, [source(spec)], [vector(tmp_path / "l.geojson", shapes, crs=crs)])
        expected = np.full((70, 90), -1)
        expected[8:30, 5:40], expected[20:66, 50:83] = 2, 1
        found = put_together(folder, (70, 90))
        slack = 0 if crs == "EPSG:32634" else 40  # straight edges bend from one projection to another
        assert (found != expected).sum() <= slack
        assert [(c.value, c.name) for c in folder.classes] == [(1, "forest"), (2, "Water")]
        assert len({c.color for c in folder.classes}) == 2

    def test_only_windows_with_labels_are_cut_and_the_images_are_the_rasters_own(self, tmp_path, scene):
        spec, values = scene
        shapes = [(box(2, 2, 6, 6), 1), (box(80, 60, 88, 68), 2)]
        folder = cut_up(tmp_path, [source(spec)], [vector(tmp_path / "l.geojson", shapes)])
        assert [place(chip) for chip in folder.chips] == [(0, 0), (38, 58)]
        for chip in folder.chips:
            row, col = place(chip)
            image = folder.images(chip)["image"]
            assert (image[0].data == values[:, row : row + 32, col : col + 32]).all() and not image.mask.any()
            assert image.dtype == np.uint16

    def test_lines_and_points_are_widened(self, tmp_path, scene):
        spec, _ = scene
        roads = vector(tmp_path / "roads.geojson", [(line((0, 10.5), (90, 10.5)), 1)])
        wells = vector(tmp_path / "wells.geojson", [(point(20.5, 40.5), 2)])
        folder = cut_up(tmp_path, [source(spec)], [roads, wells], buffer=20)
        found = put_together(folder, (70, 90))
        assert (found[8:13] == 1).all() and (found == 1).sum() == 5 * 90
        assert (found == 2).sum() == 13 and found[38, 20] == 2  # pixels within 20 m of a pixel's centre
        folder = cut_up(tmp_path / "again", [source(spec)], [roads, wells])
        found = put_together(folder, (70, 90))
        assert (found == 1).sum() == 90 and (found == 2).sum() == 1

    def test_what_is_not_clear_is_ignored_and_the_rest_is_background_if_so_asked(self, tmp_path, scene):
        spec, _ = scene
        shapes = [(box(0, 0, 20, 20), 3), (box(10, 10, 30, 30), 4), (box(40, 40, 50, 50), None), (box(60, 0, 70, 9), 3)]
        labels = [vector(tmp_path / "l.geojson", shapes)]
        expected = np.full((70, 90), -1)
        expected[0:20, 0:20], expected[10:30, 10:30], expected[0:9, 60:70] = 3, 4, 3
        expected[10:20, 10:20] = -1
        folder = cut_up(tmp_path / "a", [source(spec)], labels)
        assert (put_together(folder, (70, 90)) == expected).all()
        folder = cut_up(tmp_path / "b", [source(spec)], labels, unlabelled="background", background_name="rest")
        expected[expected == -1] = 0
        expected[10:20, 10:20], expected[40:50, 40:50] = -1, -1
        assert (put_together(folder, (70, 90)) == expected).all()
        assert (folder.classes[0].value, folder.classes[0].name, folder.classes[0].color) == (0, "rest", "#d9d9d9")

    def test_a_class_0_or_of_the_backgrounds_name_is_the_background(self, tmp_path, scene):
        spec, _ = scene
        numbers = [vector(tmp_path / "n.geojson", [(box(0, 0, 9, 9), 0), (box(20, 20, 30, 30), 7)])]
        folder = cut_up(tmp_path / "a", [source(spec)], numbers, unlabelled="background")
        assert [(c.value, c.name) for c in folder.classes] == [(0, "background"), (7, "class 7")]
        texts = [vector(tmp_path / "t.geojson", [(box(0, 0, 9, 9), "Background"), (box(20, 20, 30, 30), "house")])]
        folder = cut_up(tmp_path / "b", [source(spec)], texts, unlabelled="background")
        assert [(c.value, c.name) for c in folder.classes] == [(0, "background"), (1, "house")]
        assert (put_together(folder, (70, 90)) >= 0).all()

    def test_without_a_field_all_are_one_class_named_after_the_layer(self, tmp_path, scene):
        labels = [vector(tmp_path / "houses.geojson", [(box(0, 0, 9, 9), {}), (box(20, 20, 30, 30), {})], field=None)]
        folder = cut_up(tmp_path, [source(scene[0])], labels, unlabelled="background", colors={"1": "#ff0000"})
        assert [(c.value, c.name, c.color) for c in folder.classes[1:]] == [(1, "houses", "#ff0000")]

    def test_values_that_no_class_raster_holds_are_numbered_anew(self, tmp_path, scene):
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), -5), (box(20, 20, 30, 30), 100_000)])]
        folder = cut_up(tmp_path, [source(scene[0])], labels)
        assert [(c.value, c.name) for c in folder.classes] == [(1, "-5"), (2, "100000")]
        assert (put_together(folder, (70, 90))[0:9, 0:9] == 1).all()

    def test_values_past_254_are_kept(self, tmp_path, scene):
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 255), (box(20, 20, 30, 30), 4000)])]
        folder = cut_up(tmp_path, [source(scene[0])], labels)
        found = put_together(folder, (70, 90))
        assert (found[0:9, 0:9] == 255).all() and (found[20:30, 20:30] == 4000).all()

    def test_outside_the_extent_and_the_mask_nothing_is_labelled(self, tmp_path, scene):
        spec, _ = scene
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 40, 70), 1), (box(40, 0, 90, 70), 2)])]
        mask = vector(tmp_path / "m.geojson", [(box(10, 10, 80, 60), 1)])["path"]
        extent = [NORTH_UP.c + 200, NORTH_UP.f - 500, NORTH_UP.c + 700, NORTH_UP.f]
        folder = cut_up(tmp_path, [source(spec)], labels, mask=mask, extent=extent, unlabelled="background")
        found = put_together(folder, (70, 90))
        expected = np.full((70, 90), -1)
        expected[10:50, 20:40], expected[10:50, 40:70] = 1, 2
        assert (found == expected).all()


class TestClassRasters:
    def test_a_raster_on_another_grid_with_its_names_and_colours(self, tmp_path, scene):
        values = np.full((1, 7, 9), 255, "uint8")
        values[0, 1:4, 2:5], values[0, 4:6, 5:8] = 3, 8
        spec = raster(
            tmp_path / "classes.tif",
            values,
            transform=NORTH_UP @ Affine.scale(10),
            nodata=255,
            colours={3: (1, 2, 3, 255), 8: (255, 0, 0, 255)},
        )
        folder = cut_up(tmp_path, [source(scene[0])], [{**spec, "names": {"3": "oak"}}], colors={"oak": "#00ff00"})
        expected = np.kron(np.where(values[0] == 255, -1, values[0].astype(int)), np.ones((10, 10)))
        assert (put_together(folder, (70, 90)) == expected).all()
        oak, other = folder.classes
        assert (oak.value, oak.name, oak.color) == (3, "oak", "#00ff00")
        assert (other.value, other.name, other.color) == (8, "class 8", "#ff0000")

    def test_polygons_beside_a_raster_and_what_neither_knows(self, tmp_path, scene):
        """Its names and the polygons' texts are the same classes; beyond the raster nothing is background."""
        values = np.zeros((1, 70, 45), "uint8")
        values[0, :30] = 5
        spec = raster(tmp_path / "classes.tif", values, nodata=0)
        shapes = vector(tmp_path / "l.geojson", [(box(50, 0, 60, 10), "Oak"), (box(0, 60, 10, 70), "6")])
        labels = [{**spec, "names": {"5": "oak"}}, shapes]
        folder = cut_up(tmp_path, [source(scene[0])], labels, unlabelled="background")
        expected = np.zeros((70, 90))
        expected[:30, :45], expected[0:10, 50:60], expected[60:70, 0:10] = 5, 5, 6
        found = put_together(folder, (70, 90))
        assert (found == expected).all() and [c.value for c in folder.classes] == [0, 5, 6]
        only = cut_up(tmp_path / "b", [source(scene[0])], labels[:1], unlabelled="background")
        assert (put_together(only, (70, 90))[:, 45:] == -1).all()

    def test_a_raster_that_is_no_map_of_classes(self, tmp_path, scene):
        many = raster(tmp_path / "many.tif", np.arange(6300).reshape(1, 70, 90).astype("uint16"))
        with pytest.raises(InputError, match="6300 different values"):
            cut_up(tmp_path, [source(scene[0])], [many])
        real = raster(tmp_path / "real.tif", np.random.default_rng(0).random((1, 70, 90)).astype("float32"))
        with pytest.raises(InputError, match="not a map of classes"):
            cut_up(tmp_path, [source(scene[0])], [real])
        assert not (tmp_path / "chips").exists()


class TestValidity:
    @pytest.mark.parametrize("how", ["nan", "nodata", "own nodata", "mask band", "mask band, no free value"])
    def test_what_is_not_valid_stays_so_and_has_no_label(self, tmp_path, how):
        invalid = np.zeros((40, 40), bool)
        invalid[5:12, 3:30] = True
        values, options, given = noise((2, 40, 40), "int16"), {}, {}
        if how == "nan":
            values = np.where(invalid, np.nan, values).astype("float32")
        elif how == "nodata":
            values, options = np.where(invalid, -999, values).astype("int16"), {"nodata": -999}
        elif how == "own nodata":
            values, given = np.where(invalid, -1, values).astype("int16"), {"nodata": [-1, -1]}
        else:
            if "free" in how:
                values = np.resize(np.arange(256, dtype="uint8"), (2, 40, 40))
            options = {"mask": np.where(invalid, 0, 255).astype("uint8")}
        first, second = (raster(tmp_path / f"{i}.tif", values, **options) for i in range(2))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 40, 20), 1), (box(0, 20, 40, 40), 2)])]
        images = source({**first, **given}, {**second, **given})
        log = Log()
        folder = cut_up(tmp_path, [images], labels, "change", log, chip_size=64)
        (chip,) = folder.chips
        image, row, col = folder.images(chip)["image"], *place(chip)
        assert image.shape == (2, 2, 64, 64)
        inside = np.s_[:, :, -row : 40 - row, -col : 40 - col]
        assert (image.mask[inside] == invalid).all() and image.mask.sum() == image.size - 4 * (~invalid).sum()
        assert (image.data[inside][:, :, ~invalid] == values[:, ~invalid]).all()
        assert (put_together(folder, (40, 40))[invalid] == -1).all()
        assert (put_together(folder, (40, 40))[~invalid] > 0).all()
        assert any("189 labelled pixels (11.8%) are nodata" in said for said in log.said)

    def test_a_raster_smaller_than_a_chip_is_one_that_sticks_out(self, tmp_path):
        spec = raster(tmp_path / "scene.tif", noise((1, 20, 50)))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 25, 20), 1), (box(25, 0, 50, 20), 2)])]
        folder = cut_up(tmp_path, [source(spec)], labels, chip_size=64)
        assert len(folder.chips) == 1
        image = folder.images(folder.chips[0])["image"][0, 0]
        assert image.shape == (64, 64) and image.count() == 1000
        assert (put_together(folder, (20, 50)) > 0).all()

    def test_nodata_under_all_labels_is_said_and_leaves_no_chips(self, tmp_path):
        values = noise((1, 64, 64))
        values[:, :30, :30] = 0
        spec = raster(tmp_path / "scene.tif", values, nodata=0)
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(10, 10, 20, 20), 2)])]
        with pytest.raises(InputError, match="All labelled pixels are nodata"):
            cut_up(tmp_path, [source(spec)], labels)
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(40, 40, 50, 50), 2)])]
        with pytest.raises(InputError, match="labelled and valid pixels are of one class, 'class 2'"):
            cut_up(tmp_path, [source(spec)], labels)


class TestWindows:
    def test_chips_overlap_as_asked_and_label_what_they_share_twice(self, tmp_path):
        spec = raster(tmp_path / "scene.tif", noise((1, 64, 100)))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 50, 64), 1), (box(50, 0, 100, 64), 2)])]
        folder = cut_up(tmp_path, [source(spec)], labels, chip_overlap=8)
        counts = np.zeros((64, 100), int)
        for chip in folder.chips:
            row, col = place(chip)
            counts[row : row + 32, col : col + 32] += folder.label(chip) != IGNORE
        assert counts.min() == 1 and counts.max() == 4
        assert len(folder.chips) == 3 * 4
        assert counts.sum() == (64 + 2 * 8) * (100 + 3 * 8)

    def test_rasters_are_read_a_window_at_a_time(self, tmp_path, scene, monkeypatch):
        largest, read = [], RasterSource.read

        def counted(self, window):
            largest.append(window.height * window.width)
            return read(self, window)

        monkeypatch.setattr(RasterSource, "read", counted)
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 40, 70), 1), (box(40, 0, 90, 70), 2)])]
        cut_up(tmp_path, [source(scene[0])], labels)
        assert set(largest) == {32 * 32}

    def test_a_cancelled_job_stops(self, tmp_path, scene):
        class Stopped(Report):
            def cancelled(self):
                return True

        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 40, 70), 1), (box(40, 0, 90, 70), 2)])]
        with pytest.raises(Cancelled):
            cut_up(tmp_path, [source(scene[0])], labels, report=Stopped())


class TestSources:
    def test_bands_and_dates_are_named_in_the_folder_and_in_the_files(self, tmp_path):
        long = "Reflectance of the sixth band, corrected"
        before = raster(tmp_path / "a.tif", noise((3, 40, 40)), names=("B2", "B3", long))
        after = raster(tmp_path / "b.tif", noise((3, 40, 40)), names=("B2", "green", long))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(20, 20, 30, 30), 2)])]
        sources = [source({**before, "bands": [1, 2]}, {**after, "bands": [1, 2]})]
        folder = cut_up(tmp_path / "x", sources, labels, "change")
        (item,) = folder.inputs
        assert item.dates == ("before", "after") and [b.name for b in item.bands] == ["B2", "B3"]
        assert item.bands[1].aliases == ("green",)
        with rasterio.open(folder.file(folder.chips[0].images["image"][0])) as file:
            assert file.descriptions == ("before B2", "before B3", "after B2", "after B3")
            assert file.crs.to_epsg() == 32634
        folder = cut_up(tmp_path / "y", [source({**before, "bands": [3]})], labels)
        assert (folder.inputs[0].bands[0].name, folder.inputs[0].bands[0].aliases) == ("band 3", (long,))
        asked = {"input_bands": {"image": ["r", "g"]}, "input_dates": {"image": ["2020", "2021"]}}
        (item,) = cut_up(tmp_path / "z", sources, labels, "change", **asked).inputs
        assert item.dates == ("2020", "2021") and [b.name for b in item.bands] == ["r", "g"]

    def test_inputs_on_other_grids_and_their_sample_are_kept(self, tmp_path):
        first = raster(tmp_path / "a.tif", noise((2, 40, 40), "uint16"))
        second = raster(tmp_path / "b.tif", noise((1, 20, 20), "float32"), transform=NORTH_UP @ Affine.scale(2))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(20, 20, 30, 30), 2)])]
        sources = [{"title": "Tile 1", "inputs": {"s2": [first], "s1": [second]}}]
        folder = cut_up(tmp_path, sources, labels)
        assert [item.name for item in folder.inputs] == ["s2", "s1"]
        with RasterSource({"s2": [Layer(first["path"])], "s1": [Layer(second["path"])]}) as opened:
            expected, grid = opened.sample(), opened.grid
        stored = folder.sample(folder.chips[0].source)
        for name, array in expected.items():
            assert (stored[name].data == array.data).all() and (stored[name].mask == array.mask).all()
        known = folder.sources[folder.chips[0].source]
        assert known.title == "Tile 1" and known.crs == grid.crs and folder.resolution == pytest.approx(10)

    def test_several_rasters_share_labels_or_have_their_own(self, tmp_path):
        specs = [
            raster(tmp_path / f"{i}.tif", noise((1, 40, 40)), transform=NORTH_UP @ Affine.translation(60 * i, 0))
            for i in range(2)
        ]
        sources = [source(spec, title=f"part {i}") for i, spec in enumerate(specs)]
        shapes = [(box(0, 0, 9, 9), 1), (box(65, 0, 70, 5), 2), (box(200, 0, 210, 5), 1)]
        log = Log()
        folder = cut_up(tmp_path / "a", sources, [vector(tmp_path / "l.geojson", shapes)], report=log)
        assert {c.source for c in folder.chips} == {"part-0", "part-1"} and list(folder.sources) == ["part-0", "part-1"]
        assert "warning: l: 1 of 3 features lie outside the rasters: class 1 (1)." in log.said
        own = [vector(tmp_path / f"{i}.geojson", [(s, v)]) for i, (s, v) in enumerate(shapes[:2])]
        folder = cut_up(tmp_path / "b", sources, own)
        assert len(folder.chips) == 2
        with pytest.raises(InputError, match="lie outside"):
            cut_up(tmp_path / "c", sources, own[::-1])

    def test_rasters_that_are_not_alike_are_refused(self, tmp_path):
        first, second = raster(tmp_path / "a.tif", noise((2, 40, 40))), raster(tmp_path / "b.tif", noise((3, 40, 40)))
        labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(20, 20, 30, 30), 2)])]
        with pytest.raises(InputError, match="a has 2 bands and b has 3"):
            cut_up(tmp_path, [source(first, title="a"), source(second, title="b")], labels)

    def test_rasters_to_distil_from_need_no_labels(self, tmp_path):
        values = noise((1, 64, 64))
        values[:, :32, :32] = 0
        folder = cut_up(tmp_path, [source(raster(tmp_path / "a.tif", values, nodata=0))], [], labelled=False)
        assert folder.labels == "none" and [place(chip) for chip in folder.chips] == [(0, 32), (32, 0), (32, 32)]

    def test_places_that_a_field_names_stay_together(self, tmp_path, scene):
        shapes = [
            (box(2, 2, 6, 6), {"class": 1, "farm": "a"}),
            (box(24, 2, 36, 6), {"class": 2, "farm": "b"}),  # in two chips
            (box(10, 10, 12, 12), {"class": 1, "farm": "b"}),
            (box(80, 60, 88, 68), {"class": 2, "farm": "c"}),
        ]
        labels = [vector(tmp_path / "l.geojson", shapes, place_field="farm")]
        folder = cut_up(tmp_path, [source(scene[0])], labels)
        assert [(place(c), c.place) for c in folder.chips] == [((0, 0), "a"), ((0, 29), "a"), ((38, 58), "c")]


REFUSALS = {
    "no labels": ({"labels": []}, "There are no labels"),
    "no raster": ({"sources": []}, "no raster to cut"),
    "field missing": ({"labels": {"field": "kind"}}, "no field 'kind'"),
    "one class": ({"shapes": [(box(0, 0, 9, 9), 4)]}, r"one class, 'class 4'.*UNLABELLED=background"),
    "one class for want of a field": ({"labels": {"field": None}}, "choose the field that holds the classes"),
    "outside": ({"shapes": [(box(200, 0, 210, 9), 1), (box(220, 0, 230, 9), 2)]}, "lie outside scene"),
    "no crs": ({"crs": None}, "has no coordinate system"),
    "names and numbers": ({"more": [(box(0, 0, 9, 9), "oak")]}, "names, such as 'oak', and others numbers"),
    "extent beside the raster": ({"extent": [0, 0, 10, 10]}, "does not overlap"),
    "mask beside the labels": ({"mask": [(box(50, 50, 60, 60), 1)]}, "No pixel is labelled"),
    "number for a class": ({"shapes": [(box(0, 0, 9, 9), 0.5), (box(9, 9, 19, 19), 1.5)]}, "so these are no classes"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_cut_is_said_in_a_sentence(tmp_path, case):
    given, message = REFUSALS[case]
    profile = {"crs": given["crs"]} if "crs" in given else {}
    spec = raster(tmp_path / "scene.tif", noise((1, 70, 90)), **profile)
    shapes = given.get("shapes", [(box(0, 0, 9, 9), 1), (box(20, 20, 30, 30), 2)])
    labels = [vector(tmp_path / "l.geojson", shapes)]
    if "more" in given:
        labels.append(vector(tmp_path / "more.geojson", given["more"]))
    if "labels" in given:
        labels = [{**labels[0], **given["labels"]}] if given["labels"] else []
    arguments = {"extent": given.get("extent")}
    if "mask" in given:
        arguments["mask"] = vector(tmp_path / "m.geojson", given["mask"])["path"]
    sources = given.get("sources", [source(spec)])
    with pytest.raises(InputError) as refused:
        cut_up(tmp_path, sources, labels, **arguments)
    assert re.search(message, str(refused.value))


@pytest.mark.parametrize(("arguments", "message"), [
    ({"task": "captioning"}, "TASK cannot be 'captioning'"),
    ({"unlabelled": "nothing"}, "UNLABELLED cannot be"),
    ({"unlabelled": "background", "task": "regression"}, "numbers have none"),
    ({"buffer": -1}, "BUFFER cannot be -1"),
    ({"chip_size": 8}, "CHIP_SIZE cannot be 8"),
    ({"chip_size": 64, "chip_overlap": 40}, "overlap by 40"),
])  # fmt: skip
def test_requests_that_cannot_be(arguments, message):
    with pytest.raises(InputError, match=message):
        CutRequest.of({"task": "segmentation", **arguments})


def test_what_labels_lack_is_logged(tmp_path, scene):
    log = Log()
    shapes = [(box(0, 0, 9, 9), "a"), (box(20, 0, 29, 9), "a"), (box(20, 20, 30, 30), "b"), (box(40, 0, 50, 9), None)]
    labels = [vector(tmp_path / "l.geojson", [*shapes, (None, "a")])]
    cut_up(tmp_path, [source(scene[0])], labels, report=log)
    assert log.said == [
        "warning: l: 1 features have no usable geometry; left out.",
        "warning: l: 1 features have no label; what they cover is ignored.",
        "warning: Class 'b' has only one polygon, so it may be in only one split.",
    ]


def test_a_class_without_a_valid_pixel_is_left_out(tmp_path, scene):
    log = Log()
    shapes = [(box(0, 0, 9, 9), "a"), (box(20, 0, 29, 9), "b"), (box(0, 0, 3, 3), "under")]  # and over it "a"
    shapes.append((box(200, 0, 209, 9), "far"))
    folder = cut_up(tmp_path, [source(scene[0])], [vector(tmp_path / "l.geojson", shapes)], report=log)
    assert [(c.value, c.name) for c in folder.classes] == [(1, "a"), (2, "b")]
    assert "warning: No labelled and valid pixel is of far, under; left out." in log.said
    assert (put_together(folder, (70, 90))[:9, 20:29] == 2).all()


def test_a_full_disk_is_said(tmp_path, scene, monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    labels = [vector(tmp_path / "l.geojson", [(box(0, 0, 9, 9), 1), (box(20, 20, 30, 30), 2)])]
    with pytest.raises(OutputError, match="the disk is full"):
        cut_up(tmp_path, [source(scene[0])], labels)
