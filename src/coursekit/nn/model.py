"""`Sequential`: layers one after the other, all parameters on one flat vector."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from coursekit.nn.layer import Array, Layer, Shape
from coursekit.nn.losses import Loss, SoftmaxCrossEntropy, check_labels


class Sequential:
    """A model: `layers` applied in order to a batch `(N, D)`.

    `rng` draws the parameters, layer by layer, in float64; `dtype` (float64 or float32) is what they are kept in.
    Raises `ValueError` if two neighbours do not fit or a layer is used twice, `TypeError` on what is no layer.

    >>> model = Sequential(Linear(2, 3), rng=np.random.default_rng(0))
    >>> model.params.shape, model(np.zeros((5, 2))).shape
    ((9,), (5, 3))
    """

    def __init__(self, *layers: Layer, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> None:
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"Sequential: rng must be a numpy.random.Generator, not {type(rng).__name__}")
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise TypeError(f"Sequential: dtype must be float32 or float64, not {self.dtype}")
        self.layers: Sequence[Layer] = layers
        self.input_shape = _check_layers(layers)
        n_params = sum(layer.n_params for layer in layers)
        self._bind(np.zeros(n_params, self.dtype))
        for layer in layers:
            layer.initialize(rng)

    def _bind(self, params: Array) -> None:
        self._params, self._grads = params, np.zeros_like(params)
        start = 0
        for layer in self.layers:
            stretch = slice(start, start + layer.n_params)
            layer.bind(self._params[stretch], self._grads[stretch])
            start = stretch.stop
        self._out_shape: tuple[int, ...] | None = None
        self._douts: list[Array] = []

    @property
    def params(self) -> Array:
        """All parameters, `(n_params,)`: write into it (`model.params[:] = saved`), the layers see it."""
        return self._params

    @property
    def grads(self) -> Array:
        """The gradients of the last backward pass, `(n_params,)`, in the order of `params`."""
        return self._grads

    def forward(self, x: ArrayLike, training: bool = False) -> Array:
        """The scores `(N, C)` for the batch `x`, `(N, D)`; `training` is for layers that differ then (dropout)."""
        return self._run(self._check_input(x), training).copy()

    __call__ = forward

    def backward(self, dout: ArrayLike) -> Array:
        """The gradient at the input of the last `forward`, from `dout` at its scores; fills `grads`."""
        dout = np.asarray(dout, self.dtype)
        if self._out_shape is None:
            raise RuntimeError("backward needs a forward pass first: call model.forward(x)")
        if dout.shape != self._out_shape:
            raise ValueError(f"backward: dout must have the scores' shape {self._out_shape}, it has {dout.shape}")
        return self._pull(dout, needs_dx=True).copy()

    def loss_and_grad(self, x: ArrayLike, y: Any, loss: Loss, *, training: bool = True) -> float:
        """The loss of one batch; fills `grads`. One call is one forward and one backward pass.

        Labels of a `SoftmaxCrossEntropy` are not looked at again here: see `check`.
        """
        scores = self._run(self._check_input(x), training)
        if isinstance(loss, SoftmaxCrossEntropy):
            value, dscores = loss.unchecked(scores, y)
        else:
            value, dscores = loss(scores, y)
            dscores = np.asarray(dscores, self.dtype)
            if dscores.shape != scores.shape:
                raise ValueError(f"{loss!r} must return loss, dscores with dscores {scores.shape}, not {dscores.shape}")
        self._pull(dscores, needs_dx=False)
        return value

    def outputs(self, x: ArrayLike, training: bool = False) -> list[Array]:
        """The output of every layer for `x`, first layer first; `x` itself is not in it."""
        current, outputs = self._check_input(x), []
        for layer in self.layers:
            current = layer.forward(current, training)
            outputs.append(current.copy())
        self._out_shape = current.shape
        return outputs

    def gradients(self) -> list[Array]:
        """The gradient at every layer's output in the last backward pass, first layer first (copies).

        The last entry is the `dout` that the pass began with.
        """
        if not self._douts:
            raise RuntimeError("gradients needs a backward pass first: call model.backward(dout)")
        return [dout.copy() for dout in reversed(self._douts)]

    def check(self, x: Array, y: Any, loss: Loss) -> None:
        """Raise in one line if the model, the data and the loss do not fit together."""
        x = self._check_input(x)
        if isinstance(loss, type) or not callable(loss):
            raise TypeError(f"loss must be a loss object such as SoftmaxCrossEntropy(), not {loss!r}")
        if isinstance(loss, SoftmaxCrossEntropy):
            n_classes = self._run(x[:1], training=False).shape[1:]
            check_labels((len(x), *n_classes), y)

    def _run(self, x: Array, training: bool) -> Array:
        for layer in self.layers:
            x = layer.forward(x, training)
        self._out_shape = x.shape
        return x

    def _pull(self, dout: Array, *, needs_dx: bool) -> Array:
        self.layers[0].needs_dx = needs_dx
        self._douts = douts = []
        for layer in reversed(self.layers):
            douts.append(dout)
            dout = layer.backward(dout)
        return dout

    def _check_input(self, x: ArrayLike) -> Array:
        try:
            x = np.asarray(x, self.dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(f"a model takes a batch (N, D) of numbers: {error}") from None
        if self.input_shape is not None and x.shape[1:] != self.input_shape:
            sizes = ", ".join(map(str, self.input_shape))
            raise ValueError(f"{self.layers[0]} takes x of shape (N, {sizes}), it has shape {x.shape}")
        if x.ndim < 2 or x.size == 0:
            raise ValueError(f"a model takes a batch (N, D) of at least one example, x has shape {x.shape}")
        return x

    def __getstate__(self) -> dict[str, Any]:
        return {"layers": self.layers, "dtype": self.dtype, "input_shape": self.input_shape, "params": self._params}

    def __setstate__(self, state: dict[str, Any]) -> None:
        params = state.pop("params")
        self.__dict__.update(state)
        self._bind(params)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


def _check_layers(layers: tuple[Any, ...]) -> Shape:
    """The shape of one input example (None: any); raises if the layers cannot follow one another."""
    if not layers:
        raise ValueError("Sequential needs at least one layer: Sequential(Linear(2, 3), rng=rng)")
    shape: Shape = None
    first: Shape = None
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            hint = f": write {layer.__name__}(...)" if isinstance(layer, type) else ""
            hint = ": give the layers one by one" if isinstance(layer, (list, tuple)) else hint
            raise TypeError(f"Sequential: layer {i} is {layer!r}, which is no layer{hint}")
        if layer.dtype is not None or layer in layers[:i]:
            raise ValueError(f"Sequential: layer {i}, {layer}, is already in use: make a new one for each place")
        takes = layer.input_shape()
        if takes is not None:
            if shape not in (None, takes):
                raise ValueError(
                    f"Sequential: layer {i}, {layer}, does not fit: it takes {_features(takes)} features, "
                    f"the layers before it give {_features(shape)}"
                )
            first = first or takes
        shape = layer.output_shape(shape)
    return first


def _features(shape: Shape) -> str:
    return "x".join(map(str, shape or ()))
