"""`--sandbox none` protects no files, but the score all the same: it keeps processes, limits and the referee apart."""

import pytest
from attacks import ATTACKS, by_forging, by_metadata, by_objects, by_patching, that_are_broken
from hostile_course import LIMITS, adopt_orphans, arena, descendants, end

from coursekit.exercises import assignment
from coursekit.grading.bundle import bundle_of
from coursekit.grading.grader import Grader
from coursekit.grading.record import State

pytestmark = pytest.mark.grading

_MODULES = (by_patching, by_forging, by_metadata, by_objects, that_are_broken)
CHOSEN = [attack for module in _MODULES for attack in module.ATTACKS if attack.assignment == "activations"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    with arena(tmp_path_factory.mktemp("none") / "arena") as (made, _):
        yield made


@pytest.fixture(scope="module")
def grader(ground):
    adopt_orphans()
    running = set(descendants())
    with Grader(bundle_of(ground.root, "activations", limits=LIMITS, sandbox="none")) as made:
        yield made
    left = {pid: name for pid, name in descendants().items() if pid not in running}
    end(left)
    assert not left


@pytest.mark.parametrize("attack", CHOSEN, ids=[attack.name for attack in CHOSEN])
def test_an_attack_gains_nothing(ground, grader, attack):
    record = grader.grade(attack.make(ground))
    honestly = sum(assignment("activations").exercises[name].max_score for name in attack.solved)
    earned = {exercise.name: exercise.score for exercise in record.exercises if exercise.score}
    assert record.score <= honestly, earned
    assert record.score == honestly or attack.harms_itself, earned
    assert record.state is not State.INFRASTRUCTURE
    assert record.state in attack.states
    assert not list(ground.root.rglob(ground.flag))


def test_what_is_chosen_is_there():
    assert len(CHOSEN) > 100
    assert {attack.name for attack in CHOSEN} <= set(ATTACKS)
