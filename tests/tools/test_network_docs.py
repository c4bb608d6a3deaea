"""docs/networks.md is what the table says now; and the figures and words it is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rsdl_qgis.engine.networks import NETWORKS
from tools import network_docs
from tools.network_docs import PAGE, build, differences, link, multiply_adds, page, quantity


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(NETWORKS), "run: python -m tools.network_docs"


def test_every_line_of_the_table_is_in_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert all(text.count(f"| `{name}` |") == 1 for name in NETWORKS)


def test_parameters_and_multiply_adds_by_hand():
    layers = [(6, 25, 28**2), (16, 6 * 25, 10**2), (120, 16 * 25, 1), (84, 120, 1), (10, 84, 1)]
    lenet = build("lenet5", NETWORKS["lenet5"], 10)
    assert sum(p.numel() for p in lenet.parameters()) == sum(maps * (inputs + 1) for maps, inputs, _ in layers)
    assert multiply_adds(lenet, NETWORKS["lenet5"]) == sum(maps * inputs * places for maps, inputs, places in layers)
    line = NETWORKS["lstm"]
    assert multiply_adds(build("lstm", line, 9), line) == line.size * 4 * 128 * (line.bands + 128) + 9 * 128


def test_a_detectors_work_is_continued_to_its_size():
    """What two small sizes lead to is what a middle one comes to."""
    line = replace(NETWORKS["yolo-n"], size=256)
    network = build("yolo-n", line, 90)
    assert multiply_adds(network, line) == network_docs._count(network, torch.zeros(1, 1, line.bands, 256, 256))


def docstring(monkeypatch, text):
    """``differences`` of a class with this docstring."""

    class Net:
        __doc__ = text

    monkeypatch.setattr(network_docs, "import_module", lambda name: Net)
    Net.Net = Net
    return differences("net:Net")


def test_the_words_about_the_paper_are_taken_from_the_docstring(monkeypatch):
    one = "A net.\n\n    Differs from the paper: returns logits;\n    no norm.\n    forward: (N) -> (N)\n    "
    assert docstring(monkeypatch, one) == "Returns logits; no norm."
    two = "A net.\n\n    Differs from the paper: a.\n    Differs from the paper: b.\n\n    ``x``: not this.\n    "
    assert docstring(monkeypatch, two) == "A. B."
    assert docstring(monkeypatch, "A net.\n\n    As in the paper.\n\n    More.") == "As in the paper."
    with pytest.raises(ValueError, match=r"net:Net has neither 'Differs from the paper: …' nor 'As in the paper\.'"):
        docstring(monkeypatch, "A net.")


@pytest.mark.parametrize(
    ("count", "text"),
    [(4.0873e9, "4.09 G"), (91_167_616_000, "91.2 G"), (415_848, "416 k"), (999, "999"), (1e6, "1.00 M")],
)
def test_quantities_have_three_digits(count, text):
    assert quantity(count) == text


def test_papers_are_links():
    assert link("10.1109/5.726791") == "[10.1109/5.726791](https://doi.org/10.1109/5.726791)"
    assert link("arXiv:1409.1556") == "[arXiv:1409.1556](https://arxiv.org/abs/1409.1556)"
