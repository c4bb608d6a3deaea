"""Models are found, read, installed and removed."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import replace

import numpy as np
import onnx
import pytest

from rsdl_qgis.engine.cards import store
from rsdl_qgis.engine.cards.stac_mlm import to_item
from rsdl_qgis.engine.cards.store import Store, default_folders, opened, read_card, unpack
from rsdl_qgis.engine.errors import ModelError


@pytest.fixture
def folder(tmp_path, card, model):
    made = tmp_path / "models" / "bright"
    made.mkdir(parents=True)
    (made / "model.json").write_text(json.dumps(to_item(card)))
    shutil.copyfile(model, made / "model.onnx")
    return made


@pytest.fixture
def archive(tmp_path, folder):
    path = tmp_path / "bright.zip"
    with zipfile.ZipFile(path, "w") as made:
        for file in folder.iterdir():
            made.write(file, f"bright/{file.name}")
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_model_is_read_from_folder_archive_and_onnx(folder, archive, model, card):
    assert read_card(folder) == read_card(archive) == read_card(model) == card


def test_find_by_name_and_by_path(folder, model, card):
    store = Store([folder.parent])
    assert store.find("bright") == (folder, card)
    assert store.find(str(model)) == (model, card)
    with pytest.raises(ModelError, match=r"no model 'dark'.*Installed: bright"):
        store.find("dark")


@pytest.mark.parametrize("wrong", ["brigt", "BRIGHTS"])
def test_a_name_that_no_model_has_is_told_with_those_near_it(wrong, folder):
    with pytest.raises(ModelError) as caught:
        Store([folder.parent]).find(wrong)
    assert "Did you mean bright?" in str(caught.value)
    assert "rsdl:listmodels" in str(caught.value)
    assert "rsdl:fetchmodel" in str(caught.value)


def test_names_that_may_be_meant_too_are_among_those_near_it(folder):
    with pytest.raises(ModelError, match=r"Did you mean efficientnet-lite0.*Installed: bright. "):
        Store([folder.parent]).find("efficientnet_lite0", ("efficientnet-lite0",))


def test_a_name_like_no_other_is_not_guessed(folder):
    with pytest.raises(ModelError) as caught:
        Store([folder.parent]).find("dark")
    assert "Did you mean" not in str(caught.value)


def test_a_model_that_is_being_written_is_not_there_yet(folder):
    folder.rename(folder.with_name(".bright.12.part"))
    assert Store([folder.parent]).list() == []


def test_install_and_remove(archive, home, card):
    path, installed = Store([]).install(archive)
    assert installed == card and path == home / "models" / "bright"
    store = Store([home / "models"])
    store.install(archive)  # again, over the first
    assert [name for name, _, _ in store.list()] == ["bright"]
    store.remove("bright")
    assert store.list() == []


def test_a_model_of_the_plugin_is_not_removed(folder, home):
    with pytest.raises(ModelError, match="not among your own"):
        Store([folder.parent]).remove("bright")
    assert folder.exists()


def test_an_archive_that_writes_outside_is_refused(tmp_path, card):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("m/model.json", json.dumps(to_item(card)))
        made.writestr("../../outside.txt", "x")
    with pytest.raises(ModelError, match="outside"):
        unpack(path, tmp_path / "into")
    assert not (tmp_path.parent / "outside.txt").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\x08\x07plain text"])
def test_damaged_files_are_reported(tmp_path, content):
    for name in ("m.zip", "m.onnx"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"m\.(zip|onnx)"):
            read_card(path)


# -- names


def packed(path, card, model):
    """A model archive with that card."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("x/model.json", json.dumps(to_item(card)))
        made.write(model, "x/model.onnx")
    return path


def foreign(path, **keys):
    """A segmentor with Deepness' keys alone: what it is called follows from its file."""
    value = [onnx.helper.make_tensor_value_info(n, 1, ["n", c, "h", "w"]) for n, c in (("x", 1), ("y", 2))]
    weights = onnx.numpy_helper.from_array(np.array([-1, 1], "float32").reshape(2, 1, 1, 1), "w")
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"])
    graph = onnx.helper.make_graph([node], "g", value[:1], value[1:], [weights])
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.helper.set_model_props(made, {"model_type": "Segmentor", "tile_size": "64", **keys})
    onnx.save(made, path)
    return path


@pytest.mark.parametrize("name", ["../../victim", "", ".", "..", "CON", ".hidden", "a/b", "a\\b", "ABSOLUTE"])
@pytest.mark.parametrize("kind", ["zip", "onnx"])
def test_a_name_that_is_a_path_is_refused_and_nothing_is_touched(tmp_path, home, card, model, name, kind):
    victim = tmp_path / "victim"
    for kept in (victim / "precious", home / "models" / "other" / "model.json"):
        kept.parent.mkdir(parents=True)
        kept.write_text("precious")
    item = to_item(card)
    item["properties"]["mlm:name"] = str(victim) if name == "ABSOLUTE" else name
    path = tmp_path / f"m.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("model.json", json.dumps(item))
            made.write(model, "model.onnx")
    else:
        made = onnx.load(model)
        made.metadata_props[0].value = json.dumps(item)
        onnx.save(made, path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ModelError, match="mlm:name is"):
        Store().install(path, replace=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_with_blanks_is_installed_as_the_nearest_one(tmp_path, home, card, model):
    path, installed = Store([]).install(packed(tmp_path / "m.zip", replace(card, name="my model"), model))
    assert path == home / "models" / "my-model" and installed.name == "my model"
    for given in ("my-model", "my model", str(path)):
        assert Store().find(given) == (path, installed)
    Store().remove("my-model")
    assert not path.exists()


@pytest.mark.parametrize("name", ["..", "../bright", "", "a/b"])
def test_what_is_no_name_is_not_removed(archive, home, name):
    Store([]).install(archive)
    with pytest.raises(ModelError):
        Store().remove(name)
    assert (home / "models" / "bright" / "model.onnx").is_file()


def test_a_foreign_file_is_called_after_its_stem(tmp_path, home):
    file = foreign(tmp_path / "model é (1).onnx")
    assert Store([]).find(str(file))[1].name == "model-é-1"
    path, _ = Store([]).install(file)
    assert path == home / "models" / "model-é-1" and Store().find("model-é-1")[1].name == "model-é-1"


def test_a_path_is_found_without_looking_elsewhere(folder, monkeypatch):
    monkeypatch.setattr(Store, "scan", lambda self: pytest.fail("looked"))
    assert Store().find(str(folder))[0] == folder
    with pytest.raises(ModelError, match="There is no model at"):
        Store().find(str(folder / "no.onnx"))
    with pytest.raises(ModelError, match=r"File name too long|There is no model"):
        Store().find("/" + "x" * 5000)


# -- one name, one model


def test_the_users_own_goes_first_then_the_settings_then_the_plugins(tmp_path, home, card, model):
    places = [home / "models", tmp_path / "settings", tmp_path / "plugin"]
    for number, place in enumerate(reversed(places)):
        made = place / "bright"
        made.mkdir(parents=True)
        (made / "model.json").write_text(json.dumps(to_item(replace(card, title=str(number)))))
        listing = Store(places).scan()
        assert [(path, item.title) for _, path, item in listing.models] == [(made, str(number))]
        assert Store(places).find("bright")[0] == made
        assert [problem.hidden for problem in listing.problems] == [True] * number
    assert default_folders(["a"])[0] == home / "models"


def test_of_one_folder_the_one_that_is_called_so_goes_first(folder, card):
    shutil.copytree(folder, folder.with_name("a copy"))
    assert Store([folder.parent]).find("bright")[0] == folder
    (problem,) = Store([folder.parent]).scan().problems
    assert problem.hidden and "a copy" in problem.text and str(folder) in problem.text
    assert Store([folder.parent]).find("bright") == (folder, card)


def test_a_taken_name_is_refused_unless_it_is_replaced(tmp_path, home, archive, card, model):
    Store().install(archive)
    other = packed(tmp_path / "other.zip", replace(card, title="Other"), model)
    for use in (Store().check_free, Store().install):
        with pytest.raises(ModelError, match=r"already.*REPLACE"):
            use(other)
    assert Store().find("bright")[1] == card
    path, installed = Store().install(other, replace=True)
    assert path == home / "models" / "bright" and Store().find("bright") == (path, installed)
    assert installed.title == "Other" and sorted(os.listdir(home / "models")) == ["bright"]


def test_an_onnx_takes_the_place_of_a_folder_and_the_other_way_round(tmp_path, home, folder, archive, card, model):
    Store([]).install(archive)
    other = foreign(tmp_path / "bright.onnx")
    with pytest.raises(ModelError, match="REPLACE"):
        Store([]).install(other)
    path, installed = Store([]).install(other, replace=True)
    assert Store().find("bright") == (path, installed) and sorted(os.listdir(path)) == ["model.onnx"]
    shutil.rmtree(path)
    shutil.copyfile(other, home / "models" / "bright.onnx")  # as it was installed before
    assert Store().find("bright")[0] == home / "models" / "bright.onnx"
    Store().install(archive, replace=True)
    assert Store().find("bright")[1] == card and sorted(os.listdir(home / "models")) == ["bright"]


def test_one_that_is_shipped_is_hidden_never_touched(tmp_path, home, folder, card, model):
    plugin = Store([home / "models", folder.parent])
    other = packed(tmp_path / "other.zip", replace(card, title="Other"), model)
    with pytest.raises(ModelError, match="yours goes first"):
        plugin.install(other)
    path, _ = plugin.install(other, replace=True)
    assert plugin.find("bright")[0] == path and read_card(folder) == card
    plugin.remove("bright")
    assert plugin.find("bright")[0] == folder


def test_the_same_model_again_stays_as_it_is(home, folder, archive):
    plugin = Store([home / "models", folder.parent])
    assert plugin.install(archive)[0] == folder and not (home / "models" / "bright").exists()
    shutil.rmtree(folder)
    first = plugin.install(archive)[0]
    assert plugin.install(archive)[0] == first == home / "models" / "bright"
    (first / "model.onnx").write_bytes(b"other")
    with pytest.raises(ModelError, match="already"):
        plugin.install(archive)


# -- whole, or not at all


def test_weights_beside_an_onnx_come_along(tmp_path, home):
    file = foreign(tmp_path / "roofs.onnx")
    made = onnx.load(file)
    onnx.save(made, file, save_as_external_data=True, size_threshold=0, location="any name.bin")
    path, _ = Store([]).install(file)
    assert sorted(os.listdir(path)) == ["any name.bin", "model.onnx"]
    with opened("roofs") as (place, card):
        assert place == path and card.name == "roofs"
    (tmp_path / "any name.bin").unlink()
    with pytest.raises(ModelError, match=r"any name\.bin, which is not beside it"):
        Store([]).install(file, replace=True)
    assert sorted(os.listdir(home / "models")) == ["roofs"]


@pytest.mark.parametrize("broken", ["hash", "no network", "onnx", "safetensors", "disk", "rename"])
def test_what_was_there_stays_where_the_new_one_is_not_whole(tmp_path, home, archive, card, model, broken, monkeypatch):
    path, _ = Store([]).install(archive)
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    card = replace(card, sha256={"model.onnx": "0" * 64} if broken == "hash" else {}, title="Other")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("model.json", json.dumps(to_item(card)))
        if broken != "no network":
            made.writestr("model.onnx", b"damaged" if broken == "onnx" else model.read_bytes())
        if broken == "safetensors":
            made.writestr("weights.safetensors", b"\x08\0\0\0\0\0\0\0{}     x")

    def fail(*_):
        raise OSError(28, "No space left on device")

    if broken == "disk":
        monkeypatch.setattr(store, "write_folder", fail)
    if broken == "rename":
        rename = store.Path.rename
        monkeypatch.setattr(store.Path, "rename", lambda s, t: fail() if s.suffix == store.PART else rename(s, t))
    with pytest.raises((ModelError, OSError)):
        Store([]).install(other, replace=True)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert os.listdir(home / "models") == ["bright"]


def test_what_a_killed_installation_left_is_put_back_or_removed(home, archive, monkeypatch):
    path, _ = Store([]).install(archive)
    path.rename(path.with_name(".bright.123.old"))
    for left in (".roofs.123.part", ".roofs.456.part"):
        (home / "models" / left).mkdir()
    (home / "models" / ".bright.old").mkdir()  # a training's
    monkeypatch.setattr(store, "SETTLED", -1)
    Store([]).install(archive)
    assert sorted(os.listdir(home / "models")) == [".bright.old", ".roofs.123.part", ".roofs.456.part", "bright"]
    monkeypatch.setattr(store, "ABANDONED", -1)
    Store([]).install(archive)
    assert sorted(os.listdir(home / "models")) == [".bright.old", "bright"]


def test_what_was_replaced_is_not_put_back_though_it_was_one_file(home, archive, monkeypatch):
    Store([]).install(archive)
    (home / "models" / ".bright.onnx.123.old").touch()
    monkeypatch.setattr(store, "SETTLED", -1)
    Store([]).install(archive)
    assert sorted(os.listdir(home / "models")) == [".bright.onnx.123.old", "bright"]


def test_a_link_is_removed_and_what_it_leads_to_stays(home, folder):
    (home / "models").mkdir(parents=True)
    (home / "models" / "bright").symlink_to(folder)
    Store().remove("bright")
    assert not (home / "models" / "bright").is_symlink() and (folder / "model.json").is_file()


# -- what cannot be used


BAD = {
    "latin-1": '{"properties": {"title": "é"}}'.encode("latin-1"),
    "utf-16": '{"properties": {}}'.encode("utf-16"),
    "deep": b"[" * 100_000,
    "empty": b"",
    "zeros": b"\0" * 100,
    "list": b"[]",
    "large": b" " * (4 << 20) + b"{}",
}


@pytest.mark.parametrize("kind", list(BAD))
def test_a_bad_model_is_a_line_that_names_it_and_no_more(folder, card, kind):
    bad = folder.with_name("bad")
    bad.mkdir()
    (bad / "model.json").write_bytes(BAD[kind])
    (folder.with_name("bad.onnx")).write_bytes(b"no")
    listing = Store([folder.parent]).scan()
    assert [name for name, _, _ in listing.models] == ["bright"] and Store([folder.parent]).find("bright")[1] == card
    assert {problem.path.name for problem in listing.problems} == {"bad", "bad.onnx"}
    assert all(str(problem.path) in problem.text and "\n" not in problem.text for problem in listing.problems)
    with pytest.raises(ModelError, match="'bad' cannot be used"):
        Store([folder.parent]).find("bad")


def test_a_mended_model_is_read_again(folder, card):
    written = (folder / "model.json").read_text()
    (folder / "model.json").write_text("{")
    assert Store([folder.parent]).list() == []
    (folder / "model.json").write_text(written)
    assert Store([folder.parent]).list() == [("bright", folder, card)]


def test_a_card_with_a_mark_of_its_encoding_is_read(folder, card):
    text = (folder / "model.json").read_text()
    (folder / "model.json").write_text(text, encoding="utf-8-sig")
    assert read_card(folder) == card


@pytest.mark.parametrize("keys", [
    {"tile_size": "abc"}, {"tile_size": "-5"}, {"resolution": '"ten"'}, {"class_names": '{"a": "b"}'},
    {"standardization_std": "[0]"}, {"standardization_mean": '["x"]'}, {"tiles_overlap": "150"},
    {"tile_size": "[" * 100_000}, {"tile_size": "1" * 5000},
])  # fmt: skip
def test_other_programs_keys_are_checked_by_the_same(tmp_path, keys):
    path = foreign(tmp_path / "m.onnx", **keys)
    with pytest.raises(ModelError, match=next(iter(keys))):
        read_card(path)
