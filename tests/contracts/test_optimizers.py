"""One table of all optimizers: each is held to its rule, the plain function, and to what optimizers must do."""

import inspect

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import optimizers


def _sgd(lr):
    def step(w, dw, state, t):
        return optim.sgd(w, dw, lr), state

    return step


def _adam(lr, **settings):
    def step(w, dw, state, t):
        m, v = state or (np.zeros_like(w), np.zeros_like(w))
        w, m, v = optim.adam(w, dw, m, v, t, lr, **settings)
        return w, (m, v)

    return step


#: name, factory, the same from the plain function as `(w, dw, state, t) -> w, state`
OPTIMIZERS = [
    ("SGD", lambda: optim.SGD(lr=0.1), _sgd(0.1)),
    ("Adam", lambda: optim.Adam(lr=0.05), _adam(0.05)),
    (
        "Adam",
        lambda: optim.Adam(lr=0.05, beta1=0.5, beta2=0.9, eps=1e-3),
        _adam(0.05, beta1=0.5, beta2=0.9, eps=1e-3),
    ),
]

every_optimizer = pytest.mark.parametrize(
    ("make", "rule"), [row[1:] for row in OPTIMIZERS], ids=[f"{row[0]}{i}" for i, row in enumerate(OPTIMIZERS)]
)


def gradients(n, steps, dtype=np.float64):
    rng = np.random.default_rng(3)
    return rng.standard_normal((steps, n)).astype(dtype) * np.logspace(-6, 2, n).astype(dtype)


def test_the_table_holds_every_optimizer():
    exported = {
        name
        for name, value in vars(optim).items()
        if inspect.isclass(value) and issubclass(value, optim.Optimizer) and value is not optim.Optimizer
    }
    assert {row[0] for row in OPTIMIZERS} == exported


@every_optimizer
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_agrees_with_its_rule(make, rule, dtype, tolerance):
    optimizer, w, state = make(), np.linspace(-1.0, 1.0, 9, dtype=dtype), None
    params, grads = w.copy(), np.empty_like(w)
    for t, dw in enumerate(gradients(9, 40, dtype), start=1):
        grads[:] = dw
        optimizer.step(params, grads)
        w, state = rule(w, dw, state, t)
        assert params.dtype == w.dtype == dtype
        np.testing.assert_allclose(params, w, rtol=tolerance, atol=tolerance)
        np.testing.assert_array_equal(grads, dw)


@every_optimizer
def test_chunks_change_nothing(make, rule, monkeypatch):
    dw = gradients(1000, 5)
    results = []
    for chunk in (100_000, 64):
        monkeypatch.setattr(optimizers, "_CHUNK", chunk)
        optimizer, params, grads = make(), np.ones(1000), np.empty(1000)
        for grads[:] in dw:
            optimizer.step(params, grads)
        results.append(params)
    np.testing.assert_array_equal(*results)


@every_optimizer
def test_comes_down_a_bowl(make, rule):
    optimizer, params = make(), np.array([3.0, -2.0])
    grads = np.empty(2)
    for _ in range(500):
        grads[:] = params * [1.0, 4.0]
        optimizer.step(params, grads)
    assert np.abs(params).max() < 0.05


@every_optimizer
def test_lr_set_between_steps_is_used(make, rule):
    optimizer, params, grads = make(), np.ones(3), np.ones(3)
    optimizer.step(params, grads)
    before = params.copy()
    optimizer.lr = 0.0
    optimizer.step(params, grads)
    np.testing.assert_array_equal(params, before)


@every_optimizer
def test_other_parameters_start_with_a_fresh_state(make, rule):
    used, fresh = make(), make()
    for dw in gradients(4, 3):
        used.step(np.ones(4), dw)
    a, b, dw = np.ones(4), np.ones(4), np.full(4, 0.5)
    used.step(a, dw)
    fresh.step(b, dw)
    assert used.t == fresh.t == 1
    np.testing.assert_array_equal(a, b)


@every_optimizer
def test_a_state_that_fades_does_not_end_in_denormals(make, rule):
    optimizer, params, grads = make(), np.ones(5, np.float32), np.full(5, 1e-3, np.float32)
    optimizer.step(params, grads)
    grads[:] = 0.0
    for _ in range(3000):
        optimizer.step(params, grads)
    for array in optimizer._state:
        assert not np.any((array != 0) & (np.abs(array) < np.finfo(np.float32).tiny))


@every_optimizer
def test_vectors_that_do_not_fit_are_refused(make, rule):
    with pytest.raises(ValueError, match="flat vectors of one shape and dtype"):
        make().step(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="flat vectors of one shape and dtype"):
        make().step(np.ones(3), np.ones(3, np.float32))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.SGD(lr=-0.1), "lr must be from 0 up, and finite, not -0.1"),
        (lambda: optim.SGD(lr=np.nan), "lr must be"),
        (lambda: optim.Adam(beta1=1.0), "beta1 must be from 0 up and below 1, not 1.0"),
        (lambda: optim.Adam(beta2=-0.1), "beta2 must be"),
        (lambda: optim.Adam(eps=-1.0), "eps must be"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_rate_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match="lr must be a number, not 'fast'"):
        optim.SGD(lr="fast")
    optimizer = optim.Adam()
    with pytest.raises(TypeError, match="lr must be a number, not None"):
        optimizer.lr = None
