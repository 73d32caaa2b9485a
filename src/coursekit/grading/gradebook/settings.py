"""What the course's nbgrader configuration says of the gradebook."""

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from coursekit.grading.project import CONFIG
from coursekit.grading.release import load_config


@dataclass(frozen=True)
class Settings:
    """`db_url` is the gradebook's address, `course_id` nbgrader's name of the course, `config` all settings."""

    db_url: str
    course_id: str
    config: Config = field(repr=False)


def settings_of(root: Path, db_url: str | None = None) -> Settings:
    """The settings of the course in `root`; an address that is given comes before the configured one."""
    config = load_config(root) if (root / CONFIG).is_file() else Config()
    course = CourseDirectory(config=config, **({} if "root" in config.CourseDirectory else {"root": str(root)}))
    return Settings(db_url or course.db_url, course.course_id, config)
