"""What a student's function may do, by mistake or on purpose. `evaluate` never raises, and no trick earns a point."""

import sys
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from hostile import HOSTILE, Pretends, nameless, raises

from coursekit.exercises import Answer, Exercise, assignment, assignments
from coursekit.exercises.asking import arguments
from coursekit.exercises.cases import arrays_in
from coursekit.exercises.kinds import Unread, UnreadableError

A = assignment("activations").exercises
RELU, PRELU, DEAD = A["relu"], A["prelu_backward"], A["dead_fraction"]


def prelu_backward(dout, x, alpha):
    return np.where(x > 0, dout, alpha * dout), np.sum(dout * np.minimum(x, 0))


def dead_fraction(h):
    return np.mean(np.all(h == 0, axis=0))


pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass")


ALL = {f"{id}-{name}": e for id in assignments() for name, e in assignment(id).exercises.items()}
each = pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)


@each
def test_nothing_raises_and_nothing_is_earned(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    paper = exercise.paper(3)
    for name, function in HOSTILE.items():
        result = exercise.judge(paper, exercise.ask(paper, exercise.complete(function)))
        assert result.score == 0, f"{name}:\n{result}"
        assert not result.passed
        assert all("\n" not in check.got for check in result.checks), name
        assert str(result)
        assert result._repr_html_()
    out, err = capsys.readouterr()
    assert (out, err) == ("", ""), "what a function prints belongs into the notes"


@each
def test_one_right_answer_earns_nothing(exercise: Exercise) -> None:
    """Neither the first, nor the one that comes twice: what is right by chance, or only once, is not right."""
    paper = exercise.paper(3)
    wrong = Answer(error="it returned None: is a `return` missing?")
    for right in (0, len(paper.cases) - 1):
        answers = [answer if i == right else wrong for i, answer in enumerate(paper.answers)]
        assert exercise.judge(paper, answers).score == 0


@each
def test_arrays_of_a_special_kind_do_not_count(exercise: Exercise) -> None:
    """Right values in an array that compares, computes or prints as it likes."""

    class Special(np.ndarray):
        pass

    def dressed(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value.view(Special)
        if isinstance(value, (tuple, list)):
            return type(value)(map(dressed, value))
        if isinstance(value, dict):
            return {key: dressed(part) for key, part in value.items()}
        return value

    paper = exercise.paper(3)
    kept = []
    for case in paper.cases[:4]:
        value = _call(exercise, case, exercise.complete(exercise.reference))
        kept.append((value, dressed(value)))
    if not any(isinstance(a, Special) for _, value in kept for a in arrays_in(value)):
        return  # it returns numbers
    for value, special in kept:
        if any(a.ndim for a in arrays_in(value)):
            with pytest.raises(UnreadableError, match="Special"):
                _strict(exercise.returns.read(special))


def _call(exercise: Exercise, case: Any, functions: Any) -> Any:
    args, kwargs = arguments(functions, case)
    return functions[exercise.name](*args, **kwargs)


def _strict(value: Any) -> None:
    for part in value if isinstance(value, (tuple, list)) else [value]:
        if isinstance(part, Unread):
            raise UnreadableError(part.reason)
        if isinstance(part, (tuple, list)):
            _strict(part)


def test_what_is_no_function_at_all() -> None:
    nothing = [None, 3, "relu", [], {}, {"other": len}, {"relu": 3}, Pretends(), nameless(), object(), np.zeros(3)]
    for submission in nothing:
        result = RELU.evaluate(submission)
        assert result.score == 0
        assert len(result.checks[0].got) > 5


def test_a_mapping_may_hold_more_than_is_asked() -> None:
    assert RELU.evaluate({"relu": RELU.reference, "other": None}).passed


def test_an_array_subclass_does_not_count_even_with_the_right_values() -> None:
    result = RELU.evaluate(lambda x: np.ma.masked_array(np.maximum(x, 0)))
    assert result.score == 0
    assert "MaskedArray" in result.checks[0].got
    assert "plain NumPy array" in result.checks[0].got


def test_right_on_the_first_call_only() -> None:
    calls = []

    def first_only(x: np.ndarray) -> np.ndarray:
        calls.append(x)
        return np.maximum(x, 0) if len(calls) == 1 else x

    assert RELU.evaluate(first_only).score == 0

    remembered = {}

    def remembers_the_first_of_each_shape(x: np.ndarray) -> np.ndarray:
        return remembered.setdefault(x.shape, np.maximum(x, 0))

    assert RELU.evaluate(remembers_the_first_of_each_shape).score == 0


def test_worse_with_every_call() -> None:
    calls, cases = [], len(RELU.paper().cases)

    def wears_out(x: np.ndarray) -> np.ndarray:
        calls.append(x)
        return np.maximum(x, 0) if len(calls) < cases else x + 1

    result = RELU.evaluate(wears_out)
    assert result.score == 0
    assert "once more" in result.checks[0].at


@pytest.mark.parametrize("name", ["allclose", "isclose", "array_equal", "abs", "absolute", "isnan", "argwhere"])
def test_replacing_numpys_comparisons_gains_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, name, lambda *a, **k: True)
    assert RELU.evaluate(lambda x: x).score == 0


def test_replacing_the_test_helpers_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np.testing, "assert_allclose", lambda *a, **k: None)
    monkeypatch.setattr(np.testing, "assert_array_equal", lambda *a, **k: None)
    assert RELU.evaluate(lambda x: x).score == 0


def test_replacing_what_numpy_computes_with_gains_nothing_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference needs it too: both would give the same wrong numbers."""
    original = np.maximum
    monkeypatch.setattr(np, "maximum", lambda *a, **k: np.zeros_like(a[0]))
    result = RELU.evaluate(lambda x: np.zeros_like(x), seed=4)
    assert result.score == 0
    assert "numpy.maximum had been replaced" in result.notes[-1]
    assert np.maximum is original


def test_replacing_numpy_or_the_engine_from_within_a_call_gains_nothing() -> None:
    import coursekit.nn.activations as home

    original, reference = np.where, home.relu

    def meddles(x: np.ndarray) -> np.ndarray:
        np.where = np.maximum = np.minimum = lambda *a, **k: np.zeros_like(x)
        home.relu = lambda x: np.zeros_like(x)
        return np.zeros_like(x)

    result = RELU.evaluate(meddles, seed=4)
    assert result.score == 0
    assert any("had been replaced" in note for note in result.notes)
    assert np.where is original
    assert home.relu is reference


def up_the_stack(name: str) -> object:
    """What a local variable of this name holds, in any frame above."""
    frame = sys._getframe()
    while frame:
        if name in frame.f_locals:
            yield frame.f_locals[name]
        frame = frame.f_back


def test_the_stack_holds_no_answers_and_the_reference_found_there_earns_nothing() -> None:
    asked = []

    def copies_the_answers(x: np.ndarray) -> np.ndarray:
        for paper in up_the_stack("paper"):
            asked.append("answers" in vars(paper))
            pairs = zip(paper.cases, paper.answers, strict=True)
            return next(answer.value for case, answer in pairs if np.array_equal(case.args[0], x))
        return x

    def calls_the_reference(x: np.ndarray) -> np.ndarray:
        for self in up_the_stack("self"):
            if hasattr(self, "reference"):
                return self.reference(x)
        return x

    def imports_it(x: np.ndarray) -> np.ndarray:
        from coursekit.nn import relu

        return relu(x)

    def switches_the_watch_off(x: np.ndarray) -> np.ndarray:
        sys.setprofile(None)
        return imports_it(x)

    for trick in (copies_the_answers, calls_the_reference, imports_it, switches_the_watch_off):
        result = RELU.evaluate(trick, seed=4)
        assert result.score == 0, trick
        assert "course's own code" in result.checks[0].got or "watch" in result.checks[0].got
    assert not asked[0], "the first call finds answers worked out already"
    assert sys.getprofile() is None


def test_a_recursion_without_end_is_told_as_such() -> None:
    def relu(x: np.ndarray) -> np.ndarray:
        return relu(x)

    assert "RecursionError" in RELU.evaluate(relu).checks[0].got


def test_what_is_collected_during_a_call_is_not_the_submissions_doing() -> None:
    """A training run that was left standing ends in code of the engine's when it is thrown away."""
    from coursekit.nn import Linear, Sequential, SoftmaxCrossEntropy
    from coursekit.optim import SGD
    from coursekit.training import train

    rng = np.random.default_rng(0)

    def relu(x: np.ndarray) -> np.ndarray:
        for _ in range(1000):
            junk: list[Any] = []
            junk.append(junk)
        return np.maximum(x, 0)

    model = Sequential(Linear(2, 2), rng=rng)
    left = train(
        model, np.ones((4, 2)), np.zeros(4, int), optimizer=SGD(lr=0.1), loss=SoftmaxCrossEntropy(), epochs=3,
        batch_size=2, rng=rng,
    )  # fmt: skip
    next(left)
    loop = [left]
    loop.append(loop)
    del left, loop
    assert RELU.evaluate(relu).passed


def test_the_engine_s_own_function_is_named_as_such() -> None:
    result = RELU.evaluate(RELU.reference)
    assert result.passed
    assert "the engine's own relu" in result.notes[0]


def test_switching_warnings_or_errors_leaves_no_trace() -> None:
    before = np.geterr(), list(warnings.filters), sys.stdout

    def meddles(x: np.ndarray) -> np.ndarray:
        np.seterr(all="raise")
        warnings.simplefilter("ignore")
        sys.stdout = None
        return np.maximum(x, 0)

    assert RELU.evaluate(meddles).passed
    assert (np.geterr(), list(warnings.filters), sys.stdout) == before


def test_an_interrupt_ends_the_asking() -> None:
    calls = []

    def interrupted(x: np.ndarray) -> np.ndarray:
        calls.append(x)
        raise KeyboardInterrupt

    result = RELU.evaluate(interrupted)
    assert len(calls) == 1
    assert "interrupted" in result.checks[0].got


def test_results_may_come_as_a_list_or_a_named_tuple() -> None:
    class Gradients(NamedTuple):
        dx: np.ndarray
        dalpha: float

    assert PRELU.evaluate(lambda *a, **k: Gradients(*prelu_backward(*a, **k))).passed
    assert PRELU.evaluate(lambda *a, **k: list(prelu_backward(*a, **k))).passed


def test_one_unreadable_result_does_not_cost_the_other() -> None:
    result = PRELU.evaluate(lambda *a, **k: (prelu_backward(*a, **k)[0], None))
    by_name = {check.name: check for check in result.checks}
    assert by_name["dx"].passed
    assert "dalpha is None" in by_name["dalpha"].got


def test_scalars_of_every_sort_are_numbers() -> None:
    for make in (float, np.float64, np.float32, np.array):
        assert DEAD.evaluate(lambda h, make=make: make(dead_fraction(h))).passed, make


def test_a_view_of_the_input_or_the_input_itself_may_be_returned() -> None:
    positive = A["relu_backward"]
    assert positive.evaluate(lambda dout, x: dout if (x > 0).all() else dout * (x > 0)).passed


def test_what_is_printed_and_warned_is_told_and_costs_nothing() -> None:
    def chatty(x: np.ndarray) -> np.ndarray:
        print("x is", x.shape)
        warnings.warn("mind the gap", stacklevel=1)
        return np.maximum(x, 0)

    result = RELU.evaluate(chatty)
    assert result.passed
    assert any("mind the gap" in note for note in result.notes)
    assert any("x is (1, 1)" in note for note in result.notes)


def test_html_is_escaped() -> None:
    result = RELU.evaluate(raises(ValueError("<script>alert(1)</script>")))
    assert "<script>" not in result._repr_html_()
    assert "&lt;script&gt;" in result._repr_html_()


def test_an_error_is_not_taken_for_a_known_wrong_answer() -> None:
    """Some known wrong answers are of a wrong kind: only one that is wrong in the same way is called by its id."""
    for exercise in A.values():
        assert exercise.evaluate(raises(ZeroDivisionError)).misconception is None
        assert exercise.evaluate(lambda *a, **k: None).misconception is None
    assert DEAD.evaluate(lambda h: (h == 0).mean(axis=0)).misconception is None
    assert DEAD.evaluate(lambda h: (h == 0).all(axis=0)).misconception == "per_unit"


def test_a_closed_output_a_low_recursion_limit_and_a_hostile_mapping_leave_no_trace() -> None:
    class Raises(dict):
        def __contains__(self, key: object) -> bool:
            raise SystemExit

        def __getitem__(self, key: object) -> object:
            raise KeyboardInterrupt

    def closes(x: np.ndarray) -> np.ndarray:
        sys.stdout.close()
        return np.maximum(x, 0)

    def lowers(x: np.ndarray) -> np.ndarray:
        sys.setrecursionlimit(200)
        return np.maximum(x, 0)

    before = sys.getrecursionlimit()
    assert RELU.evaluate(closes).passed
    assert RELU.evaluate(lowers).passed
    assert sys.getrecursionlimit() == before
    result = RELU.evaluate(Raises(relu=None))
    assert result.score == 0
    assert "could not be read: SystemExit" in result.checks[0].got


def test_the_same_hint_is_given_once() -> None:
    text = str(A["elu"].evaluate(lambda x, alpha=1.0: x.tolist()))
    assert text.count("it returned a list") == 2
    assert text.count("A list is no array") == 1
