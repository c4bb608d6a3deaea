"""The job "classify_scenes" from rasters and features to files."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio
import torch
from affine import Affine
from torch import nn

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.errors import Cancelled, InputError, MismatchError, OutputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.prediction.scenes.job import fitting_batch
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.paths import plugin_version

from ...training.layers import box, pixels, point, vector

CARD = ModelCard(
    "kinds", "Kinds", (Input("image", (Band("red"), Band("nir")), scaling=Scaling(mean=((100.0, 100.0),))),),
    (Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")), "classification",
    tiling=Tiling(size=16, overlap=0, multiple=1, memory=64), resolution=10.0,
)  # fmt: skip


class Brightness(nn.Module):
    """Logits from the mean of band 1 and of band 2, 0 where all is the training mean."""

    def forward(self, image):
        red, nir = image[:, 0].mean((2, 3)).split(1, 1)
        return torch.cat([-red, red], 1) if self.one else torch.cat([red, nir], 1)


def exported(folder, card):
    path, network = folder / f"{card.name}.onnx", Brightness()
    network.one = card.activation == "softmax"
    export_onnx(network, card, path)
    return str(path)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("model"), CARD)


@pytest.fixture(scope="module")
def labelling(tmp_path_factory):
    """A scene is red, or near infrared, or both, or none of them."""
    classes = (Class(0, "red", "#ff0000"), Class(1, "infrared", "#880000"))
    card = replace(CARD, name="labels", classes=classes, activation="sigmoid", thresholds=(0.5, 0.5))
    return exported(tmp_path_factory.mktemp("model"), card)


@pytest.fixture
def image(make_raster):
    """70 x 90 pixels, dark; from column 45 on bright in band 1, from row 40 on in band 2; nodata at the upper left."""
    values = np.full((2, 70, 90), 50, "uint8")
    values[0, :, 45:], values[1, 40:] = 150, 150
    values[:, :20, :20] = 0
    return str(make_raster(values, nodata=0))


class Log(Report):
    def __init__(self):
        self.said, self.fractions = [], []

    def log(self, level, message):
        self.said.append(f"{level}: {message}")

    def progress(self, fraction, message=""):
        self.fractions.append(fraction)


@pytest.fixture
def classify(tmp_path):
    def classify(model, image, report=None, **arguments):
        job = {"model": model, "inputs": {"image": [{"path": image}]}, "output": str(tmp_path / "out.gpkg")}
        return OPERATIONS["classify_scenes"]({**job, "threads": 1, "device": "cpu", **arguments}, report or Report())

    return classify


def table(path):
    meta, _, wkb, columns = pyogrio.raw.read(path)
    return {name: column.tolist() for name, column in zip(meta["fields"], columns)}, wkb


def test_a_grid_over_all_of_the_raster(classify, model, image, tmp_path):
    report = Log()
    result = classify(model, image, report, size=15, raster=str(tmp_path / "map.tif"))
    values, _ = table(result["output"])
    assert result["scenes"] == 5 * 6 - 1 and result["unclassified"] == 1  # the first one is all nodata
    assert sorted(set(values["class"])) == ["bright", "dark"] and values["class"].count("bright") == 15
    assert values["valid"][0] == pytest.approx(1 - 5 / 15, abs=1e-6)
    with rasterio.open(result["raster"]) as file, rasterio.open(image) as source:
        wanted = np.where(np.arange(90) >= 45, 1, 0) * np.ones((70, 1))
        wanted[source.read(1) == 0] = 255
        np.testing.assert_array_equal(file.read(1), wanted)
    info = pyogrio.read_info(result["output"])
    assert json.loads(info["layer_metadata"]["RSDL_RUN"])["operation"] == "classify_scenes"
    assert info["layer_metadata"]["RSDL_MODEL"] == "kinds" and info["total_bounds"] == (
        500000,
        4199300,
        500900,
        4200000,
    )
    assert report.fractions[-1] == 1 and max(report.fractions) <= 1
    assert any("left out" in text for text in report.said)


@pytest.mark.parametrize(("memory", "batch"), [(64, 16), (100_000, 8), (10**7, 1)])
def test_two_batches_fit_the_memory_budget(memory, batch):
    assert fitting_batch(replace(CARD, tiling=replace(CARD.tiling, memory=memory))) == batch


def test_two_batches_are_classified_at_once(classify, model, image, in_pairs):
    values, _ = table(classify(model, image, size=15, batch_size=8, threads=2)["output"])
    assert values["class"].count("bright") == 15 and in_pairs == [2] * 4


def test_the_usual_size_is_that_of_training(classify, model, image):
    assert classify(model, image)["scenes"] == 5 * 6 - 1  # 16 px
    coarse = classify(model, image, extent=[500400, 4199300, 500900, 4199700], extent_crs="EPSG:32634")
    assert coarse["scenes"] == 3 * 4


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326"])
def test_polygons_by_what_is_under_them(classify, model, image, tmp_path, crs):
    """A polygon over the bright half, whose window is mostly dark but for it; one with a hole; and hopeless ones."""
    thin = {"type": "Polygon", "coordinates": [pixels((50, 60), (88, 60), (88, 68), (30, 68.4), (50, 60), crs=crs)]}
    ring = [pixels(*ring, ring[0], crs=crs) for ring in (((30, 22), (60, 22), (60, 60), (30, 60)),
                                                         ((44, 23), (59, 23), (59, 59), (44, 59)))]  # fmt: skip
    given = [
        (thin, {"name": "thin", "class": 5}),
        ({"type": "Polygon", "coordinates": ring}, {"name": "hole", "class": 6}),
        (None, {"name": "none", "class": 7}),
        (box(200, 10, 210, 20, crs=crs), {"name": "off", "class": 8}),
        (box(2, 2, 12, 12, crs=crs), {"name": "nodata", "class": None}),
    ]
    path = vector(tmp_path / "f.geojson", given, crs=crs)["path"]
    report = Log()
    result = classify(model, image, report, features=path, raster=str(tmp_path / "map.tif"))
    values, wkb = table(result["output"])
    assert values["class"] == ["bright", "dark", None, None, None]
    assert values["name"] == ["thin", "hole", "none", "off", "nodata"] and values["feature_id"] == list(range(5))
    assert values["class_1"][:4] == [5, 6, 7, 8] and np.isnan(values["class_1"][4])
    assert [value is None for value in wkb] == [False, False, True, False, False]
    assert values["valid"] == [1, 1, 0, 0, 0]
    with rasterio.open(result["raster"]) as file:
        made = file.read(1)
    assert set(np.unique(made)) == {0, 1, 255} and (made[24:58, 46:58] == 255).all()  # the hole
    text = "\n".join(report.said)
    assert "1 of 5 features lie outside" in text and "1 of 5 features have no geometry" in text and "1 features" in text
    bounds = pyogrio.read_info(result["output"])["total_bounds"]
    assert abs(bounds[0]) < 180 if crs == "EPSG:4326" else bounds[0] > 180


def test_points_with_windows_and_overlapping_ones_in_the_raster(classify, model, image, tmp_path):
    given = [(point(40.5, 30.5), "a"), (point(47.5, 30.5), "b"), (point(-50, 3), "c")]
    path = vector(tmp_path / "f.geojson", given)["path"]
    report = Log()
    result = classify(model, image, report, features=path, size=11, raster=str(tmp_path / "map.tif"))
    assert not any("SIZE" in text for text in report.said)
    values, _ = table(result["output"])
    assert values["class"] == ["dark", "bright", None]
    with rasterio.open(result["raster"]) as file:
        made = file.read(1)
    assert (made[25:36, 35:42] == 0).all() and (made[25:36, 42:53] == 1).all() and (made != 255).sum() == 11 * 18


def test_a_size_is_not_for_polygons(classify, model, image, tmp_path):
    path, report = vector(tmp_path / "f.geojson", [(box(25, 22, 40, 38), 0)])["path"], Log()
    sized = table(classify(model, image, report, features=path, size=11)["output"])[0]
    assert any("SIZE=11 is for grids and points" in text for text in report.said)
    assert sized == table(classify(model, image, features=path)["output"])[0]


def test_labels_a_scene(classify, labelling, image, tmp_path):
    given = [(box(25, 22, 40, 38), 0), (box(50, 22, 60, 38), 0), (box(25, 45, 40, 60), 0), (box(50, 45, 60, 60), 0)]
    path = vector(tmp_path / "f.geojson", given)["path"]
    result = classify(labelling, image, features=path)
    assert result["multilabel"]
    assert [set(text.split("; ")) for text in table(result["output"])[0]["class"]] == [
        {""}, {"red"}, {"infrared"}, {"red", "infrared"},
    ]  # fmt: skip
    with pytest.raises(MismatchError, match="several labels"):
        classify(labelling, image, raster=str(tmp_path / "map.tif"))


def test_a_mask_limits_what_is_seen(classify, model, image, tmp_path):
    mask = vector(tmp_path / "m.geojson", [(box(30, 20, 50, 40), 1)])["path"]
    path = vector(tmp_path / "f.geojson", [(box(30, 22, 60, 38), 1), (box(70, 50, 80, 60), 1)])["path"]
    values, _ = table(classify(model, image, features=path, mask=mask)["output"])
    assert values["class"] == ["dark", None] and values["valid"][0] == pytest.approx(2 / 3, abs=0.001)


class Stripes(nn.Module):
    """Class 1 where columns differ from one another, which nobody sees of an image that was made much smaller."""

    def forward(self, image):
        red = image[:, 0, 0]
        steps = (red[:, :, 1:] - red[:, :, :-1]).abs().mean((1, 2))[:, None]
        return torch.cat([20 - steps, steps - 20], 1)


@pytest.fixture(scope="module")
def striped(tmp_path_factory):
    """A model of stripes, for one class a scene and for several labels."""
    folder = tmp_path_factory.mktemp("model")
    classes = (Class(0, "plain", "#111111"), Class(1, "stripes", "#eeee00"))
    cards = {
        "one": replace(CARD, name="striped", classes=classes),
        "several": replace(CARD, name="stripes", classes=classes, activation="sigmoid", thresholds=(0.5, 0.5)),
    }
    for name, card in cards.items():
        export_onnx(Stripes(), card, folder / f"{name}.onnx")
    return {name: str(folder / f"{name}.onnx") for name in cards}


@pytest.fixture
def field_(make_raster):
    """64 x 96 pixels: stripes as wide as a pixel in the first 64 columns, plain beyond; nodata in the upper rows."""
    values = np.full((2, 64, 96), 100, "uint8")
    values[0, :, :64] = np.where(np.arange(64) % 2, 50, 150)
    values[:, :4] = 0
    return str(make_raster(values, nodata=0))


@pytest.mark.parametrize("kind", ["one", "several"])
def test_a_scene_much_larger_than_in_training_has_what_its_cells_show(classify, striped, field_, tmp_path, kind):
    """Two polygons of 64 x 64 px, 16 x 16 in training: all of stripes, and a quarter; a triangle; and a cell's size."""
    half = {"type": "Polygon", "coordinates": [pixels((0, 0), (96, 0), (0, 64), (0, 0))]}
    given = [(box(0, 0, 64, 64), 1), (box(48, 0, 112, 64), 1), (half, 1), (box(66, 20, 82, 36), 1)]
    path = vector(tmp_path / "f.geojson", given)["path"]
    report = Log()
    maps = {"raster": str(tmp_path / "map.tif")} if kind == "one" else {}
    result = classify(striped[kind], field_, report, features=path, **maps)
    values, _ = table(result["output"])
    if kind == "one":  # the mean
        assert values["class"] == ["stripes", "plain", "stripes", "plain"]
        np.testing.assert_allclose(values["stripes"], [1, 1 / 3, 11 / 12, 0], atol=0.02)
    else:  # whatever any cell shows
        assert values["class"] == ["stripes", "plain; stripes", "plain; stripes", "plain"]
        np.testing.assert_allclose(values["stripes"], [1, 1, 1, 0], atol=0.02)
    np.testing.assert_allclose(values["valid"], [60 / 64, 60 * 48 / 64**2, (60 / 64) ** 2, 1], atol=0.002)
    assert any("3 scenes much larger than those of training, 16 px" in text for text in report.said)
    assert any(" views in " in text and "(read " in text for text in report.said)
    assert max(report.fractions) <= 1 and report.fractions == sorted(report.fractions)
    if maps:
        with rasterio.open(result["raster"]) as file:
            made = file.read(1)
        assert (made[:4] == 255).all() and (made[4:, :20] != 255).all() and (made[60, 70:] == 0).all()
        assert made[5, 80] == 1 and made[62, 3] == 1 and made[30, 45] == 1 and made[30, 60] == 0


def test_cells_of_a_grid_may_be_large_too(classify, striped, field_):
    values, _ = table(classify(striped["one"], field_, size=64)["output"])
    assert values["class"] == ["stripes", "plain"] and values["valid"] == pytest.approx([60 / 64] * 2, abs=1e-6)
    assert values["stripes"][1] == pytest.approx(0.5, abs=0.01)  # with the 32 columns before it


def test_a_large_scene_is_read_cell_by_cell_and_can_be_cancelled_between(classify, striped, field_, monkeypatch):
    from rsdl_qgis.engine.raster.source import RasterSource

    sizes, read = [], RasterSource.read

    def counted(self, window):
        sizes.append((window.height, window.width))
        return read(self, window)

    monkeypatch.setattr(RasterSource, "read", counted)
    classify(striped["one"], field_, size=96)
    assert sizes == [(16, 16)] * 24

    class Stopping(Log):
        def cancelled(self):
            return len(sizes) > 30

    with pytest.raises(Cancelled):
        classify(striped["one"], field_, Stopping(), size=96, batch_size=1)
    assert len(sizes) < 40


ODD = {
    "south-up": {"transform": Affine(10, 0, 500_000, 0, 10, 4_100_000)},
    "rotated": {"transform": Affine(8, 6, 500_000, 6, -8, 4_100_000)},
    "no CRS": {"crs": None},
}


@pytest.mark.parametrize("odd", list(ODD))
@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_odd_rasters(classify, model, make_raster, tmp_path, odd, dtype, recwarn):
    values = np.full((2, 30, 40), 50, dtype)
    values[0, :, 20:] = 150
    if dtype == "float32":
        values[:, :10, :10] = np.nan
    path = str(make_raster(values, **ODD[odd]))
    result = classify(model, path, size=10, raster=str(tmp_path / "map.tif"))
    found, _ = table(result["output"])
    row = ["dark", "dark", "bright", "bright"]
    holed = row[4 - min(4, result["scenes"] - 8) :]  # the northernmost row, of a south-up raster the southernmost
    assert found["class"] == (row * 2 + holed if odd == "south-up" else holed + row * 2)
    with rasterio.open(result["raster"]) as file:
        rows = np.s_[:-12] if odd == "south-up" else np.s_[12:]
        np.testing.assert_array_equal(file.read(1)[rows], values[0, 12:] > 100)


def test_a_raster_of_one_pixel_and_one_of_nodata(classify, model, make_raster):
    one = str(make_raster(np.full((2, 1, 1), 150, "uint8"), "one.tif"))
    result = classify(model, one)
    assert result["scenes"] == 1 and table(result["output"])[0]["valid"] == [1]
    report = Log()
    none = classify(model, str(make_raster(np.zeros((2, 40, 40), "uint8"), "none.tif", nodata=0)), report)
    assert none["scenes"] == 0 and len(table(none["output"])[1]) == 0
    assert any("No scene has a class" in text for text in report.said)


@pytest.mark.parametrize("batch", [1, 3, 50])
def test_batches_change_nothing(classify, model, image, tmp_path, batch):
    result = classify(model, image, size=7, batch_size=batch, output=str(tmp_path / f"{batch}.gpkg"))
    other = classify(model, image, size=7)
    assert table(result["output"])[0] == table(other["output"])[0]


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"size": 0}, InputError, "SIZE"),
        ({"output": "no/where.gpkg"}, OutputError, "no folder"),
        ({"output": "out.tif"}, OutputError, "vector ending"),
        ({"features": "nothing.gpkg"}, InputError, "There is no file"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(classify, model, image, tmp_path, changes, kind, words):
    with pytest.raises(kind, match=words):
        classify(model, image, **{key: str(tmp_path / v) if isinstance(v, str) else v for key, v in changes.items()})
    assert {file.name for file in tmp_path.iterdir()} == {"image.tif"}


def test_other_models_and_features_in_the_way_are_refused(classify, model, image, tmp_path):
    with pytest.raises(MismatchError, match="for segmentation"):
        classify(exported_map(tmp_path), image)
    path = vector(tmp_path / "f.geojson", [(box(1, 1, 5, 5), 1)])["path"]
    with pytest.raises(OutputError, match="to be read"):
        classify(model, image, features=path, output=path)
    with pytest.raises(MismatchError, match="trained at 10 m"):
        classify(model, resampled(image, tmp_path))


def exported_map(tmp_path):
    path = tmp_path / "map.onnx"
    export_onnx(nn.Flatten(1, 2), replace(CARD, task="segmentation"), path)
    return str(path)


def resampled(image, tmp_path):
    path = tmp_path / "fine.tif"
    with rasterio.open(image) as source:
        values, profile = source.read(), {**source.profile, "transform": Affine(1, 0, 5e5, 0, -1, 4.2e6)}
    with rasterio.open(path, "w", **profile) as target:
        target.write(values)
    return str(path)


def test_a_cancelled_job_leaves_nothing(classify, model, image, tmp_path):
    class Stopping(Report):
        count = 0

        def cancelled(self):
            self.count += 1
            return self.count > 4

    with pytest.raises(Cancelled):
        classify(model, image, Stopping(), size=5, batch_size=2, raster=str(tmp_path / "map.tif"))
    assert {file.name for file in tmp_path.iterdir()} == {"image.tif"}


def test_thousands_of_polygons_go_through_a_few_at_a_time(classify, model, image, tmp_path, monkeypatch):
    """What waits to be written, and what was read ahead, stays small."""
    from rsdl_qgis.engine.vector import scene_features, writer

    given = [(box(c, r, c + 2, r + 2), "a") for r in range(0, 70, 2) for c in range(1, 89, 2)]
    path = vector(tmp_path / "f.geojson", given)["path"]
    monkeypatch.setattr(scene_features, "FIRST", 200)
    monkeypatch.setattr(scene_features, "MOST", 200)
    monkeypatch.setattr(writer, "BATCH", 250)
    alive, most = set(), 0
    made, gone = scene_features.Row.__init__, []

    def counted(self, *arguments, **named):
        nonlocal most
        made(self, *arguments, **named)
        alive.add(id(self))
        most = max(most, len(alive))

    monkeypatch.setattr(scene_features.Row, "__init__", counted)
    monkeypatch.setattr(
        scene_features.Row, "__del__", lambda self: (alive.discard(id(self)), gone.append(1)), raising=False
    )
    waiting = []
    flush = writer.VectorSink._flush
    monkeypatch.setattr(writer.VectorSink, "_flush", lambda self: (waiting.append(len(self._waiting)), flush(self)))
    result = classify(model, image, features=path)
    assert result["scenes"] + result["unclassified"] == 35 * 44 and len(gone) >= 1500
    assert most <= 400 and max(waiting) <= 250
    wanted = np.array([["bright" if c >= 45 else "dark" for c in range(1, 89, 2)]] * 35, object)
    wanted[:10, :9] = None  # the next column of polygons is half valid
    assert table(result["output"])[0]["class"] == wanted.ravel().tolist()


def test_no_torch_is_needed(model, image, tmp_path):
    code = (
        "import sys; from rsdl_qgis.engine import __main__ as m; status = m.main([sys.argv[1]]);"
        "sys.exit(status or ('torch' in sys.modules and 9))"
    )
    arguments = {"model": model, "inputs": {"image": [{"path": image}]}, "output": str(tmp_path / "o.gpkg"), "size": 9}
    job = {"version": plugin_version(), "operation": "classify_scenes", "arguments": {**arguments, "device": "cpu"}}
    (tmp_path / "job.json").write_text(json.dumps(job))
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "job.json")], cwd=root, check=False)
    assert done.returncode == 0 and (tmp_path / "o.gpkg").is_file()
