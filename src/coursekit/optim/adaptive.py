"""Optimizers with a rate for each parameter: each does what its function in `rules` defines, in place.

Averages are kept without their factor `1 - beta`: they then grow by the plain gradient, or its square, and the factor
falls to the scalars `lr` and `eps`, which takes a pass over memory off each average. The last argument of each ufunc is
where its result goes: with `out=` and `np.` a step over 5,000 numbers would take an eighth longer.
"""

from typing import Any

import numpy as np
from numpy import add, divide, multiply, sqrt, subtract

from coursekit.arguments import as_array, number
from coursekit.optim.optimizer import Array, Optimizer


def _descend(params: Array, direction: Array, squares: Array, rate: Array, eps: Array, spare: Array) -> None:
    """`params -= rate * direction / (sqrt(squares) + eps)`."""
    sqrt(squares, spare)
    add(spare, eps, spare)
    divide(direction, spare, spare)
    multiply(spare, rate, spare)
    subtract(params, spare, params)


class AdaGrad(Optimizer):
    """The update of `adagrad`; its state `h` sums squared gradients."""

    settings: tuple[str, ...] = ("lr", "eps")
    moments = ("h",)

    def __init__(self, lr: float | Array = 1e-2, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.eps = number("AdaGrad: eps", eps, "[0, inf)")

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype."""
        self._eps = np.array(self.eps, params.dtype)
        return ()

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, h, spare, rate = chunk
        multiply(grads, grads, spare)
        add(h, spare, h)
        _descend(params, grads, h, rate, self._eps, spare)


class RMSProp(Optimizer):
    """The update of `rmsprop`; its state is `h / (1 - decay)`."""

    settings: tuple[str, ...] = ("lr", "decay", "eps")
    moments = ("h",)

    def __init__(self, lr: float | Array = 1e-3, decay: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = number("RMSProp: decay", decay, "[0, 1)")
        self.eps = number("RMSProp: eps", eps, "[0, inf)")

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype."""
        self._scale = (1.0 - self.decay) ** -0.5
        self._decay = np.array(self.decay, params.dtype)
        self._eps = np.array(self.eps * self._scale, params.dtype)
        return ()

    def prepare(self) -> None:
        """The step's scaled rate."""
        self._rate[()] = self._lr * self._scale

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, h, spare, rate = chunk
        multiply(grads, grads, spare)
        multiply(h, self._decay, h)
        add(h, spare, h)
        _descend(params, grads, h, rate, self._eps, spare)


class AdaDelta(Optimizer):
    """The update of `adadelta`; its states are `h / (1 - rho)` and `d / (1 - rho)`.

    The rule has no learning rate; `lr`, 1 unless given, scales what it takes off (as in PyTorch), so that a schedule
    can drive it.
    """

    settings: tuple[str, ...] = ("lr", "rho", "eps")
    moments = ("h", "d")
    spares = 2

    def __init__(self, lr: float | Array = 1.0, rho: float = 0.95, eps: float = 1e-6) -> None:
        super().__init__(lr)
        self.rho = number("AdaDelta: rho", rho, "[0, 1)")
        self.eps = number("AdaDelta: eps", eps, "(0, inf)")

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype."""
        self._rho = np.array(self.rho, params.dtype)
        self._eps = np.array(self.eps / (1.0 - self.rho), params.dtype)
        return ()

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, h, d, spare, change, rate = chunk
        multiply(grads, grads, spare)
        multiply(h, self._rho, h)
        add(h, spare, h)
        add(h, self._eps, spare)
        add(d, self._eps, change)
        divide(change, spare, change)
        sqrt(change, change)
        multiply(change, grads, change)
        multiply(change, change, spare)
        multiply(d, self._rho, d)
        add(d, spare, d)
        multiply(change, rate, change)
        subtract(params, change, params)


class Adam(Optimizer):
    """The update of `adam`; its states are `m / (1 - beta1)` and `v / (1 - beta2)`.

    The two bias corrections are scalars too, and go the same way: into `lr` and `eps`.
    """

    settings: tuple[str, ...] = ("lr", "beta1", "beta2", "eps")
    moments = ("m", "v")

    def __init__(self, lr: float | Array = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        super().__init__(lr)
        name = type(self).__name__
        self.beta1 = number(f"{name}: beta1", beta1, "[0, 1)")
        self.beta2 = number(f"{name}: beta2", beta2, "[0, 1)")
        self.eps = number(f"{name}: eps", eps, "[0, inf)")

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype."""
        self._b1, self._b2 = np.array(self.beta1, params.dtype), np.array(self.beta2, params.dtype)
        self._eps = np.zeros((), params.dtype)
        return ()

    def prepare(self) -> None:
        """The step's scaled rate and eps."""
        scale = ((1.0 - self.beta2**self.t) / (1.0 - self.beta2)) ** 0.5
        self._eps[()] = self.eps * scale
        self._rate[()] = self._lr * (scale * (1.0 - self.beta1) / (1.0 - self.beta1**self.t))

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, m, v, spare, rate = chunk
        multiply(m, self._b1, m)
        add(m, grads, m)
        multiply(grads, grads, spare)
        multiply(v, self._b2, v)
        add(v, spare, v)
        _descend(params, m, v, rate, self._eps, spare)


class AdamW(Adam):
    """The update of `adamw`: Adam, after the parameters are multiplied by `1 - lr * weight_decay`.

    That is the rule's own formula with its terms in another order (and PyTorch's). All parameters decay unless
    `decays`, an array that fits them, says which: True where a parameter decays, or a factor of the decay.
    """

    settings: tuple[str, ...] = ("lr", "weight_decay", "beta1", "beta2", "eps")

    def __init__(
        self,
        lr: float | Array = 1e-3,
        weight_decay: float = 1e-2,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        *,
        decays: Any = None,
    ) -> None:
        super().__init__(lr, beta1, beta2, eps)
        self.weight_decay = number("AdamW: weight_decay", weight_decay, "[0, inf)")
        self.decays = None if decays is None else _mask(decays)

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype, and what is kept of each parameter."""
        super().allocate(params)
        self._kept_at: Any = None
        if self.decays is None:
            self._keep = np.ones_like(self._rate)
        elif self.decays.shape in (params.shape, params.shape[-1:]):
            self._keep = np.ones(params.shape, params.dtype)
        else:
            raise ValueError(
                f"AdamW: decays must be {params.shape}, one entry for each parameter, it has shape {self.decays.shape}"
            )
        return (self._keep,)

    def prepare(self) -> None:
        """The step's scaled rate and eps, and the share of the parameters that is kept."""
        super().prepare()
        if self._kept_at is not self._lr:
            self._kept_at = self._lr
            decay = self._lr * self.weight_decay
            self._keep[()] = 1.0 - (decay if self.decays is None else decay * self.decays)

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, keep = chunk[0], chunk[-1]
        multiply(params, keep, params)
        super().update(*chunk[:-1])


def _mask(decays: Any) -> Array:
    mask = as_array("AdamW: decays", decays)
    if mask.dtype.kind not in "bfiu" or not np.isfinite(mask).all() or (mask < 0).any():
        raise ValueError("AdamW: decays must be an array of True and False, or of numbers of 0 or more")
    return mask.astype(np.float64)
