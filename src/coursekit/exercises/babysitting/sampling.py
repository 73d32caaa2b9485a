"""random_search."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.callbacks import distance, log_rate, sequence
from coursekit.exercises.babysitting.drawing import INF, NAN, Setting, distinct, objective
from coursekit.exercises.cases import Case, Draw, Made, Seeded, Summary
from coursekit.exercises.chance import draws_from_rng, seeded
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import DictOf, Plain
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, values
from coursekit.training import random_search

Objective = Callable[[Setting], float]
Sample = Callable[[Any], Setting]


def _cases(draw: Draw) -> list[Case]:
    def case(losses: list[float], n: int, about: str = "", group: str = "values") -> Case:
        """Settings with these losses, in the order in which `sample` hands them out; `n` of them are to be tried."""
        lrs = distinct(draw, len(losses), 0.01, 0.99)
        draw.rng.shuffle(lrs)
        settings = [{"lr": lr} for lr in lrs]
        shown = f"lambda rng, s=iter([{', '.join(map(str, lrs))}]): {{'lr': next(s)}}"
        args = (objective(["lr"], [(lr,) for lr in lrs], losses), Made(sequence, (settings,), shown), n, Seeded(1))
        return Case(args=args, about=about, group=group)

    def by_rng(seed: int) -> Case:
        sample = Made(log_rate, (-4.0, -1.0), "lambda rng: {'lr': 10 ** rng.uniform(-4, -1)}")
        loss = Made(distance, (-2.5,), "lambda s: abs(np.log10(s['lr']) + 2.5)")
        return Case(args=(loss, sample, 5, Seeded(seed)), summary=Summary(of=lambda value: {}))

    def first_best(n: int) -> list[float]:
        """The best of the first n is the last of them; what would come after it is better, the very last most."""
        rising = distinct(draw, 2 * n + 2)
        after, before = rising[: n + 2], rising[n + 2 :]
        return [*(float(x) for x in draw.rng.permutation(before[1:])), before[0], *reversed(after)]

    a, b, c, d, e = distinct(draw, 5)
    n = draw.size(4, 8)
    middle = [*first_best(n)]
    middle[n - 1], middle[n // 2] = middle[n // 2], middle[n - 1]
    first = case([c, d, b, a, e, e], 3, "")
    return [
        first,
        case([e, b, c, a, d, d, d], 3),
        case(first_best(n), n),
        case(middle, n),
        case([d, c, c, b, b, b, a, a], 3, "two share the best loss", "ties"),
        case([c, d, c, b, b, b, a, a], 3, "two share the best loss", "ties"),
        case([NAN, c, d, b, a, a, a], 3, "NaN first", "nan"),
        case([d, NAN, c, b, b, a, a], 3, "a NaN in the middle", "nan"),
        case([NAN, NAN, d, b, b, a, a], 3, "NaN but for one", "nan"),
        case([INF, c, d, b, b, a, a], 3, "infinite first", "nan"),
        case([c, b, a, a], 1, "a single draw", "edges"),
        case([-b, -d, -c, -e, -e, -e], 3, "losses below 0", "edges"),
        case([1e4 * d, 1e4 * c, 1e4 * e, b, b, a, a], 3, "large losses", "edges"),
        *seeded(by_rng, int(draw.rng.integers(1, 10_000))),
        Case(args=first.args, about="the first input once more"),
    ]


def _best(objective: Objective, settings: list[Setting]) -> Any:
    best, lowest = settings[0], math.inf
    for setting in settings:
        loss = objective(setting)
        if loss < lowest:
            best, lowest = setting, loss
    return best


def _draws(sample: Sample, n: int, rng: Any) -> list[Setting]:
    return [sample(rng) for _ in range(n)]


def _one_by_one(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    best, lowest = None, None
    for _ in range(n):
        setting = sample(rng)
        loss = objective(setting)
        if loss == loss and (lowest is None or loss < lowest):
            best, lowest = setting, loss
    return best


def _nanargmin(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    settings = _draws(sample, n, rng)
    return settings[int(np.nanargmin([objective(setting) for setting in settings]))]


def _filtered(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    tried = [(objective(setting), setting) for setting in _draws(sample, n, rng)]
    return min((trial for trial in tried if not math.isnan(trial[0])), key=lambda trial: trial[0])[1]


def _last_on_a_tie(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    return _best(objective, _draws(sample, n, rng)[::-1])


def _argmin(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    settings = _draws(sample, n, rng)
    return settings[int(np.argmin([objective(setting) for setting in settings]))]


def _one_before_the_loop(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    best = sample(rng)
    for _ in range(n):
        setting = sample(rng)
        if objective(setting) < objective(best):
            best = setting
    return best


def _draws_again(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    best, lowest = None, math.inf
    for _ in range(n):
        loss = objective(sample(rng))
        if loss < lowest:
            best, lowest = sample(rng), loss
    return best


def _until_better(objective: Objective, sample: Sample, n: int, rng: Any) -> Any:
    """Stops at the first draw that improves on the first."""
    best = sample(rng)
    for _ in range(n - 1):
        setting = sample(rng)
        if objective(setting) < objective(best) or math.isnan(objective(best)):
            return setting
    return best


RANDOM_SEARCH = Exercise(
    assignment="babysitting",
    reference=random_search,
    task="Try `n` settings drawn at random. `sample(rng)` draws one, a dict such as `{'lr': 0.013}`, and "
    "`objective(setting)` returns its loss. Draw exactly `n` times and return the setting with the lowest loss: the "
    "first of several that share it, and never one whose loss is NaN.",
    rule="the setting with the lowest objective(setting) among exactly n draws sample(rng); NaN never wins, the first "
    "of equals",
    returns=DictOf(Plain()),
    cases=_cases,
    checks=(
        values(3, "Write down the first n settings that `sample` hands out, and their losses. Which is the lowest?"),
        Check(
            name="first on a tie",
            points=1,
            group="ties",
            hint="Two draws share the lowest loss. Which of them came first?",
        ),
        Check(
            name="NaN never wins",
            points=2,
            group="nan",
            hint="What do `nan < 1.0` and `1.0 < nan` give? When does your code let a NaN through?",
        ),
        edges(1, "Go through the few draws of this case by hand. What does your code start from?"),
        draws_from_rng(),
    ),
    misconceptions=(
        Misconception(
            id="one_draw_more",
            function=lambda objective, sample, n, rng: _best(objective, _draws(sample, n + 1, rng)),
            hint="You draw n + 1 settings. How often is `sample` called?",
        ),
        Misconception(
            id="one_before_the_loop",
            function=_one_before_the_loop,
            hint="You draw one setting before the loop and n in it, and a first one whose loss is NaN is never "
            "replaced. With what could the search start instead of a setting?",
        ),
        Misconception(
            id="one_draw_less",
            function=lambda objective, sample, n, rng: _best(objective, _draws(sample, max(n - 1, 1), rng)),
            hint="You draw n - 1 settings. How many numbers does `range(1, n)` have?",
        ),
        Misconception(
            id="highest",
            function=lambda objective, sample, n, rng: _best(lambda s: -objective(s), _draws(sample, n, rng)),
            hint="You return the setting with the highest value, as for an accuracy. `objective` is a loss: is a "
            "higher one better?",
        ),
        Misconception(
            id="last_on_a_tie",
            function=_last_on_a_tie,
            hint="Of two settings with the same loss you keep the later. Should a setting that is only as good replace "
            "the best so far: `<` or `<=`?",
        ),
        Misconception(
            id="nan_stays",
            function=lambda objective, sample, n, rng: min(_draws(sample, n, rng), key=objective),
            hint="A NaN that comes first stays the best, because no number is `<` NaN. How can you tell that a loss is "
            "NaN before you compare it?",
        ),
        Misconception(
            id="argmin_takes_nan",
            function=_argmin,
            hint="`np.argmin` takes NaN for the smallest. Which function of NumPy passes over NaN?",
        ),
        Misconception(
            id="draws_again",
            function=_draws_again,
            hint="The setting that you keep is not the one that you tried: `sample(rng)` gives another one each time "
            "it is called. Where should its result be kept?",
        ),
        Misconception(
            id="one_draw_only",
            function=lambda objective, sample, n, rng: sample(rng),
            hint="Only one setting is drawn. Is `sample` called inside the loop, once for each try?",
        ),
        Misconception(
            id="last_setting",
            function=lambda objective, sample, n, rng: _draws(sample, n, rng)[-1],
            hint="You return the setting that was drawn last. Which one has to be remembered?",
        ),
        Misconception(
            id="first_improvement",
            function=_until_better,
            hint="You stop at the first draw that is better than the one before. Could a later one be better still?",
        ),
        Misconception(
            id="returns_the_loss",
            function=lambda objective, sample, n, rng: objective(_best(objective, _draws(sample, n, rng))),
            hint="You return the lowest loss. Which setting gave it? That is what is asked for.",
        ),
        Misconception(
            id="fixed_seed",
            function=lambda objective, sample, n, rng: _best(objective, _draws(sample, n, np.random.default_rng(0))),
            hint="You hand `sample` a generator with a fixed seed, so that every search tries the same settings. Which "
            "generator did the caller hand you?",
        ),
        Misconception(
            id="generator_of_its_own",
            function=lambda objective, sample, n, rng: _best(objective, _draws(sample, n, np.random.default_rng())),
            hint="You hand `sample` a generator of your own. How can somebody repeat your search, draw by draw?",
        ),
    ),
    variants={
        "one_by_one": _one_by_one,
        "all_first": lambda objective, sample, n, rng: _best(objective, _draws(sample, n, rng)),
        "nanargmin": _nanargmin,
        "filtered": _filtered,
    },
)
