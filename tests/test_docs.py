"""The documentation: every link leads somewhere, and every model has a page that answers the same questions."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INDEX = (ROOT / "docs/models.md").read_text(encoding="utf-8")
MODELS = sorted(card.parent.name for card in (ROOT / "models").glob("*/model.json"))
SECTIONS = ["take", "give", "good", "when not to use", "how to run", "made", "data and licence"]


def prose(page):
    """The text without code, in which brackets are no links."""
    return re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def headings(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    seen, found = Counter(), set()
    for heading in headings(page):
        kept = "".join(c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
        anchor = kept.replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    lost = []
    for target in LINK.findall(prose(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            lost.append(target)
    assert not lost


def test_every_page_is_linked():
    linked = {
        (page.parent / target.partition("#")[0]).resolve() for page in PAGES for target in LINK.findall(prose(page))
    }
    assert set(PAGES[2:]) <= linked


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_in_the_index_and_on_its_page(model):
    (target,) = re.findall(rf"^\| \[`{re.escape(model)}`\]\(([^)]+)\) \|", INDEX, re.MULTILINE)
    page = ROOT / "docs" / target
    text = page.read_text(encoding="utf-8")
    assert f"`{model}`" in text
    found = [heading.lower() for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)]
    assert len(found) == len(SECTIONS) and all(part in heading for part, heading in zip(SECTIONS, found))
    card = json.loads((ROOT / "models" / model / "model.json").read_text(encoding="utf-8"))["properties"]
    threshold = card["rsdl:threshold"]
    assert threshold is None or str(threshold) in text
    classes = [item["name"] for output in card["mlm:output"] for item in output.get("classification:classes", ())]
    assert classes and all(name in text for name in classes)
    assert all(re.search(rf"\b{band['name']}\b", text, re.IGNORECASE) for band in card["bands"])


def test_the_index_names_no_other_models():
    assert sorted(re.findall(r"^\| \[`([\w-]+)`\]", INDEX, re.MULTILINE)) == MODELS
