"""Plain `nbgrader autograde` and `generate_feedback` meet the same attacks: no score is raised, nothing is shown."""

import os
import subprocess
import sys
from pathlib import Path

import private_cases
import pytest
from active_content import active_in
from attacks import ATTACKS, ESCAPED
from attacks.base import as_bytes, notebook
from hostile_course import adopt_orphans, arena, descendants, end, environment, fingerprints, hand_in, plant

from coursekit.exercises import assignment

pytestmark = pytest.mark.grading

ID = "activations"
#: One or two of each aim: nbgrader takes a second for each.
CHOSEN = (
    "numpy-testing-always-agrees",
    "check-redefined",
    "input-transformers",
    "engine-imported",
    "engine-carried-from-display-to-judging",
    "forged-ready",
    "forged-outputs",
    "checks-copied",
    "record-forged",
    "points-changed",
    "exercises-swapped",
    "course-files-by-path",
    "private-cases-printed",
    "gradebook-written",
    "sockets-to-the-host",
    "daemon-by-two-forks",
    "cell-that-exits-python",
    "active-content",
    "not-json",
    "nested-too-deeply",
    "half-characters",
)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nbgrader")
    with arena(folder / "arena") as (ground, listener):
        adopt_orphans()
        ground.home.mkdir()
        nbgrader(ground.root, ground.home, ground.secret, "generate_assignment", ID, "--force")
        full = as_bytes(notebook(solved=list(assignment(ID).exercises), last=["print('attempt over')"]))
        for name in CHOSEN:
            hand_in(ground.root, ID, name, ATTACKS[name].make(ground))
        hand_in(ground.root, ID, "honest", full)
        plant(ground.root, ground.home, ground.secret, full)
        before, running = fingerprints(ground.root), set(descendants())
        nbgrader(ground.root, ground.home, ground.secret, "autograde", ID)
        nbgrader(ground.root, ground.home, ground.secret, "generate_feedback", ID)
        left = {pid: name for pid, name in descendants().items() if pid not in running}
        end(left)
        assert not left
        assert fingerprints(ground.root) == before
        assert listener.visits == []
        yield ground


def nbgrader(root: Path, home: Path, secret: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**environment(home, secret), "MPLBACKEND": "agg", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_no_score_is_raised_in_the_gradebook(graded):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as gradebook:
        scores = {one.student.id: one.score for one in gradebook.assignment_submissions(ID)}
    exercises = assignment(ID).exercises
    for name in CHOSEN:
        attack = ATTACKS[name]
        honestly = sum(exercises[one].max_score for one in attack.solved)
        assert scores[name] <= honestly, name
        assert scores[name] == honestly or attack.harms_itself, name
    assert scores["honest"] == sum(one.max_score for one in exercises.values())
    assert set(scores) == {*CHOSEN, "honest", "zz-victim"}


@pytest.mark.parametrize("name", CHOSEN)
def test_nothing_is_shown_that_should_not_be(graded, name):
    texts = {
        path: path.read_text(encoding="utf-8")
        for top in ("autograded", "feedback")
        for path in (graded.root / top / name).rglob("*")
        if path.is_file()
    }
    assert len(texts) >= 2
    for path, text in texts.items():
        assert graded.secret not in text, path
        assert ESCAPED not in text, path
        assert not private_cases.found(text, ID, graded.seeds[ID]), path
    if ATTACKS[name].shows:
        assert ATTACKS[name].shows in "".join(texts.values())


def test_feedback_runs_nothing_of_a_student(graded):
    for name in (*CHOSEN, "honest"):
        page = (graded.root / "feedback" / name / ID / f"{ID}.html").read_text(encoding="utf-8")
        # nbconvert's own head and styles stand in every page; a student's part is in the body.
        assert not active_in(page.partition("<body")[2]), name
