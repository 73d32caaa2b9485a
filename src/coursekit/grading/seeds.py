"""The seed of each assignment's private cases: drawn once, kept beside the gradebook, used again on every regrade."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursekit.grading.errors import CourseError
from coursekit.grading.files import PRIVATE, replace_file

SEEDS = "grading_seeds.json"


def seed_for(assignment: str, path: Path) -> int:
    """The seed of `assignment` in the JSON file at `path`; drawn and written there on first use."""
    seeds = _read(path)
    if assignment in seeds:
        return seeds[assignment]
    with _alone(path.parent):
        seeds = _read(path)  # another process may have drawn one since
        if assignment not in seeds:
            seeds[assignment] = secrets.randbelow(2**32)
            replace_file(path, json.dumps(seeds, indent=1, sort_keys=True), PRIVATE)
    return seeds[assignment]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No two at a time: of two that draw for two assignments the one that writes last would wipe the other's seed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        seeds = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(seeds, dict) and all(type(seed) is int and 0 <= seed < 2**32 for seed in seeds.values()):
            return seeds
    except (ValueError, UnicodeDecodeError):
        pass
    # A new seed would silently grade later submissions on other cases than earlier ones.
    raise CourseError(f"{path} cannot be read as seeds: restore it from a copy, or delete it and regrade everyone")
