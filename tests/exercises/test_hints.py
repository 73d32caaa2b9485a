"""The hints that follow from a failure are met by the real failures of NumPy and Python, not by texts of ours."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from coursekit.exercises import assignment
from coursekit.exercises.hints import for_what_came

A = assignment("activations").exercises


def relu() -> int:
    return 0


@pytest.mark.parametrize(
    ("name", "function", "hint"),
    [
        ("relu", lambda x: [max(0, row) for row in x], "one True or False"),
        ("relu", lambda x: print(), "end in a `return` line"),
        ("relu", lambda x: X, "Is the name spelled"),  # noqa: F821
        ("relu", lambda x: [math.exp(row) for row in x], "one number at a time"),
        ("relu", lambda x: x.relu(), "have this attribute"),
        ("relu", lambda x: np.zeros(2, 3), "A shape is ONE argument"),
        ("relu", lambda x: np.random.default_rng(0).normal(0, 1, 2, 3), "A shape is ONE argument"),
        ("relu", lambda x: np.random.default_rng(0).randn(2, 3), "`rng.standard_normal(shape)` for `randn`"),
        ("relu", lambda x: x[10], "How long is the array"),
        ("relu", relu, "The function is called as `relu(x)`"),
        ("relu", lambda x: 0, "this is one number"),
        ("relu", lambda x: np.maximum(x, 0).tolist(), "A list is no array"),
        ("relu", lambda x: {}, "What is asked for is an array"),
        ("maxout", lambda x, w1, b1, w2, b2: np.max(x @ w1, x @ w2), "takes b as an axis"),
        ("maxout", lambda x, w1, b1, w2, b2: w1.T @ x, "Which shapes meet"),
        ("maxout", lambda x, w1, b1, w2, b2: np.dot(b1, x), "Which shapes meet"),
        ("maxout", lambda x, w1, b1, w2, b2: x * w1 + b1, "Which shapes meet"),
        ("prelu_backward", lambda dout, x, alpha: dout, "end with `return dx, dalpha`"),
        ("prelu_backward", lambda dout, x, alpha: (dout, 0.0, 0.0), "end with `return dx, dalpha`"),
    ],
)
def test_hint(name: str, function: Callable[..., object], hint: str) -> None:
    exercise = A[name]
    paper = exercise.paper()
    wide = type(paper)(exercise, paper.cases[4:5])  # an ordinary case with sizes that differ
    first = next(check for check in exercise.judge(wide, exercise.ask(wide, function)).checks if not check.passed)
    assert hint in first.hint, f"{first.got}: {first.hint}"


@pytest.mark.parametrize(
    ("got", "signature", "returns", "hint"),
    [
        ("it returned a list of 4: make it an array with np.array(...)", "k_fold(n, k, rng)", "", "(your_list)` give?"),
        ("it raised KeyError: 'depth'", "grid_search(objective, space)", "a dict", "Which keys"),
        ("it returned a tuple of 2", "grid_search(objective, space)", "a dict", "What does your `return` line"),
        ("it raised TypeError: 'float' object cannot be interpreted as an integer", "f(p, m)", "", "Which division"),
        ("it raised TypeError: unsupported operand type(s) for *: 'float' and 'function'", "f(w)", "", "parentheses"),
        ("it raised OverflowError: int too large to convert to float", "f(p, m)", "a number", "end near 1e308"),
        ("it returned a single number (0.5)", "f(probs)", "an array", "swallows the array"),
        ("shape (2, 2)", "f(x)", "an array", "adds an axis or drops one"),
    ],
)
def test_hint_where_no_array_is_about(got: str, signature: str, returns: str, hint: str) -> None:
    assert hint in for_what_came(got, name="f", signature=signature, returns=returns)


def test_hint_where_the_results_come_in_another_order() -> None:
    results = ("out", "cache", "running_var")
    hint = for_what_came("running_var is a tuple of 4", name="f", signature="f(x)", returns="", results=results)
    assert hint == "Does your function return `out, cache, running_var`, in this order?"


def test_hint_where_one_of_several_results_is_not_of_its_kind() -> None:
    def hint(got: str) -> str:
        returns = "loss (a number), grads (a dict, each value an array)"
        return for_what_came(got, name="f", signature="f(w)", returns=returns, results=("loss", "grads"))

    assert "Is a sum over all entries missing" in hint("loss is an array of shape (2, 2) and dtype float64")
    assert hint("grads is a dict whose 'b' is None") == "", "the order is right"


def test_values_that_are_wrong_are_not_told_as_a_wrong_dtype() -> None:
    keeps = A["relu"].evaluate(lambda x: np.maximum(x, 0) + (x.dtype == np.float32)).checks[-1]
    assert keeps.name == "keeps float32"
    assert "it is the values that are wrong" in keeps.hint


def test_what_is_not_written_yet_gets_the_hint_of_its_check() -> None:
    assert for_what_came("it raised NotImplementedError: not written yet", name="f", signature="f(x)", returns="") == ""


def test_a_sum_without_an_axis_is_asked_for_where_one_of_several_results_is_one_number() -> None:
    def maxout_backward(dout, x, w1, b1, w2, b2):
        first = dout * (x @ w1 + b1 > x @ w2 + b2)
        second = dout - first
        return first @ w1.T + second @ w2.T, x.T @ first, first.sum(), x.T @ second, second.sum(axis=0)

    failed = [c for c in A["maxout_backward"].evaluate(maxout_backward).checks if not c.passed]
    assert "db1 is a single number" in failed[0].got
    assert "without an axis" in failed[0].hint


def test_a_changed_input_is_not_put_down_to_the_order_of_the_results() -> None:
    def prelu_backward(dout, x, alpha):
        before = dout.copy()
        dout *= np.where(x > 0, 1, alpha)
        return dout, float(np.sum(before * np.minimum(x, 0)))

    check = next(
        c for c in A["prelu_backward"].evaluate(prelu_backward).checks if c.name == "does not change its input"
    )
    assert not check.passed
    assert "this order" not in check.hint
