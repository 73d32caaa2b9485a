"""The forward and the backward pass through a chain of layers: what one model and a stack of models have in common."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coursekit.arguments import as_array, flag, function, real_array, returned, shown
from coursekit.nn.layer import Array, Calls, Layer, Pattern, Shape, as_examples, as_rows, fits, run, without_ones
from coursekit.nn.losses import Loss, SoftmaxCrossEntropy


class Chain:
    """Layers on flat vectors `params` and `grads`, `(n_params,)`, or `(M, n_params)` for M models at once."""

    layers: Sequence[Layer]
    dtype: np.dtype[Any]
    #: The shape of one input example; None where the layers take any.
    input_shape: Shape | None

    def _bind(self, params: Array) -> None:
        self._params, self._grads = params, np.zeros_like(params)
        self._lead = params.shape[:-1]
        start = 0
        for layer in self.layers:
            stop = start + layer.n_params
            layer.bind(self._params[..., start:stop], self._grads[..., start:stop])
            start = stop
        for before, layer in pairwise(self.layers):
            layer.in_place = not before.rereads_output
        self._fits: tuple[int, ...] | None = None
        self._n = 0
        self._plans: dict[Any, Any] = {}
        self._step_plan: tuple[Any, ...] = (None, None, None)
        #: Whether there was a forward pass on the present memory, and in training; whether a backward pass.
        self._ran: bool | None = None
        self._pulled = False

    @property
    def params(self) -> Array:
        """All parameters, `(n_params,)`: write into it (`model.params[:] = saved`), the layers see it."""
        return self._params

    @property
    def grads(self) -> Array:
        """The gradients of the last backward pass, in the order of `params`."""
        return self._grads

    @property
    def example_shape(self) -> Shape | None:
        """The shape of one input example, as the layers ask for it, or else as the last batch had it; None before."""
        return self._shapes[0] if self.input_shape is None and self._fits is not None else self.input_shape

    def forward(self, x: ArrayLike, training: bool = False) -> Array:
        """The scores `(N, C)` for the batch `x`; `training` is for layers that differ then (dropout, BatchNorm)."""
        flag("forward: training", training)
        self._load(self._check_input(x, finite=True))
        for calls in self._forward(training):
            run(calls)
        return self._scores.copy()

    __call__ = forward

    def backward(self, dout: ArrayLike) -> Array:
        """The gradient at the input of the last `forward`, from `dout` at its scores; fills `grads`."""
        if self._ran is None:
            raise RuntimeError("backward needs a forward pass first: call model.forward(x)")
        dout = real_array("backward: dout", dout).astype(self.dtype, copy=False)
        if dout.shape != self._scores.shape:
            raise ValueError(f"backward: dout must have the scores' shape {self._scores.shape}, it has {dout.shape}")
        self._dout[...] = as_rows(dout, self._lead)
        run(self._backward(self._ran, needs_dx=True))
        return as_examples(self.layers[0].dx, self._shapes[0]).copy()

    def loss_and_grad(self, x: ArrayLike, y: Any, loss: Loss, *, training: bool = True) -> Any:
        """The loss of one batch; fills `grads`. One call is one forward and one backward pass."""
        flag("loss_and_grad: training", training)
        x = self._check_data(x, y, loss)
        self._make_room(x.shape)
        rows = np.arange(prod(self._lead) * self._n).reshape(*self._lead, self._n)
        value = self.step(self.with_ones(x), self.targets(y, loss), rows, loss, training=training)
        return value.copy() if self._lead else float(value)

    def with_ones(self, x: ArrayLike) -> Array:
        """All examples as `step` takes them: `(n, D + 1)`, of M models `(M * n, D + 1)`, a column of ones behind."""
        x = self._check_input(x)
        size = prod(x.shape[len(self._lead) + 1 :])
        rows = np.empty((x.size // size, size + 1), self.dtype)
        rows[:, :-1], rows[:, -1] = x.reshape(-1, size), 1.0
        return rows

    def targets(self, y: Any, loss: Loss) -> Any:
        """What `loss` makes of all labels `y`, for `step`: one row for each example of `with_ones`."""
        made = loss.targets(y, prod(self._shapes[-1]), self.dtype) if isinstance(loss, SoftmaxCrossEntropy) else y
        return made.reshape(-1, *made.shape[len(self._lead) + 1 :]) if self._lead else made

    def step(self, data: Array, targets: Any, rows: NDArray[np.integer], loss: Loss, *, training: bool = True) -> Any:
        """`loss_and_grad` for the examples `rows`, `(N,)`, of all the `data` and `targets`: the inside of a loop.

        For a stack `rows` is `(M, N)`. The data were looked at before, by `check`, which a loop calls once. The loss
        that comes back may be memory that the next step takes over.
        """
        if rows.shape[-1] != self._n:
            self._make_room((*self._lead, rows.shape[-1], *self._shapes[0]))
        # As methods, into memory that is there: a third of the time of data[rows].
        data.take(rows, 0, self._input, "clip")
        if isinstance(loss, SoftmaxCrossEntropy):
            calls, batch, value = self._whole_step(loss, training)
            targets.take(rows, 0, batch, "clip")
            for function, arguments in calls:
                function(*arguments)
            return value
        for layer_calls in self._forward(training):
            run(layer_calls)
        value, dscores = self.judged(loss, self._scores.copy(), targets[rows])
        self._dout[...] = as_rows(dscores, self._lead)
        run(self._backward(training, needs_dx=False))
        return value

    def judged(self, loss: Loss, scores: Array, targets: Any) -> tuple[Any, Array]:
        """What `loss`, often a reader's own, gives; `ValueError` in one line if that is no loss and no `dscores`."""
        result = loss(scores, targets)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise ValueError(f"{loss!r} must return loss, dscores, not {shown(result)}")
        value, dscores = result
        if not self._lead:
            value = returned(f"{loss!r}: as the loss it", value)
        if not isinstance(dscores, np.ndarray) or dscores.dtype != self.dtype:
            dscores = real_array(f"{loss!r}: its dscores", dscores).astype(self.dtype)
        if dscores.shape != scores.shape:
            raise ValueError(f"{loss!r} must return loss, dscores with dscores {scores.shape}, not {dscores.shape}")
        return value, dscores

    def outputs(self, x: ArrayLike, training: bool = False) -> list[Array]:
        """The output of every layer for `x`, first layer first; `x` itself is not in it."""
        flag("outputs: training", training)
        self._load(self._check_input(x, finite=True))
        outputs = []
        for calls, layer, shape in zip(self._forward(training), self.layers, self._shapes[1:], strict=True):
            run(calls)
            outputs.append(as_examples(without_ones(layer.out), shape).copy())
        return outputs

    def gradients(self) -> list[Array]:
        """The gradient at every layer's output in the last backward pass, first layer first (copies).

        The last entry is the `dout` that the pass began with.
        """
        if not self._pulled:
            raise RuntimeError("gradients needs a backward pass first: call model.backward(dout)")
        douts = [*(layer.dx for layer in self.layers[1:]), self._dout]
        return [as_examples(dout, shape).copy() for dout, shape in zip(douts, self._shapes[1:], strict=True)]

    def check(self, x: ArrayLike, y: Any, loss: Loss) -> None:
        """Raise in one line if the model, the data and the loss do not fit together."""
        x, at = self._check_data(x, y, loss), len(self._lead)
        self._make_room((*x.shape[:at], 1, *x.shape[at + 1 :]))
        targets = self.targets(y, loss)
        if not isinstance(loss, SoftmaxCrossEntropy):  # it looks at its targets when it is called, so that is now
            self.judged(loss, np.zeros((*x.shape[: at + 1], *self._shapes[-1]), self.dtype), targets)

    def __getstate__(self) -> dict[str, Any]:
        return {"layers": self.layers, "dtype": self.dtype, "input_shape": self.input_shape, "params": self._params}

    def __setstate__(self, state: dict[str, Any]) -> None:
        params = state.pop("params")
        self.__dict__.update(state)
        self._bind(params)

    # -- the passes --------------------------------------------------------------------------------------------------

    def _make_room(self, shape: tuple[int, ...]) -> None:
        """Make all memory fit batches of `shape`; raises `ValueError` if a layer cannot take what it gets."""
        if shape == self._fits:
            return
        self._fits, self._plans, self._ran, self._pulled = None, {}, None, False
        self._step_plan = (None, None, None)
        n, example = shape[len(self._lead)], shape[len(self._lead) + 1 :]
        shapes = [example]
        for i, layer in enumerate(self.layers):
            shapes.append(shape_after(i, layer, shapes[-1]))
        for layer, example in zip(self.layers, shapes, strict=False):
            layer.allocate(example, n)
        # Examples in rows, as they come, with a column of ones behind: the first signal is this, turned round.
        self._input = np.ones((*self._lead, n, prod(shapes[0]) + 1), self.dtype)
        self._dout = np.empty((*self._lead, prod(shapes[-1]), n), self.dtype)
        self._shapes, self._n, self._fits = shapes, n, shape

    def _load(self, x: Array) -> None:
        """Take the batch `x`."""
        self._make_room(x.shape)
        self._input[..., :-1] = x.reshape(*self._lead, self._n, -1)

    def _forward(self, training: bool) -> list[Calls]:
        """The calls of a forward pass, layer by layer: asked for once, kept as long as the memory stays."""
        key = "forward", training
        if key not in self._plans:
            plans, signal = [], self._input.mT
            for layer in self.layers:
                plans.append(layer.forward_calls(signal, training))
                signal = layer.out
            self._plans[key] = plans
            self._scores = as_examples(without_ones(signal), self._shapes[-1])
        self._ran = training
        return self._plans[key]  # type: ignore[no-any-return]

    def _backward(self, training: bool, *, needs_dx: bool) -> Calls:
        """The calls of a backward pass from `_dout`, after a forward pass of the same `training`."""
        key = "backward", training, needs_dx
        if key not in self._plans:
            plan: Calls = []
            dout, self.layers[0].needs_dx = self._dout, needs_dx
            for layer in reversed(self.layers):
                plan += layer.backward_calls(dout, training)
                dout = layer.dx
            self._plans[key] = plan
        self._pulled = True
        return self._plans[key]  # type: ignore[no-any-return]

    def _whole_step(self, loss: SoftmaxCrossEntropy, training: bool) -> tuple[list[Any], Array, Array]:
        """All calls of a step, as pairs of function and arguments; where its targets go, and where its loss comes."""
        self._ran, self._pulled = training, True
        planned_for, planned, plan = self._step_plan
        if planned_for is not loss or planned is not training:
            forward = [call for calls in self._forward(training) for call in calls]
            judged, batch, value = loss.calls(without_ones(self.layers[-1].out), self._dout)
            calls = [*forward, *judged, *self._backward(training, needs_dx=False)]
            plan = [(call[0], call[1:]) for call in calls], batch, value
            self._step_plan = loss, training, plan
        return plan  # type: ignore[no-any-return]

    def _check_data(self, x: ArrayLike, y: Any, loss: Any) -> Array:
        """`x` as an array; raises if it is no data to train on, `loss` no loss, or `y` has not a target for each."""
        if isinstance(loss, type):
            raise ValueError(f"loss must be a loss object such as SoftmaxCrossEntropy(), not the class {loss.__name__}")
        function("loss", loss)
        x, y, at = self._check_input(x, finite=True), as_array("y", y), len(self._lead) + 1
        if y.shape[:at] != x.shape[:at]:
            raise ValueError(f"x has {x.shape[at - 1]} examples, y has shape {y.shape}: they must be as many")
        if isinstance(loss, SoftmaxCrossEntropy) and y.ndim != at:
            raise ValueError(f"y must be {x.shape[:at]}, one label for each example, it has shape {y.shape}")
        return x

    def _check_input(self, x: ArrayLike, *, finite: bool = False) -> Array:
        x = real_array("a model's x", x, floating=False)
        if x.dtype != self.dtype:
            with np.errstate(over="ignore"):
                x = x.astype(self.dtype)
        if finite and not np.isfinite(x).all():
            raise ValueError("x must be finite, it holds NaN or infinity: look for their source in the data")
        axes = len(self._lead)
        if self.input_shape is not None and x.shape[axes + 1 :] != self.input_shape:
            sizes = ", ".join((*"MN"[1 - axes :], *map(str, self.input_shape)))
            raise ValueError(f"{self.layers[0]} takes x of shape ({sizes}), it has shape {x.shape}")
        if x.shape[:axes] != self._lead:
            raise ValueError(f"a stack of {self._lead[0]} models takes x of shape (M, N, D), it has shape {x.shape}")
        if x.ndim < axes + 2 or x.size == 0:
            raise ValueError(f"a model takes a batch (N, D) of at least one example, x has shape {x.shape}")
        return x


def check_layers(layers: tuple[Any, ...]) -> Shape | None:
    """The shape of one input example (None: any, or known at the first batch); raises if they cannot follow another."""
    if not layers:
        raise ValueError("Sequential needs at least one layer: Sequential(Linear(2, 3), rng=rng)")
    shape: Shape | None = None
    first: Shape | None = None
    untouched = True  # as long as all layers so far keep the shape, what the next one takes is what the model takes
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            hint = f": write {layer.__name__}(...)" if isinstance(layer, type) else ""
            hint = ": give the layers one by one" if isinstance(layer, (list, tuple)) else hint
            raise ValueError(f"Sequential: layer {i} is {layer!r}, which is no layer{hint}")
        if layer.dtype is not None or layer in layers[:i]:
            raise ValueError(f"Sequential: layer {i}, {layer}, is already in use: make a new one for each place")
        takes = layer.takes()
        if shape is None and takes is not None and all(isinstance(size, int) for size in takes):
            shape = tuple(size for size in takes if isinstance(size, int))
            first = shape if untouched else first
        untouched = untouched and layer.keeps_shape
        if shape is not None:
            shape = shape_after(i, layer, shape)
    return first


def shape_after(i: int, layer: Layer, shape: Shape) -> Shape:
    """The shape of layer `i`'s output example; raises `ValueError` if it cannot take one of `shape`."""
    if not fits(shape, layer.takes()):
        raise ValueError(
            f"Sequential: layer {i}, {layer}, does not fit: it takes {_features(layer.takes())} features, "
            f"the layers before it give {_features(shape)}"
        )
    return layer.output_shape(shape)


def _features(shape: Pattern | None) -> str:
    return "x".join("..." if size is ... else "any" if size is None else str(size) for size in shape or ())
