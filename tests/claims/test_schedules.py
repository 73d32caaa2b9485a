"""The experiments of the chapter on schedules measure what they say."""

from functools import partial

import numpy as np
import pytest

from coursekit import nn
from coursekit.claims.digits_task import split_digits
from coursekit.claims.schedules.decay import clearly_above_zero
from coursekit.claims.schedules.experiments import (
    BATCH,
    EPOCHS,
    KINDS,
    PER_EPOCH,
    RATES,
    best,
    effective_rates,
    history,
    loss_of,
    net,
    race,
    sweep,
    task,
)
from coursekit.claims.schedules.rates import climb, features, straightness
from coursekit.claims.schedules.stopping import first_converged
from coursekit.optim import SGD, AdaGrad, constant, cosine_decay, step_decay
from coursekit.training import train


def test_a_fifth_of_the_training_labels_is_wrong_and_no_other() -> None:
    wrong, right, whole = task(3), task(3, 0.0), split_digits(3)
    assert 0.16 < np.mean(wrong.y != right.y) < 0.24
    assert np.array_equal(right.y, whole.y_train[:960])
    for part in (wrong, right):
        assert np.array_equal(part.y_val, whole.y_train[960:])
        assert np.array_equal(part.y_test, whole.y_test)
        assert (len(part.x), len(part.x_val), len(part.x_test)) == (960, 477, 360)


def test_a_sweep_trains_each_as_if_it_were_alone_on_the_same_batches() -> None:
    rate = partial(step_decay, lr0=0.2, every=2)
    ends = sweep(1, [partial(constant, lr0=0.1), rate], epochs=3)
    data, model = task(1), net(1)
    losses = [
        step.loss
        for step in train(
            model,
            data.x,
            data.y,
            optimizer=SGD(lr=0.1),
            epochs=3,
            batch_size=BATCH,
            rng=np.random.default_rng([1, 2]),
            schedule=lambda t: rate(t / PER_EPOCH),
        )
    ]
    np.testing.assert_allclose(ends.steps[:, 1], losses, rtol=2e-3)
    np.testing.assert_allclose(ends.loss[1], loss_of(model, data.x, data.y), rtol=2e-3)
    assert ends.steps[0, 0] == ends.steps[0, 1]
    assert ends.loss[0] != ends.loss[1]


def test_a_sweep_that_diverges_has_an_infinite_loss() -> None:
    ends = sweep(0, [partial(constant, lr0=0.1), partial(constant, lr0=1e6)], epochs=1)
    assert np.isfinite(ends.loss[0])
    assert not np.isfinite(ends.loss[1]) or ends.loss[1] > 1e3


def test_the_contestants_of_a_race_start_from_every_rate_with_every_setting() -> None:
    for makes in KINDS.values():
        for make in makes:
            assert [make(lr)(0) for lr in RATES] == pytest.approx(list(RATES))
    halves = [KINDS["step"][i](0.4)(4) for i in (0, 1)]
    assert halves == [0.1, 0.2]
    assert [KINDS["exponential"][i](1.0)(4) for i in (0, 1)] == pytest.approx([0.5, 0.25], rel=0.02)
    assert KINDS["cosine"][0](0.4)(EPOCHS) == 0.0


def test_each_entry_of_a_race_is_that_schedule() -> None:
    ends = race(0)
    alone = sweep(0, [KINDS["inverse_time"][1](0.2)])
    place = len(RATES) + RATES.index(0.2)
    np.testing.assert_allclose(ends["inverse_time"].loss[place], alone.loss[0], rtol=2e-3)
    assert {kind: len(part.loss) // len(RATES) for kind, part in ends.items()} == {k: len(m) for k, m in KINDS.items()}
    chosen = best(ends["cosine"])
    assert ends["cosine"].val_error[chosen] == ends["cosine"].val_error.min()


def test_a_history_looks_after_every_epoch() -> None:
    run = history(2, partial(constant, lr0=0.1), 2)
    data, model = task(2), net(2)
    assert len(run.loss) == 3
    assert run.loss[0] == loss_of(model, data.x, data.y)
    start = model.params.copy()
    rng = np.random.default_rng([2, 2])
    norms = []
    for _ in train(model, data.x, data.y, optimizer=SGD(lr=0.1), epochs=1, batch_size=BATCH, rng=rng):
        norms.append(float(np.linalg.norm(model.grads)))  # noqa: PERF401
    assert run.loss[1] == loss_of(model, data.x, data.y)
    assert run.batch[0] == norms[0]
    assert run.batch[1] == pytest.approx(np.mean(norms))
    assert run.moved[1] == pytest.approx(float(np.linalg.norm(model.params - start)), rel=1e-5)
    model.loss_and_grad(data.x, data.y, nn.SoftmaxCrossEntropy())
    assert run.whole[1] == pytest.approx(float(np.linalg.norm(model.grads)), rel=1e-6)


def test_every_weight_has_the_same_rate_with_sgd_and_another_with_adagrad() -> None:
    plain = effective_rates(SGD(lr=0.05), 0, (3,), 3)[3]
    assert np.median(plain) == pytest.approx(0.05, rel=1e-3)
    low, high = np.percentile(plain, (5, 95))
    assert high / low < 1.05
    first = effective_rates(AdaGrad(lr=0.05), 0, (1, 50), 50)
    low, high = np.percentile(first[50], (5, 95))
    assert high / low > 5
    assert np.median(first[50]) < np.median(first[1])


def test_climbing_finds_the_top_of_a_hill_and_counts_what_it_tried() -> None:
    lr, tried = climb(lambda lr: abs(np.log(lr / 0.0021)))
    assert lr == pytest.approx(0.002)
    assert tried < 20
    assert climb(lambda lr: abs(np.log(lr / 0.1))) == (0.1, 5)


def test_a_line_is_straight_and_an_exponential_is_not() -> None:
    assert straightness(3 - 0.1 * np.arange(12)) == pytest.approx(1.0)
    assert straightness(np.exp(-0.5 * np.arange(12))) < 0.8


def test_the_cartoon_itself_has_all_four_features() -> None:
    drawn = {
        "low_straight": 0.99, "low_end": 2.0, "good_end": 0.3, "good_early": 2.0,
        "high_early": 1.5, "high_end": 0.8, "very_end": np.inf, "start": 2.5,
    }  # fmt: skip
    numbers = {name: np.full(3, value) for name, value in drawn.items()}
    assert all(features(numbers).values())
    assert not features(numbers | {"high_early": np.full(3, 2.5)})["faster"]


def test_convergence_is_the_first_small_change() -> None:
    assert first_converged(np.array([1.0, 0.5, 0.499, 0.4])) == 3
    assert first_converged(np.array([1.0, 0.5, 0.25])) is None


def test_a_gain_is_clear_only_beside_its_error() -> None:
    assert clearly_above_zero(np.array([1.0, 1.1, 0.9]))
    assert not clearly_above_zero(np.array([1.0, -0.9, 0.5]))


def test_the_cosine_moves_less_and_less() -> None:
    run = history(0, partial(cosine_decay, lr0=0.5, total=6), 6)
    assert run.moved[-1] < 0.2 * run.moved[1]
