"""Models of manifests, over loopback: an interrupted download goes on; what is not as it says is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from rsdl_qgis.engine.cards.manifest import entries_of, kept_file, manifest_entries, read_manifest
from rsdl_qgis.engine.cards.store import Store, own_folder
from rsdl_qgis.engine.errors import Cancelled, ModelError
from rsdl_qgis.engine.feedback import Report
from rsdl_qgis.engine.fetching import resume
from rsdl_qgis.engine.fetching.job import downloads, run_fetch_manifests, run_fetch_model
from rsdl_qgis.paths import plugin_file
from tools import package

NAME = "crops-matogrosso"


class Site:
    """Files by path. ``ends``: bytes after which each next answer breaks off; ``asked``: the ranges asked for."""

    def __init__(self):
        self.files, self.ends, self.asked, self.ranges = {}, [], [], True

    def answer(self, handler):
        data = self.files.get(handler.path)
        if data is None:
            handler.send_error(404)
            return
        wanted = handler.headers.get("Range")
        self.asked.append((handler.path, wanted))
        begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        handler.send_response(206 if begin else 200)
        if begin:
            handler.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        handler.send_header("Content-Length", str(len(data) - begin))
        handler.end_headers()
        end = self.ends.pop(0) if self.ends and handler.path.endswith(".zip") else None
        handler.wfile.write(data[begin:][:end])


@pytest.fixture
def site(monkeypatch):
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.answer(self)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(resume, "PAUSE", 0.0)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Nothing is installed, the plugin's own models neither."""
    monkeypatch.setenv("RSDL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("rsdl_qgis.engine.fetching.job.default_folders", lambda extra=(): [own_folder()])


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "crops.zip"
    model = plugin_file("models") / NAME
    package.write_archive(path, ((f"{NAME}/{file.name}", file) for file in package.model_files(model)))
    return path.read_bytes()


def published(site, archive, **changes):
    """A manifest with one model, beside its archive; the place of the manifest, fetched."""
    entry = {"name": NAME, "title": "Crops", "task": "time-series", "address": "crops.zip", "size": len(archive),
             "sha256": hashlib.sha256(archive).hexdigest(), "licence": "CC-BY-4.0", **changes}  # fmt: skip
    site.files["/zoo/manifest.json"] = json.dumps({"models": [entry]}).encode()
    site.files["/zoo/crops.zip"] = archive
    place = f"{site.address}/zoo"
    result = run_fetch_manifests({"manifests": [place]}, Report())
    assert result == {"count": 1, "problems": []}
    return place


def fetch(place, **given):
    return run_fetch_model({"name": NAME, "manifests": [place], **given}, Report())


def nothing_left():
    return not list(own_folder().glob("*")) and not list(downloads().glob("*"))


def test_a_model_is_listed_fetched_and_installed(site, archive):
    place = published(site, archive)
    (entry,), problems = entries_of([place])
    assert entry.address == f"{site.address}/zoo/crops.zip" and entry.licence == "CC-BY-4.0" and not problems
    made = fetch(place)
    path, card = Store([own_folder()]).find(NAME)
    assert str(path) == made["path"] and card.name == NAME
    assert not list(downloads().glob("*"))
    with pytest.raises(ModelError, match=r"already.*REPLACE"):
        fetch(place)
    assert fetch(place, replace=True)["model"] == NAME


def test_an_interrupted_download_goes_on_where_it_ended(site, archive):
    place = published(site, archive)
    site.ends = [5000, 7000]
    assert fetch(place)["model"] == NAME
    assert [wanted for path, wanted in site.asked if path.endswith(".zip")] == [None, "bytes=5000-", "bytes=12000-"]


def test_it_goes_on_in_a_later_job(site, archive):
    place = published(site, archive)
    site.ends = [1000] * resume.TRIES
    with pytest.raises(ModelError, match=r"ended after 3,000 of .*goes on from there"):
        fetch(place)
    assert not list(own_folder().glob("*"))
    assert fetch(place)["model"] == NAME and site.asked[-1][1] == "bytes=3000-"


def test_a_site_without_ranges_begins_again(site, archive):
    place = published(site, archive)
    site.ranges, site.ends = False, [5000]
    assert fetch(place)["model"] == NAME


def test_cancelling_keeps_what_came(site, archive, monkeypatch):
    place = published(site, archive)
    monkeypatch.setattr(resume, "CHUNK", 4096)

    class Impatient(Report):
        def progress(self, fraction, message=""):
            self.stop = fraction > 0.2

        def cancelled(self):
            return getattr(self, "stop", False)

    with pytest.raises(Cancelled):
        run_fetch_model({"name": NAME, "manifests": [place]}, Impatient())
    (part,) = downloads().glob("*.part")
    assert archive.startswith(part.read_bytes()) and part.stat().st_size > 0
    assert fetch(place)["model"] == NAME and site.asked[-1][1].startswith("bytes=")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "0" * 64}, "another file than the manifest says"),
        ({"size": 100}, "the manifest says 100"),
        ({"size": 10_000_000}, "the manifest says 10,000,000"),
        ({"address": "gone.zip"}, "404"),
        ({"name": "other"}, "holds the model 'crops-matogrosso'"),
    ],
)
def test_what_is_not_as_it_says_is_refused_and_nothing_is_left(site, archive, changes, said):
    place = published(site, archive, **changes)
    with pytest.raises(ModelError, match=said):
        fetch(place, name=changes.get("name", NAME))
    assert nothing_left()


def test_an_archive_that_escapes_is_refused(site, tmp_path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(plugin_file("models") / NAME / "model.json", f"{NAME}/model.json")
        archive.writestr(f"{NAME}/../../escaped.txt", "x")
    place = published(site, path.read_bytes())
    with pytest.raises(ModelError, match=r"escaped\.txt"):
        fetch(place)
    assert nothing_left() and not list(tmp_path.rglob("escaped.txt"))


def test_a_redirection_to_a_file_is_not_followed(site, archive, monkeypatch):
    place = published(site, archive)

    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", "file:///etc/passwd")
        handler.end_headers()

    monkeypatch.setattr(site, "answer", answer)
    with pytest.raises(ModelError, match="file:///etc/passwd"):
        fetch(place)
    assert nothing_left()


def test_a_proxy_of_the_environment_is_asked(site, archive, monkeypatch):
    """The site is the proxy: it is asked for the whole address."""
    place = "http://models.invalid/zoo"
    sha256 = hashlib.sha256(archive).hexdigest()
    entry = {"name": NAME, "address": "crops.zip", "size": len(archive), "sha256": sha256}
    site.files[f"{place}/manifest.json"] = json.dumps({"models": [entry]}).encode()
    site.files[f"{place}/crops.zip"] = archive
    monkeypatch.setenv("http_proxy", site.address)
    monkeypatch.delenv("no_proxy", raising=False)
    run_fetch_manifests({"manifests": [place]}, Report())
    assert fetch(place)["model"] == NAME


def test_a_folder_on_this_computer_is_a_place_too(tmp_path):
    shutil.copytree(plugin_file("models") / NAME, tmp_path / "models" / NAME)
    entries = package.make_models(tmp_path / "zoo", tmp_path)
    found, problems = entries_of([str(tmp_path / "zoo")])
    assert [entry.name for entry in found] == [entry["name"] for entry in entries] and not problems
    assert fetch(str(tmp_path / "zoo"))["model"] == NAME
    file = tmp_path / "zoo" / f"{NAME}.zip"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(ModelError, match="another file"):
        fetch(str(tmp_path / "zoo"), replace=True)
    assert file.is_file()


GOOD = {"name": "a", "address": "a.zip", "size": 1, "sha256": "0" * 64}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "no list 'models'"),
        ({**GOOD, "name": "../x"}, "is not a model's name"),
        ({**GOOD, "size": -1}, "size of 'a' is -1"),
        ({**GOOD, "size": True}, "size of 'a' is True"),
        ({**GOOD, "sha256": ""}, "no sha256"),
        ({**GOOD, "address": "../../a.zip"}, "outside the manifest's folder"),
        ({**GOOD, "address": "file:///a.zip"}, "outside the manifest's folder"),
        ({**GOOD, "address": "http://x/a.pt"}, r"no \.zip or \.onnx"),
        ({"name": "a"}, "size"),
    ],
)
def test_a_manifest_that_cannot_be_says_why(tmp_path, text, said):
    file = tmp_path / "manifest.json"
    file.write_text(text if isinstance(text, str) else json.dumps({"models": [text]}))
    with pytest.raises(ModelError, match=said):
        read_manifest(file)
    assert entries_of([str(file)])[1]


def test_other_kinds_of_addresses_are_not_asked():
    with pytest.raises(ModelError, match="http and https"):
        manifest_entries(json.dumps({"models": [{**GOOD, "address": "ftp://x/a.zip"}]}).encode(), "http://h/m.json")


def test_a_bad_manifest_does_not_replace_the_one_that_is_kept(site, archive):
    place = published(site, archive)
    kept = kept_file(place).read_bytes()
    site.files["/zoo/manifest.json"] = b"{"
    result = run_fetch_manifests({"manifests": [place]}, Report())
    assert result["count"] == 1 and "not JSON" in result["problems"][0]
    assert kept_file(place).read_bytes() == kept
