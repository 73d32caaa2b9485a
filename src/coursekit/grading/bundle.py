"""All that decides a grade besides the submission, as one value that can be sent to a worker."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

import coursekit
from coursekit.exercises import assignments
from coursekit.grading.errors import CourseError
from coursekit.grading.limits import Limits
from coursekit.grading.project import RELEASE
from coursekit.grading.seeds import SEEDS, seed_for

SANDBOXES = ("auto", "bwrap", "none")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """An assignment ready for grading: `release` is the released notebook's text, `seed` that of the private cases.

    `sandbox` is one of `SANDBOXES`; `auto` is bubblewrap or an error, never silently nothing.
    """

    assignment: str
    release: str = field(repr=False)
    seed: int = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    sandbox: str = "auto"

    @cached_property
    def key(self) -> str:
        """A hash of the release, the seed, the limits and the engine's version: another key, another grade perhaps."""
        parts = [self.assignment, self.release, self.seed, asdict(self.limits), coursekit.__version__]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def bundle_of(root: Path, assignment: str, *, limits: Limits | None = None, sandbox: str = "auto") -> Bundle:
    """The bundle of an assignment of the course in `root`; draws its seed on first use."""
    path = root / RELEASE / assignment / f"{assignment}.ipynb"
    if assignment not in assignments() and path.is_file():
        raise CourseError(
            f"{assignment} is an assignment of your own, with its own tests: grade it by  "
            f"nbgrader autograde {assignment}"
        )
    if not path.is_file():
        there = [id for id in assignments() if (root / RELEASE / id / f"{id}.ipynb").is_file()]
        raise CourseError(
            f"there is no assignment {assignment!r} released in {root}: there is {', '.join(there) or 'none'}"
        )
    return Bundle(
        assignment=assignment,
        release=path.read_text(encoding="utf-8"),
        seed=seed_for(assignment, root / SEEDS),
        limits=limits or Limits(),
        sandbox=sandbox,
    )
