"""A small sound job of every operation, with all files that it reads: what mutations start from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio

from rsdl_qgis.engine.assessment.areas.draw import run_draw_sample
from rsdl_qgis.engine.cards.card import Band, Class, Input, ModelCard, Scaling, Tiling
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.prediction.maps import run_predict
from rsdl_qgis.engine.runtime.onnx_export import export_onnx
from rsdl_qgis.engine.training.train import run_train

from ..engine.importing.test_whole_images import wide
from ..engine.prediction.scenes.test_job import CARD as SCENES
from ..engine.prediction.scenes.test_job import Brightness
from ..engine.prediction.series.greatest import ALL, CLASSES, DATES, Greatest
from ..engine.prediction.test_object_collector import CARD as OBJECTS
from ..engine.prediction.test_object_collector import Markers, marked
from ..engine.runtime.foreign_networks import FORMS, write
from ..engine.training.chip_folders import make_folder
from ..engine.training.layers import box, noise, raster, source, vector

MAPS = ModelCard(
    name="bright",
    title="Bright",
    inputs=(Input("image", (Band("red"), Band("nir")), scaling=Scaling(mean=((100.0, 100.0),))),),
    classes=(Class(0, "dark", "#111111"), Class(1, "bright", "#eeee00")),
    tiling=Tiling(size=32, overlap=8, multiple=8, memory=64),
    resolution=10.0,
)
UNET = {"network": "unet", "options": {"widths": [2, 4]}}
QUICK = {"epochs": 1, "batch_size": 2, "device": "cpu", "threads": 1}
TARGET = "{target}"  # stands for the folder that a job may write to


class Bright(Brightness):
    """Class 1 where band 1 is above its mean of training."""

    one = True

    def forward(self, image):
        red = image[:, 0, :1]
        return red * red.new_tensor([-1.0, 1.0]).reshape(1, 2, 1, 1)


def sound_jobs(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Of each operation the arguments of some sound jobs, whose outputs lie in ``TARGET``."""
    models = _models(folder)
    image = raster(folder / "image.tif", noise((2, 96, 96)), names=("red", "nir"))
    objects = raster(folder / "objects.tif", marked([(10, 10, 6, 8), (30, 30, 9, 5)], 48, 48))
    classes = raster(folder / "classes.tif", noise((1, 96, 96)) // 100)
    halves = [(box(2, 2, 45, 90), "a"), (box(50, 4, 94, 94), "b")]
    labels = vector(folder / "labels.geojson", halves)
    labelled = vector(folder / "labelled.geojson", [(box(2, 2, 10, 10), "a")])
    features = vector(folder / "features.geojson", [(g, {"class": n, "other": n, "score": 0.5}) for g, n in halves])
    dates = [
        raster(folder / f"date{i}.tif", noise((2, 24, 24), "float32", i), names=ALL) | {"date": day}
        for i, day in enumerate(DATES)
    ]
    chips = {}
    for task in ("segmentation", "classification"):
        make_folder(folder / f"chips-{task}", task, (4, 2, 0), 16)
        chips[task] = str(folder / f"chips-{task}")
    make_folder(folder / "chips-unlabelled", counts=(8, 2, 0), labels="none")
    teacher = folder / "teacher"
    taught = {"task": "segmentation", "chips": chips["segmentation"], "output": str(teacher)}
    run_train({**taught, **UNET, **QUICK}, Report())
    made = {"output": str(folder / "made.tif"), "model": models["bright"], "inputs": {"image": [dict(image)]}}
    run_predict({**made, "device": "cpu"}, Report())
    area = {"extent": [500_000, 4_199_100, 500_900, 4_200_000], "extent_crs": "EPSG:32634", "mask": labels["path"]}
    running = {"device": "cpu", "threads": 1, "batch_size": 1}
    tiles = {"tile_size": 32, "overlap": 8, "resample": False, "grid": "first", "resampling": "nearest"}
    plain = {"path": features["path"], "title": "features", "crs": "EPSG:32634"}
    data = {"sources": [source(dict(image))], "labels": [dict(labels)], "task": "segmentation", "chip_size": 16}
    data |= {"input_bands": {"image": ["red", "nir"]}, "split": "blocks", "valid": 0.3, "seed": 1, **area}
    quality = raster(folder / "x_SCL.tif", noise((1, 96, 96)).astype("uint8") % 12)["path"]
    landsat = raster(folder / "landsat.tif", noise((7, 96, 96)).astype("uint16") * 100)
    product = _product(folder / "product")
    foreign = str(write(folder / "foreign.onnx", **{**FORMS["logits"], "keys": {}}))
    embedder = wide(folder / "embedder.onnx", keys={"model_type": "Recognition"})
    tone = raster(folder / "tone.tif", noise((1, 96, 96)), names=("tone",))
    report = {"report": f"{TARGET}/report.html", "table": f"{TARGET}/table.csv"}
    listed = _manifest(folder / "listed", Path(models["bright"]))
    map_layer, vector_layer = {"path": classes["path"], "bands": [1], "names": {"0": "low"}}, {**labels}
    sample = _answered(folder / "points.gpkg", map_layer)
    return {
        "predict": [
            {"output": f"{TARGET}/map.tif", "model": models["bright"], "inputs": {"image": [dict(image)]}, **running,
             **tiles, **area, "probabilities": f"{TARGET}/p.tif", "polygons": f"{TARGET}/p.gpkg", "tta": "flips",
             "uncertainty": f"{TARGET}/u.tif", "uncertainty_measure": "margin", "stac": True,
             "separate_objects": ["bright"], "neck": 0.6},
        ],
        "predict_series": [
            {"output": f"{TARGET}/map.tif", "model": models["greatest"], "layers": [dict(date) for date in dates],
             "layout": "dates", "dates": "", "wrapped": "auto", "bands": [1, 2], "scale": 1.0, **running},
        ],
        "detect": [
            {"output": f"{TARGET}/found.gpkg", "model": models["markers"], "inputs": {"image": [dict(objects)]},
             "confidence": 0.3, "iou": 0.5, "suppression": "nms", "min_size": 1.0, "max_size": 1000, **running},
        ],
        "classify_scenes": [
            {"output": f"{TARGET}/s.gpkg", "model": models["kinds"], "inputs": {"image": [dict(image)]}, "size": 8,
             "raster": f"{TARGET}/s.tif", **running},
            {"output": f"{TARGET}/s.gpkg", "model": models["kinds"], "inputs": {"image": [dict(image)]}, **running,
             "features": labels["path"], "features_crs": "EPSG:32634"},
        ],
        "threshold": [
            {"output": f"{TARGET}/map.tif", "after": dict(image), "index": "NDVI", "sensor": "auto", "side": "auto",
             **area, "grid": "first", "resampling": "nearest", "polygons": f"{TARGET}/p.gpkg"},
            {"output": f"{TARGET}/map.tif", "after": {**image, "quality": {"words": ["cloud"], "path": quality,
             "values": [3]}}, "before": dict(image), "values": f"{TARGET}/v.tif",
             "index": "before_nir - after_red / 2", "window": 32, "class_name": "bright", "color": "#102030"},
        ],
        "cloud_mask": [
            {"output": f"{TARGET}/map.tif", "input": {"path": quality, "nodata": 0}, "words": ["cloud", "water"],
             "grow": 2, **area, "polygons": f"{TARGET}/p.gpkg"},
            {"output": f"{TARGET}/map.tif", "input": {"path": f"{quality};{image['path']}"}},
            {"output": f"{TARGET}/map.tif", "model": models["bright"], "inputs": {"image": [dict(image)]}, "grow": 1,
             "classes": {"cloud": ["bright"]}, "device": "cpu", "threads": 1, "tile_size": 64},
        ],
        "assess_map": [
            {"predicted": [map_layer], "reference": [dict(map_layer)], **area, **report,
             "unlabelled": "ignore", "background": 0, "image_table": f"{TARGET}/images.csv"},
            {"predicted": [vector_layer], "reference": [dict(vector_layer)], "unmapped": "background",
             "pixel_size": 10.0, **report},
        ],
        "assess_scenes": [
            {"predicted": {**plain, "field": "class"}, "reference": {**plain, "field": "other"}, **report,
             "multilabel": False},
            {"predicted": {**plain, "field": ["class"], "join": "class"}, "reference": {**plain, "field": "other"},
             **report},
        ],
        "assess_detections": [
            {"predicted": {**plain, "class_field": "class", "score_field": "score"}, "confidence": 0.1, **area,
             "reference": {**plain, "class_field": "class", "ignore_field": ""}, **report,
             "matches": f"{TARGET}/m.gpkg"},
        ],
        "compare_maps": [{"predicted": [map_layer, dict(map_layer)], "reference": dict(map_layer), **area, **report}],
        "draw_sample": [{"output": f"{TARGET}/points.gpkg", "map": dict(map_layer), "size": 20, **area}],
        "simplify_polygons": [
            {"output": f"{TARGET}/p.gpkg", "input": dict(map_layer), "simplify": 1.5, "min_area": 500.0,
             "fill_holes": 500.0, "regularize": True, "background": 0},
            {"output": f"{TARGET}/p.gpkg", "input": {**plain, "vector": True}, "tolerance": 2.0, "min_area": 1.0},
        ],
        "separate_objects": [
            {"output": f"{TARGET}/p.gpkg", "input": dict(map_layer), "simplify": 0.35, "min_area": 500.0, "neck": 0.6,
             "regularize": True, "background": 0},
        ],
        "find_similar": [
            {"output": f"{TARGET}/s.tif", "places": f"{TARGET}/p.gpkg", "input": dict(image), "number": 3,
             "examples": plain["path"], "match": "nearest", "least": -1.0, "with_examples": True, **area},
            {"output": f"{TARGET}/s.tif", "input": dict(tone), "model": embedder, "size": 32, "stride": 16,
             "examples": plain["path"], "device": "cpu", "threads": 1, "batch_size": 2},
        ],
        "suggest_labels": [
            {"output": f"{TARGET}/p.gpkg", "model": models["bright"], "inputs": {"image": [dict(image)]}, **running,
             **tiles, "labels": labelled["path"], "number": 3, "distance": 50.0, "uncertainty_measure": "margin"},
        ],
        "cluster_image": [
            {"output": f"{TARGET}/c.tif", "input": dict(image), "clusters": 3, "samples": 500, "seed": 1,
             "standardize": True, **area},
        ],
        "export_chips": [{**data, "output": f"{TARGET}/chips"}],
        "train": [
            {"task": "segmentation", "chips": chips["segmentation"], "output": f"{TARGET}/model", **UNET, **QUICK,
             "report": f"{TARGET}/report.html", "freeze": "nothing", "loss": ["cross_entropy"], "optimizer": "sgd",
             "augmentation": {"gain": 0.1, "flips": True}, "learning_rate": 0.01, "keywords": ["a"], "name": "m"},
            {**data, "output": f"{TARGET}/model", **UNET, **QUICK, "augmentation": "none"},
            {"task": "segmentation", "chips": chips["segmentation"], "output": f"{TARGET}/model", **QUICK,
             "base_model": str(teacher), "freeze": "encoder", "average": 0.9, "scaling": "keep"},
        ],
        "train_classifier": [
            {"task": "segmentation", "chips": chips["segmentation"], "output": f"{TARGET}/model", "method": "svm-rbf",
             "cost": 1.0, "gamma": 0.5, "samples": 200, "shares": "equal", "report": f"{TARGET}/report.html",
             "threads": 1, "name": "m"},
        ],
        "distil": [
            {"teacher": str(teacher), "chips": chips["segmentation"], "output": f"{TARGET}/student", **UNET, **QUICK,
             "temperature": 2.0, "report": f"{TARGET}/report.html"},
        ],
        "pretrain": [
            {"chips": str(folder / "chips-unlabelled"), "output": f"{TARGET}/encoder", **QUICK, "batch_size": 4,
             "network": "resnet18", "options": {"width": 4}, "augmentation": {"gain": 0.1, "zoom": 2.0}, "side": 32,
             "report": f"{TARGET}/report.html", "keep": "best", "name": "m"},
        ],
        "active_fire": [
            {"output": f"{TARGET}/fire.tif", "layers": [dict(landsat)], "values": "dn", "sun_elevation": 40.0, **area,
             "method": "voting", "tile_size": 40, "polygons": f"{TARGET}/fire.gpkg", "saturation": dict(image)},
            {"output": f"{TARGET}/fire.tif", "product": str(product), "method": "kumar-roy", "nodata": 3.0},
        ],
        "embed_image": [
            {"output": f"{TARGET}/f.tif", "model": embedder, "inputs": {"image": [dict(tone)]}, "size": 32,
             "stride": 16, "storage": "uint8", **running},
            {"output": f"{TARGET}/f.gpkg", "model": embedder, "inputs": {"image": [dict(tone)]}, **running,
             "features": labels["path"], "features_crs": "EPSG:32634"},
        ],
        "estimate_area": [{"sample": sample, "map": dict(map_layer), **report}],
        "import_model": [
            {"input": foreign, "scaling": "/255", "classes": "0 dark #000000, 1 bright #ffff00", "bands": "tone",
             "task": "segmentation", "resolution": 10.0, "tile_size": 32, "output_index": 0, "activation": "softmax",
             "layout": "NCHW", "nodata": 0, "name": "brought", "replace": True, "report": f"{TARGET}/report.html"},
            {"input": models["bright"], "replace": True},
        ],
        "export_model": [
            {"output": f"{TARGET}/m.onnx", "model": models["bright"], "format": "onnx", "tiles": 1, "name": "gone",
             "layers": [dict(image)], "item": f"{TARGET}/m.json", "report": f"{TARGET}/report.html"},
            {"output": f"{TARGET}/m.zip", "model": str(teacher), "format": "zip", "tiles": 1},
        ],
        "describe_model": [{"model": models["bright"], "layer": dict(image), "report": f"{TARGET}/report.html"}],
        "list_models": [{"report": f"{TARGET}/report.html"}],
        "fetch_manifests": [{"manifests": [str(listed)]}],
        "fetch_model": [{"manifests": [str(listed)], "name": "bright", "replace": True}],
        "repeat": [{"path": made["output"], "output": f"{TARGET}/again", "changed": "run", "device": "cpu",
                    "places": [{"old": "/nowhere", "new": str(folder)}]}],
        "describe": [{}],
    }  # fmt: skip


def _manifest(folder: Path, model: Path) -> Path:
    """A manifest beside the only model that it lists."""
    folder.mkdir()
    data = model.read_bytes()
    (folder / model.name).write_bytes(data)
    entry = {"name": model.stem, "title": "Bright", "task": "segmentation", "address": model.name, "licence": "CC0"}
    entry |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps({"models": [entry]}), encoding="utf-8")
    return folder / "manifest.json"


def _answered(path: Path, map_layer: Mapping[str, Any]) -> dict[str, Any]:
    """A sample of a map, whose points have the class of the map as their reference."""
    run_draw_sample({"output": str(path), "map": dict(map_layer), "size": 40}, Report())
    meta, _, geometry, values = pyogrio.raw.read(path)
    fields = dict(zip(meta["fields"], values))
    fields["reference"] = fields["map_class"]
    pyogrio.raw.write(path, geometry, [*fields.values()], [*fields], geometry_type="Point", crs=meta["crs"])
    return {"path": str(path), "title": "points"}


def _product(folder: Path) -> Path:
    """The metadata of a Landsat product, whose bands lie beside them."""
    for n in range(1, 8):
        raster(folder / f"x_B{n}.TIF", noise((1, 48, 48), seed=n).astype("uint16") * 100)
    gains = [f"REFLECTANCE_MULT_BAND_{n} = 2E-5\nREFLECTANCE_ADD_BAND_{n} = -0.1" for n in range(1, 8)]
    (folder / "x_MTL.txt").write_text("\n".join([*gains, "SUN_ELEVATION = 40.0"]), encoding="utf-8")
    return folder / "x_MTL.txt"


def _models(folder: Path) -> Mapping[str, str]:
    series = replace(
        MAPS, name="greatest", task="time-series", classes=CLASSES, resolution=None,
        inputs=(Input("modis", (Band("NDVI"), Band("EVI")), DATES),),
    )  # fmt: skip
    scenes = Brightness()
    scenes.one = True
    networks = ((Bright(), MAPS), (Markers(), OBJECTS), (scenes, SCENES), (Greatest(), series))
    for network, card in networks:
        export_onnx(network, card, folder / f"{card.name}.onnx")
    return {card.name: str(folder / f"{card.name}.onnx") for _, card in networks}
