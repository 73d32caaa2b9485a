"""What all optimizers share: the parameters they work on, their state, the learning rate, the step."""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from coursekit.arguments import as_array, number, real_array, shown, whole

Array = NDArray[np.floating]

#: Numbers worked on at a time, so that the arrays of a large model's step stay in the processor's cache.
_CHUNK = 32768
#: Steps between two flushes of numbers too small to matter.
_FLUSH_EVERY = 128


class Optimizer:
    """An update rule with its state: `step(params, grads)` changes `params` in place.

    `params` and `grads` are the flat vectors `(n_params,)` of one model, or `(M, n_params)` of M models at once, which
    learn as if each were alone. `lr` may be set between steps, to a number or, for M models, to an array `(M,)` of one
    rate each; the other settings stay as they were made.

    The state belongs to one array of parameters and starts anew when `step` is given another. `state` and `load_state`
    carry it over to another run; a copied or unpickled optimizer goes on from where it was.

    A subclass names its `settings` and its `moments`, and writes `update`, which works on one chunk.
    """

    #: The names of the settings, in the order of the constructor.
    settings: tuple[str, ...] = ("lr",)
    #: The names of the state's arrays, each of the parameters' size, in the order that `update` takes them.
    moments: tuple[str, ...] = ()
    #: How many spare arrays `update` needs for what it computes on the way.
    spares: int = 1

    def __init__(self, lr: float | Array) -> None:
        self._lr: float | Array = 0.0
        self.lr = lr
        #: Steps taken on the present parameters.
        self.t = 0
        self._state: dict[str, Array] = {}
        self._loaded = False
        self._params: Array | None = None
        self._grads: Array | None = None
        self._chunks: list[tuple[Array, ...]] = []

    @property
    def lr(self) -> Any:
        """The learning rate of the next step, a float or `(M,)`; 0 or more, and finite."""
        return self._lr[:, 0].copy() if isinstance(self._lr, np.ndarray) else self._lr

    @lr.setter
    def lr(self, value: float | Array) -> None:
        if not (type(value) is float and 0.0 <= value < math.inf):
            value = self._checked_rate(value)
        if np.ndarray in (type(value), type(self._lr)) and np.shape(value) != np.shape(self._lr):
            self._grads = None  # a rate for each model is laid out otherwise than one for all
        self._lr = value

    def _checked_rate(self, value: Any) -> float | Array:
        if as_array(f"{type(self).__name__}: lr", value).ndim != 1 or len(value) == 0:
            return number(f"{type(self).__name__}: lr", value, "[0, inf)")
        rates = [number(f"{type(self).__name__}: lr[{i}]", rate, "[0, inf)") for i, rate in enumerate(value)]
        return np.array(rates).reshape(-1, 1)

    def step(self, params: Array, grads: Array) -> None:
        """One update of `params` from `grads`, arrays of one shape and dtype.

        Raises `ValueError` if they do not fit each other, the rates in `lr` or a loaded state.
        """
        if params is not self._params or grads is not self._grads:
            self._attach(params, grads)
        self.t += 1
        self.prepare()
        for chunk in self._chunks:
            self.update(*chunk)
        if self.t % _FLUSH_EVERY == 0:
            self._flush()

    def allocate(self, params: Array) -> tuple[Array, ...]:
        """Make what the rule needs for these parameters besides its moments, such as constants in their dtype.

        Arrays returned go to `update` after the rate; those of the parameters' shape, or with one row for each model,
        are cut into chunks as the parameters are.
        """
        return ()

    def prepare(self) -> None:
        """Compute what one step needs once, before its chunks; at least `self._rate`."""
        self._rate[()] = self._lr

    def update(self, *chunk: Array) -> None:
        """Update one chunk: its parameters, gradients, moments, spares, the rate, and what `allocate` returned."""
        raise NotImplementedError

    @property
    def state(self) -> dict[str, NDArray[Any]]:
        """Copies of the rule's moments by name, and the count of steps `t`: what `load_state` takes."""
        return {"t": np.array(self.t)} | {name: array.copy() for name, array in self._state.items()}

    def load_state(self, state: Mapping[str, NDArray[Any]]) -> Self:
        """Go on from `state`, taken from an optimizer with the same settings; returns the optimizer.

        The next step must be on parameters of the state's shape and dtype. Raises `ValueError` on other names.
        """
        name, expected = type(self).__name__, {"t", *self.moments}
        if not isinstance(state, Mapping):
            raise ValueError(f"{name}: state must be a dict as another optimizer's state, not {shown(state)}")
        if set(state) != expected and not (set(state) == {"t"} and np.array_equal(state["t"], 0)):
            raise ValueError(f"{name}: state must hold {sorted(expected)}, it holds {sorted(map(str, state))}")
        t = whole(f"{name}: the t of state", state["t"], "[0, inf)")
        arrays = {
            each: real_array(f"{name}: the {each} of state", state[each]) for each in self.moments if each in state
        }
        if len({(array.shape, array.dtype) for array in arrays.values()}) > 1:
            shapes = ", ".join(f"{each} {array.dtype} {array.shape}" for each, array in arrays.items())
            raise ValueError(f"{name}: the arrays of state must have one shape and dtype, they are {shapes}")
        self.t, self._loaded = t, t > 0
        self._state = {each: array.copy() for each, array in arrays.items()}
        self._params = self._grads = None
        return self

    def _attach(self, params: Array, grads: Array) -> None:
        self._check_fit(params, grads)
        if self._loaded:
            for name, array in self._state.items():
                if array.shape != params.shape or array.dtype != params.dtype:
                    raise ValueError(
                        f"{type(self).__name__}: the state's {name} is {array.dtype} {array.shape}, "
                        f"the parameters are {params.dtype} {params.shape}"
                    )
        elif params is not self._params:
            self.t = 0
            self._state = {name: np.zeros(params.shape, params.dtype) for name in self.moments}
        self._loaded = False
        self._params, self._grads = params, grads
        self._rate = np.zeros(np.shape(self._lr), params.dtype)
        self._lay_out(params, grads)

    def _check_fit(self, params: Any, grads: Any) -> None:
        """Raise in one line if this optimizer cannot update `params` from `grads`."""
        name = type(self).__name__
        for what, array in (("params", params), ("grads", grads)):
            if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or array.size == 0:
                came = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
                raise ValueError(f"{name}: {what} must be a floating array that is not empty, not {came}")
        if params.shape != grads.shape or params.dtype != grads.dtype:
            raise ValueError(
                f"{name}: params and grads must have one shape and dtype, "
                f"they are {params.dtype} {params.shape} and {grads.dtype} {grads.shape}"
            )
        if not params.flags.writeable:
            raise ValueError(f"{name}: params must be an array that can be written to, this one is read-only")
        if params.ndim > 2 or (params.ndim == 2 and not (params.flags.c_contiguous and grads.flags.c_contiguous)):
            raise ValueError(f"{name}: params must be (n_params,) or C-contiguous (M, n_params), not {params.shape}")
        if isinstance(self._lr, np.ndarray) and (params.ndim != 2 or len(params) != len(self._lr)):
            raise ValueError(
                f"{name}: lr holds {len(self._lr)} rates, for params ({len(self._lr)}, n_params), not {params.shape}"
            )

    def _lay_out(self, params: Array, grads: Array) -> None:
        """Cut everything of the parameters' size into chunks: of numbers, or of models where each has its rate."""
        by_model = self._rate.ndim == 2
        whole = (params, grads, *self._state.values())
        extra = (self._rate, *self.allocate(params))
        length = max(1, _CHUNK // params.shape[1]) if by_model else _CHUNK

        def flat(array: Array) -> Array:
            return array.reshape(-1) if array.shape == params.shape and not by_model else array

        def cut(array: Array, start: int) -> Array:
            return flat(array)[start : start + length] if array.ndim else array

        spare = [np.empty_like(cut(params, 0)) for _ in range(self.spares)]
        self._chunks = []
        for start in range(0, len(flat(params)), length):
            parts = [cut(array, start) for array in whole]
            self._chunks.append(
                (*parts, *(array[: len(parts[0])] for array in spare), *(cut(array, start) for array in extra))
            )

    def _flush(self) -> None:
        """Set tiny numbers to 0: a state that decays (a dead unit's) ends in denormals.

        Processors compute with those many times slower. The bound lies far above them, far below what moves a weight.
        """
        for array in self._state.values():
            array[np.abs(array) < np.finfo(array.dtype).tiny ** 0.8] = 0.0

    def __getstate__(self) -> dict[str, Any]:
        # Views of a copy's parameters would not be views of its model's: a copy finds them at its next step.
        copy = self.__dict__ | {"_params": None, "_grads": None, "_chunks": [], "_loaded": self._loaded or self.t > 0}
        return copy | {"_state": {name: array.copy() for name, array in self._state.items()}}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in self.settings)})"
