"""Penalties and max-norm as objects that training uses: over a model's flat vectors, one strength per parameter.

>>> model = Sequential(Linear(2, 3), ReLU(), Linear(3, 2), rng=np.random.default_rng(0))
>>> penalty = L2([0.1, 0.0])  # the first Linear alone
>>> penalty.attach(model)
>>> value = penalty.add(model.params, model.grads)  # after backward, before the update
>>> np.array_equal(model.layers[0].grads["w"], 0.1 * model.layers[0].params["w"])
True

Biases, BatchNorm's and LayerNorm's gamma and beta, and PReLU's slopes are left out, unless `on`, a function from a
parameter's name to whether it is penalized, says otherwise (`on=lambda name: True`). In a `Stack` of M models each is
penalized alike, on its own: values are then `(M,)`.
"""

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import function, number, real_array, shown
from coursekit.nn.penalties import UNPENALIZED

Array = NDArray[np.floating]
#: One strength for all layers, or one for each layer that has weights.
Strength = float | Sequence[float]


class Model(Protocol):
    """What a penalty needs to know of a model: its flat parameters, and whose they are."""

    @property
    def params(self) -> Array:
        """All parameters, `(n_params,)`; `(M, n_params)` of a stack."""

    @property
    def layers(self) -> Sequence[Any]:
        """The layers, each with `params`, a mapping from names to views on the flat vector, in its order."""


class Penalty(Protocol):
    """A term of the loss that looks at the parameters alone."""

    def attach(self, model: Model) -> None:
        """Learn which parameters of `model` are weights; once, before training."""

    def add(self, params: Array, grads: Array) -> Any:
        """Add the gradient at the flat `params` into `grads`, return the value; after each backward pass."""


class Constraint(Protocol):
    """What is done to the parameters after each update."""

    def attach(self, model: Model) -> None:
        """Learn which parameters of `model` are weights; once, before training."""

    def apply(self, params: Array) -> None:
        """Bring the flat `params` back within the limits, in place."""


def is_weight(name: str) -> bool:
    """Whether a parameter of this name is penalized by default: not `b`, `b1`, `beta`, `gamma` or PReLU's `alpha`."""
    return not name.startswith((*UNPENALIZED, "alpha"))


class _ByStrength:
    """What L1 and L2 share: one strength, or one for each layer with weights, laid out over the flat vector."""

    def __init__(self, lam: Strength, *, on: Callable[[str], bool] = is_weight) -> None:
        kind = type(self).__name__
        self.lam, self.on = _strengths(f"{kind}: lam", lam), function(f"{kind}: on", on)
        self._buffer: Array | None = None

    def attach(self, model: Model) -> None:
        """Lay the strengths out over the flat vector; `ValueError` if their number is not that of the layers."""
        _check_model(self, model)
        self._strength = _over_the_flat_vector(f"{type(self).__name__}: lam", self.lam, model, self.on)
        self._buffer = np.empty_like(model.params)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.lam})"


class L2(_ByStrength):
    """`0.5 * lam * ||w||^2`, the sum of `l2_penalty` over the weights of all layers.

    `lam` is one strength, or a sequence of one per layer that has weights. Raises `ValueError` if one is negative.
    """

    def add(self, params: Array, grads: Array) -> Any:
        """Adds `lam * w` to `grads`; returns the penalty."""
        pull = _fitting(self, self._buffer, params, grads)
        np.multiply(params, self._strength, out=pull)
        np.add(grads, pull, out=grads)
        return 0.5 * _sums(pull, params)


class L1(_ByStrength):
    """`lam * ||w||_1`, the sum of `l1_penalty` over the weights of all layers; strengths as for `L2`."""

    def add(self, params: Array, grads: Array) -> Any:
        """Adds `lam * sign(w)` to `grads`; returns the penalty."""
        pull = _fitting(self, self._buffer, params, grads)
        np.sign(params, out=pull)
        np.multiply(pull, self._strength, out=pull)
        np.add(grads, pull, out=grads)
        return _sums(pull, params)


class ElasticNet:
    """`L1(l1)` and `L2(l2)` together; strengths as for `L2`."""

    def __init__(self, l1: Strength, l2: Strength, *, on: Callable[[str], bool] = is_weight) -> None:
        self.l1, self.l2, self.on = _strengths("ElasticNet: l1", l1), _strengths("ElasticNet: l2", l2), on
        self._parts = (L1(l1, on=on), L2(l2, on=on))

    def attach(self, model: Model) -> None:
        """Lay the strengths out over the flat vector; `ValueError` if their number is not that of the layers."""
        for part in self._parts:
            part.attach(model)

    def add(self, params: Array, grads: Array) -> Any:
        """Adds both gradients to `grads`; returns the penalty."""
        return sum(part.add(params, grads) for part in self._parts)

    def __repr__(self) -> str:
        return f"ElasticNet({self.l1}, {self.l2})"


class PerModel:
    """`penalty` in a stack of M models, times a factor of each model's own: `PerModel(L2(1.0), lams)` for a sweep.

    `factors` is `(M,)`. Raises `ValueError` if one is negative or not finite, or there are not as many as models.
    """

    def __init__(self, penalty: Penalty, factors: Sequence[float] | Array) -> None:
        check_part("PerModel: penalty", penalty, "add", "a penalty such as L2(1.0)")
        self.penalty = penalty
        self.factors = real_array("PerModel: factors", factors, finite=True)
        if self.factors.ndim != 1 or self.factors.min() < 0:
            raise ValueError("PerModel: factors must be (M,) numbers of 0 or more, one for each model")

    def attach(self, model: Model) -> None:
        """Attach the penalty; `ValueError` if the model is no stack of as many models as there are factors."""
        _check_model(self, model)
        if model.params.ndim != 2 or len(model.params) != len(self.factors):
            raise ValueError(f"{self}: it needs a Stack of {len(self.factors)} models")
        self.penalty.attach(model)
        self._pull = np.empty_like(model.params)
        self._columns = self.factors.astype(model.params.dtype)[:, None]

    def add(self, params: Array, grads: Array) -> Any:
        """Adds each model's gradient, times its factor, to `grads`; returns the penalties, `(M,)`."""
        self._pull.fill(0.0)
        values = self.penalty.add(params, self._pull)
        np.multiply(self._pull, self._columns, out=self._pull)
        np.add(grads, self._pull, out=grads)
        return values * self.factors

    def __repr__(self) -> str:
        return f"PerModel({self.penalty}, {len(self.factors)} factors)"


class MaxNorm:
    """`max_norm` on the weights of all layers: the norm of what comes into a unit is at most `c` after each update.

    For weights of more than two axes, (k, k, C, F), it is the norm over all but the last. `c` is one limit, or one
    per layer that has weights. Raises `ValueError` if one is not above 0.
    """

    def __init__(self, c: Strength, *, on: Callable[[str], bool] = is_weight) -> None:
        self.c, self.on = _strengths("MaxNorm: c", c, "(0, inf)"), function("MaxNorm: on", on)
        self._stretches: list[tuple[slice, float, Array, Array]] | None = None

    def attach(self, model: Model) -> None:
        """Find the weights on the flat vector; `ValueError` if there are not as many limits as layers with weights."""
        _check_model(self, model)
        self._stretches = []
        self._shape, self._dtype = model.params.shape, model.params.dtype
        for stretch, shape, c in _weights("MaxNorm: c", self.c, model, self.on):
            if len(shape) < 2:
                raise ValueError(f"MaxNorm: on must choose arrays of two axes or more, it chose one of shape {shape}")
            squares = np.empty((*model.params.shape[:-1], prod(shape[:-1]), shape[-1]), model.params.dtype)
            self._stretches.append((stretch, c, squares, np.ones(squares.shape[-2], squares.dtype)))

    def apply(self, params: Array) -> None:
        """Scale the columns that are too long, in place; all others stay as they are, bit for bit."""
        if self._stretches is None or not _is(params, self._shape, self._dtype):
            raise ValueError(f"{self}: apply takes the flat params of the model it was attached to: call attach(model)")
        for stretch, c, squares, ones in self._stretches:
            w = params[..., stretch].reshape(squares.shape)
            np.multiply(w, w, out=squares)
            norms = np.sqrt(np.matmul(ones, squares))  # a sum over the rows in a third of the time of `sum`
            if norms.max() > c:
                np.multiply(w, (c / np.maximum(norms, c))[..., np.newaxis, :], out=w)

    def __repr__(self) -> str:
        return f"MaxNorm({self.c})"


def _strengths(what: str, value: Strength, interval: str = "[0, inf)") -> Strength:
    """One number, or a list of them; raises if one is outside the interval."""
    if not isinstance(value, (int, float)) and np.ndim(value) == 1 and len(value) > 0:
        return [number(f"{what}[{i}]", v, interval) for i, v in enumerate(value)]
    return number(what, value, interval)


def _weights(
    what: str, strength: Strength, model: Model, on: Callable[[str], bool]
) -> Iterator[tuple[slice, tuple[int, ...], float]]:
    """Where each penalized array lies on the flat vector, its shape, and its layer's strength."""
    with_weights = [layer for layer in model.layers if any(on(name) for name in layer.params)]
    each = [strength] * len(with_weights) if isinstance(strength, (int, float)) else list(strength)
    if len(each) != len(with_weights):
        wanted = f"one for each of the {len(with_weights)} layers with weights"
        raise ValueError(f"{what} must be one number, or {wanted}, not {len(each)}")
    mine, start, lead = dict(zip(map(id, with_weights), each, strict=True)), 0, model.params.ndim - 1
    for layer in model.layers:
        for name, array in layer.params.items():
            shape = array.shape[lead:]
            stop = start + prod(shape)
            if on(name):
                yield slice(start, stop), shape, mine[id(layer)]
            start = stop


def _over_the_flat_vector(what: str, strength: Strength, model: Model, on: Callable[[str], bool]) -> Array:
    """The strength of every parameter, `(n_params,)`, 0 where nothing is penalized."""
    flat = np.zeros(model.params.shape[-1:], model.params.dtype)
    for stretch, _, value in _weights(what, strength, model, on):
        flat[stretch] = value
    return flat


def _fitting(penalty: object, buffer: Array | None, params: Array, grads: Array) -> Array:
    """`buffer`; raises if the penalty was not attached, or to another model."""
    if buffer is None or not all(_is(flat, buffer.shape, buffer.dtype) for flat in (params, grads)):
        raise ValueError(
            f"{penalty}: add takes the flat params and grads of the model it was attached to: attach(model)"
        )
    return buffer


def _is(flat: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    return isinstance(flat, np.ndarray) and flat.shape == shape and flat.dtype == dtype


def _check_model(part: object, model: Any) -> None:
    if not isinstance(getattr(model, "params", None), np.ndarray) or not hasattr(model, "layers"):
        raise ValueError(f"{part}: model must be a model such as Sequential(...), not {shown(model)}")


def check_part(what: str, part: Any, method: str, example: str) -> None:
    """Raise `ValueError` if `part` is no penalty (`method` is `add`), or no constraint (`apply`)."""
    if isinstance(part, type) or not all(callable(getattr(part, name, None)) for name in ("attach", method)):
        raise ValueError(f"{what} must be {example}, not {shown(part)}")


def _sums(a: Array, b: Array) -> Any:
    """`sum(a * b)` as a float; of each model in a stack, `(M,)`."""
    return float(np.dot(a, b)) if a.ndim == 1 else np.vecdot(a, b)
