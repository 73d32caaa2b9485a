import math

import numpy as np
import pytest

from coursekit.training import Range, coarse_to_fine, halton_points, quasi_random_search, settings_at

NAN = float("nan")
RANGES = {"lr": Range(1e-5, 10.0, log=True), "rho": Range(-1.0, 1.0)}


def rng(seed=0):
    return np.random.default_rng(seed)


def bowl(lr, rho):
    """An objective whose lowest point lies there, as steep in one as in the other for the ranges above."""
    return lambda setting: (math.log10(setting["lr"] / lr) / 6) ** 2 + ((setting["rho"] - rho) / 2) ** 2


@pytest.mark.parametrize(
    "ends", [Range(-3.0, 5.0), Range(2, 3), Range(1e-6, 1e2, log=True), Range(1e-300, 1e300, log=True)]
)
def test_a_range_goes_from_its_low_to_its_high_end_and_back(ends):
    assert ends.at(0.0) == pytest.approx(ends.low, rel=1e-12)
    assert ends.at(1.0) == pytest.approx(ends.high, rel=1e-12)
    shares = np.linspace(0, 1, 11)
    values = [ends.at(share) for share in shares]
    assert values == sorted(values)
    assert all(ends.low <= value <= ends.high for value in values)
    np.testing.assert_allclose([ends.share(value) for value in values], shares, atol=1e-12)
    steps = np.diff(np.log(values) if ends.log else values)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_settings_at_points():
    points = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, 0.25]])
    got = settings_at(RANGES, points)
    assert [list(setting) for setting in got] == [["lr", "rho"]] * 3
    np.testing.assert_allclose([list(setting.values()) for setting in got], [[1e-5, -1], [1e-2, 0], [10, -0.5]])


def test_quasi_random_search_is_the_best_of_its_points():
    objective = bowl(1e-3, 0.2)
    tried = []
    best = quasi_random_search(lambda s: tried.append(dict(s)) or objective(s), RANGES, 50, rng())
    assert tried == settings_at(RANGES, halton_points(50, 2, rng()))
    assert best == min(tried, key=objective)


@pytest.mark.parametrize("points", [halton_points, lambda n, d, rng: rng.random((n, d))])
@pytest.mark.parametrize(("lr", "rho"), [(1e-3, 0.2), (3.0, -0.85), (2e-5, 0.9)])
def test_coarse_to_fine_closes_in_on_the_best(lr, rho, points):
    found = coarse_to_fine(bowl(lr, rho), RANGES, n=16, rounds=9, rng=rng(), points=points)
    assert abs(math.log10(found.best.setting["lr"] / lr)) < 0.1
    assert abs(found.best.setting["rho"] - rho) < 0.03
    assert found.best in found.trials
    assert found.best.value == min(trial.value for trial in found.trials)


@pytest.mark.parametrize("seed", range(5))
def test_the_ranges_of_a_round_shrink_around_the_best_and_never_leave_the_first(seed):
    found = coarse_to_fine(bowl(9.0, 0.3), RANGES, n=5, rounds=6, rng=rng(seed))
    assert found.rounds[0] == RANGES
    assert len(found.trials) == 30
    for i, box in enumerate(found.rounds):
        for trial in found.trials[5 * i : 5 * i + 5]:
            assert all(box[name].low <= value <= box[name].high for name, value in trial.setting.items())
        best = min(found.trials[: 5 * i], key=lambda trial: trial.value, default=None)
        for name, whole in RANGES.items():
            low, high = whole.share(box[name].low), whole.share(box[name].high)
            assert high - low == pytest.approx(0.6**i)
            assert low >= -1e-12
            assert high <= 1 + 1e-12
            if best is not None:
                centre = min(max(whole.share(best.setting[name]), 0.6**i / 2), 1 - 0.6**i / 2)
                assert (low + high) / 2 == pytest.approx(centre)


@pytest.mark.parametrize(
    ("lr", "rho", "at_edge"),
    [
        (1e-3, 0.0, {}),
        (1e-9, 0.0, {"lr": "low"}),
        (1e9, -5.0, {"lr": "high", "rho": "low"}),
        (1e-3, 0.97, {"rho": "high"}),
    ],
)
def test_a_best_value_at_the_edge_of_its_range_is_reported(lr, rho, at_edge):
    assert coarse_to_fine(bowl(lr, rho), RANGES, n=16, rounds=9, rng=rng()).at_edge == at_edge


def test_nan_never_wins_and_nothing_but_nan_is_an_error():
    def half(setting):
        return NAN if setting["x"] > 0.5 else -setting["x"]

    assert coarse_to_fine(half, {"x": Range(0, 1)}, n=8, rounds=3, rng=rng()).best.setting["x"] <= 0.5
    with pytest.raises(ValueError, match="the value of all 8 tried is NaN"):
        coarse_to_fine(lambda setting: NAN, {"x": Range(0, 1)}, n=8, rounds=3, rng=rng())


def test_many_rounds_and_a_parameter_that_is_held_fixed():
    ranges = {"x": Range(1.0, 2.0), "y": Range(0.5, 0.5), "z": Range(3.0, 3.0, log=True)}
    found = coarse_to_fine(lambda setting: setting["x"], ranges, n=2, rounds=100, rng=rng())
    assert found.best.setting == {"x": pytest.approx(1.0, abs=0.3), "y": 0.5, "z": pytest.approx(3.0)}
    assert "y" not in found.at_edge
    assert "z" not in found.at_edge


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Range(2.0, 1.0), "Range: low must not be above high, they are 2 and 1"),
        (lambda: Range(0.0, 1.0, log=True), "Range: low must be a number above 0, and finite, not 0"),
        (lambda: Range(0.0, NAN), "Range: high must be a number, and finite, not nan"),
        (lambda: settings_at({"x": (0, 1)}, np.ones((1, 1))), "settings_at: ranges must be a dict such as"),
        (lambda: settings_at(RANGES, np.ones((1, 3))), r"settings_at: points must be \(n, 2\) of numbers in \[0, 1\]"),
        (lambda: settings_at(RANGES, np.full((1, 2), 1.5)), r"they are \(1, 2\) from 1.5 to 1.5"),
        (lambda: quasi_random_search(abs, {}, 3, rng()), "quasi_random_search: ranges must be a dict such as"),
        (lambda: coarse_to_fine(abs, [1], n=1, rounds=1, rng=rng()), "coarse_to_fine: ranges must be a dict such as"),
        (lambda: coarse_to_fine(abs, RANGES, n=0, rounds=1, rng=rng()), "coarse_to_fine: n must be a whole number"),
        (
            lambda: coarse_to_fine(abs, RANGES, n=1, rounds=1, rng=rng(), shrink=1.0),
            r"shrink must be a number in \(0, 1\)",
        ),
        (
            lambda: coarse_to_fine(abs, RANGES, n=1, rounds=1, rng=rng(), edge=0.5),
            r"edge must be a number in \[0, 0.5\)",
        ),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
