"""Right and wrong answers to `dropout`: its variants and its misconceptions."""

from typing import Any

import numpy as np

from coursekit.exercises.cases import Array

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


no_scaling = _scaled(lambda p: 1.0)
scaled_by_the_share_kept = _scaled(lambda p: 1 - p)
divided_by_p = _scaled(lambda p: 1 / p if p else 1.0)
p_is_the_share_kept = _scaled(lambda p: 1 / p, lambda p: p)
keep_and_drop_swapped = _scaled(lambda p: 1 / (1 - p), lambda p: p)
kept_share_unscaled = _scaled(lambda p: 1.0, lambda p: p)


def plain(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Plain dropout: scaled in evaluation, not in training."""
    mask = (rng.random(x.shape) >= p).astype(x.dtype) if training else np.full_like(x, 1 - p)
    return x * mask, mask


def scaled_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Inverted, and scaled in evaluation on top."""
    return _inverted(x, p, rng) if training else (x * (1 - p), np.full_like(x, 1 - p))


def drops_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The flag is not looked at."""
    return _inverted(x, p, rng)


def the_other_way_round(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Drops in evaluation alone."""
    return _still(x) if training else _inverted(x, p, rng)


def no_mask_in_evaluation(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """None for the mask of evaluation."""
    return _inverted(x, p, rng) if training else (x, None)


def boolean_mask(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The factor is in the output alone."""
    keep = rng.random(x.shape) >= p if training else np.ones(x.shape, bool)
    return x * _mask(keep, p, x) if training else x, keep.astype(x.dtype)


def output_unscaled(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The factor is in the mask alone."""
    if not training:
        return _still(x)
    keep = rng.random(x.shape) >= p
    return x * keep, _mask(keep, p, x)


def scaled_twice(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The output has the factor squared."""
    if not training:
        return _still(x)
    mask = _inverted(x, p, rng)[1]
    return x * mask / (1 - p), mask


def one_mask_for_all(axis: int) -> Any:
    """One draw for each column (axis 0: the rows share it) or for each row (axis 1)."""

    def wrong(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
        if not training:
            return _still(x)
        shape = (1, x.shape[1]) if axis == 0 else (x.shape[0], 1)
        mask = np.broadcast_to(_mask(rng.random(shape) >= p, p, x), x.shape)
        return x * mask, mask.copy()

    return wrong


def mask_of_one_row(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """One draw per unit, and a mask of that shape."""
    if not training:
        return _still(x)
    mask = _mask(rng.random((x.shape[1],)) >= p, p, x)
    return x * mask, mask


def normal_draws(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """`standard_normal` for `random`."""
    if not training:
        return _still(x)
    draws: Array = np.asarray(rng.standard_normal(x.shape))
    mask = _mask(draws >= p, p, x)
    return x * mask, mask


def exact_share(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The same number of zeros in every call."""
    if not training:
        return _still(x)
    keep = np.ones(x.size, bool)
    keep[rng.permutation(x.size)[: round(p * x.size)]] = False
    mask = _mask(keep.reshape(x.shape), p, x)
    return x * mask, mask


def exact_share_of_each_row(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The same number of zeros in every row."""
    if not training:
        return _still(x)
    order = rng.permuted(np.tile(np.arange(x.shape[1]), (len(x), 1)), axis=1)
    mask = _mask(order >= round(p * x.shape[1]), p, x)
    return x * mask, mask


def gaussian(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Normal noise of the variance that dropout has."""
    if not training:
        return _still(x)
    mask = rng.normal(1.0, np.sqrt(p / (1 - p)), x.shape).astype(x.dtype)
    return x * mask, mask


def global_random(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Draws that cannot be repeated."""
    return _inverted(x, p, np.random.default_rng()) if training else _still(x)


def own_seed(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Draws that are the same in every call."""
    return _inverted(x, p, np.random.default_rng(0)) if training else _still(x)


def in_place(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Overwrites `x`."""
    mask = _mask(rng.random(x.shape) >= p, p, x) if training else np.ones_like(x)
    x *= mask
    return x, mask


def float64(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The commonest way to lose float32: a bool array divided by a float."""
    mask = (rng.random(x.shape) >= p) / (1 - p) if training else np.ones(x.shape)
    return x * mask, mask


def order(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """The mask first."""
    out, mask = _inverted(x, p, rng) if training else _still(x)
    return mask, out


def loop(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Right: entry by entry."""
    out, mask = x.copy(), np.ones_like(x)
    for i in np.ndindex(x.shape):
        if training:
            mask[i] = 0 if rng.random() < p else 1 / (1 - p)
            out[i] = x[i] * mask[i]
    return [out, mask]


def binomial(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Right: coins for draws."""
    if not training:
        p = 0
    mask = (rng.binomial(1, 1 - p, size=x.shape) / (1 - p)).astype(x.dtype)
    return x * mask, mask


def where(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Right: two choices in place of a product."""
    if not training:
        return x.copy(), np.ones(x.shape, x.dtype)
    keep = rng.uniform(size=x.shape) < 1 - p
    return np.where(keep, x / (1 - p), 0), np.where(keep, x.dtype.type(1 / (1 - p)), x.dtype.type(0))


def choice(x: Array, p: float, rng: Rng, training: bool = True) -> Any:
    """Right: a draw of the factors themselves."""
    mask = np.ones_like(x)
    if training:
        mask[...] = rng.choice([0.0, 1 / (1 - p)], size=x.shape, p=[p, 1 - p])
    return x * mask, mask
