"""Right and wrong answers to batchnorm_backward, and the forward passes that they go with."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coursekit.exercises.cases import Array
from coursekit.exercises.spec import Misconception, Submission
from coursekit.exercises.standard import float64, in_place


def forward(
    x: Array,
    gamma: Array,
    beta: Array,
    running_mean: Array,
    running_var: Array,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> Any:
    """A right batchnorm_train; its cache is the normalized x, gamma and the root, as the engine's."""
    mean = x.mean(axis=0, keepdims=True)
    var = np.mean((x - mean) ** 2, axis=0, keepdims=True)
    root = np.sqrt(var + eps)
    normalized = (x - mean) / root
    running_mean = momentum * running_mean + (1 - momentum) * mean[0]
    running_var = momentum * running_var + (1 - momentum) * var[0]
    return gamma * normalized + beta, (normalized, gamma, root), running_mean, running_var


def _with_cache(keep: Callable[..., Any], backward: Callable[..., Any]) -> Submission:
    """A pair whose cache is `keep(x, gamma, beta, eps)`; `backward(dout, *cache)` gives the gradients."""

    def train(
        x: Array,
        gamma: Array,
        beta: Array,
        running_mean: Array,
        running_var: Array,
        momentum: float = 0.9,
        eps: float = 1e-5,
    ) -> Any:
        out, _, mean, var = forward(x, gamma, beta, running_mean, running_var, momentum, eps)
        return out, keep(x, gamma, beta, eps), mean, var

    return {"batchnorm_train": train, "batchnorm_backward": lambda dout, cache: backward(dout, *cache)}


def _sums(dout: Array, z: Array) -> tuple[Array, Array]:
    """dgamma and dbeta."""
    return (dout * z).sum(axis=0), dout.sum(axis=0)


def _wrong_dx(dx: Callable[[Array, Array, Array, Array], Array]) -> Callable[..., Any]:
    """Right dgamma and dbeta; `dx(dout, z, gamma, root)`."""

    def backward(dout: Array, cache: Any) -> Any:
        z, gamma, root = cache
        return dx(dout, z, gamma, root), *_sums(dout, z)

    return backward


def _wrong_sums(dgamma: Callable[..., Array], dbeta: Callable[..., Array]) -> Callable[..., Any]:
    """A right dx; `dgamma(dout, z, gamma)` and `dbeta(dout)`."""

    def backward(dout: Array, cache: Any) -> Any:
        z, gamma, root = cache
        return _dx(dout, z, gamma, root), dgamma(dout, z, gamma), dbeta(dout)

    return backward


def _dx(dout: Array, z: Array, gamma: Array, root: Array) -> Array:
    n = len(dout)
    dx: Array = gamma / root * (dout - dout.sum(axis=0) / n - z * (dout * z).sum(axis=0) / n)
    return dx


def _dgamma(dout: Array, z: Array, gamma: Array) -> Array:
    total: Array = (dout * z).sum(axis=0)
    return total


def _dbeta(dout: Array) -> Array:
    total: Array = dout.sum(axis=0)
    return total


def _dgamma_of_x(dout: Array, x: Array, gamma: Array, eps: float) -> Any:
    root = np.sqrt(x.var(axis=0) + eps)
    return _dx(dout, (x - x.mean(axis=0)) / root, gamma, root), (dout * x).sum(axis=0), dout.sum(axis=0)


def _dgamma_of_x_in_dx(dout: Array, x: Array, gamma: Array, eps: float) -> Any:
    root = np.sqrt(x.var(axis=0) + eps)
    z, dgamma, dbeta = (x - x.mean(axis=0)) / root, (dout * x).sum(axis=0), dout.sum(axis=0)
    return gamma / root * (dout - dbeta / len(x) - z * dgamma / len(x)), dgamma, dbeta


def _dgamma_of_out(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> Any:
    root = np.sqrt(x.var(axis=0) + eps)
    z = (x - x.mean(axis=0)) / root
    return _dx(dout, z, gamma, root), (dout * (gamma * z + beta)).sum(axis=0), dout.sum(axis=0)


def _no_eps(dout: Array, x: Array, gamma: Array) -> Any:
    root = x.std(axis=0)
    z = (x - x.mean(axis=0)) / root
    return _dx(dout, z, gamma, root), *_sums(dout, z)


def _in_place(dout: Array, cache: Any) -> Any:
    z, gamma, root = cache
    dgamma, dbeta = _sums(dout, z)
    dout -= dbeta / len(dout)
    dout -= z * dgamma / len(dout)
    return gamma / root * dout, dgamma, dbeta


def _float64(dout: Array, cache: Any) -> Any:
    z, gamma, root = cache
    dx = np.zeros(dout.shape)
    dx[:] = _dx(dout, z, gamma, root)
    return dx, *_sums(dout, z)


def _order(dout: Array, cache: Any) -> Any:
    z, gamma, root = cache
    dgamma, dbeta = _sums(dout, z)
    return _dx(dout, z, gamma, root), dbeta, dgamma


def _graph(dout: Array, x: Array, gamma: Array, eps: float) -> Any:
    """Backwards through the graph of the forward pass, one node after the other."""
    n = len(x)
    centred = x - x.mean(axis=0)
    var = (centred**2).mean(axis=0)
    inverse = 1 / np.sqrt(var + eps)
    dz = dout * gamma
    dvar = np.sum(dz * centred, axis=0) * -0.5 * inverse**3
    dmean = -np.sum(dz * inverse, axis=0) + dvar * np.mean(-2 * centred, axis=0)
    dx = dz * inverse + dvar * 2 * centred / n + dmean / n
    return [dx, np.sum(dout * centred * inverse, axis=0), dout.sum(axis=0)]


def _loop(dout: Array, cache: Any) -> Any:
    z, gamma, root = cache
    n, d = dout.shape
    dx, dgamma, dbeta = np.zeros_like(dout), np.zeros_like(gamma), np.zeros_like(gamma)
    for j in range(d):
        for i in range(n):
            dbeta[j] += dout[i, j]
            dgamma[j] += dout[i, j] * z[i, j]
        for i in range(n):
            inner = n * dout[i, j] - dbeta[j] - z[i, j] * dgamma[j]
            dx[i, j] = gamma[j] * inner / (n * root[0, j])
    return dx, dgamma, dbeta


def _by_name(dout: Array, x: Array, out: Array, scale: Array, gamma: Array) -> Any:
    """A cache of other things: the scale of the whole layer."""
    z = out / gamma
    return (
        scale * (dout - dout.mean(axis=0) - z * np.einsum("nd,nd->d", dout, z) / len(x)),
        np.einsum("nd,nd->d", dout, z),
        np.ones(len(x), dtype=x.dtype) @ dout,
    )


def _named(x: Array, gamma: Array, beta: Array, eps: float) -> Any:
    root = np.sqrt(x.var(axis=0) + eps)
    return x, gamma * (x - x.mean(axis=0)) / root, gamma / root, gamma


VARIANTS: dict[str, Submission] = {
    "loop": _loop,
    "graph": _with_cache(lambda x, gamma, beta, eps: (x, gamma, eps), _graph),
    "other_cache": _with_cache(_named, _by_name),
}

SLIPS = (
    Misconception(
        id="frozen_statistics",
        function=_wrong_dx(lambda dout, z, gamma, root: gamma / root * dout),
        hint="Your dx takes the mean and the variance for constants: the gradient of evaluation. In training, does "
        "the mean of the batch not move when one x moves?",
    ),
    Misconception(
        id="frozen_variance",
        function=_wrong_dx(lambda dout, z, gamma, root: gamma / root * (dout - dout.mean(axis=0))),
        hint="Your dx has the way through the mean, but takes the variance for a constant. Does it not change when "
        "one x moves away from the others?",
    ),
    Misconception(
        id="frozen_mean",
        function=_wrong_dx(lambda dout, z, gamma, root: gamma / root * (dout - z * (dout * z).mean(axis=0))),
        hint="Your dx has the way through the variance, but takes the mean for a constant. If all x of a column "
        "grow by 1, does the output change? What should dx add up to over the rows?",
    ),
    Misconception(
        id="sums_for_means",
        function=_wrong_dx(
            lambda dout, z, gamma, root: gamma / root * (dout - dout.sum(axis=0) - z * (dout * z).sum(axis=0))
        ),
        hint="Your dx takes off whole sums over the batch. What is the derivative of a mean of N numbers with "
        "respect to one of them?",
    ),
    Misconception(
        id="variance_term_added",
        function=_wrong_dx(
            lambda dout, z, gamma, root: gamma / root * (dout - dout.mean(axis=0) + z * (dout * z).mean(axis=0))
        ),
        hint="The term of the variance comes with a plus in your dx. When the variance grows, does the normalized "
        "x grow or shrink?",
    ),
    Misconception(
        id="missing_half",
        function=_wrong_dx(
            lambda dout, z, gamma, root: gamma / root * (dout - dout.mean(axis=0) - 2 * z * (dout * z).mean(axis=0))
        ),
        hint="The term of the variance is twice what it should be. What is the derivative of v to the power -1/2, "
        "with all its factors?",
    ),
    Misconception(
        id="no_gamma",
        function=_wrong_dx(lambda dout, z, gamma, root: _dx(dout, z, np.ones_like(gamma), root)),
        hint="Your dx is right for a gamma of 1. Which step of the forward pass comes last, and so first on the "
        "way back?",
    ),
    Misconception(
        id="divides_by_variance",
        function=_wrong_dx(lambda dout, z, gamma, root: _dx(dout, z, gamma, root**2)),
        hint="Your dx is divided by the variance. By what did the forward pass divide?",
    ),
    Misconception(
        id="times_root",
        function=_wrong_dx(lambda dout, z, gamma, root: _dx(dout, z, gamma, 1 / root)),
        hint="Your dx is multiplied by sqrt(var + eps). If x is spread ten times wider, does the same small step in x "
        "move the output more, or less?",
    ),
    Misconception(
        id="no_division",
        function=_wrong_dx(lambda dout, z, gamma, root: _dx(dout, z, gamma, np.ones_like(root))),
        hint="Your dx is the gradient at the normalized x's scale. The forward pass divided by sqrt(var + eps): "
        "what does that do to a gradient on its way back?",
    ),
    Misconception(
        id="no_eps",
        function=_with_cache(lambda x, gamma, beta, eps: (x, gamma), _no_eps),
        hint="Your backward pass divides by the root of the variance without eps. By what did the forward pass divide?",
    ),
    Misconception(
        id="dgamma_of_x",
        function=_with_cache(lambda x, gamma, beta, eps: (x, gamma, eps), _dgamma_of_x),
        hint="Your dgamma adds up dout times x. What did gamma multiply in the forward pass: x, or something made "
        "from it?",
    ),
    Misconception(
        id="dgamma_of_x_in_dx",
        function=_with_cache(lambda x, gamma, beta, eps: (x, gamma, eps), _dgamma_of_x_in_dx),
        hint="Your dgamma adds up dout times x, and dx is made with it. What did gamma multiply in the forward "
        "pass: x, or something made from it?",
    ),
    Misconception(
        id="dgamma_of_out",
        function=_with_cache(lambda x, gamma, beta, eps: (x, gamma, beta, eps), _dgamma_of_out),
        hint="Your dgamma adds up dout times the output. What did gamma multiply: what came out, or what went in?",
    ),
    Misconception(
        id="dgamma_with_gamma",
        function=_wrong_sums(lambda dout, z, gamma: (gamma * dout * z).sum(axis=0), _dbeta),
        hint="Your dgamma has a factor gamma in it. What is the derivative of gamma * z + beta with respect to gamma?",
    ),
    Misconception(
        id="dgamma_without_z",
        function=_wrong_sums(lambda dout, z, gamma: dout.sum(axis=0), _dbeta),
        hint="Your dgamma is the same as dbeta. By what is gamma multiplied in the forward pass?",
    ),
    Misconception(
        id="means_over_the_batch",
        function=_wrong_sums(lambda dout, z, gamma: (dout * z).mean(axis=0), lambda dout: dout.mean(axis=0)),
        hint="Your dgamma and dbeta are means over the rows. Where the loss is a mean, `dout` already holds that "
        "division. Is it due a second time?",
    ),
    Misconception(
        id="sums_over_features",
        function=_wrong_sums(lambda dout, z, gamma: (dout * z).sum(axis=1), lambda dout: dout.sum(axis=1)),
        hint="Your dgamma and dbeta have a number for each row. Each feature has its own gamma: over which axis "
        "must the sum run?",
    ),
    Misconception(
        id="not_summed",
        function=_wrong_sums(lambda dout, z, gamma: dout * z, lambda dout: dout),
        hint="Your dgamma and dbeta have a row per example. Each gamma is used in every row: how do those "
        "gradients come together?",
    ),
    Misconception(
        id="keeps_axis",
        function=_wrong_sums(
            lambda dout, z, gamma: (dout * z).sum(axis=0, keepdims=True),
            lambda dout: dout.sum(axis=0, keepdims=True),
        ),
        hint="Your dgamma and dbeta have shape (1, D): `keepdims=True` has left an axis of one. Which shape has gamma?",
    ),
    Misconception(
        id="dgamma_dbeta_swapped",
        function=_order,
        hint="Your second and third result come in the other order. The gradients follow the inputs x, gamma, "
        "beta: which is second?",
    ),
    in_place(_in_place, "dout", "Does `dout -= ...` make a new array?"),
    float64(_float64, "np.zeros(dout.shape)"),
)
