"""The update rules, against the formulas written out entry by entry, and what every rule must do."""

import inspect
from collections.abc import Callable

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import rules

# Independent of the engine: one number at a time, each line as in the source named in the rule's docstring.


def sgd(w, g, lr):
    return (w - lr * g,)


def momentum(w, g, v, lr, rho):
    return w - lr * g + rho * v, -lr * g + rho * v


def nesterov(w, slope, v, lr, rho):  # the gradient is slope * w
    new = rho * v - lr * slope * (w + rho * v)
    return w + new, new


def adagrad(w, g, h, lr, eps):
    total = h + g**2
    return w - lr / (np.sqrt(total) + eps) * g, total


def rmsprop(w, g, h, lr, decay, eps):
    mean = g**2 + decay * (h - g**2)
    return w - lr / (np.sqrt(mean) + eps) * g, mean


def adadelta(w, g, h, d, rho, eps):
    h = g**2 + rho * (h - g**2)
    step = -np.sqrt(d + eps) / np.sqrt(h + eps) * g
    return w + step, h, step**2 + rho * (d - step**2)


def adam(w, g, m, v, t, lr, beta1, beta2, eps):
    m, v = g + beta1 * (m - g), g**2 + beta2 * (v - g**2)
    return w - lr * (m / (1 - beta1**t)) / (eps + np.sqrt(v / (1 - beta2**t))), m, v


def adamw(w, g, m, v, t, lr, weight_decay, beta1, beta2, eps):
    new, m, v = adam(w, g, m, v, t, lr, beta1, beta2, eps)
    return new - lr * weight_decay * w, m, v


#: name, by hand, number of state arrays, settings that come after them
RULES: list[tuple[str, Callable, int, dict]] = [
    ("sgd", sgd, 0, {"lr": 0.3}),
    ("momentum", momentum, 1, {"lr": 0.3, "rho": 0.7}),
    ("nesterov", nesterov, 1, {"lr": 0.3, "rho": 0.7}),
    ("adagrad", adagrad, 1, {"lr": 0.3, "eps": 1e-2}),
    ("rmsprop", rmsprop, 1, {"lr": 0.3, "decay": 0.8, "eps": 1e-2}),
    ("adadelta", adadelta, 2, {"rho": 0.8, "eps": 1e-2}),
    ("adam", adam, 2, {"t": 3, "lr": 0.3, "beta1": 0.8, "beta2": 0.9, "eps": 1e-2}),
    ("adamw", adamw, 2, {"t": 3, "lr": 0.3, "weight_decay": 0.1, "beta1": 0.8, "beta2": 0.9, "eps": 1e-2}),
]
every_rule = pytest.mark.parametrize(("name", "by_hand", "n_states", "settings"), RULES, ids=[row[0] for row in RULES])


def given(name, n_states, shape, dtype=np.float64, seed=5):
    """Weights, gradient (or its function, for nesterov) and state for one call, and the gradient as numbers."""
    rng = np.random.default_rng(seed)
    w, slope = rng.standard_normal((2, *shape)).astype(dtype)
    states = [np.abs(rng.standard_normal(shape)).astype(dtype) for _ in range(n_states)]
    return [w, (lambda at: slope * at) if name == "nesterov" else slope, *states], slope


def results(name, arguments, settings):
    out = getattr(optim, name)(*arguments, **settings)
    return out if isinstance(out, tuple) else (out,)


def test_the_table_holds_every_rule():
    defined = {
        name for name, value in vars(rules).items() if inspect.isfunction(value) and value.__module__ == rules.__name__
    }
    assert {row[0] for row in RULES} | {"newton_step"} == {name for name in defined if not name.startswith("_")}


@every_rule
@pytest.mark.parametrize("shape", [(), (1,), (7,), (1, 4), (3, 1), (2, 3, 4)])
def test_values_entry_by_entry(name, by_hand, n_states, settings, shape):
    arguments, slope = given(name, n_states, shape)
    out = results(name, arguments, settings)
    assert len(out) == 1 + n_states
    for at in np.ndindex(shape):
        entries = [slope[at] if i == 1 else array[at] for i, array in enumerate(arguments)]
        np.testing.assert_allclose([each[at] for each in out], by_hand(*entries, **settings), rtol=1e-13)


@every_rule
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays_and_nothing_given_is_changed(name, by_hand, n_states, settings, dtype):
    arguments, slope = given(name, n_states, (2, 3), dtype)
    before = [slope.copy(), *(array.copy() for array in arguments if not callable(array))]
    # A learning rate from np.logspace is a float64 scalar, which would make a float32 array float64.
    settings = {key: np.float64(value) if isinstance(value, float) else value for key, value in settings.items()}
    assert {each.dtype for each in results(name, arguments, settings)} == {np.dtype(dtype)}
    for old, now in zip(before, [slope, *(array for array in arguments if not callable(array))], strict=True):
        np.testing.assert_array_equal(old, now)


@every_rule
def test_views_give_what_copies_give(name, by_hand, n_states, settings):
    arguments, _ = given(name, n_states, (4, 6))
    views = [array if callable(array) else np.repeat(array, 2, axis=1)[:, ::2] for array in arguments]
    assert not views[0].flags.c_contiguous
    for one, other in zip(results(name, arguments, settings), results(name, views, settings), strict=True):
        np.testing.assert_array_equal(one, other)


@every_rule
def test_one_python_float_without_the_checks(name, by_hand, n_states, settings):
    arguments, slope = given(name, n_states, ())
    floats = [array if callable(array) else float(array) for array in arguments]
    if name == "nesterov":
        floats[1] = lambda at: float(slope) * at
    out = inspect.unwrap(getattr(optim, name))(*floats, **settings)
    out = out if isinstance(out, tuple) else (out,)
    assert {type(each) for each in out} == {float}
    np.testing.assert_allclose(out, [float(each) for each in results(name, arguments, settings)], rtol=1e-15)


@every_rule
@pytest.mark.parametrize("size", [1e-4, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_and_small_entries_stay_finite(name, by_hand, n_states, settings, size, dtype):
    arguments, _ = given(name, n_states, (5,), dtype)
    arguments = [array if callable(array) else array * dtype(size) for array in arguments]
    for each in results(name, arguments, settings):
        assert np.isfinite(each).all()


@every_rule
def test_shapes_that_differ_are_refused(name, by_hand, n_states, settings):
    arguments, _ = given(name, n_states, (2, 3))
    for i, array in enumerate(arguments[1:], start=1):
        if not callable(array):
            with pytest.raises(ValueError, match=rf"^{name}: \w+ must have the shape of w, \(2, 3\), it has \(3,\)$"):
                results(name, [*arguments[:i], array[0], *arguments[i + 1 :]], settings)


#: rule, the setting that is wrong, its values
WRONG = [
    *((row[0], "lr", value) for row in RULES if "lr" in row[3] for value in (-0.1, np.nan, np.inf, "fast", None, True)),
    *((name, "rho", value) for name in ("momentum", "nesterov") for value in (-0.1, 1.1, np.nan)),
    *(("adadelta", "rho", value) for value in (-0.1, 1.0)),
    *((name, key, value) for name in ("adam", "adamw") for key in ("beta1", "beta2") for value in (-0.1, 1.0, "x")),
    *(("rmsprop", "decay", value) for value in (-0.1, 1.0)),
    *((name, "eps", -1e-8) for name in ("adagrad", "rmsprop", "adadelta", "adam", "adamw")),
    *((name, "t", value) for name in ("adam", "adamw") for value in (0, -1, 1.5, "1")),
    ("adamw", "weight_decay", -0.1),
    ("adadelta", "eps", 0.0),
]


@pytest.mark.parametrize(("name", "key", "value"), WRONG)
def test_settings_out_of_range_are_refused(name, key, value):
    n_states, settings = next(row[2:] for row in RULES if row[0] == name)
    arguments, _ = given(name, n_states, (3,))
    with pytest.raises(ValueError, match=f"^{name}: {key} must be a .*, not ") as caught:
        results(name, arguments, settings | {key: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "call", "message"),
    [
        ("sgd", lambda: optim.sgd(["a"], [1.0], 0.1), "w must be an array of real numbers"),
        ("sgd", lambda: optim.sgd(np.ones(0), np.ones(0), 0.1), "w must not be empty"),
        ("sgd", lambda: optim.sgd(np.ones(2, complex), np.ones(2), 0.1), "w must be an array of real numbers"),
        ("nesterov", lambda: optim.nesterov(np.ones(2), np.ones(2), np.ones(2), 0.1), "grad_fn must be a function"),
        (
            "adagrad",
            lambda: optim.adagrad(np.ones(1), np.ones(1), -np.ones(1), 0.1),
            "h must hold numbers of 0 or more",
        ),
        ("adam", lambda: optim.adam(*np.ones((3, 1)), -np.ones(1), 1, 0.1), "v must hold numbers of 0 or more"),
    ],
)
def test_arrays_that_cannot_be_are_refused(name, call, message):
    with pytest.raises(ValueError, match=f"^{name}: {message}"):
        call()


def test_adams_first_step_is_lr_whatever_the_gradients_size():
    dw = np.array([1e-3, -5.0, 1e4])
    w, _, _ = optim.adam(np.zeros(3), dw, np.zeros(3), np.zeros(3), t=1, lr=0.1)
    np.testing.assert_allclose(w, [-0.1, 0.1, -0.1], rtol=2e-5)


def test_a_newton_step_lands_on_the_minimum_of_a_quadratic():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((5, 5))
    hessian, minimum, w = root @ root.T + np.eye(5), rng.standard_normal(5), rng.standard_normal(5)
    before = w.copy(), hessian.copy()
    stepped = optim.newton_step(w, hessian @ (w - minimum), hessian)
    np.testing.assert_allclose(stepped, minimum, atol=1e-12)
    np.testing.assert_array_equal(w, before[0])
    np.testing.assert_array_equal(hessian, before[1])


def test_a_newton_step_keeps_float32_and_takes_views_and_saddles():
    saddle = np.asfortranarray(np.diag([2.0, -4.0]).astype(np.float32))
    stepped = optim.newton_step(np.ones(2, np.float32), np.array([2.0, -4.0], np.float32)[::1], saddle)
    assert stepped.dtype == np.float32
    np.testing.assert_array_equal(stepped, [0.0, 0.0])
    np.testing.assert_array_equal(optim.newton_step(np.array([5.0]), np.array([10.0]), np.array([[2.0]])), [0.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(2), np.ones(2), np.zeros((2, 2))), "hessian must be invertible, this one is singular"),
        # Singular but for rounding: LAPACK does not notice.
        ((np.ones(2), np.ones(2), np.array([[0.1, 0.3], [0.3, 0.9]])), "hessian must be invertible"),
        ((np.ones(2), np.ones(2), np.array([[1.0, 2.0], [0.0, 1.0]])), "hessian must be symmetric"),
        ((np.ones(2), np.ones(2), np.full((2, 2), np.nan)), "hessian must be finite"),
        ((np.ones(2), np.ones(3), np.eye(2)), r"grad must be \(D,\) with D = 2 as in w, it has shape \(3,\)"),
        ((np.ones(2), np.ones(2), np.eye(3)), r"hessian must be \(D, D\) with D = 2 as in w"),
        ((np.ones((2, 1)), np.ones(2), np.eye(2)), r"w must be \(D,\), it has shape \(2, 1\)"),
    ],
)
def test_hessians_that_cannot_be_solved_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"^newton_step: {message}"):
        optim.newton_step(*arguments)
