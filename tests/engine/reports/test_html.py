"""Pages are well-formed, escape what they are given, and stay readable."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from rsdl_qgis.engine.reports import html as web

ODD = "<script>&\"'"
PICTURE = "data:image/png;base64,AAAA"


def test_a_page_is_well_formed_and_escapes_everything():
    body = [
        web.tiles([(ODD, ODD)]),
        web.note(ODD),
        web.section(ODD, web.paragraph(ODD), web.paragraph(ODD, small=True), web.facts({ODD: ODD, "b": [ODD, ODD]})),
        web.table([ODD, "n"], [[ODD, "1"], [(ODD, ODD), ("2", "")]], sums=1),
        web.subsection(ODD) + web.bullets([ODD]),
        web.beside(web.sample(ODD, [(ODD, PICTURE + ODD), (ODD, PICTURE)]), web.sample(ODD, [(ODD, PICTURE)])),
        web.matrix([ODD, "b"], [[3, 1], [0, 0]], ODD, ODD),
    ]
    page = web.page(ODD, ODD, body)
    assert "<script>" not in page
    text = page.split("\n", 1)[1]
    tree = ET.fromstring(re.sub(r"<meta[^>]*>", "", text))
    assert sum(ODD in (node.text or "") for node in tree.iter()) >= 19


def test_a_matrix_has_counts_shares_and_totals():
    text = re.sub(r"<[^>]+>", " ", web.matrix(["a", "b"], [[1500, 500], [0, 0]], "Reference", "Map"))
    assert text.split() == ["Map", "Reference", "a", "b", "total", "a", "1", "500", "75.0", "%", "500", "25.0", "%",
                            "2", "000", "b", "0", "0", "0", "total", "1", "500", "500", "2", "000"]  # fmt: skip
    assert "<small>" not in web.matrix([str(i) for i in range(20)], [[1] * 20] * 20, "r", "m")


def test_a_figure_may_have_a_small_one_below():
    row = web.table(["a", "b"], [["x", ("0.8", "0.7 to 0.9")], ["y", ("0.5", "")]])
    assert '0.8<small class="below">0.7 to 0.9</small></td>' in row and "0.5</td>" in row


def test_only_pictures_within_the_page_are_shown():
    elsewhere = [("far", "https://example.org/a.png"), ("bad", "javascript:x")]
    row = web.sample("it", [*elsewhere, ("here", PICTURE), ("too", PICTURE)])
    assert row.count("<img") == 2 and "example" not in row and "javascript" not in row
    assert "here</figcaption>" in row and "<figcaption>" not in web.sample("it", [("here", PICTURE)])


def test_text_on_a_shade_can_be_read():
    def lightness(colour):
        full = "".join(2 * c for c in colour) if len(colour) == 3 else colour
        return sum(w * int(full[i : i + 2], 16) for w, i in ((0.299, 0), (0.587, 2), (0.114, 4)))

    for share in (0.001, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0):
        for colour in (web.RIGHT, web.WRONG):
            ground, ink = re.findall(r"#([0-9a-f]+)", web.shade(share, colour))
            assert abs(lightness(ground) - lightness(ink)) > 90


def test_figures_are_written_for_people():
    assert web.thousands(1234567) == "1\u202f234\u202f567"
    assert web.percent(0.98765) == "98.77\u202f%" and web.decimal(None) == "–" and web.decimal(0.5) == "0.5000"
