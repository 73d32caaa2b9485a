"""grid_search."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from coursekit.exercises.babysitting.drawing import INF, NAN, Setting, distinct, on_grid
from coursekit.exercises.cases import Case, Draw
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import DictOf, Plain
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, in_place, unchanged, values
from coursekit.training import grid_search

Objective = Callable[[Setting], float]
Space = dict[str, list[Any]]


def _cases(draw: Draw) -> list[Case]:
    rates = [0.1, 0.03, 0.01, 0.003, 0.001]

    def lrs(n: int) -> list[float]:
        return [rates[i] for i in sorted(draw.rng.choice(len(rates), n, replace=False))]

    def case(space: Space, losses: list[float], about: str = "", group: str = "values") -> Case:
        return Case(args=(on_grid(space, losses), space), about=about, group=group)

    low = distinct(draw, 3)
    first = case({"lr": lrs(3)}, [low[1], low[0], low[2]])

    # The best is off the diagonal, is not the last, and is not found by one list at a time: the first column's best is
    # in the first row, the best of all is not.
    a = distinct(draw, 9)
    square = [a[1], a[3], a[2], a[4], a[8], a[0], a[5], a[6], a[7]]
    b = distinct(draw, 8)
    three = [b[2], b[5], b[3], b[7], b[4], b[0], b[6], b[1]]
    units = ["tanh", "relu"] if draw.rng.random() < 0.5 else ["relu", "elu"]
    wide = distinct(draw, 2 * draw.size(4, 5))
    best = int(draw.rng.integers(1, len(wide) - 1))
    mixed = [float(loss) for loss in draw.rng.permutation(wide[1:])]
    mixed.insert(best, wide[0])

    t, u, v = distinct(draw, 3)
    pairs: Space = {"lr": lrs(2), "depth": [1, 2]}
    n, m, k = distinct(draw, 3)
    widths = [8, 16, 32, 64]
    return [
        first,
        case({"lr": lrs(3), "depth": [1, 2, 3]}, square),
        case({"depth": [draw.size(1, 3), 4], "lr": lrs(len(wide) // 2)}, mixed),
        case({"unit": units, "lr": lrs(2), "width": [16, 64]}, three),
        case({"lr": lrs(3)}, [u, t, t], "two share the best loss", "ties"),
        case(pairs, [v, t, t, u], "two share the best loss", "ties"),
        case(pairs, [t, u, v, t], "two share the best loss", "ties"),
        case({"lr": lrs(3)}, [m, NAN, n], "a NaN in the middle", "nan"),
        case({"lr": lrs(3)}, [NAN, m, n], "NaN first", "nan"),
        case({"lr": lrs(2), "width": [16, 64]}, [NAN, m, n, NAN], "NaN first and last", "nan"),
        case({"width": widths}, [NAN, NAN, NAN, k], "NaN but for one", "nan"),
        case({"width": widths}, [INF, m, n, k], "infinite first", "nan"),
        case({"lr": [0.1]}, [t], "a single setting", "edges"),
        case({"lr": lrs(2), "depth": [2], "unit": ["relu"]}, [u, t], "lists of one value", "edges"),
        case({"lr": lrs(3)}, [-t, -v, -u], "losses below 0", "edges"),
        case({"lr": lrs(3)}, [1e4 * v, 1e4 * t, 1e4 * u], "large losses", "edges"),
        case(first.args[1], first.args[0].args[2], "the first input once more"),
    ]


def _settings(space: Space) -> Iterator[Setting]:
    return (dict(zip(space, values, strict=True)) for values in itertools.product(*space.values()))


def _best(objective: Objective, settings: Iterable[Setting]) -> Any:
    best, lowest = None, math.inf
    for setting in settings:
        loss = objective(setting)
        if not math.isnan(loss) and (best is None or loss < lowest):
            best, lowest = setting, loss
    return best


def _recursion(objective: Objective, space: Space) -> Any:
    def go(chosen: Setting, left: list[str]) -> Any:
        if not left:
            loss = objective(chosen)
            return (math.inf, 1) if math.isnan(loss) else (loss, 0), chosen
        tried = [go({**chosen, left[0]: value}, left[1:]) for value in space[left[0]]]
        return min(tried, key=lambda pair: pair[0])

    return go({}, list(space))[1]


def _nanargmin(objective: Objective, space: Space) -> Any:
    settings = list(_settings(space))
    return settings[int(np.nanargmin([objective(setting) for setting in settings]))]


def _counting(objective: Objective, space: Space) -> Any:
    names, settings = list(space), []
    for number in range(math.prod(len(choices) for choices in space.values())):
        setting = {}
        for name in reversed(names):
            number, place = divmod(number, len(space[name]))
            setting[name] = space[name][place]
        settings.append({name: setting[name] for name in names})
    return _best(objective, settings)


def _numbered(objective: Objective, space: Space) -> Any:
    tried = [(objective(setting), number, setting) for number, setting in enumerate(_settings(space))]
    return min(trial for trial in tried if trial[0] == trial[0])[2]


def _argmax(objective: Objective, space: Space) -> Any:
    return _best(lambda setting: -objective(setting), _settings(space))


def _last_on_a_tie(objective: Objective, space: Space) -> Any:
    return _best(objective, list(_settings(space))[::-1])


def _first_key_fastest(objective: Objective, space: Space) -> Any:
    turned = {name: space[name] for name in reversed(space)}
    found = _best(objective, _settings(turned))
    return {name: found[name] for name in space}


def _one_at_a_time(objective: Objective, space: Space) -> Any:
    setting = {name: values[0] for name, values in space.items()}
    for name in space:
        tried = ({**setting, name: value} for value in space[name])
        setting = _best(objective, tried) or setting
    return setting


def _diagonal(objective: Objective, space: Space) -> Any:
    longest = max(map(len, space.values()))
    rows = zip(*(values if len(values) > 1 else values * longest for values in space.values()), strict=False)
    return _best(objective, (dict(zip(space, row, strict=True)) for row in rows))


def _argmin(objective: Objective, space: Space) -> Any:
    settings = list(_settings(space))
    return settings[int(np.argmin([objective(setting) for setting in settings]))]


def _each_by_itself(objective: Objective, space: Space) -> Any:
    """The best value of each list on the average over all others."""
    losses = np.reshape([objective(setting) for setting in _settings(space)], [len(v) for v in space.values()])
    filled = np.where(np.isnan(losses), 1e9, losses)
    return {
        name: values[int(np.argmin(filled.mean(axis=tuple(i for i in range(losses.ndim) if i != axis))))]
        for axis, (name, values) in enumerate(space.items())
    }


def _empties(objective: Objective, space: Space) -> Any:
    settings: list[Setting] = [{}]
    for name in list(space):
        settings = [{**setting, name: value} for setting in settings for value in space[name]]
        del space[name]
    return _best(objective, settings)


GRID_SEARCH = Exercise(
    assignment="babysitting",
    reference=grid_search,
    task="Try every combination. `space` is a dict of lists, `{'lr': [0.1, 0.01], 'depth': [1, 2]}`; a *setting* is a "
    "dict with one value of each list, `{'lr': 0.1, 'depth': 1}`, and `objective(setting)` returns its loss. Go "
    "through the product in the order of the dict, the last key fastest, and return the setting with the lowest loss: "
    "the first of several that share it, and never one whose loss is NaN.",
    rule="the setting with the lowest objective(setting), over all combinations; NaN never wins, the first of equals",
    returns=DictOf(Plain()),
    cases=_cases,
    checks=(
        values(3, "Write down all combinations of this space and their losses. Which one is the lowest?"),
        Check(
            name="first on a tie",
            points=2,
            group="ties",
            hint="In which order are the combinations tried, and which of two with the same loss comes first?",
        ),
        Check(
            name="NaN never wins",
            points=2,
            group="nan",
            hint="What do `nan < 1.0`, `1.0 < nan` and `min([nan, 1.0])` give? When does your code let a NaN through?",
        ),
        edges(1, "Go through the few settings of this space by hand. What does your code start from?"),
        unchanged(),
    ),
    misconceptions=(
        Misconception(
            id="highest",
            function=_argmax,
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
            id="first_key_fastest",
            function=_first_key_fastest,
            hint="You change the first key fastest. Which of the loops is the innermost if the last key is to run "
            "fastest?",
        ),
        Misconception(
            id="nan_stays",
            function=lambda objective, space: min(_settings(space), key=objective),
            hint="A NaN that comes first stays the best, because no number is `<` NaN. How can you tell that a loss is "
            "NaN before you compare it?",
        ),
        Misconception(
            id="argmin_takes_nan",
            function=_argmin,
            hint="`np.argmin` takes NaN for the smallest. Which function of NumPy passes over NaN?",
        ),
        Misconception(
            id="pairs_up",
            function=_diagonal,
            hint="You take the first values of all lists, then the second values, and so on. Which combinations of "
            "two lists does `zip` leave out, and what makes all of them?",
        ),
        Misconception(
            id="one_list_at_a_time",
            function=_one_at_a_time,
            hint="You find the best value of one list while the others stay, then go on to the next. Is a pair that is "
            "good only together found that way?",
        ),
        Misconception(
            id="each_list_by_its_mean",
            function=_each_by_itself,
            hint="You choose the value of each list by its average over all others. Is the combination of these values "
            "the one with the lowest loss?",
        ),
        Misconception(
            id="last_setting",
            function=lambda objective, space: list(_settings(space))[-1],
            hint="You return the setting that was tried last. Which one has to be remembered? And if you did remember "
            "it: is it a dict of its own, or the one that you change on each turn?",
        ),
        Misconception(
            id="returns_the_loss",
            function=lambda objective, space: objective(_best(objective, _settings(space))),
            hint="You return the lowest loss. Which setting gave it? That is what is asked for.",
        ),
        Misconception(
            id="setting_and_loss",
            function=lambda objective, space: (best := _best(objective, _settings(space)), objective(best)),
            hint="You return two things, the setting and its loss. Which of them is asked for?",
        ),
        Misconception(
            id="values_without_names",
            function=lambda objective, space: tuple(_best(objective, _settings(space)).values()),
            hint="You return the best values without their names. How does `dict(zip(space, values))` look?",
        ),
        in_place(_empties, "space", "Which one takes something out of it?"),
    ),
    variants={
        "loop": lambda objective, space: _best(objective, _settings(space)),
        "recursion": _recursion,
        "nanargmin": _nanargmin,
        "counting": _counting,
        "numbered": _numbered,
    },
)
