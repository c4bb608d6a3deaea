"""The job "find_similar": cosine to examples, on a raster of made-up features."""

from __future__ import annotations

import json

import numpy as np
import pyogrio
import pytest
import rasterio
import torch
from safetensors.torch import save_file

from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.jobs import OPERATIONS
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.prediction.embedding import pixels, similar

from ...training.layers import box, point, vector

KINDS = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")  # features of four kinds of land


@pytest.fixture(scope="module")
def kinds():
    """40 x 50 pixels: kind 0, with blocks of the kinds 1 to 3."""
    found = np.zeros((40, 50), int)
    found[4:8, 4:8] = found[20:24, 30:34] = found[30:33, 5:8] = 1
    found[4:8, 30:34] = 2
    found[30:34, 30:34] = 3
    return found


@pytest.fixture
def raster(make_raster, kinds):
    """Features with a little noise, each band on a scale of its own; the right column is nodata."""
    noise = np.random.default_rng(1).normal(0, 0.05, (40, 50, 6))
    values = ((KINDS[kinds] + noise) * [1, 10, 100, 1, 1, 1000] + 50).astype("float32").transpose(2, 0, 1)
    values[:, :, 49] = -9999
    return str(make_raster(values, nodata=-9999))


@pytest.fixture
def find(tmp_path, raster):
    def find(examples, **arguments):
        spec = vector(tmp_path / f"{len(list(tmp_path.iterdir()))}.geojson", examples)
        job = {"input": {"path": raster}, "examples": spec["path"], "examples_crs": "EPSG:32634"}
        outputs = {"output": str(tmp_path / "s.tif"), "places": str(tmp_path / "p.gpkg")}
        report = Report()
        report.log = lambda level, text: find.said.append(f"{level}: {text}")
        return OPERATIONS["find_similar"]({**job, **outputs, **arguments}, report)

    find.said = []
    return find


def places_of(result):
    """(row, column) of each place, in their order, and the columns."""
    about, _, wkb, data = pyogrio.raw.read(result["places"])
    import shapely

    xy = shapely.get_coordinates(shapely.from_wkb(wkb))
    cells = np.floor((xy - [500_000, 4_200_000]) / [10, -10]).astype(int)[:, ::-1]
    return [tuple(cell) for cell in cells.tolist()], dict(zip(about["fields"], data))


def test_what_looks_alike_is_found(find, kinds, raster, monkeypatch):
    monkeypatch.setattr(pixels, "BUDGET", 6 * 7 * 3)  # strips of a few pixels give the same
    result = find([(box(4, 4, 8, 8), {})], number=5, least=0.9)
    with rasterio.open(result["output"]) as file:
        found = file.read(1)
        assert file.dtypes[0] == "float32" and np.isnan(file.nodata)
    assert np.isnan(found[:, 49]).all() and np.isfinite(found[:, :49]).all()
    alike = kinds[:, :49] == 1
    assert found[:, :49][alike].min() > 0.9 > found[:, :49][~alike].max()
    with rasterio.open(raster) as file:  # by its definition
        values = file.read()[:, :, :49].reshape(6, -1).T.astype(float)
    scaled = (values - values.mean(0)) / values.std(0)
    example = scaled.reshape(40, 49, 6)[4:8, 4:8].reshape(-1, 6).mean(0)
    cosine = scaled @ example / np.linalg.norm(scaled, axis=1) / np.linalg.norm(example)
    np.testing.assert_allclose(found[:, :49].ravel(), cosine, atol=2e-3)
    cells, columns = places_of(result)
    assert len(cells) == result["found"] and list(columns["rank"]) == list(range(1, len(cells) + 1))
    assert {kinds[cell] for cell in cells} == {1} and all(row >= 20 for row, _ in cells)  # not the example itself
    assert list(columns["score"]) == sorted(columns["score"], reverse=True)
    assert columns["score"][0] == pytest.approx(found[cells[0]], abs=1e-6)


def test_places_are_apart(find):
    cells, _ = places_of(find([(point(5, 5), {})], distance=200, least=0.5, with_examples=True))  # 20 pixels
    assert len(cells) == 3 and len({(row // 10, col // 10) for row, col in cells}) == 3
    new, _ = places_of(find([(point(5, 5), {})], distance=200, least=0.5))  # not the example's own
    assert sorted(new)[0][0] >= 20 and len(new) == 2
    assert "info: Places found: 2 of the 20 asked for." in find.said
    most, _ = places_of(find([(point(5, 5), {})], distance=0, least=0.5, number=7))
    assert len(most) == 7


def test_examples_of_several_kinds_and_counterexamples(find, kinds, tmp_path):
    examples = [(box(4, 4, 8, 8), {}), (box(30, 4, 34, 8), {})]

    def mapped(**arguments):
        with rasterio.open(find(examples, **arguments)["output"]) as file:
            return file.read(1)[:, :49]

    of = kinds[:, :49]
    nearest, mean = mapped(match="nearest"), mapped()
    assert nearest[(of == 1) | (of == 2)].min() > 0.9 > mean[(of == 1) | (of == 2)].min()
    against = vector(tmp_path / "against.geojson", [(point(31, 5), {})])["path"]
    other = mapped(match="nearest", counterexamples=against, counterexamples_crs="EPSG:32634")
    assert other[of == 2].max() < 0.1 < other[of == 1].min()
    assert "warning: Examples and counterexamples look alike" in find.said[-1]


def test_examples_that_one_mean_does_not_stand_for():
    said, looks = [], np.eye(2)
    report = Report()
    report.log = lambda level, text: said.append(text)
    similar._warn(looks, looks, None, report)
    assert not said
    similar._warn(looks, np.full((1, 2), 0.5**0.5), None, report)
    assert len(said) == 1 and "MATCH=nearest" in said[0]


def test_what_cannot_be(find):
    with pytest.raises(InputError, match="lies on a valid pixel"):
        find([(point(49, 5), {})])


LENET = ModelCard(
    "lenet", "LeNet", (Input("tones", (Band("tone"),), scaling=Scaling(mean=((100.0,),), std=((50.0,),))),),
    (Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")), "classification", network="lenet5",
    tiling=Tiling(size=32, overlap=0, multiple=1, any_size=False), resolution=10.0,
)  # fmt: skip


@pytest.fixture
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "lenet"
    folder.mkdir()
    torch.manual_seed(0)
    save_file(build_network("lenet5", {"tones": (1, 1)}, 2).state_dict(), folder / "weights.safetensors")
    (folder / "model.json").write_text(json.dumps(to_item(LENET)), encoding="utf-8")
    return str(folder)


def test_an_image_is_searched_by_the_features_of_a_model(tmp_path, make_raster, model):
    image = str(make_raster(np.random.default_rng(0).integers(1, 200, (1, 96, 128)).astype("uint8")))
    running = {"model": model, "size": 32, "stride": 16, "device": "cpu", "threads": 1}
    features = str(tmp_path / "features.tif")
    inputs = {"tones": [{"path": image}]}
    OPERATIONS["embed_image"]({**running, "inputs": inputs, "output": features}, Report())
    spec = vector(tmp_path / "examples.geojson", [(box(16, 16, 48, 32), {})])
    half = vector(tmp_path / "half.geojson", [(box(0, 0, 96, 64), {})])  # rows and columns
    rest = {"examples": spec["path"], "examples_crs": "EPSG:32634", "mask": half["path"], "mask_crs": "EPSG:32634"}
    folder = tmp_path / "results"
    folder.mkdir()
    given = {"direct": {"input": {"path": image}, **running}, "kept": {"input": {"path": features}}}
    for name, asked in given.items():
        OPERATIONS["find_similar"]({**rest, **asked, "output": str(folder / f"{name}.tif")}, Report())
    assert sorted(path.name for path in folder.iterdir()) == ["direct.tif", "kept.tif"]  # nothing is left behind
    with rasterio.open(folder / "direct.tif") as direct, rasterio.open(folder / "kept.tif") as kept:
        assert direct.transform == kept.transform and direct.transform.a == 160
        found = direct.read(1)
        np.testing.assert_array_equal(found, kept.read(1))
    assert found.shape == (6, 8) and 0 < np.isfinite(found).sum() < 48  # the mask takes effect


@pytest.mark.parametrize("name", ["examples", "counterexamples"])
def test_examples_beside_an_image_are_told_before_it_is_embedded(tmp_path, make_raster, model, monkeypatch, name):
    monkeypatch.setattr(similar, "embedded", lambda *_, **__: pytest.fail("it was embedded"))
    image = str(make_raster(np.random.default_rng(0).integers(1, 200, (1, 96, 128)).astype("uint8")))
    on = vector(tmp_path / "on.geojson", [(box(16, 16, 48, 32), {})])["path"]
    beside = vector(tmp_path / "beside.geojson", [(point(900, 900), {})])["path"]
    layers = {"examples": on, "examples_crs": "EPSG:32634", "counterexamples_crs": "EPSG:32634", name: beside}
    given = {"input": {"path": image}, "model": model, **layers, "output": str(tmp_path / "found.tif")}
    with pytest.raises(InputError, match=f"None of the 1 features of {name.upper()} lies on the raster"):
        OPERATIONS["find_similar"](given, Report())


def test_patches_without_a_model_are_said_to_have_no_effect(find):
    find([(box(4, 4, 8, 8), {})], size=32)
    assert any("SIZE is of a model's patches" in text for text in find.said)
