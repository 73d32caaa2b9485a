"""A control group around a warm process and all that it forks: limits of memory and processes together.

The kernel lets only the owner of a group make another in it, and whoever runs the grader may keep its groups in an
order of its own. So nothing is made unasked: `COURSEKIT_CGROUP` names a group (version 2), or several with ":" between
(version 1, one for memory and one for pids), that are given to the grader. Without it each process has its own limits.
"""

import contextlib
import itertools
import os
import re
import time
from pathlib import Path
from typing import Self

from coursekit.grading.errors import CourseError

VARIABLE = "COURSEKIT_CGROUP"
_numbers = itertools.count()
_SPARE = 512  # MB for the warm process itself
_OURS = 32  # processes that are not the student's


class Group:
    """A group of its own in each of the `given` ones; `memory` in MB and `processes` are what the student may use."""

    def __init__(self, given: list[Path], *, memory: int, processes: int) -> None:
        self.folders: list[Path] = []
        self.controls: list[str] = []
        for parent in given:
            version2 = (parent / "cgroup.controllers").exists()
            folder = parent / f"coursekit-{os.getpid()}-{next(_numbers)}"
            try:
                if version2:
                    (parent / "cgroup.subtree_control").write_text("+memory +pids")
                folder.mkdir()
                self.folders.append(folder)
                self._limit(folder, memory + _SPARE, processes + _OURS)
            except OSError as problem:
                self.close()
                raise CourseError(f"{VARIABLE}: no group can be made in {parent} ({problem.strerror})") from None

    @classmethod
    def from_environment(cls, *, memory: int, processes: int) -> Self | None:
        """One in what `COURSEKIT_CGROUP` names; None where it names nothing."""
        given = [Path(part) for part in os.environ.get(VARIABLE, "").split(":") if part]
        for folder in given:
            if not (folder / "cgroup.procs").is_file():
                raise CourseError(f"{VARIABLE}: {folder} is no control group: name a folder below /sys/fs/cgroup")
        return cls(given, memory=memory, processes=processes) if given else None

    def _limit(self, folder: Path, memory: int, processes: int) -> None:
        wanted = {
            "memory.max": memory << 20,
            "memory.swap.max": 0,
            "memory.limit_in_bytes": memory << 20,
            "pids.max": processes,
        }
        for name, value in wanted.items():
            file = folder / name
            if file.exists():
                file.write_text(str(value))
                control = name.partition(".")[0]
                self.controls += [control] if control not in self.controls else []

    def __str__(self) -> str:
        return f"cgroup ({', '.join(self.controls) or 'nothing'})"

    def enter(self, command: list[str]) -> list[str]:
        """The command, as one that joins the group before it begins."""
        files = [str(folder / "cgroup.procs") for folder in self.folders]
        script = 'for file in $0; do echo $$ > "$file" || exit 1; done; exec "$@"'
        return ["/bin/sh", "-c", script, " ".join(files), *command]

    def oom_kills(self) -> int:
        """How many processes of the group the kernel has ended for want of memory."""
        count = 0
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    found = re.search(r"^oom_kill (\d+)", (folder / name).read_text(), re.MULTILINE)
                    count += int(found[1]) if found else 0
        return count

    def close(self) -> None:
        """Remove it, once its processes have ended."""
        for folder in self.folders:
            for _ in range(200):
                try:
                    folder.rmdir()
                    break
                except OSError:  # the kernel is still burying
                    time.sleep(0.01)
        self.folders = []
