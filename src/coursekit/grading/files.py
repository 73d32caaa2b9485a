"""Writes a file so that whoever reads it finds the old content or the new, and never a part."""

import os
import tempfile
from pathlib import Path

PRIVATE, PUBLIC = 0o600, 0o644


def replace_file(path: Path, text: str, mode: int = PUBLIC) -> None:
    """Put `text` into the file at `path`, whose folder is made; half a surrogate pair becomes a question mark.

    An `OSError` names `path`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text, mode)
    except OSError as fault:
        fault.filename, fault.filename2 = str(path), None  # a full disk names no file, other faults the unfinished one
        raise


def _replace(path: Path, text: str, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
