"""What all layers share: parameters as views on the model's flat vectors, and buffers that are used again each step."""

from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.floating]
#: The shape of ONE example, `(D,)`; None where a layer takes any.
Shape = tuple[int, ...] | None

_NO_ARRAYS: Mapping[str, Array] = MappingProxyType({})


class Layer:
    """A step of a model: `forward` maps a batch, `backward` maps the gradient back and fills the parameters' gradients.

    A layer gets its parameters when it is put into a `Sequential`. To add a kind of layer, write `forward` and
    `backward`, `allocate` for the arrays that they write into, and, where they apply, `input_shape`, `output_shape`,
    `parameter_shapes` and `initialize`. Attributes whose names begin with an underscore are scratch: they are made
    afresh by `allocate` and are not copied or pickled. What `forward` and `backward` return is the layer's own memory,
    overwritten by the next pass; the model hands out copies.
    """

    #: False while a model trains and this layer is its first: then nobody reads what `backward` returns.
    needs_dx: bool = True

    def __init__(self) -> None:
        self._detach()

    def _detach(self) -> None:
        self.params: Mapping[str, Array] = _NO_ARRAYS
        self.grads: Mapping[str, Array] = _NO_ARRAYS
        self.dtype: np.dtype[Any] | None = None
        self._memory: dict[str, NDArray[Any]] = {}
        self._shape: tuple[int, ...] | None = None

    # -- what a kind of layer declares -------------------------------------------------------------------------------

    def input_shape(self) -> Shape:
        """The shape of one example that the layer takes, `(D,)`; None where it takes any."""
        return None

    def output_shape(self, shape: Shape) -> Shape:
        """The shape of one output example for one input example of `shape`."""
        return shape

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter, in the order in which they lie on the flat vector."""
        return {}

    def initialize(self, rng: np.random.Generator) -> None:
        """Write the first values into `self.params`."""

    def allocate(self, shape: tuple[int, ...]) -> None:
        """Take the buffers for a batch of `shape`; called whenever the shape of the input changes."""

    def forward(self, x: Array, training: bool = False) -> Array:
        """The layer's output for the batch `x`."""
        raise NotImplementedError

    def backward(self, dout: Array) -> Array:
        """The gradient at the input of the last `forward`, from `dout` at its output; fills `self.grads`."""
        raise NotImplementedError

    # -- what the model and the subclasses use -----------------------------------------------------------------------

    @property
    def n_params(self) -> int:
        """How many numbers the layer's parameters hold."""
        return sum(prod(shape) for shape in self.parameter_shapes().values())

    def bind(self, params: Array, grads: Array) -> None:
        """Take the layer's stretch of the model's flat vectors, `(n_params,)` each, as its parameters and gradients."""
        self.dtype = params.dtype
        self.params = MappingProxyType(self._views(params))
        self.grads = MappingProxyType(self._views(grads))

    def _views(self, flat: Array) -> dict[str, Array]:
        views, start = {}, 0
        for name, shape in self.parameter_shapes().items():
            views[name] = flat[start : start + prod(shape)].reshape(shape)
            start += prod(shape)
        return views

    def make_room(self, x: Array) -> None:
        """Make the buffers fit the batch `x`; `forward` calls this first and it is free while the shape stays."""
        if x.shape != self._shape:
            if self.dtype is None:
                raise RuntimeError(f"{self} belongs to no model yet: put it into Sequential(...) and call that")
            self.allocate(x.shape)
            self._shape = x.shape

    def buffer(self, name: str, shape: tuple[int, ...], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """An uninitialized array; a smaller shape than before gets the beginning of the same memory."""
        size = prod(shape)
        memory = self._memory.get(name)
        if memory is None or memory.size < size:
            memory = self._memory[name] = np.empty(size, self.dtype if dtype is None else dtype)
        return memory[:size].reshape(shape)

    def __getstate__(self) -> dict[str, Any]:
        # Views lose their owner when they are copied: the model binds the layer anew.
        dropped = {"params", "grads", "dtype"}
        return {name: value for name, value in self.__dict__.items() if name[0] != "_" and name not in dropped}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._detach()
        self.__dict__.update(state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
