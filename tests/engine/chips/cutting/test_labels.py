"""Classes from labels: their values, names and colours."""

from __future__ import annotations

import pytest

from rsdl_qgis.engine.chips.cutting.classes import check_classes, legend_of, single_features
from rsdl_qgis.engine.chips.cutting.layers import LabelLayer, read_layer
from rsdl_qgis.engine.chips.cutting.specs import LabelSpec
from rsdl_qgis.engine.errors import InputError

from ...training.layers import box, noise, point, raster, vector


def layer(tmp_path, values, kind="class", name="l", **spec):
    """A layer of polygons with values."""
    shapes = [(box(i, 0, i + 1, 1), value) for i, value in enumerate(values)]
    return read_layer(LabelSpec.of(vector(tmp_path / f"{name}.geojson", shapes, **spec)), kind)


def told(legend):
    return [(item.value, item.name) for item in legend.classes]


@pytest.mark.parametrize(("values", "background", "expected"), [
    ([3, 1, None], None, [(1, "class 1"), (3, "class 3")]),
    ([3, 1], "", [(0, "background"), (1, "class 1"), (3, "class 3")]),
    ([0, 1], "rest", [(0, "rest"), (1, "class 1")]),
    (["pine", "Oak", "oak"], None, [(1, "Oak"), (2, "pine")]),
    (["pine", "REST"], "rest", [(0, "rest"), (1, "pine")]),
    (["12", "7"], None, [(7, "class 7"), (12, "class 12")]),
    (["12", "pine"], None, [(1, "12"), (2, "pine")]),
    ([-1, 70_000], "", [(0, "background"), (1, "-1"), (2, "70000")]),
    (["a;b", "a,b"], None, [(1, "a,b (1)"), (2, "a,b (2)")]),
    (["01", "2"], None, [(1, "01"), (2, "2")]),
    (["01", "1", "2"], None, [(1, "01"), (2, "1"), (3, "2")]),
    (["--1", "2"], None, [(1, "--1"), (2, "2")]),
    (["9" * 30, "2"], None, [(1, "2"), (2, "9" * 30)]),
    ([70_000, 0], "rest", [(0, "rest"), (1, "70000")]),
    (["x\u0001y\nz", "b"], None, [(1, "b"), (2, "x y z")]),
])  # fmt: skip
def test_values_and_names(tmp_path, values, background, expected):
    assert told(legend_of([layer(tmp_path, values)], background=background)) == expected


def test_what_rasters_and_layers_call_their_values(tmp_path):
    classes = LabelLayer("map", "map.tif", names={4: "Water", 9: "ice"}, colors={"4": "#0000ff"})
    named = layer(tmp_path, [9, 5], names={"5": "sand"}, colors={"sand": "#ffff00"})
    legend = legend_of([classes, named, layer(tmp_path, ["water"], name="t")], [4, 9], colors={"ice": "#eeeeff"})
    assert told(legend) == [(4, "Water"), (5, "sand"), (9, "ice")]
    assert [item.color for item in legend.classes] == ["#0000ff", "#ffff00", "#eeeeff"]
    assert legend.values["water"] == 4 and legend.name("water") == "Water"
    with pytest.raises(InputError, match="names, such as 'snow', and others numbers"):
        legend_of([classes, layer(tmp_path, ["snow"], name="s")], [4, 9])


def test_names_of_several_layers_that_differ_in_case_are_one_class(tmp_path):
    legend = legend_of([layer(tmp_path, ["Oak", "pine"], name="a"), layer(tmp_path, ["oak", "PINE"], name="b")])
    assert told(legend) == [(1, "Oak"), (2, "PINE")] and legend.values["oak"] == legend.values["Oak"] == 1


def test_a_colour_is_understood_or_another_is_chosen(tmp_path):
    legend = legend_of([layer(tmp_path, [1, 2, 3])], colors={"1": "#fff", "2": "reddish", "3": "#"})
    white, *others = [item.color for item in legend.classes]
    assert white == "#ffffff" and len(set(others)) == 2 and all(len(color) == 7 for color in others)


def test_what_is_numbered_anew_keeps_its_colour_and_is_told(tmp_path):
    colours = {"-1": "#ff0000", "1": "#00ff00", "2": "#0000ff"}
    legend = legend_of([layer(tmp_path, [-1, 1, 2], colors=colours)])
    assert [item.color for item in legend.classes] == ["#ff0000", "#00ff00", "#0000ff"]
    assert "renumbered, -1 is 1, 1 is 2, 2 is 3." in legend.notes[0]
    assert "'01' and '1' are different texts" in legend_of([layer(tmp_path, ["01", "1"])]).notes[0]
    mixed = legend_of([layer(tmp_path, ["01", "1"])], [1, 2])
    assert told(mixed) == [(1, "class 1"), (2, "class 2")] and "'01' and '1' are the same number" in mixed.notes[0]


def test_one_class_is_nothing_to_tell_apart(tmp_path):
    fieldless = layer(tmp_path, [1, 1], field=None)
    with pytest.raises(InputError, match="of one class, 'l'") as refused:
        check_classes(legend_of([fieldless]), [fieldless])
    assert "UNLABELLED=background" in refused.value.hint and "choose the field" in refused.value.hint
    check_classes(legend_of([fieldless], background=""), [fieldless])


def test_classes_of_one_feature_are_found(tmp_path):
    assert single_features([layer(tmp_path, [1, 2, 2, None]), layer(tmp_path, [3], name="m")]) == [
        ("1", "polygon"),
        ("3", "polygon"),
    ]


@pytest.mark.parametrize(("kind", "message"), [("number", "holds the numbers"), ("text", "holds the labels")])
def test_some_labels_need_a_field(tmp_path, kind, message):
    with pytest.raises(InputError, match="No field of l is chosen") as refused:
        layer(tmp_path, [1], kind, field=None)
    assert message in refused.value.hint


def test_a_spec_without_a_path_is_none():
    with pytest.raises(InputError, match="has no path"):
        LabelSpec.of({"vector": True})


def test_layers_of_points_and_rasters_are_read(tmp_path):
    points = read_layer(LabelSpec.of(vector(tmp_path / "p.geojson", [(point(1, 1), 2)])), "class")
    assert points.features.kind == "points" and points.raster is None and points.title == "p"
    spec = raster(tmp_path / "map.tif", noise((2, 9, 9)), nodata=3)
    asked = LabelSpec.of({**spec, "bands": [2], "nodata": 7, "names": {"5": "five"}})
    classes = read_layer(asked, "class")
    assert classes.raster.bands == (2,) and classes.raster.nodata == 7 and classes.names == {5: "five"}
