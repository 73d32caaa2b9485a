"""Late penalties, by the plugin that the course's configuration names."""

from datetime import datetime, timedelta
from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from coursekit.grading.errors import CourseError


class Penalties:
    """What nbgrader's AssignLatePenalties works out, without its six queries for each submission."""

    def __init__(self, config: Config) -> None:
        step: Any = AssignLatePenalties(config=config)
        step.init_plugin()
        self._plugin = step.plugin_inst

    def penalty(
        self,
        student: str,
        score: float,
        timestamp: datetime | None,
        duedate: datetime | None,
        extension: timedelta | None,
    ) -> float | None:
        """Points to take from `score`, between 0 and all of it; None where nothing is late or the plugin says nothing.

        Raises `CourseError` where the plugin fails.
        """
        if timestamp is None or duedate is None:
            return None
        late = (timestamp - duedate - (extension or timedelta())).total_seconds()
        if late <= 0:
            return None
        try:
            answer = self._plugin.late_submission_penalty(student, score, late)
        except Exception as fault:  # it is the instructor's own code
            name = type(self._plugin).__name__
            raise CourseError(
                f"the late penalty plugin {name} fails for {student} ({type(fault).__name__}: {fault}): mend it, "
                "and run the same command again with --resume"
            ) from None
        return None if answer is None else min(max(0.0, float(answer)), score)
