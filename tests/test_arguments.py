"""What a bad argument gets: one line that names the function, the argument, what came and what is allowed."""

from functools import partial

import numpy as np
import pytest

from coursekit.arguments import name_of, takes

ROWS = np.ones((2, 3))


@takes(x="array (N, D)", w="array (D, H)", y="optional labels (N) below H", p="real [0, 1)", n="whole [1, inf)")
def everything(x, w, y=None, p=0.5, n=1):
    """Takes one of each."""
    return x, w, y, p, n


@takes(a="finite array (...)", b="any array (...)", k="labels (M) below n", n="whole [1, 9]", rng="rng", f="function")
@takes(v="array (D) of 0 or more")
def more(a, b, k=(0,), n=1, rng=None, f=None, v=(0.0,)):
    return a, b


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: everything(ROWS, np.ones((4, 2))), r"everything: w must be \(D, H\) with D = 3 as in x, it has shape"),
        (lambda: everything(ROWS, w=np.ones(3)), r"everything: w must be \(D, H\), it has shape \(3,\)"),
        (lambda: everything(np.ones((0, 3)), ROWS.T), r"x must not be empty, it has shape \(0, 3\)"),
        (lambda: everything([[1.0], [1.0, 2.0]], ROWS.T), "x must be an array of numbers, its rows differ in length"),
        (lambda: everything(ROWS.astype(complex), ROWS.T), "x must be an array of real numbers, not of complex128"),
        (lambda: everything("text", ROWS.T), "x must be an array of real numbers, not of <U4"),
        (lambda: everything(ROWS, ROWS.T, np.array([0, 2])), r"y must hold labels 0\.\.1, it holds 2"),
        (lambda: everything(ROWS, ROWS.T, np.array([0, -1])), r"y must hold labels 0\.\.1, it holds -1"),
        (lambda: everything(ROWS, ROWS.T, np.array([0.0, 1.0])), "y must hold whole-number labels, not float64"),
        (lambda: everything(ROWS, ROWS.T, np.array([0])), r"y must be \(N,\) with N = 2 as in x, it has shape \(1,\)"),
        (lambda: everything(ROWS, ROWS.T, p=1.0), r"p must be a number in \[0, 1\), not 1"),
        (lambda: everything(ROWS, ROWS.T, p="half"), "p must be a number .*, not 'half'"),
        (lambda: everything(ROWS, ROWS.T, p=ROWS), r"p must be a number .*, not array\(\[\[1"),
        (lambda: everything(ROWS, ROWS.T, p=True), "p must be a number .*, not True"),
        (lambda: everything(ROWS, ROWS.T, p=float("nan")), "p must be a number .*, not nan"),
        (lambda: everything(ROWS, ROWS.T, n=0), "n must be a whole number, 1 or more, not 0"),
        (lambda: everything(ROWS, ROWS.T, n=1.0), "n must be a whole number, 1 or more, not 1.0"),
        (lambda: more(np.array([1.0, np.nan]), [1, 2]), "a must be finite, it holds NaN or infinity"),
        (lambda: more(ROWS, np.ones((2, 1))), r"b must have the shape of a, \(2, 3\), it has \(2, 1\)"),
        (lambda: more(ROWS, ROWS, k=[1], n=1), r"k must hold labels 0\.\.0, it holds 1"),
        (lambda: more(ROWS, ROWS, n=10), r"n must be a whole number in \[1, 9\], not 10"),
        (lambda: more(ROWS, ROWS, rng=3), r"rng must be a numpy.random.Generator .*, not 3"),
        (lambda: more(ROWS, ROWS, f=3), "f must be a function, not 3"),
        (lambda: more(ROWS, ROWS, v=[0.0, -0.5]), "more: v must hold numbers of 0 or more, it holds -0.5"),
    ],
)
def test_one_line_says_what_came_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_what_fits_passes_and_dtypes_are_kept():
    x, w, y, p, n = everything(ROWS.astype(np.float32), [[1, 2], [3, 4], [5, 6]], [0, 1], np.float32(0.25), np.int64(3))
    assert (x.dtype, w.dtype, y.dtype.kind, p, n) == (np.float32, np.float64, "i", 0.25, 3)
    assert (type(p), type(n)) == (float, int)
    pixels = more(ROWS, np.ones((2, 3), np.uint8))[1]
    assert pixels.dtype == np.uint8
    assert everything(ROWS, ROWS.T, None)[2] is None


@takes(images="any array (N, ...)", labels="any array (N, ...)", draws="size")
def axes(images, labels, draws=1):
    return images.shape, labels.shape


def test_further_axes_and_sizes():
    assert axes(np.ones((3, 2, 2)), np.ones(3), (2, 4)) == ((3, 2, 2), (3,))
    with pytest.raises(ValueError, match=r"labels must be \(N, \.\.\.\) with N = 3 as in images, it has shape \(2,"):
        axes(np.ones((3, 2, 2)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"images must be \(N, \.\.\.\), it has shape \(\)"):
        axes(1.0, np.ones(3))
    for draws in (0, 2.0, (2, -1)):
        with pytest.raises(ValueError, match="draws must be a whole number, 1 or more, not"):
            axes(np.ones(3), np.ones(3), draws)


@pytest.mark.parametrize("given", [[], np.zeros(0), (1, np.nan), np.array([np.inf, 2.0], np.float32)])
def test_a_series_comes_in_as_python_floats(given):
    came = takes(losses="series")(lambda losses: losses)(given)
    assert type(came) is list
    assert all(type(loss) is float for loss in came)
    np.testing.assert_array_equal(came, np.asarray(given))


@pytest.mark.parametrize("given", [3.0, [[1.0]], np.zeros((0, 2)), "loss", [None], None, {}])
def test_what_is_no_series_is_refused(given):
    with pytest.raises(ValueError, match="losses must be"):
        takes(losses="series")(lambda losses: losses)(given)


def test_the_function_itself_is_still_there():
    assert everything.__doc__ == "Takes one of each."
    assert everything.__wrapped__("no", "look", "at", "all", "of it")[0] == "no"
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        everything(ROWS)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'n'"):
        takes(n="whole [1, inf)", y="labels (N) below n")(lambda y, n: y)([0, 1])


def test_a_rule_that_nobody_reads_is_a_mistake_of_the_author():
    with pytest.raises(SyntaxError, match="no rule reads 'matrix'"):
        takes(x="matrix")(lambda x: x)


def test_what_works_entry_by_entry_works_on_none():
    @takes(x="array (...) or empty")
    def doubled(x):
        return 2.0 * x

    assert doubled(np.ones((3, 0))).shape == (3, 0)
    assert doubled([]).dtype == np.float64


def test_a_function_keeps_its_name_within_partials():
    assert name_of(partial(partial(sum, start=1), [2])) == "sum"
    assert name_of(np.random.default_rng(0)) == "Generator"
