"""Where the course lies, and what its configuration says."""

import tomllib
from pathlib import Path

from coursekit.grading.errors import CourseError

CONFIG = "nbgrader_config.py"
SOURCE, RELEASE = "solutions", "exercises"


def find_root(start: Path | None = None) -> Path:
    """The nearest folder, from `start` upwards, that is the course: it holds nbgrader_config.py and solutions/."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file() and (folder / SOURCE).is_dir():
            return folder
    raise CourseError(f"no course found in {start} or above it: run this in the folder that holds {CONFIG}")


def assignment_ids(root: Path) -> list[str]:
    """The assignments that have a source notebook, sorted."""
    return sorted(p.name for p in (root / SOURCE).iterdir() if (p / f"{p.name}.ipynb").is_file())


def site_url(root: Path) -> str:
    """The address of the book's site, `[tool.coursekit] site-url` in pyproject.toml; empty while there is none."""
    path = root / "pyproject.toml"
    if not path.is_file():
        return ""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise CourseError(f"{path} is no valid TOML ({fault}): mend that line") from None
    url = table.get("tool", {}).get("coursekit", {}).get("site-url", "")
    if not isinstance(url, str) or (url and not url.startswith(("https://", "http://"))):
        raise CourseError(f"site-url in {path} is {url!r}: write an https:// address or leave it empty")
    return url.rstrip("/")
