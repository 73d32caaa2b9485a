"""One table of all optimizers: each is held to its rule, the plain function, and to what optimizers must do."""

import copy
import inspect
import pickle

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import optimizer as optimizer_module

MASK = np.array([True, False, True, True, False, True, True, False, True])

#: name, settings, and the rule with the same: its name, its settings and its number of state arrays.
OPTIMIZERS = [
    ("SGD", {"lr": 0.1}, "sgd", {}, 0),
    ("Momentum", {"lr": 0.1}, "momentum", {}, 1),
    ("Momentum", {"lr": 0.1, "rho": 0.5}, "momentum", {"rho": 0.5}, 1),
    ("Nesterov", {"lr": 0.1}, "nesterov", {}, 1),
    ("Nesterov", {"lr": 0.1, "rho": 0.5}, "nesterov", {"rho": 0.5}, 1),
    ("AdaGrad", {"lr": 0.3}, "adagrad", {}, 1),
    ("AdaGrad", {"lr": 0.3, "eps": 1e-2}, "adagrad", {"eps": 1e-2}, 1),
    ("RMSProp", {"lr": 0.01}, "rmsprop", {}, 1),
    ("RMSProp", {"lr": 0.02, "decay": 0.5, "eps": 1e-2}, "rmsprop", {"decay": 0.5, "eps": 1e-2}, 1),
    ("AdaDelta", {}, "adadelta", {}, 2),
    ("AdaDelta", {"rho": 0.9, "eps": 1e-5}, "adadelta", {"rho": 0.9, "eps": 1e-5}, 2),
    ("Adam", {"lr": 0.05}, "adam", {}, 2),
    (
        "Adam",
        {"lr": 0.05, "beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
        "adam",
        {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
        2,
    ),
    ("Adam", {"lr": 0.05, "beta1": 0.0, "beta2": 0.0}, "adam", {"beta1": 0.0, "beta2": 0.0}, 2),
    ("AdamW", {"lr": 0.05}, "adamw", {"weight_decay": 0.01}, 2),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.5, "beta1": 0.5}, "adamw", {"weight_decay": 0.5, "beta1": 0.5}, 2),
]
IDS = [f"{row[0]}{i}" for i, row in enumerate(OPTIMIZERS)]

by_rule = pytest.mark.parametrize(("name", "given", "rule", "settings", "n_states"), OPTIMIZERS, ids=IDS)
every_optimizer = pytest.mark.parametrize(
    "make", [lambda row=row, **more: getattr(optim, row[0])(**row[1] | more) for row in OPTIMIZERS], ids=IDS
)


def gradients(n, steps, dtype=np.float64):
    rng = np.random.default_rng(3)
    return rng.standard_normal((steps, n)).astype(dtype) * np.logspace(-6, 2, n).astype(dtype)


def run(optimizer, params, gradients):
    """`params` after steps along these gradients, through one gradient array, as a model has it."""
    grads = np.empty_like(params)
    for grads[...] in gradients:
        optimizer.step(params, grads)
    return params


def test_the_table_holds_every_optimizer():
    exported = {
        name
        for name, value in vars(optim).items()
        if inspect.isclass(value) and issubclass(value, optim.Optimizer) and value is not optim.Optimizer
    }
    assert {row[0] for row in OPTIMIZERS} == exported - {"FromRule"}


@by_rule
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_agrees_with_its_rule(name, given, rule, settings, n_states, dtype, tolerance):
    optimizer, w = getattr(optim, name)(**given), np.linspace(-1.0, 1.0, 9, dtype=dtype)
    settings = settings | ({} if rule == "adadelta" else {"lr": given["lr"]})
    params, grads, states = w.copy(), np.empty_like(w), [np.zeros_like(w) for _ in range(n_states)]
    for t, dw in enumerate(gradients(9, 40, dtype), start=1):
        grads[:] = dw
        optimizer.step(params, grads)
        counted = {"t": t} if rule in ("adam", "adamw") else {}
        results = getattr(optim, rule)(
            w, (lambda at, dw=dw: dw) if rule == "nesterov" else dw, *states, **counted, **settings
        )
        w, *states = results if n_states else (results,)
        assert params.dtype == w.dtype == dtype
        at = params - optimizer.rho * states[0] if rule == "nesterov" else params
        np.testing.assert_allclose(at, w, rtol=tolerance, atol=tolerance)
        np.testing.assert_array_equal(grads, dw)


def test_nesterovs_parameters_are_where_the_rule_takes_the_gradient():
    curvature = np.array([1.0, 20.0])
    optimizer, params = optim.Nesterov(lr=0.03, rho=0.8), np.array([3.0, -2.0])
    w, v = params.copy(), np.zeros(2)
    grads = np.empty(2)
    for _ in range(30):
        np.testing.assert_allclose(params, w + 0.8 * v, rtol=1e-12)
        grads[:] = curvature * params
        optimizer.step(params, grads)
        w, v = optim.nesterov(w, lambda at: curvature * at, v, 0.03, 0.8)
    np.testing.assert_allclose(params - optimizer.state["ahead"], w, rtol=1e-12)


@every_optimizer
def test_chunks_change_nothing(make, monkeypatch):
    results = []
    for chunk in (100_000, 64):
        monkeypatch.setattr(optimizer_module, "_CHUNK", chunk)
        results.append(run(make(), np.ones(1000), gradients(1000, 5)))
        results.append(run(make(lr=np.full(5, 0.1)), np.ones((5, 200)), gradients(1000, 5).reshape(5, 5, 200)))
    np.testing.assert_array_equal(results[0], results[2])
    np.testing.assert_array_equal(results[1], results[3])


@every_optimizer
def test_comes_down_a_bowl(make):
    optimizer, params = make(), np.array([0.3, -0.2])
    grads = np.empty(2)
    for _ in range(1000):
        grads[:] = params * [1.0, 4.0]
        optimizer.step(params, grads)
    assert np.abs(params).max() < 0.05


@every_optimizer
def test_lr_set_between_steps_is_used(make):
    changed, params = make(), np.ones(3)
    run(changed, params, gradients(3, 4))
    changed.lr = 0.0
    # Momentum's velocity outlives a rate of 0; all else stands still.
    before = params + changed.rho * changed.state["v"] if type(changed) is optim.Momentum else params.copy()
    if type(changed) is not optim.Nesterov:
        run(changed, params, np.ones((1, 3)))
        np.testing.assert_allclose(params, before, rtol=1e-15)


@by_rule
def test_a_rate_that_changes_with_each_step_agrees_with_the_rule(name, given, rule, settings, n_states):
    optimizer, w = getattr(optim, name)(**given), np.linspace(-1.0, 1.0, 9)
    params, grads, states = w.copy(), np.empty(9), [np.zeros(9) for _ in range(n_states)]
    for t, dw in enumerate(gradients(9, 12), start=1):
        grads[:] = dw
        optimizer.lr = lr = (0.5, 0.25, np.float32(0.125))[t % 3]
        assert type(optimizer.lr) is float
        optimizer.step(params, grads)
        more = {} if rule == "adadelta" else {"lr": lr}
        more |= {"t": t} if rule in ("adam", "adamw") else {}
        results = getattr(optim, rule)(
            w, (lambda at, dw=dw: dw) if rule == "nesterov" else dw, *states, **settings, **more
        )
        old, (w, *states) = w, results if n_states else (results,)
        w = old + lr * (w - old) if rule == "adadelta" else w
        at = params - optimizer.rho * states[0] if rule == "nesterov" else params
        np.testing.assert_allclose(at, w, rtol=1e-12, atol=1e-12)


@every_optimizer
def test_other_parameters_start_with_a_fresh_state(make):
    used, fresh = make(), make()
    run(used, np.ones(4), gradients(4, 3))
    a, b, dw = np.ones(4), np.ones(4), np.full(4, 0.5)
    used.step(a, dw)
    fresh.step(b, dw)
    assert used.t == fresh.t == 1
    np.testing.assert_array_equal(a, b)


@every_optimizer
def test_another_gradient_array_keeps_the_state(make):
    along, through = make(), make()
    a, b = np.ones(4), np.ones(4)
    run(through, b, gradients(4, 5))
    for dw in gradients(4, 5):
        along.step(a, dw.copy())
    assert along.t == 5
    np.testing.assert_array_equal(a, b)


@every_optimizer
def test_a_state_that_fades_does_not_end_in_denormals(make):
    optimizer, params = make(), np.ones(5, np.float32)
    run(optimizer, params, [np.full(5, 1e-3)])
    run(optimizer, params, np.zeros((3000, 5)))
    for array in optimizer.state.values():
        assert not np.any((array != 0) & (np.abs(array) < np.finfo(np.float32).tiny))


# -- many models at once ---------------------------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize("rates", [0.07, np.array([0.07, 0.01, 0.0])])
def test_many_models_learn_as_each_alone(make, rates):
    many = np.random.default_rng(0).standard_normal((3, 9))
    alone = many.copy()
    dw = gradients(27, 10).reshape(10, 3, 9)
    optimizer = make(lr=rates)
    run(optimizer, many, dw)
    for i, lr in enumerate(np.broadcast_to(rates, 3)):
        np.testing.assert_allclose(many[i], run(make(lr=lr), alone[i], dw[:, i]), rtol=1e-12)
    np.testing.assert_array_equal(optimizer.lr, rates)


@every_optimizer
def test_one_rate_for_all_may_become_one_for_each_and_back(make):
    optimizer, each = make(lr=0.1), [make(lr=0.1) for _ in range(2)]
    many, alone = np.ones((2, 4)), np.ones((2, 4))
    for rates, dw in zip([0.1, [0.1, 0.3], np.array([0.2, 0.1]), 0.05], gradients(8, 4).reshape(4, 2, 4), strict=True):
        optimizer.lr = rates
        run(optimizer, many, [dw])
        for i, lr in enumerate(np.broadcast_to(rates, 2)):
            each[i].lr = lr
            run(each[i], alone[i], [dw[i]]) if each[i].t else each[i].step(alone[i], dw[i])
            each[i].load_state(each[i].state)  # alone[i] is a new view each time
    np.testing.assert_allclose(many, alone, rtol=1e-12)


# -- going on --------------------------------------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "carry",
    [
        lambda used, fresh: fresh.load_state(used.state),
        lambda used, fresh: copy.deepcopy(used),
        lambda used, fresh: copy.copy(used),
        lambda used, fresh: pickle.loads(pickle.dumps(used)),
        lambda used, fresh: pickle.loads(pickle.dumps(copy.deepcopy(used))),
        lambda used, fresh: fresh.load_state(used.state).load_state(used.state),
    ],
)
def test_a_run_goes_on_bit_for_bit(make, dtype, carry):
    dw = gradients(9, 200, dtype)
    straight = run(make(), np.ones(9, dtype), dw)
    used = make()
    params = run(used, np.ones(9, dtype), dw[:77])
    carried = carry(used, make())
    run(used, params.copy(), dw[:9])  # what the first does afterwards is nothing to the other
    assert carried.t == 77
    run(carried, params, dw[77:])
    np.testing.assert_array_equal(params, straight)


@every_optimizer
def test_a_copy_beside_its_model_works_on_the_copied_model(make):
    params, grads, optimizer = np.ones(4), np.ones(4), make()
    optimizer.step(params, grads)
    copied, copied_params, copied_grads = copy.deepcopy((optimizer, params, grads))
    optimizer.step(params, grads)
    copied.step(copied_params, copied_grads)
    np.testing.assert_array_equal(copied_params, params)


@every_optimizer
def test_its_state_is_a_copy(make):
    optimizer, params = make(), np.ones(4)
    run(optimizer, params, gradients(4, 3))
    state = optimizer.state
    again, untouched = make().load_state(state), optimizer.state
    for array in state.values():
        array[...] = 7
    for name, array in again.state.items():
        np.testing.assert_array_equal(array, untouched[name])
    assert set(state) == {"t", *optimizer.moments}


@every_optimizer
def test_states_that_do_not_fit_are_refused(make):
    optimizer, kind = make(), type(make()).__name__
    with pytest.raises(ValueError, match=f"^{kind}: state must hold .*'t'.*, it holds \\['x'\\]"):
        optimizer.load_state({"x": np.ones(3)})
    run(optimizer, np.ones(4), gradients(4, 2))
    if optimizer.moments:
        for params in (np.ones(5), np.ones(4, np.float32)):
            with pytest.raises(ValueError, match=f"^{kind}: the state's \\w+ is float64 \\(4,\\), the parameters are"):
                make().load_state(optimizer.state).step(params, params.copy())
    fresh = make().load_state(make().state)
    run(fresh, np.ones(4), gradients(4, 2))
    assert fresh.t == 2


@every_optimizer
def test_its_repr_makes_it_again(make):
    again = eval(repr(make()), vars(optim))
    assert repr(again) == repr(make())
    np.testing.assert_array_equal(run(again, np.ones(3), gradients(3, 3)), run(make(), np.ones(3), gradients(3, 3)))


# -- weight decay ----------------------------------------------------------------------------------------------------


def test_decay_by_mask_leaves_the_others_to_adam():
    settings = {"lr": 0.05, "weight_decay": 0.5}
    masked, all_of_it, none = (np.ones(9) for _ in range(3))
    dw = gradients(9, 10)
    for optimizer, params in (
        (optim.AdamW(**settings, decays=MASK), masked),
        (optim.AdamW(**settings), all_of_it),
        (optim.Adam(lr=0.05), none),
    ):
        grads = np.empty(9)
        for t, grads[:] in enumerate(dw):
            optimizer.lr = 0.05 if t < 5 else 0.01
            optimizer.step(params, grads)
    np.testing.assert_allclose(masked, np.where(MASK, all_of_it, none), rtol=1e-12)


def test_decay_by_mask_for_many_models_in_chunks(monkeypatch):
    monkeypatch.setattr(optimizer_module, "_CHUNK", 5)
    dw = gradients(18, 4).reshape(4, 2, 9)
    for decays in (MASK, np.stack([MASK, MASK * 2.0])):
        for lr in (0.1, np.array([0.1, 0.2])):
            many, alone = np.ones((2, 9)), np.ones((2, 9))
            run(optim.AdamW(lr, weight_decay=0.3, decays=decays), many, dw)
            for i, rate in enumerate(np.broadcast_to(lr, 2)):
                mask = np.broadcast_to(decays, (2, 9))[i]
                run(optim.AdamW(rate, weight_decay=0.3, decays=mask), alone[i], dw[:, i])
            np.testing.assert_allclose(many, alone, rtol=1e-12)


# -- what is refused -------------------------------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize(
    ("params", "grads", "message"),
    [
        (np.ones(3), np.ones(4), "params and grads must have one shape and dtype, they are"),
        (np.ones(3), np.ones(3, np.float32), "params and grads must have one shape and dtype, they are"),
        (np.arange(3), np.arange(3), r"params must be a floating array that is not empty, not int\d\d \(3,\)"),
        (np.ones(0), np.ones(0), r"params must be a floating array that is not empty, not float64 \(0,\)"),
        ([1.0], np.ones(1), "params must be a floating array that is not empty, not list"),
        (np.ones(1), None, "grads must be a floating array that is not empty, not NoneType"),
        (np.ones((2, 3, 4)), np.ones((2, 3, 4)), r"params must be \(n_params,\) or C-contiguous \(M, n_params\)"),
        (np.ones((4, 3)).T, np.ones((3, 4)), r"params must be \(n_params,\) or C-contiguous \(M, n_params\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(make, params, grads, message):
    with pytest.raises(ValueError, match=f"^{type(make()).__name__}: {message}"):
        make().step(params, grads)


@every_optimizer
def test_rates_that_do_not_fit_are_refused(make):
    for params in (np.ones((2, 4)), np.ones(3), np.ones((3, 1)).T.copy()):
        with pytest.raises(ValueError, match=r"lr holds 3 rates, for params \(3, n_params\), not"):
            make(lr=np.ones(3)).step(params, params.copy())
    optimizer = make()
    for wrong in (-0.1, np.nan, np.inf, "fast", None, True, [0.1, -0.1], np.ones((2, 2)), [0.1, None], []):
        with pytest.raises(ValueError, match=rf"^{type(optimizer).__name__}: lr") as caught:
            optimizer.lr = wrong
        assert "\n" not in str(caught.value)
    run(optimizer, np.ones(2), gradients(2, 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.SGD(lr=-0.1), "SGD: lr must be a number, 0 or more, and finite, not -0.1"),
        (lambda: optim.Momentum(0.1, rho=1.1), r"Momentum: rho must be a number in \[0, 1\], not 1.1"),
        (lambda: optim.Nesterov(0.1, rho=-0.1), "Nesterov: rho must be"),
        (lambda: optim.AdaGrad(eps=-1.0), "AdaGrad: eps must be"),
        (lambda: optim.RMSProp(decay=1.0), r"RMSProp: decay must be a number in \[0, 1\), not 1"),
        (lambda: optim.RMSProp(eps=np.nan), "RMSProp: eps must be"),
        (lambda: optim.AdaDelta(rho=1.0), "AdaDelta: rho must be"),
        (lambda: optim.AdaDelta(eps=0.0), "AdaDelta: eps must be"),
        (lambda: optim.Adam(beta1=1.0), r"Adam: beta1 must be a number in \[0, 1\), not 1"),
        (lambda: optim.Adam(beta2=-0.1), "Adam: beta2 must be"),
        (lambda: optim.Adam(eps="small"), "Adam: eps must be a number, 0 or more, and finite, not 'small'"),
        (lambda: optim.AdamW(beta1=None), "AdamW: beta1 must be"),
        (lambda: optim.AdamW(weight_decay=-0.1), "AdamW: weight_decay must be"),
        (lambda: optim.AdamW(decays=["w", "b"]), "AdamW: decays must be an array of True and False"),
        (lambda: optim.AdamW(decays=[1.0, -1.0]), "AdamW: decays must be an array of True and False"),
        (lambda: optim.AdamW(decays=MASK).step(np.ones(3), np.ones(3)), r"AdamW: decays must be \(3,\), one entry for"),
    ],
)
def test_settings_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        make()
    assert "\n" not in str(caught.value)
