"""Parameters that are given and have no effect are named."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsProcessingContext

from rsdl_qgis.toolbox.idle import idle

from .training_data import layer_of


@pytest.fixture
def told(provider, tmp_path, write_raster):
    """A function: what is told of parameters of an algorithm; 'raster' and 'features' are layers."""
    raster = write_raster(tmp_path / "r.tif", [np.zeros((4, 4), "uint8")])
    layers = {"raster": raster, "features": layer_of()}

    def told(name, **given):
        algorithm = provider.algorithm(name)
        given = {key: layers.get(value, value) if isinstance(value, str) else value for key, value in given.items()}
        return idle(algorithm, given, QgsProcessingContext())

    return told


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("semanticsegmentation", {"MIN_AREA": 5, "SIMPLIFY": 0}, ["MIN_AREA has no effect: it is for POLYGONS"]),
        ("semanticsegmentation", {"MIN_AREA": 5, "POLYGONS": "p.gpkg"}, []),
        ("semanticsegmentation", {"NECK": 0.5}, ["NECK has no effect: it is for SEPARATE_OBJECTS"]),
        ("separateobjects", {"NECK": 0.5, "PROBABILITIES_BAND": 2}, ["PROBABILITIES_BAND has no effect"]),
        ("semanticsegmentation", {"UNCERTAINTY_MEASURE": 1}, ["UNCERTAINTY_MEASURE has no effect"]),
        ("semanticsegmentation", {"ORDER": "oldest"}, ["ORDER has no effect: it is for PRODUCT, and"]),
        ("floodmapping", {"ORDER": "oldest", "S2_AFTER_PRODUCT": "a;b"}, []),
        ("trainsegmentation", {"LORA_RANK": 4}, ["LORA_RANK has no effect: it is for METHOD=lora"]),
        ("trainsegmentation", {"LORA_RANK": 4, "METHOD": "lora"}, []),
        (
            "trainsceneclassifier",
            {"EPOCHS": 4, "METHOD": "knn"},
            ["EPOCHS has no effect: it is for METHOD=finetune or"],
        ),
        ("trainsceneclassifier", {"EPOCHS": 4, "METHOD": "linear"}, []),
        ("trainsceneclassifier", {"AUGMENTATION": "strong", "METHOD": "linear"}, ["AUGMENTATION has no effect: it is"]),
        ("trainsceneclassifier", {"AUGMENTATION": "strong", "LEARNING_RATE": 0.1, "METHOD": "finetune"}, []),
        ("pretrainencoder", {"EPOCHS": 4, "LEARNING_RATE": 0.1}, []),
        ("findsimilar", {"DISTANCE": 50}, ["DISTANCE has no effect: it is for PLACES, and that is empty"]),
        ("suggestlabels", {"DISTANCE": 50}, []),
        (
            "assessmap",
            {"REFERENCE_FIELD": "a", "REFERENCE": "raster"},
            ["REFERENCE_FIELD has no effect: it is a field"],
        ),
        ("assessmap", {"REFERENCE_FIELD": "kind", "REFERENCE": "features"}, []),
        ("assessmap", {"REFERENCE_BAND": 2, "REFERENCE": "features"}, ["REFERENCE_BAND has no effect: it is the band"]),
        ("assessmap", {"CERTAINTY_KIND": "confidence"}, ["CERTAINTY_KIND has no effect: it is for CERTAINTY"]),
        ("assessmap", {"BACKGROUND": 1}, ["BACKGROUND has no effect: it is for UNLABELLED=background or UNMAPPED="]),
        ("assessmap", {"BACKGROUND": 1, "UNMAPPED": "background"}, []),
        ("trainsegmentation", {"BACKGROUND": "a", "UNLABELLED": "ignore"}, []),
    ],
)
def test_what_has_no_effect_is_named(told, name, given, words):
    found = told(name, **given)
    assert len(found) == len(words) and all(text.startswith(part) for text, part in zip(found, words)), found


def test_the_log_says_it(run, known_models, tmp_path, write_raster, feedback):
    image = write_raster(tmp_path / "i.tif", [np.zeros((40, 40))] * 2, descriptions=("red", "nir"))
    given = {"INPUT": image, "MODEL": "bright", "OUTPUT": str(tmp_path / "o.tif"), "FILL_HOLES": 9}
    run("semanticsegmentation", given, feedback)
    assert "FILL_HOLES has no effect: it is for POLYGONS, and that is empty." in feedback.text()
