"""The job that makes chip folders, and the chips that a training asks for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from rsdl_qgis.engine.chips import prepare
from rsdl_qgis.engine.chips.folder import CHIPS_FILE, read_chips, with_splits, write_chips
from rsdl_qgis.engine.chips.prepare import prepare_chips, run_export_chips
from rsdl_qgis.engine.chips.request import ChipsRequest
from rsdl_qgis.engine.errors import Cancelled, InputError, OutputError
from rsdl_qgis.engine.feedback import Report

from ..training.layers import Log, box, noise, raster, source, vector
from .importing.test_images import pairs


@pytest.fixture
def job(tmp_path):
    """Layers of a scene of 192 x 192 pixels, half of it of each class."""
    spec = raster(tmp_path / "scene.tif", noise((1, 192, 192)))
    shapes = [(box(0, 0, 192, 96), "grass"), (box(0, 96, 192, 192), "water")]
    labels = [vector(tmp_path / "labels.geojson", [*shapes, (box(500, 0, 510, 9), "grass")])]
    return {"task": "segmentation", "sources": [source(spec)], "labels": labels, "chip_size": 32, "valid": 0.25}


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestExport:
    def test_a_chip_folder_and_what_is_in_it(self, tmp_path, job):
        result = run_export_chips({**job, "test": 0.1, "output": str(tmp_path / "chips")}, Log())
        folder = read_chips(tmp_path / "chips")
        assert result["output"] == str(tmp_path / "chips") and result["chips"] == len(folder.chips) == 36
        assert result["splits"] == {name: len(folder.part(name)) for name in ("train", "valid", "test")}
        assert sum(result["splits"].values()) + result["dropped"] == 36 and min(result["splits"].values()) > 0
        grass, water = result["classes"]
        assert (grass["name"], grass["value"], grass["pixels"]) == ("grass", 1, 192 * 96)
        counted = sum(int((folder.label(chip) == 1).sum()) for chip in folder.part("valid"))
        assert water["valid"] == counted > 0
        assert grass["train"] + grass["valid"] + grass["test"] <= grass["pixels"]
        assert files(tmp_path / "chips")[0] == "chips.json" and len(files(tmp_path / "chips")) == 2 + 36 * 2 + 1
        assert all(chip.place for chip in folder.chips)

    def test_the_folder_can_be_moved(self, tmp_path, job):
        run_export_chips({**job, "output": str(tmp_path / "chips")}, Report())
        (tmp_path / "chips").rename(tmp_path / "moved")
        folder = read_chips(tmp_path / "moved")
        assert folder.images(folder.chips[0])["image"].count() == 32 * 32 and folder.sample("scene") is not None

    def test_an_exported_folder_is_replaced_and_another_is_not(self, tmp_path, job):
        output = tmp_path / "chips"
        run_export_chips({**job, "output": str(output)}, Report())
        (output / "images" / "old.tif").touch()
        run_export_chips({**job, "chip_size": 64, "output": str(output)}, Report())
        assert read_chips(output).size == 64 and not (output / "images" / "old.tif").exists()
        (output / ".DS_Store").touch()
        (output / "thesis.txt").write_text("years of work")
        with pytest.raises(OutputError, match=r"'thesis\.txt' beside its chips"):
            run_export_chips({**job, "output": str(output)}, Report())
        assert (output / "thesis.txt").read_text() == "years of work" and read_chips(output).size == 64
        other = tmp_path / "other"
        other.mkdir()
        (other / "thesis.txt").write_text("years of work")
        with pytest.raises(OutputError, match="is not empty, and not an exported chip folder"):
            run_export_chips({**job, "output": str(other)}, Report())
        assert (other / "thesis.txt").read_text() == "years of work"

    def test_what_is_read_is_not_replaced(self, tmp_path, job):
        output = tmp_path / "chips"
        run_export_chips({**job, "output": str(output)}, Report())
        with pytest.raises(OutputError, match="which would be replaced"):
            run_export_chips({"task": "segmentation", "chips": str(output), "output": str(output)}, Report())
        spec = {"path": str(next((output / "images").iterdir()))}
        with pytest.raises(OutputError, match="which would be replaced"):
            run_export_chips({**job, "sources": [source(spec)], "output": str(output)}, Report())
        assert len(read_chips(output).chips) == 36

    @pytest.mark.parametrize("how", ["cancelled", "no labels there", "disk full"])
    def test_nothing_is_left_when_it_fails(self, tmp_path, job, how, monkeypatch):
        class Stopped(Report):
            def check(self):
                if any(tmp_path.rglob("*_0_0.tif")):
                    raise Cancelled("The job was cancelled.")

        def full(self, content):
            raise OSError(28, "No space left on device")

        if how == "disk full":
            monkeypatch.setattr(Path, "write_bytes", full)
        if how == "no labels there":
            job["labels"] = [vector(tmp_path / "labels.geojson", [(box(900, 0, 910, 9), 1), (box(920, 0, 930, 9), 2)])]
        before = files(tmp_path)
        report = Stopped() if how == "cancelled" else Report()
        with pytest.raises((Cancelled, InputError, OutputError)):
            run_export_chips({**job, "output": str(tmp_path / "chips")}, report)
        assert files(tmp_path) == before and not list(tmp_path.glob(".chips*"))

    def test_without_labels_there_are_images_alone(self, tmp_path, job):
        result = run_export_chips({**job, "labels": [], "output": str(tmp_path / "chips")}, Report())
        folder = read_chips(tmp_path / "chips")
        assert folder.labels == "none" and result["classes"] == [] and not (tmp_path / "chips" / "labels").exists()

    def test_a_folder_of_images_is_taken_as_it_is(self, tmp_path):
        pairs(tmp_path / "data", 12)
        arguments = {"task": "segmentation", "chips": str(tmp_path / "data"), "output": str(tmp_path / "chips")}
        result = run_export_chips({**arguments, "split": "chips"}, Report())
        assert files(tmp_path / "chips") == ["chips.json", "samples.csv"]
        folder = read_chips(tmp_path / "chips")
        assert Path(folder.chips[0].images["image"][0]) == tmp_path / "data" / "images" / "s0.jpg"
        assert result["splits"] == {"train": 10, "valid": 2, "test": 0} and result["classes"][0]["pixels"] == 12 * 128
        run_export_chips({**arguments, "split": "places"}, Report())  # replaced: it holds no images

    @pytest.mark.parametrize(("arguments", "message"), [
        ({"output": None}, "does not say 'output'"),
        ({"output": "/nowhere/chips"}, "There is no folder /nowhere"),
        ({"split": "chips"}, "Layers do not define a split"),
        ({"split": "thirds"}, "SPLIT cannot be"),
        ({"chip_size": 3}, "CHIP_SIZE cannot be 3"),
    ])  # fmt: skip
    def test_what_cannot_be(self, tmp_path, job, arguments, message):
        with pytest.raises((InputError, OutputError), match=message):
            run_export_chips({**job, "output": str(tmp_path / "chips"), **arguments}, Report())
        assert not (tmp_path / "chips").exists()

    def test_progress_never_goes_back_and_ends(self, tmp_path, job):
        class Kept(Report):
            def __init__(self):
                self.shares = []

            def progress(self, fraction, message=""):
                self.shares.append(fraction)

        report = Kept()
        run_export_chips({**job, "output": str(tmp_path / "chips")}, report)
        assert report.shares == sorted(report.shares) and report.shares[-1] == 1 and len(report.shares) > 36


class TestPrepare:
    def cuts(self, monkeypatch):
        """A list that grows with each cutting."""
        made, cut = [], prepare.cut
        monkeypatch.setattr(prepare, "cut", lambda *arguments: made.append(1) or cut(*arguments))
        return made

    def test_chips_of_the_same_request_are_used_again(self, tmp_path, job, monkeypatch):
        made, work = self.cuts(monkeypatch), tmp_path / "chips"
        first, note = prepare_chips(ChipsRequest.of(job), work, Report())
        assert first.path == work and first == read_chips(work)
        log = Log()
        again, noted = prepare_chips(ChipsRequest.of({**job, "epochs": 3, "output": "elsewhere"}), work, log)
        assert (again, noted) == (first, note) and len(made) == 1
        assert log.said[0] == "info: The chips that were cut before are reused."
        assert prepare_chips(ChipsRequest.of({**job, "chip_size": 64}), work, Report())[0].size == 64
        assert len(made) == 2

    def test_files_beside_the_layers_do_not_matter(self, tmp_path, job, monkeypatch):
        made, work = self.cuts(monkeypatch), tmp_path / "chips"
        prepare_chips(ChipsRequest.of(job), work, Report())
        path = Path(job["sources"][0]["inputs"]["image"][0]["path"])
        for name in (f"{path.stem}_map.tif", f"{path.name}.aux.xml"):  # a result, and what QGIS writes of statistics
            path.with_name(name).write_text("new")
        prepare_chips(ChipsRequest.of(job), work, Report())
        assert len(made) == 1

    def test_labels_that_were_edited_are_cut_again(self, tmp_path, job, monkeypatch):
        made, work = self.cuts(monkeypatch), tmp_path / "chips"
        prepare_chips(ChipsRequest.of(job), work, Report())
        shapes = [(box(0, 0, 192, 90), "grass"), (box(0, 90, 192, 192), "water")]
        vector(tmp_path / "labels.geojson", shapes)
        os.utime(tmp_path / "labels.geojson", ns=(1, 1))
        folder, _ = prepare_chips(ChipsRequest.of(job), work, Report())
        assert len(made) == 2 and (folder.label(folder.chips[12]) == 1).any()

    def test_copies_of_a_layer_with_the_same_key_are_the_same(self, tmp_path, job, monkeypatch):
        made, work = self.cuts(monkeypatch), tmp_path / "chips"
        for i, key in enumerate(("a", "a", "b")):
            copy = tmp_path / f"copy{i}.geojson"
            copy.write_bytes((tmp_path / "labels.geojson").read_bytes())
            labels = [{**job["labels"][0], "path": str(copy), "key": key}]
            prepare_chips(ChipsRequest.of({**job, "labels": labels}), work, Report())
        assert len(made) == 2

    def test_a_chip_folder_is_left_as_it_is_and_gets_a_split_if_it_has_none(self, tmp_path, job):
        run_export_chips({**job, "valid": 0.0, "output": str(tmp_path / "given")}, Report())
        folder = read_chips(tmp_path / "given")
        rows = (tmp_path / "given" / "samples.csv").read_text()
        arguments = {"task": "segmentation", "chips": str(tmp_path / "given")}
        whole, note = prepare_chips(ChipsRequest.of(arguments), tmp_path / "x", Report())
        assert whole.part("valid") and note.text.startswith("Split as the chips say, with some")
        assert (tmp_path / "given" / "samples.csv").read_text() == rows and not (tmp_path / "x").exists()
        write_chips(with_splits(folder, [""] * len(folder.chips)))
        whole, note = prepare_chips(ChipsRequest.of({**arguments, "split": "chips"}), tmp_path / "x", Report())
        assert "blocks" in note.text and whole.part("train") and whole.part("valid")

    def test_labels_may_be_left_out_for_distillation(self, tmp_path, job):
        request = ChipsRequest.of({**job, "labels": []}, labelled=False)
        assert prepare_chips(request, tmp_path / "chips", Report())[0].labels == "none"
        with pytest.raises(InputError, match="There are no labels"):
            prepare_chips(ChipsRequest.of({**job, "labels": []}), tmp_path / "chips", Report())

    def test_warnings_are_logged(self, tmp_path, job):
        log = Log()
        prepare_chips(ChipsRequest.of({**job, "block_size": 9999}), tmp_path / "chips", log)
        assert "warning: Blocks of 9999 m are too large to split these chips." in log.said
        assert "warning: labels: 1 of 3 features lie outside the rasters: grass (1)." in log.said

    def test_half_a_folder_of_a_killed_job_is_cut_anew(self, tmp_path, job):
        work = tmp_path / "chips"
        prepare_chips(ChipsRequest.of(job), work, Report())
        (work / CHIPS_FILE).unlink()
        (tmp_path / ".chips.part").mkdir()
        (tmp_path / ".chips.part" / "rest").touch()
        folder, _ = prepare_chips(ChipsRequest.of(job), work, Report())
        assert json.loads((work / CHIPS_FILE).read_text())["note"]["cut"] and len(folder.chips) == 36
        assert not (tmp_path / ".chips.part").exists()


def test_the_whole_pixels_of_a_scene_are_in_the_chips(tmp_path, job):
    """Nothing is lost at the right and lower edge."""
    run_export_chips({**job, "chip_size": 80, "valid": 0.0, "output": str(tmp_path / "chips")}, Report())
    folder = read_chips(tmp_path / "chips")
    assert sum(np.count_nonzero(folder.label(chip) != 255) for chip in folder.chips) == 192 * 192
