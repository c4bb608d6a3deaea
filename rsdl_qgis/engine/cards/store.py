"""Finds, installs and removes models. Standard library only.

A model is a folder with a card (``model.json``) and weights; it can travel as a ``.zip`` of that folder, or as one
``.onnx`` that carries the card, or the Deepness keys, inside. A name belongs to one model: the user's own go first,
then those in the settings' folders, then the plugin's.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ...paths import plugin_file, user_folder
from ..errors import ModelError, RsdlError
from ..files.text import shortened
from .archive import Content, opened_archive
from .card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, ModelCard
from .model_file import check_model, is_model_file, read_card
from .names import as_model_name, check_model_name
from .onnx.external_data import external_files

PART, OLD = ".part", ".old"  # ends of hidden folders: a model that is being written, one whose place is being taken
LEFT = re.compile(r"\.(.+)\.\d+(\.part|\.old)")
SETTLED, ABANDONED = 60.0, 86_400.0  # seconds after which such a folder is put back, and removed


@dataclass(frozen=True)
class Problem:
    """A model that cannot be used: where it is, and why. ``hidden``: for another one of its name goes first."""

    path: Path
    text: str
    hidden: bool = False


@dataclass(frozen=True)
class Listing:
    """``models``: (name, path, card) by name; ``problems``: the other things in the folders that look like models."""

    models: tuple[tuple[str, Path, ModelCard], ...]
    problems: tuple[Problem, ...]


def own_folder() -> Path:
    """Where the user's own models are."""
    return user_folder() / "models"


def default_folders(extra: Sequence[str] = ()) -> list[Path]:
    """Where models are looked for: the user's own folder, the settings' folders, the plugin's."""
    return [own_folder(), *(Path(folder) for folder in extra if folder), plugin_file("models")]


class Store:
    """The models in some folders. A name found twice is the first folder's."""

    def __init__(self, folders: Sequence[str | Path] | None = None):
        self.folders = [Path(folder) for folder in folders] if folders is not None else default_folders()

    def scan(self) -> Listing:
        """Every model in the folders, and what is wrong with those that cannot be used."""
        found: dict[str, tuple[str, Path, ModelCard]] = {}
        problems = []
        for folder in self.folders:
            try:
                paths = _candidates(folder)
            except OSError as error:
                problems.append(Problem(folder, f"{folder} cannot be read: {error.strerror or error}."))
                continue
            for name, path, read in sorted((_read(path) for path in paths), key=_own_name_first):
                if isinstance(read, str):
                    problems.append(Problem(path, read))
                elif name in found:
                    text = f"{path} is hidden: '{name}' is the model at {found[name][1]}."
                    problems.append(Problem(path, text, hidden=True))
                else:
                    found[name] = (name, path, read)
        return Listing(tuple(found[name] for name in sorted(found)), tuple(problems))

    def list(self) -> list[tuple[str, Path, ModelCard]]:
        """(name, path, card) of every model that can be used, by name."""
        return [*self.scan().models]

    def find(self, model: str, others: Iterable[str] = ()) -> tuple[Path, ModelCard]:
        """A model by path, or by the name it is installed under; ModelError lists the names there are.

        ``others``: names that may be meant, too, though no model is installed under them.
        """
        path = Path(model)
        if path.name != model or (is_model_file(path) and _is_file(path)):
            return path, read_card(path)
        listing = self.scan()
        if model:
            wanted = as_model_name(model)
            for names in ([name for name, _, _ in listing.models], [place.name for _, place, _ in listing.models]):
                if wanted in names:
                    return listing.models[names.index(wanted)][1:]
            if _is_folder(path):
                return path, read_card(path)
        for problem in listing.problems:
            if model in (problem.path.name, problem.path.stem):
                raise ModelError(f"Model '{model}' cannot be used. {problem.text}")
        problem_text = f"There is no model '{shortened(model)}'."
        raise ModelError(problem_text, _instead(model, [name for name, _, _ in listing.models], others))

    def taken(self, name: str) -> Path | None:
        """Where a model, or something else, is that has this name already; None where the name is free."""
        for known, path, _ in self.list():
            if known.casefold() == name.casefold():
                return path
        return next((path for path in _places(name) if os.path.lexists(path)), None)

    def check_free(self, archive: str | Path, replace: bool = False) -> ModelCard:
        """The card of a model file that can be installed; ModelError where its name is another model's.

        ``replace``: the other model may give way.
        """
        card = read_card(archive)
        if not is_model_file(Path(archive)) or Path(archive).is_dir():
            raise ModelError(f"{archive} is a folder, not a model file.", "Pack it as .zip, or copy it to your models.")
        name = as_model_name(card.name)
        other = self.taken(name)
        if other and not replace and not _may_be_the_same(other, card):
            raise _taken(name, other)
        return card

    def install(self, archive: str | Path, replace: bool = False) -> tuple[Path, ModelCard]:
        """Install a model ``.zip`` or ``.onnx`` into the user's folder: the folder that it is in, and its card.

        It is written beside, opened, and then put in its place. ``replace``: a model of its name there gives way, and
        one elsewhere is hidden by it; without, ModelError says which one has the name. The same model again stays as
        it is. OSError where the disk does not take it; then all is as it was.
        """
        archive = Path(archive)
        return self._settled(lambda part: write_folder(archive, part), self.check_free(archive, replace), replace)

    def install_folder(self, made: Path, replace: bool = False) -> tuple[Path, ModelCard]:
        """Install a model folder, which is moved, as ``install`` does a file."""
        card = read_card(made)
        self.check_name(card, made, replace)
        return self._settled(lambda part: shutil.move(made, part), card, replace)

    def check_name(self, card: ModelCard, made: Path, replace: bool = False) -> None:
        """ModelError where the name of the model in a folder is another one's, unless that may give way."""
        name = as_model_name(card.name)
        other = self.taken(name)
        if other and not replace and not _is_same(made, card, other):
            raise _taken(name, other)

    def _settled(self, write: Callable[[Path], object], card: ModelCard, replace: bool) -> tuple[Path, ModelCard]:
        """Install what ``write`` writes as a folder."""
        name = check_model_name(as_model_name(card.name))
        folder = own_folder()
        folder.mkdir(parents=True, exist_ok=True)
        _clean(folder)
        part = folder / f".{name}.{_of_this_run()}{PART}"
        try:
            write(part)
            card = read_card(part) if (part / CARD_FILE).is_file() else card
            check_model(part, card)
            other = self.taken(name)
            if other and _is_same(part, card, other):
                return other, card
            if other and not replace:
                raise _taken(name, other)
            return _put(part, folder / name), card
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Delete a model of the user's folder; ModelError for one that lies elsewhere."""
        path, _ = self.find(check_model_name(name))
        if path.parent != own_folder():
            raise ModelError(f"Model '{name}' lies in {path.parent}, not among your own models, so it stays.")
        _delete(path)


@contextmanager
def opened(model: str) -> Iterator[tuple[Path, ModelCard]]:
    """The path and card of an installed model, or of one at a path; a ``.zip`` is unpacked for the while."""
    import tempfile

    path, card = Store().find(model)
    if path.suffix.lower() != ".zip" or path.is_dir():
        yield path, card
        return
    with tempfile.TemporaryDirectory(prefix="rsdl-model-") as folder:
        yield unpack(path, Path(folder)), card


def unpack(archive: Path, folder: Path, content: Content | None = None) -> Path:
    """Unpack the model folder in a ``.zip`` as ``folder``, which is given back.

    ``content``: what it is to hold, if not one with a card.

    ModelError for an archive that is damaged, holds a file that would land elsewhere, or is too large.
    """
    try:
        with opened_archive(archive, content) as opened_:
            return opened_.unpack(folder)
    except OSError as error:
        problem = f"{archive} cannot be unpacked in {folder.parent}: {error.strerror or error}."
        raise ModelError(problem, "Free disk space, or check the folder's rights.") from None


# -- what lies in a folder

_cards: dict[Path, tuple[object, ModelCard | str]] = {}  # what was read of a file, for as long as it stays as it is


def _candidates(folder: Path) -> list[Path]:
    """What looks like a model in a folder; hidden ones are being written."""
    if not folder.is_dir():
        return []
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and _card_of(path)]


def _card_of(path: Path) -> Path | None:
    """The file that the card of a model in a folder of models is read from; None where it is none."""
    with suppress(OSError):
        if path.suffix.lower() == ".onnx" and path.is_file():
            return path
        return next((file for file in (path / CARD_FILE, path / ONNX_FILE) if file.is_file()), None)
    return path  # it cannot be read, and is listed as a problem


def _read(path: Path) -> tuple[str, Path, ModelCard | str]:
    """(name, path, card) of a model, or what is wrong with it in place of the card."""
    try:
        state = (_card_of(path) or path).stat()
        stamp = (state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino)
        if _cards.get(path, (None,))[0] != stamp:
            _cards[path] = (stamp, _card_or_problem(path))
        read = _cards[path][1]
    except OSError as error:
        read = f"{path} cannot be read: {error.strerror or error}."
    return ("" if isinstance(read, str) else as_model_name(read.name)), path, read


def _card_or_problem(path: Path) -> ModelCard | str:
    try:
        return read_card(path)
    except RsdlError as error:
        return str(error)
    except Exception as error:  # whatever is wrong with one model is no reason not to list the others
        return f"{path} cannot be read: {type(error).__name__}."


def _own_name_first(found: tuple[str, Path, ModelCard | str]) -> bool:
    """Of two in a folder that have one name, the one that is called so on the disk goes first."""
    name, path, _ = found
    return name not in (path.name, path.stem)


def _is_file(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


# -- installing


def _places(name: str) -> tuple[Path, Path]:
    """Where a model of that name may lie among the user's own: as a folder, or as one file."""
    return own_folder() / name, own_folder() / f"{name}.onnx"


def _of_this_run() -> str:
    """Digits that no other installation has in its hidden folders' names."""
    return f"{os.getpid()}{time.time_ns()}"


def write_folder(archive: Path, part: Path) -> None:
    """Write a model file as a folder; an ``.onnx`` with the files that it keeps weights in."""
    if archive.suffix.lower() == ".zip":
        unpack(archive, part)
        return
    files = external_files(archive)
    part.mkdir()
    shutil.copyfile(archive, part / ONNX_FILE)
    for file in files:
        target = part / file.relative_to(archive.parent)
        if os.path.lexists(target) or target.name.lower() in (CARD_FILE, ONNX_FILE, WEIGHTS_FILE):
            raise ModelError(f"{archive.name} keeps weights in {file.name}, a name that a model needs for itself.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def _put(part: Path, target: Path) -> Path:
    """Put a folder in its place; what was there, as a folder or one file, goes when it is."""
    moved = []
    try:
        for place in _places(target.name):
            if os.path.lexists(place):
                old = place.with_name(f".{place.name}.{_of_this_run()}{OLD}")
                place.rename(old)
                moved.append((place, old))
        part.rename(target)
    except OSError:
        for place, old in moved:
            old.rename(place)
        raise
    for _, old in moved:
        with suppress(OSError):  # it is hidden, and removed later
            _delete(old)
    return target


def _clean(folder: Path) -> None:
    """Put back what an installation that was killed had moved aside, and remove what it left."""
    for left in folder.glob(".*"):
        with suppress(OSError):
            found, age = LEFT.fullmatch(left.name), time.time() - left.lstat().st_ctime
            is_free = found and not any(map(os.path.lexists, _places(found[1].removesuffix(".onnx"))))
            if found and found[2] == OLD and age > SETTLED and is_free:
                left.rename(folder / found[1])
            elif found and age > ABANDONED:
                _delete(left)


def _delete(path: Path) -> None:
    """Delete a file, a folder, or a link, never what a link leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _taken(name: str, other: Path) -> ModelError:
    if other.parent == own_folder():
        return ModelError(f"There is a model '{name}' already: {other}.", "It gives way if REPLACE is chosen.")
    return ModelError(
        f"There is a model '{name}' already: {other}.",
        "If REPLACE is chosen, it stays where it is, and yours goes first.",
    )


def _may_be_the_same(other: Path, card: ModelCard) -> bool:
    with suppress(ModelError):
        return read_card(other) == card
    return False


def _is_same(part: Path, card: ModelCard, other: Path) -> bool:
    """Whether an installed model has the card and the network of the one in ``part``."""
    if not _may_be_the_same(other, card):
        return False
    if other.is_file():
        return not (part / WEIGHTS_FILE).exists() and filecmp.cmp(part / ONNX_FILE, other, shallow=False)
    files = [file for file in (ONNX_FILE, WEIGHTS_FILE) if (part / file).is_file() or (other / file).is_file()]
    external = external_files(part / ONNX_FILE) if (part / ONNX_FILE).is_file() else []
    files += [str(file.relative_to(part)) for file in external]
    return not any(filecmp.cmpfiles(part, other, files, shallow=False)[1:])


def _instead(model: str, names: Sequence[str], others: Iterable[str]) -> str:
    """What to do about a name that no model has."""
    from difflib import get_close_matches  # not when QGIS starts

    by_folded = {name.casefold(): name for name in (*others, *names)}
    near = [by_folded[name] for name in get_close_matches(model.casefold(), by_folded, 3)]
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    listed = "rsdl:listmodels lists what is installed, rsdl:fetchmodel downloads others"
    return f"{meant}Installed: {', '.join(names) or 'none'}. Or give the path of a model; {listed}."
