"""A thousand damaged and hostile models: each is read or refused in a sentence, and nothing else on the disk changes.

Run with the worker's Python: ``python -m pytest tests/robust``. Seeds are fixed, so that a failure comes again.
"""

from __future__ import annotations

import copy
import io
import json
import os
import random
import re
import resource
import stat
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from rsdl_qgis.engine.cards.store import Store, opened, read_card
from rsdl_qgis.engine.errors import RsdlError
from rsdl_qgis.paths import plugin_file

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # of zipfile, when they are made
COUNT = 1000
MOST_MEMORY = 200  # MB more at the most
LONGEST = 2.0  # seconds of the processor for one of them
STATUS = Path("/proc/self/status")
SHIPPED = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(plugin_file("models").glob("*/model.json"))]
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -10, 1e400, float("nan"), -float("inf"), 10**25, 70_000, "", " ", "ten", "0", ".",
    "..", "../../victim", "/victim", "C:\\victim", "CON", "nul.txt", "a\0b", "a\x0bb", "\ud800", "\u202egpj", "x" * 300,
    "=cmd()", "<b>", [], [[]], ["a", "a"], [1, 2], [0.0, 0.0], {}, {"a": 1}, {"value": 1, "name": "a"}, "F00", "red",
)  # fmt: skip
NAMES = (
    "../evil", "../../evil", "/evil", "C:/evil", "C:evil", "x/../../evil", "..\\..\\evil", "x\\evil", "con",
    "x/NUL.txt",
    "x/MODEL.json", "x/Model.ONNX", "x/model.onnx", "x/model.onnx/y", "x/a\nb", "x/a:b", "x/ ", "x/a.", "x//y",
    "./x/y", "x/" + "y" * 300, "x/" + "y/" * 2000 + "z", "__MACOSX/x/._model.json", "x/.DS_Store", "é/model.json",
    "x/\u202ey",
)  # fmt: skip
LOCATIONS = (
    "w.data", "missing.data", "../secret", "../../secret", "/etc/hostname", "C:\\secret", "link.data", "a/../../secret",
    "", ".", "x" * 5000, "a\0b", "*/_ORT_MEM_ADDR_/*", "model.onnx", "model.json",
)  # fmt: skip
SHAPES = (
    ["n", 2, 64, 64], [], [2], [64, 64], [1, 2, 64], ["n", 2, "h", "w"], ["n", 2**40, 64, 64], [2**62] * 4, [-1] * 4,
    ["n", 6, 84], ["n", 84, 8400], [1, 25200, 85], [1, 300, 6], [0, 0, 0], [1] * 40,
)  # fmt: skip
DEEPNESS = {
    "model_type": "Segmentor", "class_names": {"0": "ground", "1": "roof"}, "resolution": 10, "tile_size": 64,
    "tiles_overlap": 10, "standardization_mean": [0.5, 0.5], "standardization_std": [0.1, 0.1], "seg_thresh": 0.5,
}  # fmt: skip
ULTRALYTICS = {"names": "{0: 'car', 1: 'boat'}", "stride": "32", "imgsz": "[64, 64]", "task": "detect"}


def network(metadata: dict[str, str], location: str | None = None, shapes: Any = SHAPES[:1]) -> bytes:
    """A small ONNX file; ``location``: of its weights, instead of inside; ``shapes`` of its input and output."""
    x, y = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("image", shapes[0]), ("probabilities", shapes[-1]))
    )
    weights = numpy_helper.from_array(np.ones((2, 2, 1, 1), "float32"), "w")
    if location is not None:
        weights.ClearField("raw_data")
        weights.data_location = TensorProto.EXTERNAL
        weights.external_data.add(key="location", value=location)
    graph = helper.make_graph([helper.make_node("Conv", ["image", "w"], ["probabilities"])], "g", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata)
    return bytes(model.SerializeToString())


def places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """(list or table, key) of every value in some JSON."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            places(value[key], found)
    return found


def mutated_item(chance: random.Random) -> dict:
    """A shipped card with one to three values that are odd, gone or doubled."""
    item = copy.deepcopy(chance.choice(SHIPPED))
    for _ in range(chance.randint(1, 3)):
        where = [p for p in places(item["properties"], []) if "provenance" not in str(p[1])]
        holder, key = chance.choice(where)
        what = chance.random()
        if what < 0.7:
            holder[key] = copy.deepcopy(chance.choice(ODD))
        elif what < 0.85:
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = [holder[key]]
        if not isinstance(item.get("properties"), dict) or not item["properties"]:
            break
    return item


def card_text(chance: random.Random) -> bytes:
    """A card as it may lie on a disk: with odd values, cut off, in another encoding, too large, too deep."""
    text = json.dumps(mutated_item(chance) if chance.random() < 0.8 else chance.choice(SHIPPED))
    kind = chance.random()
    if kind < 0.6:
        return text.encode()
    if kind < 0.7:
        return damaged(text.encode(), chance)
    return chance.choice(
        [
            text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode(), text.replace("a", "\xe9").encode("latin-1"),
            b"[" * 100_000 + b"]" * 100_000, b'{"properties":' * 5000 + b"1" + b"}" * 5000, b"1" * 3_000_000, b"",
            text.replace("10", "1" * 5000).encode(), text.encode() + b" " * 6_000_000, b"[" + b"1," * 1_900_000 + b"1]",
            text.replace("0.5", "NaN").replace("2.0", "-Infinity").encode(), b"\0" * 1000, b'"text"', b"null",
        ]
    )  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes with a bit flipped, a part gone or doubled, or the end cut off."""
    if not data:
        return data
    what, at = chance.random(), chance.randrange(len(data))
    if what < 0.5:
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    if what < 0.7:
        return data[:at]
    end = min(len(data), at + chance.randint(1, 64))
    return data[:at] + data[end:] if what < 0.85 else data[:end] + data[at:]


def onnx_file(chance: random.Random) -> bytes:
    """An ONNX file with a card, another program's keys or none, of which something is odd."""
    kind = chance.randrange(5)
    if kind == 0:
        data = network({"rsdl:card": card_text(chance).decode("utf-8", "replace")})
    elif kind in (1, 2):
        keys: dict[str, Any] = dict(DEEPNESS if kind == 1 else ULTRALYTICS)
        for key in chance.sample(sorted(keys), chance.randint(0, 3)):
            hard = ["[" * 5000 + "]" * 5000, "1+" * 50_000 + "1", "-" * 5000 + "1", "{0:" * 900]
            keys[key] = chance.choice([*ODD, *hard])
        texts = {key: v if isinstance(v, str) else json.dumps(v) for key, v in keys.items()}
        data = network({key: text.encode("utf-8", "replace").decode() for key, text in texts.items()})
    elif kind == 3:
        data = network({"rsdl:card": json.dumps(chance.choice(SHIPPED))}, chance.choice(LOCATIONS))
    else:
        keys = chance.choice([{}, ULTRALYTICS, {k: json.dumps(v) for k, v in DEEPNESS.items()}])
        data = network(keys, shapes=chance.choices(SHAPES, k=2))
        if chance.random() < 0.2:
            model = ModelProto.FromString(data)
            model.graph.ClearField(chance.choice(["input", "output", "initializer", "node"]))
            data = model.SerializeToString()
    return damaged(data, chance) if chance.random() < 0.5 else data


def archive(chance: random.Random) -> bytes:
    """A zip of a model folder with odd members, flags or damage."""
    buffer = io.BytesIO()
    method = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    folder = chance.choice(["x/", "", "x\\", "a b/é/"])
    with zipfile.ZipFile(buffer, "w", method) as made:
        sound = chance.random() < 0.6
        made.writestr(f"{folder}model.json", json.dumps(chance.choice(SHIPPED)) if sound else card_text(chance))
        made.writestr(f"{folder}model.onnx", onnx_file(chance) if chance.random() < 0.4 else network({}))
        for _ in range(chance.choice([0, 0, 1, 2])):
            member = zipfile.ZipInfo(chance.choice(NAMES))
            if chance.random() < 0.3:
                member.external_attr = (chance.choice([stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO]) | 0o777) << 16
            made.writestr(member, b"../../victim/precious")
        if chance.random() < 0.03:
            with made.open(f"{folder}weights.safetensors", "w") as file:
                for _ in range(30):
                    file.write(bytes(1 << 20))
    data = bytearray(buffer.getvalue())
    if chance.random() < 0.2:  # flags, method and sizes of a member in the list at the end
        at = data.find(b"PK\x01\x02")
        data[at + chance.choice([8, 10, 20, 24, 25, 26, 27, 38, 41])] ^= 1 << chance.randrange(8)
    return damaged(bytes(data), chance) if chance.random() < 0.3 else bytes(data)


def bomb(path: Path, stated: bool) -> None:
    """A zip of some kilobytes whose card is of 300 MB; ``stated``: in its header as well."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made, made.open("x/model.json", "w") as file:
        for _ in range(300):
            file.write(b" " * (1 << 20))
    if not stated:
        data = bytearray(path.read_bytes())
        data[data.find(b"PK\x01\x02") + 24 :][:4] = (100).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02") + 24
        data[at : at + 4] = (100).to_bytes(4, "little")
        path.write_bytes(data)


def peak() -> float:
    """MB of memory that this process has needed at most, on Linux since ``forget_peak``."""
    if STATUS.exists():
        return int(re.search(r"VmHWM:\s*(\d+)", STATUS.read_text())[1]) / (1 << 10)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def forget_peak() -> float:
    """MB of memory that this process needs now, from which ``peak`` goes on."""
    if STATUS.exists():
        STATUS.with_name("clear_refs").write_text("5")
    return peak()


def contents(root: Path) -> dict[str, bytes]:
    """What lies below a folder, but for models that were installed and what a case was made of."""
    return {
        str(path): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not {"models", "given"} & set(path.relative_to(root).parts)
    }


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with things that are not to be touched; models go to ``home/models``, the given lie in ``given``."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    for name in ("victim/precious", "secret", "home/settings", "home/worker/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("precious")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "w.data").write_bytes(np.ones(4, "float32").tobytes())
    (tmp_path / "given" / "link.data").symlink_to(tmp_path / "secret")
    return tmp_path


def given(root: Path, number: int, chance: random.Random) -> Path:
    """A mutated model number so and so, as a folder, an archive or an ONNX file."""
    kind = number % 3
    if kind == 0:
        folder = root / "given" / f"m{number}"
        folder.mkdir()
        (folder / "model.json").write_bytes(card_text(chance))
        return folder
    path = root / "given" / f"m{number}{('', '.zip', '.onnx')[kind]}"
    path.write_bytes(archive(chance) if kind == 1 else onnx_file(chance))
    return path


def uses(path: Path) -> Iterator[Callable[[], object]]:
    """What is done with a model: its card is read, it is opened, and installed."""
    yield lambda: read_card(path)
    yield lambda: opened(str(path)).__enter__() if path.is_dir() else Store().check_free(path)
    if not path.is_dir():
        yield lambda: Store().install(path, replace=True)


def use_all(folder: Path) -> dict[str, Any]:
    """Use every model in a folder: how many were taken and refused, what else was raised, time and memory."""
    memory, told = forget_peak(), Counter()
    wrong, slowest = [], (0.0, "")
    for path in sorted(folder.glob("m*")):
        for use in uses(path):
            started = time.process_time()
            try:
                use()
                told[f"{path.suffix or 'folder'} taken"] += 1
            except RsdlError as error:
                told[f"{path.suffix or 'folder'} refused"] += 1
                wrong += [] if str(error).strip() else [f"{path.name}: no words"]
            except Exception as error:
                wrong.append(f"{path.name}: {type(error).__name__}: {error}")
            slowest = max(slowest, (time.process_time() - started, path.name))
    return {"told": told, "wrong": wrong, "slowest": slowest, "memory": peak() - memory}


def test_each_is_read_or_refused_and_nothing_else_changes(root):
    for number in range(COUNT):
        given(root, number, random.Random(number))
    before = contents(root)
    here = Path(__file__).resolve()  # in a process of its own, whose memory is that of reading alone
    command, env = [sys.executable, str(here), str(root / "given")], {**os.environ, "PYTHONPATH": str(here.parents[2])}
    done = subprocess.run(command, cwd=here.parents[2], env=env, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    print(f"{COUNT} models: {found}")
    assert not found["wrong"]
    assert contents(root) == before
    models = root / "home" / "models"
    assert all(path.resolve().is_relative_to(models) for path in models.rglob("*"))
    assert not [path for path in models.iterdir() if path.name.startswith(".")], "half an installation is left"
    assert len(Store().list()) >= len(SHIPPED)
    assert min(found["told"].values()) > 20 and len(found["told"]) == 6, "the mutations are not worth much"
    assert found["memory"] <= MOST_MEMORY and found["slowest"][0] <= LONGEST


def test_all_of_them_in_one_folder_are_listed(root):
    for number in range(0, COUNT, 2):
        given(root, number, random.Random(number))
    listing = Store([root / "given", plugin_file("models")]).scan()
    assert {name for name, _, _ in listing.models} >= {item["properties"]["mlm:name"] for item in SHIPPED}
    assert len(listing.problems) > 100 and all(str(p.path) and p.text for p in listing.problems)


@pytest.mark.parametrize("stated", [True, False])
def test_a_card_that_unpacks_to_much_is_not_unpacked(root, stated):
    path = root / "given" / "bomb.zip"
    bomb(path, stated)
    memory = forget_peak()
    with pytest.raises(RsdlError):
        read_card(path)
    with pytest.raises(RsdlError):
        Store().install(path)
    assert peak() - memory <= MOST_MEMORY


if __name__ == "__main__":
    print(json.dumps(use_all(Path(sys.argv[1]))))
