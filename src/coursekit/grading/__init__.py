"""The course as an nbgrader course: release, autograding, feedback.

`configure` is what `nbgrader_config.py` calls; the other modules are imported by name, because they need packages that
only the `grading` extra brings.
"""

from coursekit.grading.errors import CourseError

__all__ = ["CourseError"]
