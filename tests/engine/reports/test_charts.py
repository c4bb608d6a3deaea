"""Charts show the numbers they are given, escape their labels and stay well-formed."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsdl_qgis.engine.reports import charts
from rsdl_qgis.engine.reports.charts import Bar

ODD = "<script>&\"'"


def tree(html: str) -> ET.Element:
    return ET.fromstring(f"<div>{html}</div>")


def test_bars_are_as_long_as_their_values_say():
    drawn = tree(charts.bar_chart([Bar("a", 0.8, "0.8", 0.7, 0.9), Bar("b", 0.4, "0.4")], (0.0, 1.0)))
    long, short = (float(bar.get("width")) for bar in drawn.iter("rect"))
    assert long == pytest.approx(2 * short, abs=0.2)
    whisker = drawn.find(".//path").get("d")
    start, end = (float(x) for x in re.match(r"M([\d.]+) 14H([\d.]+)", whisker).groups())
    assert end - start == pytest.approx(long / 4, abs=0.2)  # 0.7 to 0.9 where 0.8 is long


def test_bars_below_zero_go_the_other_way():
    over, under = tree(charts.bar_chart([Bar("a", 0.5, "0.5"), Bar("b", -0.25, "-0.25")])).iter("rect")
    assert float(under.get("x")) + float(under.get("width")) == pytest.approx(float(over.get("x")), abs=0.2)
    assert float(over.get("width")) == pytest.approx(2 * float(under.get("width")), abs=0.2)


def points(path: str) -> list[list[tuple[float, float]]]:
    """The parts of a line."""
    return [[tuple(map(float, p.split())) for p in re.split("L|h0L?", part) if p] for part in path.split("M")[1:]]


def test_a_line_rises_with_its_values_and_breaks_where_one_is_missing():
    path = tree(charts.line_chart("t", [1.0, 2.0, None, 4.0, math.nan, 3.0])).find(".//path").get("d")
    first, second, third = points(path)
    assert [len(part) for part in (first, second, third)] == [2, 1, 1]
    assert second[0][1] < third[0][1] < first[1][1] < first[0][1]  # up is a smaller y
    assert first[0][0] < first[1][0] < second[0][0] < third[0][0]


def test_the_marked_value_is_pointed_at():
    drawn = tree(charts.line_chart("t", [0.1, 0.7, 0.5], marked=1))
    (dot,) = drawn.iter("circle")
    x, y = points(drawn.find(".//path").get("d"))[0][1]
    assert (float(dot.get("cx")), float(dot.get("cy"))) == (x, y)
    assert "0.700 at 2" in [text.text for text in drawn.iter("text")]
    assert "<circle" not in charts.line_chart("t", [0.1, 0.7], marked=7)


@pytest.mark.parametrize("values", [[], [1.0], [math.nan, None], [0.0, 0.0], [-3.0, -3.0], [1e-9, 1e12]])
def test_any_line_can_be_drawn(values):
    tree(charts.line_chart("t", values, marked=0))


def test_shares_fill_the_bar():
    drawn = tree(
        charts.share_bar([("loaded", 3_000_000, charts.BLUE), ("new", 1_000_000, "#123456"), ("none", 0, "#fff")])
    )
    widths = [float(bar.get("width")) for bar in drawn.find("svg").iter("rect")]
    assert widths == [480, 160, 0]
    words = "".join(drawn.itertext())
    assert "loaded: 3\u202f000\u202f000 (75.0\u202f%)" in words and "none: " not in words
    assert charts.share_bar([("a", 0, "#fff")]) == ""


def test_a_table_of_shares_has_a_bar_a_cell():
    html = charts.share_table(["Class", "Training"], [(("a", "#111111"), [(0.25, "25 %")])], ["#222222"])
    assert [bar.get("width") for bar in tree(html).iter("rect") if bar.get("fill") == "#222222"] == ["15.0"]
    assert "25 %" in html


def test_a_scatter_plot_shows_pairs_and_thins_what_is_too_much():
    drawn = tree(charts.scatter_chart([0, 1, 2, math.nan], [2, 1, 0, 1], ("across", "up")))
    spots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in drawn.iter("circle")]
    assert len(spots) == 3
    assert spots[0][0] < spots[1][0] < spots[2][0] and spots[0][1] < spots[1][1] < spots[2][1]
    many = charts.scatter_chart(range(50_000), range(50_000), ("a", "b"))
    assert 1000 < many.count("<circle") <= charts.MOST_POINTS
    assert charts.scatter_chart([], [], ("a", "b")) == ""


def test_labels_are_escaped_and_cut():
    bars = [Bar(ODD * 20, 1.0, ODD, color=ODD)]
    shares = charts.share_table([ODD], [((ODD, ODD), [(1.0, ODD)])], [ODD])
    made = [charts.bar_chart(bars), charts.line_chart(ODD, [1.0]), charts.share_bar([(ODD, 1, ODD)]), shares]
    made += [charts.scatter_chart([1], [1], (ODD, ODD)), charts.legend([(ODD, ODD)])]
    assert "<script>" not in "".join(made)
    words = [text.text for html in made for text in tree(html).iter("text")]
    assert any(text.startswith("<script>") and text.endswith("…") for text in words)


def test_the_longest_label_is_not_cut_where_there_is_room():
    label = "best threshold: B8 below 0.12"
    assert label in [text.text for text in tree(charts.bar_chart([Bar(label, 1.0, "1")])).iter("text")]


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_few_round_and_within(low, width):
    high = low + width
    if high - low < abs(low) * 1e-9:
        return
    found = charts.ticks(low, high)
    assert 1 <= len(found) <= 7
    slack = (high - low) * 1e-5 + 1e-12 + abs(low) * 1e-12
    assert all(low - slack <= tick <= high + slack for tick in found)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.81234, "0.812"), (3.14159, "3.14"), (-31.4, "−31.4"), (1234.5, "1234"), (0.00012345, "0.000123"), (0, "0")],
)
def test_numbers_have_the_digits_that_matter(value, words):
    assert charts.significant(value) == words
