"""What all layers share: how a batch lies in memory, parameters as views on flat vectors, buffers used again each step.

Outside, a batch is `(N, D)` or `(N, H, W, C)`, one example a row. Inside a model it lies the other way round, as a
SIGNAL: a matrix `(D + 1, N)`, one feature a row, one example a column, the features of an image in the order of
`images.reshape(N, -1)`, and a last row of ones. So the bias of a linear layer is one more row of its weights, and what
is summed per feature is contiguous; both make small nets markedly faster. Gradients are `(D, N)`: the row of ones has
none. Where many models are trained at once (`Stack`), all of these have one more axis in front, the models'.
"""

from collections.abc import Callable, Iterator, Mapping
from math import prod
from types import EllipsisType, MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.floating]
#: The shape of ONE example, `(D,)` or `(H, W, C)`.
Shape = tuple[int, ...]
#: What a layer takes: sizes, None for any size, at the front `...` for any number of them.
Pattern = tuple[int | EllipsisType | None, ...]
#: Functions with their arguments, to be called in order; what they return is not looked at.
Calls = list[tuple[Any, ...]]

_NO_ARRAYS: Mapping[str, Array] = MappingProxyType({})


class Layer:
    """A step of a model: it maps a signal forward and a gradient back, and fills the gradients of its parameters.

    A layer does not run by itself. For each size of batch the model asks it once for its calls: `forward_calls` and
    `backward_calls` list functions with their arguments, arrays that stay where they are, `(np.tanh, x, out)`; a pass
    makes the calls of all layers, one after another, and nothing else. A small net spends its time between its array
    operations, not in them.

    To add a kind of layer, derive from `PlainLayer`, which works on plain functions of `(N, D)` arrays; or, where speed
    matters, write `allocate`, `forward_calls` and `backward_calls`. Where they apply, `takes`, `output_shape`,
    `parameter_shapes` and `initialize` say more of it. Attributes whose names begin with an underscore are scratch:
    they are made afresh by `allocate` and are not copied or pickled.
    """

    #: Where the passes write: the output signal, `(H + 1, N)`, and the gradient at the input, `(D, N)`.
    out: Array
    dx: Array
    #: Whether the output of an example has the shape of its input.
    keeps_shape: bool = True
    #: Whether the way back reads `out`; if not, the next layer may write its own output over it.
    rereads_output: bool = True
    #: Whether this layer may do so: set by the model. Large layers spend much of their time on memory.
    in_place: bool = False
    #: Whether the layer can be part of a `Stack`.
    stackable: bool = True
    #: False where a model trains and this layer is its first: then nobody reads `dx`.
    needs_dx: bool = True

    def __init__(self) -> None:
        #: What the layer keeps beside its parameters (running statistics), by name; saved with the model. To change
        #: one, write into its array, `state["running_mean"][...] = 0`: a pass goes on with the arrays that it knows.
        self.state: dict[str, Array] = {}
        self._detach()

    def _detach(self) -> None:
        self.params: Mapping[str, Array] = _NO_ARRAYS
        self.grads: Mapping[str, Array] = _NO_ARRAYS
        self.dtype: np.dtype[Any] | None = None
        self._memory: dict[str, NDArray[Any]] = {}
        #: The models' axis: `()` for one model, `(M,)` in a stack.
        self._lead: tuple[int, ...] = ()
        #: `dot` is the faster product of two matrices, `matmul` the one that knows stacks of them.
        self._dot: Callable[..., Any] = np.dot

    # -- what a kind of layer declares -------------------------------------------------------------------------------

    def takes(self) -> Pattern | None:
        """The shape of the examples that the layer takes; None where it takes any."""
        return None

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of an output example for an input example of `shape`; `ValueError` if that cannot be."""
        return shape

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter, in the order in which they lie on the flat vector."""
        return {}

    def initialize(self, rng: np.random.Generator) -> None:
        """Write the first values into `self.params`."""

    def allocate(self, shape: Shape, n: int) -> None:
        """Take the memory for `n` examples of `shape`, `out` and `dx` among it; called whenever either changes."""

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """The calls that write into `out` what the layer makes of the signal `x`."""
        raise NotImplementedError

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """The calls that write the gradient at the input into `dx`, from `dout` at the output, and fill `grads`.

        They follow the forward pass of the same `training`.
        """
        raise NotImplementedError

    # -- what the model and the subclasses use -----------------------------------------------------------------------

    @property
    def n_params(self) -> int:
        """How many numbers the layer's parameters hold."""
        return sum(prod(shape) for shape in self.parameter_shapes().values())

    def bind(self, params: Array, grads: Array) -> None:
        """Take the layer's stretch of the model's flat vectors, `(n_params,)` each, as its parameters and gradients."""
        self.dtype, self._lead = params.dtype, params.shape[:-1]
        self._dot = np.matmul if self._lead else np.dot
        self.params = MappingProxyType(self._views(params))
        self.grads = MappingProxyType(self._views(grads))
        self.state = {name: np.array(array, params.dtype) for name, array in self.state.items()}

    def _views(self, flat: Array) -> dict[str, Array]:
        views, start = {}, 0
        for name, shape in self.parameter_shapes().items():
            stop = start + prod(shape)
            views[name] = flat[..., start:stop].reshape(self._lead + shape)
            start = stop
        return views

    def buffer(self, name: str, shape: tuple[int, ...], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """An uninitialized array, with the models' axis in front; a smaller one than before gets the same memory."""
        shape = self._lead + shape
        size = prod(shape)
        memory = self._memory.get(name)
        if memory is None or memory.size < size:
            memory = self._memory[name] = np.empty(size, self.dtype if dtype is None else dtype)
        return memory[:size].reshape(shape)

    def take_out_and_dx(self, shape: Shape, n: int) -> None:
        """Memory for `out`, with its row of ones, and for `dx`."""
        self.out = self.buffer("out", (prod(self.output_shape(shape)) + 1, n))
        self.out[..., -1, :] = 1.0
        self.dx = self.buffer("dx", (prod(shape), n))

    def values_for(self, x: Array) -> Array:
        """The rows of `out` without the ones; `out` is the input `x` itself where that may be written over."""
        if self.in_place:
            self.out = x
        return without_ones(self.out)

    def __getattr__(self, name: str) -> Any:
        scratch = name in ("out", "dx") or (name[0] == "_" and name[1] != "_")
        if scratch and self.__dict__.get("dtype") is None:
            kind = type(self).__name__
            raise AttributeError(f"this {kind} belongs to no model yet: put it into Sequential(...) and call that")
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        # Views lose their owner when they are copied: the model binds the layer anew.
        dropped = {"params", "grads", "dtype", "out", "dx"}
        return {name: value for name, value in self.__dict__.items() if name[0] != "_" and name not in dropped}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._detach()
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PlainLayer(Layer):
    """A layer made of plain functions: examples `(N, *shape)` in and out, fresh arrays, no thought of memory.

    A subclass writes `compute` and `pull`. In a stack they are called for one model after another.
    """

    rereads_output = False

    def allocate(self, shape: Shape, n: int) -> None:
        """The output and the gradient."""
        self._shape, self._out_shape = shape, self.output_shape(shape)
        self.take_out_and_dx(shape, n)

    def compute(self, x: Array, params: Mapping[str, Array], training: bool) -> Array:
        """The output `(N, *output_shape)` for the examples `x`, `(N, *shape)`."""
        raise NotImplementedError

    def pull(self, dout: Array, x: Array, params: Mapping[str, Array]) -> tuple[Array, Mapping[str, Any]]:
        """The gradient at `x`, and those of the parameters by name, from `dout` at the output."""
        raise NotImplementedError

    def forward_calls(self, x: Array, training: bool) -> Calls:
        """One call, of `compute` for each model."""
        self._x = without_ones(x)
        return [(self._compute, training)]

    def backward_calls(self, dout: Array, training: bool) -> Calls:
        """One call, of `pull` for each model."""
        return [(self._pull, dout)]

    def _compute(self, training: bool) -> None:
        values = without_ones(self.out)
        for m in self._models():
            out = self.compute(as_examples(self._x[m], self._shape), self._params_of(m), training)
            values[m] = as_rows(out)

    def _pull(self, dout: Array) -> None:
        for m in self._models():
            examples, params = as_examples(self._x[m], self._shape), self._params_of(m)
            dx, grads = self.pull(as_examples(dout[m], self._out_shape), examples, params)
            self.dx[m] = as_rows(dx)
            for name, grad in grads.items():
                self.grads[name][m] = grad

    def _models(self) -> Iterator[tuple[int, ...]]:
        return np.ndindex(self._lead)

    def _params_of(self, m: tuple[int, ...]) -> Mapping[str, Array]:
        return {name: array[m] for name, array in self.params.items()} if m else self.params


def run(calls: Calls) -> None:
    """Make the calls, in order."""
    for function, *arguments in calls:
        function(*arguments)


def larger(a: Array, b: Array, out: Array) -> None:
    """The larger of `a` and `b`, into `out`. Arrays of one size: against a number `maximum` is three times slower."""
    np.maximum(a, b, out=out)


def without_ones(signal: Array) -> Array:
    """A signal's rows of features, without its row of ones: a view."""
    return signal[..., :-1, :]


def as_examples(rows: Array, shape: Shape) -> Array:
    """Rows `(..., D, N)` as the examples `(..., N, *shape)` that they hold: a view."""
    turned = rows.swapaxes(-1, -2)
    return turned if len(shape) == 1 else turned.reshape(*turned.shape[:-1], *shape)


def as_rows(examples: Array, lead: tuple[int, ...] = ()) -> Array:
    """Examples `(*lead, N, *shape)` as rows `(*lead, D, N)`: a view where that can be."""
    n = examples.shape[len(lead)]
    turned = examples if examples.ndim == len(lead) + 2 else examples.reshape(*lead, n, -1)
    return turned.swapaxes(-1, -2)


def fits(shape: Shape, pattern: Pattern | None) -> bool:
    """Whether examples of `shape` are what `pattern` asks for."""
    if pattern is None:
        return True
    if pattern[:1] == (...,):
        pattern = pattern[1:]
        shape = shape[-len(pattern) :]
    return len(shape) == len(pattern) and all(asked in (None, size) for size, asked in zip(shape, pattern, strict=True))
