"""dropout."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.chance import draws_from_rng
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.regularization.masks import cases, not_a_fixed_number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import dropout

Rng = np.random.Generator


def _mask(keep: Array, p: float, x: Array) -> Array:
    result: Array = keep.astype(x.dtype) / (1 - p)
    return result


def _inverted(x: Array, p: float, rng: Rng) -> Any:
    mask = _mask(rng.random(x.shape) >= p, p, x)
    return x * mask, mask


def _still(x: Array) -> Any:
    return x, np.ones_like(x)


def _scaled(factor: Any, keep_below: Any = None) -> Any:
    """A wrong answer whose kept entries have another factor, or that keeps below a threshold in place of above p."""

    def wrong(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
        if not training:
            return _still(x)
        draws = rng.random(x.shape)
        keep = draws >= p if keep_below is None else draws < keep_below(p)
        with np.errstate(all="ignore"):
            mask = keep.astype(x.dtype) * x.dtype.type(factor(np.float64(p)))
            return x * mask, mask

    return wrong


def _plain(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    mask = (rng.random(x.shape) >= p).astype(x.dtype) if training else np.full_like(x, 1 - p)
    return x * mask, mask


def _scaled_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _inverted(x, p, rng) if training else (x * (1 - p), np.full_like(x, 1 - p))


def _drops_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _inverted(x, p, rng)


def _the_other_way_round(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _still(x) if training else _inverted(x, p, rng)


def _no_mask_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _inverted(x, p, rng) if training else (x, None)


def _boolean_mask(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    keep = rng.random(x.shape) >= p if training else np.ones(x.shape, bool)
    return x * _mask(keep, p, x) if training else x, keep.astype(x.dtype)


def _output_unscaled(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return _still(x)
    keep = rng.random(x.shape) >= p
    return x * keep, _mask(keep, p, x)


def _scaled_twice(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return _still(x)
    mask = _inverted(x, p, rng)[1]
    return x * mask / (1 - p), mask


def _one_mask_for_all(axis: int) -> Any:
    """One draw for each column (axis 0: the rows share it) or for each row (axis 1)."""

    def wrong(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
        if not training:
            return _still(x)
        shape = (1, x.shape[1]) if axis == 0 else (x.shape[0], 1)
        mask = np.broadcast_to(_mask(rng.random(shape) >= p, p, x), x.shape)
        return x * mask, mask.copy()

    return wrong


def _exact_share(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return _still(x)
    keep = np.ones(x.size, bool)
    keep[rng.permutation(x.size)[: round(p * x.size)]] = False
    mask = _mask(keep.reshape(x.shape), p, x)
    return x * mask, mask


def _exact_share_of_each_row(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return _still(x)
    order = rng.permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
    mask = _mask(order >= round(p * x.shape[1]), p, x)
    return x * mask, mask


def _gaussian(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return _still(x)
    mask = rng.normal(1.0, np.sqrt(p / (1 - p)), x.shape).astype(x.dtype)
    return x * mask, mask


def _global_random(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _inverted(x, p, np.random.default_rng()) if training else _still(x)


def _own_seed(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    return _inverted(x, p, np.random.default_rng(0)) if training else _still(x)


def _in_place(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    mask = _mask(rng.random(x.shape) >= p, p, x) if training else np.ones_like(x)
    x *= mask
    return x, mask


def _float64(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    mask = (rng.random(x.shape) >= p) / (1 - p) if training else np.ones(x.shape)
    return x * mask, mask


def _order(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    out, mask = _inverted(x, p, rng) if training else _still(x)
    return mask, out


def _loop(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    out, mask = x.copy(), np.ones_like(x)
    for i in np.ndindex(x.shape):
        if training:
            mask[i] = 0 if rng.random() < p else 1 / (1 - p)
            out[i] = x[i] * mask[i]
    return [out, mask]


def _binomial(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        p = 0
    mask = (rng.binomial(1, 1 - p, size=x.shape) / (1 - p)).astype(x.dtype)
    return x * mask, mask


def _where(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    if not training:
        return x.copy(), np.ones(x.shape, x.dtype)
    keep = rng.uniform(size=x.shape) < 1 - p
    return np.where(keep, x / (1 - p), 0), np.where(keep, x.dtype.type(1 / (1 - p)), x.dtype.type(0))


def _choice(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    mask = np.ones_like(x)
    if training:
        mask[...] = rng.choice([0.0, 1 / (1 - p)], size=x.shape, p=[p, 1 - p])
    return x * mask, mask


DROPOUT = Exercise(
    assignment="regularization",
    reference=dropout,
    task="Write inverted dropout. Each entry of `x`, `(N, D)`, is dropped (set to 0) with probability `p`, on its own "
    "and with a draw from `rng`; what is kept is multiplied by `1 / (1 - p)`. Return `out` and the `mask` with `out = "
    "x * mask`, which holds 0 and 1 / (1 - p); both have the shape and dtype of `x`. With `training=False` nothing is "
    "dropped: `out` is `x`, and `mask` is all ones.",
    rule="mask = 0 with probability p, else 1 / (1 - p), independently for each entry; out = x * mask; in evaluation "
    "mask = 1 and out = x",
    returns=Several(out=ArrayOf(), mask=ArrayOf()),
    cases=cases,
    checks=(
        values(1, "What do the entries of the mask hold where x is kept?", name="mask", part="mask"),
        values(2, "Compare out with x * mask. Which entries differ?", name="out", part="out"),
        values(
            2,
            "Count the zeros. `p` is the probability to DROP: is a draw below p dropped by you, or kept?",
            name="drops a share p",
            part="share",
        ),
        Check(
            name="each entry on its own",
            points=1,
            part="zeros",
            hint="How many random numbers do you draw for an x of shape (N, D)? Each entry needs one of its own.",
        ),
        Check(
            name="no fixed number",
            points=1,
            group="counts",
            judge=not_a_fixed_number,
            hint="Toss a coin for each of 100 entries, again and again. Do you always drop the same number?",
        ),
        Check(
            name="evaluation",
            points=1,
            group="evaluation",
            hint="With training=False, what should be dropped, and what is left to be scaled?",
        ),
        edges(1, "What is special about this input? Does your code take a size, or a value of x, for granted?"),
        draws_from_rng(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_scaling",
            function=_scaled(lambda p: 1.0),
            hint="What you keep, you keep as it is: plain dropout, whose sums shrink in training and fit no longer at "
            "test time. By what must the kept entries be multiplied, so that the mean of out is x?",
        ),
        Misconception(
            id="plain_dropout",
            function=_plain,
            hint="You scale by 1 - p in evaluation, as the first papers on dropout do. This course scales while it "
            "trains, so that evaluation has nothing to do. Which factor moves, and where to?",
        ),
        Misconception(
            id="p_is_the_share_kept",
            function=_scaled(lambda p: 1 / p, lambda p: p),
            hint="You keep with probability p and scale by 1 / p: CS231n and the dropout paper name the share that is "
            "KEPT p. What does p stand for here?",
        ),
        Misconception(
            id="keep_and_drop_swapped",
            function=_scaled(lambda p: 1 / (1 - p), lambda p: p),
            hint="Your factor is right, but a share p is kept and 1 - p dropped. How often is a uniform draw below p?",
        ),
        Misconception(
            id="kept_share_unscaled",
            function=_scaled(lambda p: 1.0, lambda p: p),
            hint="A share p is kept, and nothing is scaled. How often should an entry be dropped, and what makes up "
            "for the loss?",
        ),
        Misconception(
            id="scaled_by_the_share_kept",
            function=_scaled(lambda p: 1 - p),
            hint="You multiply what is kept by 1 - p, so that the sums shrink twice. Should the entries that are left "
            "become larger or smaller to make up for the missing ones?",
        ),
        Misconception(
            id="divided_by_p",
            function=_scaled(lambda p: 1 / p if p else 1.0),
            hint="You drop a share p, which is right, and divide by p. Which share is left?",
        ),
        Misconception(
            id="mask_not_scaled",
            function=_boolean_mask,
            hint="Your out is right, but the mask holds 1 where it should hold the factor. The backward pass "
            "multiplies by the mask alone: what will be missing there?",
        ),
        Misconception(
            id="output_not_scaled",
            function=_output_unscaled,
            hint="Your mask is right, but out is not x times that mask. Which factor did out miss?",
        ),
        Misconception(
            id="scaled_twice",
            function=_scaled_twice,
            hint="Your mask is right, and out is divided by 1 - p once more. What is in the mask already?",
        ),
        Misconception(
            id="one_mask_for_all_rows",
            function=_one_mask_for_all(0),
            hint="All examples lose the same units: you draw one mask per mini-batch, as some lecture notes say. How "
            "many different thinned nets does one step then see, and how many could it?",
        ),
        Misconception(
            id="whole_examples",
            function=_one_mask_for_all(1),
            hint="A whole row is dropped or kept at once. Which is to be thinned out: the examples, or the units?",
        ),
        Misconception(
            id="exactly_a_share_p",
            function=_exact_share,
            hint="You drop the same number of entries in every call. If all others are known, is the last one still "
            "free? Each entry should be a toss of its own.",
        ),
        Misconception(
            id="exactly_a_share_of_each_row",
            function=_exact_share_of_each_row,
            hint="You drop the same number of entries in every row. If all others in a row are known, is the last one "
            "still free? Each entry should be a toss of its own.",
        ),
        Misconception(
            id="gaussian_noise",
            function=_gaussian,
            hint="You multiply by normal noise around 1. That regularizes too (Gaussian dropout), but is any entry 0?",
        ),
        Misconception(
            id="not_from_rng",
            function=_global_random,
            hint="Your draws do not come from `rng`, so nobody can repeat them. Does `np.random.rand` know your "
            "generator?",
        ),
        Misconception(
            id="own_generator",
            function=_own_seed,
            hint="Your draws are the same in every call, whatever `rng` is: the same units are dropped in every step, "
            "for good. Where is the generator made that you draw from?",
        ),
        Misconception(
            id="scaled_in_evaluation",
            function=_scaled_in_evaluation,
            hint="Training is right, and in evaluation you scale by 1 - p on top. Is there anything left to make up "
            "for, when the kept entries were scaled up in training?",
        ),
        Misconception(
            id="drops_in_evaluation",
            function=_drops_in_evaluation,
            hint="You drop with training=False as well. Should the same input get another answer each time it is "
            "asked?",
        ),
        Misconception(
            id="training_and_evaluation_swapped",
            function=_the_other_way_round,
            hint="You drop in evaluation and leave training alone. Which of the two does `training=True` mean?",
        ),
        Misconception(
            id="no_mask_in_evaluation",
            function=_no_mask_in_evaluation,
            hint="In evaluation you return no mask, and `dropout_backward` would fail on it. Which mask leaves a "
            "gradient as it is?",
        ),
        Misconception(
            id="order",
            function=_order,
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(_in_place, "x"),
        float64(_float64, "(rng.random(x.shape) >= p) / (1 - p)"),
    ),
    variants={
        "loop": _loop,
        "binomial": _binomial,
        "where": _where,
        "choice": _choice,
    },
)
