"""Batch and layer normalization as layers; a normalizer of the reader's own in their place."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np
from numpy import add, divide, dot, multiply, sqrt, subtract, vecdot

from coursekit.arguments import as_array, function, name_of, number, whole
from coursekit.nn.elementwise import call_watched
from coursekit.nn.layer import Array, Calls, Layer, Pattern, PlainLayer, Shape, without_ones
from coursekit.nn.normalization import layernorm, layernorm_backward


class _Scaled(Layer):
    """What the normalizers share: a learned scale `gamma` and shift `beta`, `(n_features,)`, that start at 1 and 0."""

    def __init__(self, n_features: int, eps: float) -> None:
        super().__init__()
        kind = type(self).__name__
        self.n_features, self.eps = whole(f"{kind}: n_features", n_features), number(f"{kind}: eps", eps, "(0, inf)")

    def takes(self) -> Pattern:
        """`(n_features,)`, or images with that many channels."""
        return (..., self.n_features)

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """`gamma` and `beta`."""
        return {"gamma": (self.n_features,), "beta": (self.n_features,)}

    def initialize(self, rng: np.random.Generator) -> None:
        """Scale 1, shift 0."""
        self.params["gamma"][...] = 1.0
        self.params["beta"][...] = 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_features})"


class BatchNorm(_Scaled):
    """`batchnorm_train` in training, `batchnorm_eval` outside, for `(N, D)`, or per channel for `(N, H, W, C)`.

    The running statistics, `state["running_mean"]` and `state["running_var"]`, `(n_features,)`, start at 0 and 1 and
    follow each training batch: `momentum * running + (1 - momentum) * batch`.
    """

    rereads_output = False

    def __init__(self, n_features: int, *, momentum: float = 0.9, eps: float = 1e-5) -> None:
        super().__init__(n_features, eps)
        self.momentum = number("BatchNorm: momentum", momentum, "[0, 1]")
        self.state = {"running_mean": np.zeros(n_features), "running_var": np.ones(n_features)}

    def allocate(self, shape: Shape, n: int) -> None:
        """Three arrays of full size, and a few of one number per row."""
        self.take_out_and_dx(shape, n)
        self._pixels = prod(shape[:-1])
        self._normalized = self.buffer("normalized", (prod(shape), n))
        # Each twice: as a column to work with, and flat for what writes into it.
        self._mean, self._var, self._dbeta, self._dgamma, self._scale = columns = [
            self.buffer(name, (prod(shape), 1)) for name in ("mean", "var", "dbeta", "dgamma", "scale")
        ]
        self._mean_1, self._var_1, self._dbeta_1, self._dgamma_1, _ = (column[..., 0] for column in columns)
        self._share = np.full(n, 1.0 / n, self.dtype)
        self._per_row, self._eps = np.array(1.0 / n, self.dtype), np.array(self.eps, self.dtype)
        self._count = np.array(n * self._pixels, self.dtype)
        self._keep, self._take = (np.array(k, self.dtype) for k in (self.momentum, 1.0 - self.momentum))

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """`gamma * (x - mean) / sqrt(var + eps) + beta`."""
        x, mean, var, normalized, values = without_ones(x), self._mean, self._var, self._normalized, self.values_for(x)
        gamma, spread_gamma = self._spread("gamma", self.params["gamma"])
        beta, spread_beta = self._spread("beta", self.params["beta"])
        if training:
            statistics: Calls = [
                (dot, x, self._share, self._mean_1),
                *self._pool(self._mean_1),
                (subtract, x, mean, normalized),
                (vecdot, normalized, normalized, self._var_1),
                (multiply, var, self._per_row, var),
                *self._pool(self._var_1),
                *self._follow("running_mean", self._mean_1),
                *self._follow("running_var", self._var_1),
            ]
        else:
            running_mean, spread_mean = self._spread("running_mean", self.state["running_mean"])
            running_var, spread_var = self._spread("running_var", self.state["running_var"])
            statistics = [
                *spread_mean,
                *spread_var,
                (np.copyto, var, running_var),
                (subtract, x, running_mean, normalized),
            ]
        return [
            *statistics,
            (add, var, self._eps, var),
            (sqrt, var, var),
            (divide, normalized, var, normalized),
            *spread_gamma,
            *spread_beta,
            (multiply, normalized, gamma, values),
            (add, values, beta, values),
        ]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """`gamma / std * (dout - mean(dout) - normalized * mean(dout * normalized))`; see `batchnorm_backward`.

        At rest the statistics are constants, and `gamma / std * dout` is all.
        """
        dx, dbeta, dgamma, scale = self.dx, self._dbeta, self._dgamma, self._scale
        gamma, _ = self._spread("gamma", self.params["gamma"])
        through_the_statistics: Calls = [
            (multiply, self._normalized, dgamma, dx),
            (subtract, dout, dx, dx),
            (subtract, dx, dbeta, dx),
        ]
        return [
            # The means over the batch; the gradients of the parameters are the sums.
            (dot, dout, self._share, self._dbeta_1),
            (vecdot, dout, self._normalized, self._dgamma_1),
            (multiply, dgamma, self._per_row, dgamma),
            *self._pool(self._dbeta_1),
            *self._pool(self._dgamma_1),
            (multiply, self._channels(self._dbeta_1), self._count, self.grads["beta"]),
            (multiply, self._channels(self._dgamma_1), self._count, self.grads["gamma"]),
            *(through_the_statistics if training else [(np.copyto, dx, dout)]),
            (divide, gamma, self._var, scale),
            (multiply, dx, scale, dx),
        ]

    # Of an image each pixel has rows of its own, all channels of the first pixel first.

    def _pool(self, per_row: Array) -> Calls:
        """Give all pixels of a channel their average."""
        if self._pixels == 1:
            return []
        by_pixel = per_row.reshape(*self._lead, self._pixels, self.n_features)
        average = self.buffer("average", (1, self.n_features))
        return [(np.mean, by_pixel, -2, None, average, True), (np.copyto, by_pixel, average)]

    def _channels(self, per_row: Array) -> Array:
        """One number a channel, where all pixels of a channel agree."""
        return per_row[..., : self.n_features]

    def _spread(self, name: str, per_channel: Array) -> tuple[Array, Calls]:
        """A column of one number per row, and the calls that fill it from one number per channel."""
        if self._pixels == 1:
            return per_channel[..., None], []
        column = self.buffer(name, (self._pixels * self.n_features, 1))
        by_pixel = column.reshape(*self._lead, self._pixels, self.n_features)
        return column, [(np.copyto, by_pixel, per_channel[..., None, :])]

    def _follow(self, name: str, per_row: Array) -> Calls:
        """Move the running statistic a little towards the batch's."""
        running, share = self.state[name], self.buffer("share of " + name, (self.n_features,))
        return [
            (multiply, running, self._keep, running),
            (multiply, self._channels(per_row), self._take, share),
            (add, running, share, running),
        ]


class LayerNorm(_Scaled, PlainLayer):
    """`layernorm`: each example normalized over its features, alike in training and evaluation (Ba et al. 2016).

    Of an image each pixel is normalized over its channels.
    """

    def __init__(self, n_features: int, *, eps: float = 1e-5) -> None:
        super().__init__(n_features, eps)

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`layernorm`, pixel by pixel."""
        return layernorm(x.reshape(-1, self.n_features), **params, eps=self.eps)[0].reshape(x.shape)

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`layernorm_backward`."""
        cache = layernorm(x.reshape(-1, self.n_features), **params, eps=self.eps)[1]
        dx, dgamma, dbeta = layernorm_backward(dout.reshape(-1, self.n_features), cache)
        return dx.reshape(x.shape), {"gamma": dgamma, "beta": dbeta}


class Normalizer(_Scaled, PlainLayer):
    """BatchNorm from YOUR functions: `batchnorm_train`, `batchnorm_eval` and `batchnorm_backward` of the exercises.

    On first use the results are looked at: `ValueError` names the function whose result has a wrong count, shape or
    dtype, or that changed what it was given. For batches `(N, n_features)`, in one model, not in a stack.
    """

    stackable = False

    def __init__(
        self,
        n_features: int,
        train: Callable[..., Any],
        evaluate: Callable[..., Any],
        backward: Callable[..., Any],
        *,
        momentum: float = 0.9,
        eps: float = 1e-5,
    ) -> None:
        super().__init__(n_features, eps)
        self.momentum = number("Normalizer: momentum", momentum, "[0, 1]")
        self.train, self.evaluate = function("Normalizer: train", train), function("Normalizer: evaluate", evaluate)
        self.derivative = function("Normalizer: backward", backward)
        self.state = {"running_mean": np.zeros(n_features), "running_var": np.ones(n_features)}

    def takes(self) -> Pattern:
        """`(n_features,)`."""
        return (self.n_features,)

    def allocate(self, shape: Shape, n: int) -> None:
        """Memory, and the note to look at the functions again."""
        super().allocate(shape, n)
        self._seen: set[int] = set()

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """`train`, which also moves the running statistics, or `evaluate`."""
        given = {"x": x, **params, "running_mean": self.state["running_mean"], "running_var": self.state["running_var"]}
        if not training:
            return self._call(self.evaluate, given, [x.shape], self.eps)[0]  # type: ignore[no-any-return]
        shapes = [x.shape, None, (self.n_features,), (self.n_features,)]
        out, self._cache, mean, var = self._call(self.train, given, shapes, self.momentum, self.eps)
        self.state["running_mean"][...], self.state["running_var"][...] = mean, var
        return out  # type: ignore[no-any-return]

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """`backward(dout, cache)` for the cache of the last training pass."""
        if not hasattr(self, "_cache"):
            raise ValueError(
                f"{self}: backward needs a forward pass in training first: model.forward(x, training=True)"
            )
        shapes = [x.shape, (self.n_features,), (self.n_features,)]
        dx, dgamma, dbeta = self._call(self.derivative, {"dout": dout}, shapes, self._cache)
        return dx, {"gamma": dgamma, "beta": dbeta}

    def _call(self, pure: Callable[..., Any], given: dict[str, Array], shapes: list[Any], *more: Any) -> Any:
        """The results of `pure(*given, *more)`, as many as `shapes`; looked at the first time."""
        if id(pure) in self._seen:
            results = pure(*given.values(), *more)
            return results if len(shapes) > 1 else (results,)
        results = call_watched(pure, given, *more)
        results = results if len(shapes) > 1 else (results,)
        if not isinstance(results, (tuple, list)) or len(results) != len(shapes):
            raise ValueError(f"{name_of(pure)} must return {len(shapes)} results, it returned {results!r:.80}")
        for i, (result, shape) in enumerate(zip(results, shapes, strict=True)):
            if shape is None:
                continue
            array = as_array(f"{name_of(pure)}: result {i + 1}", result)
            if array.shape != shape or array.dtype != self.dtype:
                raise ValueError(
                    f"{name_of(pure)}: result {i + 1} must be {self.dtype} of shape {shape}, "
                    f"it is {array.dtype} of shape {array.shape}"
                )
        self._seen.add(id(pure))
        return results

    def __repr__(self) -> str:
        return f"Normalizer({self.n_features}, {name_of(self.train)})"
