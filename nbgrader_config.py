"""This folder is an nbgrader course: run nbgrader's commands here. See book/guide/instructor.md."""

from pathlib import Path

from coursekit.grading.configure import configure_course

c = get_config()  # noqa: F821 - nbgrader puts it there
configure_course(c, Path(__file__).resolve().parent)

# Add your own settings below, for example:
# c.RefereeExecute.limits = {"cell": 30, "notebook": 180, "function": 10}   seconds; memory, output: see coursekit.grading.limits
# c.RefereeExecute.sandbox = "none"     where bubblewrap cannot work: student code can then read and change your files
# c.CourseDirectory.db_url = "postgresql://..."
# c.HTMLExporter.mathjax_url = "https://..."   where feedback pages load MathJax from; without it formulas show as TeX
