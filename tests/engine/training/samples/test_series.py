"""Series of labelled pixels: what is valid in them, which are kept where there are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.cards.card import Band, Class, Input, Scaling
from rsdl_qgis.engine.chips.folder import Chip, ChipFolder
from rsdl_qgis.engine.errors import InputError
from rsdl_qgis.engine.networks import build_network
from rsdl_qgis.engine.training.samples.augment import Augmentation
from rsdl_qgis.engine.training.samples.batches import Batches
from rsdl_qgis.engine.training.samples.chips import class_counts
from rsdl_qgis.engine.training.samples.series import SeriesSamples, evenly_shared

CLASSES = (Class(1, "soy", "#00ff00"), Class(2, "maize", "#ffff00"), Class(3, "forest", "#006600"))
DATES = ("May", "June", "July")
SERIES = Input("modis", (Band("NDVI"), Band("NIR")), DATES, scaling=Scaling(mean=((10.0, 0.0),) * 3))


@pytest.fixture
def make(tmp_path, make_raster):
    """A folder of chips from (images (3, 2, h, w), labels (h, w), place) each; 0 is nodata in both."""

    def write(*parts, inputs=(SERIES,)):
        chips = []
        for i, (image, label, place) in enumerate(parts):
            make_raster(np.asarray(image, "float32").reshape(6, *np.shape(label)), f"{i}.tif", nodata=0)
            make_raster(np.asarray(label, "uint8")[None], f"label-{i}.tif", nodata=0)
            images = {item.name: (f"{i}.tif",) for item in inputs}
            chips.append(Chip(f"chip {i}", images, f"label-{i}.tif", place=place))
        return ChipFolder(tmp_path, "time-series", tuple(inputs), CLASSES, tuple(chips))

    return write


def values(*shape):
    """Dates x bands x shape: 100 a date, 10 a band, and the pixel's number."""
    pixels = np.arange(np.prod(shape)).reshape(shape) + 1
    return np.array([[pixels + 100 * (t + 1) + 10 * (c + 1) for c in range(2)] for t in range(3)])


def test_each_labelled_pixel_is_a_series(make):
    image = values(2, 2)
    image[1, 0, 1, 0] = 0  # one band of June
    image[:, :, 1, 1] = 0  # no date at all
    samples = SeriesSamples(
        made := make((image, [[1, 0], [3, 2]], "a"), (values(1, 1), [[2]], "")), made.chips, made.inputs
    )
    assert len(samples) == 3 and samples.classes == 3
    assert samples.names == ["chip 0 0,0", "chip 0 1,0", "chip 1 0,0"] and samples.places == ["a", "a", "chip 1"]
    assert [int(label) for _, label in samples] == [0, 2, 1] == [int(samples.label(i)) for i in range(3)]
    (series, valid), label = samples[0]
    assert series.tolist() == [[101, 121], [201, 221], [301, 321]] and valid.tolist() == [True] * 3
    assert series.dtype == torch.float32 and valid.dtype == torch.bool and label.dtype == torch.long and label.ndim == 0
    (series, valid), _ = samples[1]
    assert valid.tolist() == [True, False, True] and series.tolist() == [[103, 123], [0, 0], [303, 323]]
    assert class_counts(samples).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_inputs_stand_side_by_side_and_a_date_is_valid_where_all_are(make):
    other = replace(SERIES, name="other", scaling=Scaling(divisor=2.0))
    made = make((values(1, 1), [[2]], ""), inputs=(SERIES, other))
    gap = values(1, 1)
    gap[2] = 0
    second = make((gap, [[2]], ""), inputs=(SERIES, other))  # writes 0.tif anew
    (path := second.path / "0.tif").rename(second.path / "gap.tif")
    make((values(1, 1), [[2]], ""), inputs=(SERIES, other))
    chip = replace(made.chips[0], images={"modis": (path.name,), "other": ("gap.tif",)})
    ((first, second_input, valid), _), *rest = SeriesSamples(replace(made, chips=(chip,)), [chip], made.inputs)
    assert not rest and valid.tolist() == [True, True, False]
    assert first.tolist() == [[101, 121], [201, 221], [0, 0]]
    assert second_input.tolist() == [[55.5, 60.5], [105.5, 110.5], [0, 0]]


def test_too_many_are_chosen_evenly_over_classes_places_and_chips(make):
    def chip(counts, place):
        return values(1, sum(counts)), np.repeat([1, 2, 3], counts)[None], place

    made = make(chip((40, 2, 0), "a"), chip((40, 1, 30), "a"), chip((6, 0, 0), "b"))
    few = SeriesSamples(made, made.chips, made.inputs, most=30)
    assert len(few) == 30
    classes = Counter(int(label) for _, label in few)
    assert classes == {0: 14, 1: 3, 2: 13}
    places = Counter(place for place, (_, label) in zip(few.places, few) if label == 0)
    assert places == {"a": 8, "b": 6}
    chips = Counter(name.split()[1] for name, (_, label) in zip(few.names, few) if label == 0)
    assert chips == {"0": 4, "1": 4, "2": 6}
    again, other = (SeriesSamples(made, made.chips, made.inputs, most=30, seed=seed) for seed in (0, 1))
    assert again.names == few.names != other.names
    assert len(set(few.names)) == 30 and len(SeriesSamples(made, made.chips, made.inputs)) == 119


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 100))
def test_shares_are_as_even_as_the_counts_allow(counts, most):
    counts = np.array(counts)
    shares = evenly_shared(counts, most)
    assert shares.sum() == min(most, counts.sum()) and (shares <= counts).all() and (shares >= 0).all()
    short = shares < counts
    assert not short.any() or shares.max() <= shares[short].min() + 1


def test_they_are_what_networks_and_batches_take(make):
    made = make(*((values(2, 2), [[1, 2], [3, 1]], "") for _ in range(3)))
    samples = SeriesSamples(made, made.chips, made.inputs)
    network = build_network("lstm", {"modis": SERIES.shape}, 3)
    (series, valid), labels = next(Batches(samples, 4, Augmentation(drop_dates=0.3), 0).epoch(0))
    assert series.shape == (4, 3, 2) and labels.shape == (4,) and not valid.all()
    assert network(series, valid).shape == (4, 3)


def test_what_cannot_be_series_is_refused(make):
    made = make((values(1, 2), [[1, 2]], ""))
    with pytest.raises(InputError, match=r"labels are of the kind 'class', and series are trained on pixels"):
        SeriesSamples(replace(made, labels="class"), made.chips, made.inputs)
    two = (SERIES, replace(SERIES, name="other", dates=("May",)))
    with pytest.raises(InputError, match=r"differ in their number of dates: modis has 3, other has 1\."):
        SeriesSamples(made, made.chips, two)
    for image, label in ((values(1, 2), [[0, 0]]), (np.zeros((3, 2, 1, 2)), [[1, 2]])):
        made = make((image, label, ""))
        with pytest.raises(InputError, match="No labelled pixel of the chips has a valid date"):
            SeriesSamples(made, made.chips, made.inputs)
    made = make((values(1, 2), [[1, 2]], ""), (values(2, 2), [[1, 2], [2, 1]], ""))
    mixed = replace(made.chips[0], label="label-1.tif")
    with pytest.raises(InputError, match=r"Of chip 'chip 0' 'modis' has 1 x 2 pixels, and its label 2 x 2\."):
        SeriesSamples(made, [mixed], made.inputs)
