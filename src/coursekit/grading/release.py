"""solutions/ -> exercises/, by nbgrader's own generate_assignment and the course's configuration."""

import contextlib
import io
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config import Config, PyFileConfigLoader

from coursekit.grading.errors import CourseError
from coursekit.grading.project import CONFIG, RELEASE, assignment_ids


@dataclass(frozen=True)
class Released:
    """What became of one assignment: its folder, whether the content is other than before, and where it is recorded."""

    id: str
    folder: Path
    changed: bool
    gradebook: str


def release(root: Path, ids: list[str] | None = None) -> list[Released]:
    """Release the assignments `ids` (all, when none is named) of the course in `root`.

    The assignment is recorded in the gradebook, as nbgrader does it. A release that fails leaves the earlier one as it
    was: the new one is made beside it and moved into place at the end.
    """
    known = assignment_ids(root)
    wanted = ids or known
    for one in wanted:
        if one not in known:
            raise CourseError(f"no assignment {one!r} in {root / 'solutions'}: there is {', '.join(known) or 'none'}")
    config = load_config(root)
    return [_release(root, config, one) for one in wanted]


def load_config(root: Path) -> Config:
    """The course's nbgrader configuration."""
    before = Path.cwd()
    os.chdir(root)
    try:
        return PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except CourseError:
        raise
    except Exception as fault:  # it is a program, and may fail in any way
        raise CourseError(f"{root / CONFIG} does not run ({type(fault).__name__}: {fault}): mend it") from None
    finally:
        os.chdir(before)


def _release(root: Path, config: Config, assignment: str) -> Released:
    target = root / RELEASE / assignment
    target.parent.mkdir(exist_ok=True)
    log, lines = _listening_log()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".release-") as scratch:
        course = CourseDirectory(config=config)
        course.assignment_id, course.release_directory = assignment, scratch
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                GenerateAssignment(coursedir=course, config=config, log=log).start()
        except NbGraderException:
            said = [line for line in lines.getvalue().splitlines() if line.strip()]
            # The fault itself is the last line of the traceback that nbgrader logs first.
            why = next((line for line in said if "Error: " in line), said[0] if said else "nbgrader did not say why")
            raise CourseError(f"{assignment} was not released, exercises/ is as it was: {why.strip()}") from None
        fresh = Path(scratch) / assignment
        changed = not _same(fresh, target)
        if changed:
            _replace(target, fresh, Path(scratch) / "old")
    return Released(assignment, target, changed, _place(course.db_url))


def _replace(target: Path, fresh: Path, old: Path) -> None:
    try:
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise


def _place(db_url: str) -> str:
    """Where a gradebook is: a file, or an address without its password."""
    url = make_url(db_url)
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string()


def _listening_log() -> tuple[logging.Logger, io.StringIO]:
    lines = io.StringIO()
    log = logging.Logger("coursekit.release", logging.ERROR)
    log.addHandler(logging.StreamHandler(lines))
    return log, lines


def _same(one: Path, other: Path) -> bool:
    def content(folder: Path) -> dict[str, bytes]:
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    return other.is_dir() and content(one) == content(other)
