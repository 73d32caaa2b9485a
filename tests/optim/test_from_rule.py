"""A student's rule in the place of an optimizer: it trains as the engine's own does, or is told why it cannot."""

import copy
import functools
import pickle
import re

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import FromRule

#: rule, settings for it, the engine's own optimizer with the same
RULES = [
    (optim.sgd, {"lr": 0.1}, lambda lr=0.1: optim.SGD(lr)),
    (optim.momentum, {"lr": 0.1, "rho": 0.8}, lambda lr=0.1: optim.Momentum(lr, 0.8)),
    (optim.nesterov, {"lr": 0.1}, lambda lr=0.1: optim.Nesterov(lr)),
    (optim.adagrad, {"lr": 0.1}, lambda lr=0.1: optim.AdaGrad(lr)),
    (optim.rmsprop, {"lr": 0.1, "decay": 0.9}, lambda lr=0.1: optim.RMSProp(lr, 0.9)),
    (optim.adadelta, {}, lambda: optim.AdaDelta()),
    (optim.adam, {"lr": 0.1}, lambda lr=0.1: optim.Adam(lr)),
    (optim.adamw, {"lr": 0.1, "weight_decay": 0.3}, lambda lr=0.1: optim.AdamW(lr, 0.3)),
]
every_rule = pytest.mark.parametrize(("rule", "settings", "own"), RULES, ids=[row[0].__name__ for row in RULES])


def gradients(steps, *shape, dtype=np.float64):
    return np.random.default_rng(1).standard_normal((steps, *shape)).astype(dtype)


def run(optimizer, params, gradients):
    grads = np.empty_like(params)
    for grads[...] in gradients:
        optimizer.step(params, grads)
    return params


@every_rule
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_the_engines_rules_train_as_its_optimizers(rule, settings, own, dtype, tolerance):
    dw = gradients(30, 7, dtype=dtype)
    by_rule, by_own = (run(each, np.ones(7, dtype), dw) for each in (FromRule(rule, **settings), own()))
    assert by_rule.dtype == dtype
    np.testing.assert_allclose(by_rule, by_own, rtol=tolerance, atol=tolerance)


@every_rule
def test_a_rate_that_changes_between_steps(rule, settings, own):
    if "lr" not in settings:
        pytest.skip("it takes none")
    a, b, w, u = FromRule(rule, **settings), own(), np.ones(4), np.ones(4)
    for lr, dw in zip((0.1, 0.05, 0.2), gradients(3, 4), strict=True):
        a.lr = b.lr = lr
        run(a, w, [dw])
        run(b, u, [dw])
    np.testing.assert_allclose(w, u, rtol=1e-12)


@every_rule
@pytest.mark.parametrize("rates", [0.1, np.array([0.1, 0.3, 0.0])])
def test_many_models_learn_as_each_alone(rule, settings, own, rates):
    if "lr" not in settings:
        settings, rates = {}, None
    else:
        settings = settings | {"lr": rates}
    many, alone, dw = np.ones((3, 4)), np.ones((3, 4)), gradients(6, 3, 4)
    run(FromRule(rule, **settings), many, dw)
    for i, lr in enumerate([None] * 3 if rates is None else np.broadcast_to(rates, 3)):
        run(FromRule(rule, **settings | ({} if lr is None else {"lr": lr})), alone[i], dw[:, i])
    np.testing.assert_array_equal(many, alone)


@every_rule
def test_a_run_goes_on_bit_for_bit(rule, settings, own):
    dw = gradients(20, 4)
    straight = run(FromRule(rule, **settings), np.ones(4), dw)
    for carry in (
        copy.deepcopy,
        lambda used: pickle.loads(pickle.dumps(used)),
        lambda used: FromRule(rule, **settings).load_state(used.state),
    ):
        used = FromRule(rule, **settings)
        params = run(used, np.ones(4), dw[:9])
        np.testing.assert_array_equal(run(carry(used), params, dw[9:]), straight)


def test_other_parameters_start_anew_and_are_looked_at_again():
    used = FromRule(optim.momentum, lr=0.1)
    run(used, np.ones(3), gradients(4, 3))
    a, b = run(used, np.ones(3), gradients(4, 3)), run(FromRule(optim.momentum, lr=0.1), np.ones(3), gradients(4, 3))
    np.testing.assert_array_equal(a, b)


def test_a_rule_of_ones_own_may_look_at_all_of_its_gradient_and_return_what_it_was_given():
    def normed(weights, gradient, last, lr, k=1.0):
        return weights - lr * k * (gradient + last) / np.linalg.norm(gradient), gradient

    w, last, params = np.ones((2, 3)), np.zeros((2, 3)), np.ones((2, 3))
    optimizer = FromRule(normed, lr=0.1, k=2.0)
    for dw in gradients(5, 2, 3):
        run(optimizer, params, [dw])
        for i in range(2):
            w[i], last[i] = normed(w[i], dw[i], last[i], 0.1, 2.0)
    np.testing.assert_allclose(params, w, rtol=1e-12)


def test_a_rule_that_asks_at_another_place_in_each_step():
    def growing(w, grad_fn, v, t, lr):
        rho = t / (t + 3)
        v = rho * v - lr * grad_fn(w + rho * v)
        return w + v, v

    curvature, w, v = np.array([1.0, 9.0]), np.array([2.0, -1.0]), np.zeros(2)
    optimizer, params, grads = FromRule(growing, lr=0.05), w.copy(), np.empty(2)
    for t in range(1, 12):
        grads[:] = curvature * params
        optimizer.step(params, grads)
        w, v = growing(w, lambda at: curvature * at, v, t, 0.05)
        np.testing.assert_allclose(optimizer.state["w"], w, rtol=1e-12)


def test_settings_by_keyword_and_partials():
    def keyed(w, dw, lr, *, scale=1.0):
        return w - lr * scale * dw

    dw = gradients(3, 2)
    want = run(FromRule(optim.sgd, lr=0.2), np.ones(2), dw)
    for optimizer in (
        FromRule(keyed, lr=0.1, scale=2.0),
        FromRule(functools.partial(keyed, scale=2.0), lr=0.1),
        FromRule(functools.partial(keyed, scale=3.0), lr=0.1, scale=2.0),
    ):
        np.testing.assert_allclose(run(optimizer, np.ones(2), dw), want, rtol=1e-12)


def in_place(w, dw, lr):
    w -= lr * dw
    return w


def state_in_place(w, dw, h, lr):
    h += dw**2
    return w - lr * dw, h


def gradient_in_place(w, dw, lr):
    dw *= lr
    return w - dw


def calls_twice(w, grad_fn, lr):
    return w - lr * (grad_fn(w) + grad_fn(w))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (in_place, "in_place: it must not change the w it is given"),
        (state_in_place, "state_in_place: it must not change the h it is given"),
        (gradient_in_place, "gradient_in_place: it must not change the dw it is given"),
        (lambda w, dw, h, lr: w, "<lambda>: it must return w, h, it returned 1 results"),
        (lambda w, dw, lr: (w, dw), "<lambda>: it must return w, it returned 2 results"),
        (lambda w, dw, h, lr: (w, h, h), "<lambda>: it must return w, h, it returned 3 results"),
        (lambda w, dw, lr: w.sum(), "<lambda>: w must come back as an array (3,), it has type float64"),
        (lambda w, dw, lr: w[:2], "<lambda>: w must come back as an array (3,), it has shape (2,)"),
        (lambda w, dw, lr: None, "<lambda>: w must come back as an array (3,), it has type NoneType"),
        (lambda w, dw, h, lr: (w, h[:1]), "<lambda>: h must come back as an array (3,), it has shape (1,)"),
        (lambda w, dw, lr: w.astype(np.float32), "<lambda>: w must come back as float64, as it came, not float32"),
        (lambda w, dw, h, lr: (w, h / h), "<lambda>: h must be finite after the first step"),
        (calls_twice, "calls_twice: it must ask grad_fn once a step, it asked 2 times"),
        (lambda w, grad_fn, lr: w, "<lambda>: it must ask grad_fn once a step, it asked 0 times"),
        (lambda w, grad_fn, lr: grad_fn(w + 1.0), "<lambda>: with its state at 0 it must ask for the gradient at w"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_the_first_step_says_what_is_wrong(rule, message):
    params = np.ones(3)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        FromRule(rule, lr=0.1).step(params, np.full(3, 2.0))
    assert "\n" not in str(caught.value)
    np.testing.assert_array_equal(params, np.ones(3))


def test_a_gradient_that_is_not_finite_is_not_the_rules_fault():
    params = np.ones(2)
    FromRule(optim.sgd, lr=0.1).step(params, np.array([np.nan, 1.0]))
    assert np.isnan(params[0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FromRule(3, lr=0.1), "a rule must be a function such as adam, not 3"),
        (lambda: FromRule(optim.sgd), "sgd: lr must be given"),
        (lambda: FromRule(optim.sgd, lr=-0.1), "FromRule: lr must be a number, 0 or more, and finite, not -0.1"),
        (lambda: FromRule(optim.sgd, lr=0.1, rho=0.9), r"sgd: it takes no rho, it takes \(w.*, dw.*, lr"),
        (lambda: FromRule(optim.adadelta, lr=0.1), "adadelta: it takes no lr, it takes"),
        (lambda: FromRule(lambda w, dw, lr, v: w, lr=0.1), "<lambda>: v must be given, or stand right after dw"),
        (
            lambda: FromRule(lambda w, dw, *states: w),
            "<lambda>: a rule takes w, dw, its state and its settings",
        ),
        (lambda: FromRule(lambda w: w), "<lambda>: a rule takes w, dw, its state and its settings"),
        (lambda: FromRule(lambda w, lr, dw: w, lr=0.1), "<lambda>: a rule takes w, dw, its state and its settings"),
        (lambda: FromRule(lambda w, dw, *, v: w), "<lambda>: v must be given, or stand before the"),
        (lambda: FromRule(optim.adam, lr=0.1, beta1=2).step(np.ones(1), np.ones(1)), "adam: beta1 must be a number in"),
    ],
)
def test_signatures_and_settings_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        make()


def test_a_rate_for_a_rule_that_takes_none():
    optimizer = FromRule(optim.adadelta)
    run(optimizer, np.ones(2), gradients(1, 2))
    optimizer.lr = 0.5
    with pytest.raises(ValueError, match="adadelta: it takes no lr, so none can be set"):
        run(optimizer, np.ones(2), gradients(1, 2))


def test_its_repr():
    assert repr(FromRule(optim.rmsprop, lr=0.1, decay=0.9)) == "FromRule(rmsprop, lr=0.1, decay=0.9)"
    assert repr(FromRule(optim.adadelta)) == "FromRule(adadelta)"
