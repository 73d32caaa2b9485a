import itertools
import math

import numpy as np
import pytest

from coursekit.training import Trial, best_trial, grid, grid_search, log_uniform, random_search, trials

NAN, INF = float("nan"), float("inf")


def from_table(table):
    return lambda setting: table[setting["i"]]


def test_the_grid_is_the_product_in_the_dicts_order_with_the_last_key_fastest():
    space = {"b": [1, 2], "a": ("x", "y", "z"), "c": np.array([0.5])}
    assert [tuple(setting.items()) for setting in grid(space)] == [
        (("b", b), ("a", a), ("c", c)) for b in (1, 2) for a in "xyz" for c in (0.5,)
    ]


@pytest.mark.parametrize(
    ("values", "winner"),
    [
        ([3.0, 1.0, 2.0], 1),
        ([1.0, 1.0, 0.5, 0.5], 2),
        ([NAN, 2.0, 1.0], 2),
        ([2.0, NAN, 3.0], 0),
        ([NAN, INF], 1),
        ([INF, -INF, NAN], 1),
        ([-1.0, -2.0], 1),
        ([np.float32(2), np.array(1.0), 3], 1),
    ],
)
def test_the_lowest_value_wins_the_first_on_a_tie_and_nan_never(values, winner):
    assert grid_search(from_table(values), {"i": range(len(values))}) == {"i": winner}
    counter = itertools.count()
    assert random_search(
        from_table(values), lambda rng: {"i": next(counter)}, len(values), np.random.default_rng(0)
    ) == {"i": winner}
    assert next(counter) == len(values)
    assert best_trial([Trial({"i": i}, float(value)) for i, value in enumerate(values)]).setting == {"i": winner}


def test_every_setting_is_tried_once():
    tried = []
    grid_search(lambda setting: tried.append(setting) or 0.0, {"a": [1, 2, 3], "b": [4, 5]})
    assert tried == [{"a": a, "b": b} for a in (1, 2, 3) for b in (4, 5)]


def test_an_objective_that_changes_its_setting_does_not_change_the_record():
    def objective(setting):
        return setting.pop("lr")

    assert grid_search(objective, {"lr": [2.0, 1.0]}) == {"lr": 1.0}
    assert trials(objective, [{"lr": 2.0}]) == [Trial({"lr": 2.0}, 2.0)]


def test_random_search_draws_from_the_generator_it_is_given():
    def best(seed):
        return random_search(
            lambda s: (s["x"] - 0.5) ** 2, lambda rng: {"x": rng.random()}, 200, np.random.default_rng(seed)
        )

    assert best(0) == best(0) != best(1)
    assert abs(best(0)["x"] - 0.5) < 0.05


@pytest.mark.parametrize(("low", "high"), [(1e-5, 1e-1), (0.5, 2.0), (1e-300, 1e300), (3.0, 3.0)])
def test_log_uniform_is_uniform_in_the_logarithm(low, high):
    draws = log_uniform(low, high, 20_000, np.random.default_rng(0))
    assert draws.shape == (20_000,)
    assert draws.min() >= low * (1 - 1e-12)
    assert draws.max() <= high * (1 + 1e-12)
    if low < high:
        share = np.sort((np.log(draws) - math.log(low)) / (math.log(high) - math.log(low)))
        # Kolmogorov-Smirnov at 20,000 draws: 1.95 / sqrt(n) is passed by 999 of 1000 seeds, and this seed is fixed.
        assert np.max(np.abs(share - np.arange(20_000) / 20_000)) < 1.95 / math.sqrt(20_000)


def test_log_uniform_takes_a_shape():
    assert log_uniform(1.0, 2.0, (2, 3), np.random.default_rng(0)).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grid_search(from_table([NAN, NAN]), {"i": range(2)}), "the value of all 2 tried is NaN"),
        (lambda: best_trial([]), "best_trial: no setting can be the best, the value of all 0 tried is NaN"),
        (lambda: grid_search(abs, {"lr": []}), r"grid: space\['lr'\] must hold at least one value"),
        (lambda: grid_search(abs, [1, 2]), "grid: space must be a dict of lists, one per parameter, not"),
        (lambda: grid_search(abs, {}), "grid: space must be a dict of lists"),
        (lambda: grid_search(abs, {"lr": 3}), r"grid: space\['lr'\] must be a list of values, not 3"),
        (lambda: grid_search(abs, {"unit": "relu"}), r"grid: space\['unit'\] must be a list of values, not 'relu'"),
        (lambda: trials(abs, [0.1]), "trials: a setting must be a dict such as {'lr': 0.1}, not 0.1"),
        (lambda: grid_search(None, {"lr": [1]}), "grid_search: objective must be a function"),
        (lambda: grid_search(lambda s: None, {"lr": [1]}), "trials: objective must return a number, not None"),
        (lambda: random_search(abs, dict, 0, np.random.default_rng(0)), "random_search: n must be a whole number"),
        (lambda: log_uniform(0.0, 1.0, 2, np.random.default_rng(0)), "log_uniform: low must be a number above 0"),
        (lambda: log_uniform(2.0, 1.0, 2, np.random.default_rng(0)), "low must not be above high, they are 2 and 1"),
        (lambda: log_uniform(1.0, 2.0, -1, np.random.default_rng(0)), "size must be a whole number, 1 or more, not -1"),
    ],
)
def test_bad_arguments_get_one_line(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
