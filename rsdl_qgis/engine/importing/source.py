"""What is imported: a file, a folder, an archive or an address becomes a folder with ``model.onnx``, and what is known.

Nothing that a file holds is run. What cannot be read is refused with what could be given instead.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from ..cards.archive import FOREIGN_MODEL, LARGEST_MODEL
from ..cards.card import CARD_FILE, CARD_KEY, ONNX_FILE, WEIGHTS_FILE, ModelCard
from ..cards.foreign_item import is_foreign, item_notes
from ..cards.given.bands import band_of
from ..cards.given.classes import coloured
from ..cards.model_file import ARCHIVES, LARGEST_CARD, onnx_card, read_card
from ..cards.names import as_model_name
from ..cards.onnx.deepness import key_notes
from ..cards.onnx.external_data import external_files
from ..cards.onnx.header import OnnxFile, read_onnx_file
from ..cards.onnx.keys import value_of
from ..cards.stac_mlm import from_item
from ..cards.store import unpack, write_folder
from ..errors import ModelError
from ..feedback import Report
from ..files.json import parsed
from ..files.text import one_line, shortened
from ..interop.foreign import READERS, SAVED_MODEL, is_foreign_file
from ..interop.zips import is_torchscript
from .esri import read_definition
from .facts import Facts
from .fetch import digest_of, fetched, is_address
from .overruled import overruled
from .program import as_onnx
from .tars import as_zip, is_tar

WHY = {  # ending of a file that is not read -> why, and what to do
    ".pkl": "Export it to ONNX where it was trained (skl2onnx, onnxmltools).",
    ".joblib": "Export it to ONNX where it was trained (skl2onnx, onnxmltools).",
    ".ubj": "Save it as JSON with XGBoost (booster.save_model('model.json')).",
    ".pb": "Give the folder of the SavedModel (saved_model.pb and variables), or convert it to ONNX (tf2onnx).",
}
PICKLES = (".pkl", ".joblib")  # which run code when they are opened
MOST_BESIDE = 100  # .json files that are looked at
STATES = (".safetensors", ".ckpt", ".bin", ".pt", ".pth")  # of weights; the last two may be TorchScript
KNOWN = (
    "A model folder, a .zip, .tar.gz or .dlpk of one, an .onnx, an .emd, the .json of a STAC MLM item, the folder of a "
    f"TensorFlow SavedModel, a file of another program ({', '.join(READERS)}), or weights of a network of this plugin "
    f"({', '.join(STATES)}) can be imported."
)


@dataclass(frozen=True)
class Source:
    """A folder with ``model.onnx`` or weights. ``card``: what the files say as a whole, None where they do not;
    ``facts``: what is known else; ``own``: whether the card is one of this plugin's; ``name``: by its file; ``file``:
    which holds all of it, and can be installed as it is; ``weights``: whether it was weights without their network;
    ``of_keys``: whether the card is of an ONNX file's keys or shapes, and so of one of its outputs; ``turned``: the
    axes of images in a file of another program, where they were turned; ``item``: of others, that the card is of.
    """

    folder: Path
    name: str
    card: ModelCard | None = None
    facts: Facts = field(default_factory=Facts)
    own: bool = False
    notes: tuple[str, ...] = ()
    origin: str = ""
    file: Path | None = None
    weights: bool = False
    of_keys: bool = False
    turned: str = ""
    item: Mapping[str, Any] | None = None


def opened_source(given: str, work: Path, report: Report, said: Facts | None = None) -> Source:
    """What a path or an address names, in a folder in ``work``. ModelError says what cannot be imported, and why.

    ``said``: what a person says: where that is the scaling, the file's need not be understood.
    """
    said = said or Facts()
    if is_address(given):
        source = _of_address(given, work, report, said)
        source = replace(source, origin=source.origin or given)
    else:
        source = _of_path(_existing(given), work, report, said)
    if said.network and not source.weights:
        raise ModelError("NETWORK is given, and the model has its network.", "Leave NETWORK at auto.")
    return source


def _existing(given: str) -> Path:
    path = Path(given.strip("\"'") if given[:1] in ('"', "'") else given)  # as Windows copies a path
    if not path.exists():
        raise ModelError(f"There is no file or folder {shortened(given, 300)}.", "Choose the model's file or folder.")
    if not path.is_dir() and not path.is_file():
        raise ModelError(f"{path} is neither a file nor a folder.")
    return path


def _of_path(path: Path, work: Path, report: Report, said: Facts, stem: str = "") -> Source:
    """``stem``: a name, where the path's is of a folder of our own."""
    if path.is_dir():
        return _of_folder(path, work, report, said, stem or path.name)
    if is_tar(path):
        zipped = as_zip(path, work / f"{path.name}.zip")
        return replace(_of_path(zipped, work, report, said, stem or path.name.partition(".")[0]), file=None)
    ending, stem = path.suffix.lower(), stem or path.stem
    if ending in ARCHIVES:
        source = _of_folder(unpack(path, work / "unpacked", FOREIGN_MODEL), work, report, said, stem)
        return replace(source, file=path if source.own and ending == ".zip" else None)
    if ending == ".onnx":
        return _of_onnx(path, work, said, stem)
    if ending == ".emd":
        return _of_definition(path, work, report, said)
    if ending == ".json" and not is_foreign_file(path):
        return _of_item(path, work, report, said)
    if ending in STATES and not is_torchscript(path):
        return _of_weights(path, work, said, stem)
    if is_foreign_file(path):
        return _of_program(path, work, report, path.parent.name if path.name == SAVED_MODEL == f"{stem}.pb" else stem)
    what = "a pickle, which runs code when it is opened, and is not read" if ending in PICKLES else "not read"
    raise ModelError(f"{path.name} is {what}.", WHY.get(ending, KNOWN))


# -- other programs


def _of_program(path: Path, work: Path, report: Report, stem: str) -> Source:
    """A file of another program, written as ONNX with its axes as this plugin has them; the card in it, if any."""
    made = as_onnx(path, work / "model" / ONNX_FILE, report)
    if made.item is not None:
        card = from_item(made.item, f"The card in {path.name}")
        return Source(work / "model", card.name, replace(card, engine="onnx"))
    source = Source(work / "model", as_model_name(stem), facts=made.facts, notes=made.notes, turned=made.turned)
    return _of_pixels(source) if _takes_pixels(read_onnx_file(source.folder / ONNX_FILE)) else source


def _of_weights(path: Path, work: Path, said: Facts, stem: str) -> Source:
    """Weights without their network, which is found in the table, as a model folder."""
    from .states import as_model

    card, notes = as_model(path, as_model_name(stem), work / "model", said)
    return Source(work / "model", card.name, card, notes=notes, weights=True)


# -- ONNX


def _of_onnx(path: Path, work: Path, said: Facts, stem: str) -> Source:
    folder = work / "model"
    write_folder(path, folder)
    name = as_model_name(stem)
    file = read_onnx_file(folder / ONNX_FILE)
    if CARD_KEY in file.metadata:
        return Source(folder, name, read_card(path), own=True, file=path)
    item = _item_in(file.metadata) or _item_beside(path)
    if item is not None:
        return _with_item(Source(folder, name), item, said)
    try:
        card = onnx_card(path, stem, said.output_index, overruled(file, said))
    except ModelError:
        if file.metadata.keys() & {"model_type", "names"}:
            raise
        return _of_pixels(Source(folder, name)) if _takes_pixels(file) else Source(folder, name)
    notes = key_notes(file, card)
    return Source(folder, name, replace(card, name=name, title=name), notes=notes, of_keys=True)


def _takes_pixels(file: OnnxFile) -> bool:
    """Whether a file takes pixels: an array (N, bands), or one a column of a table, (N, 1)."""
    return all(tensor.kind == "tensor" and len(tensor.shape) == 2 for tensor in file.inputs)


def _of_pixels(source: Source) -> Source:
    """A network for single pixels, turned into one for images, and what its file says of classes."""
    from ..interop.pixels import turn_into_images

    network = turn_into_images(source.folder / ONNX_FILE, source.name)
    facts = Facts(
        bands=tuple(band_of(one_line(name)) for name in network.bands),
        classes=coloured(network.labels),
        steps=() if network.whole_numbers else None,
        layout="NCHW",
        activation="none" if network.probabilities else None,
    )
    note = "It is a network for single pixels: it gets every pixel of an image, and its answers become a map."
    return replace(source, facts=facts.over(source.facts), notes=(*source.notes, note), turned="pixels (N, C)")


def _item_in(metadata: Mapping[str, str]) -> dict[str, Any] | None:
    """The MLM item that a file carries in one of its metadata, or whose properties it has there."""
    for text in metadata.values():
        if "mlm:input" in text[:LARGEST_CARD]:
            item = _parsed(text) or {}
            for found in (item, {"properties": item}):
                if is_foreign(found):
                    return found
    found = {"properties": {key: value_of(text) for key, text in metadata.items() if key.startswith("mlm:")}}
    return found if is_foreign(found) else None


def _item_beside(path: Path) -> dict[str, Any] | None:
    """The MLM item in a file beside an ONNX file: of its name, or a usual one, or one that names it as its asset."""
    usual = [path.with_name(n) for n in (f"{path.stem}.json", f"{path.name}.json", "item.json", "mlm.json", CARD_FILE)]
    others = sorted(path.parent.glob("*.json"))[:MOST_BESIDE]
    for file in (*usual, *others):
        if file.is_file() and file.stat().st_size <= LARGEST_CARD:
            item = _parsed(file.read_bytes().decode("utf-8-sig", errors="replace"))
            if item is not None and is_foreign(item) and (file in usual or _names(item, path.name)):
                return item
    return None


def _names(item: Mapping[str, Any], name: str) -> bool:
    """Whether an asset of an item is the file of a name."""
    assets = item.get("assets")
    found = assets.values() if isinstance(assets, dict) else ()
    hrefs = [str(asset.get("href")) for asset in found if isinstance(asset, dict)]
    return any(unquote(urlsplit(href).path).replace("\\", "/").rpartition("/")[2] == name for href in hrefs)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        item = parsed(text)
    except ValueError:
        return None
    return item if isinstance(item, dict) else None


# -- folders


def _of_folder(folder: Path, work: Path, report: Report, said: Facts, stem: str) -> Source:
    card = folder / CARD_FILE
    if card.is_file():
        item = _read_item(card)
        if not is_foreign(item):
            return Source(_copied(folder, work), as_model_name(stem), read_card(folder), own=True)
        return _of_item(card, work, report, said)
    for ending, take in ((".emd", _of_definition), (".onnx", None), (".json", _of_item)):
        files = [file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix.lower() == ending]
        if ending == ".json":
            files = [file for file in files if is_foreign(_parsed(file.read_text("utf-8", "replace")) or {})]
        if len(files) > 1:
            raise _several(folder, files)
        if files:
            return take(files[0], work, report, said) if take else _of_onnx(files[0], work, said, stem)
    others = [file for file in sorted(folder.iterdir()) if file.is_file() and _is_network(file)]
    saved = [file for file in others if file.name == SAVED_MODEL]
    if len(others) > 1 and not saved:
        raise _several(folder, others)
    if others:
        return _of_path((saved or others)[0], work, report, said, stem if saved or folder.parent == work else "")
    raise ModelError(f"{folder} holds no model: no {CARD_FILE}, .onnx, .emd or STAC MLM item.", KNOWN)


def _is_network(path: Path) -> bool:
    """Whether a file is, by its ending, a network of another program, or weights."""
    return is_foreign_file(path) or path.suffix.lower() in STATES


def _several(folder: Path, files: Sequence[Path]) -> ModelError:
    names = ", ".join(file.name for file in files[:5])
    return ModelError(f"{folder} holds {len(files)} models: {names}.", "Choose one of these files.")


def _copied(folder: Path, work: Path) -> Path:
    """A copy of a model folder: its card and its network, of this folder alone."""
    target = work / "model"
    if folder.parent == work:
        return folder
    target.mkdir()
    files = [folder / name for name in (CARD_FILE, WEIGHTS_FILE) if (folder / name).is_file()]
    if (folder / ONNX_FILE).is_file():
        files += [folder / ONNX_FILE, *external_files(folder / ONNX_FILE)]
    for file in files:
        place = target / file.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return target


# -- Esri


def _of_definition(path: Path, work: Path, report: Report, said: Facts) -> Source:
    facts, network, notes = read_definition(path)
    source = _of_path(network, work, report, said.over(replace(facts, network=None)), path.stem)
    facts, notes = source.facts.over(facts), (*source.notes, *notes)
    facts = replace(facts, network=source.card.network) if source.card and source.weights else facts
    return replace(source, name=as_model_name(path.stem), facts=facts, notes=notes, file=None)


# -- STAC MLM


def _of_address(address: str, work: Path, report: Report, said: Facts) -> Source:
    folder = work / "fetched"
    folder.mkdir(exist_ok=True)
    ending = Path(urlsplit(address).path).suffix.lower()
    path = fetched(address, folder, report, largest=LARGEST_CARD if ending == ".json" else LARGEST_MODEL)
    if path.suffix.lower() == ".json" and not is_foreign_file(path):
        return _of_item(path, work, report, said, address)
    return _of_path(path, work, report, said)


def _of_item(path: Path, work: Path, report: Report, said: Facts, address: str = "") -> Source:
    """The model of a STAC item in a file; ``address``: where that was fetched from."""
    item = _read_item(path)
    properties = item.get("properties")
    if not isinstance(properties, dict) or "mlm:input" not in properties:
        text = f"{path.name} is no STAC item of the Machine Learning Model extension: it has no mlm:input."
        raise ModelError(text, "Choose an item (a .json with mlm: properties), not a collection or catalogue.")
    name = as_model_name(str(properties.get("mlm:name") or path.stem))
    asset = asset_of(item, path.name)
    href = str(asset["href"])
    sha256 = digest_of(asset.get("file:checksum"))
    if is_address(urljoin(address, href)):
        fetched_to = work / "asset"
        fetched_to.mkdir()
        network = fetched(urljoin(address, href), fetched_to, report, sha256)
    else:
        network = _beside(path, href, sha256)
    taken = _of_path(network, work, report, said, name)
    if not is_foreign(item):
        return replace(taken, card=from_item(item, f"The item {path.name}"), own=False, name=name)
    return _with_item(replace(taken, name=name), item, said)


def asset_of(item: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The asset of an item that holds a network that can be run; ModelError says what its assets are."""
    assets = item.get("assets")
    found = [a for a in assets.values() if isinstance(a, dict)] if isinstance(assets, dict) else []
    models = [asset for asset in found if "mlm:model" in (asset.get("roles") or ()) or len(found) == 1]
    models = [asset for asset in models if isinstance(asset.get("href"), str)]
    usable = [asset for asset in models if _ending(asset) in (".onnx", *READERS) and not _is_pickle(asset)]
    if usable:
        return sorted(usable, key=lambda asset: _ending(asset) != ".onnx")[0]
    if not models:
        raise ModelError(f"{where} has no asset with the role mlm:model.", "Give the model's ONNX file itself.")
    kinds = ", ".join(
        f"{shortened(str(asset['href']))} ({asset.get('mlm:artifact_type') or asset.get('type') or 'of no known type'})"
        for asset in models[:3]
    )
    raise ModelError(
        f"The network of {where} cannot be run here: {kinds}.",
        "An asset in ONNX is needed: export the network (torch.onnx.export), and put the item beside it.",
    )


def _is_pickle(asset: Mapping[str, Any]) -> bool:
    """Whether an asset is said to be what ``torch.save`` writes."""
    return str(asset.get("mlm:artifact_type") or "").lower() == "torch.save"


def _ending(asset: Mapping[str, Any]) -> str:
    """What an asset is, by its type or its name, as the ending of a file."""
    kind = f"{asset.get('type') or ''} {asset.get('mlm:artifact_type') or ''}".lower()
    return ".onnx" if "onnx" in kind else Path(urlsplit(str(asset["href"])).path).suffix.lower()


def _beside(path: Path, href: str, sha256: str) -> Path:
    """The file that an item names, in its folder; ModelError for one outside it, missing, or another one."""
    from ..cards.model_file import sha256 as sha256_of

    name = unquote(urlsplit(href).path) if "://" in href else unquote(href)
    file = path.parent / name.replace("\\", "/")
    inside = not Path(name).is_absolute() and file.resolve().is_relative_to(path.parent.resolve())
    if not inside or ":" in name:
        text = f"{path.name} names its network '{shortened(href)}', outside its own folder. That is not read."
        raise ModelError(text, "Put the network beside the item.")
    if not file.is_file():
        raise ModelError(f"{path.name} names its network '{shortened(href)}', which is not beside it.", KNOWN)
    if sha256 and sha256_of(file) != sha256:
        raise ModelError(f"{file.name} is another file than {path.name} says: its SHA-256 is not the stated one.")
    return file


def _with_item(source: Source, item: Mapping[str, Any], said: Facts) -> Source:
    """A source with what an item of others says; ``said``: by a person, instead."""
    if said.steps is not None:
        inputs = [{**i, "value_scaling": None, "scaling": None} if isinstance(i, dict) else i
                  for i in item["properties"]["mlm:input"]]  # fmt: skip
        item = {**item, "properties": {**item["properties"], "mlm:input": inputs}}
    card = item_card(item, source)
    notes = (*source.notes, *item_notes(item, said.steps is not None))
    return replace(source, card=replace(card, name=source.name), notes=notes, item=item)


def item_card(item: Mapping[str, Any], source: Source, index: int | None = None) -> ModelCard:
    """The card that an item makes of a source; ``index``: of the output that it is of, where there are several."""
    if index is not None:
        properties = item["properties"]
        output = properties["mlm:output"][index]
        tasks = output.get("tasks") if isinstance(output, dict) else None
        properties = {**properties, "mlm:output": [output], "mlm:tasks": tasks or properties.get("mlm:tasks")}
        item = {**item, "properties": properties}
    return from_item(_with_classes(item, source, index or 0), "The STAC MLM item")


def _with_classes(item: Mapping[str, Any], source: Source, index: int) -> Mapping[str, Any]:
    """The item; where no output names classes, they are numbered, as many as the file's output has channels."""
    properties = item["properties"]
    outputs = [o for o in properties.get("mlm:output") or [] if isinstance(o, dict)]
    if any(o.get("classification:classes") or o.get("classification_classes") for o in outputs) or not outputs:
        return item
    tensor = read_onnx_file(source.folder / ONNX_FILE).outputs[index]
    count = tensor.shape[1] if len(tensor.shape) > 1 else None
    if not count or count > 1000:
        return item
    classes = [{"value": i, "name": f"class {i}"} for i in range(max(2, count))]
    first, *others = outputs
    return {**item, "properties": {**properties, "mlm:output": [{**first, "classification:classes": classes}, *others]}}


def _read_item(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        data = stream.read(LARGEST_CARD + 1)
    if len(data) > LARGEST_CARD:
        raise ModelError(f"{path} is of more than {LARGEST_CARD} bytes, which is no model card.")
    try:
        item = parsed(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ModelError(f"The model card in {path} is not JSON: {shortened(str(error))}.") from None
    if not isinstance(item, dict):
        raise ModelError(f"{path} holds no JSON object.")
    return item
