"""Gradient descent and its momentum forms as optimizers: each does what its function in `rules` defines, in place.

The last argument of each ufunc is where its result goes.
"""

import numpy as np
from numpy import add, multiply, subtract

from coursekit.arguments import number
from coursekit.optim.optimizer import Array, Optimizer


class SGD(Optimizer):
    """`params -= lr * grads`, as `sgd`."""

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, spare, rate = chunk
        multiply(grads, rate, spare)
        subtract(params, spare, params)


class Momentum(Optimizer):
    """The update of `momentum`: `v = rho * v - lr * grads; params += v`."""

    settings = ("lr", "rho")
    moments = ("v",)

    def __init__(self, lr: float | Array, rho: float = 0.9) -> None:
        super().__init__(lr)
        self.rho = number(f"{type(self).__name__}: rho", rho, "[0, 1]")

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The constants in the parameters' dtype."""
        self._rho = np.array(self.rho, params.dtype)
        return ()

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, v, spare, rate = chunk
        multiply(v, self._rho, v)
        multiply(grads, rate, spare)
        subtract(v, spare, v)
        add(params, v, params)


class Nesterov(Momentum):
    """The update of `nesterov`, where the parameters are kept AT THE LOOK-AHEAD POINT, as PyTorch and Keras keep them.

    A training loop has the gradient at the model's parameters, so these must be the point where the rule wants it:
    `params = w + rho * v`. A step is then `v = rho * v - lr * grads; params += rho * v - lr * grads`. The state
    `ahead` is `rho * v`, so the rule's own `w` is `params - ahead`; the two are the same once the steps are small.
    """

    moments = ("ahead",)

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, ahead, spare, rate = chunk
        multiply(grads, rate, spare)
        subtract(ahead, spare, ahead)
        multiply(ahead, self._rho, ahead)
        subtract(params, spare, params)
        add(params, ahead, params)
