"""Published weights: the table is torchvision's, a file is fetched once and whole, and code in a file never runs."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import re
import socket
import threading
import zipfile
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from safetensors.torch import save_file

from rsdl_qgis.engine.cards.card import Input, Scaling
from rsdl_qgis.engine.errors import Cancelled, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.networks import NETWORKS, densenet
from rsdl_qgis.engine.published import addresses
from rsdl_qgis.engine.published.addresses import PUBLISHED, Published
from rsdl_qgis.engine.runtime.published import files as files_module
from rsdl_qgis.engine.runtime.published.weights import published_weights

from ...networks.torchvision_shim import import_torchvision

STATE = {"conv1.weight": torch.arange(12.0).reshape(4, 3, 1, 1), "steps": torch.tensor(7)}
FACTORIES = {
    "vgg16-bn": "vgg16_bn",
    "vgg19-bn": "vgg19_bn",
    "vit-b16": "vit_b_16",
    "vit-b32": "vit_b_32",
    "swin-v2-t": "swin_v2_t",
    "swin-v2-b": "swin_v2_b",
    "resnet50-v2": "resnet50",
    "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v3-large": "mobilenet_v3_large",
    "mobilenet-v3-small": "mobilenet_v3_small",
}
SETS = {"resnet50-v2": "IMAGENET1K_V2", "faster-rcnn": "COCO_V1"}


def torchvisions(name):
    """torchvision's entry for the weights of that name here."""
    models = import_torchvision().models
    if name == "faster-rcnn":
        weights = models.detection.FasterRCNN_ResNet50_FPN_Weights
    else:
        weights = models.get_model_weights(FACTORIES.get(name, name))
    return weights[SETS.get(name, "IMAGENET1K_V1")]


TORCHVISIONS = [name for name, published in PUBLISHED.items() if not published.package and not published.url]


@pytest.mark.parametrize("name", TORCHVISIONS)
def test_the_table_is_torchvisions(name):
    ours, theirs = PUBLISHED[name], torchvisions(name)
    assert ours.address == theirs.url
    assert ours.sha256 in theirs.url and len(ours.sha256) == 8 and int(ours.sha256, 16)
    assert ours.network in NETWORKS


@pytest.mark.parametrize("name", [name for name in TORCHVISIONS if name not in ("googlenet", "faster-rcnn")])
def test_images_are_scaled_as_in_torchvision(name):
    transforms = torchvisions(name).transforms()
    assert (list(PUBLISHED[name].mean), list(PUBLISHED[name].std)) == (transforms.mean, transforms.std)


def test_googlenets_scaling_is_what_torchvision_makes_of_its_transforms():
    """torchvision's GoogLeNet turns the usual scaling into another one before its first layer."""
    transforms = torchvisions("googlenet").transforms()
    mean, std = (torch.tensor(x).reshape(1, 3, 1, 1) for x in (transforms.mean, transforms.std))
    network = import_torchvision().models.GoogLeNet(2, aux_logits=False, transform_input=True, init_weights=False)
    image = torch.rand(1, 3, 2, 2)
    ours = (image - torch.tensor(PUBLISHED["googlenet"].mean).reshape(mean.shape)) / PUBLISHED["googlenet"].std[0]
    assert torch.allclose(network._transform_input((image - mean) / std), ours, atol=1e-6)


def test_faster_rcnns_scaling_is_inside_torchvisions():
    build = import_torchvision().models.detection.fasterrcnn_resnet50_fpn
    with torch.device("meta"):
        inside = build(weights=None, weights_backbone=None).transform
    assert list(PUBLISHED["faster-rcnn"].mean) == inside.image_mean
    assert list(PUBLISHED["faster-rcnn"].std) == inside.image_std


def test_the_inputs_are_red_green_blue_of_an_8_bit_image():
    (item,) = PUBLISHED["resnet18"].inputs
    assert isinstance(item, Input) and item.shape == (1, 3)
    assert [[b.name for b in item.bands if b.matches(text)] for text in ("B4", "S2 B03", "Blue")] == [
        ["red"],
        ["green"],
        ["blue"],
    ]
    assert item.scaling == Scaling(divisor=255.0, mean=((0.485, 0.456, 0.406),), std=((0.229, 0.224, 0.225),))


class Server:
    """Files on loopback: path -> (status, body, stated length); ``asked`` are the paths asked for."""

    def __init__(self):
        self.files: dict[str, tuple[int, bytes, int | None]] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append(self.path)
                status, body, length = server.files.get(self.path, (404, b"", 0))
                self.send_response(status)
                if length is not None:
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}/models/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def put(self, file, body, length=-1, status=200):
        self.files[f"/models/{file}"] = (status, body, len(body) if length == -1 else length)

    def close(self):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with closing(Server()) as server:
        yield server


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's data folder; the weights lie in ``weights`` in it."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def torch_file(state, **how):
    buffer = io.BytesIO()
    torch.save(state, buffer, **how)
    return buffer.getvalue()


@pytest.fixture
def tiny(monkeypatch):
    """(name, file, body) of small weights in the table."""
    body = torch_file(STATE)
    file = f"tiny-{hashlib.sha256(body).hexdigest()[:8]}.pth"
    monkeypatch.setitem(PUBLISHED, "tiny", Published(file, "resnet18"))
    return "tiny", file, body


class Notes(Report):
    """Keeps what it is told; cancelled after so many steps of progress."""

    def __init__(self, steps=None):
        self.steps, self.fractions, self.messages, self.logs = steps, [], [], []

    def progress(self, fraction, message=""):
        self.fractions.append(fraction)
        self.messages.append(message)

    def log(self, level, message):
        self.logs.append(message)

    def cancelled(self):
        return self.steps is not None and len(self.fractions) >= self.steps


def files(home):
    return sorted(path.name for path in (home / "weights").iterdir()) if (home / "weights").exists() else []


def same(state):
    return list(state) == list(STATE) and all(torch.equal(state[name], STATE[name]) for name in STATE)


def test_fetched_once_then_from_the_folder(server, home, tiny):
    name, file, body = tiny
    server.put(file, body)
    report = Notes()
    assert same(published_weights(name, report, base=server.base))
    assert files(home) == [file] and (home / "weights" / file).read_bytes() == body
    assert report.fractions[-1] == 1 and file in report.messages[-1]
    assert "ImageNet" in report.logs[-1]
    assert same(published_weights(name, Report(), base=server.base))
    assert server.asked == [f"/models/{file}"]


def test_progress_grows_with_the_bytes_and_does_without_a_stated_length(server, home, tiny, monkeypatch):
    name, file, body = tiny
    monkeypatch.setattr(files_module, "CHUNK", 500)
    for length in (len(body), None):
        server.put(file, body, length)
        report = Notes()
        assert same(published_weights(name, report, base=server.base))
        assert len(report.fractions) >= len(body) // 500
        assert report.fractions == sorted(report.fractions) and (report.fractions[-1] == 1) == (length is not None)
        (home / "weights" / file).unlink()


def test_a_body_that_ends_early_is_not_taken(server, home, tiny):
    name, file, body = tiny
    server.put(file, body[:-100], len(body))
    with pytest.raises(ModelError, match=rf"ended after {len(body) - 100:,} of {len(body):,} bytes"):
        published_weights(name, Report(), base=server.base)
    assert files(home) == []


@pytest.mark.parametrize("length", [-1, None])
def test_another_file_than_the_published_one_is_not_taken(server, home, tiny, length):
    name, file, body = tiny
    server.put(file, body[:-100], length)
    found = hashlib.sha256(body[:-100]).hexdigest()[:8]
    with pytest.raises(ModelError, match=rf"begins with {found}, not with {file[5:13]}"):
        published_weights(name, Report(), base=server.base)
    assert files(home) == []


def test_not_there_and_offline_say_where_the_file_belongs(server, home, tiny):
    name, file, _ = tiny
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        refused = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        for base, reason in ((server.base, "404"), (refused, "refused")):
            with pytest.raises(ModelError) as caught:
                published_weights(name, Report(), base=base)
            assert base + file in caught.value.message and reason in caught.value.message
            assert PUBLISHED[name].address in caught.value.hint and str(home / "weights") in caught.value.hint
    assert files(home) == []


def test_a_file_put_there_by_hand_is_taken_without_asking(server, home, tiny):
    name, file, body = tiny
    (home / "weights").mkdir(parents=True)
    (home / "weights" / file).write_bytes(body)
    assert same(published_weights(name, Report(), base=server.base))
    assert server.asked == []


def test_the_whole_hash_of_the_first_file_is_kept_and_compared_ever_after(server, home, tiny, monkeypatch):
    name, file, body = tiny
    monkeypatch.setattr(Published, "sha256", property(lambda self: ""))  # any file has these first digits
    server.put(file, body)
    report, first = Notes(), hashlib.sha256(body).hexdigest()
    published_weights(name, report, base=server.base)
    assert first in report.logs[-1] and (home / "weights.sha256").read_text() == f"{first}  {file}\n"
    (home / "weights" / file).write_bytes(body + b" ")
    with pytest.raises(ModelError, match=rf"is damaged.*first one.*{first}"):
        published_weights(name, Report(), base=server.base)
    (home / "weights" / file).unlink()
    server.put(file, body + b" ")
    with pytest.raises(ModelError, match=rf"not that of the first one.*{first}"):
        published_weights(name, Report(), base=server.base)
    assert files(home) == []


def test_where_the_whole_hash_is_known_it_is_compared(server, home, tiny, monkeypatch):
    name, file, body = tiny
    monkeypatch.setitem(addresses.WHOLE, file, f"sha256:{file[5:13]}{'0' * 56}")
    server.put(file, body)
    with pytest.raises(ModelError, match=rf"published file's, {file[5:13]}0"):
        published_weights(name, Report(), base=server.base)
    monkeypatch.setitem(addresses.WHOLE, file, f"sha256:{hashlib.sha256(body).hexdigest()}")
    published_weights(name, Report(), base=server.base)
    assert files(home) == [file] and not (home / "weights.sha256").exists()
    for file, whole in addresses.WHOLE.items():
        assert re.fullmatch("sha256:[0-9a-f]{64}", whole) and f"{whole[7:15]}." in file


def test_a_damaged_file_in_the_folder_is_refused(server, home, tiny):
    name, file, body = tiny
    (home / "weights").mkdir(parents=True)
    (home / "weights" / file).write_bytes(body[:-1])
    with pytest.raises(ModelError, match=r"is damaged.*Delete it"):
        published_weights(name, Report(), base=server.base)


@pytest.mark.parametrize("steps", [0, 2])
def test_cancelling_leaves_nothing(server, home, tiny, steps, monkeypatch):
    name, file, body = tiny
    monkeypatch.setattr(files_module, "CHUNK", 100)
    server.put(file, body)
    report = Notes(steps)
    with pytest.raises(Cancelled):
        published_weights(name, report, base=server.base)
    assert len(report.fractions) == steps and files(home) == []
    assert len(server.asked) == min(steps, 1)


def test_a_half_file_is_never_taken_and_only_an_abandoned_one_is_removed(server, home, tiny):
    name, file, body = tiny
    (home / "weights").mkdir(parents=True)
    abandoned, growing = (home / "weights" / f"{file}.{pid}.part" for pid in (1, 2))
    for part in (abandoned, growing):
        part.write_bytes(body)
    os.utime(abandoned, (0, 0))
    server.put(file, body)
    assert same(published_weights(name, Report(), base=server.base))
    assert len(server.asked) == 1 and files(home) == [file, growing.name]


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
def test_a_local_file(tmp_path, suffix):
    path = tmp_path / f"mine{suffix}"
    if suffix == ".safetensors":
        save_file(STATE, path)
    else:
        path.write_bytes(torch_file(STATE, _use_new_zipfile_serialization=suffix == ".pth"))  # the old form as well
    for given in (path, str(path)):
        state = published_weights(given, Report())
        assert sorted(state) == sorted(STATE) and all(torch.equal(state[name], STATE[name]) for name in STATE)


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_mapped_so_that_what_is_used_alone_is_read_unless_it_is_packed(tmp_path, packed, monkeypatch):
    path, load, mapped = tmp_path / "mine.pt", torch.load, []
    monkeypatch.setattr(torch, "load", lambda *args, mmap, **how: mapped.append(mmap) or load(*args, mmap=mmap, **how))
    with zipfile.ZipFile(io.BytesIO(torch_file(STATE))) as made, zipfile.ZipFile(path, "w") as file:
        for info in made.infolist():
            file.writestr(info.filename, made.read(info), zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)
    assert same(files_module.read_weights(path)) and mapped == [not packed]


@pytest.mark.parametrize("key", ["state_dict", "model"])
def test_a_trainings_checkpoint_gives_its_weights_and_parameters_become_tensors(tmp_path, key):
    held = {**STATE, "conv1.weight": torch.nn.Parameter(STATE["conv1.weight"])}
    (tmp_path / "last.pt").write_bytes(torch_file({"epoch": 3, key: held}))
    state = published_weights(tmp_path / "last.pt", Report())
    assert same(state) and not state["conv1.weight"].requires_grad


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_code_in_a_file_is_refused_and_does_not_run(tmp_path):
    (tmp_path / "evil.pth").write_bytes(torch_file({**STATE, "trap": Trap(tmp_path / "ran")}))
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Trap(tmp_path / "ran")))
    for file in ("evil.pth", "plain.pt"):
        with pytest.raises(ModelError, match=rf"{file} cannot be read.*code.*never run"):
            published_weights(tmp_path / file, Report())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("file", ["a.pth", "a.safetensors"])
def test_a_damaged_local_file(tmp_path, file):
    (tmp_path / file).write_bytes(b"<html>not found</html>")
    with pytest.raises(ModelError, match=rf"{file}.*damaged"):
        published_weights(tmp_path / file, Report())


@pytest.mark.parametrize("held", [[1, 2], {"epoch": 3}, {}, torch.zeros(3)])
def test_a_file_without_weights_by_name(tmp_path, held):
    (tmp_path / "a.pth").write_bytes(torch_file(held))
    with pytest.raises(ModelError, match="does not hold weights by name"):
        published_weights(tmp_path / "a.pth", Report())


def test_no_such_weights_or_file():
    with pytest.raises(ModelError, match=r"'resnet19'.*resnet18, resnet34.*path"):
        published_weights("resnet19", Report())


OLD = {"features.denseblock1.denselayer1.norm.1.weight": torch.zeros(2)}


def test_names_of_the_published_file_become_the_networks(server, home, tmp_path, monkeypatch):
    body = torch_file(OLD)
    file = f"dense-{hashlib.sha256(body).hexdigest()[:8]}.pth"
    monkeypatch.setitem(PUBLISHED, "dense", Published(file, "densenet121"))
    server.put(file, body)
    ours = list(densenet.published_names(OLD))
    assert ours != list(OLD)
    assert list(published_weights("dense", Report(), base=server.base)) == ours
    for name, network, expected in ((file, "", ours), ("own.pth", "densenet169", ours), ("own.pth", "", list(OLD))):
        (tmp_path / name).write_bytes(body)
        assert list(published_weights(tmp_path / name, Report(), network)) == expected
    with pytest.raises(ModelError, match="no network 'densenet7'"):
        published_weights(tmp_path / "own.pth", Report(), "densenet7")


def test_a_folder_that_cannot_be_made_is_named(server, tmp_path, tiny):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"cannot be written.*"):
        files_module.fetch(PUBLISHED["resnet18"], tmp_path / "file" / "weights", Report())
