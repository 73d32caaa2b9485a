"""A grader that does what the submission says, so that what surrounds a grader can be tested; found by PYTHONPATH.

`{"score": 3}` is given 3 points. `{"do": "die"}` kills the process, `fail` raises, `hang` sleeps, and `course` is a
fault that somebody has to mend. With `{"once": path}` it does so only the first time. Each grading is noted in
STAND_IN_LOG.
"""

import hashlib
import json
import os
import signal
import time
from pathlib import Path

from coursekit.exercises import assignment
from coursekit.grading.errors import CourseError
from coursekit.grading.record import ExerciseRecord, Record, State


class StandIn:
    def __init__(self, bundle):
        self.bundle = bundle
        self.open = True

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.open = False
        note("closed")

    def grade(self, content):
        assert self.open
        asked = json.loads(content)
        if "do" in asked and not self._done_before(asked):
            self._do(asked["do"])
        if "seconds" in asked:
            time.sleep(asked["seconds"])
        digest = hashlib.sha256(content).hexdigest()
        note(digest)
        exercises = []
        left = float(asked.get("score", 0))
        for name, exercise in assignment(self.bundle.assignment).exercises.items():
            score = min(left, float(exercise.max_score))
            left -= score
            one = ExerciseRecord(name=name, state=State.GRADED, score=score, max_score=exercise.max_score, result={})
            exercises.append(one)
        return Record(
            assignment=self.bundle.assignment,
            digest=digest,
            key=self.bundle.key,
            state=State.GRADED,
            exercises=tuple(exercises),
            notebook=self.bundle.release,
            sandbox=str(os.getpid()),
        )

    def show(self, notebook):
        """Marks the notebook; the file that STAND_IN_SHOW names makes it fail while it is there."""
        note("shown")
        if Path(os.environ.get("STAND_IN_SHOW", "/nowhere")).exists():
            raise RuntimeError("the sandbox is broken")
        nb = json.loads(notebook)
        nb["metadata"]["shown"] = True
        return json.dumps(nb)

    def _done_before(self, asked):
        if "once" not in asked:
            return False
        try:
            Path(asked["once"]).touch(exist_ok=False)
        except FileExistsError:
            return True
        return False

    def _do(self, what):
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "hang":
            time.sleep(3600)
        if what == "course":
            raise CourseError("there is no bubblewrap here: install it")
        raise RuntimeError("the sandbox is broken")


class Never:
    def __init__(self, bundle):
        raise OSError("no space left for a sandbox")


def note(line):
    path = os.environ.get("STAND_IN_LOG")
    if path:
        with Path(path).open("a") as file:
            file.write(f"{line}\n")
