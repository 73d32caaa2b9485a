"""Optimizers: update rules applied in place to the flat parameter vector of a model.

Each does what its function in `rules` defines, in few passes over memory that stays.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

#: Numbers worked on at a time, so that the arrays of a large model's step stay in the processor's cache.
_CHUNK = 32768
#: Steps between two flushes of numbers too small to matter.
_FLUSH_EVERY = 128


class Optimizer:
    """An update rule with its state. `lr` may be set between steps; `step(params, grads)` changes `params` in place.

    The state belongs to one parameter vector and starts anew when `step` is given another. A subclass writes `allocate`
    and `update`, which works on one chunk.
    """

    def __init__(self, lr: float) -> None:
        self.lr = lr
        #: Steps taken on the present parameters.
        self.t = 0
        self._params: Array | None = None
        self._grads: Array | None = None
        self._chunks: list[tuple[Array, ...]] = []

    @property
    def lr(self) -> float:
        """The learning rate of the next step; 0 or more, and finite."""
        return self._lr

    @lr.setter
    def lr(self, value: float) -> None:
        self._lr = _check("lr", value, low=0.0)

    def step(self, params: Array, grads: Array) -> None:
        """One update of `params` from `grads`, both `(n_params,)` of one dtype."""
        if params is not self._params or grads is not self._grads:
            self._attach(params, grads)
        self.t += 1
        self.prepare()
        for chunk in self._chunks:
            self.update(*chunk)

    def _attach(self, params: Array, grads: Array) -> None:
        if params.shape != grads.shape or params.dtype != grads.dtype or params.ndim != 1:
            raise ValueError(
                f"{self}: params and grads must be flat vectors of one shape and dtype, "
                f"they are {params.dtype} {params.shape} and {grads.dtype} {grads.shape}"
            )
        if params is not self._params:
            self.t = 0
            self._state = self.allocate(params)
        self._params, self._grads = params, grads
        spare = np.empty(min(_CHUNK, params.size), params.dtype)
        arrays = (params, grads, *self._state)
        self._chunks = [
            (*(array[start : start + _CHUNK] for array in arrays), spare[: params.size - start])
            for start in range(0, params.size, _CHUNK)
        ]

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The rule's state for these parameters, arrays of their size."""
        return ()

    def prepare(self) -> None:
        """Compute what one step needs once, before its chunks."""

    def update(self, *chunk: Array) -> None:
        """Update one chunk: its parameters, gradients, state arrays and a spare array for results."""
        raise NotImplementedError

    def flush(self, *arrays: Array) -> None:
        """Every `_FLUSH_EVERY` steps set tiny numbers to 0: a state that decays (a dead unit's) ends in denormals.

        Processors compute with those many times slower. The bound lies far above them, far below what moves a weight.
        """
        if self.t % _FLUSH_EVERY == 0:
            for array in arrays:
                array[np.abs(array) < np.finfo(array.dtype).tiny ** 0.8] = 0.0


class SGD(Optimizer):
    """`params -= lr * grads`, as `sgd`."""

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, spare = chunk
        np.multiply(grads, self.lr, out=spare)
        np.subtract(params, spare, out=params)

    def __repr__(self) -> str:
        return f"SGD(lr={self.lr})"


class Adam(Optimizer):
    """The update of `adam`, with the state scaled so that a step needs fewer passes.

    With `m / (1 - beta1)` and `v / (1 - beta2)` as state, both grow by the plain gradient and its square, and the bias
    corrections fall to the two scalars `eps` and `lr`.
    """

    def __init__(self, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.beta1 = _check("beta1", beta1, low=0.0, below=1.0)
        self.beta2 = _check("beta2", beta2, low=0.0, below=1.0)
        self.eps = _check("eps", eps, low=0.0)

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """The averages of the gradient and of its square, scaled."""
        self._b1, self._b2 = np.array(self.beta1, params.dtype), np.array(self.beta2, params.dtype)
        self._rate, self._eps = np.zeros((), params.dtype), np.zeros((), params.dtype)
        return np.zeros_like(params), np.zeros_like(params)

    def prepare(self) -> None:
        """The step's scaled rate and eps."""
        scale = ((1.0 - self.beta2**self.t) / (1.0 - self.beta2)) ** 0.5
        self._eps[...] = self.eps * scale
        self._rate[...] = self.lr * scale * (1.0 - self.beta1) / (1.0 - self.beta1**self.t)

    def update(self, *chunk: Array) -> None:
        """Update one chunk."""
        params, grads, m, v, spare = chunk
        np.multiply(m, self._b1, out=m)
        np.add(m, grads, out=m)
        np.multiply(grads, grads, out=spare)
        np.multiply(v, self._b2, out=v)
        np.add(v, spare, out=v)
        np.sqrt(v, out=spare)
        np.add(spare, self._eps, out=spare)
        np.divide(m, spare, out=spare)
        np.multiply(spare, self._rate, out=spare)
        np.subtract(params, spare, out=params)
        self.flush(m, v)

    def __repr__(self) -> str:
        return f"Adam(lr={self.lr}, beta1={self.beta1}, beta2={self.beta2}, eps={self.eps})"


def _check(name: str, value: float, *, low: float, below: float = math.inf) -> float:
    """`value` as a float; raises in one line if it is none, or out of range."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, not {value!r}") from None
    if not low <= number < below:
        limit = f"from {low:g} up and below {below:g}" if math.isfinite(below) else f"from {low:g} up, and finite"
        raise ValueError(f"{name} must be {limit}, not {value}")
    return number
