"""STAC MLM items that other programs wrote: read, and their models run; by a file or an address."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading

import numpy as np
import onnx
import pytest
import rasterio

from rsdl_qgis.engine.cards.stac_mlm import from_item
from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import ModelError, RsdlError
from rsdl_qgis.engine.importing.fetch import digest_of, file_name
from rsdl_qgis.engine.importing.job import run_import
from rsdl_qgis.engine.importing.source import asset_of
from rsdl_qgis.engine.prediction.maps import run_predict
from tests.engine.runtime.foreign_networks import FORMS, LOGITS, write
from tests.engine.runtime.test_foreign_networks import Listening


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))


def structure(*lengths, order=("batch", "channel", "height", "width")):
    return {"shape": list(lengths), "dim_order": list(order), "data_type": "float32"}


def item_of(inputs, outputs, href="model.onnx", asset=None, **properties):
    made = {"mlm:name": "Land cover", "mlm:architecture": "U-Net", "mlm:tasks": ["semantic-segmentation"],
            "mlm:input": inputs, "mlm:output": outputs, **properties}  # fmt: skip
    model = {"href": href, "type": "application/onnx", "roles": ["mlm:model"], **(asset or {})}
    return {"type": "Feature", "id": "land", "properties": made, "assets": {"model": model}}


CLASSES = [{"value": 0, "name": "dark", "color_hint": [17, 34, 51]}, {"value": 1, "name": "bright", "color_hint": None}]
OUTPUT = {"name": "map", "tasks": ["semantic-segmentation"], "classification:classes": CLASSES,
          "result": structure(-1, 2, 32, 32, order=("batch", "class", "height", "width"))}  # fmt: skip
INPUT = {"name": "image", "bands": ["B04"], "input": structure(-1, 1, 32, 32)}


def z_score(*pairs):
    return [{"type": "z-score", "mean": mean, "stddev": std} for mean, std in pairs]


# What the specification's examples have, and what its older versions call otherwise.
EXAMPLES = {
    "no bands": (
        item_of([{"name": "RGB that refers to no band", "bands": [], "input": structure(-1, 3, 64, 64)}],
                [{"name": "c", "tasks": ["classification"], "classification_classes": CLASSES,
                  "result": structure(-1, 1, order=("batch", "class"))}], **{"mlm:tasks": ["classification"]}),
        {"task": "classification", "bands": ["channel 1", "channel 2", "channel 3"], "color": "#112233", "size": 64},
    ),
    "z-scores, summarised bands": (
        item_of([{"name": "S2", "bands": ["B01", "B02"], "input": structure(-1, 2, 64, 64), "resize_type": None,
                  "scaling": z_score((1354.4, 245.7), (1118.2, 333.0)),
                  "pre_processing_function": {"format": "python", "expression": "torchgeo.datamodules.x"}}],
                [{**OUTPUT, "tasks": ["classification"], "result": structure(-1, 2, order=("batch", "class"))}],
                **{"mlm:tasks": ["classification"],
                   "eo:bands": [{"name": "B01", "common_name": "coastal"}, {"name": "B02", "common_name": "blue"}]}),
        {"task": "classification", "bands": ["B01", "B02"], "mean": ((1354.4, 1118.2),), "aliases": ("B2", "blue")},
    ),
    "a calculated band": (
        item_of([{"name": "RGB+NDVI", "bands": [{"name": "B04"}, {"name": "NDVI", "format": "rio-calc",
                  "expression": "(B08 - B04) / (B08 + B04)"}], "input": structure(-1, 2, 64, 64)}],
                [{"name": "c", "tasks": ["segmentation", "semantic-segmentation"],
                  "result": structure(-1, 2, order=("batch", "class")), "classification_classes": CLASSES[::-1]}],
                **{"mlm:tasks": ["classification"]}),
        {"task": "segmentation", "bands": ["B04", "NDVI"], "color": "#112233"},
    ),
    "several inputs, one without bands": (
        item_of([{"name": "RGB", "bands": ["B04", "B03", "B02"], "input": structure(-1, 3, 64, 64), "scaling": None},
                 {"name": "DEM", "bands": [],
                  "input": structure(-1, 1, 64, 64, order=("batch", "dem", "height", "width"))}],
                [OUTPUT, {**OUTPUT, "post_processing_function": {"format": "gdal-calc", "expression": "not A"}}]),
        {"task": "segmentation", "bands": ["B04", "B03", "B02"], "inputs": 2},
    ),
    "variables of a cube": (
        item_of([{"name": "coarse " * 40, "variables": ["t2m", "u10"], "norm_by_channel": False,
                  "input": structure(-1, 2, 128, 256, order=("time", "variables", "lat", "lon"))}],
                [{"name": "fine", "tasks": ["regression", "downscaling"], "variables": ["t2m", "u10"],
                  "result": structure(-1, 2, 128, 256, order=("time", "variables", "lat", "lon"))}],
                **{"mlm:tasks": ["regression", "downscaling"]}),
        {"task": "regression", "bands": ["t2m", "u10"], "values": ("t2m", "u10")},
    ),
    "bands twice, a tiny shape": (
        item_of([{"name": "model_input", "bands": ["B4", "B3", "B4", "B3"], "variables": [],
                  "input": structure(1, 4, 3, 3), "pre_processing_function": None}],
                [{**OUTPUT, "result": structure(1, 2, order=("batch", "classes"))}]),
        {"task": "segmentation", "bands": ["B4", "B3", "B4", "B3"], "size": 256},
    ),
    "channels last, a pixel size, nodata": (
        item_of([{**INPUT, "input": structure(-1, 32, 32, 1, order=("batch", "height", "width", "channel"))}], [OUTPUT],
                bands=[{"name": "B04", "eo:common_name": "red", "nodata": 0}], gsd=10),
        {"task": "segmentation", "axes": "NHWC", "resolution": 10, "nodata": 0, "aliases": ("B4", "red")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_specification_has_is_read(name):
    item, wanted = EXAMPLES[name]
    card = from_item(item)
    first = card.inputs[0]
    found = {
        "task": card.task, "bands": [band.name for band in first.bands], "size": card.tiling.size,
        "color": card.classes[0].color if card.classes else "", "mean": first.scaling.mean, "values": card.values,
        "inputs": len(card.inputs), "axes": card.axes, "resolution": card.resolution, "nodata": first.nodata,
        "aliases": first.bands[-1].aliases,
    }  # fmt: skip
    assert {key: found[key] for key in wanted if wanted[key] is not None} == {
        k: v for k, v in wanted.items() if v is not None
    }


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ([{"type": "min-max", "minimum": 50, "maximum": 150}], lambda x: (x - 50) / 100),
        ([{"type": "z-score", "mean": 100, "stddev": 50}], lambda x: (x - 100) / 50),
        ([{"type": "offset", "value": 100}], lambda x: x - 100.0),
        ([{"type": "scale", "value": 200}], lambda x: x / 200),
        ([{"type": "clip", "minimum": 90, "maximum": 180}], lambda x: np.clip(x, 90.0, 180)),
        ([{"type": "clip-min", "minimum": 90}], lambda x: np.maximum(x, 90.0)),
        ([{"type": "clip-max", "maximum": 90}], lambda x: np.minimum(x, 90.0)),
        ([{"type": None}], lambda x: x * 1.0),
    ],
)
def test_value_scaling_by_the_specifications_terms(tmp_path, make_raster, scaling, expected):
    values = np.random.default_rng(0).integers(0, 255, (2, 40, 40)).astype("uint8")
    weights = np.array([1.0, 10.0], "f4").reshape(1, 2, 1, 1), np.zeros(1, "f4")
    write(tmp_path / "model.onnx", [LOGITS], ("n", 1, 32, 32), weights, ("n", 2, 32, 32), keys={})
    inputs = [{**INPUT, "bands": ["a", "b"], "value_scaling": scaling}]
    output = {"name": "v", "tasks": ["regression"], "result": structure(-1, 1, 32, 32)}
    item = item_of(inputs, [output], **{"mlm:tasks": ["regression"]})
    (tmp_path / "item.json").write_text(json.dumps(item))
    made = run_import({"input": str(tmp_path / "item.json")}, Listening())
    assert made["model"] == "Land-cover"
    job = {"model": made["model"], "inputs": {"image": [{"path": str(make_raster(values))}]}, "device": "cpu"}
    result = run_predict({**job, "output": str(tmp_path / "o.tif")}, Listening())
    with rasterio.open(result["output"]) as raster:
        found = raster.read(1)
    x = values.astype(float)
    assert np.allclose(found, expected(x[0]) + 10 * expected(x[1]), rtol=1e-4, atol=1e-3)


def test_each_band_by_a_scaling_of_its_own_type():
    scaling = [{"type": "min-max", "minimum": 0, "maximum": 10}, {"type": "z-score", "mean": 3, "stddev": 2}]
    item = item_of([{**INPUT, "bands": ["a", "b"], "value_scaling": scaling}], [OUTPUT])
    steps = from_item(item).inputs[0].scaling.steps
    assert [(step.name, step.values) for step in steps] == [
        ("range", ((0, 0), (10, 1))), ("standardise", ((0, 3), (1, 2)))
    ]  # fmt: skip


def test_a_scaling_that_is_an_expression_is_asked_for(tmp_path):
    write(tmp_path / "model.onnx", **{**FORMS["logits"], "keys": {}})
    scaling = [{"type": "processing", "format": "gdal-calc", "expression": "A * 2"}]
    (tmp_path / "item.json").write_text(json.dumps(item_of([{**INPUT, "value_scaling": scaling}], [OUTPUT])))
    with pytest.raises(ModelError, match=r"by processing, which is not supported.*SCALING"):
        run_import({"input": str(tmp_path / "item.json")}, Listening())
    assert run_import({"input": str(tmp_path / "item.json"), "scaling": "/255"}, Listening())["model"] == "Land-cover"


@pytest.mark.parametrize("place", ["inside", "beside", "folder", "archive"])
def test_an_item_inside_or_beside_an_onnx_file(tmp_path, place):
    folder = tmp_path / "x"
    folder.mkdir()
    file = write(folder / "net.onnx", **{**FORMS["logits"], "keys": {}})
    item = item_of([INPUT], [OUTPUT], href="./net.onnx")
    chosen = file
    if place == "inside":
        model = onnx.load(file)
        model.metadata_props.append(onnx.StringStringEntryProto(key="stac:item", value=json.dumps(item)))
        onnx.save(model, file)
    else:
        (folder / ("net.json" if place == "beside" else "model.json")).write_text(json.dumps(item))
        chosen = file if place == "beside" else folder
    if place == "archive":
        import shutil

        chosen = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    made = run_import({"input": str(chosen)}, Listening())
    card = Store().find(made["model"])[1]
    assert (card.classes[0].name, card.classes[0].color) == ("dark", "#112233")
    assert card.inputs[0].bands[0].name == "B04" and card.tiling.size == 32


def test_what_an_item_says_and_what_its_network_takes_are_both_told(tmp_path):
    write(tmp_path / "model.onnx", **{**FORMS["logits"], "keys": {}})
    wrong = item_of([{**INPUT, "bands": ["B2", "B3", "B4"], "input": structure(-1, 3, 32, 32)}], [OUTPUT])
    (tmp_path / "item.json").write_text(json.dumps(wrong))
    with pytest.raises(ModelError, match=r"says 1 date\(s\) of 3 band\(s\).*\(None, 1, 32, 32\)"):
        run_import({"input": str(tmp_path / "item.json")}, Listening())
    names = [*CLASSES, {"value": 2, "name": "third"}]
    (tmp_path / "item.json").write_text(json.dumps(item_of([INPUT], [{**OUTPUT, "classification:classes": names}])))
    with pytest.raises(ModelError, match="gives 2 classes, its card names 3"):
        run_import({"input": str(tmp_path / "item.json")}, Listening())


@pytest.mark.parametrize(
    ("asset", "said"),
    [
        ({"href": "../model.onnx"}, "outside its own folder"),
        ({"href": "/etc/hostname", "type": "application/onnx"}, "outside its own folder"),
        ({"href": "file:///etc/hostname"}, "outside its own folder"),
        ({"href": "missing.onnx"}, "not beside it"),
        ({"href": "model.onnx", "file:checksum": "1220" + "ab" * 32}, "SHA-256"),
        ({"href": "w.pt", "type": "application/octet-stream; application=pytorch", "mlm:artifact_type": "torch.save"},
         r"cannot be run here: w.pt \(torch.save\)"),
    ],
)  # fmt: skip
def test_assets_that_are_not_used(tmp_path, asset, said):
    folder = tmp_path / "x"
    folder.mkdir()
    for place in (tmp_path, folder):
        write(place / "model.onnx", **{**FORMS["logits"], "keys": {}})
    (folder / "item.json").write_text(json.dumps(item_of([INPUT], [OUTPUT], asset=asset)))
    with pytest.raises(ModelError, match=said):
        run_import({"input": str(folder / "item.json")}, Listening())


def test_the_onnx_asset_of_several_is_taken():
    roles = {"roles": ["mlm:model"]}
    net = {"href": "https://example.org/net?x=1", **roles, "mlm:artifact_type": "onnx"}
    assets = {"source": {"href": "x.py", **roles}, "pt": {"href": "w.pt", **roles}, "net": net}
    assert asset_of({"assets": assets}, "x")["href"].endswith("net?x=1")


# -- addresses


@pytest.fixture
def served(tmp_path):
    """A folder that a server on this computer gives, and its address."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def do_GET(self):
            if self.path.startswith("/moved"):
                self.send_response(302)
                self.send_header("Location", "ftp://127.0.0.1/x" if "file" in self.path else "/net.onnx")
                self.end_headers()
            else:
                super().do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_item_at_an_address_and_its_asset_with_its_hash(served):
    folder, address = served
    file = write(folder / "net.onnx", **{**FORMS["logits"], "keys": {}})
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    for checksum, fits in (("1220" + digest, True), ("1220" + "0" * 64, False)):
        item = item_of([INPUT], [OUTPUT], href="./net.onnx", asset={"file:checksum": checksum})
        (folder / "item.json").write_text(json.dumps(item))
        if fits:
            made = run_import({"input": f"{address}/item.json"}, Listening())
            card = Store().find(made["model"])[1]
            assert (
                card.provenance["imported"]["address"] == f"{address}/item.json" and card.sha256["model.onnx"] == digest
            )
        else:
            with pytest.raises(ModelError, match="SHA-256 is not the stated one"):
                run_import({"input": f"{address}/item.json", "replace": True}, Listening())


@pytest.mark.parametrize("path", ["net.onnx", "moved/net.onnx"])
def test_a_file_at_an_address(served, path):
    folder, address = served
    write(folder / "net.onnx", **FORMS["logits"])
    assert run_import({"input": f"{address}/{path}"}, Listening())["model"] == "net"


@pytest.mark.parametrize(
    ("path", "said"), [("none.onnx", "404"), ("moved-file", "it leads to ftp"), ("readme.txt", "is not read")]
)
def test_addresses_that_give_no_model(served, path, said):
    folder, address = served
    (folder / "readme.txt").write_text("hello")
    with pytest.raises(RsdlError, match=said):
        run_import({"input": f"{address}/{path}"}, Listening())
    with pytest.raises(ModelError, match="cannot be fetched"):
        run_import({"input": "http://127.0.0.1:1/x.onnx"}, Listening())
    assert not own_folder().exists() or not list(own_folder().iterdir())


def test_names_and_hashes():
    assert file_name("https://x.org/a/b%20c/../..%2Fevil.onnx?y=1") == "evil.onnx" and file_name("http://x/") == "model"
    assert (
        digest_of("1220" + "ab" * 32) == digest_of("sha256:" + "AB" * 32) == "ab" * 32 and digest_of("d41d8cd9") == ""
    )


SCALED = {**INPUT, "value_scaling": [{"type": "scale", "value": 255}]}


@pytest.mark.parametrize("place", ["beside", "its folder", "inside", "properties inside", "one entry a property"])
def test_an_item_is_found_wherever_it_is(tmp_path, make_raster, place):
    """In a file of any name that names the network, or in the network's metadata, whole or its properties."""
    values = np.random.default_rng(0).integers(0, 255, (1, 40, 40)).astype("uint8")
    folder = tmp_path / "given"
    folder.mkdir()
    item = item_of([SCALED], [OUTPUT], "./net.onnx")
    item["properties"] = {key: item["properties"][key] for key in item["properties"] if key != "mlm:name"}
    properties = item["properties"]
    keys = {"inside": {"card": item}, "properties inside": {"card": properties}, "one entry a property": properties}
    file = write(folder / "net.onnx", **{**FORMS["logits"], "keys": keys.get(place, {})})
    if place in ("beside", "its folder"):
        (folder / "land cover.json").write_text(json.dumps(item))
        (folder / "another.json").write_text(json.dumps(item_of([INPUT], [OUTPUT], "other.onnx")))
    report = Listening()
    made = run_import({"input": str(folder if place == "its folder" else file), "name": "net"}, report)
    assert not report.text("warning") and Store().find("net")[1].inputs[0].bands[0].name == "B04"
    job = {"model": made["model"], "inputs": {"image": [{"path": str(make_raster(values))}]}}
    run_predict({**job, "output": str(tmp_path / "map.tif"), "device": "cpu", "threads": 1}, Listening())
    with rasterio.open(tmp_path / "map.tif") as raster:
        assert np.array_equal(raster.read(1), values[0] > 127)


def test_tiles_of_an_item_that_its_network_does_not_take_are_refused_with_both_sides(tmp_path):
    write(tmp_path / "net.onnx", **{**FORMS["logits"], "keys": {}})
    item = item_of([{**SCALED, "input": structure(-1, 1, 64, 64)}], [OUTPUT], "net.onnx")
    (tmp_path / "item.json").write_text(json.dumps(item))
    given = {"input": str(tmp_path / "item.json"), "name": "net"}
    with pytest.raises(ModelError, match=r"tiles of 64 px, and its network takes 32 x 32 px"):
        run_import(given, Listening())
    run_import({**given, "tile_size": 32}, Listening())
    assert Store().find("net")[1].tiling.size == 32


@pytest.mark.parametrize(("given", "told"), [({}, True), ({"scaling": "/255"}, False)])
def test_an_item_that_scales_nothing_is_told(tmp_path, given, told):
    write(tmp_path / "net.onnx", **{**FORMS["logits"], "keys": {}})
    (tmp_path / "item.json").write_text(json.dumps(item_of([INPUT], [OUTPUT], "net.onnx")))
    report = Listening()
    run_import({"input": str(tmp_path / "item.json"), **given}, report)
    assert ("scales no values for 'image'" in report.text("warning")) == told
