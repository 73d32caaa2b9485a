"""All that decides a grade besides the submission, as one value that can be sent to a worker."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import coursekit
from coursekit.exercises import assignments
from coursekit.grading.errors import CourseError
from coursekit.grading.limits import Limits
from coursekit.grading.project import RELEASE
from coursekit.grading.seeds import SEEDS, seed_for

SANDBOXES = ("auto", "bwrap", "none")

#: The files of the package that can change a grade: the cases and their judging, what they call, and the grader.
_DECIDES = (
    "*.py",
    "data/*.npz",
    *(f"{room}/**/*.py" for room in ("nn", "optim", "data", "training", "exercises")),
    *(f"grading/{part}" for part in ("*.py", "inside/*.py", "sandbox/*.py")),
)


@lru_cache(maxsize=1)
def code_hash() -> str:
    """A hash of the files that can change a grade, the same wherever the same ones are installed.

    The version alone would not do: who works on an exercise has the same one before and after.
    """
    package = Path(coursekit.__file__).parent
    files = {path.relative_to(package).as_posix(): path for part in _DECIDES for path in package.glob(part)}
    digest = hashlib.sha256(coursekit.__version__.encode())
    for name in sorted(files):
        # With any ends of lines, as a checkout on another system has them.
        digest.update(f"\0{name}\0".encode() + files[name].read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """An assignment ready for grading: `release` is the released notebook's text, `seed` that of the private cases.

    `sandbox` is one of `SANDBOXES`; `auto` is bubblewrap or an error, never silently nothing. `code` is the
    `code_hash` of the package that made the bundle, and goes with it to the workers.
    """

    assignment: str
    release: str = field(repr=False)
    seed: int = field(repr=False)
    limits: Limits = field(default_factory=Limits)
    sandbox: str = "auto"
    code: str = field(default_factory=code_hash, repr=False)

    @cached_property
    def key(self) -> str:
        """A hash of the release, the seed, the limits and the package's code: another key, another grade perhaps."""
        parts = [self.assignment, self.release, self.seed, asdict(self.limits), self.code]
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
