"""Classes of two layers are the same by value, or by name."""

from __future__ import annotations

from rsdl_qgis.engine.assessment.class_matching import Entry, match, renamed, shown


def test_by_value():
    keys = match([Entry(1, "forest"), Entry(2)], [Entry(1, "wood"), Entry(2, "town"), Entry(3)])
    assert [keys[e] for e in (Entry(1, "forest"), Entry(1, "wood"), Entry(2), Entry(2, "town"), Entry(3))] == [
        1,
        1,
        2,
        2,
        3,
    ]


def test_by_name_where_the_tables_differ():
    first, second = [Entry(1, "forest"), Entry(2, "town"), Entry(7)], [Entry(2, "Forest "), Entry(1, "TOWN"), Entry(1)]
    keys = match(first, second)
    assert keys[first[0]] == keys[second[0]] and keys[first[1]] == keys[second[1]]
    assert keys[first[0]] != keys[first[1]] and keys[first[2]] == 7
    assert keys[Entry(1)] == keys[first[0]]  # a bare number is read by the map's table


def test_names_without_numbers():
    keys = match([Entry(1, "forest"), Entry(2)], [Entry(None, "Forest"), Entry(None, "2"), Entry(None, "ice")])
    assert [keys[Entry(None, name)] for name in ("Forest", "2", "ice")] == [1, 2, "ice"]
    assert match([Entry(None, "a")], [Entry(None, "A")])[Entry(None, "A")] == "a"


def test_shown_and_renamed():
    assert shown(3, [Entry(3), Entry(3, "ice"), Entry(None, "Ice")]) == Entry(3, "ice")
    assert shown("ice", [Entry(None, "Ice")]) == Entry(None, "Ice")
    assert str(Entry(0, "dry")) == "0 dry" and str(Entry(0)) == "0"
    assert renamed([Entry(1, "a"), Entry(1, "A"), Entry(1, "b"), Entry(1)]) == [(Entry(1, "a"), Entry(1, "b"))]


def test_a_name_that_one_table_gives_twice_does_not_make_names_count():
    first = [Entry(1, "forest"), Entry(5, "unused"), Entry(6, "unused")]
    keys = match(first, [Entry(1, "wood"), Entry(None, "Unused")])
    assert [keys[e] for e in first] == [1, 5, 6] and keys[Entry(1, "wood")] == 1 and keys[Entry(None, "Unused")] == 5
