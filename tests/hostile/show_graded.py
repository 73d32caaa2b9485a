"""Runs graded notebooks for show: every second one of an assignment of the course in this folder.

`coursekit grade` shows no outputs but those of the checks; plain nbgrader shows all, from this same run.
"""

import sys
from pathlib import Path

from hostile_course import LIMITS

from coursekit.grading.bundle import bundle_of
from coursekit.grading.grader import Grader

if __name__ == "__main__":
    id, half = sys.argv[1], int(sys.argv[2])
    with Grader(bundle_of(Path.cwd(), id, limits=LIMITS)) as grader:
        for path in sorted(Path("autograded").glob(f"*/{id}/{id}.ipynb"))[half::2]:
            target = "shown" / path.relative_to("autograded")
            target.parent.mkdir(parents=True)
            target.write_text(grader.show(path.read_text(encoding="utf-8")), encoding="utf-8")
