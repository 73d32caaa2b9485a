"""The referee on answers that were given in this process: its scores, and what it keeps to itself."""

import json

import numpy as np
import pytest

from coursekit.exercises import assignments
from coursekit.exercises.asking import Answer
from coursekit.grading.record import State
from coursekit.grading.referee import PRIVATELY, Answers, Referee

SEED = 20_261_130


def answered(referee, name, submission, paper):
    exercise = referee.exercises[name]
    return Answers(answers=exercise.ask(paper, exercise.complete(submission)))


def judge(referee, submissions):
    """The records of an assignment where `submissions` stand for some functions, and the references for the others."""
    private = {name: Answers(answers=paper.answers) for name, paper in referee.private.items()}
    public = {}
    for name, submission in submissions.items():
        private[name] = answered(referee, name, submission, referee.private[name])
        public[name] = answered(referee, name, submission, referee.public[name])
    return {record.name: record for record in referee.judge(public, private)}


@pytest.fixture(scope="module", params=assignments())
def referee(request):
    return Referee(request.param, SEED)


def test_right_answers_get_everything_and_hear_nothing(referee):
    for record in judge(referee, {}).values():
        assert (record.state, record.score) == (State.GRADED, record.max_score)
        assert record.failed == ()
        assert record.result["passed"]
        assert record.misconception is None


def test_known_mistakes_get_what_the_private_cases_give_and_nothing_of_those_is_told(referee):
    """The first two mistakes of each exercise, all exercises at once."""
    for i in range(2):
        wrong = {name: e.misconceptions[i] for name, e in referee.exercises.items() if i < len(e.misconceptions)}
        papers = (referee.private, referee.public)
        given = [
            {name: answered(referee, name, one.function, paper[name]) for name, one in wrong.items()}
            for paper in papers
        ]
        right = {name: Answers(answers=paper.answers) for name, paper in referee.private.items()}
        for record in referee.judge(given[1], {**right, **given[0]}):
            name, exercise = record.name, referee.exercises[record.name]
            if name not in wrong:
                continue
            private, public = (exercise.judge(p[name], a[name].answers) for p, a in zip(papers, given, strict=True))
            assert record.score == private.score == record.result["score"] < record.max_score, wrong[name].id
            assert record.misconception == private.misconception
            assert record.failed == tuple(check.name for check in private.checks if not check.passed)
            told, known = json.dumps(record.result), str(public.to_dict())
            for check in private.checks:
                for text in (check.at, check.expected, check.got):
                    if len(text) > 12 and not check.pending and text not in known:
                        assert json.dumps(text)[1:-1] not in told, (wrong[name].id, check.name)


def test_a_function_that_tells_its_inputs_tells_them_to_nobody():
    referee = Referee("activations", SEED)

    def relu(x):
        print("printed", x.ravel()[:1])
        raise ValueError(f"raised {x.ravel()[:1]!r}")

    def only_privately(x):
        known = [case.args[0] for case in referee.public["relu"].cases]
        if any(x.shape == case.shape and np.array_equal(x, case, equal_nan=True) for case in known):
            return np.maximum(x, 0)
        return relu(x)

    for function in (relu, only_privately):
        record = judge(referee, {"relu": function})["relu"]
        told = record.result
        seen = json.dumps(told)
        for case in referee.private["relu"].cases:
            if case.args[0].size and repr(case.args[0].ravel()[0]) not in str(referee.public["relu"].cases):
                assert f"raised array([{case.args[0].ravel()[0]}" not in seen
                assert f"printed [{case.args[0].ravel()[0]}" not in seen
        assert record.score == 0.0
        # Some private cases are public ones too, such as the empty array.
        assert record.state is (State.STUDENT_ERROR if function is relu else State.GRADED)
    assert next(check["got"] for check in told["checks"] if check["got"] and not check["pending"]) == PRIVATELY
    assert told["notes"] == []


def test_the_mistake_below_is_named_first():
    referee = Referee("batchnorm", SEED)
    exercise = referee.exercises["batchnorm_backward"]
    wrong = {"batchnorm_train": lambda x, *rest, **more: (x, None), "batchnorm_backward": lambda dout, cache: None}
    private = {
        name: answered(referee, name, wrong.get(name, e.reference), referee.private[name])
        for name, e in referee.exercises.items()
    }
    public = {
        name: answered(referee, name, wrong.get(name, e.reference), referee.public[name])
        for name, e in referee.exercises.items()
    }
    for answers, papers in ((private, referee.private), (public, referee.public)):
        answers[exercise.name] = Answers(answers=exercise.ask(papers[exercise.name], wrong))
    record = next(r for r in referee.judge(public, private) if r.name == exercise.name)
    assert "batchnorm_train" in record.result["diagnosis"] + str(record.result["notes"])


def test_states():
    referee = Referee("activations", SEED)
    lost = [Answer(error="it did not finish in time", stopped=True)]
    private = {
        name: Answers(answers=lost * len(paper.cases), state=state)
        for (name, paper), state in zip(
            referee.private.items(), [State.TIMEOUT, State.DIED] + [State.GRADED] * 20, strict=False
        )
    }
    records = referee.judge({}, private)
    assert [r.state for r in records][:3] == [State.TIMEOUT, State.DIED, State.STUDENT_ERROR]
    assert all(r.score == 0 for r in records)
    assert State.worst(r.state for r in records) is State.DIED
    assert State.worst([]) is State.GRADED
