"""The experiments behind the chapter's claims and figures: small nets on the digits, one function per question."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from coursekit import nn
from coursekit.claims.digits_task import Values, error, split_digits
from coursekit.nn import Linear, Sequential
from coursekit.optim import SGD, Adam
from coursekit.training import train

#: Each activation as a layer, and its derivative.
LAYERS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU}
BACKWARD: dict[str, Callable[[Values, Values], Values]] = {
    "sigmoid": nn.sigmoid_backward,
    "tanh": nn.tanh_backward,
    "relu": nn.relu_backward,
    "leaky_relu": nn.leaky_relu_backward,
    "elu": nn.elu_backward,
}
#: He's weights are made for these, Xavier's for the others.
RECTIFIERS = ("relu", "leaky_relu", "elu")
#: The learning rates of SGD among which each activation may choose its best. Those that do well most often come first:
#: a rate is given up as soon as it is slower than the best so far.
RATES = (1.0, 0.3, 3.0, 0.1)
#: A unit whose slope is below this for every training example gets next to no gradient: it counts as dead.
NO_SLOPE = 1e-3


def digit_net(
    unit: str,
    hidden: int,
    width: int,
    rng: np.random.Generator,
    *,
    std: float | None = None,
    bias: float = 0.0,
    dtype: type[np.floating] = np.float64,
) -> Sequential:
    """64 inputs, `hidden` layers of `width` units, 10 classes; `unit` is a name in LAYERS, or "maxout".

    Weights are He's for rectifiers and Xavier's else, or normal with `std`, if given, in the hidden layers.
    """
    init: Callable[..., Values] = nn.he_init if unit in RECTIFIERS else nn.xavier_init
    if std is not None:
        init = partial(nn.normal_init, std=std)
    layers: list[nn.Layer] = []
    fan_in = 64
    for _ in range(hidden):
        if unit == "maxout":
            layers.append(nn.Maxout(fan_in, width, init=init, bias=bias))
        else:
            layers += [Linear(fan_in, width, init=init, bias=bias), LAYERS[unit]()]
        fan_in = width
    return Sequential(*layers, Linear(fan_in, 10, init=nn.xavier_init), rng=rng, dtype=dtype)


@lru_cache(maxsize=256)
def best_steps(
    unit: str, seed: int, *, hidden: int = 4, std: float | None = None, target: float = 0.02, limit: int = 4000
) -> float:
    """Steps of SGD (batches of 32) to a training error below `target`, at the best of RATES; inf if not by `limit`.

    Each activation has its own best rate, as in Krizhevsky et al. (2012). The error is looked at
    every 5 steps, from step 200 on every 40.
    """
    data = split_digits(seed)
    best = float("inf")
    for lr in RATES:
        rng = np.random.default_rng(seed)
        model = digit_net(unit, hidden, 64, rng, std=std, dtype=np.float32)
        run = train(model, data.x_train, data.y_train, optimizer=SGD(lr=lr), epochs=200, batch_size=32, rng=rng)
        for step in run:
            if step.event == "diverged" or step.number >= min(best, limit):
                break
            if (
                step.number % (5 if step.number < 200 else 40) == 0
                and error(model, data.x_train, data.y_train) < target
            ):
                best = float(step.number)
                break
    return best


@lru_cache(maxsize=256)
def best_error(unit: str, seed: int, *, hidden: int, epochs: int = 10) -> float:
    """Test error after `epochs` of SGD at rate 1, 0.3 or 0.1, whichever gives the lowest training error."""
    data = split_digits(seed)
    results = []
    for lr in (1.0, 0.3, 0.1):
        rng = np.random.default_rng(seed)
        model = digit_net(unit, hidden, 64, rng)
        for _ in train(model, data.x_train, data.y_train, optimizer=SGD(lr=lr), epochs=epochs, batch_size=32, rng=rng):
            pass
        results.append((error(model, data.x_train, data.y_train), error(model, data.x_test, data.y_test)))
    return min(results)[1]


def slopes(model: Sequential, x: Values, unit: str) -> list[Values]:
    """The derivative of every hidden unit at every example, one `(N, H)` array per hidden layer."""
    with np.errstate(over="ignore", invalid="ignore"):
        before = model.outputs(x)[:-1:2]
    return [BACKWARD[unit](np.ones_like(z), z) for z in before]


@dataclass(frozen=True)
class Death:
    """Share of dead units of both hidden layers, before and after training, and the test error after it.

    `below` says how far below 0 the units of the second layer lie that are never on: the median of their largest value
    before the activation, without its sign; 0 if every unit is on somewhere.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    error: float
    below: float

    @property
    def share(self) -> float:
        """Dead units after training, as a share of all hidden units."""
        return float(np.mean(self.end))


@lru_cache(maxsize=512)
def death(
    unit: str,
    seed: int,
    *,
    lr: float,
    std: float | None = None,
    bias: float = 0.0,
    optimizer: Callable[..., SGD | Adam] = SGD,
    epochs: int = 5,
) -> Death:
    """Train 64-100-100-10 on the digits and count the units whose slope is below NO_SLOPE for every example."""
    data = split_digits(seed)
    rng = np.random.default_rng(seed)
    model = digit_net(unit, 2, 100, rng, std=std, bias=bias)
    start = _dead(model, data.x_train, unit)
    for _ in train(
        model, data.x_train, data.y_train, optimizer=optimizer(lr=lr), epochs=epochs, batch_size=32, rng=rng
    ):
        pass
    with np.errstate(over="ignore", invalid="ignore"):
        largest = model.outputs(data.x_train)[2].max(axis=0)
    off = largest[largest <= 0]
    below = float(-np.median(off)) if len(off) else 0.0
    return Death(start, _dead(model, data.x_train, unit), error(model, data.x_test, data.y_test), below)


def error_with_dead(seed: int, share: float) -> float:
    """Test error of 64-100-100-10 after 10 epochs of SGD at 0.1, `share` of the units of each hidden layer being dead.

    They are so from the start and stay so: their biases of -1000 lie far below anything that the data can make up for.
    """
    data = split_digits(seed)
    rng = np.random.default_rng(seed)
    model = digit_net("relu", 2, 100, rng)
    for layer in (model.layers[0], model.layers[2]):
        layer.params["b"][: round(100 * share)] = -1000.0
    for _ in train(model, data.x_train, data.y_train, optimizer=SGD(lr=0.1), epochs=10, batch_size=32, rng=rng):
        pass
    return error(model, data.x_test, data.y_test)


def _dead(model: Sequential, x: Values, unit: str) -> tuple[float, float]:
    first, second = (float(np.mean(np.all(np.abs(slope) < NO_SLOPE, axis=0))) for slope in slopes(model, x, unit))
    return first, second


@dataclass(frozen=True)
class Profile:
    """Std of the output and of the gradient at every layer, first layer first; share of slopes below 0.05."""

    outputs: Values
    gradients: Values
    flat: float

    @property
    def left(self) -> float:
        """The gradient at layer 1 as a part of the gradient at the top."""
        return float(self.gradients[0] / self.gradients[-1])


@lru_cache(maxsize=128)
def profile(unit: str, gain: float, seed: int, *, depth: int = 20, width: int = 100) -> Profile:
    """Send 200 standard normal examples up, a standard normal gradient down; weights of std `gain / sqrt(width)`."""
    rng = np.random.default_rng(seed)
    init = partial(nn.normal_init, std=gain / width**0.5)
    layers: list[nn.Layer] = []
    for _ in range(depth):
        layers += [Linear(width, width, init=init), LAYERS[unit]()]
    model = Sequential(*layers, rng=rng)
    outputs = model.outputs(rng.standard_normal((200, width)))
    model.backward(rng.standard_normal((200, width)))
    gradients = model.gradients()[1::2]
    flat = np.mean([BACKWARD[unit](np.ones_like(z), z) < 0.05 for z in outputs[0::2]])
    return Profile(np.array([h.std() for h in outputs[1::2]]), np.array([g.std() for g in gradients]), float(flat))


def trained(unit: str, seed: int) -> Sequential:
    """64-100-100-10 after 20 epochs of SGD; the sigmoid gets the larger rate that it needs."""
    data = split_digits(seed)
    rng = np.random.default_rng(seed)
    model = digit_net(unit, 2, 100, rng)
    optimizer = SGD(lr=1.0 if unit == "sigmoid" else 0.1)
    for _ in train(model, data.x_train, data.y_train, optimizer=optimizer, epochs=20, batch_size=32, rng=rng):
        pass
    return model


def descent_steps(x: Values, target: Values, *, limit: int = 20000) -> int:
    """Steps of gradient descent on the squared error of a linear unit until its weights are within 1 % of `target`.

    The rate is the best constant one, 2 / (largest + smallest eigenvalue of the curvature): no scale has an advantage.
    """
    curvature = x.T @ x / len(x)
    eigenvalues = np.linalg.eigvalsh(curvature)
    lr = 2.0 / (eigenvalues[0] + eigenvalues[-1])
    w = np.zeros_like(target)
    for step in range(limit):
        if np.linalg.norm(w - target) < 0.01 * np.linalg.norm(target):
            return step
        w = w - lr * curvature @ (w - target)
    return limit
