"""Models on disk: parameters and running statistics in an npz file, which holds numbers only and runs no code."""

import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np

from coursekit.arguments import shown
from coursekit.nn.layer import Array
from coursekit.nn.passes import Chain

_FORMAT = "coursekit model 1"


def write(model: Chain, path: str | os.PathLike[str]) -> None:
    """Write the model's parameters and running statistics to `path`, in one go or not at all."""
    target = _path("save", path)
    if not target.parent.is_dir():
        raise FileNotFoundError(f"save: there is no folder {target.parent}")
    arrays = {"format": np.array(_FORMAT), "layers": np.array([repr(layer) for layer in model.layers])}
    arrays |= _arrays(model)
    # A file of its own first: a full disk or a killed process leaves the old file as it was.
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=target.name, delete=False) as file:
        try:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).replace(target)


def read_into(model: Chain, path: str | os.PathLike[str]) -> None:
    """Put what `write` wrote to `path` into `model`, all of it or nothing; `ValueError` if it does not fit."""
    with _path("load", path).open("rb") as file:
        stored = _read(file, str(path))
    if str(stored.pop("format", "")) != _FORMAT:
        raise ValueError(f"load: {path} was not written by save of this version: it is no {_FORMAT!r}")
    theirs, ours = stored.pop("layers", np.array([])).tolist(), [repr(layer) for layer in model.layers]
    if theirs != ours:
        difference = next(
            f"layer {i} is {a} in the file, {b} in the model"
            for i, (a, b) in enumerate(zip([*theirs, "missing"], [*ours, "missing"], strict=False))
            if a != b
        )
        raise ValueError(f"load: {path} holds another model: {difference}")
    places = _arrays(model)
    for name, place in places.items():
        found = stored.get(name)
        if found is None or found.shape != place.shape or found.dtype.kind != "f":
            raise ValueError(f"load: {path} is damaged: {name} must be floating numbers of shape {place.shape}")
    for name, place in places.items():
        place[...] = stored[name]


def _path(name: str, path: Any) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(f"{name}: path must be the path of a file, not {shown(path)}")
    if Path(path).is_dir():
        raise ValueError(f"{name}: path must be the path of a file, {path} is a folder")
    return Path(path)


def _arrays(model: Chain) -> dict[str, Array]:
    """Every array of the model under the number of its layer and its name: views, to read or to fill."""
    return {
        f"{i}.{name}": array
        for i, layer in enumerate(model.layers)
        for name, array in [*layer.params.items(), *layer.state.items()]
    }


def _read(file: IO[bytes], path: str) -> dict[str, Any]:
    try:
        stored = np.load(file, allow_pickle=False)
        if not isinstance(stored, np.lib.npyio.NpzFile):
            raise ValueError("not an npz file")
        with stored:
            return {name: stored[name] for name in stored.files}
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"load: {path} is damaged or no model file: {reason}") from None
