"""Opens Keras files: the configuration, and the weights in HDF5. What they hold is bounded before it is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...cards.archive import is_zip, opened_zip
from ...errors import ModelError
from ...files.json import is_deeper, loaded
from ...files.text import shortened
from ..builder import LARGEST_WEIGHTS

LARGEST_CONFIG = 64 << 20  # bytes
DEEPEST_CONFIG = 100
MOST_MEMBERS = 1000
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
_AGAIN = "Get the model again."
_SAVE = "Save the whole model: model.save('model.keras'), or tell the network that the weights belong to."


@dataclass(frozen=True)
class KerasFile:
    """An open file: its configuration, the group with the weights, and whether they lie in a tree (``.keras``)."""

    config: dict[str, Any]
    weights: Any
    tree: bool
    version: int


@contextmanager
def opened(path: Path) -> Iterator[KerasFile]:
    """A Keras file; ModelError where it is none, is damaged, or refers to other files."""
    import h5py

    try:
        if is_zip(path):
            with opened_zip(path) as archive:
                config, version = _json(_member(archive, CONFIG, LARGEST_CONFIG), path), _archive_version(archive, path)
                data = _member(archive, WEIGHTS, LARGEST_WEIGHTS)
            with h5py.File(io.BytesIO(data), "r") as file:
                yield KerasFile(config, file, True, version)
        else:
            with h5py.File(path, "r") as file:
                config = _json(_text(file.attrs.get("model_config"), path), path)
                group = child(file, "model_weights")
                if group is None:
                    raise ModelError(f"{path.name} holds no weights.", _SAVE)
                yield KerasFile(config, group, False, _major(file.attrs.get("keras_version")))
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:  # what HDF5's library says of damage
        raise ModelError(f"{path.name} is no Keras file, or is damaged: {shortened(str(error))}.", _AGAIN) from None


def child(group: Any, name: str) -> Any:
    """The group or dataset of a name, None where there is none; ModelError for one in another file or place."""
    import h5py

    for part in name.split("/"):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise ModelError(f"The model has '{shortened(part)}' in another place, which is not read.", _AGAIN)
        group = group[part]
    return group


class Budget:
    """Reads the weights of a network: ``array`` gives float32; ModelError once they are too many."""

    def __init__(self) -> None:
        self._left = LARGEST_WEIGHTS

    def array(self, dataset: Any, name: str) -> NDArray[Any]:
        """The numbers of a dataset; ModelError where it has none, or they lie in another file."""
        import h5py

        if not isinstance(dataset, h5py.Dataset):
            raise ModelError(f"The model has no weights '{shortened(name)}'.", _AGAIN)
        if dataset.external or dataset.is_virtual:
            raise ModelError(f"The weights '{shortened(name)}' lie in another file, which is not read.", _AGAIN)
        if dataset.dtype.kind not in "fiub" or dataset.shape is None:
            raise ModelError(f"The weights '{shortened(name)}' are no numbers.", _AGAIN)
        self._left -= dataset.size * max(dataset.dtype.itemsize, 4)
        if self._left < 0:
            text = f"With '{shortened(name)}' of {dataset.shape} the model has more than {LARGEST_WEIGHTS:,} bytes of"
            raise ModelError(f"{text} weights.", "Use a smaller one.")
        values = np.asarray(dataset[()], np.float32)
        if not np.isfinite(values).all():
            problem = f"The weights '{shortened(name)}' hold numbers that are not finite."
            raise ModelError(problem, "Train the model again.")
        return values


def _member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    if len(archive.namelist()) > MOST_MEMBERS or name not in archive.namelist():
        raise ModelError(f"The archive holds no {name}, so it is no Keras model.", _SAVE)
    info = archive.getinfo(name)
    if info.file_size > largest:
        raise ModelError(f"{name} has {info.file_size:,} bytes; at most {largest:,} are read.", _AGAIN)
    with archive.open(info) as member:
        return member.read(largest)


def _archive_version(archive: zipfile.ZipFile, path: Path) -> int:
    if "metadata.json" not in archive.namelist():
        return 3
    return _major(_json(_member(archive, "metadata.json", 1 << 16), path).get("keras_version"))


def _major(version: Any) -> int:
    text = version.decode("utf-8", "replace") if isinstance(version, bytes) else str(version or "2")
    return 3 if text.startswith("3") else 2


def _text(value: Any, path: Path) -> bytes:
    if value is None:
        raise ModelError(f"{path.name} holds weights alone, without the network that they belong to.", _SAVE)
    return value.encode() if isinstance(value, str) else bytes(value)


def _json(data: bytes, path: Path) -> dict[str, Any]:
    if len(data) > LARGEST_CONFIG:
        raise ModelError(f"{path.name} has a configuration of {len(data):,} bytes, which is too large.", _AGAIN)
    try:
        found = loaded(data.decode("utf-8"))
    except ValueError as error:
        raise ModelError(f"The configuration in {path.name} cannot be read: {error}.", _AGAIN) from None
    if not isinstance(found, dict) or is_deeper(found, DEEPEST_CONFIG):
        raise ModelError(f"The configuration in {path.name} is not that of a network.", _AGAIN)
    return found
