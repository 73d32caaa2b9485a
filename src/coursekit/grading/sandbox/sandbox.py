"""A sandbox for one purpose, from outside: it runs one notebook after another, each in a fresh process."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from coursekit.grading.limits import Limits
from coursekit.grading.sandbox import bwrap
from coursekit.grading.sandbox.running import NotebookRun
from coursekit.grading.sandbox.session import Session
from coursekit.grading.sandbox.warm import Purpose, WarmProcess


class Sandbox:
    """Runs notebooks for one `purpose` and assignment. A context manager; not thread-safe.

    `kind` is what `how` gives. Raises `SandboxError` where the sandbox itself fails.
    """

    def __init__(self, purpose: Purpose, assignment: str, limits: Limits, kind: str) -> None:
        self.purpose, self.assignment, self.limits, self.kind = purpose, assignment, limits, kind
        self.warm = WarmProcess(purpose, assignment, limits, _known_way() if kind == "bwrap" else None)

    @property
    def description(self) -> str:
        """What is in force, for people."""
        return self.warm.description

    def run(self, cells: Sequence[tuple[int, str]], files: Mapping[str, bytes] | None = None) -> Session:
        """Run all cells, which have numbers, in a fresh process; returns when the last has run, or the time is up.

        `files` are laid beside the notebook. A cell that ends Python, or cannot be interrupted, is left out and the
        others start over, at most three times within the notebook's time. A session to judge can be asked what the
        cells have defined that ran through, however it ended.
        """
        return NotebookRun(self.warm, cells, _checked(files or {})).session()

    def close(self) -> None:
        """End the process and all that it has started."""
        self.warm.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _checked(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"a file beside the notebook must have a relative name, not {name!r}")
    return files


def _known_way() -> bwrap.Way:
    from coursekit.grading.sandbox.probing import way

    return way()


__all__ = ["Sandbox"]
