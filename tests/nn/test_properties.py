"""What every plain function of the room promises, over one table: shapes, dtypes, clean inputs, finite values."""

import inspect
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from coursekit.nn import (
    activations,
    affine,
    convolution,
    losses,
    margin,
    normalization,
    penalties,
    pooling,
    regression,
    signals,
    thinning,
)

hypothesis = pytest.importorskip("hypothesis", reason="NOT TESTED: shapes and dtypes; hypothesis is not installed")
st = hypothesis.strategies


class Floats(NamedTuple):
    """A floating array of this shape, of either sign, with zeros in it."""

    shape: tuple[int, ...]


class Positive(NamedTuple):
    """The same without negative entries."""

    shape: tuple[int, ...]


class Labels(NamedTuple):
    """N labels below C."""

    n: int
    below: int


RNG, FLOAT = object(), object()


def with_cache(forward, backward, n_forward):
    """`backward(dout, cache)` as a function of `dout` and the forward inputs, which also looks after the cache."""

    def run(dout, *arguments):
        cache = next(result for result in forward(*arguments[:n_forward]) if isinstance(result, tuple))
        before = [a.copy() for a in cache]
        grads = backward(dout, cache)
        for a, old in zip(cache, before, strict=True):
            np.testing.assert_array_equal(a, old)
        return grads

    return run


def rows(s):
    return Floats((s.n, s.d))


def images(s):
    return Floats((s.n, s.i, s.j, s.c))


def large_images(s):
    """What a kernel of k pixels, or windows of k pixels, make `images` of."""
    return Floats((s.n, s.i + s.k - 1, s.j + s.k - 1, s.c)), Floats((s.n, s.i * s.k, s.j * s.k, s.c))


def statistics(n):
    return [Floats((n,)), Floats((n,)), Floats((n,)), Positive((n,))]


def two_units(s):
    return [Floats((s.d, s.h)), Floats((s.h,)), Floats((s.d, s.h)), Floats((s.h,))]


def without_cache(forward):
    return lambda *arguments: tuple(result for result in forward(*arguments) if not isinstance(result, tuple))


a, n, p, g, t, c = activations, normalization, pooling, penalties, thinning, convolution

#: name -> sizes -> the function, its arguments, and what comes out: shapes of arrays, FLOAT for a number
TABLE = {
    "prelu": lambda s: (a.prelu, [images(s), 0.3], [images(s)]),
    "prelu_backward": lambda s: (a.prelu_backward, [rows(s), rows(s), -0.3], [rows(s), FLOAT]),
    "maxout": lambda s: (a.maxout, [rows(s), *two_units(s)], [Floats((s.n, s.h))]),
    "maxout_backward": lambda s: (
        a.maxout_backward,
        [Floats((s.n, s.h)), rows(s), *two_units(s)],
        [rows(s), *two_units(s)],
    ),
    "dead_fraction": lambda s: (a.dead_fraction, [rows(s)], [FLOAT]),
    "linear": lambda s: (affine.linear, [rows(s), *two_units(s)[:2]], [Floats((s.n, s.h))]),
    "linear_backward": lambda s: (
        affine.linear_backward,
        [Floats((s.n, s.h)), rows(s), Floats((s.d, s.h))],
        [rows(s), *two_units(s)[:2]],
    ),
    "softmax": lambda s: (losses.softmax, [rows(s)], [rows(s)]),
    "softmax_cross_entropy": lambda s: (losses.softmax_cross_entropy, [rows(s), Labels(s.n, s.d)], [FLOAT, rows(s)]),
    "mean_squared_error": lambda s: (regression.mean_squared_error, [rows(s), rows(s)], [FLOAT, rows(s)]),
    "hinge": lambda s: (margin.hinge, [rows(s), Labels(s.n, s.d)], [FLOAT, rows(s)]),
    "batchnorm_train": lambda s: (
        without_cache(n.batchnorm_train),
        [rows(s), *statistics(s.d)],
        [rows(s), *statistics(s.d)[2:]],
    ),
    "batchnorm_eval": lambda s: (n.batchnorm_eval, [rows(s), *statistics(s.d)], [rows(s)]),
    "batchnorm_backward": lambda s: (
        with_cache(n.batchnorm_train, n.batchnorm_backward, 5),
        [rows(s), rows(s), *statistics(s.d)],
        [rows(s), *statistics(s.d)[:2]],
    ),
    "spatial_batchnorm_train": lambda s: (
        without_cache(n.spatial_batchnorm_train),
        [images(s), *statistics(s.c)],
        [images(s), *statistics(s.c)[2:]],
    ),
    "spatial_batchnorm_eval": lambda s: (n.spatial_batchnorm_eval, [images(s), *statistics(s.c)], [images(s)]),
    "spatial_batchnorm_backward": lambda s: (
        with_cache(n.spatial_batchnorm_train, n.spatial_batchnorm_backward, 5),
        [images(s), images(s), *statistics(s.c)],
        [images(s), *statistics(s.c)[:2]],
    ),
    "fold_batchnorm": lambda s: (
        n.fold_batchnorm,
        [*two_units(s)[:2], *statistics(s.h)],
        two_units(s)[:2],
    ),
    "layernorm": lambda s: (without_cache(n.layernorm), [rows(s), *statistics(s.d)[:2]], [rows(s)]),
    "layernorm_backward": lambda s: (
        with_cache(n.layernorm, n.layernorm_backward, 3),
        [rows(s), rows(s), *statistics(s.d)[:2]],
        [rows(s), *statistics(s.d)[:2]],
    ),
    "moments": lambda s: (n.moments, [rows(s), 0], [Floats((1, s.d)), Floats((1, s.d))]),
    "dropout": lambda s: (t.dropout, [images(s), 0.4, RNG], [images(s), images(s)]),
    "plain_dropout": lambda s: (t.plain_dropout, [images(s), 0.4, RNG], [images(s), images(s)]),
    "dropout_backward": lambda s: (t.dropout_backward, [images(s), images(s)], [images(s)]),
    "dropout_rescale": lambda s: (t.dropout_rescale, [rows(s), 0.4], [rows(s)]),
    "l2_penalty": lambda s: (g.l2_penalty, [images(s), 0.1], [FLOAT, images(s)]),
    "l1_penalty": lambda s: (g.l1_penalty, [images(s), 0.1], [FLOAT, images(s)]),
    "elastic_net": lambda s: (g.elastic_net, [rows(s), 0.1, 0.2], [FLOAT, rows(s)]),
    "regularize": lambda s: (
        lambda w, b: g.regularize({"w": w, "b": b}, 0.1),
        [rows(s), Floats((s.d,))],
        [FLOAT, rows(s), Floats((s.d,))],
    ),
    "max_norm": lambda s: (g.max_norm, [rows(s), 0.5], [rows(s)]),
    "soft_threshold": lambda s: (g.soft_threshold, [images(s), 0.5], [images(s)]),
    "conv2d": lambda s: (
        c.conv2d,
        [large_images(s)[0], Floats((s.k, s.k, s.c, s.h)), Floats((s.h,))],
        [Floats((s.n, s.i, s.j, s.h))],
    ),
    "conv2d_backward": lambda s: (
        c.conv2d_backward,
        [Floats((s.n, s.i, s.j, s.h)), large_images(s)[0], Floats((s.k, s.k, s.c, s.h))],
        [large_images(s)[0], Floats((s.k, s.k, s.c, s.h)), Floats((s.h,))],
    ),
    "max_pool": lambda s: (p.max_pool, [large_images(s)[1], s.k], [images(s)]),
    "max_pool_backward": lambda s: (
        p.max_pool_backward,
        [images(s), large_images(s)[1], s.k],
        [large_images(s)[1]],
    ),
    "average_pool": lambda s: (p.average_pool, [large_images(s)[1], s.k], [images(s)]),
    "average_pool_backward": lambda s: (
        p.average_pool_backward,
        [images(s), large_images(s)[1], s.k],
        [large_images(s)[1]],
    ),
    "flatten": lambda s: (p.flatten, [images(s)], [Floats((s.n, s.i * s.j * s.c))]),
    "flatten_backward": lambda s: (p.flatten_backward, [Floats((s.n, s.i * s.j * s.c)), images(s)], [images(s)]),
    "activation_stds": lambda s: (
        lambda x, w, v: signals.activation_stds(x, [w, v], np.tanh),
        [rows(s), Floats((s.d, s.h)), Floats((s.h, s.k))],
        [FLOAT, FLOAT],
    ),
    "gradient_stds": lambda s: (
        lambda x, w, v, dout: signals.gradient_stds(x, [w, v], np.tanh, a.tanh_backward, dout),
        [rows(s), Floats((s.d, s.h)), Floats((s.h, s.k)), Floats((s.n, s.k))],
        [FLOAT, FLOAT],
    ),
}
for _name, (_forward, _backward) in a.ACTIVATIONS.items():
    TABLE[_name] = lambda s, f=_forward: (f, [images(s)], [images(s)])
    TABLE[_name + "_backward"] = lambda s, f=_backward: (f, [images(s), images(s)], [images(s)])

every_function = pytest.mark.parametrize("name", sorted(TABLE))
sizes = st.builds(SimpleNamespace, **dict.fromkeys("ndhijkc", st.integers(1, 4)))
few = hypothesis.settings(max_examples=5, deadline=None, database=None, derandomize=True)


def test_the_table_holds_every_plain_function():
    rooms = (activations, convolution, margin, normalization, penalties, pooling, regression, signals, thinning)
    functions = {
        name
        for room in rooms
        for name, value in vars(room).items()
        if inspect.isfunction(value) and value.__module__ == room.__name__ and not name.startswith("_")
    }
    assert functions | {"linear", "linear_backward", "softmax", "softmax_cross_entropy"} == set(TABLE)


def values_for(wanted, rng, scale, dtype):
    """An argument as the table asks for it: entries up to `scale` in size, which itself is among them."""
    if wanted is RNG:
        return np.random.default_rng(3)
    if isinstance(wanted, Labels):
        return rng.integers(0, wanted.below, wanted.n)
    if not isinstance(wanted, (Floats, Positive)):
        return wanted
    array = scale * rng.choice([-1.0, 1.0, 0.0, 0.5, rng.random()], wanted.shape) * rng.random(wanted.shape).round(3)
    array.flat[0] = scale
    return np.abs(array).astype(dtype) if isinstance(wanted, Positive) else array.astype(dtype)


def leaves(result):
    """The numbers and arrays of a result, nested or not, in order."""
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, (tuple, list)) else None
    return [result] if parts is None else [leaf for part in parts for leaf in leaves(part)]


def as_view(array):
    """The same values in every other place, from the back, of a larger array."""
    larger = np.full([2 * size for size in array.shape], 7, array.dtype)
    view = larger[(slice(None, None, -2),) * array.ndim]
    view[...] = array
    return view


@every_function
@few
@hypothesis.given(
    s=sizes,
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1e-3, 1.0, 1e4]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_shapes_dtypes_clean_inputs_and_finite_values(name, s, seed, scale, dtype):
    function, wanted, expected = TABLE[name](s)
    arguments = [values_for(w, np.random.default_rng(seed + i), scale, dtype) for i, w in enumerate(wanted)]
    before = [argument.copy() if isinstance(argument, np.ndarray) else None for argument in arguments]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = leaves(function(*arguments))
    assert len(found) == len(expected)
    for value, kind in zip(found, expected, strict=True):
        assert np.isfinite(value).all()
        if kind is FLOAT:
            assert type(value) is float
        else:
            assert (value.shape, value.dtype) == (kind.shape, dtype)
    for argument, old in zip(arguments, before, strict=True):
        if old is not None:
            np.testing.assert_array_equal(argument, old)


@every_function
@few
@hypothesis.given(s=sizes, seed=st.integers(0, 1000), layout=st.sampled_from([as_view, np.asfortranarray]))
def test_a_view_gives_the_same_as_its_copy(name, s, seed, layout):
    function, wanted, _ = TABLE[name](s)

    def outcome(change):
        arguments = [values_for(w, np.random.default_rng(seed + i), 1.0, np.float64) for i, w in enumerate(wanted)]
        return leaves(function(*(change(v) if isinstance(v, np.ndarray) else v for v in arguments)))

    for there, here in zip(outcome(layout), outcome(np.ascontiguousarray), strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-9, atol=1e-9)


@every_function
@few
@hypothesis.given(s=sizes, seed=st.integers(0, 1000))
def test_inputs_that_may_not_be_written_are_enough(name, s, seed):
    function, wanted, _ = TABLE[name](s)
    arguments = [values_for(w, np.random.default_rng(seed + i), 1.0, np.float32) for i, w in enumerate(wanted)]
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument.flags.writeable = False
    function(*arguments)
