"""What an activation costs: elementary operations, counted in the engine's own layers, and times on this machine.

The count is the same on every machine, so a verdict may rest on it. The times are not: they depend on the processor, on
how NumPy was built, and on how a function is written.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from coursekit import nn
from coursekit.nn.layer import Calls, run

BATCH, WIDTH = 128, 256
UNITS: dict[str, Callable[[], nn.Layer]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "elu": nn.ELU,
}
#: The functions with an exponential inside, and their operations beside it: tanh(z) is (e - 1) / (e + 1), e = exp(2z).
EXPONENTIALS = {"exp": 0, "expm1": 0, "tanh": 4}
#: To reduce the argument, k = round(x / ln 2) and r = x - k ln 2, and to multiply by 2**k at the end.
REDUCTION = 5


def polynomial_degree(dtype: DTypeLike) -> int:
    """The degree of the Taylor polynomial that gives `exp(r)` to the last place of a dtype for `|r| <= ln(2) / 2`."""
    degree = 1
    while (math.log(2.0) / 2.0) ** (degree + 1) / math.factorial(degree + 1) > float(np.finfo(dtype).eps) / 2.0:
        degree += 1
    return degree


def exponential_operations(dtype: DTypeLike) -> int:
    """Elementary operations of one exponential: the reduction, a multiplication and an addition for each degree."""
    return REDUCTION + 2 * polynomial_degree(dtype)


def operations(unit: str, dtype: DTypeLike = np.float64) -> int:
    """Elementary operations for each number, forward and backward; an exponential counts by its polynomial."""
    called = array_operations(unit)
    exponential = exponential_operations(dtype)
    return sum(n * (EXPONENTIALS[name] + exponential if name in EXPONENTIALS else 1) for name, n in called.items())


def linear_operations(width: int) -> int:
    """Multiplications and additions for each output of a linear layer with as many inputs, forward and backward."""
    forward, for_weights, for_inputs = (2 * width,) * 3
    return forward + for_weights + for_inputs


def array_operations(unit: str) -> Counter[str]:
    """By name, how often a layer's two passes go through all numbers."""
    if unit == "elu":  # made of plain functions: its calls are these two
        dout = x = np.ones((2, 2)).view(_Counted)
        _Counted.seen = Counter()
        for function, arguments in ((nn.elu, (x,)), (nn.elu_backward, (dout, x))):
            vars(function)["__wrapped__"](*arguments)
        return _Counted.seen
    layer = UNITS[unit]()
    return Counter(call[0].__name__ for call in _passes(layer, np.float64))


class _Counted(np.ndarray[Any, Any]):
    """An array that counts what is done to it."""

    seen: ClassVar[Counter[str]] = Counter()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        self.seen[ufunc.__name__] += 1
        return np.asarray(getattr(ufunc, method)(*map(np.asarray, inputs), **kwargs)).view(_Counted)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        self.seen[func.__name__] += 1
        return np.asarray(func(*map(np.asarray, args), **kwargs)).view(_Counted)


def _passes(layer: nn.Layer, dtype: DTypeLike) -> Calls:
    """The calls of both passes, on a batch as it lies inside a model."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, WIDTH)).astype(dtype)
    nn.Sequential(layer, rng=rng, dtype=dtype)(x)  # gives the layer its memory
    signal, dout = np.ones((WIDTH + 1, BATCH), dtype), np.ones((WIDTH, BATCH), dtype)
    signal[:-1] = x.T
    return [*layer.forward_calls(signal, True), *layer.backward_calls(dout, True)]


def times(dtype: DTypeLike) -> Mapping[str, float]:
    """Times of both passes, as medians of interleaved runs, in units of ReLU's; "linear" is the layer before."""
    layers = {name: kind() for name, kind in UNITS.items()} | {"linear": nn.Linear(WIDTH, WIDTH)}
    passes = {name: _passes(layer, dtype) for name, layer in layers.items()}
    spent: dict[str, list[float]] = {name: [] for name in passes}
    for _ in range(41):
        for name, calls in passes.items():
            start = perf_counter()
            run(calls)
            spent[name].append(perf_counter() - start)
    unit = float(np.median(spent["relu"]))
    return {name: float(np.median(each)) / unit for name, each in spent.items()}


def costs(seed: int) -> Mapping[str, float]:
    """`count_*`, the operations for each 64-bit number; `passes_*` over all; `time_*`, and in 32 bit `time32_*`.

    `exp_operations` are those of one exponential, `degree` is its polynomial's. The counts are the same for all seeds;
    the times are taken once for each.
    """
    counted = {f"count_{unit}": float(operations(unit)) for unit in UNITS}
    passes = {f"passes_{unit}": float(array_operations(unit).total()) for unit in UNITS}
    whole = {
        "count_linear": float(linear_operations(WIDTH)),
        "degree": float(polynomial_degree(np.float64)),
        "exp_operations": float(exponential_operations(np.float64)),
    }
    timed = {f"time_{name}": each for name, each in times(np.float64).items()}
    timed |= {f"time32_{name}": each for name, each in times(np.float32).items()}
    return counted | passes | whole | timed
