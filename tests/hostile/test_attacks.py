"""All attacks in one batch, with honest submissions between them: what each may end as, and nothing else."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import private_cases
import pytest
from active_content import active_in
from attacks import ATTACKS, ESCAPED, Arena, Attack
from attacks.base import as_bytes, notebook, released, wrong
from hostile_course import IDS, LIMITS, Batch, Listener, arena, hand_in, plant, run_batch

from coursekit.exercises import assignment
from coursekit.grading.bundle import bundle_of
from coursekit.grading.grader import Grader
from coursekit.grading.record import Record, State

pytestmark = pytest.mark.grading

#: An honest mistake for each assignment, beside right answers.
_MISTAKES = {
    "activations": {"relu_backward": "def relu_backward(dout, x):\n    return dout * (x >= 0)"},
    "batchnorm": {"batchnorm_eval": wrong("batchnorm", "batchnorm_eval")},
    "initialization": {
        "he_init": "def he_init(fan_in, fan_out, rng):\n    return rng.standard_normal((fan_in, fan_out))"
    },
    "optimizers": {"adam": wrong("optimizers", "adam")},
}


def honest(id: str) -> dict[str, bytes]:
    """Full, partial and empty submissions, under names that put them between those of the attacks."""
    names = list(assignment(id).exercises)
    full = notebook(id, solved=names, last=["print('attempt over')"])
    half = notebook(id, solved=names[::2], answers=_MISTAKES[id])
    kinds = {"full": as_bytes(full), "half": as_bytes(half), "empty": as_bytes(released(id))}
    return {f"{place}-honest-{kind}": content for place in "aeps" for kind, content in kinds.items()}


def alone(arena: Arena, id: str) -> dict[str, Record]:
    """The honest submissions, graded where no other is, by kind."""
    with Grader(bundle_of(arena.root, id, limits=LIMITS)) as grader:
        return {name[2:]: grader.grade(content) for name, content in honest(id).items() if name.startswith("a-")}


class Suite:
    """The batches of all assignments, and beside them the honest submissions graded alone."""

    def __init__(self, arena: Arena, listener: Listener) -> None:
        self.arena, self.listener = arena, listener
        self.alone = {id: alone(arena, id) for id in IDS}
        self.batches: dict[str, Batch] = {}
        for id in IDS:
            for attack in ATTACKS.values():
                if attack.assignment == id:
                    hand_in(arena.root, id, attack.name, attack.make(arena))
            for name, content in honest(id).items():
                hand_in(arena.root, id, name, content)
        plant(arena.root, arena.home, arena.secret, honest("activations")["a-honest-full"])
        for id in IDS:
            workers = 2 if id == "activations" else 1
            self.batches[id] = run_batch(arena.root, id, arena.home, arena.secret, workers=workers)

    def record(self, attack: Attack) -> Record:
        return self.batches[attack.assignment].records[attack.name]

    def texts(self, attack: Attack) -> dict[str, str]:
        return self.batches[attack.assignment].texts(attack.assignment, attack.name)


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Iterator[Suite]:
    with arena(tmp_path_factory.mktemp("hostile") / "arena") as (ground, listener):
        yield Suite(ground, listener)


def test_every_submission_has_its_row_and_the_batch_ended_well(suite):
    for id, batch in suite.batches.items():
        wanted = {attack.name for attack in ATTACKS.values() if attack.assignment == id} | set(honest(id))
        if id == "activations":
            wanted.add("zz-victim")
        assert set(batch.records) == wanted
        infrastructure = [name for name, record in batch.records.items() if record.state is State.INFRASTRUCTURE]
        assert not infrastructure, batch.printed[-3000:]
        assert batch.returned == 0, batch.printed[-3000:]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_ends_as_it_may_and_gains_nothing(suite, attack):
    record, texts = suite.record(attack), suite.texts(attack)
    honestly = sum(assignment(attack.assignment).exercises[name].max_score for name in attack.solved)
    earned = {exercise.name: exercise.score for exercise in record.exercises if exercise.score}
    assert record.score <= honestly, earned
    assert record.score == honestly or attack.harms_itself, earned
    states = {exercise.name: exercise.state for exercise in record.exercises}
    assert record.state in attack.states, states
    for name, allowed in attack.exercises.items():
        assert states[name] in allowed, states
    shown = texts[f"autograded/{attack.name}/{attack.assignment}/{attack.assignment}.ipynb"]
    outputs = json.dumps([cell.get("outputs") for cell in json.loads(shown)["cells"]])
    assert attack.shows in outputs, "the attack was not carried out"
    assert ESCAPED not in outputs
    told = " ".join(texts.values())
    for phrase in attack.says:
        assert phrase in told


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_nothing_that_a_student_may_not_know_is_shown(suite, attack):
    seed = suite.arena.seeds[attack.assignment]
    for place, text in suite.texts(attack).items():
        assert suite.arena.secret not in text, place
        assert str(seed) not in text, place
        assert not private_cases.found(text, attack.assignment, seed), place


def test_the_search_for_private_cases_finds_them():
    """So that the test above cannot pass for want of eyes."""
    paper = assignment("activations").exercises["relu"].paper(77)
    large = next(case.args[0] for case in paper.cases if case.args[0].size > 6)
    for text in (repr(large.tolist()), str(large), large.tobytes().hex()):
        assert private_cases.found(json.dumps({"got": f"it raised ValueError: {text}"}), "activations", 77)
    assert not private_cases.found(json.dumps({"got": repr(large.tolist())}), "activations", 78)


@pytest.mark.parametrize("id", IDS)
def test_honest_submissions_are_graded_as_if_they_were_alone(suite, id):
    for name in honest(id):
        assert plain(suite.batches[id].records[name]) == plain(suite.alone[id][name[2:]])
    full, half, empty = (suite.batches[id].records[f"e-honest-{kind}"] for kind in ("full", "half", "empty"))
    assert full.score == full.max_score > half.score > empty.score == 0
    assert full.state is half.state is State.GRADED


def plain(record: Record) -> Record:
    """The record without what differs between two runs, and without the notebook, which a ledger keeps elsewhere."""
    exercises = tuple(replace(exercise, seconds=0.0) for exercise in record.exercises)
    return replace(record, seconds=0.0, exercises=exercises, notebook="")


@pytest.mark.parametrize("id", IDS)
def test_the_gradebook_says_what_the_records_say(suite, id):
    from nbgrader.api import Gradebook

    batch = suite.batches[id]
    with Gradebook(f"sqlite:///{suite.arena.root / 'gradebook.db'}") as gradebook:
        submissions = gradebook.assignment_submissions(id)
        assert sorted(one.student.id for one in submissions) == sorted(batch.records)
        for one in submissions:
            checks = {grade.name: grade for grade in one.notebooks[0].grades if grade.name.startswith("check-")}
            for exercise in batch.records[one.student.id].exercises:
                grade = checks[f"check-{exercise.name}"]
                assert (grade.auto_score, grade.max_score) == (exercise.score, exercise.max_score), one.student.id
                assert grade.manual_score is None, one.student.id
    with sqlite3.connect(suite.arena.root / "gradebook.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_nothing_of_others_was_touched(suite):
    for batch in suite.batches.values():
        assert batch.after == batch.before
    flag = suite.arena.flag
    ours = [suite.arena.root, suite.arena.home, *map(type(suite.arena.root), ("/tmp", "/var/tmp", "/dev/shm"))]
    import numpy

    import coursekit

    ours += [type(suite.arena.root)(module.__file__).parent for module in (coursekit, numpy)]
    assert not [path for folder in ours for path in folder.glob(f"*{flag}*")]
    assert not list(suite.arena.root.rglob(f"*{flag}*"))
    assert not list(suite.arena.home.rglob(f"*{flag}*"))


def test_nothing_outlived_its_grading(suite):
    assert {id: batch.left_running for id, batch in suite.batches.items()} == {id: {} for id in IDS}


def test_nobody_reached_the_network(suite):
    assert suite.listener.visits == []


def test_feedback_runs_and_loads_nothing(suite):
    pages = list((suite.arena.root / "feedback").rglob("*.html"))
    assert len(pages) >= len(ATTACKS)
    for page in pages:
        assert not active_in(page.read_text(encoding="utf-8")), page.parent.parent.name
