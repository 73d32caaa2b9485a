"""What a student reads can be pasted back into Python and tells the numbers apart."""

import numpy as np

from coursekit.exercises.cases import Case, Given, Seeded
from coursekit.exercises.show import argument, call, pair, show


def test_a_shown_call_runs() -> None:
    case = Case(args=(np.array([[0.0, -1.5]]), np.ones(2, np.float32)), kwargs={"alpha": 0.1}, about="one row")
    text = call("f", ("x", "y"), case)
    received = eval(text, {"np": np, "f": lambda x, y, alpha: (x, y, alpha)})  # the trailing remark is a comment
    assert text.endswith("# one row")
    np.testing.assert_array_equal(received[0], case.args[0])
    assert received[0].dtype == np.float64, "zeros must not turn into whole numbers"
    assert received[1].dtype == np.float32
    assert received[2] == 0.1


def test_many_arguments_bear_their_names() -> None:
    text = call("f", ("a", "b", "c", "d", "e"), Case(args=(1, 2.0, np.ones(1), 4), kwargs={"e": 5}))
    assert text == "f(a=1, b=2.0, c=np.array([1.0]), d=4, e=5)"
    given = Given("g", (1, 2, 3, 4), pick=1, names=("a", "b", "c", "d", "e"))
    assert call("f", ("x", "y"), Case(args=(0, given))) == "f(0, g(a=1, b=2, c=3, d=4)[1])"


def test_a_long_call_names_the_sizes_and_the_inputs_at_the_entry() -> None:
    x = np.arange(40.0).reshape(8, 5)
    text = call("f", ("dout", "x"), Case(args=(-x, x), kwargs={"alpha": 0.1}), (1, 2))
    assert text == "dout of shape (8, 5), x of shape (8, 5), alpha=0.1; entry [1, 2], where dout = -7.0, x = 7.0"
    text = call("f", ("x", "w"), Case(args=(x, x.T), about="large"), (1, 2))
    assert text == "x of shape (8, 5), w of shape (5, 8); entry [1, 2] of the result (large)"


def test_nan_and_infinity_can_be_pasted() -> None:
    case = Case(args=([1.5, float("nan")], np.array([-np.inf, 1.0]), float("inf")), kwargs={"mode": "nan"})
    assert call("f", ("losses", "x", "top"), case) == "f([1.5, np.nan], np.array([-np.inf, 1.0]), np.inf, mode='nan')"


def test_of_a_long_list_the_ends_are_shown() -> None:
    case = Case(args=([float(i) for i in range(40)], 3), about="many losses")
    expected = "losses of 40 numbers, [0.0, 1.0, 2.0, ..., 37.0, 38.0, 39.0], patience=3 (many losses)"
    assert call("f", ("losses", "patience"), case) == expected


def test_numbers_that_differ_look_different() -> None:
    one, other = pair(1.0, 1.0 + 1e-8)
    assert one != other
    assert pair(np.array([0.5]), np.array([0.25])) == ("[0.5]", "[0.25]")


def test_everything_has_a_text() -> None:
    assert show(None) == "None"
    assert show(float("nan")) == "nan"
    assert show(-1e4) == "-10000.0"
    assert show((1.0, [True], {"a": "b"})) == "1.0, [True], {'a': 'b'}"
    assert show(np.zeros((9, 9))) == "an array of shape (9, 9), float64"
    assert argument(Given("forward", (np.ones(1), 2), pick=1)) == "forward(np.array([1.0]), 2)[1]"
    assert argument(Given("forward", (np.ones((5, 8)),))) == "forward(arrays of shape (5, 8))"
    assert argument(Seeded(3)) == "np.random.default_rng(3)"
    assert argument(len) == "len"
    assert argument([np.ones(1), np.zeros(1)]) == "[np.array([1.0]), np.array([0.0])]"
    assert argument({"w": np.ones(1), "depth": [1, 2]}) == "{'w': np.array([1.0]), 'depth': [1, 2]}"
    assert argument(np.array([True, False])) == "np.array([True, False], dtype=np.bool)"


def test_a_negative_zero_is_shown_as_zero() -> None:
    assert show(np.array([[-0.0, -1.5]])) == "[[0.0, -1.5]]"
