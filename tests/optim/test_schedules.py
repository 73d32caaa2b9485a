"""Schedules against their wording, one number at a time, and what every schedule must do."""

import inspect
import itertools
import math
import pickle
from functools import partial

import numpy as np
import pytest

from coursekit import optim
from coursekit.optim import schedules

#: name, settings, {t: lr}
SCHEDULES = [
    ("constant", {"lr0": 0.3}, {0: 0.3, 1000: 0.3}),
    ("step_decay", {"lr0": 0.8}, {0: 0.8, 4: 0.8, 5: 0.4, 9: 0.4, 10: 0.2}),
    ("step_decay", {"lr0": 1.0, "factor": 0.1, "every": 30}, {29: 1.0, 30: 0.1, 89.5: 0.01, 90: 0.001}),
    ("exponential_decay", {"lr0": 2.0, "k": 0.5}, {0: 2.0, 1: 2 / math.sqrt(math.e), 2: 2 / math.e}),
    ("inverse_time_decay", {"lr0": 2.0, "k": 0.5}, {0: 2.0, 1: 4 / 3, 2: 1.0, 6: 0.5}),
    ("cosine_decay", {"lr0": 0.4, "total": 8}, {0: 0.4, 2: 0.2 * (1 + 0.5**0.5), 4: 0.2, 8: 0.0, 9: 0.0}),
    ("cosine_decay", {"lr0": 0.5, "total": 6, "lr_min": 0.1}, {0: 0.5, 2: 0.4, 3: 0.3, 4: 0.2, 6: 0.1, 100: 0.1}),
    ("warmup", {"lr0": 0.6, "warmup_steps": 3}, {0: 0.2, 1: 0.4, 2: 0.6, 3: 0.6, 99: 0.6}),
    ("warmup", {"lr0": 0.6, "warmup_steps": 1}, {0: 0.6, 1: 0.6}),
    ("warmup", {"lr0": 0.6, "warmup_steps": 0}, {0: 0.6, 1: 0.6}),
    ("one_cycle", {"lr_max": 1.0, "total": 100}, {0: 0.04, 15: 0.52, 30: 1.0, 65: 0.500002, 100: 4e-6, 200: 4e-6}),
    (
        "one_cycle",
        {"lr_max": 1.0, "total": 10, "rise": 0.0, "lr_start": 0.5, "lr_end": 0.0},
        {0: 1.0, 5: 0.5, 10: 0.0},
    ),
]
every_schedule = pytest.mark.parametrize(
    ("name", "settings", "values"), SCHEDULES, ids=[f"{row[0]}{i}" for i, row in enumerate(SCHEDULES)]
)
of_losses = ["reduce_on_plateau", "early_stopping", "has_converged"]


def defined(module):
    return {
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    }


def test_the_table_holds_every_schedule():
    assert {row[0] for row in SCHEDULES} | set(of_losses) == defined(schedules)


@every_schedule
def test_values(name, settings, values):
    for t, lr in values.items():
        assert getattr(optim, name)(t, **settings) == pytest.approx(lr, rel=1e-12)
        assert getattr(optim, name)(np.int64(t) if isinstance(t, int) else t, **settings) == pytest.approx(
            lr, rel=1e-12
        )


@every_schedule
def test_any_step_gives_a_finite_rate_of_python(name, settings, values):
    rates = [getattr(optim, name)(t, **settings) for t in (0, 1, 2.5, 999, 10**4, 10**6)]
    assert {type(rate) for rate in rates} == {float}
    assert all(0.0 <= rate < math.inf for rate in rates)


@every_schedule
def test_only_warmup_and_one_cycle_ever_rise(name, settings, values):
    rates = [getattr(optim, name)(t, **settings) for t in np.linspace(0, 150, 601)]
    falls = all(later <= earlier for earlier, later in itertools.pairwise(rates))
    assert falls or name in ("warmup", "one_cycle")


@every_schedule
def test_arguments_out_of_range_are_refused(name, settings, values):
    schedule = getattr(optim, name)
    for key in ("t", *settings):
        for wrong in (-1, math.nan, "1", None, math.inf):
            if wrong is None and key in ("lr_start", "lr_end"):
                continue
            with pytest.raises(ValueError, match=f"^{name}: {key} must be ") as caught:
                schedule(**{"t": 1, **settings, key: wrong})
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "settings", "key"),
    [
        ("step_decay", {"lr0": 1.0}, "factor"),
        ("step_decay", {"lr0": 1.0}, "every"),
        ("cosine_decay", {"lr0": 1.0}, "total"),
        ("one_cycle", {"lr_max": 1.0}, "total"),
    ],
)
def test_a_length_or_factor_of_zero_is_refused(name, settings, key):
    with pytest.raises(ValueError, match=f"{name}: {key} must be a number"):
        getattr(optim, name)(0, **settings, **{key: 0})


# -- after losses ----------------------------------------------------------------------------------------------------

#: A few values, so that ties, rises and falls are common; NaN and infinity among them.
LOSSES = [1.0, 2.0, 3.0, 4.0, math.nan, math.inf]


def runs_of_losses(n, longest, seed):
    rng = np.random.default_rng(seed)
    return [[LOSSES[i] for i in rng.integers(0, len(LOSSES), rng.integers(0, longest))] for _ in range(n)]


def improves(losses, i):
    """Whether loss `i` is strictly below all finite or infinite losses before it."""
    return losses[i] < min((loss for loss in losses[:i] if not math.isnan(loss)), default=math.inf)


def plateau_by_words(losses, lr0, factor, patience):
    cuts, since = 0, 0  # `since`: where the present count began
    for i in range(len(losses)):
        if improves(losses, i):
            since = i + 1
        elif i + 1 - since == patience:
            cuts, since = cuts + 1, i + 1
    return lr0 * factor**cuts


def stopping_by_words(losses, patience):
    end = next(
        (
            i + 1
            for i in range(patience - 1, len(losses))
            if not any(improves(losses, j) for j in range(i + 1 - patience, i + 1))
        ),
        len(losses),
    )
    seen = [math.inf if math.isnan(loss) else loss for loss in losses[:end]]
    return seen.index(min(seen))


@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_plateau_against_its_wording(patience):
    for losses in runs_of_losses(300, 25, seed=patience):
        want = plateau_by_words(losses, 0.5, 0.25, patience)
        assert optim.reduce_on_plateau(losses, 0.5, 0.25, patience) == want
        plateau = optim.ReduceOnPlateau(0.5, 0.25, patience)
        fed = [plateau.update(loss) for loss in losses]
        assert fed == [plateau_by_words(losses[: i + 1], 0.5, 0.25, patience) for i in range(len(losses))]


@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_early_stopping_against_its_wording(patience):
    for losses in filter(len, runs_of_losses(300, 25, seed=10 + patience)):
        assert optim.early_stopping(losses, patience) == stopping_by_words(losses, patience), losses


@pytest.mark.parametrize(
    ("losses", "lr"),
    [
        ([], 0.8),
        ([1.0], 0.8),
        ([1.0, 1.0, 1.0], 0.8),  # a tie does not improve, but two are not three
        ([1.0, 1.0, 1.0, 1.0], 0.4),
        ([1.0, 2.0, 2.0, 0.5, 2.0, 2.0], 0.8),  # an improvement starts the count anew
        ([1.0, 2.0, 2.0, 2.0, 1.5, 1.5, 1.5], 0.2),  # after a cut the best stays: 1.5 is no improvement
        ([math.nan] * 3, 0.4),
        ([1.0, math.nan, math.nan, math.nan], 0.4),
        (np.array([3.0, 2.0, 1.0], np.float32), 0.8),
    ],
)
def test_plateau_by_hand(losses, lr):
    assert optim.reduce_on_plateau(losses, 0.8) == lr


@pytest.mark.parametrize(
    ("losses", "patience", "epoch"),
    [
        ([5.0], 1, 0),
        ([3.0, 2.0, 1.0], 1, 2),
        ([3.0, 2.0, 2.0, 1.0], 1, 1),  # a tie ends it
        ([3.0, 2.0, 2.0, 1.0], 2, 3),
        ([2.0, 3.0, 3.0, 3.0, 1.0], 3, 0),
        ([math.nan, 2.0, 1.0], 2, 2),
        ([math.nan, math.nan, 1.0], 2, 0),
        (np.array([2, 1, 3]), 5, 1),
    ],
)
def test_early_stopping_by_hand(losses, patience, epoch):
    assert optim.early_stopping(losses, patience) == epoch


@pytest.mark.parametrize(
    ("losses", "tol", "converged"),
    [
        ([], 1.0, False),
        ([1.0], 1.0, False),
        ([1.0, 1.0], 0.0, True),
        ([2.0, 1.0, 0.75], 0.25, True),
        ([2.0, 1.0, 0.75], 0.24, False),
        ([2.0, 1.0, 1.25], 0.25, True),  # a rise counts as much
        ([-1.0, -1.5], 0.5, True),
        ([0.0, 1e-9], 0.5, False),
        ([1.0, math.nan], 1.0, False),
        ([math.nan, 1.0], 1.0, False),
    ],
)
def test_convergence(losses, tol, converged):
    assert optim.has_converged(losses, tol) is converged


def test_losses_given_are_not_changed():
    losses = [3.0, math.nan, 2.0]
    for name, settings in zip(of_losses, ({"lr0": 0.1}, {"patience": 2}, {"tol": 0.1}), strict=True):
        getattr(optim, name)(losses, **settings)
        assert losses[::2] == [3.0, 2.0]
        assert math.isnan(losses[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optim.reduce_on_plateau([[1.0]], 0.1), "reduce_on_plateau: losses must be a list of numbers"),
        (lambda: optim.reduce_on_plateau(["a"], 0.1), "reduce_on_plateau: losses must be"),
        (lambda: optim.reduce_on_plateau([1.0], -0.1), "reduce_on_plateau: lr0 must be"),
        (
            lambda: optim.reduce_on_plateau([1.0], 0.1, factor=1.5),
            r"reduce_on_plateau: factor must be a number in \(0, 1",
        ),
        (lambda: optim.reduce_on_plateau([1.0], 0.1, patience=0), "reduce_on_plateau: patience must be a whole number"),
        (lambda: optim.early_stopping([], 1), "early_stopping: val_losses must not be empty"),
        (lambda: optim.early_stopping([1.0], 1.5), "early_stopping: patience must be a whole number"),
        (lambda: optim.has_converged([1.0], -1e-3), "has_converged: tol must be"),
        (lambda: optim.ReduceOnPlateau(-1.0), "ReduceOnPlateau: lr0 must be"),
        (lambda: optim.ReduceOnPlateau(1.0, factor=0.0), "ReduceOnPlateau: factor must be"),
        (lambda: optim.ReduceOnPlateau(1.0, patience=0), "ReduceOnPlateau: patience must be"),
        (lambda: optim.ReduceOnPlateau(1.0).update("low"), "ReduceOnPlateau: loss must be a number, not 'low'"),
    ],
)
def test_bad_losses_and_settings_are_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


# -- put together ----------------------------------------------------------------------------------------------------


def test_a_sequence_counts_anew_for_each_part():
    rate = optim.in_sequence((lambda t: 10 + t, 2), (lambda t: 20 + t, 3), then=lambda t: 30 + t)
    assert [rate(t) for t in range(8)] == [10, 11, 20, 21, 22, 30, 31, 32]
    assert optim.in_sequence(then=lambda t: t)(7) == 7


def test_sequences_nest_and_can_be_pickled():
    cosine = partial(optim.cosine_decay, lr0=0.4, total=4)
    inner = optim.in_sequence((cosine, 4), then=cosine)  # warm restarts
    rate = optim.in_sequence((partial(optim.warmup, lr0=0.4, warmup_steps=2), 2), then=inner)
    assert [rate(t) for t in range(11)] == [0.2, 0.4] + [cosine(t) for t in (0, 1, 2, 3, 0, 1, 2, 3, 4)]
    assert pickle.loads(pickle.dumps(rate))(5) == rate(5)


@pytest.mark.parametrize(
    ("parts", "then", "message"),
    [
        ([(math.cos, 0)], math.cos, r"the steps of part 0 must be a number above 0"),
        ([(math.cos, 1), (0.1, 5)], math.cos, r"part 1 must be a pair \(schedule, steps\), not \(0.1, 5\)"),
        ([math.cos], math.cos, "part 0 must be a pair"),
        ([], 0.1, "then must be a schedule, not 0.1"),
    ],
)
def test_parts_that_are_none_are_refused(parts, then, message):
    with pytest.raises(ValueError, match=f"^in_sequence: {message}"):
        optim.in_sequence(*parts, then=then)


@pytest.mark.parametrize("rate", [0.5, np.float32(0.5), np.float64(0.5), np.array(0.5), 1, 0])
def test_a_schedules_rate_is_a_float(rate):
    looked_at = optim.rate_at(lambda t: rate, 3)
    assert type(looked_at) is float
    assert looked_at == rate


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, None, "0.1", [0.1, 0.2], True, 1j])
def test_what_is_no_rate_names_the_schedule_and_the_step(rate):
    def mine(t, rate):
        return rate

    with pytest.raises(ValueError, match=r"^mine: its learning rate at t = 3 must be a number, 0 or more") as caught:
        optim.rate_at(partial(mine, rate=rate), 3)
    assert "\n" not in str(caught.value)


# -- batch size ------------------------------------------------------------------------------------------------------


def test_scaling_a_rate_with_the_batch():
    assert optim.linear_scaling(0.1, 512, 256) == pytest.approx(0.2)
    assert optim.sqrt_scaling(0.1, 64, 256) == pytest.approx(0.05)
    for scaled in (optim.linear_scaling, optim.sqrt_scaling):
        assert scaled(0.1, 256, 256) == 0.1
        for wrong in ((-0.1, 1, 1), (0.1, 0, 1), (0.1, 1, 0), (0.1, 1.5, 1), (0.1, 1, "1")):
            with pytest.raises(ValueError, match=f"^{scaled.__name__}: \\w+ must be"):
                scaled(*wrong)


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"batch_size0": 32}, {0: 32, 4: 32, 5: 64, 14: 128, 35: 4096, 36: 4096, 10**6: 4096}),
        ({"batch_size0": 10, "factor": 1.5, "every": 1}, {0: 10, 1: 15, 2: 22, 3: 33, 10**6: 4096}),
        ({"batch_size0": 100, "max_batch_size": 64}, {0: 64, 50: 64}),
        ({"batch_size0": 7, "factor": 1}, {0: 7, 10**6: 7}),
    ],
)
def test_the_batch_grows(settings, sizes):
    for t, size in sizes.items():
        grown = optim.batch_size_schedule(t, **settings)
        assert type(grown) is int
        assert grown == size


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("t", -1), ("batch_size0", 0), ("batch_size0", 1.5), ("factor", 0.5), ("every", 0), ("max_batch_size", 0)],
)
def test_batch_sizes_that_cannot_be_are_refused(key, wrong):
    with pytest.raises(ValueError, match=f"^batch_size_schedule: {key} must be"):
        optim.batch_size_schedule(**{"t": 0, "batch_size0": 32, key: wrong})
