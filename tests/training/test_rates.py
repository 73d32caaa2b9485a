import numpy as np
import pytest

from coursekit.data import spiral
from coursekit.nn import Dropout, Linear, ReLU, Sequential
from coursekit.optim import SGD, Adam
from coursekit.training import lr_range_test, range_test, smoothed, steepest_rate, train

NAN, INF = float("nan"), float("inf")
RATES = [0.001, 0.01, 0.1, 1.0]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([2.0, 1.0, 0.5, 0.4], 1.0),
        ([2.0, 1.0, 4.0, 0.4], 1.0),  # 4 times the best is not above it
        ([2.0, 1.0, 4.1, 0.4], 0.01),
        ([2.0, 1.0, NAN, 0.4], 0.01),
        ([2.0, INF, 1.0, 0.4], 0.001),
        ([2.0, 1.0, 3.9, 4.1], 0.1),  # the best so far, not the last one
        ([NAN, 1.0, 1.0, 1.0], None),
        ([INF, 1.0, 1.0, 1.0], None),
        ([0.0, 0.0, 1e-9, 0.0], 0.01),
    ],
)
def test_the_largest_rate_before_the_loss_blows_up(losses, expected):
    loss_at = dict(zip(RATES, losses, strict=True)).__getitem__
    assert lr_range_test(loss_at, RATES) == expected
    assert lr_range_test(lambda lr: np.float32(loss_at(lr)), np.array(RATES)) == expected


def test_rates_after_the_first_bad_one_are_not_tried():
    asked = []
    lr_range_test(lambda lr: asked.append(lr) or (1.0 if lr < 0.1 else NAN), RATES)
    assert asked == RATES[:3]


def test_one_rate():
    assert lr_range_test(lambda lr: 5.0, [0.1]) == 0.1


@pytest.mark.parametrize(
    ("lrs", "message"),
    [
        ([0.1, 0.01], r"lr_range_test: lrs must rise from each to the next, not \[0.1  0.01\]"),
        ([0.1, 0.1], "lrs must rise"),
        ([-0.1, 0.1], "lrs must hold numbers of 0 or more"),
        ([], "lrs must not be empty"),
        ([0.1, NAN], "lrs must be finite"),
    ],
)
def test_rates_that_do_not_rise_are_refused(lrs, message):
    with pytest.raises(ValueError, match=message) as caught:
        lr_range_test(abs, lrs)
    assert "\n" not in str(caught.value)


def net(seed=0):
    return Sequential(
        Linear(2, 16),
        ReLU(),
        Dropout(0.2, rng=np.random.default_rng(7)),
        Linear(16, 3),
        rng=np.random.default_rng(seed),
    )


def spiral_test(lrs, *, optimizer, model=None, seed=1, **settings):
    x, y = spiral(120, np.random.default_rng(0))
    model = net() if model is None else model
    return range_test(
        model, x, y, lrs=lrs, optimizer=optimizer, batch_size=32, rng=np.random.default_rng(seed), **settings
    )


def test_a_range_test_on_a_model_steps_once_per_rate():
    lrs = np.geomspace(1e-3, 0.1, 9)
    found = spiral_test(lrs, optimizer=SGD(lr=1.0))
    x, y = spiral(120, np.random.default_rng(0))
    expected = [
        step.loss
        for step in train(
            net(),
            x,
            y,
            optimizer=SGD(lr=1.0),
            epochs=3,
            batch_size=32,
            rng=np.random.default_rng(1),
            schedule=lambda t: [*lrs, 0.0, 0.0, 0.0][t],
        )
    ]
    assert found.lrs == lrs.tolist()
    assert found.losses == expected[1:10]  # the loss after the step at each rate
    assert found.largest == lrs[-1]


@pytest.mark.parametrize("optimizer", [SGD(lr=0.3), Adam(lr=0.3)])
def test_model_and_optimizer_stay_as_they_are(optimizer):
    x, y = spiral(120, np.random.default_rng(0))
    model = net()
    list(train(model, x, y, optimizer=optimizer, epochs=2, batch_size=32, rng=np.random.default_rng(5)))
    bits, t = model.params.tobytes(), optimizer.t
    first, second = (spiral_test(np.geomspace(1e-3, 1, 12), optimizer=optimizer, model=model) for _ in range(2))
    assert first == second
    assert model.params.tobytes() == bits
    assert (optimizer.lr, optimizer.t) == (0.3, t)


def test_it_ends_where_the_loss_blows_up():
    found = spiral_test(np.geomspace(1e-3, 1e12, 31), optimizer=SGD(lr=1.0))
    assert len(found.lrs) == len(found.losses) < 31
    assert not found.losses[-1] <= 4 * min(found.losses[:-1])
    assert found.largest == found.lrs[-2]
    assert 0.01 < found.largest < 1e6


def test_a_model_that_has_diverged_already_has_no_rate():
    model = net()
    model.params[:] = np.nan
    found = spiral_test([0.1, 0.2], optimizer=SGD(lr=1.0), model=model)
    assert found.largest is None
    assert found.lrs == [0.1]


def test_bad_arguments_of_a_range_test():
    for changes, message in (
        ({"lrs": [0.2, 0.1]}, "lrs must rise"),
        ({"lrs": [-0.2, 0.1]}, "range_test: lrs must hold numbers of 0 or more"),
        ({"optimizer": SGD}, "optimizer must be an optimizer such as"),
    ):
        with pytest.raises(ValueError, match=message):
            spiral_test(**({"lrs": [0.1], "optimizer": SGD(lr=1.0)} | changes))


def test_a_smoothed_constant_is_that_constant_from_the_first_step_on():
    np.testing.assert_allclose(smoothed([3.0] * 20, beta=0.9), 3.0, rtol=1e-12)
    assert len(smoothed([])) == 0


def test_smoothed_losses_are_the_weighted_means_written_out():
    losses = np.random.default_rng(0).random(30)
    for t in (0, 7, 29):
        weights = 0.8 ** np.arange(t, -1, -1)
        assert smoothed(losses, beta=0.8)[t] == pytest.approx(np.average(losses[: t + 1], weights=weights), rel=1e-12)


def test_no_smoothing_gives_the_losses_back():
    assert smoothed([3.0, 1.0, 2.0], beta=0.0).tolist() == [3.0, 1.0, 2.0]


def test_a_loss_that_is_not_finite_stays():
    assert np.isfinite(smoothed([1.0, INF, 1.0])).tolist() == [True, False, False]


def test_the_steepest_rate_is_the_middle_of_the_fall_whatever_the_noise():
    lrs = np.geomspace(1e-4, 10, 101)
    fall = 1.0 / (1.0 + (lrs / 0.03) ** 1.5)
    assert steepest_rate(lrs, fall) == pytest.approx(0.03, rel=0.13)  # the rates are 12 % apart
    for seed in range(10):
        noisy = fall + 0.05 * np.random.default_rng(seed).standard_normal(101)
        assert 0.01 < steepest_rate(lrs, noisy) < 0.09


def test_few_rates_have_a_steepest_one_too():
    assert steepest_rate([0.01, 0.02], [2.0, 1.0]) in (0.01, 0.02)
    assert steepest_rate([0.001, 1.0], [2.0, 1.0], decades=0.1) in (0.001, 1.0)


@pytest.mark.parametrize("lrs", [[0.0, 0.1], [0.1], [0.1, 0.1]])
def test_a_steepest_rate_needs_rates_with_a_logarithm(lrs):
    with pytest.raises(ValueError, match="two rates or more, above 0 and rising"):
        steepest_rate(lrs, [1.0] * len(lrs))
