"""numerical_gradient: the known wrong answers, and right ones of another make."""

from collections.abc import Callable

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.spec import Misconception

F = Callable[[Array], float]


def _quotient(f: F, x: Array, plus: float, minus: float, by: float) -> Array:
    """`(f(x + plus e_i) - f(x - minus e_i)) / by` for every entry, on copies."""
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += plus
        below[i] -= minus
        gradient[i] = (f(above) - f(below)) / by
    return gradient


def _in_place(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        below = f(x)
        x[i] = old
        gradient[i] = (above - below) / (2 * h)
        it.iternext()
    return gradient


def _one_hot(f: F, x: Array, h: float = 1e-5) -> Array:
    slopes = []
    for j in range(x.size):
        e = np.zeros_like(x)
        e.flat[j] = h
        slopes.append((f(x + e) - f(x - e)) / (2 * h))
    return np.array(slopes).reshape(x.shape)


def _flat_copy(f: F, x: Array, h: float = 1e-5) -> Array:
    work = x.flatten()
    gradient = np.empty(x.size)
    for j in range(x.size):
        work[j] += h
        above = f(work.reshape(x.shape))
        work[j] = x.flat[j] - h
        below = f(work.reshape(x.shape))
        work[j] = x.flat[j]
        gradient[j] = (above - below) / 2 / h
    return gradient.reshape(x.shape)


def _mean_of_both_sides(f: F, x: Array, h: float = 1e-5) -> Array:
    return (_quotient(f, x, h, 0.0, h) + _quotient(f, x, 0.0, h, h)) / 2


def _not_restored(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        gradient[i] = (above - f(x)) / (2 * h)
    return gradient


def _steps_back(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        gradient[i] = (above - f(x)) / (2 * h)
        x[i] += h
    return gradient


def _rows(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def _ravel(f: F, x: Array, h: float = 1e-5) -> Array:
    flat = x.ravel()
    gradient = np.zeros(x.size)
    for j in range(x.size):
        old = flat[j]
        flat[j] = old + h
        above = f(x)
        flat[j] = old - h
        gradient[j] = (above - f(x)) / (2 * h)
        flat[j] = old
    return gradient.reshape(x.shape)


def _single(f: F, x: Array, h: float = 1e-5) -> Array:
    return _quotient(f, x, h, h, 2 * h).astype(np.float32)


def _second(f: F, x: Array, h: float = 1e-5) -> Array:
    return _quotient(f, x, h, 0.0, h**2) - _quotient(f, x, 0.0, h, h**2)


def _only_one_divided(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = f(above) - f(below) / (2 * h)
    return gradient


def _one_array(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    above = below = x
    for i in np.ndindex(x.shape):
        above[i] += h
        below[i] -= h
        gradient[i] = (f(above) - f(below)) / (2 * h)
    return gradient


def _one_entry(f: F, x: Array, h: float = 1e-5) -> Array:
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        gradient[i] = (f(x[i] + h) - f(x[i] - h)) / (2 * h)
    return gradient


WRONG = (
    Misconception(
        id="forward_difference",
        function=lambda f, x, h=1e-5: _quotient(f, x, h, 0.0, h),
        hint="You step to one side only: (f(x + h) - f(x)) / h. Its error shrinks like h, that of a central "
        "difference like h squared. Where else must f be asked?",
    ),
    Misconception(
        id="backward_difference",
        function=lambda f, x, h=1e-5: _quotient(f, x, 0.0, h, h),
        hint="You step down only: (f(x) - f(x - h)) / h. Where else must f be asked for a difference that lies "
        "evenly around x?",
    ),
    Misconception(
        id="missing_half",
        function=lambda f, x, h=1e-5: _quotient(f, x, h, h, h),
        hint="Your slopes are twice as large as they should be. How far apart are x + h and x - h?",
    ),
    Misconception(
        id="precedence",
        function=lambda f, x, h=1e-5: _quotient(f, x, h, h, 2.0) * h,
        hint="`/ 2 * h` divides by 2 and then multiplies by h. What must stand in parentheses?",
    ),
    Misconception(
        id="only_one_divided",
        function=_only_one_divided,
        hint="Only the second value of f is divided: `a - b / c` is a - (b / c). What must stand in parentheses?",
    ),
    Misconception(
        id="sign",
        function=lambda f, x, h=1e-5: -_quotient(f, x, h, h, 2 * h),
        hint="Your slopes have the wrong sign: f rises where you say it falls. Which of the two values of f is "
        "taken off which?",
    ),
    Misconception(
        id="h_not_used",
        function=lambda f, x, h=1e-5: _quotient(f, x, 1e-5, 1e-5, 2e-5),
        hint="Your step is 1e-5 whatever the caller asks for. Is the parameter `h` used in your steps?",
    ),
    Misconception(
        id="half_steps",
        function=lambda f, x, h=1e-5: _quotient(f, x, h / 2, h / 2, h),
        hint="You step by h / 2 to either side, which is a central difference too, of half the width. How far does "
        "the rule step?",
    ),
    Misconception(
        id="second_difference",
        function=_second,
        hint="You compute (f(x + h) - 2 f(x) + f(x - h)) / h squared, which is the curvature. What does the slope "
        "need of these three values?",
    ),
    Misconception(
        id="all_entries_at_once",
        function=lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / (2 * h),
        hint="`x + h` moves all entries together, so you get one slope for all. How can one entry be moved while "
        "the others stay?",
    ),
    Misconception(
        id="whole_rows",
        function=_rows,
        hint="In a matrix `x[i]` is a whole row, and all of it moves at once. How many steps does a matrix of "
        "shape (2, 3) need, and which loop gives each entry its own?",
    ),
    Misconception(
        id="flattened",
        function=lambda f, x, h=1e-5: _quotient(f, x, h, h, 2 * h).ravel(),
        hint="Your slopes come in one long row. Which shape should a gradient have, that of a list or that of x?",
    ),
    Misconception(
        id="two_names_for_one_array",
        function=_one_array,
        hint="All your slopes are 0. After `above = x` and `below = x` there is still one array, stepped up and "
        "down again before f sees it. How do you get an array of its own?",
    ),
    Misconception(
        id="one_entry_alone",
        function=_one_entry,
        hint="You hand f one single entry. Its value depends on all of them: with what should f be called, so that "
        "the others are there too?",
    ),
    Misconception(
        id="not_restored",
        function=_not_restored,
        hint="After its turn an entry of x stays at x - h: the caller's x is changed, and the later slopes are "
        "measured somewhere else. Which line is missing?",
    ),
    Misconception(
        id="steps_back",
        function=_steps_back,
        hint="You go back by adding what you took off, and roundings remain: 0.1 + h - 2h + h is not 0.1. How can "
        "you put back the very number that was there?",
    ),
    Misconception(
        id="ravel_is_a_copy",
        function=_ravel,
        hint="You step `x.ravel()`. For a view into a larger array that is a copy, so `x` does not move and every "
        "slope is 0. How do you write into x itself: `np.ndindex(x.shape)`, `x.flat`?",
    ),
    Misconception(
        id="float32",
        function=_single,
        hint="Your slopes lose their later digits: they are float32. A gradient check compares seven digits and "
        "more: which dtype keeps them?",
    ),
)

RIGHT = {
    "in_place": _in_place,
    "on_copies": lambda f, x, h=1e-5: _quotient(f, x, h, h, 2 * h),
    "one_hot": _one_hot,
    "flat_copy": _flat_copy,
    "mean_of_both_sides": _mean_of_both_sides,
}
