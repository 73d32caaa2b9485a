"""max_norm."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array, Case, Draw, with_layouts
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import max_norm


def _weights(draw: Draw, d: int, h: int, c: float, long: int) -> Array:
    """`(d, h)`, of whose columns `long` have a norm well above `c`; that of the others is well below."""
    w = draw.array(d, h)
    norms = np.linalg.norm(w, axis=0)
    above = draw.rng.permutation(h) < long
    target = c * np.where(above, draw.rng.uniform(1.3, 3.0, h), draw.rng.uniform(0.3, 0.7, h))
    # Two decimals, and no entry rounded to 0: the norm moves a little, and stays on its side of c.
    scaled: Array = np.sign(w) * np.maximum(np.round(np.abs(w) * target / norms, 2), 0.01)
    return scaled


def _cases(draw: Draw) -> list[Case]:
    def limit() -> float:
        return draw.number(1.3, 2.6)

    def case(d: int, h: int, long: int, about: str = "", group: str = "values") -> Case:
        c = limit()
        return Case(args=(_weights(draw, d, h, c, long), c), about=about, group=group)

    def typical() -> Case:
        h = draw.size(3, 5)
        return case(draw.size(2, 4), h, draw.size(1, h - 1))

    d, h = draw.size(4, 12), draw.size(4, 9)
    c = limit()
    with_zero = _weights(draw, 2, 3, c, 2)
    with_zero[:, int(draw.rng.integers(3))] = 0.0
    tiny = 1e-3 * draw.array(2, 2)
    by_name = Case(args=(_weights(draw, 2, 2, 2.0, 1),), kwargs={"c": 2}, about="a whole number", group="edges")
    return with_layouts(
        [
            case(2, 1, 1),
            case(2, 2, 2),
            case(3, 2, 2),
            case(d, h, h),
            case(2, 1, 0, "a column within the limit", "within"),
            case(2, 2, 1, "one column within the limit", "within"),
            case(2, 3, 2, "one column within the limit", "within"),
            case(3, 2, 0, "all columns within the limit", "within"),
            case(d, h, draw.size(2, h - 2), "some columns within the limit", "within"),
            Case(args=(tiny, limit()), about="columns far within the limit", group="within"),
            Case(args=(np.zeros((2, 1)), limit()), about="a column of zeros", group="zero"),
            Case(args=(with_zero, c), about="a column of zeros", group="zero"),
            case(1, draw.size(3, 6), 2, "one row", "edges"),
            case(draw.size(3, 6), 1, 1, "one feature", "edges"),
            Case(args=(np.array([[3e3, -1e4], [4e3, 1e4]]), limit()), about="large entries", group="edges"),
            by_name,
        ],
        typical=typical,
    )


def _norms(w: Array) -> Any:
    return np.sqrt(np.sum(w**2, axis=0))


def _factors(norms: Array, c: float) -> Any:
    """c / norm where the norm is too large, else 1."""
    return np.where(norms > c, c / np.maximum(norms, c), 1).astype(norms.dtype)


def _loop(w: Array, c: float) -> Array:
    out = np.empty_like(w)
    for j in range(w.shape[1]):
        norm = float(np.sqrt(sum(float(entry) ** 2 for entry in w[:, j])))
        out[:, j] = w[:, j] * (c / norm) if norm > c else w[:, j]
    return out


def _mask(w: Array, c: float) -> Array:
    out, norms = w.copy(), _norms(w)
    out[:, norms > c] *= c / norms[norms > c]
    return out


def _in_place(w: Array, c: float) -> Array:
    w *= _factors(_norms(w), c)
    return w


def _float64(w: Array, c: float) -> Array:
    out = np.zeros(w.shape)
    out += w * _factors(_norms(w), c)
    return out


def _quiet(function: Any) -> Any:
    """`function` without NumPy's remarks on a division by 0."""

    def wrong(w: Array, c: float) -> Any:
        with np.errstate(divide="ignore", invalid="ignore"):
            return function(w, c)

    return wrong


MAX_NORM = Exercise(
    assignment="regularization",
    reference=max_norm,
    task="Write the max-norm constraint. `w` is `(D, H)`: column j holds the weights that come into unit j. Return `w` "
    "with each column whose norm (the root of the sum of its squares) is above `c` scaled down to norm `c`. All other "
    "columns stay as they are, a column of zeros too.",
    rule="norm_j = sqrt(sum of w**2 down column j);  column j is multiplied by c / norm_j where norm_j > c, else by 1",
    returns=ArrayOf(),
    cases=_cases,
    speed=lambda draw: Case(args=(draw.array(50, 2000), 2.0)),
    checks=(
        values(3, "All columns here are longer than c. What is the norm of each, and by which factor must it shrink?"),
        Check(
            name="columns within the limit stay",
            points=2,
            group="within",
            hint="Which columns are no longer than c, and what should happen to those?",
        ),
        Check(
            name="a column of zeros",
            points=1,
            group="zero",
            hint="The norm of one column is 0. Where does your code divide by it?",
        ),
        edges(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="rows",
            function=lambda w, c: w * _factors(_norms(w.T), c)[:, None],
            hint="You limit the norm of each row. PyTorch keeps weights as (out, in), so there a row belongs to a "
            "unit; here `w` is (D, H). Along which axis do the weights into one unit stand?",
        ),
        Misconception(
            id="whole_matrix",
            function=lambda w, c: w * min(1.0, c / max(float(np.linalg.norm(w)), 1e-12)),
            hint="You take one norm for the whole matrix, as gradient clipping does. How many units are there, and "
            "does each have its own limit?",
        ),
        Misconception(
            id="all_by_the_longest",
            function=lambda w, c: w * min(1.0, c / max(float(np.max(_norms(w))), 1e-12)),
            hint="You shrink every column by the factor that the longest one needs. What has a short column done?",
        ),
        Misconception(
            id="every_column_to_c",
            function=_quiet(lambda w, c: w * (c / _norms(w))),
            hint="Your columns all have norm c, those too that were shorter. Is c a wish or a limit?",
        ),
        Misconception(
            id="unchanged_weights",
            function=lambda w, c: w,
            hint="Your weights come back as they went in. Which columns are longer than c, and does what you return "
            "hold their cut versions?",
        ),
        Misconception(
            id="short_columns_stretched",
            function=_quiet(lambda w, c: w * (c / np.minimum(_norms(w), c))),
            hint="You stretch the short columns and leave the long ones. Which of `np.minimum` and `np.maximum` makes "
            "the factor 1 for a column that is short?",
        ),
        Misconception(
            id="zero_over_zero",
            function=_quiet(lambda w, c: w * (np.minimum(_norms(w), c) / _norms(w))),
            hint="A column of zeros comes back as NaN: its factor is 0 / 0. Can you write the division so that its "
            "divisor is never below c?",
        ),
        Misconception(
            id="small_number_in_the_divisor",
            function=lambda w, c: w * (np.minimum(_norms(w), c) / (1e-7 + _norms(w))),
            hint="You add 1e-7 to each norm, as Keras does, so that no column stays exactly as it was. What else "
            "keeps the divisor away from 0 when you only divide where the norm is above c?",
        ),
        Misconception(
            id="entries_clipped",
            function=lambda w, c: np.clip(w, -c, c),
            hint="You cut each weight by itself, which turns the column to another direction. Of what is the norm "
            "taken?",
        ),
        Misconception(
            id="norm_not_rooted",
            function=lambda w, c: w * _factors(_norms(w) ** 2, c),
            hint="You compare c with the sum of the squares. What is missing before that is a norm?",
        ),
        Misconception(
            id="to_norm_one",
            function=lambda w, c: w * np.where(_norms(w) > c, 1 / np.maximum(_norms(w), 1e-12), 1).astype(w.dtype),
            hint="You scale the long columns to norm 1. How long may they be?",
        ),
        Misconception(
            id="times_c",
            function=lambda w, c: np.where(_norms(w) > c, w * c, w),
            hint="You multiply the long columns by c. How long are they afterwards: c, or c times as long?",
        ),
        Misconception(
            id="largest_entry",
            function=lambda w, c: w * _factors(np.max(np.abs(w), axis=0), c),
            hint="You take the largest entry of a column for its norm. The 'max' of max-norm is the limit; which norm "
            "does the task name?",
        ),
        Misconception(
            id="sum_of_sizes",
            function=lambda w, c: w * _factors(np.sum(np.abs(w), axis=0), c),
            hint="You take the sum of absolute values for the norm of a column: the L1 norm. Which one does the task "
            "name?",
        ),
        Misconception(
            id="root_mean_square",
            function=lambda w, c: w * _factors(np.sqrt(np.mean(w**2, axis=0)), c),
            hint="You take the mean of the squares before the root. Does a norm divide by the number of entries?",
        ),
        Misconception(
            id="removes_long_columns",
            function=lambda w, c: w * (_norms(w) <= c),
            hint="Your long columns become 0. How much of them may stay?",
        ),
        in_place(_in_place, "w"),
        float64(_float64, "np.zeros(w.shape)"),
    ),
    variants={
        "loop": _loop,
        "mask": _mask,
        "largest_divisor": lambda w, c: w * (c / np.maximum(np.linalg.norm(w, axis=0), c)),
        "divided": lambda w, c: w / np.maximum(1, np.sqrt(np.einsum("dh,dh->h", w, w)) / c),
        "where": lambda w, c: np.where(_norms(w) > c, c * w / np.maximum(_norms(w), c), w),
        "keepdims": lambda w, c: w * np.minimum(1, c / np.maximum(np.linalg.norm(w, axis=0, keepdims=True), 1e-12)),
    },
)
