"""Where submissions lie: a folder or a zip, listed and read without trusting what is in them.

Nothing is unpacked, so that no name in a zip decides where anything is written. A read takes at most `MAX_BYTES`,
whatever a zip claims about its sizes. A link is followed only as far as the student's own folder goes.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from coursekit.grading.batch.names import is_leftover
from coursekit.grading.errors import CourseError
from coursekit.grading.reading import MAX_BYTES, UnreadableError

_DEEPEST = 20  # folders in folders


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its path parts below the place, how new it is (only to compare), and what the place finds it by.

    What systems leave behind is none. A folder in which there is nothing to see has one entry that says why (`gap`).
    """

    parts: tuple[str, ...]
    age: tuple[int, ...]
    handle: object = None
    gap: bool = False

    @property
    def name(self) -> str:
        """The path below the place."""
        return "/".join(self.parts)


class Place(Protocol):
    """Files that can be listed and read, one at a time."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None
    ) -> None: ...
    def entries(self) -> Iterator[Entry]:
        """All files; a link stands for itself."""
        ...

    def read(self, entry: Entry, own: int, limit: int = MAX_BYTES) -> bytes:
        """The content of a file; `own` of its leading parts are the owner's folder. Raises `UnreadableError`."""
        ...


class Folder:
    """A folder. `descend(parts)` says whether a folder in it is looked into."""

    def __init__(self, path: Path, descend: Callable[[tuple[str, ...]], bool] = lambda parts: True) -> None:
        self._path, self._descend = path.resolve(), descend

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        pass

    def entries(self) -> Iterator[Entry]:
        """All files, in the order of their names; a folder that is not looked into is left out."""
        return self._below(self._path, ())

    def _below(self, folder: Path, parts: tuple[str, ...]) -> Iterator[Entry]:
        try:
            with os.scandir(folder) as found:
                inside = sorted((one for one in found if not is_leftover((one.name,))), key=lambda one: one.name)
        except OSError:
            inside = []
            yield Entry((*parts, "a folder that cannot be opened"), (0,), gap=True)
        else:
            if not inside:
                yield Entry((*parts, "nothing"), (0,), gap=True)
        for one in inside:
            here = (*parts, one.name)
            if one.is_symlink() and os.path.isdir(one.path):  # noqa: PTH112  (Path.is_dir raises for a link to itself)
                yield Entry((*here, "a link to another folder"), (0,), gap=True)
            elif not one.is_dir(follow_symlinks=False):
                yield Entry(here, (one.stat(follow_symlinks=False).st_mtime_ns,))
            elif self._descend(here):
                if len(here) < _DEEPEST:
                    yield from self._below(folder / one.name, here)
                else:
                    yield Entry((*here, "folders in folders"), (0,), gap=True)

    def read(self, entry: Entry, own: int, limit: int = MAX_BYTES) -> bytes:
        """As in `Place`."""
        try:
            path = self._path.joinpath(*entry.parts).resolve(strict=True)
            if not path.is_relative_to(self._path.joinpath(*entry.parts[:own])):
                raise UnreadableError("it is a link to another place")
            # Without waiting: a named pipe has nobody at its other end.
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise UnreadableError("it is no ordinary file")
                return _within(file.read(limit + 1), limit)
        except (OSError, RuntimeError) as fault:  # RuntimeError: a link that leads to itself
            reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else "a link leads to itself"
            raise UnreadableError(f"it cannot be opened: {reason.lower()}") from None


class Archive:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
            raise CourseError(f"{path} is no zip file that can be read ({fault}): download it again") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        self._zip.close()

    def entries(self) -> Iterator[Entry]:
        """All files, in the zip's order."""
        full: set[tuple[str, ...]] = set()
        empty: list[tuple[str, ...]] = []
        for place, info in enumerate(self._zip.infolist()):
            parts = tuple(info.filename.rstrip("/").split("/"))
            if is_leftover(parts):
                continue
            if info.is_dir():
                empty.append(parts)
                continue
            full.update(parts[:n] for n in range(1, min(len(parts), _DEEPEST)))
            yield Entry(parts, (*info.date_time, place), info)
        yield from (Entry((*parts, "nothing"), (0,), gap=True) for parts in empty if parts not in full)

    def read(self, entry: Entry, own: int, limit: int = MAX_BYTES) -> bytes:
        """As in `Place`."""
        info = entry.handle
        if not isinstance(info, zipfile.ZipInfo):
            raise UnreadableError("it is a folder")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise UnreadableError("it is a link")
        if info.flag_bits & 1:
            raise UnreadableError("it is encrypted")
        if info.file_size > limit:
            raise UnreadableError(_too_large(info.file_size, limit))
        try:
            with self._zip.open(info) as file:
                return _within(file.read(limit + 1), limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
            raise UnreadableError("it is damaged in the zip") from None


def _within(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise UnreadableError(_too_large(len(content), limit))
    return content


def _too_large(size: int, limit: int) -> str:
    return (
        f"it has {max(size, limit + 1) / 1e6:.0f} MB or more, and the limit is {limit / 1e6:.0f} MB: clear its outputs"
    )
