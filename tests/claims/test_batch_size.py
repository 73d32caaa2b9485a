"""The experiments of the chapter on batch size: that they measure what they say, on cases known beforehand."""

import numpy as np
import pytest

from coursekit.claims.batch_size import clock, growing
from coursekit.claims.batch_size.experiments import (
    BASE,
    FEW,
    RATES,
    SIZES,
    TARGET,
    accuracy_of_gradients,
    best,
    critical,
    fastest,
    few,
    fit,
    loss_of,
    net,
    passes,
    sharpness,
    updates_to,
)
from coursekit.claims.batch_size.growing import plan
from coursekit.claims.batch_size.rules import good_at
from coursekit.claims.digits_task import split_digits
from coursekit.nn import Linear, Sequential, mean_squared_error
from coursekit.optim import SGD
from coursekit.training import train


def test_one_seed_is_one_start() -> None:
    assert np.array_equal(net(3).params, net(3).params)
    assert not np.array_equal(net(3).params, net(4).params)


def test_updates_to_the_target_are_counted_until_the_loss_is_below_it() -> None:
    updates = int(updates_to(0, 32, 0.8))
    data, model = split_digits(0), net(0)
    losses = {}
    for step in train(
        model,
        data.x_train,
        data.y_train,
        optimizer=SGD(lr=0.8),
        epochs=5,
        batch_size=32,
        rng=np.random.default_rng([0, 2]),
    ):
        losses[step.number + 1] = loss_of(model, data.x_train, data.y_train)
        if step.number + 1 == updates:
            break
    assert losses[updates] < TARGET
    assert min(losses[n] for n in range(1, updates - 2)) > 0.9 * TARGET
    assert updates_to(0, 32, 0.8, limit=updates - 1) == float("inf")


def test_the_best_rate_is_the_best_of_all() -> None:
    fewest, rate = best(1, 64)
    assert rate in RATES
    assert fewest == min(updates_to(1, 64, lr) for lr in RATES)


def test_the_critical_size_of_a_curve_that_is_known() -> None:
    assert critical([10.0 * (1 + 50.0 / size) for size in SIZES]) == pytest.approx(50.0)


def test_gradients_err_as_foretold_and_turn_towards_the_whole_one() -> None:
    n = accuracy_of_gradients(0, 30)
    for size in (1, 16, 256):
        assert n[f"off{size}"] == pytest.approx(n[f"foretold{size}"], rel=0.15)
    assert n["cosine1"] < n["cosine16"] < n["cosine256"] < 1
    with_size = [n[f"foretold{size}"] for size in (1, 16)]
    assert with_size[0] / with_size[1] == pytest.approx(4, rel=0.01)


def test_a_pass_in_one_batch_is_one_update() -> None:
    assert passes(0, 1437, epochs=3)[0] == 3
    assert passes(0, 1000, epochs=3)[0] == 6


def test_few_examples_and_all_others_do_not_overlap() -> None:
    x, y, others, _ = few(0)
    assert len(x) == len(y) == FEW
    assert len(others) == 1797 - FEW
    known = {row.tobytes() for row in x}
    assert sum(row.tobytes() in known for row in others) == 0


def test_a_fit_ends_at_its_target_or_not_at_all() -> None:
    x, y, *_ = few(0)
    run = fit(0, FEW, 0.8)
    assert run is not None
    updates, model = run
    assert 0.008 < loss_of(model, x, y) < 0.01
    assert fit(0, FEW, 0.8, limit=int(updates) - 1) is None
    lr, fewest, _ = fastest(0, FEW)
    assert fewest <= updates
    assert lr in (0.2, 0.4, 0.8, 1.6)
    epochs = fit(0, 100, 0.1, epochs=4)
    assert epochs is not None
    assert epochs[0] == 12


def test_sharpness_is_the_largest_curvature_also_where_it_is_known() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((200, 5)), rng.integers(0, 2, 200)
    model = Sequential(Linear(5, 2, bias=None), rng=rng)
    model.params[:] = 0.0  # at equal scores softmax has the curvature (I - 1/2) / 2, so 1/2 along the difference
    wanted = 0.5 * np.linalg.eigvalsh(x.T @ x / len(x)).max()
    before = model.params.copy()
    assert sharpness(model, x, y) == pytest.approx(wanted, rel=1e-3)
    assert np.array_equal(model.params, before)


def test_rate_and_batch_change_at_the_same_epochs() -> None:
    cut, same = plan("cut", 0.4)
    kept, grown = plan("grown", 0.4)
    assert [cut(e) for e in (0, 4, 5, 10)] == pytest.approx([0.4, 0.4, 0.1, 0.025])
    assert [grown(e) for e in (0, 4, 5, 10)] == [16, 16, 64, 256]
    assert {kept(e) for e in range(15)} == {0.4}
    assert {same(e) for e in range(15)} == {16}


def test_the_least_error_of_the_line_is_below_every_units() -> None:
    x, t, least = growing.line(0)
    assert least == pytest.approx(1.0, abs=0.15)
    unit = Sequential(Linear(10, 1), rng=np.random.default_rng(0))
    assert mean_squared_error(unit.forward(x), t)[0] > least


def test_four_short_updates_are_as_one_of_a_larger_batch() -> None:
    n = growing.one_update(0, draws=200)
    assert n["step_cut"] == pytest.approx(0.25)
    assert n["noise_cut"] == pytest.approx(0.25, rel=0.1)
    assert n["noise_grown"] == pytest.approx(0.5, rel=0.1)
    assert n["noise_four"] == pytest.approx(n["noise_grown"], rel=0.1)


def test_a_rule_is_good_where_it_is_within_a_quarter() -> None:
    over = {size: np.full(5, 1.0) for size in SIZES if size != BASE}
    over[64] = np.full(5, 1.3)
    over[512] = np.full(5, np.inf)
    assert good_at({f"over{size}": values for size, values in over.items()}) == [16, 32, 128, 256]


def test_the_clock_counts_a_step_of_that_size(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    whole = Sequential.loss_and_grad

    def counted(self: Sequential, x: np.ndarray, y: np.ndarray, loss: object) -> float:
        now[0] += len(x) * 1e-6
        return float(whole(self, x, y, loss))  # type: ignore[arg-type]

    monkeypatch.setattr(clock, "perf_counter", lambda: now[0])
    monkeypatch.setattr(Sequential, "loss_and_grad", counted)
    times = clock.step_times((1, 7, 30), 8, rounds=2, shortest=1e-5)
    assert times == pytest.approx({1: 1e-6, 7: 7e-6, 30: 3e-5})
